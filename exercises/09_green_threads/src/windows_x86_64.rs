//! Windows on x86_64: the Win64 ABI.
//!
//! Registers and shadow space: "x64 calling convention" in Microsoft's documentation of C++ (MSVC). The
//! limits of the stack: `NT_TIB` in `<winnt.h>`, the beginning of the thread's block (TEB), at `gs:[0]`.

use crate::{Entry, Stack, StackPointer};

/// Leaves the stack that we are on: what must survive goes onto it, and the stack pointer to `*save`.
/// Then goes on where `load` was left.
///
/// To the caller this is a function that returns, only later: when somebody switches back.
///
/// ```text
///   arguments     callee-saved, so to be preserved                        may be lost, as in any call
///   rcx rdx       rbx rbp rdi rsi r12 r13 r14 r15 (and rsp), xmm6..xmm15  everything else
///   save load
///
///   and of the thread's block:
///   gs:[0x00]     ExceptionList      handlers on this stack; none: -1. Windows keeps it for 32-bit programs
///                                    only, but Wine looks into it in all
///   gs:[0x08]     StackBase          the top of the stack
///   gs:[0x10]     StackLimit         its lowest byte that may be used
///   gs:[0x1478]   DeallocationStack  where the memory begins that was reserved for it
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
///                shadow space of `entry`: 4 words
///                return address of `entry`: 0, nobody
///                what `ret` takes: the address of `entry`
///                rbp
///                ...               8 registers, in the order in which your `switch` pops them
///                of the new stack: ExceptionList (-1, none), StackBase, StackLimit,
///                DeallocationStack
///   returned ->  xmm6 to xmm15: 20 words
/// ```
///
/// At the first instruction of a function, rsp is 8 more than a multiple of 16.
pub fn prepare(stack: &mut Stack, entry: Entry) -> StackPointer {
    // TODO: put these 38 words at the top of the stack. As an array, they can be written
    // at once; its first element has the lowest address.
    todo!("let {:?} begin with {entry:?}", stack.top())
}
