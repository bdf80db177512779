#![doc = include_str!("../README.md")]

// One file for each ABI: System V, Win64, and AAPCS64 without and with what Windows adds to it. Each has
// the same two functions, in this order:
//
//   switch    leaves one stack and goes on where another was left
//   prepare   makes a new stack look as if it had been left just before its first instruction

#[cfg(all(any(target_os = "linux", target_os = "macos"), target_arch = "aarch64"))]
#[path = "unix_aarch64.rs"]
mod abi;
#[cfg(all(any(target_os = "linux", target_os = "macos"), target_arch = "x86_64"))]
#[path = "unix_x86_64.rs"]
mod abi;
#[cfg(all(windows, target_arch = "aarch64"))]
#[path = "windows_aarch64.rs"]
mod abi;
#[cfg(all(windows, target_arch = "x86_64"))]
#[path = "windows_x86_64.rs"]
mod abi;

mod scheduler;
mod stack;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use abi::{prepare, switch};
pub use scheduler::{STACK_SIZE, run, spawn, yield_now};
pub use stack::Stack;

/// All that is left to remember of a thread that is suspended: where its stack ended when it was left.
/// Everything else lies on that stack, from there upwards.
pub type StackPointer = *mut u8;

/// The first function on a new stack. Nobody called it, so it has nowhere to return to.
pub type Entry = extern "C" fn() -> !;
