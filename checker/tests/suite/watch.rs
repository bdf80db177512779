//! `watch` in a real terminal: a pseudo-terminal, `pty(7)`.

use std::ffi::{CStr, c_char, c_int};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Child;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::lab::{COUNTING_SOLVED, Lab};
use crate::sabotage::assert_no_process_left;

unsafe extern "C" {
    /// `posix_openpt(3)`
    safe fn posix_openpt(flags: c_int) -> c_int;
    /// `grantpt(3)`
    safe fn grantpt(descriptor: c_int) -> c_int;
    /// `unlockpt(3)`
    safe fn unlockpt(descriptor: c_int) -> c_int;
    /// `ptsname(3)`: a string in a static buffer.
    fn ptsname(descriptor: c_int) -> *const c_char;
    /// `kill(2)`
    safe fn kill(pid: c_int, signal: c_int) -> c_int;
}

/// `<fcntl.h>`
const O_RDWR: c_int = 2;
#[cfg(target_os = "linux")]
const O_NOCTTY: c_int = 0o400;
#[cfg(target_os = "macos")]
const O_NOCTTY: c_int = 0x2_0000;
/// `<signal.h>`
const SIGTERM: c_int = 15;

/// `ptsname` has one buffer for the whole process.
static OPENING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// A checker that watches in a terminal of its own.
struct Watch {
    checker: Child,
    keyboard: File,
    terminal: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
    /// The terminal's settings before the checker had it.
    before: String,
}

impl Watch {
    fn start(lab: &Lab) -> Watch {
        let (keyboard, terminal) = open_terminal().expect("the system has a pseudo-terminal");
        let before = settings(&terminal);
        let end = || terminal.try_clone().expect("a descriptor");
        let checker = lab
            .command("watch")
            .env("TERM", "xterm")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .process_group(0)
            .spawn()
            .expect("the checker starts");
        let mut master = keyboard.try_clone().expect("a descriptor");
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux ends a terminal that nobody has open with an error, others with nothing.
            while let Ok(read @ 1..) = master.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Watch {
            checker,
            keyboard,
            terminal,
            screen,
            seen: String::new(),
            before,
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Waits until `text` is on the screen; what was before it is forgotten.
    fn expect(&mut self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!(
                    "`{text}` does not come; since the last one came:\n{}",
                    self.seen
                ),
            }
        }
    }

    /// What is on the screen after a while in which nothing may happen.
    fn silence(&mut self, length: Duration) -> String {
        let deadline = Instant::now() + length;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => return self.seen.clone(),
            }
        }
    }

    fn assert_terminal_put_back(&self) {
        assert_eq!(
            settings(&self.terminal),
            self.before,
            "the terminal is as it was"
        );
    }

    fn assert_terminal_in_key_mode(&self) {
        assert_ne!(
            settings(&self.terminal),
            self.before,
            "keys arrive one by one"
        );
    }

    fn ends(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(status) = self.checker.try_wait().expect("ours") {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::yield_now();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // After a failed assertion.
        let _ = self.checker.kill();
        let _ = self.checker.wait();
    }
}

fn open_terminal() -> io::Result<(File, File)> {
    let _one_at_a_time = OPENING.lock();
    let descriptor = posix_openpt(O_RDWR | O_NOCTTY);
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was just opened, and nobody else has it.
    let master = unsafe { OwnedFd::from_raw_fd(descriptor) };
    if grantpt(master.as_raw_fd()) != 0 || unlockpt(master.as_raw_fd()) != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is a terminal's; the lock keeps others from the buffer.
    let name = unsafe { ptsname(master.as_raw_fd()) };
    if name.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: not null, so it is a string, and nobody writes to it until the lock is gone.
    let name = unsafe { CStr::from_ptr(name) };
    let name = name.to_str().map_err(io::Error::other)?;
    let terminal = OpenOptions::new().read(true).write(true).open(name)?;
    Ok((File::from(master), terminal))
}

/// A terminal's settings, as `stty` reads them.
fn settings(terminal: &File) -> String {
    let output = std::process::Command::new("stty")
        .arg("-g")
        .stdin(terminal.try_clone().expect("a descriptor"))
        .output()
        .expect("there is stty");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_save_is_checked_once_and_q_puts_the_terminal_back() {
    let lab = Lab::new();
    let mut watch = Watch::start(&lab);
    watch.expect("0 of 2 tests pass");
    watch.expect("watching: Enter checks again");
    watch.assert_terminal_in_key_mode();

    let wrong = COUNTING_SOLVED.replace("things.len()", "things.len() + 7");
    lab.write("exercises/01_counting/src/lib.rs", &wrong);
    watch.expect("there are 3 things, and not 10");
    watch.expect("watching");
    // Some editors save in several steps, or the same text twice.
    lab.write("exercises/01_counting/src/lib.rs", &wrong);
    let after = watch.silence(Duration::from_millis(700));
    assert!(
        !after.contains("tests pass"),
        "it checked again without a change: {after}"
    );

    lab.solve_counting();
    watch.expect("01 counting is done.");
    watch.expect("Next: 02 summing");
    watch.press("n");
    watch.expect("0 of 1 tests pass");
    watch.press("\n");
    watch.expect("0 of 1 tests pass");
    watch.press("l");
    watch.expect("1 of 4 done");
    watch.press("q");
    assert!(watch.ends().success());
    watch.assert_terminal_put_back();
}

#[test]
fn keys_are_answered_while_a_test_hangs_and_a_save_cancels_it() {
    let lab = Lab::new();
    lab.run("next");
    lab.run("next");
    lab.run("next");
    let mut watch = Watch::start(&lab);
    watch.expect("04 hanging: 0 of 1 tests");
    let running = lab.path("exercises/04_hanging/running");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !running.exists() {
        assert!(Instant::now() < deadline, "the test never ran");
        thread::yield_now();
    }
    watch.press("h");
    watch.expect("Slices know their length.");
    watch.press("l");
    watch.expect("04 hanging");
    // The limit is a minute; a save does not wait for it.
    let solved = lab
        .read("solutions/04_hanging/src/lib.rs")
        .replace("//>", "//")
        .replace("//<", "");
    let start = Instant::now();
    lab.write("exercises/04_hanging/src/lib.rs", &solved);
    watch.expect("04 hanging is done.");
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "the save waited for the hanging test"
    );
    watch.press("q");
    assert!(watch.ends().success());
    assert_no_process_left(&lab);
}

#[test]
fn a_signal_puts_the_terminal_back_too() {
    let lab = Lab::new();
    let mut watch = Watch::start(&lab);
    watch.expect("watching: Enter checks again");
    watch.assert_terminal_in_key_mode();
    let id = c_int::try_from(watch.checker.id()).expect("a process id");
    assert_eq!(kill(id, SIGTERM), 0);
    assert!(!watch.ends().success());
    watch.assert_terminal_put_back();
}

#[test]
fn the_first_failure_is_shown_while_other_tests_run() {
    let lab = Lab::new();
    let spec = "#[test] fn hangs() { loop { std::thread::park(); } }\n\
                #[test] fn fails() { panic!(\"this is why\"); }\n";
    for part in ["exercises", "solutions"] {
        lab.write(&format!("{part}/01_counting/tests/spec.rs"), spec);
    }
    let mut watch = Watch::start(&lab);
    watch.expect("1 of 2 tests; failed: fails this is why");
    watch.press("q");
    assert!(watch.ends().success());
    assert_no_process_left(&lab);
}
