//! A checker that is ended in the middle of a check takes everything with it.

use std::ffi::c_int;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::lab::Lab;
use crate::sabotage::assert_no_process_left;

unsafe extern "C" {
    /// `kill(2)`
    safe fn kill(pid: c_int, signal: c_int) -> c_int;
    /// `signal(2)`; a handler of 0 is `SIG_DFL`.
    #[link_name = "signal"]
    safe fn set_handler(signal: c_int, handler: usize) -> usize;
}

/// `<signal.h>`
const SIGINT: c_int = 2;
const SIGKILL: c_int = 9;

/// Runs a check, sends `signal` when its test is running, and looks at what is left.
fn ends_with(signal: c_int) {
    let lab = Lab::new();
    lab.solve_counting();
    assert_eq!(lab.run("check 1").status, Some(0));
    let before = lab.read(".workshop-progress");

    let mut command = lab.command("check 4");
    // As a shell does it: Ctrl-C goes to this group.
    command
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A job that a script starts in the background ignores Ctrl-C, and so would the checker below it.
    // SAFETY: `signal(2)` may be called between fork and exec.
    unsafe {
        command.pre_exec(|| {
            set_handler(SIGINT, 0);
            Ok(())
        });
    }
    let mut checker = command.spawn().expect("the checker starts");
    let running = lab.path("exercises/04_hanging/running");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !running.exists() {
        assert!(Instant::now() < deadline, "the test never ran");
        assert!(
            checker.try_wait().expect("ours").is_none(),
            "the checker has ended early"
        );
        std::thread::yield_now();
    }
    let id = c_int::try_from(checker.id()).expect("a process id");
    assert_eq!(kill(-id, signal), 0, "the checker is there to be ended");
    let status = checker.wait().expect("ours");
    assert!(!status.success());

    assert_no_process_left(&lab);
    assert_eq!(
        lab.read(".workshop-progress"),
        before,
        "the progress is as it was"
    );
    assert!(lab.run("list").stdout.contains("ok      01 counting"));
}

#[test]
fn ctrl_c_leaves_no_process_and_no_damage() {
    ends_with(SIGINT);
}

#[test]
fn even_sigkill_leaves_no_process() {
    ends_with(SIGKILL);
}
