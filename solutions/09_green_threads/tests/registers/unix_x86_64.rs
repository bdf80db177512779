//! Linux and macOS on x86_64.

use green_threads::{Entry, StackPointer, switch};

use super::Values;

pub const NAMES: [&str; 6] = ["rbx", "rbp", "r12", "r13", "r14", "r15"];

// Seven pushes: at the `call`, rsp is a multiple of 16.
#[unsafe(naked)]
pub unsafe extern "C" fn switch_holding(
    save: *mut StackPointer,
    load: StackPointer,
    values: *mut Values,
) {
    core::arch::naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "push rdx",
        "mov rbx, [rdx + 0]",
        "mov rbp, [rdx + 8]",
        "mov r12, [rdx + 16]",
        "mov r13, [rdx + 24]",
        "mov r14, [rdx + 32]",
        "mov r15, [rdx + 40]",
        "call {switch}",
        "pop rdx",
        "mov [rdx + 0], rbx",
        "mov [rdx + 8], rbp",
        "mov [rdx + 16], r12",
        "mov [rdx + 24], r13",
        "mov [rdx + 32], r14",
        "mov [rdx + 40], r15",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
        switch = sym switch,
    )
}

pub const AT_ENTRY: usize = 8;

pub fn tell_entry() -> Entry {
    #[unsafe(naked)]
    extern "C" fn entry() -> ! {
        core::arch::naked_asm!(
            "mov rdi, rsp",
            "and rsp, -16 // whatever it was, `note` can work",
            "call {note}",
            "ud2",
            note = sym crate::note,
        )
    }
    entry
}
