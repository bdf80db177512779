//! macOS: a call is a number, and the carry flag says whether it failed.
//!
//! The instruction depends on the processor; what is here does not. Apple promises none of it: the
//! stable interface of macOS are the functions in `libSystem`, and these numbers may change.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use crate::machine::{self, syscall6};

/// What to call: the number of a system call.
pub type Call = usize;

/// What the kernel leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Raw {
    /// The result register.
    pub value: usize,
    /// The carry flag.
    pub carry: bool,
}

/// Tells a result from an error.
///
/// With the carry flag set, the value is the errno; without, it is the result, whatever it is
/// (`libsyscall/custom/SYS.h` in Apple's sources branches on that flag to `cerror`).
pub fn decode(raw: Raw) -> io::Result<usize> {
    // TODO: turn an error into `io::Error::from_raw_os_error`, and leave every result as it is.
    todo!("is {raw:?} a result or an error?")
}

/// `getpid(2)`: the id of this process. It cannot fail.
pub fn getpid() -> u32 {
    // TODO: make the call `machine::GETPID`. It takes no arguments.
    todo!("ask the kernel who we are")
}

/// `read(2)`: takes what there is, at most `into.len()` bytes, and says how many they were. Given:
/// it is the pattern for [`write()`].
pub fn read(from: &impl AsFd, into: &mut [u8]) -> io::Result<usize> {
    let fd = descriptor(from);
    let address = into.as_mut_ptr().expose_provenance();
    // SAFETY: the kernel writes at most `into.len()` bytes from `address` on. That is the slice, which
    // nobody else uses while it is borrowed.
    let raw = unsafe { syscall6(machine::READ, fd, address, into.len(), 0, 0, 0) };
    decode(raw)
}

/// `write(2)`: hands `bytes` to the kernel and says how many of them it took.
pub fn write(to: &impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    // TODO: make the call `machine::WRITE`, as `read` above makes `machine::READ`.
    todo!("write {} bytes to {}", bytes.len(), descriptor(to))
}

/// The number by which the kernel knows an open file, pipe or socket of this process.
fn descriptor(of: &impl AsFd) -> usize {
    usize::try_from(of.as_fd().as_raw_fd()).expect("the number of an open descriptor")
}
