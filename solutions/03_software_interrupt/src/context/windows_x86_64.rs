//! Windows on x86_64: where the system has saved the registers, and what they say about a trap.

use crate::trap::Frame;

/// The beginning of `CONTEXT`, `<winnt.h>`: 120 bytes about other things, and then the registers.
#[repr(C)]
pub struct Context {
    before: [u64; 15],
    rax: usize,
    rcx: usize,
    rdx: usize,
    rbx: usize,
    rsp: usize,
    rbp: usize,
    rsi: usize,
    rdi: usize,
    r8_to_r15: [usize; 8],
    rip: usize,
}

const _: () = assert!(std::mem::offset_of!(Context, rax) == 120);
const _: () = assert!(std::mem::offset_of!(Context, rcx) == 128);
const _: () = assert!(std::mem::offset_of!(Context, rip) == 248);

impl Context {
    /// What was saved when the program trapped.
    pub fn frame(&self) -> Frame {
        Frame {
            // The processor has saved the address behind `int3`, but Windows has subtracted the 1 again: for a
            // debugger the interesting address is where the breakpoint is.
            pc: self.rip,
            argument: self.rcx,
            answer: self.rax,
        }
    }

    /// What is loaded when the handler returns.
    pub fn resume(&mut self, frame: &Frame) {
        self.rip = frame.pc;
        self.rax = frame.answer;
    }
}
