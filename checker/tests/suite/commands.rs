//! The commands beside the guide.

use std::io::Write;
use std::process::Stdio;

use crate::lab::{COUNTING_SOLVED, Lab};

#[test]
fn hints_come_one_step_at_a_time() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.run("hint").stdout, @r"
    01 counting

    1. The concept

    Slices know their length.

    2 steps are left: `cargo run -p checker -- hint`
    ");
    let second = lab.run("hint").stdout;
    assert!(
        second.contains("## 2") || second.contains("2. The place"),
        "{second}"
    );
    assert!(
        !second.contains("1. The concept"),
        "only the new step: {second}"
    );
    let third = lab.run("hint 1").stdout;
    assert!(third.contains("things.len()"), "{third}");
    assert!(third.contains("That was the last step."), "{third}");
    let again = lab.run("hint 1 2").stdout;
    assert!(
        again.contains("1. The concept") && again.contains("2. The place"),
        "{again}"
    );
}

#[test]
fn reset_starts_afresh_and_keeps_a_backup() {
    let lab = Lab::new();
    let stub = lab.read("exercises/01_counting/src/lib.rs");
    lab.solve_counting();
    lab.write("exercises/01_counting/src/more.rs", "// mine\n");
    assert_eq!(lab.run("check 1").status, Some(0));

    let said = lab.run("reset 1");
    insta::assert_snapshot!(said.stdout, @r"
      kept  .workshop-backups/[DATE]_01_counting
    reset 01 counting
    ");
    assert_eq!(lab.read("exercises/01_counting/src/lib.rs"), stub);
    assert!(!lab.path("exercises/01_counting/src/more.rs").exists());

    let backups: Vec<_> = std::fs::read_dir(lab.path(".workshop-backups"))
        .expect("there is a backup")
        .map(|entry| entry.expect("readable").path())
        .collect();
    let kept = |name: &str| std::fs::read_to_string(backups[0].join(name)).expect("it was kept");
    assert_eq!(backups.len(), 1);
    assert_eq!(kept("src/lib.rs"), COUNTING_SOLVED);
    assert_eq!(kept("src/more.rs"), "// mine\n");
    assert!(
        lab.run("list --json").stdout.contains("\"state\":\"open\""),
        "it is open again"
    );
}

#[test]
fn reset_tests_leaves_the_work_alone() {
    let lab = Lab::new();
    let spec = lab.read("exercises/01_counting/tests/spec.rs");
    lab.solve_counting();
    lab.write("exercises/01_counting/tests/spec.rs", "// nothing left\n");
    insta::assert_snapshot!(lab.run("reset counting --tests").stdout, @r"
      kept  .workshop-backups/[DATE]_01_counting
    reset tests of 01 counting
    ");
    assert_eq!(lab.read("exercises/01_counting/tests/spec.rs"), spec);
    assert_eq!(
        lab.read("exercises/01_counting/src/lib.rs"),
        COUNTING_SOLVED
    );
    assert_eq!(lab.run("check 1").status, Some(0));
}

#[test]
fn a_reset_of_what_is_fresh_changes_nothing() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.run("reset 1").stdout, @"01 counting as in the beginning already");
    assert!(!lab.path(".workshop-backups").exists());
}

#[test]
fn the_solution_asks_first() {
    let lab = Lab::new();
    let said = lab.run("solution 1");
    assert_eq!(said.status, Some(0), "the end of the input is an answer");
    said.shows("not solved yet");
    assert!(
        !said.stdout.contains("things.len()"),
        "it was not asked for: {}",
        said.stdout
    );

    let mut child = lab
        .command("solution 1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the checker starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(b"y\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains("things.len()"), "{stdout}");
}

#[test]
fn the_solution_shows_no_markers() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.run("solution 1 --yes").stdout, @r"
    src/lib.rs

    //! Counts.

    /// How many things there are.
    pub fn count(things: &[&str]) -> usize {
        things.len()
    }
    ");
}

#[test]
fn diff_shows_what_differs_from_the_reference() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.run("diff 1").stdout, @r#"
    01 counting: - yours, + the reference

    src/lib.rs
       ...

      /// How many things there are.
      pub fn count(things: &[&str]) -> usize {
    -     // TODO: count the things.
    -     todo!("count {} things", things.len())
    +     things.len()
      }
    "#);
    lab.solve_counting();
    insta::assert_snapshot!(lab.run("diff 1").stdout, @"01 counting is the reference, to the letter.");
}

#[test]
fn catch_up_fills_what_is_unsolved_and_keeps_what_was_there() {
    let lab = Lab::new();
    lab.write("exercises/02_summing/src/lib.rs", "// half done\n");
    insta::assert_snapshot!(lab.run("catch-up 3").stdout, @r"
    filling 01 counting
      kept  .workshop-backups/[DATE]_01_counting
    filling 02 summing
      kept  .workshop-backups/[DATE]_02_summing
    03 sabotage: Everything that can go wrong (about 2 minutes)
      read  exercises/03_sabotage/README.md
      edit  exercises/03_sabotage/src/lib.rs
      then  cargo run -p checker
    ");
    assert_eq!(lab.run("check 1").status, Some(0));
    assert_eq!(lab.run("check 2").status, Some(0));
    let kept = lab.path(".workshop-backups");
    let backups = std::fs::read_dir(kept).expect("there are backups").count();
    assert_eq!(backups, 2, "the stub of 01 and the half-done 02");
}

#[test]
fn next_goes_on_without_solving() {
    let lab = Lab::new();
    insta::assert_snapshot!(lab.run("next").stdout, @r"
    02 summing: Summing what was counted (about 5 minutes)
      read  exercises/02_summing/README.md
      edit  exercises/02_summing/src/lib.rs
      then  cargo run -p checker
    ");
    assert!(
        lab.run("hint").stdout.contains("02 summing"),
        "the next one is the current one now"
    );
}

#[test]
fn carve_makes_the_stub_again() {
    let lab = Lab::new();
    let stub = lab.read("exercises/02_summing/src/lib.rs");
    lab.write("exercises/02_summing/src/lib.rs", "// gone\n");
    assert!(lab.run("carve 2").stdout.contains("carved 02 summing"));
    assert_eq!(lab.read("exercises/02_summing/src/lib.rs"), stub);
    insta::assert_snapshot!(lab.run("carve 2").stdout, @"Everything is as carving gives it.");
}

#[test]
fn what_is_mistyped_is_explained() {
    let lab = Lab::new();
    let said = lab.run("check sum");
    said.exits_with(1);
    insta::assert_snapshot!(said.stderr, @"there is no exercise `sum`. Did you mean `summing`?");
    let said = lab.run("chekc");
    said.exits_with(2);
}
