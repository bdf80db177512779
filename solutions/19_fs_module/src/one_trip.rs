//! What is over in one trip to the pool. All of it is given, and runs once `trip` does.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use callbacks::Result;

use crate::trips::{Call, trip};

/// What the system knows about a file.
#[derive(Clone, Debug)]
pub struct Stat {
    /// The length in bytes. Files that the kernel makes up as they are read, as in `/proc`, say 0.
    pub size: u64,
    kind: fs::FileType,
    modified: Option<SystemTime>,
}

impl Stat {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.kind.is_file()
    }

    /// Whether it is a directory.
    pub fn is_dir(&self) -> bool {
        self.kind.is_dir()
    }

    /// When it was written last. `None` if the file system does not keep that.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }
}

/// Asks about a file. A symbolic link is followed.
pub fn stat(path: impl AsRef<Path>, callback: impl FnOnce(Result<Stat>) + 'static) {
    let job = |call: &Call| {
        let metadata = fs::metadata(call.path())?;
        Ok(Stat {
            size: metadata.len(),
            kind: metadata.file_type(),
            modified: metadata.modified().ok(),
        })
    };
    trip(Call::new("stat", path), job, callback);
}

/// The names in a directory, without `.` and `..`: Node's `readdir`.
///
/// On Unix they are sorted by their bytes, as libuv does it. On Windows they come in the order of the file system,
/// which is an alphabetical one for NTFS.
pub fn read_dir(path: impl AsRef<Path>, callback: impl FnOnce(Result<Vec<OsString>>) + 'static) {
    let job = |call: &Call| {
        let names = fs::read_dir(call.path())?.map(|entry| Ok(entry?.file_name()));
        let mut names = names.collect::<io::Result<Vec<OsString>>>()?;
        if cfg!(unix) {
            names.sort();
        }
        Ok(names)
    };
    trip(Call::new("scandir", path), job, callback);
}

/// Removes a file: Node's `unlink`.
pub fn remove(path: impl AsRef<Path>, callback: impl FnOnce(Result<()>) + 'static) {
    let job = |call: &Call| fs::remove_file(call.path());
    trip(Call::new("unlink", path), job, callback);
}

/// Gives a file another name. A file that has that name already is replaced.
pub fn rename(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    callback: impl FnOnce(Result<()>) + 'static,
) {
    let call = Call::with_dest("rename", from, to);
    let job = |call: &Call| fs::rename(call.path(), call.dest());
    trip(call, job, callback);
}

/// Makes a directory. The one that is to hold it must be there.
pub fn make_dir(path: impl AsRef<Path>, callback: impl FnOnce(Result<()>) + 'static) {
    let job = |call: &Call| fs::create_dir(call.path());
    trip(Call::new("mkdir", path), job, callback);
}
