//! macOS on x86_64: the instruction is `syscall`, and the number carries a class.
//!
//! Registers: `libsyscall/custom/SYS.h` in Apple's sources, which moves the fourth argument of a C
//! function from rcx to r10 and executes `syscall`.

use crate::{Call, Raw};

/// `SYSCALL_CLASS_UNIX << SYSCALL_CLASS_SHIFT`, `<mach/i386/syscall_sw.h>`: the calls of Mach, the
/// other half of this kernel, are in a class of their own.
const UNIX: Call = 2 << 24;

/// `SYS_read`, `<sys/syscall.h>`
pub const READ: Call = UNIX + 3;
/// `SYS_write`, `<sys/syscall.h>`
pub const WRITE: Call = UNIX + 4;
/// `SYS_getpid`, `<sys/syscall.h>`
pub const GETPID: Call = UNIX + 20;
/// `SYS_mmap`, `<sys/syscall.h>`
pub const MMAP: Call = UNIX + 197;

/// Makes the system call number `call` with six arguments. A call that takes fewer does not look at
/// the rest: pass 0.
///
/// ```text
///   number   a     b     c     d     e    f          value   error        destroyed
///   rax      rdi   rsi   rdx   r10   r8   r9         rax     carry flag   as by a C function
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
    // TODO: execute `syscall` with every value in its register, and return what comes back: the
    // value, and the carry flag as `setc` stores it.
    todo!("call {call} with {a}, {b}, {c}, {d}, {e}, {f}")
}
