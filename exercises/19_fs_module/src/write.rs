//! Writing a file: one trip opens it, each further one writes a chunk.
//!
//! The rule: a write says how much it took. The rest is written by another one.

use std::io::{self, Write};
use std::path::Path;

use callbacks::Result;

use crate::open;
use crate::trips::{CHUNK, Call, Progress, chain, trip};

/// Makes the file, or replaces what is in it, and calls `callback` when all is written: Node's `writeFile`.
///
/// The file is closed by then. When it fails in the middle, what was written before is in the file.
pub fn write(
    path: impl AsRef<Path>,
    bytes: impl Into<Vec<u8>>,
    callback: impl FnOnce(Result<()>) + 'static,
) {
    write_with(open::to_write, path, bytes, callback);
}

/// Writes behind what is in the file, or makes it: Node's `appendFile`.
pub fn append(
    path: impl AsRef<Path>,
    bytes: impl Into<Vec<u8>>,
    callback: impl FnOnce(Result<()>) + 'static,
) {
    write_with(open::to_append, path, bytes, callback);
}

/// As [`write`], with another way to open: tests put a script in the place of the disk. `open` and the writes are
/// called on workers.
pub fn write_with<W: Write + Send + 'static>(
    open: impl FnOnce(&Path) -> io::Result<W> + Send + 'static,
    path: impl AsRef<Path>,
    bytes: impl Into<Vec<u8>>,
    callback: impl FnOnce(Result<()>) + 'static,
) {
    let bytes = bytes.into();
    let begin = |call: &Call| {
        Ok(Writing {
            file: open(call.path())?,
            bytes,
            written: 0,
        })
    };
    trip(Call::new("open", path), begin, |opened| match opened {
        Ok(writing) => chain("write", writing, Writing::step, callback),
        Err(error) => callback(Err(error)),
    });
}

/// A file that is being written, between two trips. Dropping it closes the file.
struct Writing<W> {
    file: W,
    bytes: Vec<u8>,
    /// How many of them are in the file.
    written: usize,
}

impl<W: Write> Writing<W> {
    /// One trip: writes [`CHUNK`] bytes more, or what is left.
    ///
    /// A write may take less than it was given, or be interrupted by a signal: the same trip writes again. One that
    /// takes nothing at all is an error. The trip that writes the last byte also closes the file, and so does one that
    /// fails. The bytes stay where they are: what is left is never copied.
    fn step(mut self) -> io::Result<Progress<Self, ()>> {
        // TODO: this first version writes once, and believes that all was taken.
        self.written = self.file.write(&self.bytes)?;
        Ok(Progress::Done(()))
    }
}
