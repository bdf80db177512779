//! `reset`: an exercise as it was in the beginning.

use super::{App, say};
use crate::carve::Form;
use crate::cli::Which;
use crate::error::Result;

impl App {
    /// Carves one exercise or all afresh, or only their specifications; the old files are kept.
    pub fn reset(&self, which: &Which, tests_only: bool) -> Result<bool> {
        let one = match which {
            Which::One(word) => Some(self.course.named(word)?),
            Which::All => None,
        };
        let what = if tests_only { "tests of " } else { "" };
        for exercise in &self.course.exercises {
            if one.is_some_and(|one| one.name != exercise.name) {
                continue;
            }
            let changed = self.fill(exercise, Form::Stub, App::parts(tests_only))?;
            match changed {
                true => say(&format!("reset {what}{}\n", exercise.label())),
                false if one.is_some() => {
                    say(&format!(
                        "{what}{} as in the beginning already\n",
                        exercise.label()
                    ));
                }
                false => {}
            }
            if !tests_only {
                self.update(|progress| {
                    progress.done.remove(&exercise.name);
                    progress.hints.remove(&exercise.name);
                });
            }
        }
        Ok(true)
    }
}
