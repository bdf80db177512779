//! Linux on aarch64: the instruction is `svc #0`.
//!
//! Registers: syscall(2), "Architecture calling conventions", where the processor is called arm64.

use crate::{Call, Raw};

/// `__NR_read`, `<asm-generic/unistd.h>`
pub const READ: Call = 63;
/// `__NR_write`, `<asm-generic/unistd.h>`
pub const WRITE: Call = 64;
/// `__NR_getpid`, `<asm-generic/unistd.h>`
pub const GETPID: Call = 172;
/// `__NR3264_mmap`, `<asm-generic/unistd.h>`
pub const MMAP: Call = 222;

/// Makes the system call number `call` with six arguments. A call that takes fewer does not look at
/// the rest: pass 0.
///
/// ```text
///   number   a    b    c    d    e    f          result   destroyed
///   x8       x0   x1   x2   x3   x4   x5         x0       what only SVE has (below)
/// ```
///
/// Code for SVE, the scalable vector extension, has longer vector registers, and masks for them. Of those
/// the kernel keeps the lower 128 bits of each vector and nothing else (`Documentation/arch/arm64/sve.rst`
/// in its sources), as a C function may do. It gives back everything that other code has.
///
/// # Safety
///
/// The kernel does what the call says, with whatever the arguments say. Where an argument is an
/// address, the memory there must be yours, and large enough, and writable if the kernel writes.
//
// Inlined always, as in any library of system calls: the caller's values then live in registers
// right around the instruction, and the specification can see which of them survive.
#[inline(always)]
pub unsafe fn syscall6(
    call: Call,
    a: usize,
    b: usize,
    c: usize,
    d: usize,
    e: usize,
    f: usize,
) -> Raw {
    // TODO: execute `svc #0` with every value in its register, and return what comes back.
    // `clobber_abi("C")` names the registers of SVE.
    todo!("call {call} with {a}, {b}, {c}, {d}, {e}, {f}")
}
