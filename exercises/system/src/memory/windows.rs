//! Windows: `VirtualAlloc` and `VirtualFree`.

use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};

/// Promise memory for these addresses. `<winnt.h>`, as all the following.
pub const MEM_COMMIT: u32 = 0x1000;
/// Let nobody else have these addresses.
pub const MEM_RESERVE: u32 = 0x2000;
/// Give back all that one reservation got.
pub const MEM_RELEASE: u32 = 0x8000;
/// No access.
pub const PAGE_NOACCESS: u32 = 0x01;
/// May be read and written.
pub const PAGE_READWRITE: u32 = 0x04;

/// `SYSTEM_INFO`, `<sysinfoapi.h>`: 48 bytes. What is not read here is only counted.
#[repr(C)]
#[derive(Default)]
struct SystemInfo {
    processor_architecture: u32,
    page_size: u32,
    rest: [usize; 5],
}

const _: () = assert!(size_of::<SystemInfo>() == 48);
const _: () = assert!(std::mem::offset_of!(SystemInfo, page_size) == 4);

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<sysinfoapi.h>`
    fn GetSystemInfo(info: *mut SystemInfo);
    /// `<memoryapi.h>`: reserves or commits pages, at an address or where the system likes if that is null.
    /// Returns null when it fails.
    ///
    /// # Safety
    ///
    /// The pages at `address` are the caller's, and nobody relies on the access that is taken away or given.
    pub fn VirtualAlloc(
        address: *mut c_void,
        bytes: usize,
        kind: u32,
        protection: u32,
    ) -> *mut c_void;
    /// `<memoryapi.h>`: returns a BOOL. For [`MEM_RELEASE`] `bytes` is 0, and all of the reservation goes.
    ///
    /// # Safety
    ///
    /// The pages are the caller's, and nobody uses them any more.
    pub fn VirtualFree(address: *mut c_void, bytes: usize, kind: u32) -> i32;
}

pub fn page_size() -> usize {
    let mut info = SystemInfo::default();
    // SAFETY: `info` is a SYSTEM_INFO that lives until the call returns.
    unsafe { GetSystemInfo(&mut info) };
    usize::try_from(info.page_size).expect("32 bits fit")
}

pub fn reserve(bytes: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: the system chooses the place, so nothing that exists is replaced.
    let start = unsafe { VirtualAlloc(ptr::null_mut(), bytes, MEM_RESERVE, PAGE_NOACCESS) };
    NonNull::new(start.cast()).ok_or_else(io::Error::last_os_error)
}

/// # Safety
///
/// `reserve` has returned `start`, and nobody uses these addresses any more.
pub unsafe fn release(start: NonNull<u8>, _bytes: usize) -> io::Result<()> {
    // SAFETY: that is the caller's promise.
    match unsafe { VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
