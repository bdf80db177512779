//! Windows: a call is the address of a documented function, and how it reports an error is part of
//! that function's documentation.
//!
//! How to pass arguments depends on the processor; what is here does not.

use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle};

use crate::machine::syscall6;

/// What to call: the address of a function.
pub type Call = *const ();

/// What a function leaves in the result register, all 64 bits of it.
pub type Raw = usize;

/// `GetCurrentProcessId`, `<processthreadsapi.h>`
pub const GETPID: Call = GetCurrentProcessId as *const ();
/// `ReadFile`, `<fileapi.h>`
pub const READ: Call = ReadFile as *const ();
/// `WriteFile`, `<fileapi.h>`
pub const WRITE: Call = WriteFile as *const ();

type Handle = *mut std::ffi::c_void;

// Declared for their addresses only: the calls are made by hand.
#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<processthreadsapi.h>`: returns a DWORD, 32 bits.
    fn GetCurrentProcessId() -> u32;
    /// `<fileapi.h>`: returns a BOOL, 32 bits. The last argument is null for a handle that blocks.
    fn ReadFile(
        file: Handle,
        buffer: *mut u8,
        bytes_to_read: u32,
        bytes_read: *mut u32,
        overlapped: *mut std::ffi::c_void,
    ) -> i32;
    /// `<fileapi.h>`: returns a BOOL, 32 bits. The last argument is null for a handle that blocks.
    fn WriteFile(
        file: Handle,
        buffer: *const u8,
        bytes_to_write: u32,
        bytes_written: *mut u32,
        overlapped: *mut std::ffi::c_void,
    ) -> i32;
}

/// Tells a result from an error, for a function that returns a BOOL: 0 says that it failed, and
/// `GetLastError` says why, until the next call.
///
/// A BOOL has 32 bits, and so has the value in `Ok`. The other half of the register holds whatever
/// was there before.
pub fn decode(raw: Raw) -> io::Result<usize> {
    // TODO: turn a FALSE into `io::Error::last_os_error`, and give back the lower half otherwise.
    todo!("is {raw:#x} a result or an error?")
}

/// `GetCurrentProcessId`: the id of this process, in the lower half of the register. It cannot fail.
pub fn getpid() -> u32 {
    // TODO: make the call `GETPID`. It takes no arguments.
    todo!("ask Windows who we are")
}

/// `ReadFile`: takes what there is, at most `into.len()` bytes, and says how many they were. Given:
/// it is the pattern for [`write()`].
///
/// The handle has to be one that blocks, as `std::io::pipe` and `File::open` make them. When all
/// writers of a pipe are gone, this is an error, ERROR_BROKEN_PIPE, and not 0 as elsewhere.
pub fn read(from: &impl AsHandle, into: &mut [u8]) -> io::Result<usize> {
    let file = handle(from);
    let len = dword(into.len());
    let address = into.as_mut_ptr().expose_provenance();
    let mut count: u32 = 0;
    let count_address = (&raw mut count).expose_provenance();
    // SAFETY: the function writes at most `len` bytes from `address` on, which is the slice, and four
    // bytes to `count`. Nobody else uses either during the call. The last argument is a null pointer.
    let raw = unsafe { syscall6(READ, file, address, len, count_address, 0, 0) };
    decode(raw)?;
    Ok(usize::try_from(count).expect("32 bits fit"))
}

/// `WriteFile`: hands `bytes` to the system and says how many of them it took. The handle has to be one
/// that blocks.
pub fn write(to: &impl AsHandle, bytes: &[u8]) -> io::Result<usize> {
    // TODO: make the call `WRITE`, as `read` above makes `READ`.
    todo!("write {} bytes to {}", dword(bytes.len()), handle(to))
}

/// The part of a 64-bit register that a 32-bit result fills.
const LOWER_HALF: usize = 0xffff_ffff;

/// The value by which Windows knows an open file, pipe or console of this process.
fn handle(of: &impl AsHandle) -> usize {
    of.as_handle().as_raw_handle().expose_provenance()
}

/// A length as a DWORD. More than 4 GiB at once is not possible: the caller is told that less was
/// taken.
fn dword(len: usize) -> usize {
    len.min(LOWER_HALF)
}
