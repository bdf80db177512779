//! The helpers do what their documentation says.

use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, panic, process, thread};

use support::{TempDir, in_child, process_cpu_time, thread_count, thread_cpu_time, within};

/// A limit that no passing test reaches, however busy the machine is.
const LONG: Duration = Duration::from_secs(20);

fn message(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload
            .downcast::<&str>()
            .map_or_else(|_| String::from("not a text"), |text| (*text).to_owned()),
    }
}

#[test]
fn within_returns_the_value() {
    assert_eq!(within(LONG, "nothing to wait for", || 7), 7);
}

#[test]
fn within_names_the_probable_cause_of_a_hang() {
    let (release, blocked) = mpsc::channel::<()>();
    let payload = panic::catch_unwind(move || {
        within(Duration::from_millis(20), "nobody sends", move || {
            let _ = blocked.recv();
        })
    })
    .expect_err("the limit is over long before the sender is dropped");
    assert_eq!(message(payload), "not finished after 20ms: nobody sends");
    drop(release);
}

#[test]
fn within_hands_a_panic_on() {
    let payload = panic::catch_unwind(|| within(LONG, "no hang here", || panic!("the cause")))
        .expect_err("the closure panics");
    assert_eq!(message(payload), "the cause");
}

#[test]
fn a_child_reports_what_it_wrote_and_how_it_ended() {
    let child = in_child("a_child_reports_what_it_wrote_and_how_it_ended", || {
        println!("from the child");
        eprintln!("and its other side");
        process::exit(7);
    });
    assert_eq!(child.status.code(), Some(7));
    assert!(child.stdout().contains("from the child"), "{child:?}");
    assert!(child.stderr().contains("and its other side"), "{child:?}");
}

#[test]
fn a_child_that_returns_exits_with_zero() {
    let child = in_child("a_child_that_returns_exits_with_zero", || {});
    assert!(child.status.success(), "{child:?}");
}

#[test]
fn a_child_may_abort_without_harm_to_the_others() {
    let child = in_child("a_child_may_abort_without_harm_to_the_others", || {
        process::abort()
    });
    assert!(!child.status.success(), "{child:?}");
}

#[test]
fn temp_dirs_are_apart_and_clean_up() {
    let (one, two) = (TempDir::new(), TempDir::new());
    assert_ne!(one.path(), two.path());
    let file = one.join("file");
    fs::write(&file, "text").expect("the directory can be written to");
    drop(one);
    assert!(!file.exists());
}

#[test]
fn work_shows_in_the_processor_time_and_waiting_does_not() {
    let (process_before, thread_before) = (process_cpu_time(), thread_cpu_time());
    let start = Instant::now();
    while thread_cpu_time() - thread_before < Duration::from_millis(30) {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the clock of this thread stands still"
        );
        std::hint::spin_loop();
    }
    assert!(process_cpu_time() - process_before >= Duration::from_millis(30));

    let thread_before = thread_cpu_time();
    let (_sender, receiver) = mpsc::channel::<()>();
    let _ = receiver.recv_timeout(Duration::from_millis(60));
    let used = thread_cpu_time() - thread_before;
    assert!(
        used < Duration::from_millis(30),
        "waiting used {used:?} of the processor"
    );
}

#[test]
fn descriptors_are_counted() {
    let child = in_child("descriptors_are_counted", || {
        // The first pipe may make the system open more than the pipe, once.
        drop(std::io::pipe().expect("a pipe"));
        let before = support::descriptor_count();
        if cfg!(windows) && before == 0 {
            return; // Wine 8 does not count.
        }
        let pipe = std::io::pipe().expect("a pipe");
        assert_eq!(support::descriptor_count(), before + 2);
        drop(pipe);
        assert_eq!(support::descriptor_count(), before);
    });
    assert!(child.status.success(), "{}", child.stderr());
}

#[test]
fn threads_are_counted() {
    let child = in_child("threads_are_counted", || {
        let before = thread_count();
        let (release, blocked) = mpsc::channel::<()>();
        let thread = thread::spawn(move || blocked.recv());
        assert_eq!(thread_count(), before + 1);
        drop(release);
        let _ = thread.join();
    });
    assert!(child.status.success(), "{}", child.stderr());
}

/// After `main`, a report is written when threads are left, and nothing goes wrong when `/proc` is hidden.
#[cfg(target_os = "linux")]
mod leftover_threads {
    use super::*;
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    /// What the child does that this file starts: it leaves a thread behind.
    #[test]
    fn a_thread_is_left_behind() {
        if std::env::var_os("WORKSHOP_REPORT").is_some() {
            thread::spawn(|| {
                loop {
                    thread::park();
                }
            });
        }
    }

    fn run(command: &mut Command, report: &Path) -> Output {
        command
            .args(["leftover_threads::a_thread_is_left_behind", "--exact"])
            .env("WORKSHOP_REPORT", report)
            .stdin(Stdio::null())
            .output()
            .expect("the test program can be started again")
    }

    #[test]
    fn a_thread_that_is_left_is_reported() {
        if std::env::var_os("WORKSHOP_RUNNER").is_some() {
            return; // An emulator has threads of its own.
        }
        let folder = TempDir::new();
        let program = std::env::current_exe().expect("its own path");
        let report = folder.join("report");
        let output = run(&mut Command::new(program), &report);
        assert!(output.status.success(), "{output:?}");
        let text = fs::read_to_string(report).expect("the report was written");
        let number = text.trim_end().strip_prefix("threads ").map(str::parse);
        assert_eq!(number, Some(Ok(1)), "{text:?}");
    }

    #[test]
    fn nothing_goes_wrong_without_proc() {
        if std::env::var_os("WORKSHOP_RUNNER").is_some() {
            return; // Without `/proc` an emulator does not start.
        }
        let hide = "mount -t tmpfs none /proc && exec \"$0\" \"$@\"";
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount"]);
        let allowed = unshare.args(["sh", "-c", hide]);
        let can = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
            .arg("mount -t tmpfs none /proc")
            .output();
        if !can.is_ok_and(|output| output.status.success()) {
            eprintln!("this system does not let a program hide /proc: nothing to check here");
            return;
        }
        let folder = TempDir::new();
        let report = folder.join("report");
        let program = std::env::current_exe().expect("its own path");
        let output = run(allowed.arg(program), &report);
        assert!(output.status.success(), "{output:?}");
        assert!(!report.exists(), "nothing is known about its threads");
    }
}
