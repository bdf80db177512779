#![doc = include_str!("../README.md")]

// Two files make up each platform. The one named for the system and the processor holds what the
// processor does:
//
//   syscall6   crosses into the system: one instruction, or on Windows one hand-made call
//   GETPID, READ, WRITE (and MMAP on Linux and macOS)   what to call; on Windows in `windows.rs`
//
// The one named for the system holds what the system says and does, the same on every processor:
//
//   Call       what to call: a number, on Windows the address of a function
//   Raw        what a call leaves behind in the registers
//   decode     tells results from errors
//   getpid, read, write   three calls made of that

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
#[path = "linux_aarch64.rs"]
mod machine;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "linux_x86_64.rs"]
mod machine;
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
#[path = "macos_aarch64.rs"]
mod machine;
#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
#[path = "macos_x86_64.rs"]
mod machine;
#[cfg(all(windows, target_arch = "aarch64"))]
#[path = "windows_aarch64.rs"]
mod machine;
#[cfg(all(windows, target_arch = "x86_64"))]
#[path = "windows_x86_64.rs"]
mod machine;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use machine::*;
pub use system::*;
