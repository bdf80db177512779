//! Code that hangs, crashes, floods, cheats and leaves things behind: each gets its verdict within its
//! limit and a second, and no process is left.

use std::time::{Duration, Instant};

use checker::json::Json;

use crate::lab::Lab;

#[test]
fn everything_that_goes_wrong_is_named() {
    let lab = Lab::new();
    // The first run builds; the second one is on the clock.
    says_what_each_verdict_means(&lab.run("check 3 --all").stdout);
    let start = Instant::now();
    let said = lab.run("check 3 --json");
    let elapsed = start.elapsed();
    said.exits_with(1);

    let json = Json::parse(&said.stdout).expect("it is JSON");
    let Some(Json::Array(tests)) = json.get("tests") else {
        panic!("{json}");
    };
    let mut table = String::new();
    for test in tests {
        let text = |key| test.get(key).and_then(Json::as_str).unwrap_or("-");
        table.push_str(&format!("{:<30}{}\n", text("name"), text("verdict")));
        let Some(Json::Number(seconds)) = test.get("seconds") else {
            panic!("{test}");
        };
        let seconds: f64 = seconds.parse().expect("a number");
        assert!(
            seconds < 8.0,
            "{} took {seconds} s, and its exercise has 6 s",
            text("name")
        );
    }
    insta::assert_snapshot!(table, @r"
    aborts                        crashed
    deadlocks                     hung
    dereferences_null             crashed
    exits_with_zero               left early
    fails_an_assertion            failed
    fakes_success                 left early
    ignores_sigterm_and_outlives  left over
    leaves_a_daemon               left over
    leaves_a_thread               left over
    loops_forever                 hung
    overflows_the_stack           overflow
    panics_in_drop                crashed
    prints_20_megabytes           flooded
    prints_for_ever               flooded
    prints_invalid_utf8           ok
    reads_stdin                   ok
    ");
    // Three tests hang, and share six seconds.
    assert!(
        elapsed < Duration::from_secs(12),
        "all of it took {elapsed:?}"
    );
    assert_no_process_left(&lab);
}

fn says_what_each_verdict_means(said: &str) {
    for sentence in [
        "SIGSEGV: touched memory that is not mapped",
        "SIGABRT: the process gave up",
        "It was not over when the 6s of this exercise had passed",
        "Its process exited with status 0 before the test was over.",
        "It used up its stack",
        "It printed 20 MB",
        "a thread that it started was still running",
        "a process that it started was still running",
        "a first panic",
        "one and one are two",
        "2 of 16 tests pass.",
    ] {
        // Long sentences are wrapped.
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains(sentence),
            "`{sentence}` is missing in:\n{said}"
        );
    }
    assert!(!said.contains("stack backtrace"), "no noise: {said}");
    assert!(said.len() < 8000, "no flood: {} bytes", said.len());
}

/// Every process of a test works in the lab, or has a shell's loop as its command line.
#[cfg(target_os = "linux")]
pub fn assert_no_process_left(lab: &Lab) {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        let left: Vec<String> = std::fs::read_dir("/proc")
            .expect("/proc is mounted")
            .flatten()
            .filter(|entry| {
                let place = std::fs::read_link(entry.path().join("cwd"));
                let status = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
                place.is_ok_and(|place| place.starts_with(&lab.root)) && !status.contains(") Z ")
            })
            .map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default())
            .collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still running: {left:?}");
        std::thread::yield_now();
    }
}

#[cfg(any(target_os = "macos", windows))]
pub fn assert_no_process_left(_: &Lab) {}
