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
//> // TODO: write `#[unsafe(naked)]` above this function, replace `"C-unwind"` by `"C"`, and let its body
//> // be one `core::arch::naked_asm!("instruction", "instruction", ...)` without a semicolon after it.
//> pub unsafe extern "C-unwind" fn switch(save: *mut StackPointer, load: StackPointer) {
//>     todo!("save at {save:?}, go on at {load:?}")
//> }
#[unsafe(naked)]
pub unsafe extern "C" fn switch(save: *mut StackPointer, load: StackPointer) {
    core::arch::naked_asm!(
        "sub sp, sp, #176",
        "stp x19, x20, [sp]",
        "stp x21, x22, [sp, #16]",
        "stp x23, x24, [sp, #32]",
        "stp x25, x26, [sp, #48]",
        "stp x27, x28, [sp, #64]",
        "stp x29, x30, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        // Where to go on. x30 as well, but a new thread has one without the other: see `prepare`.
        "str x30, [sp, #160]",
        // All of the old thread is in memory now, but for this one number.
        "mov x9, sp",
        "str x9, [x0]",
        "mov sp, x1",
        // From here on we are the other thread, and find what it stored.
        "ldp x19, x20, [sp]",
        "ldp x21, x22, [sp, #16]",
        "ldp x23, x24, [sp, #32]",
        "ldp x25, x26, [sp, #48]",
        "ldp x27, x28, [sp, #64]",
        "ldp x29, x30, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldr x9, [sp, #160]",
        "add sp, sp, #176",
        "ret x9",
    )
}
//<

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
    //> // TODO: put these 22 words at the top of the stack. As an array, they can be written
    //> // at once; its first element has the lowest address.
    //> todo!("let {:?} begin with {entry:?}", stack.top())
    // The registers may begin as anything, so they begin as 0. x29 and x30, frame pointer and return
    // address, do end a backtrace with it. With `entry` in x30, `entry` would seem to have called itself.
    let mut frame = [std::ptr::null::<()>(); 22];
    frame[20] = entry as *const ();
    let pointer = stack.top().cast::<[*const (); 22]>().wrapping_sub(1);
    // SAFETY: 176 bytes below its top are inside the stack, and aligned, because the top is. The stack is
    // borrowed mutably, and whoever had a stack pointer into it may not use that any more.
    unsafe { pointer.write(frame) };
    pointer.cast()
    //<
}
