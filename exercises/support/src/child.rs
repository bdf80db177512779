//! A piece of a test in a process of its own.
//!
//! For what must crash, or changes what belongs to the whole process, such as a signal handler: the
//! other tests of the same process never see it.

use std::io::Read;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{env, thread};

/// Set in a child process to the name of the test whose piece it runs.
const CHILD_OF: &str = "WORKSHOP_CHILD_OF";

/// A program to run test binaries with, and its arguments: an emulator. `.ci/cross` sets it.
const RUNNER: &str = "WORKSHOP_RUNNER";

/// How long a child may take: less than the ten seconds that the checker gives, so that the test still tells what
/// the child has said. Far more than a child needs on a quiet machine. What hangs inside a child should have a shorter limit again (see [`within`](crate::within)).
const LIMIT: Duration = Duration::from_secs(6);

/// The same on Windows, where a process takes longer to start; under Wine much longer.
const LIMIT_ON_WINDOWS: Duration = Duration::from_secs(8);

/// The same in an emulator, where no checker waits.
const LIMIT_IN_AN_EMULATOR: Duration = Duration::from_secs(30);

/// After a child is killed, its pipes are at their end at once, unless a child of its own has them too.
const GRACE: Duration = Duration::from_millis(200);

/// What became of a child process.
#[derive(Debug)]
pub struct Child {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output, libtest's own lines included.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Child {
    /// Standard output as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Runs `body` in a child process and says how that ended.
///
/// `test` is the name of the test function that calls this. The child is the same test program,
/// started to run that one test; there, this function calls `body` and then exits with status 0. So
/// the code of the test before the call runs twice, in the parent and in the child, and each test
/// can have one child only.
///
/// # Panics
///
/// When the child cannot be started, or has not ended after six seconds (eight on Windows). It is killed then, and the
/// message has what it had said.
#[track_caller]
pub fn in_child(test: &str, body: impl FnOnce()) -> Child {
    let limit = match (env::var_os(RUNNER), cfg!(windows)) {
        (Some(_), _) => LIMIT_IN_AN_EMULATOR,
        (None, true) => LIMIT_ON_WINDOWS,
        (None, false) => LIMIT,
    };
    in_child_for(limit, test, body)
}

#[track_caller]
fn in_child_for(limit: Duration, test: &str, body: impl FnOnce()) -> Child {
    if env::var(CHILD_OF).is_ok_and(|of| of == test) {
        body();
        process::exit(0);
    }
    let program = env::current_exe().expect("the test program knows its own path");
    let mut command = match env::var(RUNNER) {
        Err(_) => Command::new(program),
        Ok(runner) => {
            let mut words = runner.split_whitespace();
            let mut command = Command::new(words.next().expect("WORKSHOP_RUNNER names a program"));
            command.args(words).arg(program);
            command
        }
    };
    let mut child = command
        .args([test, "--exact", "--nocapture", "--include-ignored"])
        .env(CHILD_OF, test)
        .env_remove("WORKSHOP_REPORT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the test program can be started again");

    let stdout = read_all(child.stdout.take().expect("standard output is piped"));
    let stderr = read_all(child.stderr.take().expect("standard error is piped"));
    let deadline = Instant::now() + limit;
    let ended = stdout.ends_by(deadline) && stderr.ends_by(deadline);
    if !ended {
        let _ = child.kill();
        let deadline = Instant::now() + GRACE;
        let _ = stdout.ends_by(deadline) && stderr.ends_by(deadline);
    }
    // Both pipes are at their end, so the child has exited or is about to; or it was killed.
    let status = child.wait().expect("a child can be waited for");
    let child = Child {
        status,
        stdout: stdout.so_far(),
        stderr: stderr.so_far(),
    };
    assert!(
        ended,
        "the child process of {test} had not ended after {limit:?} and was killed. Until then it had said:\n{}{}",
        child.stdout(),
        child.stderr()
    );
    child
}

/// What is read from a pipe.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Closed when the pipe is at its end.
    end: mpsc::Receiver<()>,
}

impl Output {
    /// Waits for the end of the pipe, and says whether it came in time.
    fn ends_by(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        self.end.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Disconnected)
    }

    fn so_far(self) -> Vec<u8> {
        std::mem::take(&mut self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads on a thread, so that the child never waits for a full pipe.
fn read_all(mut pipe: impl Read + Send + 'static) -> Output {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (open, end) = mpsc::channel::<()>();
    let kept = Arc::clone(&bytes);
    thread::spawn(move || {
        let _open = open;
        let mut some = [0; 4096];
        // An error ends the output as the end of the pipe does: what came until then is the output.
        while let Ok(count @ 1..) = pipe.read(&mut some) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&some[..count]);
        }
    });
    Output { bytes, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_is_killed_keeps_what_it_has_said() {
        let test = "child::tests::a_child_that_is_killed_keeps_what_it_has_said";
        let killed_after = |limit: Duration| {
            let panic = std::panic::catch_unwind(|| {
                in_child_for(limit, test, || {
                    println!("this far");
                    eprintln!("and not further");
                    loop {
                        thread::park();
                    }
                })
            });
            let panic = panic.expect_err("the child never ends");
            *panic.downcast::<String>().expect("a text")
        };
        // On a busy machine the child needs more time to come so far.
        let limits = [500, 2000, 8000, 30_000].map(Duration::from_millis);
        let mut messages = limits.into_iter().map(killed_after);
        let all_of_it = |message: &String| {
            ["was killed", "this far", "and not further"]
                .iter()
                .all(|part| message.contains(part))
        };
        assert!(messages.any(|message| all_of_it(&message)));
    }
}
