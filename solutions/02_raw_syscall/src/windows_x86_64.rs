//! Windows on x86_64: a function call by hand.
//!
//! Registers and stack: "x64 calling convention" in Microsoft's documentation of C++ (MSVC).

use crate::{Call, Raw};

/// Calls the function at `call` with six arguments. A function that takes fewer does not look at the
/// rest: pass 0.
///
/// ```text
///   a     b     c    d    e          f                result   destroyed
///   rcx   rdx   r8   r9   [rsp+32]   [rsp+40]         rax      all that is volatile
/// ```
///
/// The fifth and the sixth argument lie on the stack, above 32 bytes of shadow space, which belong to
/// the function that is called. At the `call`, rsp is a multiple of 16.
///
/// # Safety
///
/// `call` is the address of an `extern "system"` function which does not unwind, takes at most six
/// arguments, each an integer or a pointer, and may be called with these.
//
// Inlined always, as in any library of system calls: the caller's values then live in registers
// right around the call, and the specification can see which of them survive.
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
    //> // TODO: make room on the stack, put every argument into its place, call, give the room back,
    //> // and return what comes back.
    //> todo!("call the function at {call:?} with {a}, {b}, {c}, {d}, {e}, {f}")
    let result;
    // SAFETY: the caller answers for what the function does. It may change every register that
    // `clobber_abi` names, its shadow space, and memory, which is not excluded by any option. rsp is
    // a multiple of 16 here, because `nostack` is not claimed, and still is after 48 are taken off.
    unsafe {
        core::arch::asm!(
            "sub rsp, 48", // 32 of shadow space, 8 for each of the two arguments that follow it
            "mov [rsp + 32], {e}",
            "mov [rsp + 40], {f}",
            "call {call}",
            "add rsp, 48",
            call = in(reg) call,
            in("rcx") a,
            in("rdx") b,
            in("r8") c,
            in("r9") d,
            e = in(reg) e,
            f = in(reg) f,
            lateout("rax") result,
            clobber_abi("system"),
        );
    }
    result
    //<
}
