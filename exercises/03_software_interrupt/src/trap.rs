//! What to do about a trap: the same on all systems. The handler calls this, in the middle of whatever
//! its thread was doing; so nothing here allocates, waits, prints or panics.

use std::io;
use std::sync::OnceLock;

use crate::handler;

/// What answers a trap: it gets the argument of [`trap`](crate::trap()) and gives its answer.
///
/// It runs inside the handler, and what holds there holds for it: no allocating, locking, printing, panicking.
pub type Service = fn(usize) -> usize;

/// Of the registers of a program that a trap has stopped, the ones that we look at.
///
/// The system saves all registers when a program traps, and loads them again when the handler has
/// returned. The handler copies these three out of what was saved, and for [`Verdict::Resume`] back into
/// it; so a change here is a change in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The program counter. As it comes, it is the address of the trap instruction itself, on every
    /// system; the program goes on at the address that stands here when it is resumed.
    pub pc: usize,
    /// What `trap` was called with.
    pub argument: usize,
    /// What `trap` is going to return.
    pub answer: usize,
}

/// What the handler is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Load the registers and let the program go on.
    Resume,
    /// The trap is not the one in [`trap`](crate::trap()). Whoever handled traps before us is to do it.
    NotOurs,
}

/// The address of the one trap instruction that is ours: [`trap`](crate::trap()) begins with it.
pub fn trap_address() -> usize {
    crate::machine::trap as *const () as usize
}

/// Decides about a program that has trapped. If its trap is ours, `service` answers it, and the program is
/// to go on behind the instruction, which is [`TRAP_LENGTH`](crate::TRAP_LENGTH) bytes long. If not,
/// nothing is called and nothing changes.
pub fn on_trap(frame: &mut Frame, service: Service) -> Verdict {
    // TODO: is this the trap at `trap_address()`? If so, put the answer of `service` into the frame, and move
    // the program counter: `crate::machine::TRAP_LENGTH` says how far. Say which of the two it was.
    todo!("decide about {frame:x?} with the service routine {service:?}")
}

static SERVICE: OnceLock<Service> = OnceLock::new();

/// From now on `service` answers the traps of this process. Other traps go where they went before.
///
/// # Errors
///
/// When there is a service routine already, or what the system says when it refuses the handler.
pub fn catch_traps(service: Service) -> io::Result<()> {
    // The routine first: a trap that came between the two would find a handler with nobody to ask.
    if SERVICE.set(service).is_err() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    handler::install()
}

/// Called by the handler: decides with the service routine that `catch_traps` was given.
pub fn decide(frame: &mut Frame) -> Verdict {
    // `OnceLock::get` only reads an atomic, so a handler may call it.
    match SERVICE.get() {
        Some(service) => on_trap(frame, *service),
        None => Verdict::NotOurs,
    }
}
