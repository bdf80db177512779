//! What the learner has done, in one text file at the root of the repository.
//!
//! ```text
//! version 1
//! current raw_syscall
//! done welcome 5b3e0c9a77d1f204 2026-11-23 10:04:59
//! hint raw_syscall 2
//! end
//! ```
//!
//! `done` has the fingerprint of what passed, so that a later change shows; `hint` how many steps were
//! shown. Entries go by the exercise's name, so renumbering loses nothing, and names that are unknown
//! here are kept. The file may be deleted: `check all` finds out again what is solved.
//!
//! The rule: nothing about this file stops the learner. What is wrong with it is said in a sentence, a
//! damaged file is copied before it is written anew, and the check goes on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::carve::{self, Form};
use crate::course::{Course, Exercise};
use crate::error::Result;
use crate::{date, files};

/// The file's name.
pub const FILE: &str = ".workshop-progress";

/// The version that this checker writes.
const VERSION: u32 = 1;

/// The learner's progress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The exercise that the learner chose to work on.
    pub current: Option<String>,
    /// The exercises that passed.
    pub done: BTreeMap<String, Done>,
    /// How many steps of an exercise's hints were shown.
    pub hints: BTreeMap<String, usize>,
}

/// An exercise that passed.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Of the sources and the specification, as they were then: see [`fingerprint`].
    pub fingerprint: u64,
    /// When.
    pub date: String,
}

/// How far an exercise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not solved yet.
    Open,
    /// It passed as it is now.
    Done,
    /// It passed once, and its sources or its specification have changed since.
    Changed,
}

impl Progress {
    /// How far `exercise` is.
    pub fn state(&self, exercise: &Exercise) -> State {
        match self.done.get(&exercise.name) {
            None => State::Open,
            Some(done) if fingerprint(exercise).ok() == Some(done.fingerprint) => State::Done,
            Some(_) => State::Changed,
        }
    }

    /// Notes that the exercise `name` passed when it had this fingerprint.
    pub fn solve(&mut self, name: &str, fingerprint: u64) {
        let known = self.done.get(name);
        if known.is_none_or(|done| done.fingerprint != fingerprint) {
            let date = date::now();
            self.done
                .insert(name.to_owned(), Done { fingerprint, date });
        }
    }

    /// The exercise to work on: the one chosen last while it is unsolved, else the next unsolved one behind it, else the
    /// first unsolved one, else the first that was changed after it passed. `None` when all are done.
    pub fn current<'a>(&self, course: &'a Course) -> Option<&'a Exercise> {
        let open = |exercise: &&Exercise| !self.done.contains_key(&exercise.name);
        let chosen = self
            .current
            .as_deref()
            .and_then(|name| course.position(name))
            .unwrap_or(0);
        let (before, from) = course.exercises.split_at(chosen);
        let next = from.iter().chain(before).find(open);
        // Reads files, and so comes last.
        let changed = |exercise: &&Exercise| self.state(exercise) == State::Changed;
        next.or_else(|| course.exercises.iter().find(changed))
    }
}

/// The fingerprint of what makes an exercise pass: the learner's `src` and the master specification.
pub fn fingerprint(exercise: &Exercise) -> Result<u64> {
    let mut tree = files::read_tree(&exercise.folder, &["src"])?;
    tree.extend(carve::carve_folder(
        &exercise.solution,
        Form::Solution,
        &["tests"],
    )?);
    Ok(files::fingerprint(&tree))
}

/// Reads the progress below `root`, and says what is wrong with the file when something is.
pub fn load(root: &Path) -> (Progress, Option<String>) {
    let path = root.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            let (progress, damage) = parse(&String::from_utf8_lossy(&bytes));
            let note = damage.map(|damage| {
                format!(
                    "{FILE} {damage}. What could be read is used; `check all` finds the rest again."
                )
            });
            (progress, note)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (Progress::default(), None),
        Err(error) => {
            let note =
                format!("{FILE} cannot be read ({error}), so this starts without your progress.");
            (Progress::default(), Some(note))
        }
    }
}

/// Changes the progress below `root`: reads it again, lets `change` do its work, writes it. Two checkers
/// that do this at once wait for each other. Says what went wrong when something did.
pub fn update(root: &Path, change: impl FnOnce(&mut Progress)) -> Option<String> {
    // The lock is a file of its own, because the progress file is replaced. Where it cannot be made,
    // the progress cannot be written either, and that is said below.
    let lock = File::create(root.join(format!("{FILE}.lock"))).ok();
    if let Some(lock) = &lock {
        // A system without locks is one where nobody waits.
        let _ = lock.lock();
    }
    let path = root.join(FILE);
    let (mut progress, _) = load(root);
    let before = progress.clone();
    change(&mut progress);
    let text = fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let damage = text.ok().and_then(|text| parse(&text).1);
    if progress == before && damage.is_none() {
        return None;
    }
    let mut note = None;
    if let Some(damage) = damage {
        let copy = free_name(root);
        note = Some(match fs::copy(&path, &copy) {
            Ok(_) => format!(
                "{FILE} {damage}. It was kept as {}; what could be read of it is used, and `check all` \
                 finds the rest again.",
                files::relative(&copy, root)
            ),
            Err(error) => {
                return Some(format!(
                    "{FILE} {damage}, and cannot be copied ({error}), so it is left as it is and \
                     progress is not saved."
                ));
            }
        });
    }
    if let Err(error) = files::write_atomically(&path, &format(&progress)) {
        note = Some(format!(
            "Your progress cannot be saved in {FILE} ({error}). The checks go on."
        ));
    }
    note
}

/// A name that no file has yet, for the copy of a damaged file.
fn free_name(root: &Path) -> PathBuf {
    let date = date::now().replace(' ', "_").replace(':', "-");
    let name = |number: u32| match number {
        1 => root.join(format!("{FILE}.damaged_{date}")),
        _ => root.join(format!("{FILE}.damaged_{date}_{number}")),
    };
    (1..)
        .map(name)
        .find(|path| !path.exists())
        .expect("numbers do not run out")
}

fn format(progress: &Progress) -> String {
    let mut text = format!(
        "# Your progress in the workshop, written by the checker. It may be deleted:\n\
         # `cargo run -p checker -- check all` finds out again what is solved.\n\
         version {VERSION}\n"
    );
    if let Some(name) = &progress.current {
        text.push_str(&format!("current {name}\n"));
    }
    for (name, done) in &progress.done {
        text.push_str(&format!(
            "done {name} {:016x} {}\n",
            done.fingerprint, done.date
        ));
    }
    for (name, steps) in &progress.hints {
        text.push_str(&format!("hint {name} {steps}\n"));
    }
    text.push_str("end\n");
    text
}

/// Reads what can be read, and says what is wrong with the text when something is.
fn parse(text: &str) -> (Progress, Option<String>) {
    let mut progress = Progress::default();
    let mut version = None;
    let mut ended = false;
    let mut damage = None;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let understood = match words.as_slice() {
            [] => true,
            [comment, ..] if comment.starts_with('#') => true,
            ["version", number] => number
                .parse()
                .map(|number: u32| version = Some(number))
                .is_ok(),
            ["current", name] => {
                progress.current = Some((*name).to_owned());
                true
            }
            ["done", name, fingerprint, date @ ..] => match u64::from_str_radix(fingerprint, 16) {
                Ok(fingerprint) if fingerprint_is_whole(words[2]) => {
                    let date = date.join(" ");
                    progress
                        .done
                        .insert((*name).to_owned(), Done { fingerprint, date });
                    true
                }
                _ => false,
            },
            ["hint", name, steps] => match steps.parse() {
                Ok(steps) => {
                    progress.hints.insert((*name).to_owned(), steps);
                    true
                }
                Err(_) => false,
            },
            ["end"] => {
                ended = true;
                true
            }
            _ => false,
        };
        if !understood && damage.is_none() {
            damage = Some(format!("is damaged (line {} is not understood)", index + 1));
        }
    }
    let damage = match version {
        Some(number) if number > VERSION => Some(format!(
            "was written by a newer checker (version {number}; this one knows {VERSION})"
        )),
        None => Some(damage.unwrap_or_else(|| String::from("is damaged (no version in it)"))),
        Some(_) if damage.is_none() && !ended => {
            Some(String::from("is damaged (its end is missing)"))
        }
        Some(_) => damage,
    };
    (progress, damage)
}

/// A fingerprint that was cut short reads as another number.
fn fingerprint_is_whole(text: &str) -> bool {
    text.len() == 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Progress {
        let done = Done {
            fingerprint: 0x0b3e_0c9a_77d1_f204,
            date: String::from("2026-11-23 10:04:59"),
        };
        Progress {
            current: Some(String::from("raw_syscall")),
            done: BTreeMap::from([(String::from("welcome"), done)]),
            hints: BTreeMap::from([(String::from("raw_syscall"), 2)]),
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        assert_eq!(parse(&format(&sample())), (sample(), None));
        let empty = Progress::default();
        assert_eq!(parse(&format(&empty)), (empty, None));
    }

    #[test]
    fn the_format_is_the_documented_one() {
        insta::assert_snapshot!(format(&sample()), @r"
        # Your progress in the workshop, written by the checker. It may be deleted:
        # `cargo run -p checker -- check all` finds out again what is solved.
        version 1
        current raw_syscall
        done welcome 0b3e0c9a77d1f204 2026-11-23 10:04:59
        hint raw_syscall 2
        end
        ");
    }

    #[test]
    fn a_file_cut_short_anywhere_is_damaged_and_never_wrong() {
        let whole = format(&sample());
        for length in 0..whole.len() - 1 {
            let (progress, damage) = parse(&whole[..length]);
            assert!(
                damage.is_some(),
                "cut after {length} bytes: {:?}",
                &whole[..length]
            );
            for (name, done) in &progress.done {
                // An unfinished date is the only thing that may be short.
                assert_eq!(done.fingerprint, sample().done[name].fingerprint);
            }
        }
    }

    #[test]
    fn garbage_is_named_and_the_rest_is_read() {
        let text = format(&sample()).replace("current raw", "\u{0}\u{7}%$ raw");
        let (progress, damage) = parse(&text);
        assert_eq!(progress.done, sample().done);
        insta::assert_snapshot!(damage.expect("damaged"), @"is damaged (line 4 is not understood)");
    }

    #[test]
    fn a_newer_version_is_named() {
        let text = format(&sample()).replace("version 1", "version 9");
        let (progress, damage) = parse(&text);
        assert_eq!(progress, sample());
        insta::assert_snapshot!(
            damage.expect("newer"),
            @"was written by a newer checker (version 9; this one knows 1)"
        );
    }
}
