//! macOS on aarch64: where the kernel has saved the registers, and what they say about a trap.

use std::ffi::c_void;

use crate::trap::Frame;

/// `struct __darwin_ucontext`, `<sys/_types/_ucontext.h>`: 48 bytes, and then a pointer to the registers.
#[repr(C)]
struct UserContext {
    before: [u64; 6],
    registers: *mut Context,
}

/// The beginning of `struct __darwin_mcontext64`, `<arm/_mcontext.h>`: 16 bytes about the exception, and
/// then `struct __darwin_arm_thread_state64`, `<mach/arm/_structs.h>`. (Programs are built for arm64; only in
/// an arm64e program would `pc` be signed.)
#[repr(C)]
pub struct Context {
    exception: [u64; 2],
    x: [usize; 29],
    fp: usize,
    lr: usize,
    sp: usize,
    pc: usize,
}

const _: () = assert!(std::mem::offset_of!(UserContext, registers) == 48);
const _: () = assert!(std::mem::offset_of!(Context, x) == 16);
const _: () = assert!(std::mem::offset_of!(Context, pc) == 272);

impl Context {
    /// The saved registers, from the third argument of a signal handler.
    ///
    /// # Safety
    ///
    /// `third` is what the kernel has passed to a handler with `SA_SIGINFO`, and the handler has not returned.
    pub unsafe fn find(third: *mut c_void) -> *mut Context {
        // SAFETY: the kernel passes a `ucontext_t`, which lives until the handler returns.
        unsafe { (*third.cast::<UserContext>()).registers }
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
