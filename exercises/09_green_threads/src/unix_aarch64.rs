//! Linux and macOS on aarch64: the ABI of the processor's maker (AAPCS64).
//!
//! Registers: "Procedure Call Standard for the Arm 64-bit Architecture", section 6.1. On macOS x18 belongs
//! to the system ("Writing ARM64 code for Apple platforms"): nothing here touches it.

use crate::{Entry, Stack, StackPointer};

/// Leaves the stack that we are on: what must survive goes onto it, and the stack pointer to `*save`.
/// Then goes on where `load` was left.
///
/// To the caller this is a function that returns, only later: when somebody switches back.
///
/// ```text
///   arguments     callee-saved, so to be preserved           may be lost, as in any call
///   x0   x1       x19 to x28, x29 (and sp), d8 to d15        everything else
///   save load     x30: the return address
/// ```
///
/// # Safety
///
/// `save` may be written to. `load` comes from [`prepare`], or was saved by the last switch away from its
/// stack, on this OS thread; it is used once; and that stack lives until it is left for good.
// TODO: write `#[unsafe(naked)]` above this function, replace `"C-unwind"` by `"C"`, and let its body
// be one `core::arch::naked_asm!("instruction", "instruction", ...)` without a semicolon after it.
pub unsafe extern "C-unwind" fn switch(save: *mut StackPointer, load: StackPointer) {
    todo!("save at {save:?}, go on at {load:?}")
}

/// Makes a new stack look as if it had been left by [`switch`] just before the first instruction of
/// `entry`, and returns its stack pointer.
///
/// ```text
///   the top ->
///                one word unused, so that sp stays a multiple of 16
///                where to go on: the address of `entry`
///                d15
///                ...
///                d8
///                x30               the return address of `entry`: 0, nobody
///                ...
///   returned ->  x19               all in the places where your `switch` loads them from
/// ```
///
/// sp is a multiple of 16 whenever it is used: the processor checks.
pub fn prepare(stack: &mut Stack, entry: Entry) -> StackPointer {
    // TODO: put these 22 words at the top of the stack. As an array, they can be written
    // at once; its first element has the lowest address.
    todo!("let {:?} begin with {entry:?}", stack.top())
}
