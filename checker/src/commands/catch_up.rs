//! `catch-up`: the reference for every unsolved exercise before one, so that one can start there.

use super::{App, say};
use crate::carve::{CARVED, Form};
use crate::cli::CALL;
use crate::error::Result;
use crate::progress::{self, State};

impl App {
    /// Fills every unsolved exercise before `exercise`. The reference passes, so what is filled in counts
    /// as done.
    pub fn catch_up(&self, exercise: &str) -> Result<bool> {
        let exercise = self.course.named(exercise)?;
        let progress = self.progress();
        let mut filled = Vec::new();
        for earlier in self
            .course
            .exercises
            .iter()
            .take_while(|e| e.name != exercise.name)
        {
            if progress.state(earlier) != State::Done {
                say(&format!("filling {}\n", earlier.label()));
                self.fill(earlier, Form::Solution, &CARVED)?;
                filled.push(earlier);
            }
        }
        self.update(|progress| {
            for earlier in &filled {
                // What cannot be read back stays open, and the next check says why.
                if let Ok(fingerprint) = progress::fingerprint(earlier) {
                    progress.solve(&earlier.name, fingerprint);
                }
            }
            progress.current = Some(exercise.name.clone());
        });
        if filled.is_empty() {
            say(&format!(
                "Everything before {} is done already.\n",
                exercise.label()
            ));
        }
        say(&self.screen.exercise(exercise));
        say(&format!("  then  {CALL}\n"));
        Ok(true)
    }
}
