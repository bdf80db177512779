//! macOS: numbers, the same on both processors.

use std::ffi::c_int;

/// Memory without a file behind it, all zeros. `MAP_ANON`, `<sys/mman.h>`
pub const MAP_ANONYMOUS: c_int = 0x1000;
/// Do not promise that there will be memory for all of it. `<sys/mman.h>`
pub const MAP_NORESERVE: c_int = 0x40;

pub const RESERVED: c_int = MAP_ANONYMOUS | MAP_NORESERVE;

/// `_SC_PAGESIZE`, `<unistd.h>`
pub const SC_PAGESIZE: c_int = 29;
