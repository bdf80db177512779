//! Verdicts that can be trusted: about what is on disk, by a reference that is there, within one limit, and
//! in words that fit a screen.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::lab::{COUNTING_SOLVED, Lab};

const COUNTING: &str = "exercises/01_counting/src/lib.rs";
const SUMMING_SOLVED: &str = "//! Sums.\n\nuse counting::count;\n\n/// How many things there are in two heaps.\npub fn sum(a: &[&str], b: &[&str]) -> usize {\n    count(a) + count(b)\n}\n";

impl Lab {
    /// Writes a file as `mv`, `cp -p`, an unpacked archive or a clock that is behind do it: with an old time.
    fn write_old(&self, path: &str, text: &str) {
        self.write(path, text);
        let file = File::options().write(true).open(self.path(path));
        let time = SystemTime::now() - Duration::from_secs(3600);
        file.and_then(|file| file.set_modified(time))
            .expect("the time can be set");
    }

    /// The tests of an exercise and those of its master.
    fn write_spec(&self, exercise: &str, text: &str) {
        for part in ["exercises", "solutions"] {
            self.write(&format!("{part}/{exercise}/tests/spec.rs"), text);
        }
    }
}

/// How many tests pass, as the checker says it.
fn passing(lab: &Lab, exercise: &str) -> String {
    let said = lab.run(&format!("check {exercise}"));
    let line = said
        .stdout
        .lines()
        .find(|line| line.contains(" tests pass"));
    let words = line.unwrap_or(&said.stdout).split_whitespace();
    words.take(3).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_on_disk_is_judged_whatever_its_time() {
    let lab = Lab::new();
    let stub = lab.read(COUNTING);
    lab.write_old(COUNTING, COUNTING_SOLVED);
    assert_eq!(passing(&lab, "1"), "2 of 2");
    lab.write_old(COUNTING, &stub);
    assert_eq!(passing(&lab, "1"), "0 of 2", "the stub was moved back");
    lab.write_old(COUNTING, COUNTING_SOLVED);
    assert_eq!(passing(&lab, "1"), "2 of 2", "the solution was moved back");

    // The learner's own cargo runs in between.
    lab.write(COUNTING, &COUNTING_SOLVED.replace("len()", "len() + 1"));
    let tested = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "counting"])
        .current_dir(&lab.root)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("cargo starts");
    assert!(!tested.status.success());
    lab.write_old(COUNTING, COUNTING_SOLVED);
    assert_eq!(
        passing(&lab, "1"),
        "2 of 2",
        "moved back after another build"
    );

    let spec = lab.read("exercises/01_counting/tests/spec.rs");
    let more = format!("{spec}\n#[test]\nfn mine() {{}}\n");
    lab.write_old("exercises/01_counting/tests/spec.rs", &more);
    assert_eq!(passing(&lab, "1"), "3 of 3", "the specification too");
    lab.write_old("exercises/01_counting/tests/spec.rs", &spec);
    assert_eq!(passing(&lab, "1"), "2 of 2");
}

#[test]
fn what_an_exercise_builds_on_is_judged_as_it_is_on_disk() {
    let lab = Lab::new();
    let stub = lab.read(COUNTING);
    lab.solve_counting();
    lab.write("exercises/02_summing/src/lib.rs", SUMMING_SOLVED);
    assert_eq!(passing(&lab, "2"), "1 of 1");
    lab.write_old(COUNTING, &stub);
    assert_eq!(passing(&lab, "2"), "0 of 1");
    lab.write_old(COUNTING, COUNTING_SOLVED);
    assert_eq!(passing(&lab, "2"), "1 of 1");
    // It does not even compile with what was there before.
    lab.write_old(COUNTING, "pub fn count_all() {}\n");
    lab.run("check 2").shows("does not compile");
    lab.write_old(COUNTING, COUNTING_SOLVED);
    assert_eq!(passing(&lab, "2"), "1 of 1");
}

#[test]
fn a_check_leaves_the_learners_files_alone() {
    let lab = Lab::new();
    lab.write_old(COUNTING, COUNTING_SOLVED);
    let time = || fs::metadata(lab.path(COUNTING)).and_then(|about| about.modified());
    let before = time().expect("a time");
    lab.run("check 1");
    lab.run("check 1");
    assert_eq!(time().expect("a time"), before);
}

#[test]
fn a_missing_solution_is_named_and_replaces_nothing() {
    let lab = Lab::new();
    lab.solve_counting();
    fs::rename(lab.path("solutions/01_counting"), lab.path("gone")).expect("on the same disk");
    for command in [
        "check 1",
        "reset 1",
        "reset 1 --tests",
        "catch-up 2",
        "diff 1",
        "solution 1 --yes",
    ] {
        let said = lab.run(command);
        said.exits_with(1);
        said.notes("the reference solution is incomplete");
        said.notes("solutions/01_counting");
        assert_eq!(lab.read(COUNTING), COUNTING_SOLVED, "after {command}");
    }
    assert!(!lab.run("list").stdout.contains("ok      01"));

    fs::rename(lab.path("gone"), lab.path("solutions/01_counting")).expect("on the same disk");
    fs::remove_file(lab.path("solutions/01_counting/tests/spec.rs")).expect("ours");
    let said = lab.run("check 1");
    said.exits_with(1);
    said.notes("tests has no Rust file");
}

#[test]
fn many_tests_that_hang_share_one_limit() {
    let lab = Lab::new();
    let mut spec = String::new();
    for number in 0..8 {
        let body = ["std::thread::park()", "std::hint::spin_loop()"][number % 2];
        spec += &format!("#[test]\nfn hangs_{number}() {{ loop {{ {body}; }} }}\n");
    }
    // Behind all of those, and both shorter than what is left for them.
    spec += "#[test]\nfn passes() {}\n#[test]\nfn fails() { panic!(\"at once\"); }\n";
    lab.write_spec("01_counting", &spec);
    let manifest = lab.read("solutions/01_counting/Cargo.toml");
    let limit = "\n[package.metadata.workshop]\nlimit-seconds = 3\n";
    lab.write("solutions/01_counting/Cargo.toml", &(manifest + limit));
    // The first run builds; the second one is on the clock.
    lab.run("check 1");
    let start = Instant::now();
    let said = lab.run("check 1");
    let elapsed = start.elapsed();
    // One after the other, two at a time, they would take 12 seconds.
    assert!(
        elapsed < Duration::from_secs(7),
        "all of it took {elapsed:?}"
    );
    assert_eq!(
        said.stdout.matches("hung       hangs").count(),
        8,
        "{}",
        said.stdout
    );
    said.shows("ok         passes");
    said.shows("failed     fails");
}

#[test]
fn a_failure_fits_the_screen_and_acts_on_no_terminal() {
    let lab = Lab::new();
    lab.write_spec(
        "01_counting",
        r#"
        #[test]
        fn panics_with_5_megabytes() { panic!("{}", "a line of some length\n".repeat(250_000)); }
        #[test]
        fn panics_with_a_long_line() { panic!("{}", "x".repeat(300_000)); }
        #[test]
        fn compares_long_lists() {
            let one: Vec<u32> = (0..50_000).collect();
            let mut other = one.clone();
            other[43_210] = 0;
            assert_eq!(one, other, "the lists are equal");
        }
        #[test]
        fn moves_the_cursor() { panic!("\u{1b}[2J\u{1b}]0;title\u{7}\rover it"); }
        #[test]
        fn says_it_and_hangs_up() { println!("\u{1b}[31mred"); std::process::exit(3); }
        "#,
    );
    let said = lab.run("check 1 --all");
    assert!(said.stdout.len() < 16_000, "{} bytes", said.stdout.len());
    said.shows("(they first differ in element 43210, counted from 0)");
    said.shows("lines left out]");
    said.shows("characters left out]");
    said.shows(
        r"\u{1b}[2J\u{1b}]0;title\u{7}\rover it"
            .replace('\\', "/")
            .as_str(),
    );
    let json = lab.run("check 1 --json").stdout;
    assert!(json.len() < 16_000, "{} bytes", json.len());
    for text in [&said.stdout, &json] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\r']), "{text}");
    }
}

#[test]
fn layout_does_not_make_a_specification_edited() {
    let lab = Lab::new();
    lab.solve_counting();
    let spec = "use counting::{\n\tcount,\n};\n\nfn expect(got: usize, expected: usize,)\n{\n\tassert_eq!(\n\t\t\
                got,\n\t\texpected,\n\t\t\"there are {expected} things, and not {got}\",\n\t);\n}\n\n#[test]\nfn \
                three_things_are_three() { expect(count(&[\"pen\", \"cup\", \"key\",]), 3,); }\n\n#[test]\nfn \
                nothing_is_zero() { expect(count(&[]), 0) ; }\n";
    lab.write("exercises/01_counting/tests/spec.rs", spec);
    lab.run("check 1").exits_with(0);
}

#[cfg(unix)]
#[test]
fn a_folder_for_temporary_files_that_cannot_be_used_is_named() {
    let lab = Lab::new();
    lab.solve_counting();
    for (folder, what) in [
        ("tmp", "\"tmp\", a relative path"),
        ("", "\"\", a relative path"),
        // Not even root can make a folder there; on macOS there is no such folder, and its top is read-only.
        (
            "/proc",
            "the folder for temporary files, /proc, cannot be written to",
        ),
    ] {
        let said = lab.said(lab.command("check 1").env("TMPDIR", folder));
        said.exits_with(1);
        said.notes(what);
        said.notes("set TMPDIR to");
    }
    lab.run("check 1").exits_with(0);
}

#[test]
fn a_checker_that_is_older_than_its_sources_says_so() {
    let lab = Lab::new();
    let program = lab.path(&format!("checker{}", std::env::consts::EXE_SUFFIX));
    fs::copy(env!("CARGO_BIN_EXE_checker"), &program).expect("a file can be copied");
    let list = || lab.said(Command::new(&program).arg("list").current_dir(&lab.root));
    assert_eq!(
        list().stderr,
        "",
        "a copy: nothing is known about its sources"
    );

    // As cargo writes it, beside the program.
    let source = lab.path("main of the checker.rs");
    let escaped = source.display().to_string().replace(' ', "\\ ");
    let rule = format!("{}: {escaped}\n", program.display());
    lab.write("checker.d", &rule);
    lab.write_old("main of the checker.rs", "fn main() {}\n");
    assert_eq!(list().stderr, "", "it runs for the first time");
    assert_eq!(list().stderr, "");
    lab.write_old("main of the checker.rs", "fn main() { newer() }\n");
    list().notes("note: this checker was built from other files than those in checker/src");
}
