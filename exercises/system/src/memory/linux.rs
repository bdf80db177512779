//! Linux: numbers, the same on x86_64 and aarch64. (Other processors differ.)

use std::ffi::c_int;

/// Memory without a file behind it, all zeros. `<bits/mman-linux.h>`
pub const MAP_ANONYMOUS: c_int = 0x20;
/// Do not promise that there will be memory for all of it. `<bits/mman-map-flags-generic.h>`
pub const MAP_NORESERVE: c_int = 0x4000;
/// Memory comes page by page: no huge pages, of which the first byte would take 2 MiB.
/// `<bits/mman-map-flags-generic.h>`
const MAP_STACK: c_int = 0x2_0000;

pub const RESERVED: c_int = MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;

/// `_SC_PAGESIZE`, `<bits/confname.h>`
pub const SC_PAGESIZE: c_int = 30;
