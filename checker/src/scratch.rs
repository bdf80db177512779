//! The folder for what libtest and the `support` crate write beside a test, and whether such a folder can
//! be had at all.
//!
//! Tests use the system's folder for temporary files too. When it is full, or a relative path that means
//! another folder in each process, no verdict can be trusted: so it is tried first, and named.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Context, Error, Result};
use crate::run::mark;

/// What has to fit: more than a log and a report.
const ROOM: usize = 64 * 1024;

/// A folder of our own, removed when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes the folder below the system's folder for temporary files.
    ///
    /// # Errors
    ///
    /// When that folder is a relative path, or a file of 64 kB cannot be written there.
    pub fn new() -> Result<Scratch> {
        Scratch::below(&env::temp_dir())
    }

    fn below(folder: &Path) -> Result<Scratch> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        if folder.is_relative() {
            return Err(Error::new(format!(
                "the folder for temporary files is \"{}\", a relative path, which means another folder for \
                 each test: set {VARIABLE} to an absolute path",
                folder.display()
            )));
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("workshop-check-{}-{number}", mark()));
        let scratch = Scratch { path };
        fs::create_dir_all(&scratch.path).context(|| unusable(folder))?;
        scratch.has_room()?;
        Ok(scratch)
    }

    /// The path of a file in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Tries whether more can be written: a test may have filled the disk.
    pub fn has_room(&self) -> Result<()> {
        let probe = self.path.join("probe");
        let written = fs::write(&probe, vec![b'x'; ROOM]).and_then(|()| fs::remove_file(&probe));
        written.context(|| unusable(self.path.parent().unwrap_or(&self.path)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is small, and the system's to clean up.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The environment variable that names the folder: `std::env::temp_dir`.
const VARIABLE: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };

fn unusable(folder: &Path) -> String {
    format!(
        "the folder for temporary files, {}, cannot be written to (make room there, or set {VARIABLE} to \
         another folder)",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_can_be_used_is_used_and_removed() {
        let scratch = Scratch::new().expect("there is room");
        let path = scratch.join("a file");
        fs::write(&path, "text").expect("writable");
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn a_relative_folder_is_named() {
        for folder in ["tmp", ""] {
            let error = Scratch::below(Path::new(folder)).expect_err("relative");
            let expected = format!("temporary files is \"{folder}\", a relative path");
            assert!(error.to_string().contains(&expected), "{error}");
        }
    }

    /// Every write to `/dev/full` says that no space is left: `full(4)`.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_folder_is_named() {
        let scratch = Scratch::new().expect("there is room");
        std::os::unix::fs::symlink("/dev/full", scratch.join("probe")).expect("a link can be made");
        let error = scratch.has_room().expect_err("it is full").to_string();
        let folder = env::temp_dir();
        assert!(
            error.contains(&folder.display().to_string()) && error.contains("No space left"),
            "{error}"
        );
    }
}
