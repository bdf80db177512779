//! What the guide says on the way through the course.

use checker::json::Json;

use crate::lab::{COUNTING_SOLVED, Lab};

#[test]
fn the_first_screen_says_what_to_do() {
    let lab = Lab::new();
    let said = lab.run("");
    said.exits_with(0);
    insta::assert_snapshot!(said.stdout, @r"
    Event loops from the system call up
    [                                        ] 0 of 4 done

    1. The beginning  0 of 2
      >       01 counting          Counting things
              02 summing           Summing what was counted

    2. The end  0 of 2

    Welcome. Every exercise starts with failing tests: that is how it should look.
    Read the chapter, write what is missing where `TODO` stands, and run this
    command again.

    01 counting: Counting things (about 5 minutes)
      read  exercises/01_counting/README.md
      edit  exercises/01_counting/src/lib.rs

      todo       three_things_are_three
      todo       nothing_is_zero

    todo: three_things_are_three
      at exercises/01_counting/src/lib.rs:6:5
      not yet implemented: count 3 things

    0 of 2 tests pass. With --all, every failure is explained.

    Next: edit exercises/01_counting/src/lib.rs:5, then cargo run -p checker
    Stuck for ten minutes? cargo run -p checker -- hint
    ");
    // On a pipe there is no status line.
    assert_eq!(said.stderr, "");
}

#[test]
fn a_solved_exercise_leads_to_the_next() {
    let lab = Lab::new();
    lab.solve_counting();
    insta::assert_snapshot!(lab.run("").stdout, @r"
    Event loops from the system call up
    [==========                              ] 1 of 4 done

    1. The beginning  1 of 2
      ok      01 counting          Counting things
      >       02 summing           Summing what was counted

    2. The end  0 of 2

    01 counting: Counting things (about 5 minutes)
      read  exercises/01_counting/README.md
      edit  exercises/01_counting/src/lib.rs

      ok         three_things_are_three
      ok         nothing_is_zero

    2 of 2 tests pass.

    01 counting is done.

    Next: 02 summing: Summing what was counted
      read  exercises/02_summing/README.md
      then  cargo run -p checker
    ");
    insta::assert_snapshot!(lab.run("list").stdout, @r"
    Event loops from the system call up
    [==========                              ] 1 of 4 done

    1. The beginning  1 of 2
      ok      01 counting          Counting things
      >       02 summing           Summing what was counted

    2. The end  0 of 2
              03 sabotage          Everything that can go wrong
              04 hanging           A test that runs for a minute

    About 6 min of reading and 8 min of coding in all; 9 min left.
    ");
}

#[test]
fn a_wrong_answer_shows_the_diagnosis() {
    let lab = Lab::new();
    let wrong = COUNTING_SOLVED.replace("things.len()", "things.len() + 1");
    lab.write("exercises/01_counting/src/lib.rs", &wrong);
    let said = lab.run("check 1");
    said.exits_with(1);
    insta::assert_snapshot!(said.stdout, @r"
    01 counting: Counting things (about 5 minutes)
      read  exercises/01_counting/README.md
      edit  exercises/01_counting/src/lib.rs

      failed     three_things_are_three
      failed     nothing_is_zero

    failed: three_things_are_three
      at exercises/01_counting/tests/spec.rs:4:5
      assertion `left == right` failed: there are 3 things, and not 4
        left: 4
       right: 3

    0 of 2 tests pass. With --all, every failure is explained.

    Next: fix what `three_things_are_three` finds, then cargo run -p checker
    Stuck for ten minutes? cargo run -p checker -- hint
    ");
    let all = lab.run("check counting --all").stdout;
    assert!(
        all.contains("there are 0 things, and not 1"),
        "--all shows every failure: {all}"
    );
}

#[test]
fn what_does_not_compile_shows_the_compilers_words() {
    let lab = Lab::new();
    lab.write(
        "exercises/01_counting/src/lib.rs",
        "pub fn count(things: &[&str]) -> usize { thing }",
    );
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("It does not compile yet.");
    said.shows("cannot find value `thing` in this scope");
    said.shows("exercises/01_counting/src/lib.rs:1:42");
}

#[test]
fn a_broken_manifest_shows_cargos_words() {
    let lab = Lab::new();
    lab.write(
        "exercises/01_counting/Cargo.toml",
        "[package]\nname = \"counting\"\nedition = 7\n",
    );
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("exercises/01_counting/Cargo.toml");
}

#[test]
fn an_unsolved_prerequisite_is_named_first() {
    let lab = Lab::new();
    let solved = "//! Sums.\n\n/// Both.\npub fn sum(a: &[&str], b: &[&str]) -> usize {\n    \
                  counting::count(a) + counting::count(b)\n}\n";
    lab.write("exercises/02_summing/src/lib.rs", solved);
    insta::assert_snapshot!(lab.run("check 2").stdout, @r"
    02 summing: Summing what was counted (about 5 minutes)
      read  exercises/02_summing/README.md
      edit  exercises/02_summing/src/lib.rs

    02 summing builds on 01 counting, which is not done yet: a failure below may
    come from there. Do it first, or take the reference for what is missing: cargo
    run -p checker -- catch-up 02

      todo       both_heaps_count

    todo: both_heaps_count
      at exercises/01_counting/src/lib.rs:6:5
      not yet implemented: count 1 things

    0 of 1 tests pass.

    Next: edit exercises/02_summing/src/lib.rs, then cargo run -p checker
    Stuck for ten minutes? cargo run -p checker -- hint
    ");
}

#[test]
fn an_edited_specification_does_not_count() {
    let lab = Lab::new();
    lab.write(
        "exercises/01_counting/src/lib.rs",
        &COUNTING_SOLVED.replace("things.len()", "things.len() % 3"),
    );
    let spec = lab.read("exercises/01_counting/tests/spec.rs");
    lab.write(
        "exercises/01_counting/tests/spec.rs",
        &spec.replace("]), 3)", "]), 0)"),
    );
    let said = lab.run("check 1");
    said.exits_with(1);
    insta::assert_snapshot!(said.stdout, @r"
    01 counting: Counting things (about 5 minutes)
      read  exercises/01_counting/README.md
      edit  exercises/01_counting/src/lib.rs

      ok         three_things_are_three
      ok         nothing_is_zero

    2 of 2 tests pass.

    Your copy of the tests differs from the original.
    1 test is edited: three_things_are_three. The exercise counts as done when all
    of the original tests pass: `cargo run -p checker -- reset 01 --tests` brings
    them back, and keeps your copy as a backup.

    Next: cargo run -p checker -- reset 01 --tests
    ");
}

#[test]
fn ignored_and_deleted_tests_do_not_count() {
    let lab = Lab::new();
    lab.solve_counting();
    let spec = lab.read("exercises/01_counting/tests/spec.rs");
    let ignored = spec.replace("#[test]\nfn nothing", "#[test]\n#[ignore]\nfn nothing");
    lab.write("exercises/01_counting/tests/spec.rs", &ignored);
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("1 test is ignored: nothing_is_zero");

    let deleted = &spec[..spec.find("#[test]\nfn nothing").expect("the test is there")];
    lab.write("exercises/01_counting/tests/spec.rs", deleted);
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("1 test is missing: nothing_is_zero");
}

#[test]
fn no_tests_at_all_do_not_count() {
    let lab = Lab::new();
    lab.solve_counting();
    lab.write("exercises/01_counting/tests/spec.rs", "");
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("2 tests are missing: three_things");
}

#[test]
fn tests_that_are_switched_off_are_noticed() {
    let lab = Lab::new();
    lab.solve_counting();
    let spec = lab.read("exercises/01_counting/tests/spec.rs");
    lab.write(
        "exercises/01_counting/tests/spec.rs",
        &format!("#![cfg(any())]\n{spec}"),
    );
    let said = lab.run("check 1");
    said.exits_with(1);
    said.shows("2 tests do not run: three_things");
}

#[test]
fn json_is_for_machines() {
    let lab = Lab::new();
    let said = lab.run("check 1 --json");
    said.exits_with(1);
    let json = Json::parse(&said.stdout).expect("it is JSON");
    assert_eq!(json.get("exercise"), Some(&Json::text("counting")));
    assert_eq!(json.get("passed"), Some(&Json::Bool(false)));
    let Some(Json::Array(tests)) = json.get("tests") else {
        panic!("{json}");
    };
    assert_eq!(
        tests[0].get("name"),
        Some(&Json::text("three_things_are_three"))
    );
    assert_eq!(tests[0].get("verdict"), Some(&Json::text("todo")));

    let list = Json::parse(&lab.run("list --json").stdout).expect("it is JSON");
    let Json::Array(exercises) = list else {
        panic!("{list}");
    };
    assert_eq!(exercises[0].get("state"), Some(&Json::text("open")));
    assert_eq!(exercises[0].get("current"), Some(&Json::Bool(true)));
}

#[test]
fn it_works_from_any_folder_inside_and_says_so_outside() {
    let lab = Lab::new();
    let said = lab.said(
        lab.command("check 1")
            .current_dir(lab.path("exercises/01_counting/src")),
    );
    said.exits_with(1);
    let absolute = "Next: edit [ROOT]/exercises/01_counting/src/lib.rs:5";
    assert!(
        said.stdout.contains(absolute),
        "paths can be clicked from there: {}",
        said.stdout
    );

    let said = lab.said(lab.command("").current_dir(std::env::temp_dir()));
    said.exits_with(1);
    said.notes("is not inside the workshop");
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let lab = Lab::new();
    let said = lab.said(lab.command("list").env("COLUMNS", "30"));
    let wide: Vec<&str> = said
        .stdout
        .lines()
        .filter(|line| line.chars().count() > 36)
        .collect();
    assert!(wide.is_empty(), "{wide:?}");
}
