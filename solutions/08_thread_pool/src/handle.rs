//! The result of a job, for whoever waits for it.

use std::any::Any;
use std::error::Error;
use std::fmt;

use channel::Receiver;

/// Where the result of one job will come out. Dropping it does not stop the job.
pub struct Handle<T> {
    /// One value at most comes here, and then its sender is gone.
    pub(crate) result: Receiver<Result<T, Panicked>>,
}

impl<T> Handle<T> {
    /// Waits until the job is done, and returns what it returned.
    ///
    /// A job that waits in this way for another job of the same pool keeps a worker busy with sleeping. When
    /// all workers do that, nobody is left to run what they wait for.
    ///
    /// # Errors
    ///
    /// When the job panicked.
    pub fn wait(self) -> Result<T, Panicked> {
        //> // TODO: receive the result. The job's sender cannot go without having sent one: the pool runs
        //> // every job that it has taken, and a panic is a result. If it does, say so in a `Panicked`.
        //> todo!("wait for the result")
        self.result.recv().unwrap_or_else(|_| {
            Err(Panicked {
                message: "the job was dropped and never ran".to_owned(),
            })
        })
        //<
    }
}

/// The job panicked instead of returning something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// What the job said in its `panic!`.
    pub message: String,
}

impl Panicked {
    /// From what `catch_unwind` or `JoinHandle::join` give: `panic!` puts a string there, of one of two types.
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Panicked {
        let message = match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(text) => (*text).to_owned(),
                Err(_) => "a panic without a message".to_owned(),
            },
        };
        Panicked { message }
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the job panicked: {}", self.message)
    }
}

impl Error for Panicked {}

// `T` need not be printable, and there may be no result yet.
impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}
