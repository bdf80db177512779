//! Linux on x86_64: where the kernel has saved the registers, and what they say about a trap.

use std::ffi::c_void;

use crate::machine::TRAP_LENGTH;
use crate::trap::Frame;

/// The beginning of `ucontext_t`, `<sys/ucontext.h>`: 40 bytes, and then the registers, in the order of
/// `REG_R8`, ..., `REG_RIP`.
#[repr(C)]
pub struct Context {
    before: [u64; 5],
    r8_to_r15: [usize; 8],
    rdi: usize,
    rsi: usize,
    rbp: usize,
    rbx: usize,
    rdx: usize,
    rax: usize,
    rcx: usize,
    rsp: usize,
    rip: usize,
}

const _: () = assert!(std::mem::offset_of!(Context, rdi) == 104);
const _: () = assert!(std::mem::offset_of!(Context, rax) == 144);
const _: () = assert!(std::mem::offset_of!(Context, rip) == 168);

impl Context {
    /// The saved registers, from the third argument of a signal handler.
    ///
    /// # Safety
    ///
    /// `third` is what the kernel has passed to a handler with `SA_SIGINFO`, and the handler has not returned.
    pub unsafe fn find(third: *mut c_void) -> *mut Context {
        third.cast()
    }

    /// What was saved when the program trapped.
    pub fn frame(&self) -> Frame {
        Frame {
            // `int3` is finished when the processor saves the address to go on at: that is the next instruction's.
            pc: self.rip.wrapping_sub(TRAP_LENGTH),
            argument: self.rdi,
            answer: self.rax,
        }
    }

    /// What is loaded when the handler returns.
    pub fn resume(&mut self, frame: &Frame) {
        self.rip = frame.pc;
        self.rax = frame.answer;
    }
}
