#![doc = include_str!("../../../exercises/04_page_fault/README.md")]

mod fault;
mod region;
mod table;

// What the rest of the crate asks of a system. Each file has the same functions, in the same order:
//
//     page_size() -> usize                                how long a page is, in bytes
//     reserve(bytes) -> io::Result<NonNull<u8>>           addresses without memory, without access
//     release(start, bytes)                               the addresses are free again
//     is_readable(address) -> bool                        asks the kernel, and never crashes
//     make_accessible(page, page_size) -> bool            called in the fault handler
//     install() -> io::Result<()>                         faults come to `fault::on_fault` from now on
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(not(any(unix, windows)))]
compile_error!("this chapter knows Linux, macOS and Windows");

pub use fault::{Verdict, handle_faults, on_fault};
pub use region::LazyRegion;
pub use system::{is_readable, page_size};
