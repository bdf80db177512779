//! A copy of the fixture course to try things on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, process};

/// The good answer to exercise `counting`.
pub const COUNTING_SOLVED: &str = "//! Counts.\n\n/// How many things there are.\npub fn count(things: &[&str]) -> usize {\n    things.len()\n}\n";

/// A course of its own, removed at the end.
pub struct Lab {
    pub root: PathBuf,
}

/// What the checker printed, with everything that differs from run to run replaced.
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub status: Option<i32>,
}

impl Said {
    /// `text` is on standard output.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(
            self.stdout.contains(text),
            "`{text}` is missing in:\n{}",
            self.stdout
        );
    }

    /// `text` is on standard error.
    #[track_caller]
    pub fn notes(&self, text: &str) {
        assert!(
            self.stderr.contains(text),
            "`{text}` is missing in:\n{}",
            self.stderr
        );
    }

    /// The exit status is this one.
    #[track_caller]
    pub fn exits_with(&self, status: i32) {
        assert_eq!(
            self.status,
            Some(status),
            "it said:\n{}{}",
            self.stdout,
            self.stderr
        );
    }
}

impl Lab {
    pub fn new() -> Lab {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("caf\u{e9} lab {} {number}", process::id());
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&here.join("tests/fixture"), &root);
        copy(
            &here.join("../exercises/support"),
            &root.join("exercises/support"),
        );
        Lab { root }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file can be read")
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("the file can be written");
    }

    pub fn solve_counting(&self) {
        self.write("exercises/01_counting/src/lib.rs", COUNTING_SOLVED);
    }

    /// The checker, ready to run at the root of the course.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
        command
            .args(arguments.split_whitespace())
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("COLUMNS")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the checker to its end.
    pub fn run(&self, arguments: &str) -> Said {
        self.said(&mut self.command(arguments))
    }

    pub fn said(&self, command: &mut Command) -> Said {
        let output = command.output().expect("the checker can be started");
        Said {
            stdout: self.redact(&output.stdout),
            stderr: self.redact(&output.stderr),
            status: output.status.code(),
        }
    }

    /// Takes out what differs from run to run: the lab's place and the date of a backup.
    fn redact(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let text = text
            .replace(&self.root.display().to_string(), "[ROOT]")
            .replace('\\', "/");
        let lines = text.lines().map(|line| match line.find(".workshop-") {
            // 2026-11-23_10-04-59
            Some(at) => match line[at..].find("20") {
                Some(date) if line.len() >= at + date + 19 => {
                    format!("{}[DATE]{}", &line[..at + date], &line[at + date + 19..])
                }
                _ => line.to_owned(),
            },
            None => line.to_owned(),
        });
        lines.map(|line| line + "\n").collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the fixture is there") {
        let path = entry.expect("the fixture can be read").path();
        let to = to.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a file can be copied");
        }
    }
}
