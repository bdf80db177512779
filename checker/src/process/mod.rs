//! One process with its limits: time, output, and the children that it starts.
//!
//! The rule: whatever the process does, [`run`] returns soon after its exit or its limit, with no
//! process left. And when the checker itself dies, even by `SIGKILL`, its processes die with it: on
//! Unix the [`guard`] sees to that, on Windows the job object.
//!
//! Each system's file gives a `Group` with the same methods: `prepare` a command so that it starts a
//! group of its own, `of` the child that was started, `kill` all of it, `is_empty`.

#[cfg(any(target_os = "linux", target_os = "macos"))]
pub mod guard;
#[cfg(target_os = "linux")]
mod marked;
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use system::Group;

use crate::text;

/// How much output is kept of one process, in bytes: half of it from the start, half from the end.
pub const KEPT: usize = 1 << 20;

/// A child that is still there this long after its parent's exit was left behind.
const GRACE: Duration = Duration::from_millis(50);

/// How long after the exit of a process we wait for the rest of what it wrote. Only one that left something behind which
/// holds its output ever takes so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// The environment variable that marks every process of this checker.
pub const RUN: &str = "WORKSHOP_RUN";

/// The environment variable that says for which test a process was started.
pub const TEST: &str = "WORKSHOP_TEST";

/// A request to stop, shared with whoever may ask for it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks everything that runs with this value to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Exited(i32),
    /// By this signal; on Windows, by this exception.
    Crashed(u32),
    /// Not within its time; it was killed.
    TimedOut,
    /// It was killed because somebody asked for it.
    Cancelled,
}

/// What became of a process.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub end: End,
    /// Both of its outputs in the order in which they were written; at most [`KEPT`] bytes and a line
    /// that says how much is left out.
    pub output: String,
    /// How many bytes it wrote.
    pub written: u64,
    /// Whether children of its were still running after its exit.
    pub left_children: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// Runs `command` until it exits, or `limit` has passed, or `cancel` is asked: see [`run_while`].
///
/// # Errors
///
/// When the process cannot be started or waited for.
pub fn run(command: Command, limit: Duration, cancel: &Cancel) -> io::Result<Ended> {
    let start = Instant::now();
    run_while(command, cancel, &mut || start.elapsed() < limit)
}

/// Runs `command` until it exits, or `goes_on` says no, or `cancel` is asked; then kills what is left
/// of its process group. `goes_on` is asked every few milliseconds.
///
/// # Errors
///
/// When the process cannot be started or waited for.
pub fn run_while(
    mut command: Command,
    cancel: &Cancel,
    goes_on: &mut dyn FnMut() -> bool,
) -> io::Result<Ended> {
    let (reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    Group::prepare(&mut command);
    let start = Instant::now();
    let mut child = command.spawn()?;
    // The command holds our copies of the pipe's end; with them open the output would never end.
    drop(command);
    let group = Group::watch_over(&mut child)?;
    let output = Output::collect(reader);

    let end = wait(&mut child, &output, cancel, goes_on)?;
    let left_children = matches!(end, End::Exited(_) | End::Crashed(_)) && !empties(&group);
    group.kill();
    // A process may have left its own group. One that has ended already needs no killing.
    let _ = child.kill();
    child.wait()?;
    let (output, written) = output.finish();
    Ok(Ended {
        end,
        output,
        written,
        left_children,
        elapsed: start.elapsed(),
    })
}

impl Group {
    /// The group of a child that was just started. A child that cannot be watched over is ended: it might
    /// never end by itself.
    pub fn watch_over(child: &mut Child) -> io::Result<Group> {
        let group = Group::of(child);
        if group.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        group
    }
}

/// Waits for the exit of `child`. Most processes close their output when they exit, so that is what
/// we sleep on; one that closes it early, or lets a child hold it, is asked again and again.
fn wait(
    child: &mut Child,
    output: &Output,
    cancel: &Cancel,
    goes_on: &mut dyn FnMut() -> bool,
) -> io::Result<End> {
    let mut pause = Duration::from_micros(100);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(end_of(status));
        }
        if cancel.asked() {
            return Ok(End::Cancelled);
        }
        if !goes_on() {
            return Ok(End::TimedOut);
        }
        if output.wait_closed(Duration::from_millis(5)) {
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(5));
        }
    }
}

/// Whether the group has no process left, or has none after a moment.
fn empties(group: &Group) -> bool {
    let deadline = Instant::now() + GRACE;
    while !group.is_empty() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

#[cfg(unix)]
fn end_of(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Crashed(signal.unwrap_or(0).unsigned_abs()),
    }
}

#[cfg(windows)]
fn end_of(status: ExitStatus) -> End {
    let code = status.code().unwrap_or(0);
    // An exception that nobody handles ends the process with its NTSTATUS, whose two highest bits are
    // set for an error: <https://learn.microsoft.com/openspecs/windows_protocols/ms-erref>.
    match code.cast_unsigned() {
        exception if exception >> 30 == 3 => End::Crashed(exception),
        _ => End::Exited(code),
    }
}

/// Kills the processes that left their group, and so were not found by [`run`]; returns the tests that
/// they were started for (the value of [`TEST`]). Only Linux can tell.
pub fn kill_escaped(run: &str) -> Vec<String> {
    #[cfg(target_os = "linux")]
    return marked::kill(run);
    #[cfg(any(target_os = "macos", windows))]
    {
        let _ = run;
        Vec::new()
    }
}

/// What a process writes, collected by a thread so that it never waits for us.
struct Output {
    captured: Arc<Mutex<Captured>>,
    closed: mpsc::Receiver<()>,
}

#[derive(Default)]
struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    written: u64,
}

impl Output {
    fn collect(mut pipe: impl Read + Send + 'static) -> Output {
        let captured = Arc::new(Mutex::new(Captured::default()));
        let (done, closed) = mpsc::channel::<()>();
        let shared = Arc::clone(&captured);
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                match pipe.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => shared
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .add(&buffer[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            // Dropping the sender is the message.
            drop(done);
        });
        Output { captured, closed }
    }

    /// Waits until the other end of the pipe is closed, at most `limit`; true when it is.
    fn wait_closed(&self, limit: Duration) -> bool {
        self.closed.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
    }

    /// What was written. A process that escaped may hold the pipe open for ever: then the thread keeps
    /// waiting, and we take what there is. On a busy machine that thread may have to wait for a processor.
    fn finish(self) -> (String, u64) {
        self.wait_closed(PATIENCE);
        let captured = self.captured.lock().unwrap_or_else(PoisonError::into_inner);
        (captured.text(), captured.written)
    }
}

impl Captured {
    fn add(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        let room = KEPT / 2 - self.head.len();
        let (head, tail) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(tail);
        let excess = self.tail.len().saturating_sub(KEPT / 2);
        self.tail.drain(..excess);
    }

    fn text(&self) -> String {
        let mut bytes = self.head.clone();
        let left_out = self.written - (self.head.len() + self.tail.len()) as u64;
        if left_out > 0 {
            bytes.extend_from_slice(format!("\n[{left_out} bytes left out]\n").as_bytes());
        }
        bytes.extend(&self.tail);
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        text::printable(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{Cancel, Captured, End, Ended, KEPT, run};

    /// Runs one of the ignored tests below, which are what the child process does.
    fn run_child(name: &str, limit: Duration, cancel: &Cancel) -> Ended {
        let program = env::current_exe().expect("the test program knows its path");
        // An emulator that the system does not start by itself: `.ci/cross` names it.
        let runner = env::var("WORKSHOP_RUNNER").unwrap_or_default();
        let mut words = runner.split_whitespace().map(str::to_owned);
        let mut command = match words.next() {
            Some(emulator) => Command::new(emulator),
            None => Command::new(&program),
        };
        if !runner.is_empty() {
            command.args(words).arg(&program);
        }
        let test = format!("process::tests::{name}");
        command.args([test.as_str(), "--exact", "--ignored", "--nocapture"]);
        run(command, limit, cancel).expect("it starts")
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    #[ignore = "a child of the tests below"]
    fn child_prints() {
        println!("to one side");
        eprintln!("to the other");
    }

    #[test]
    #[ignore = "a child of the tests below"]
    fn child_never_ends() {
        loop {
            thread::park();
        }
    }

    #[test]
    #[ignore = "a child of the tests below"]
    fn child_leaves_a_child() {
        let program = env::current_exe().expect("the test program knows its path");
        let runner = env::var("WORKSHOP_RUNNER").unwrap_or_default();
        let mut words: Vec<String> = runner.split_whitespace().map(str::to_owned).collect();
        words.push(program.display().to_string());
        let test = "process::tests::child_never_ends";
        // It holds our output open, too.
        let child = Command::new(&words[0])
            .args(&words[1..])
            .args([test, "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::null())
            .spawn();
        // It is not waited for, on purpose.
        drop(child.expect("it starts"));
    }

    #[test]
    fn a_process_that_exits_gives_status_and_output() {
        let ended = run_child("child_prints", MINUTE, &Cancel::default());
        assert_eq!(ended.end, End::Exited(0), "{}", ended.output);
        let one = ended.output.find("to one side");
        let other = ended.output.find("to the other");
        assert!(
            one.is_some() && one < other,
            "in their order: {}",
            ended.output
        );
        assert!(!ended.left_children);
    }

    #[test]
    fn a_process_that_hangs_is_stopped_at_its_limit() {
        let limit = Duration::from_millis(300);
        let start = Instant::now();
        let ended = run_child("child_never_ends", limit, &Cancel::default());
        assert_eq!(ended.end, End::TimedOut, "{}", ended.output);
        assert!(
            start.elapsed() < limit + Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn a_process_is_stopped_when_somebody_asks() {
        let cancel = Cancel::default();
        cancel.ask();
        let ended = run_child("child_never_ends", MINUTE, &cancel);
        assert_eq!(ended.end, End::Cancelled, "{}", ended.output);
    }

    #[test]
    fn a_child_left_behind_is_noticed_and_stopped() {
        let start = Instant::now();
        let ended = run_child("child_leaves_a_child", MINUTE, &Cancel::default());
        assert_eq!(ended.end, End::Exited(0), "{}", ended.output);
        assert!(ended.left_children, "{}", ended.output);
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "it waited for the pipe's end"
        );
    }

    #[test]
    fn little_output_is_kept_whole() {
        let mut captured = Captured::default();
        captured.add(b"one ");
        captured.add(b"two");
        assert_eq!(captured.text(), "one two");
    }

    #[test]
    fn much_output_keeps_its_start_and_its_end() {
        let mut captured = Captured::default();
        captured.add(b"start");
        for _ in 0..300 {
            captured.add(&[b'x'; 10_000]);
        }
        captured.add(b"end");
        assert_eq!(captured.written, 3_000_008);
        let text = captured.text();
        assert!(text.starts_with("startxxx") && text.ends_with("xxxend"));
        let left_out = format!("[{} bytes left out]", 3_000_008 - KEPT);
        assert!(text.contains(&left_out), "no line says {left_out}");
    }
}
