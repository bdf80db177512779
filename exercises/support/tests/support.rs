//! The helpers do what their documentation says.

use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, panic, process, thread};

use support::{TempDir, in_child, process_cpu_time, thread_count, thread_cpu_time, within};

const SECOND: Duration = Duration::from_secs(1);

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
    assert_eq!(within(SECOND, "nothing to wait for", || 7), 7);
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
    let payload =
        panic::catch_unwind(|| within(60 * SECOND, "no hang here", || panic!("the cause")))
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
