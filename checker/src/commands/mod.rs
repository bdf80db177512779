//! What can be typed, one file a command. Each returns whether all is well: the exit status.

mod carve;
mod catch_up;
mod check;
mod diff;
mod doctor;
mod hint;
mod list;
mod reset;
mod solution;
mod verify;
mod watch;

pub use verify::Demand;

use std::io::{self, Write};

use crate::carve::{CARVED, Form, carve_folder};
use crate::course::{Course, Exercise};
use crate::error::{Error, Result};
use crate::progress::{self, Progress};
use crate::screen::Screen;
use crate::{backup, cli};

/// What every command needs.
#[derive(Clone, Debug)]
pub struct App {
    /// The course.
    pub course: Course,
    /// How to show things.
    pub screen: Screen,
}

impl App {
    /// For this course and the terminal that we have.
    pub fn new(course: Course) -> App {
        let screen = Screen::detect(&course.root);
        App { course, screen }
    }

    /// The learner's progress; what is wrong with its file is said.
    fn progress(&self) -> Progress {
        let (progress, note) = progress::load(&self.course.root);
        note_about(note);
        progress
    }

    /// Changes the learner's progress; what goes wrong is said, and stops nothing.
    fn update(&self, change: impl FnOnce(&mut Progress)) {
        note_about(progress::update(&self.course.root, change));
    }

    /// The exercise that `word` names, or the current one; the last one when all are done.
    fn exercise(&self, word: Option<&str>) -> Result<&Exercise> {
        match word {
            Some(word) => self.course.named(word),
            None => {
                let (progress, _) = progress::load(&self.course.root);
                let current = progress
                    .current(&self.course)
                    .or(self.course.exercises.last());
                current.ok_or_else(|| Error::new("the course has no exercises"))
            }
        }
    }

    /// Fills the folders `parts` of an exercise with a form of its solution, says what it changed, and
    /// says where the old files are.
    fn fill(&self, exercise: &Exercise, form: Form, parts: &[&str]) -> Result<bool> {
        let wanted = carve_folder(&exercise.solution, form, parts)?;
        let replaced = backup::replace(&self.course.root, &exercise.folder, parts, &wanted)?;
        if let Some(backup) = &replaced.backup {
            say(&format!("  kept  {}\n", self.screen.path(backup)));
        }
        Ok(!replaced.changed.is_empty())
    }

    /// The folders that are carved, or only the specification.
    fn parts(tests_only: bool) -> &'static [&'static str] {
        match tests_only {
            true => &["tests"],
            false => &CARVED,
        }
    }

    /// Goes on to the next exercise, done or not.
    pub fn next(&self) -> Result<bool> {
        let here = self.exercise(None)?;
        let position = self.course.position(&here.name).unwrap_or(0);
        let progress = self.progress();
        let open = |exercise: &&Exercise| !progress.done.contains_key(&exercise.name);
        let (before, from) = self.course.exercises.split_at(position + 1);
        let Some(next) = from.iter().chain(before).find(open) else {
            say("Every exercise is done.\n");
            return Ok(true);
        };
        self.update(|progress| progress.current = Some(next.name.clone()));
        say(&self.screen.exercise(next));
        say(&format!("  then  {}\n", cli::CALL));
        Ok(true)
    }
}

/// Writes to standard output. When nobody reads it any more (`| head`), there is nothing left to say.
pub fn say(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// A sentence beside the result, on standard error so that `--json` stays JSON.
fn note_about(note: Option<String>) {
    if let Some(note) = note {
        let _ = writeln!(io::stderr(), "note: {note}");
    }
}
