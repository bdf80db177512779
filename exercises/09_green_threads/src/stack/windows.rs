//! Windows: `VirtualAlloc` in two steps, `VirtualFree`.

use std::ffi::c_void;
use std::{io, ptr};

/// `SYSTEM_INFO`, `<sysinfoapi.h>`: the fields that are not read here are only counted.
#[repr(C)]
#[derive(Default)]
struct SystemInfo {
    processor_architecture: u32,
    page_size: u32,
    addresses_and_mask: [usize; 3],
    processors_type_and_granularity: [u32; 3],
    processor_level_and_revision: [u16; 2],
}

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<sysinfoapi.h>`
    fn GetSystemInfo(info: *mut SystemInfo);
    /// `<memoryapi.h>`
    fn VirtualAlloc(address: *mut c_void, size: usize, kind: u32, protection: u32) -> *mut c_void;
    /// `<memoryapi.h>`: returns a BOOL.
    fn VirtualFree(address: *mut c_void, size: usize, kind: u32) -> i32;
}

/// `MEM_COMMIT`, `<winnt.h>`
const MEM_COMMIT: u32 = 0x1000;
/// `MEM_RESERVE`, `<winnt.h>`
const MEM_RESERVE: u32 = 0x2000;
/// `MEM_RELEASE`, `<winnt.h>`: all of it, and the size must be 0.
const MEM_RELEASE: u32 = 0x8000;
/// `PAGE_NOACCESS`, `<winnt.h>`
const PAGE_NOACCESS: u32 = 0x01;
/// `PAGE_READWRITE`, `<winnt.h>`
const PAGE_READWRITE: u32 = 0x04;

pub fn page_size() -> usize {
    let mut info = SystemInfo::default();
    // SAFETY: `info` has the layout of a SYSTEM_INFO and lives until the call returns.
    unsafe { GetSystemInfo(&mut info) };
    usize::try_from(info.page_size).expect("32 bits fit")
}

/// Addresses that nobody else will get, and that may not be touched yet.
pub fn reserve(length: usize) -> io::Result<*mut u8> {
    // SAFETY: the address is the system's choice.
    let address = unsafe { VirtualAlloc(ptr::null_mut(), length, MEM_RESERVE, PAGE_NOACCESS) };
    match address.is_null() {
        true => Err(io::Error::last_os_error()),
        false => Ok(address.cast()),
    }
}

/// Lets a part of what is reserved be read and written. Windows promises at once that there will be
/// memory behind every page of it ("commit"), though a page gets it when it is first touched.
pub fn make_accessible(start: *mut u8, length: usize) -> io::Result<()> {
    // SAFETY: the pages are ours, reserved a moment ago, and there is nothing in them yet.
    let address = unsafe { VirtualAlloc(start.cast(), length, MEM_COMMIT, PAGE_READWRITE) };
    match address.is_null() {
        true => Err(io::Error::last_os_error()),
        false => Ok(()),
    }
}

/// Gives back all that one `reserve` got.
pub fn release(base: *mut u8, _length: usize) {
    // SAFETY: base is what `VirtualAlloc` once returned. That nobody uses the memory any more is the
    // promise of whoever drops the stack.
    let ok = unsafe { VirtualFree(base.cast(), 0, MEM_RELEASE) };
    // It fails only for addresses that were never ours. A leak is better than a panic in a drop.
    debug_assert_ne!(ok, 0, "VirtualFree: {}", io::Error::last_os_error());
}
