//! What maintainers use: `verify`, and `carve --new`.

use crate::lab::Lab;

/// A lab whose first chapter has wrong answers: names and what they put in the place of `things.len()`, with
/// the tests that they name.
fn lab(answers: &[(&str, &str, &[&str])]) -> Lab {
    let lab = Lab::new();
    for folder in ["checker", "solutions/01_counting/wrong"] {
        std::fs::create_dir(lab.path(folder)).expect("a folder can be made");
    }
    for (name, replace, tests) in answers {
        let tests: String = tests
            .iter()
            .map(|test| format!("rejected by: {test}\n"))
            .collect();
        lab.write(
            &format!("solutions/01_counting/wrong/{name}.txt"),
            &format!(
                "A mistake\n{tests}\nfile src/lib.rs\n<<<<<<< find\n    things.len()\n=======\n    {replace}\n\
                 >>>>>>> replace\n"
            ),
        );
    }
    lab
}

const ZERO: &str = "nothing_is_zero";
const THREE: &str = "three_things_are_three";

#[test]
fn verify_finds_what_is_wrong_with_a_course() {
    let lab = lab(&[
        ("caught", "things.len() + 1", &[ZERO]),
        ("missed", "things.iter().count()", &[ZERO]),
        ("stale", "0", &[ZERO]),
    ]);
    let stale = lab.read("solutions/01_counting/wrong/stale.txt");
    lab.write(
        "solutions/01_counting/wrong/stale.txt",
        &stale.replace("things.len()", "things.length"),
    );
    lab.write("exercises/01_counting/src/lib.rs", "// edited by hand\n");
    let page = lab.read("exercises/01_counting/README.md");
    let title = page.lines().next().expect("a title");
    let long = "# A title that is far too long for one line of the list";
    lab.write(
        "exercises/01_counting/README.md",
        &format!("{}\n{}", page.replace(title, long), "word ".repeat(1700)),
    );
    let said = lab.run("verify 1");
    said.exits_with(1);
    assert_eq!(said.stderr, "");
    insta::assert_snapshot!(said.stdout, @"");
}

#[test]
fn verify_wants_a_wrong_answer_for_every_test_on_the_machine_where_it_runs() {
    let lab = lab(&[
        ("one_more", "things.len() + 1", &[ZERO, THREE]),
        ("two", "2", &[ZERO, THREE]),
        ("always_zero", "0", &[THREE]),
    ]);
    let said = lab.run("verify 1");
    said.shows("The course holds.");
    said.exits_with(0);

    // With the others gone, only Windows has an answer for `nothing_is_zero`.
    for name in ["one_more", "two"] {
        let path = format!("solutions/01_counting/wrong/{name}.txt");
        let text = lab.read(&path);
        lab.write(&path, &text.replace("\nfile", "only on: windows\n\nfile"));
    }
    let said = lab.run("verify 1");
    said.shows("no wrong answer for linux x86_64 is rejected by `nothing_is_zero`");
    said.exits_with(1);
}

#[test]
fn verify_times_finds_a_test_that_needs_luck() {
    // The first run of all makes the file, and only that one counts wrong.
    let lucky = "things.len() + usize::from(std::fs::File::create_new(\"ran\").is_ok())";
    let lab = lab(&[
        ("always", "things.len() + 1", &[ZERO, THREE]),
        ("lucky", lucky, &[ZERO]),
        ("two", "2", &[ZERO]),
    ]);
    let said = lab.run("verify 1 --times 4");
    said.exits_with(1);
    insta::assert_snapshot!(said.stdout, @"");
}

#[test]
fn verify_matrix_shows_which_tests_reject_which_wrong_answer() {
    let lab = lab(&[
        ("always_zero", "0", &[THREE]),
        ("in_vain", "things.iter().count()", &[ZERO]),
        ("one_more", "things.len() + 1", &[ZERO]),
    ]);
    let said = lab.run("verify 1 --matrix");
    said.exits_with(1);
    let matrix = said.stdout.split("\n\n").skip(1).take(3);
    insta::assert_snapshot!(matrix.collect::<Vec<_>>().join("\n\n"), @"");
    let widest = said.stdout.lines().map(str::len).max();
    assert!(widest <= Some(100), "{}", said.stdout);
}

#[test]
fn a_new_chapter_can_be_verified_at_once_and_says_what_is_missing() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("checker")).expect("a folder can be made");
    let said = lab.run("carve --new 11_event_queue");
    said.exits_with(0);
    insta::assert_snapshot!(said.stdout, @"");
    let said = lab.run("verify 11");
    said.exits_with(1);
    insta::assert_snapshot!(said.stdout, @"");

    // It writes over nothing.
    let page = "exercises/11_event_queue/README.md";
    lab.write(page, "# Mine\n");
    for folder in ["11_event_queue", "11_other", "12_counting"] {
        lab.run(&format!("carve --new {folder}")).exits_with(1);
    }
    assert_eq!(lab.read(page), "# Mine\n");
    assert!(!lab.path("solutions/11_other").exists());
}
