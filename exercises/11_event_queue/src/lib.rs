#![doc = include_str!("../README.md")]

mod event;
mod queue;
pub mod wait;

// The systems. Each file has the same type `Queue` with the same methods in the same order:
//
//   new                            a new queue in the kernel, closed on drop and in child processes
//   register(source, token, i.)    the kernel remembers one more source; `AlreadyExists` for one that it has
//   reregister(source, token, i.)  a new token and interest, and a fresh look; `NotFound` for an unknown source
//   deregister(source)             the kernel forgets the source; `NotFound` for an unknown one, and success
//                                  for one that the kernel has forgotten by itself because it was closed
//   rearm(source, directions)      the caller saw `WouldBlock`; only Windows has to be told
//   wait(events, timeout_ms)       one sleep: fills `events`, `Interrupted` when a signal ended the sleep
//
// and beside it `Source`, the trait of what can be registered, and `Raw`, an event as the kernel writes it.
// `EventQueue` in `queue.rs` is the public type above them, and says what each method promises.
#[cfg(target_os = "linux")]
mod epoll;
#[cfg(target_os = "linux")]
use epoll as system;

#[cfg(target_os = "macos")]
pub mod kqueue;
#[cfg(target_os = "macos")]
use kqueue as system;

#[cfg(windows)]
mod afd;
#[cfg(windows)]
mod armed;
#[cfg(windows)]
mod iocp;
#[cfg(windows)]
use iocp as system;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64"),
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use event::{Event, Events, Interest, Token};
pub use queue::EventQueue;
/// What can be registered: everything that lends its descriptor (`AsFd`), on Windows its socket (`AsSocket`).
pub use system::Source;
