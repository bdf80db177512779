//! `solution`: the reference.

use std::io::{self, BufRead};
use std::path::Path;

use super::{App, say};
use crate::carve::{Form, carve_folder};
use crate::cli::CALL;
use crate::error::Result;
use crate::progress::State;
use crate::screen;
use crate::terminal::Paint;

impl App {
    /// Shows the reference; asks first while the exercise is unsolved, unless `yes`.
    pub fn solution(&self, exercise: &str, yes: bool) -> Result<bool> {
        let exercise = self.course.named(exercise)?;
        let solved = self.progress().state(exercise) != State::Open;
        if !solved && !yes && !self.wants_it(&exercise.label()) {
            say(&format!(
                "Not shown. `{CALL} -- hint` helps one step at a time.\n"
            ));
            return Ok(true);
        }
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            carve_folder(&exercise.solution, Form::Solution, &["src"])?
                .into_iter()
                .partition(|(path, _)| screen::is_for_here(Path::new(path)));
        for (path, text) in here {
            let path = self.screen.style.paint(Paint::Strong, &path);
            say(&format!("{path}\n\n{text}\n"));
        }
        if !elsewhere.is_empty() {
            let paths: Vec<&str> = elsewhere.iter().map(|(path, _)| path.as_str()).collect();
            let folder = self.screen.path(&exercise.solution);
            say(&format!(
                "For other systems: {} in {folder}\n",
                paths.join(", ")
            ));
        }
        Ok(true)
    }

    /// Asks. The end of the input is a no.
    fn wants_it(&self, label: &str) -> bool {
        say(&format!(
            "{label} is not solved yet. Show the reference all the same? [y/N] "
        ));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if !answer.ends_with('\n') {
            say("\n");
        }
        read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    }
}
