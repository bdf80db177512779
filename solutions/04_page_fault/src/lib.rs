#![doc = include_str!("../../../exercises/04_page_fault/README.md")]

mod fault;
mod region;
mod table;

// What the rest of the crate asks of a system. Each file has the same functions, in the same order:
//
//     is_readable(address) -> bool                        asks the kernel, and never crashes
//     make_accessible(page, page_size) -> bool            called in the fault handler
//     install() -> io::Result<()>                         faults come to `fault::on_fault` from now on
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[path = "unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub use fault::{Verdict, handle_faults, on_fault};
pub use platform::is_readable;
pub use region::LazyRegion;
pub use system::memory::page_size;
pub use table::{Found, find};
