//! Linux on x86_64: the door that 32-bit programs use, `int 0x80`. It is open to 64-bit programs as well.
//!
//! Registers: syscall(2), "Architecture calling conventions", the line of i386.

use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::{self, NonNull};
use std::slice;

use system::memory::{MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_READ, PROT_WRITE, mmap, munmap};

/// Makes a system call through vector 0x80, by the 32-bit treaty: `number` is one of
/// `<asm/unistd_32.h>`, and of each argument the kernel sees the lower 32 bits. What comes back is a
/// result, or from -4095 to -1 an errno with its sign turned.
///
/// ```text
///   number   a     b     c        result   destroyed
///   eax      ebx   ecx   edx      eax      r8, r9, r10, r11 (older kernels clear them)
/// ```
///
/// # Safety
///
/// The kernel does what the call says, with the lower halves of whatever the arguments say. Where such a
/// half is an address, the memory there must be yours, and large enough, and writable if the kernel writes.
pub unsafe fn int80(number: u32, a: usize, b: usize, c: usize) -> i32 {
    // TODO: make the call. One of its registers, rbx, the compiler keeps for itself.
    todo!("call {number} with {a:#x}, {b:#x}, {c:#x}")
}

/// `write(2)` by `int 0x80`: hands `bytes` to the kernel and says how many of them it took, at most a
/// page. They may lie anywhere in memory.
pub fn write80(to: &impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    // TODO: hand the bytes to the kernel from where it finds them: from a `LowPage`.
    todo!("write {} bytes by `int 0x80`", bytes.len())
}

/// Tells a result from an error.
fn decode(raw: i32) -> io::Result<usize> {
    usize::try_from(raw).map_err(|_| io::Error::from_raw_os_error(-raw))
}

/// A page of memory below 4 GiB, all zeros at first, so that its address fits 32 bits.
#[derive(Debug)]
pub struct LowPage(NonNull<c_void>);

/// `MAP_32BIT`, `<bits/mman.h>`, only on x86_64: an address in the first 2 GiB.
const MAP_32BIT: c_int = 0x40;

impl LowPage {
    /// How many bytes a page has on this processor.
    pub const SIZE: usize = 4096;

    /// Asks the kernel for a page.
    pub fn new() -> io::Result<LowPage> {
        let access = PROT_READ | PROT_WRITE;
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT;
        // SAFETY: the system chooses the place (the address is null), so nothing that exists is replaced.
        let start = unsafe { mmap(ptr::null_mut(), LowPage::SIZE, access, flags, -1, 0) };
        if start.addr() == MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(LowPage(
            NonNull::new(start).expect("mmap never chooses page 0"),
        ))
    }

    /// Where it is, as a number for the kernel.
    pub fn address(&self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    /// What is in it.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the page is ours, readable and writable, as long as we are; it began as zeros, and every byte
        // is a valid u8. The borrow of `self` makes sure that there is no other reference.
        unsafe { slice::from_raw_parts_mut(self.0.as_ptr().cast(), LowPage::SIZE) }
    }
}

impl Drop for LowPage {
    fn drop(&mut self) {
        // SAFETY: the page came from `mmap` with this size, and nobody can use it any more.
        let status = unsafe { munmap(self.0.as_ptr(), LowPage::SIZE) };
        debug_assert_eq!(status, 0, "munmap: {}", io::Error::last_os_error());
    }
}
