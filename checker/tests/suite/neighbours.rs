//! What learners put beside the exercises: notes, copies, an editor's folder. None of it stops the course.

use std::fs;

use crate::lab::{COUNTING_SOLVED, Lab};

#[test]
fn notes_copies_and_editors_folders_disturb_nothing() {
    let lab = Lab::new();
    for folder in [
        "exercises/my_notes",
        "exercises/.idea",
        "exercises/05_plans",
        "solutions/.idea",
    ] {
        fs::create_dir_all(lab.path(folder)).expect("a folder can be made");
    }
    // One copy sorts behind its original and one before it; both are of a package that is there already.
    for copy in ["exercises/01_counting copy", "exercises/00_counting_old"] {
        fs::create_dir_all(lab.path(copy).join("src")).expect("a folder can be made");
        for file in ["Cargo.toml", "README.md", "src/lib.rs"] {
            let text = lab.read(&format!("exercises/01_counting/{file}"));
            lab.write(&format!("{copy}/{file}"), &text);
        }
    }
    lab.solve_counting();
    let said = lab.run("check counting");
    said.shows("exercises/01_counting/src/lib.rs");
    said.exits_with(0);
    let said = lab.run("list");
    assert_eq!(
        said.stdout.matches("counting").count(),
        1,
        "{}",
        said.stdout
    );
}

#[test]
fn a_library_that_was_renamed_away_is_a_compiler_error_and_reset_brings_it_back() {
    let lab = Lab::new();
    let library = lab.path("exercises/01_counting/src/lib.rs");
    fs::rename(&library, library.with_file_name("lib_old.rs")).expect("a file can be renamed");
    let said = lab.run("check counting");
    said.shows("couldn't read");
    said.exits_with(1);
    lab.run("reset counting").exits_with(0);
    lab.write("exercises/01_counting/src/lib.rs", COUNTING_SOLVED);
    lab.run("check counting").exits_with(0);
}
