//! aarch64: the instruction is `brk`, four bytes like every other, 16 bits of which are free for a number.
//!
//! Arm Architecture Reference Manual for A-profile, "BRK".

/// How many bytes the trap instruction has.
pub const TRAP_LENGTH: usize = 4;

/// Traps into the system with `argument`, and returns what the service routine answers.
///
/// When nobody catches the trap, the process ends.
///
/// ```text
///                  argument   answer       the first instruction, at the address of this function
///   Linux, macOS   x0         x0           brk #1
///   Windows        x0         x0           brk #0xf000    (another number is another exception there)
/// ```
//
// Naked: there must be nothing before the trap. The compiler's own first instructions would be, and
// then nobody would know at which address it is. The argument is where the calling convention puts it, and
// the answer where it looks for it; the handler, and not this function, puts it there.
//> //
//> // TODO: write `#[unsafe(naked)]` above this function, replace `"C-unwind"` by `"C"`, and let its body be one
//> // `core::arch::naked_asm!("instruction", "instruction")` without a semicolon after it: the trap, and `ret`.
//> pub extern "C-unwind" fn trap(argument: usize) -> usize {
//>     todo!("trap with {argument}")
//> }
#[unsafe(naked)]
pub extern "C" fn trap(argument: usize) -> usize {
    core::arch::naked_asm!(
        "brk #{number}",
        "ret",
        number = const if cfg!(windows) { 0xf000 } else { 1 },
    )
}
//<
