//! Reading a file to its end: one trip opens it, each further one reads a chunk.
//!
//! The rule: a size says nothing. The end is where a read gives no bytes.

use std::io::{self, Read};
use std::path::Path;

use callbacks::Result;

use crate::open;
use crate::trips::{CHUNK, Call, Progress, chain, trip};

/// The room for a file whose length nobody knows. Most files need no more: then one read gets all of it.
const ROOM: usize = 8 * 1024;

/// Reads the whole file, and calls `callback` with its bytes: Node's `readFile`.
///
/// A file that opens takes two trips to the pool at least, so its callback comes after the immediates that are set now.
/// The error of an open comes after one trip, and that of a NUL in the path as a tick: perhaps before them.
pub fn read(path: impl AsRef<Path>, callback: impl FnOnce(Result<Vec<u8>>) + 'static) {
    read_with(open::to_read, path, callback);
}

/// Reads the whole file as text: Node's `readFile` with "utf8". What is not UTF-8 becomes U+FFFD.
pub fn read_to_string(path: impl AsRef<Path>, callback: impl FnOnce(Result<String>) + 'static) {
    read(path, |bytes| callback(bytes.map(text)));
}

/// The text of `bytes`. Most are UTF-8, and are not copied.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// As [`read`], with another way to open: tests put a script in the place of the disk. `open` and the reads are
/// called on workers.
pub fn read_with<R: Read + Send + 'static>(
    open: impl FnOnce(&Path) -> io::Result<R> + Send + 'static,
    path: impl AsRef<Path>,
    callback: impl FnOnce(Result<Vec<u8>>) + 'static,
) {
    let begin = |call: &Call| {
        Ok(Reading {
            file: open(call.path())?,
            bytes: Vec::with_capacity(ROOM),
        })
    };
    trip(Call::new("open", path), begin, |opened| match opened {
        Ok(reading) => chain("read", reading, Reading::step, callback),
        Err(error) => callback(Err(error)),
    });
}

/// A file that is being read, between two trips. Dropping it closes the file.
struct Reading<R> {
    file: R,
    /// What was read so far.
    bytes: Vec<u8>,
}

impl<R: Read> Reading<R> {
    /// One trip: reads [`CHUNK`] bytes more, or fewer if the file ends before that.
    ///
    /// A read may give less than was asked for although the file goes on, or be interrupted by a signal: the same trip
    /// reads again. Only a read that gives nothing is the end. The trip that finds the end also closes the file, and so
    /// does one that fails. The cost of a whole file grows with its length, and not faster.
    fn step(mut self) -> io::Result<Progress<Self, Vec<u8>>> {
        // TODO: this first version reads on until the end, however far that is. Its worker is gone meanwhile.
        self.file.read_to_end(&mut self.bytes)?;
        Ok(Progress::Done(self.bytes))
    }
}
