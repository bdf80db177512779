//! A piece of a test in a process of its own.
//!
//! For what must crash, or changes what belongs to the whole process, such as a signal handler: the
//! other tests of the same process never see it.

use std::io::Read;
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, thread};

/// Set in a child process to the name of the test whose piece it runs.
const CHILD_OF: &str = "WORKSHOP_CHILD_OF";

/// A program to run test binaries with, and its arguments: an emulator. `.ci/cross` sets it.
const RUNNER: &str = "WORKSHOP_RUNNER";

/// How long a child may take. Generous, because an emulator is slow.
const LIMIT: Duration = Duration::from_secs(8);

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
/// When the child cannot be started, or has not ended after eight seconds (it is killed then).
#[track_caller]
pub fn in_child(test: &str, body: impl FnOnce()) -> Child {
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
    let deadline = Instant::now() + LIMIT;
    let (Some(stdout), Some(stderr)) = (stdout.by(deadline), stderr.by(deadline)) else {
        let _ = child.kill();
        let _ = child.wait();
        panic!("the child process of {test} has not ended after {LIMIT:?} and was killed");
    };
    // Both pipes are at their end, so the child has exited or is about to.
    let status = child.wait().expect("a child can be waited for");
    Child {
        status,
        stdout,
        stderr,
    }
}

/// What is read from a pipe, once it is at its end.
struct Output(mpsc::Receiver<Vec<u8>>);

impl Output {
    fn by(&self, deadline: Instant) -> Option<Vec<u8>> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.0.recv_timeout(left).ok()
    }
}

/// Reads on a thread, so that the child never waits for a full pipe.
fn read_all(mut pipe: impl Read + Send + 'static) -> Output {
    let (done, output) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // An error ends the output as the end of the pipe does: what came until then is the output.
        let _ = pipe.read_to_end(&mut bytes);
        let _ = done.send(bytes);
    });
    Output(output)
}
