//! macOS on aarch64: the instruction is `svc #0x80`.
//!
//! Registers: `libsyscall/custom/SYS.h` in Apple's sources, which puts the number into x16, leaves the
//! arguments where a C function has them, and afterwards branches on the carry flag.

use crate::{Call, Raw};

/// `SYS_read`, `<sys/syscall.h>`
pub const READ: Call = 3;
/// `SYS_write`, `<sys/syscall.h>`
pub const WRITE: Call = 4;
/// `SYS_getpid`, `<sys/syscall.h>`
pub const GETPID: Call = 20;
/// `SYS_mmap`, `<sys/syscall.h>`
pub const MMAP: Call = 197;

/// Makes the system call number `call` with six arguments. A call that takes fewer does not look at
/// the rest: pass 0.
///
/// ```text
///   number   a    b    c    d    e    f          value   error        destroyed
///   x16      x0   x1   x2   x3   x4   x5         x0      carry flag   as by a C function
/// ```
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
    //> // TODO: execute `svc #0x80` with every value in its register, and return what comes back: the
    //> // value, and the carry flag as `cset x8, cs` stores it.
    //> todo!("call {call} with {a}, {b}, {c}, {d}, {e}, {f}")
    let value;
    let carry: usize;
    // SAFETY: the caller answers for what the kernel does. Apple documents no register as kept, but
    // only ever makes these calls inside C functions, so what a C function may destroy is all that
    // they may. Memory is not excluded by any option.
    unsafe {
        core::arch::asm!(
            "svc #0x80",
            "cset x8, cs", // 1 if the carry flag is set, else 0
            in("x16") call,
            inlateout("x0") a => value,
            in("x1") b,
            in("x2") c,
            in("x3") d,
            in("x4") e,
            in("x5") f,
            lateout("x8") carry,
            clobber_abi("C"),
        );
    }
    Raw {
        value,
        carry: carry != 0,
    }
    //<
}
