//! Trips to the pool: a system call goes to a worker, and its result comes back to the loop.
//!
//! The rule: what a worker needs travels with the job and comes back with the result. The callback stays.

use std::io;
use std::path::{Path, PathBuf};

use callbacks::{Error, Result};
use runtime::{next_tick, work};

/// How many bytes one trip reads or writes at most: Node's `kReadFileBufferLength`,
/// `lib/internal/fs/read/context.js`.
pub const CHUNK: usize = 512 * 1024;

/// A system call on a path, or on two: what its error will tell.
pub(crate) struct Call {
    syscall: &'static str,
    path: PathBuf,
    /// The second path of a call that takes two.
    dest: Option<PathBuf>,
}

impl Call {
    /// A call on one path.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` when the path has a NUL: C ends a string there, and the system would see another path.
    pub(crate) fn new(syscall: &'static str, path: impl AsRef<Path>) -> Result<Call> {
        Ok(Call {
            syscall,
            path: checked("path", path.as_ref())?,
            dest: None,
        })
    }

    /// A call on two paths.
    ///
    /// # Errors
    ///
    /// The same, when one of them has a NUL.
    pub(crate) fn with_dest(
        syscall: &'static str,
        path: impl AsRef<Path>,
        dest: impl AsRef<Path>,
    ) -> Result<Call> {
        Ok(Call {
            syscall,
            path: checked("oldPath", path.as_ref())?,
            dest: Some(checked("newPath", dest.as_ref())?),
        })
    }

    /// The path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The second path.
    pub(crate) fn dest(&self) -> &Path {
        self.dest
            .as_deref()
            .expect("the call was made with two paths")
    }

    /// The error of this call: its name, and the paths that it was about.
    fn error(&self, error: &io::Error) -> Error {
        // TODO: this first version does not say what the call was about.
        Error::from_io(error, self.syscall)
    }
}

fn checked(argument: &str, path: &Path) -> Result<PathBuf> {
    // A NUL is one byte 0 in the encodings of all systems.
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        let shown = path.display().to_string().replace('\0', "\\x00");
        let text = format!(
            "The argument '{argument}' must be a path without null bytes. Received '{shown}'"
        );
        return Err(Error::new("ERR_INVALID_ARG_VALUE", text));
    }
    Ok(path.to_owned())
}

/// One trip: calls `job` on a worker, and `callback` with its result on this thread, after this function has
/// returned.
///
/// The OS error of the job becomes the error of the call. If `call` is an error already, the callback gets that one,
/// as a tick: `job` is not called, and the pool is not asked.
pub(crate) fn trip<T: Send + 'static>(
    call: Result<Call>,
    job: impl FnOnce(&Call) -> io::Result<T> + Send + 'static,
    callback: impl FnOnce(Result<T>) + 'static,
) {
    // TODO: go to the pool if there is a call to make, and otherwise call back soon.
    todo!(
        "a trip for {:?}",
        call.map(|call| (call.syscall, call.path, call.dest))
    )
}

/// What a step of a chain gives.
pub(crate) enum Progress<S, T> {
    /// The state, for the next trip.
    More(S),
    /// The result of the whole chain. The state is gone.
    Done(T),
}

/// As many trips as it takes: each calls `step` on a worker with the state, until it says `Done` or fails. Then calls
/// `callback` on this thread, once.
///
/// There is one job at a time: the next one is asked for as soon as the loop has heard of the last one. So others
/// that wait for a worker have their turn in between, and the chain waits for nobody else. The OS error of a step
/// becomes an error of `syscall`, without a path: that is how Node reports a call on an open file.
pub(crate) fn chain<S: Send + 'static, T: Send + 'static>(
    syscall: &'static str,
    state: S,
    step: fn(S) -> io::Result<Progress<S, T>>,
    callback: impl FnOnce(Result<T>) + 'static,
) {
    // TODO: make one trip. Is there more to do when it is back?
    todo!("trips for {syscall:?}, each with a step, until one is the last")
}
