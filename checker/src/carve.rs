//! Makes the learner's files from the solution's.
//!
//! `solutions/NN_name` holds the master copy of every exercise's `src`, `tests`, `examples` and
//! `benches`. In it, a piece that the learner writes stands between two quiet comments:
//!
//! ```text
//!     //> // TODO: what the learner is to do here.
//!     //> todo!("what is missing")
//!     the solution's own lines
//!     //<
//! ```
//!
//! The stub has what follows `//> `, the clean solution has the lines between, and neither has the
//! markers. Two kinds of lines exist only because the solution is a package of another name in another
//! folder, and both forms lose them: `extern crate NAME_solution as NAME;`, and the long way to the
//! chapter's README.

use std::path::Path;

use crate::error::{Error, Result};
use crate::files::{self, Tree};

/// The folders of a crate that are carved.
pub const CARVED: [&str; 4] = ["src", "tests", "examples", "benches"];

/// Which of the two files to make from a master copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What the learner starts with.
    Stub,
    /// The reference, as it is shown and copied.
    Solution,
}

/// Carves the folders `parts` of `solution`, which is the folder of one solution.
///
/// # Errors
///
/// When its `src` or its `tests` are asked for and are not there: nothing can be judged by an empty
/// solution, and the learner's files must not be replaced by none. And when the markers do not pair.
pub fn carve_folder(solution: &Path, form: Form, parts: &[&str]) -> Result<Tree> {
    let folder = solution.file_name().unwrap_or_default().to_string_lossy();
    let mut tree = files::read_tree(solution, parts)?;
    for part in parts.iter().filter(|part| ["src", "tests"].contains(part)) {
        let inside = format!("{part}/");
        if !tree
            .keys()
            .any(|path| path.starts_with(&inside) && path.ends_with(".rs"))
        {
            return Err(Error::new(format!(
                "the reference solution is incomplete: {} has no Rust file. Your work is judged by it, so \
                 bring it back first: `git checkout -- solutions/{folder}`, or unpack the workshop again",
                solution.join(part).display()
            )));
        }
    }
    for (path, text) in &mut tree {
        if path.ends_with(".rs") {
            *text = carve(text, &folder, form)
                .map_err(|error| Error::new(format!("{}/{path}:{error}", solution.display())))?;
        }
    }
    Ok(tree)
}

/// Carves one file of the solution in `folder` (`NN_name`).
///
/// # Errors
///
/// Markers that do not pair, with the number of the line.
pub fn carve(master: &str, folder: &str, form: Form) -> Result<String> {
    let long_way = format!("../../../exercises/{folder}/README.md");
    let mut carved = String::with_capacity(master.len());
    // The line where the piece that we are in began.
    let mut piece: Option<usize> = None;
    let mut in_stub_text = false;
    let mut after_extern = false;
    for (index, line) in master.lines().enumerate() {
        let number = index + 1;
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let mut keep = |line: &str| {
            carved.push_str(line);
            carved.push('\n');
        };
        if let Some(stub) = text.strip_prefix("//>") {
            if piece.is_some() && !in_stub_text {
                return Err(Error::new(format!(
                    "{number}: a piece begins inside another one; is a `//<` missing?"
                )));
            }
            piece.get_or_insert(number);
            in_stub_text = true;
            if form == Form::Stub {
                let stub = stub.strip_prefix(' ').unwrap_or(stub);
                let blank = stub.is_empty();
                keep(&if blank {
                    String::new()
                } else {
                    format!("{indent}{stub}")
                });
            }
        } else if text == "//<" {
            if piece.take().is_none() {
                return Err(Error::new(format!(
                    "{number}: `//<` ends a piece, but none has begun"
                )));
            }
            in_stub_text = false;
        } else if piece.is_some() && form == Form::Stub {
            in_stub_text = false;
        } else if is_extern_crate_solution(text) {
            after_extern = true;
            continue;
        } else if !(after_extern && text.is_empty()) {
            in_stub_text = false;
            keep(&line.replace(&long_way, "../README.md"));
        }
        after_extern = false;
    }
    if let Some(number) = piece {
        return Err(Error::new(format!(
            "{number}: this piece is never ended by a `//<`"
        )));
    }
    Ok(carved)
}

/// `extern crate NAME_solution as NAME;`
fn is_extern_crate_solution(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("extern crate ") else {
        return false;
    };
    let Some((long, short)) = rest.trim_end_matches(';').split_once(" as ") else {
        return false;
    };
    long.strip_suffix("_solution") == Some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: &str = "\
#![doc = include_str!(\"../../../exercises/07_channel/README.md\")]

pub fn send() {
    //> // TODO: push, then notify.
    //>
    //> todo!(\"push and notify\")
    push();

    notify();
    //<
}
";

    #[test]
    fn the_stub_has_the_text_behind_the_markers() {
        let stub = carve(MASTER, "07_channel", Form::Stub).expect("the markers pair");
        insta::assert_snapshot!(stub, @r##"
        #![doc = include_str!("../README.md")]

        pub fn send() {
            // TODO: push, then notify.

            todo!("push and notify")
        }
        "##);
    }

    #[test]
    fn the_solution_has_the_lines_between() {
        let solution = carve(MASTER, "07_channel", Form::Solution).expect("the markers pair");
        insta::assert_snapshot!(solution, @r##"
        #![doc = include_str!("../README.md")]

        pub fn send() {
            push();

            notify();
        }
        "##);
    }

    #[test]
    fn the_solutions_own_name_is_dropped_from_a_spec() {
        let spec = "extern crate channel_solution as channel;\n\nuse channel::send;\n";
        for form in [Form::Stub, Form::Solution] {
            let carved = carve(spec, "07_channel", form).expect("no markers");
            assert_eq!(carved, "use channel::send;\n");
        }
    }

    #[test]
    fn other_extern_crates_stay() {
        let text = "extern crate alloc as channel;\n\nuse channel::send;\n";
        assert_eq!(
            carve(text, "07_channel", Form::Stub).expect("no markers"),
            text
        );
    }

    #[test]
    fn markers_that_do_not_pair_are_named_by_line() {
        let error = |text: &str| {
            let error = carve(text, "07_channel", Form::Stub).expect_err("a marker is missing");
            error.to_string()
        };
        insta::assert_snapshot!(error("a\n//<\n"), @"2: `//<` ends a piece, but none has begun");
        insta::assert_snapshot!(error("//> a\nb\n"), @"1: this piece is never ended by a `//<`");
        insta::assert_snapshot!(
            error("//> a\nb\n//> c\nd\n//<\n"),
            @"3: a piece begins inside another one; is a `//<` missing?"
        );
    }
}
