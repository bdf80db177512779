//! Linux and macOS on x86_64: the System V ABI.
//!
//! Registers: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", section
//! 3.2.1 and figure 3.4.

use crate::{Entry, Stack, StackPointer};

/// Leaves the stack that we are on: what must survive goes onto it, and the stack pointer to `*save`.
/// Then goes on where `load` was left.
///
/// To the caller this is a function that returns, only later: when somebody switches back.
///
/// ```text
///   arguments     callee-saved, so to be preserved     may be lost, as in any call
///   rdi rsi       rbx rbp r12 r13 r14 r15 (and rsp)    everything else
///   save load
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
///                return address of `entry`: 0, nobody
///                what `ret` takes: the address of `entry`
///                rbp
///                ...               in the order in which your `switch` pops them
///   returned ->  r15
/// ```
///
/// At the first instruction of a function, rsp is 8 more than a multiple of 16.
pub fn prepare(stack: &mut Stack, entry: Entry) -> StackPointer {
    // TODO: put these eight words at the top of the stack. As an array, they can be written
    // at once; its first element has the lowest address.
    todo!("let {:?} begin with {entry:?}", stack.top())
}
