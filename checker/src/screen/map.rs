//! The map of the course: parts, exercises, how far each is, how long it takes.

use super::Screen;
use crate::course::{Course, Exercise};
use crate::progress::{Progress, State};
use crate::terminal::Paint;
use crate::text;

impl Screen {
    /// The course: parts with everything done are folded to a line, and so are later parts, unless
    /// `whole`.
    pub fn map(&self, course: &Course, progress: &Progress, whole: bool) -> String {
        let current = progress
            .current(course)
            .map(|exercise| exercise.name.as_str());
        let done = course
            .exercises
            .iter()
            .filter(|e| progress.state(e) == State::Done)
            .count();
        let mut text = self.heading("Event loops from the system call up");
        text.push_str(&format!("{}\n", self.bar(done, course.exercises.len())));
        for part in parts(course) {
            let is_here = part
                .iter()
                .any(|exercise| Some(exercise.name.as_str()) == current);
            if let Some(title) = &part[0].part {
                let states = part.iter().map(|exercise| progress.state(exercise));
                let done = states.filter(|&state| state == State::Done).count();
                let count = format!("{done} of {}", part.len());
                let line = format!("\n{title}");
                let line = self.style.paint(Paint::Strong, &line);
                text.push_str(&format!(
                    "{line}  {}\n",
                    self.style.paint(Paint::Faint, &count)
                ));
            }
            if whole || is_here || part[0].part.is_none() {
                for exercise in part {
                    let is_current = Some(exercise.name.as_str()) == current;
                    text.push_str(&self.map_line(exercise, progress.state(exercise), is_current));
                }
            }
        }
        if whole {
            text.push_str(&self.minutes(course, progress));
        }
        text
    }

    /// How long the course takes, for whoever plans a day.
    fn minutes(&self, course: &Course, progress: &Progress) -> String {
        let sum = |wanted: &dyn Fn(&Exercise) -> bool| {
            let minutes = course.exercises.iter().filter(|exercise| wanted(exercise));
            minutes.fold((0, 0), |(reading, coding), exercise| {
                (reading + exercise.minutes.0, coding + exercise.minutes.1)
            })
        };
        let (reading, coding) = sum(&|_| true);
        let (reading_left, coding_left) = sum(&|exercise| progress.state(exercise) != State::Done);
        let left = text::hours(reading_left + coding_left);
        let line = format!(
            "About {} of reading and {} of coding in all; {left} left.",
            text::hours(reading),
            text::hours(coding)
        );
        format!("\n{}", self.prose(&line))
    }

    fn map_line(&self, exercise: &Exercise, state: State, is_current: bool) -> String {
        let (word, paint) = match (state, is_current) {
            (State::Done, _) => ("ok", Paint::Good),
            (State::Changed, _) => ("changed", Paint::Notice),
            (State::Open, true) => (">", Paint::Notice),
            (State::Open, false) => ("", Paint::Faint),
        };
        let mut line = format!("{:<20} {}", exercise.label(), exercise.title);
        if line.chars().count() + 10 > self.style.width {
            line = line
                .chars()
                .take(self.style.width.saturating_sub(10))
                .collect();
        }
        format!("  {} {}\n", self.word(word, paint, 7), line.trim_end())
    }

    /// `[=====>    ] 3 of 26 done`
    fn bar(&self, done: usize, of: usize) -> String {
        let width = self.style.width.saturating_sub(20).min(40);
        let filled = width * done / of.max(1);
        format!(
            "[{}{}] {done} of {of} done",
            "=".repeat(filled),
            " ".repeat(width - filled)
        )
    }
}

/// The exercises, cut where a part begins.
fn parts(course: &Course) -> Vec<&[Exercise]> {
    course
        .exercises
        .chunk_by(|_, next| next.part.is_none())
        .collect()
}
