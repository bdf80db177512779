//! `hint`: the next step of an exercise's hints.

use super::{App, say};
use crate::cli::CALL;
use crate::error::{Error, Result};
use crate::files;
use crate::hints::{self, Machine};
use crate::terminal::Paint;
use crate::text;

impl App {
    /// Shows one step more than the last time, or the steps up to `level`.
    pub fn hint(&self, exercise: Option<&str>, level: Option<usize>) -> Result<bool> {
        let exercise = self.exercise(exercise)?;
        let text = files::read_text(&exercise.folder.join("HINTS.md"))?;
        let steps = hints::steps(&text);
        if steps.is_empty() {
            return Err(Error::new(format!("{} has no hints", exercise.label())));
        }
        let shown = self
            .progress()
            .hints
            .get(&exercise.name)
            .copied()
            .unwrap_or(0);
        let upto = level.unwrap_or(shown + 1).min(steps.len());
        let from = if level.is_some() { 0 } else { upto - 1 };
        let mut text = format!("{}\n", exercise.label());
        let mut left_out = false;
        for (title, body) in &steps[from..upto] {
            let title = self.screen.style.paint(Paint::Strong, title);
            let (body, others) = hints::for_machine(body, Machine::here());
            left_out |= others;
            let body = text::reflow(&body, self.screen.style.width);
            text.push_str(&format!("\n{title}\n\n{body}\n"));
        }
        if left_out {
            let page = self.screen.path(&exercise.folder.join("HINTS.md"));
            text.push_str(&format!("\nWhat other systems need is in {page}\n"));
        }
        let more = match self.screen.watching {
            true => String::from("key h"),
            false => format!("`{CALL} -- hint`"),
        };
        text.push_str(&match steps.len() - upto {
            0 => format!(
                "\nThat was the last step. `{CALL} -- solution {}` shows the reference.\n",
                exercise.number
            ),
            1 => format!("\nOne step is left: {more}\n"),
            left => format!("\n{left} steps are left: {more}\n"),
        });
        self.update(|progress| {
            progress
                .hints
                .insert(exercise.name.clone(), upto.max(shown));
        });
        say(&text);
        Ok(true)
    }
}
