//! Where a panic stops.
//!
//! The rule: every call of somebody else's code on a worker goes through [`catch`].

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Panicked;

/// Calls `job` and returns what it returned.
///
/// # Errors
///
/// When the job panics: the panic ends here, and its message is in the error. The panic hook has printed
/// it to standard error by then.
pub(crate) fn catch<T>(job: impl FnOnce() -> T) -> Result<T, Panicked> {
    //> // TODO: a panic passes through this first version and ends the thread. Turn it into the error.
    //> Ok(job())
    // `AssertUnwindSafe`: what the job leaves half done is seen by those who share it with the job. The
    // worker's loop shares nothing with it.
    catch_unwind(AssertUnwindSafe(job)).map_err(panicked)
    //<
}

/// Makes an error of what `catch_unwind` gives: the argument of `panic!`, a text of one of two types.
fn panicked(payload: Box<dyn Any + Send>) -> Panicked {
    let message = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(other) => {
                // `panic_any` throws a value of any type. Its `drop` is the job's code and could panic in
                // its turn, here, where nothing catches it. So it is never dropped.
                mem::forget(other);
                "a panic without a message".to_owned()
            }
        },
    };
    Panicked { message }
}
