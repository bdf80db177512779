//! macOS on x86_64: where the kernel has saved the registers, and what they say about a trap.

use std::ffi::c_void;

use crate::machine::TRAP_LENGTH;
use crate::trap::Frame;

/// `struct __darwin_ucontext`, `<sys/_types/_ucontext.h>`: 48 bytes, and then a pointer to the registers.
#[repr(C)]
struct UserContext {
    before: [u64; 6],
    registers: *mut Context,
}

/// The beginning of `struct __darwin_mcontext64`, `<i386/_mcontext.h>`: 16 bytes about the exception, and
/// then `struct __darwin_x86_thread_state64`, `<mach/i386/_structs.h>`.
#[repr(C)]
pub struct Context {
    exception: [u64; 2],
    rax: usize,
    rbx: usize,
    rcx: usize,
    rdx: usize,
    rdi: usize,
    rsi: usize,
    rbp: usize,
    rsp: usize,
    r8_to_r15: [usize; 8],
    rip: usize,
}

const _: () = assert!(std::mem::offset_of!(UserContext, registers) == 48);
const _: () = assert!(std::mem::offset_of!(Context, rax) == 16);
const _: () = assert!(std::mem::offset_of!(Context, rdi) == 48);
const _: () = assert!(std::mem::offset_of!(Context, rip) == 144);

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
