//! How files are opened, with the flags of Node's `readFile`, `writeFile` and `appendFile`. All of it is given.
//!
//! These calls may block. They are for the threads of the pool.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Flag "r".
pub(crate) fn to_read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    open(options, path)
}

/// Flag "w": makes the file, or empties the one that is there.
pub(crate) fn to_write(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    open(options, path)
}

/// Flag "a": makes the file if it is missing. Each write goes to the end, wherever that is by then.
pub(crate) fn to_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    open(options, path)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn open(options: OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

/// Windows opens a directory only if it is asked to. Then the read fails and not the open, as on the other systems.
#[cfg(windows)]
fn open(mut options: OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;

    /// `<winbase.h>`
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

    options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");
