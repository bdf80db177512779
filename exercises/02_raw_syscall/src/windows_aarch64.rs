//! Windows on aarch64: a function call by hand.
//!
//! Registers: "Overview of ARM64 ABI conventions" in Microsoft's documentation of C++ (MSVC).

use crate::{Call, Raw};

/// Calls the function at `call` with six arguments. A function that takes fewer does not look at the
/// rest: pass 0.
///
/// ```text
///   a    b    c    d    e    f          result   destroyed
///   x0   x1   x2   x3   x4   x5         x0       all that is volatile, x30 among them
/// ```
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
    // TODO: put every argument into its register, call with `blr`, and return what comes back.
    todo!("call the function at {call:?} with {a}, {b}, {c}, {d}, {e}, {f}")
}
