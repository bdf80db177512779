//! Linux on x86_64: the instruction is `syscall`.
//!
//! Registers: syscall(2), "Architecture calling conventions".

use crate::{Call, Raw};

/// `__NR_read`, `<asm/unistd_64.h>`
pub const READ: Call = 0;
/// `__NR_write`, `<asm/unistd_64.h>`
pub const WRITE: Call = 1;
/// `__NR_mmap`, `<asm/unistd_64.h>`
pub const MMAP: Call = 9;
/// `__NR_getpid`, `<asm/unistd_64.h>`
pub const GETPID: Call = 39;

/// Makes the system call number `call` with six arguments. A call that takes fewer does not look at
/// the rest: pass 0.
///
/// ```text
///   number   a     b     c     d     e    f          result   destroyed
///   rax      rdi   rsi   rdx   r10   r8   r9         rax      rcx, r11
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
    //> // TODO: execute `syscall` with every value in its register, and return what comes back.
    //> todo!("call {call} with {a}, {b}, {c}, {d}, {e}, {f}")
    let result;
    // SAFETY: the caller answers for what the kernel does. The processor itself changes only the
    // registers named here, and memory, which is not excluded by any option; `nostack` is true
    // because the kernel works on a stack of its own.
    unsafe {
        core::arch::asm!(
            "syscall",
            inlateout("rax") call => result,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") d, // a function would take it in rcx, but `syscall` needs that one itself
            in("r8") e,
            in("r9") f,
            lateout("rcx") _, // `syscall` saves the address to return to here
            lateout("r11") _, // and the flags here
            options(nostack),
        );
    }
    result
    //<
}
