//! `hint`: the next step of an exercise's hints.

use super::{App, say};
use crate::cli::CALL;
use crate::error::{Error, Result};
use crate::files;
use crate::terminal::Paint;
use crate::text;

impl App {
    /// Shows one step more than the last time, or the steps up to `level`.
    pub fn hint(&self, exercise: Option<&str>, level: Option<usize>) -> Result<bool> {
        let exercise = self.exercise(exercise)?;
        let text = files::read_text(&exercise.folder.join("HINTS.md"))?;
        let steps = steps(&text);
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
        for (title, body) in &steps[from..upto] {
            let title = self.screen.style.paint(Paint::Strong, title);
            let body = text::reflow(body, self.screen.style.width);
            text.push_str(&format!("\n{title}\n\n{body}\n"));
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

/// The sections of HINTS.md: title and text.
fn steps(text: &str) -> Vec<(&str, &str)> {
    let sections = text.split("\n## ").skip(1);
    let parts = sections.map(|section| section.split_once('\n').unwrap_or((section, "")));
    parts
        .map(|(title, body)| (title.trim(), body.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn each_section_is_a_step() {
        let text = "# Hints\n\n## 1. The concept\n\nThink.\n\nMore.\n\n## 2. The place\n\nHere.\n";
        assert_eq!(
            steps(text),
            [
                ("1. The concept", "Think.\n\nMore."),
                ("2. The place", "Here.")
            ]
        );
    }
}
