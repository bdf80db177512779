//! Whatever happens to the progress file, the checks go on.

use std::fs;
use std::thread;

use crate::lab::Lab;

const FILE: &str = ".workshop-progress";

fn copies(lab: &Lab) -> Vec<String> {
    let entries = fs::read_dir(&lab.root).expect("the lab is there");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with(".workshop-progress.damaged"))
        .collect()
}

#[test]
fn garbage_is_kept_and_progress_is_found_again() {
    let lab = Lab::new();
    lab.solve_counting();
    fs::write(lab.path(FILE), b"\x00\xff\xfe garbage\n\n\x07").expect("writable");
    let said = lab.run("check 1");
    said.exits_with(0);
    insta::assert_snapshot!(said.stderr, @"note: .workshop-progress is damaged (line 1 is not understood). It was kept as .workshop-progress.damaged_[DATE]; what could be read of it is used, and `check all` finds the rest again.");
    assert_eq!(copies(&lab).len(), 1);
    let kept = fs::read(lab.path(&copies(&lab)[0])).expect("readable");
    assert_eq!(kept, b"\x00\xff\xfe garbage\n\n\x07");
    assert!(lab.run("list --json").stdout.contains("\"state\":\"done\""));
    assert_eq!(lab.run("list").stderr, "", "the file is whole again");
}

#[test]
fn a_truncated_file_gives_what_is_left_of_it() {
    let lab = Lab::new();
    lab.solve_counting();
    assert_eq!(lab.run("check 1").status, Some(0));
    let whole = lab.read(FILE);
    lab.write(FILE, &whole[..whole.len() - 4]);
    let said = lab.run("list");
    said.shows("ok      01 counting");
    insta::assert_snapshot!(said.stderr, @"note: .workshop-progress is damaged (its end is missing). What could be read is used; `check all` finds the rest again.");
}

#[test]
fn a_file_from_the_future_is_kept() {
    let lab = Lab::new();
    lab.solve_counting();
    lab.write(FILE, "version 7\nquantum entangled\nend\n");
    let said = lab.run("check 1");
    said.exits_with(0);
    said.notes("was written by a newer checker (version 7");
    assert_eq!(copies(&lab).len(), 1);
}

#[test]
fn a_directory_in_its_place_stops_nothing() {
    let lab = Lab::new();
    lab.solve_counting();
    fs::create_dir(lab.path(FILE)).expect("a directory can be made");
    let said = lab.run("check 1");
    assert_eq!(said.status, Some(0), "the check goes on");
    said.notes("cannot be read");
    said.notes("cannot be saved");
    assert!(lab.path(FILE).is_dir(), "what is there is left alone");
    let entries = fs::read_dir(&lab.root).expect("readable");
    let left = entries.filter(|entry| {
        let name = entry.as_ref().expect("readable").file_name();
        name.to_string_lossy().ends_with(".tmp")
    });
    assert_eq!(left.count(), 0, "no half-written file stays");
}

#[cfg(unix)]
#[test]
fn a_read_only_course_is_checked_without_progress() {
    use std::os::unix::fs::PermissionsExt;

    let lab = Lab::new();
    lab.solve_counting();
    // Build first: cargo needs its target folder.
    assert_eq!(lab.run("check 2").status, Some(1));
    fs::remove_file(lab.path(FILE)).expect("it was written");
    fs::remove_file(lab.path(".workshop-progress.lock")).expect("it was written");
    let mode = |mode| fs::set_permissions(&lab.root, fs::Permissions::from_mode(mode));
    mode(0o555).expect("ours");
    let writable = fs::write(lab.path("probe"), "").is_ok();
    let said = lab.run("check 1");
    mode(0o755).expect("ours");
    said.exits_with(0);
    // Permissions do not bind root, who runs this in a container.
    if !writable {
        said.notes("Your progress cannot be saved");
    }
}

#[test]
fn a_change_after_the_pass_shows() {
    let lab = Lab::new();
    lab.solve_counting();
    assert_eq!(lab.run("check 1").status, Some(0));
    let source = lab.read("exercises/01_counting/src/lib.rs");
    lab.write(
        "exercises/01_counting/src/lib.rs",
        &format!("{source}// a thought\n"),
    );
    let said = lab.run("list");
    said.shows("changed 01 counting");
    lab.run("check 1");
    assert!(
        lab.run("list").stdout.contains("ok      01 counting"),
        "it passed again"
    );
}

#[test]
fn progress_is_kept_by_name() {
    let lab = Lab::new();
    lab.solve_counting();
    assert_eq!(lab.run("check 1").status, Some(0));
    for part in ["exercises", "solutions"] {
        let (from, to) = (format!("{part}/01_counting"), format!("{part}/00_counting"));
        fs::rename(lab.path(&from), lab.path(&to)).expect("on the same disk");
    }
    let said = lab.run("list");
    said.shows("ok      00 counting");
}

#[test]
fn two_checkers_at_once_lose_nothing() {
    let lab = Lab::new();
    thread::scope(|scope| {
        for exercise in ["1", "2", "3", "4"] {
            let lab = &lab;
            scope.spawn(move || {
                for level in ["1", "2", "3"] {
                    assert_eq!(lab.run(&format!("hint {exercise} {level}")).stderr, "");
                }
            });
        }
    });
    let text = lab.read(FILE);
    for name in ["counting", "summing", "sabotage", "hanging"] {
        assert!(text.contains(&format!("hint {name} 3\n")), "{text}");
    }
    assert!(copies(&lab).is_empty(), "it was never half written");
}

#[test]
fn a_change_after_the_last_pass_is_where_to_go_on() {
    let lab = Lab::new();
    lab.solve_counting();
    lab.run("check 1");
    // The others count as passed, with other sources than these.
    let progress = lab.read(".workshop-progress");
    let done = |line: &&str| line.contains("counting") && !line.starts_with("current");
    let line = progress.lines().find(done).expect("it passed");
    let others = ["summing", "sabotage", "hanging"].map(|name| line.replace("counting", name));
    let (head, tail) = progress.split_once(line).expect("it is there");
    let all = format!("{head}{line}\n{}{tail}", others.join("\n"));
    lab.write(".workshop-progress", &all);
    let said = lab.run("");
    said.shows("Next: ");
    assert!(
        !said.stdout.contains("Every exercise is done"),
        "three of them were changed"
    );
}
