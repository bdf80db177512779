//! Linux on aarch64: where the kernel has saved the registers, and what they say about a trap.

use std::ffi::c_void;

use crate::trap::Frame;

/// The beginning of `ucontext_t`, `<sys/ucontext.h>`: 176 bytes, and then `mcontext_t`, which is the kernel's
/// `struct sigcontext`, `<asm/sigcontext.h>`.
#[repr(C)]
pub struct Context {
    before: [u64; 22],
    fault_address: u64,
    x: [usize; 31],
    sp: usize,
    pc: usize,
}

const _: () = assert!(std::mem::offset_of!(Context, x) == 184);
const _: () = assert!(std::mem::offset_of!(Context, pc) == 440);

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
