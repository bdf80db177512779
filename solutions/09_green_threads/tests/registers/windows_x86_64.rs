//! Windows on x86_64.

use green_threads::{Entry, StackPointer, switch};

use super::Values;

pub const NAMES: [&str; 28] = [
    "rbx",
    "rbp",
    "rdi",
    "rsi",
    "r12",
    "r13",
    "r14",
    "r15",
    "xmm6, lower half",
    "xmm6, upper half",
    "xmm7, lower half",
    "xmm7, upper half",
    "xmm8, lower half",
    "xmm8, upper half",
    "xmm9, lower half",
    "xmm9, upper half",
    "xmm10, lower half",
    "xmm10, upper half",
    "xmm11, lower half",
    "xmm11, upper half",
    "xmm12, lower half",
    "xmm12, upper half",
    "xmm13, lower half",
    "xmm13, upper half",
    "xmm14, lower half",
    "xmm14, upper half",
    "xmm15, lower half",
    "xmm15, upper half",
];

// Below the eight pushes: shadow space for the call, ten xmm registers, the address of the values. At the
// `call`, rsp is a multiple of 16.
#[unsafe(naked)]
pub unsafe extern "C" fn switch_holding(
    save: *mut StackPointer,
    load: StackPointer,
    values: *mut Values,
) {
    core::arch::naked_asm!(
        "push rbx",
        "push rbp",
        "push rdi",
        "push rsi",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 200",
        "movups [rsp + 32], xmm6",
        "movups [rsp + 48], xmm7",
        "movups [rsp + 64], xmm8",
        "movups [rsp + 80], xmm9",
        "movups [rsp + 96], xmm10",
        "movups [rsp + 112], xmm11",
        "movups [rsp + 128], xmm12",
        "movups [rsp + 144], xmm13",
        "movups [rsp + 160], xmm14",
        "movups [rsp + 176], xmm15",
        "mov [rsp + 192], r8",
        "movups xmm6, [r8 + 64]",
        "movups xmm7, [r8 + 80]",
        "movups xmm8, [r8 + 96]",
        "movups xmm9, [r8 + 112]",
        "movups xmm10, [r8 + 128]",
        "movups xmm11, [r8 + 144]",
        "movups xmm12, [r8 + 160]",
        "movups xmm13, [r8 + 176]",
        "movups xmm14, [r8 + 192]",
        "movups xmm15, [r8 + 208]",
        "mov rbx, [r8]",
        "mov rbp, [r8 + 8]",
        "mov rdi, [r8 + 16]",
        "mov rsi, [r8 + 24]",
        "mov r12, [r8 + 32]",
        "mov r13, [r8 + 40]",
        "mov r14, [r8 + 48]",
        "mov r15, [r8 + 56]",
        "call {switch}",
        "mov r8, [rsp + 192]",
        "mov [r8], rbx",
        "mov [r8 + 8], rbp",
        "mov [r8 + 16], rdi",
        "mov [r8 + 24], rsi",
        "mov [r8 + 32], r12",
        "mov [r8 + 40], r13",
        "mov [r8 + 48], r14",
        "mov [r8 + 56], r15",
        "movups [r8 + 64], xmm6",
        "movups [r8 + 80], xmm7",
        "movups [r8 + 96], xmm8",
        "movups [r8 + 112], xmm9",
        "movups [r8 + 128], xmm10",
        "movups [r8 + 144], xmm11",
        "movups [r8 + 160], xmm12",
        "movups [r8 + 176], xmm13",
        "movups [r8 + 192], xmm14",
        "movups [r8 + 208], xmm15",
        "movups xmm6, [rsp + 32]",
        "movups xmm7, [rsp + 48]",
        "movups xmm8, [rsp + 64]",
        "movups xmm9, [rsp + 80]",
        "movups xmm10, [rsp + 96]",
        "movups xmm11, [rsp + 112]",
        "movups xmm12, [rsp + 128]",
        "movups xmm13, [rsp + 144]",
        "movups xmm14, [rsp + 160]",
        "movups xmm15, [rsp + 176]",
        "add rsp, 200",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rsi",
        "pop rdi",
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
            "mov rcx, rsp",
            "and rsp, -16 // whatever it was, `note` can work",
            "sub rsp, 32",
            "call {note}",
            "ud2",
            note = sym crate::note,
        )
    }
    entry
}
