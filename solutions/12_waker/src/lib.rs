#![doc = include_str!("../../../exercises/12_waker/README.md")]

mod mailbox;
mod waker;

// The systems. Each file has the same type `Bell` with the same methods in the same order:
//
//   new(queue, token)   a bell that ends the waits of `queue` with a readable event for `token`
//   ring()              ends the wait that is under way, or else the next one; never blocks
//
// A bell that was rung several times between two waits gives one event or several. It is silent again as soon
// as the event was taken out: there is nothing to drain. It outlives the queue without harm.
#[cfg(target_os = "linux")]
mod eventfd;
#[cfg(target_os = "linux")]
pub use eventfd::Bell;

#[cfg(target_os = "macos")]
mod evfilt_user;
#[cfg(target_os = "macos")]
pub use evfilt_user::Bell;

#[cfg(windows)]
mod packet;
#[cfg(windows)]
pub use packet::Bell;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64"),
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use mailbox::Mailbox;
pub use waker::{Signal, Waker};
