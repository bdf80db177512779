//! `diff`: the learner's code against the reference.

use std::path::Path;

use super::{App, say};
use crate::carve::{Form, carve_folder};
use crate::diff::{self, Line};
use crate::error::Result;
use crate::files;
use crate::screen;
use crate::terminal::Paint;

/// Lines shown on each side of a difference.
const AROUND: usize = 3;

impl App {
    /// Shows how `src` of an exercise differs from its reference.
    pub fn diff(&self, exercise: &str) -> Result<bool> {
        let exercise = self.course.named(exercise)?;
        let reference = carve_folder(&exercise.solution, Form::Solution, &["src"])?;
        let yours = files::read_tree(&exercise.folder, &["src"])?;
        let paths: std::collections::BTreeSet<&String> =
            reference.keys().chain(yours.keys()).collect();
        let mut text = String::new();
        // The code of other systems is not the learner's work.
        for path in paths
            .into_iter()
            .filter(|path| screen::is_for_here(Path::new(path)))
        {
            let empty = String::new();
            let (mine, theirs) = (yours.get(path), reference.get(path));
            if mine != theirs {
                let lines = diff::lines(mine.unwrap_or(&empty), theirs.unwrap_or(&empty));
                text.push_str(&self.difference(path, &lines));
            }
        }
        match text.as_str() {
            "" => say(&format!(
                "{} is the reference, to the letter.\n",
                exercise.label()
            )),
            text => say(&format!(
                "{}: - yours, + the reference\n{text}",
                exercise.label()
            )),
        }
        Ok(true)
    }

    fn difference(&self, path: &str, lines: &[Line<'_>]) -> String {
        let style = &self.screen.style;
        let mut text = format!("\n{}\n", style.paint(Paint::Strong, path));
        let wanted = diff::interesting(lines, AROUND);
        let mut left_out = false;
        for (line, wanted) in lines.iter().zip(wanted) {
            if !wanted {
                left_out = true;
                continue;
            }
            if std::mem::take(&mut left_out) {
                text.push_str("   ...\n");
            }
            let line = match line {
                Line::Both(line) => format!("  {line}"),
                Line::First(line) => style.paint(Paint::Bad, &format!("- {line}")),
                Line::Second(line) => style.paint(Paint::Good, &format!("+ {line}")),
            };
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}
