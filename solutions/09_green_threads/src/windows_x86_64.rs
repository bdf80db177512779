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
//> // TODO: write `#[unsafe(naked)]` above this function, replace `"C-unwind"` by `"C"`, and let its body
//> // be one `core::arch::naked_asm!("instruction", "instruction", ...)` without a semicolon after it.
//> pub unsafe extern "C-unwind" fn switch(save: *mut StackPointer, load: StackPointer) {
//>     todo!("save at {save:?}, go on at {load:?}")
//> }
#[unsafe(naked)]
pub unsafe extern "C" fn switch(save: *mut StackPointer, load: StackPointer) {
    core::arch::naked_asm!(
        // The return address lies on the stack already: the `call` that brought us here pushed it.
        "push rbp",
        "push rbx",
        "push rdi",
        "push rsi",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        // Windows looks here to see whether rsp can be right: when it handles an exception, for example.
        "push qword ptr gs:[0x00]",
        "push qword ptr gs:[0x08]",
        "push qword ptr gs:[0x10]",
        "push qword ptr gs:[0x1478]",
        // `movups` and not `movaps`: a new stack is not aligned at this place.
        "sub rsp, 160",
        "movups [rsp], xmm6",
        "movups [rsp + 16], xmm7",
        "movups [rsp + 32], xmm8",
        "movups [rsp + 48], xmm9",
        "movups [rsp + 64], xmm10",
        "movups [rsp + 80], xmm11",
        "movups [rsp + 96], xmm12",
        "movups [rsp + 112], xmm13",
        "movups [rsp + 128], xmm14",
        "movups [rsp + 144], xmm15",
        // All of the old thread is in memory now, but for this one number.
        "mov [rcx], rsp",
        "mov rsp, rdx",
        // From here on we are the other thread, and find what it stored.
        "movups xmm6, [rsp]",
        "movups xmm7, [rsp + 16]",
        "movups xmm8, [rsp + 32]",
        "movups xmm9, [rsp + 48]",
        "movups xmm10, [rsp + 64]",
        "movups xmm11, [rsp + 80]",
        "movups xmm12, [rsp + 96]",
        "movups xmm13, [rsp + 112]",
        "movups xmm14, [rsp + 128]",
        "movups xmm15, [rsp + 144]",
        "add rsp, 160",
        "pop qword ptr gs:[0x1478]",
        "pop qword ptr gs:[0x10]",
        "pop qword ptr gs:[0x08]",
        "pop qword ptr gs:[0x00]",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rsi",
        "pop rdi",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}
//<

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
    //> // TODO: put these 38 words at the top of the stack. As an array, they can be written
    //> // at once; its first element has the lowest address.
    //> todo!("let {:?} begin with {entry:?}", stack.top())
    // The registers may begin as anything, so they begin as 0. Frame pointer and return address do end a
    // backtrace with it.
    let mut frame = [std::ptr::null::<()>(); 38];
    frame[20] = stack.base().cast();
    frame[21] = stack.bottom().cast();
    frame[22] = stack.top().cast();
    frame[23] = std::ptr::without_provenance(usize::MAX);
    frame[32] = entry as *const ();
    let pointer = stack.top().cast::<[*const (); 38]>().wrapping_sub(1);
    // SAFETY: 304 bytes below its top are inside the stack, and aligned, because the top is. The stack is
    // borrowed mutably, and whoever had a stack pointer into it may not use that any more.
    unsafe { pointer.write(frame) };
    pointer.cast()
    //<
}
