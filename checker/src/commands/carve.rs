//! `carve`: makes the exercises from the solutions, for maintainers.

use super::{App, say};
use crate::carve::{CARVED, Form};
use crate::error::Result;

impl App {
    /// Carves one exercise or all.
    pub fn carve(&self, exercise: Option<&str>) -> Result<bool> {
        let one = exercise.map(|word| self.course.named(word)).transpose()?;
        let mut changed = 0;
        for exercise in &self.course.exercises {
            if one.is_none_or(|one| one.name == exercise.name)
                && self.fill(exercise, Form::Stub, &CARVED)?
            {
                say(&format!("carved {}\n", exercise.label()));
                changed += 1;
            }
        }
        if changed == 0 {
            say("Everything is as carving gives it.\n");
        }
        Ok(true)
    }
}
impl App {
    pub fn carve_new(&self, _folder: &str) -> Result<bool> {
        todo!()
    }
}
