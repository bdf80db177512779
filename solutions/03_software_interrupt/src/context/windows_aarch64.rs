//! Windows on aarch64: where the system has saved the registers, and what they say about a trap.

use crate::trap::Frame;

/// The beginning of `CONTEXT` (`ARM64_NT_CONTEXT`), `<winnt.h>`.
#[repr(C)]
pub struct Context {
    flags: u32,
    cpsr: u32,
    x: [usize; 31],
    sp: usize,
    pc: usize,
}

const _: () = assert!(std::mem::offset_of!(Context, x) == 8);
const _: () = assert!(std::mem::offset_of!(Context, pc) == 264);

impl Context {
    /// What was saved when the program trapped.
    pub fn frame(&self) -> Frame {
        Frame {
            // `brk` is not finished: the processor saves its own address.
            pc: self.pc,
            argument: self.x[0],
            answer: self.x[0],
        }
    }

    /// What is loaded when the handler returns.
    pub fn resume(&mut self, frame: &Frame) {
        self.pc = frame.pc;
        self.x[0] = frame.answer;
    }
}
