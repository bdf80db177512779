//! Wrong answers: small text files that spoil a solution in a way that people really do.
//!
//! ```text
//! What the mistake is, in a line
//! rejected by: name_of_a_test
//! only on: linux x86_64
//!
//! file src/lib.rs
//! <<<<<<< find
//! lines of the solution that occur exactly once
//! =======
//! what stands there instead
//! >>>>>>> replace
//! ```
//!
//! The tests named must fail. `only on` is for code that other systems do not compile.

use crate::error::{Error, Result};
use crate::files::Tree;

/// A wrong answer.
#[derive(Debug, Default, PartialEq)]
pub struct Wrong {
    /// What the mistake is.
    pub title: String,
    /// The tests that must fail.
    pub rejected_by: Vec<String>,
    /// Words of [`std::env::consts`]; all must be of the machine.
    pub only_on: Vec<String>,
    /// What to replace.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Debug, Default, PartialEq)]
pub struct Edit {
    /// `src/lib.rs`
    pub file: String,
    /// Whole lines that occur exactly once.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
}

impl Wrong {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Wrong> {
        let mut wrong = Wrong::default();
        let mut lines = text.lines().enumerate();
        let (_, title) = lines
            .next()
            .ok_or_else(|| Error::new("the file is empty"))?;
        wrong.title = title.trim().to_owned();
        let mut file = String::new();
        while let Some((index, line)) = lines.next() {
            if let Some(test) = line.strip_prefix("rejected by: ") {
                wrong.rejected_by.push(test.trim().to_owned());
            } else if let Some(words) = line.strip_prefix("only on: ") {
                wrong.only_on = words.split_whitespace().map(str::to_owned).collect();
            } else if let Some(name) = line.strip_prefix("file ") {
                file = name.trim().to_owned();
            } else if line == "<<<<<<< find" {
                let mut until = |end: &str| {
                    let mut part = String::new();
                    for (_, line) in lines.by_ref() {
                        if line == end {
                            return Ok(part);
                        }
                        part.push_str(line);
                        part.push('\n');
                    }
                    Err(Error::new(format!(
                        "line {}: no `{end}` follows",
                        index + 1
                    )))
                };
                let find = until("=======")?;
                let replace = until(">>>>>>> replace")?;
                wrong.edits.push(Edit {
                    file: file.clone(),
                    find,
                    replace,
                });
            } else if !line.trim().is_empty() {
                return Err(Error::new(format!(
                    "line {}: `{line}` is not understood",
                    index + 1
                )));
            }
        }
        if wrong.rejected_by.is_empty() || wrong.edits.is_empty() {
            return Err(Error::new(
                "it names no test that rejects it, or replaces nothing",
            ));
        }
        Ok(wrong)
    }

    /// Whether `machine` (system, processor and family in the words of [`std::env::consts`]) compiles the
    /// code that is spoiled.
    pub fn applies_on(&self, machine: [&str; 3]) -> bool {
        self.only_on
            .iter()
            .all(|word| machine.contains(&word.as_str()))
    }

    /// Spoils `solution`.
    ///
    /// # Errors
    ///
    /// When a piece to find is not there, or more than once.
    pub fn apply(&self, solution: &mut Tree) -> Result<()> {
        for edit in &self.edits {
            let text = solution
                .get_mut(&edit.file)
                .ok_or_else(|| Error::new(format!("there is no {}", edit.file)))?;
            match text.matches(&edit.find).count() {
                1 => *text = text.replacen(&edit.find, &edit.replace, 1),
                count => {
                    let first = edit.find.lines().next().unwrap_or_default().trim();
                    return Err(Error::new(format!(
                        "the piece to find (`{first}` …) occurs {count} times in {}",
                        edit.file
                    )));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Takes the newest first\nrejected by: oldest_first\nrejected by: fifo\n\n\
        file src/lib.rs\n<<<<<<< find\n    pop_front()\n=======\n    pop_back()\n>>>>>>> replace\n";

    #[test]
    fn a_wrong_answer_is_applied() {
        let wrong = Wrong::parse(TEXT).expect("well formed");
        assert_eq!(wrong.title, "Takes the newest first");
        assert_eq!(wrong.rejected_by, ["oldest_first", "fifo"]);
        let source = "fn take() {\n    pop_front()\n}\n";
        let mut tree = Tree::from([(String::from("src/lib.rs"), source.to_owned())]);
        wrong.apply(&mut tree).expect("the piece is there once");
        assert_eq!(tree["src/lib.rs"], "fn take() {\n    pop_back()\n}\n");
        let error = wrong.apply(&mut tree).expect_err("the piece is gone");
        insta::assert_snapshot!(
            error,
            @"the piece to find (`pop_front()` …) occurs 0 times in src/lib.rs"
        );
    }

    #[test]
    fn a_file_that_is_not_well_formed_is_refused() {
        let error = |text: &str| Wrong::parse(text).expect_err("not well formed").to_string();
        insta::assert_snapshot!(error(""), @"the file is empty");
        insta::assert_snapshot!(error("Title\n"), @"it names no test that rejects it, or replaces nothing");
        insta::assert_snapshot!(error("Title\nrejectedby: x\n"), @"line 2: `rejectedby: x` is not understood");
        insta::assert_snapshot!(
            error("Title\nrejected by: x\n<<<<<<< find\na\n"),
            @"line 3: no `=======` follows"
        );
    }

    #[test]
    fn only_on_asks_for_all_of_its_words() {
        let on = |words: &[&str]| Wrong {
            only_on: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Wrong::default()
        };
        let machine = ["linux", "x86_64", "unix"];
        assert!(on(&[]).applies_on(machine));
        assert!(on(&["unix", "x86_64"]).applies_on(machine));
        assert!(!on(&["linux", "aarch64"]).applies_on(machine));
    }
}
