//! What the specifications share: time limits, measurements, child processes, temporary files, and the
//! explorer of interleavings.
//!
//! No exercise asks you to edit anything here. Your code meets one part of it, [`sync`]: locks, condition
//! variables, atomics and threads with the names and signatures of std.

mod alone;
mod child;
mod crash;
pub mod explore;
pub mod heap;
#[cfg(target_os = "linux")]
mod leftover_threads;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod limits;
mod measure;
pub mod node;
mod sockets;
pub mod sync;
mod temp_dir;
mod within;
pub mod words;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use alone::alone;
pub use child::{Child, in_child};
pub use crash::no_crash_report;
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub use limits::leave_descriptors;
#[cfg(target_os = "linux")]
pub use limits::leave_memory;
pub use measure::{
    descriptor_count, process_cpu_time, thread_count, thread_cpu_time, threads_beyond,
};
pub use sockets::{reset, resets_are_told, set_buffers};
pub use temp_dir::TempDir;
pub use within::within;
