//! A second process that outlives the checker by a moment, to kill what the checker leaves behind.
//!
//! It reads a pipe whose other end only the checker holds: process groups to watch, process groups to
//! forget. When the checker ends, however that comes about, the pipe is at its end, and the guard kills
//! every group that it still watches.

use std::collections::BTreeSet;
use std::env;
use std::ffi::c_int;
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::system::{SIGKILL, kill};

/// The checker's hidden argument that makes it a guard.
pub const ARGUMENT: &str = "--guard";

/// The pipe to the guard; `None` when it could not be started, and then a killed checker leaves its
/// tests to their own time limits.
static GUARD: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// Starts the guard, when it is not there yet. `run` marks the processes of this checker.
pub fn start(run: &str) {
    GUARD.get_or_init(|| {
        let mut child = Command::new(env::current_exe().ok()?)
            .args([ARGUMENT, run])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C is for the checker.
            .process_group(0)
            .spawn()
            .ok()?;
        // It is never waited for: it ends after us.
        child.stdin.take().map(Mutex::new)
    });
}

/// Asks the guard to kill process group `id` when we die.
pub fn watch(id: c_int) {
    tell('+', id);
}

/// Takes [`watch`] back.
pub fn forget(id: c_int) {
    tell('-', id);
}

fn tell(sign: char, id: c_int) {
    if let Some(Some(pipe)) = GUARD.get() {
        let mut pipe = pipe.lock().unwrap_or_else(PoisonError::into_inner);
        // A guard that is gone cannot be told anything; the checks go on without it.
        let _ = pipe.write_all(format!("{sign}{id}\n").as_bytes());
    }
}

/// The guard itself: returns when the checker has ended and what it left is killed.
pub fn keep_watch(run: &str) {
    let mut groups = BTreeSet::new();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let (sign, id) = line.split_at(1.min(line.len()));
        if let Ok(id) = id.parse::<c_int>() {
            match sign {
                "+" => groups.insert(id),
                _ => groups.remove(&id),
            };
        }
    }
    for id in groups {
        let _ = kill(-id, SIGKILL);
    }
    super::kill_escaped(run);
}
