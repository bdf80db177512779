//! Every system on aarch64.

use green_threads::{Entry, StackPointer, switch};

use super::Values;

pub const NAMES: [&str; 19] = [
    "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "d8", "d9", "d10", "d11",
    "d12", "d13", "d14", "d15", "x29",
];

#[unsafe(naked)]
pub unsafe extern "C" fn switch_holding(
    save: *mut StackPointer,
    load: StackPointer,
    values: *mut Values,
) {
    core::arch::naked_asm!(
        "sub sp, sp, #176",
        "stp x19, x20, [sp]",
        "stp x21, x22, [sp, #16]",
        "stp x23, x24, [sp, #32]",
        "stp x25, x26, [sp, #48]",
        "stp x27, x28, [sp, #64]",
        "stp d8, d9, [sp, #80]",
        "stp d10, d11, [sp, #96]",
        "stp d12, d13, [sp, #112]",
        "stp d14, d15, [sp, #128]",
        "stp x29, x30, [sp, #144]",
        "str x2, [sp, #160]",
        "ldp x19, x20, [x2]",
        "ldp x21, x22, [x2, #16]",
        "ldp x23, x24, [x2, #32]",
        "ldp x25, x26, [x2, #48]",
        "ldp x27, x28, [x2, #64]",
        "ldp d8, d9, [x2, #80]",
        "ldp d10, d11, [x2, #96]",
        "ldp d12, d13, [x2, #112]",
        "ldp d14, d15, [x2, #128]",
        "ldr x29, [x2, #144]",
        "bl {switch}",
        "ldr x2, [sp, #160]",
        "stp x19, x20, [x2]",
        "stp x21, x22, [x2, #16]",
        "stp x23, x24, [x2, #32]",
        "stp x25, x26, [x2, #48]",
        "stp x27, x28, [x2, #64]",
        "stp d8, d9, [x2, #80]",
        "stp d10, d11, [x2, #96]",
        "stp d12, d13, [x2, #112]",
        "stp d14, d15, [x2, #128]",
        "str x29, [x2, #144]",
        "ldp x19, x20, [sp]",
        "ldp x21, x22, [sp, #16]",
        "ldp x23, x24, [sp, #32]",
        "ldp x25, x26, [sp, #48]",
        "ldp x27, x28, [sp, #64]",
        "ldp d8, d9, [sp, #80]",
        "ldp d10, d11, [sp, #96]",
        "ldp d12, d13, [sp, #112]",
        "ldp d14, d15, [sp, #128]",
        "ldp x29, x30, [sp, #144]",
        "add sp, sp, #176",
        "ret",
        switch = sym switch,
    )
}

pub const AT_ENTRY: usize = 0;

pub fn tell_entry() -> Entry {
    #[unsafe(naked)]
    extern "C" fn entry() -> ! {
        core::arch::naked_asm!(
            "mov x0, sp",
            "and x9, x0, #-16",
            "mov sp, x9 // whatever it was, `note` can work",
            "bl {note}",
            "brk #1",
            note = sym crate::note,
        )
    }
    entry
}
