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
    // cargo makes the lock file that a real course has.
    lab.run("check 1");
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
    insta::assert_snapshot!(said.stdout, @r#"
    exercise               carved  stub fails  solution  wrong    words  pages
    01 counting            WRONG   2/2         2/2       1/3      1725   WRONG

    01 counting: the title has 53 characters, and `list` shows 45: A title that is far too long for one line of the list

    01 counting: src/lib.rs is not what `carve` gives

    01 counting: no wrong answer is rejected by `three_things_are_three`: what mistake is it there for?

    01 counting: wrong/missed.txt: "A mistake" is not rejected by nothing_is_zero

    01 counting: wrong/stale.txt: the piece to find (`things.length` …) occurs 0 times in src/lib.rs

    01 counting: warning: README.md has 1725 words, and a chapter 1700 at most
    "#);
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
    insta::assert_snapshot!(said.stdout, @r#"
    exercise               carved  stub fails  solution  wrong    words  pages
    01 counting            ok      2/2         2/2       2/3      14     ok

    01 counting: wrong/lucky.txt: "A mistake" is not rejected by nothing_is_zero in 3 of 4 runs
    "#);
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
    insta::assert_snapshot!(matrix.collect::<Vec<_>>().join("\n\n"), @r"
    01 counting: X rejected by a test that it names, x by another, h by hanging,
    ? in some runs only, ! named in vain, . accepted

                                                  1   2
    always_zero                                   X   .
    in_vain                                       .   !
    one_more                                      x   X
    rejected by it                                2   1
    rejected by it alone                          1   0

      1 three_things_are_three
      2 nothing_is_zero
    ");
    let widest = said.stdout.lines().map(str::len).max();
    assert!(widest <= Some(100), "{}", said.stdout);
}

#[test]
fn a_new_chapter_can_be_verified_at_once_and_says_what_is_missing() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("checker")).expect("a folder can be made");
    lab.run("check 1");
    let said = lab.run("carve --new 11_event_queue");
    said.exits_with(0);
    insta::assert_snapshot!(said.stdout, @r"
    made   exercises/11_event_queue
           solutions/11_event_queue
    The answer in 11_event_queue/src, its tests and its wrong answer are an example: replace them.
    `cargo run -p checker -- verify 11` says what is missing.
    ");
    let said = lab.run("verify 11");
    said.exits_with(1);
    insta::assert_snapshot!(said.stdout, @r"
    exercise               carved  stub fails  solution  wrong    words  pages
    11 event_queue         ok      1/1         1/1       1/1      249    WRONG

    11 event_queue: README.md lacks its title or its minutes

    11 event_queue: README.md has still to be written: the top, The idea, Predict, Step 1, Step 2, What the tests check, Look at it, Break it on purpose, What you have now, Answer aloud, On the other systems, Further reading

    11 event_queue: HINTS.md has still to be written: 1. The concept, 2. The place, 3. Nearly the code

    11 event_queue: it has fewer than 3 wrong answers
    ");

    // It writes over nothing.
    let page = "exercises/11_event_queue/README.md";
    lab.write(page, "# Mine\n");
    for folder in ["11_event_queue", "11_other", "12_counting"] {
        lab.run(&format!("carve --new {folder}")).exits_with(1);
    }
    assert_eq!(lab.read(page), "# Mine\n");
    assert!(!lab.path("solutions/11_other").exists());
}
