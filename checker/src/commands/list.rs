//! `list`: the course and how far each exercise is.

use super::{App, say};
use crate::error::Result;
use crate::json::Json;
use crate::progress::State;

impl App {
    /// Shows the whole map, or prints a JSON array.
    pub fn list(&self, json: bool) -> Result<bool> {
        let progress = self.progress();
        if !json {
            say(&self.screen.map(&self.course, &progress, true));
            return Ok(true);
        }
        let current = progress
            .current(&self.course)
            .map(|exercise| &exercise.name);
        let exercises = self.course.exercises.iter().map(|exercise| {
            let state = match progress.state(exercise) {
                State::Open => "open",
                State::Done => "done",
                State::Changed => "changed",
            };
            let (reading, coding) = exercise.minutes;
            Json::object([
                ("exercise", Json::text(&exercise.name)),
                ("number", Json::text(&exercise.number)),
                ("title", Json::text(&exercise.title)),
                ("state", Json::text(state)),
                ("current", Json::Bool(current == Some(&exercise.name))),
                ("minutes_reading", Json::number(reading)),
                ("minutes_coding", Json::number(coding)),
                ("folder", Json::text(exercise.folder.display().to_string())),
            ])
        });
        say(&format!("{}\n", Json::Array(exercises.collect())));
        Ok(true)
    }
}
