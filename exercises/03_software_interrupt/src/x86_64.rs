//! x86_64: the instruction is `int3`, one byte, 0xCC.
//!
//! Intel's manual, volume 2, "INT n/INTO/INT3/INT1".

/// How many bytes the trap instruction has.
pub const TRAP_LENGTH: usize = 1;

/// Traps into the system with `argument`, and returns what the service routine answers.
///
/// When nobody catches the trap, the process ends.
///
/// ```text
///                  argument   answer       the first instruction, at the address of this function
///   Linux, macOS   rdi        rax          int3
///   Windows        rcx        rax          int3
/// ```
//
// Naked: there must be nothing before the trap. The compiler's own first instructions would be, and
// then nobody would know at which address it is. The argument is where the calling convention puts it, and
// the answer where it looks for it; the handler, and not this function, puts it there.
//
// TODO: write `#[unsafe(naked)]` above this function, replace `"C-unwind"` by `"C"`, and let its body be one
// `core::arch::naked_asm!("instruction", "instruction")` without a semicolon after it: the trap, and `ret`.
pub extern "C-unwind" fn trap(argument: usize) -> usize {
    todo!("trap with {argument}")
}
