//! The guide without arguments, and `check`.

use std::sync::Mutex;
use std::sync::PoisonError;

use super::{App, say};
use crate::check::{Checker, Findings, Report, Status};
use crate::cli::{CALL, Which};
use crate::course::Exercise;
use crate::error::Result;
use crate::json::Json;
use crate::process::Cancel;
use crate::progress::State;
use crate::run;
use crate::screen;
use crate::terminal::StatusLine;
use crate::verdict::Verdict;

impl App {
    /// Where am I, what is the state of the current exercise, what is next? Always succeeds: it is an
    /// answer, not a judgement.
    pub fn guide(&self, all: bool) -> Result<bool> {
        let progress = self.progress();
        let Some(exercise) = progress.current(&self.course) else {
            say(&self.screen.map(&self.course, &progress, true));
            say(&format!(
                "\nEvery exercise is done. `{CALL} -- check all` looks at them again.\n"
            ));
            return Ok(true);
        };
        let report = self.run_check(exercise, &Cancel::default())?;
        self.remember(&report, true);
        say(&self.screen.map(&self.course, &self.progress(), false));
        if progress.done.is_empty() && !report.passed() {
            say(&self.screen.welcome());
        }
        say("\n");
        self.show(&report, all);
        Ok(true)
    }

    /// `check`: true when all of what was asked for passes.
    pub fn check(&self, which: Option<Which>, all: bool, json: bool) -> Result<bool> {
        match which {
            Some(Which::All) => self.check_all(json),
            Some(Which::One(word)) => self.check_one(self.course.named(&word)?, all, json),
            None => self.check_one(self.exercise(None)?, all, json),
        }
    }

    fn check_one(&self, exercise: &Exercise, all: bool, json: bool) -> Result<bool> {
        let report = self.run_check(exercise, &Cancel::default())?;
        self.remember(&report, true);
        match json {
            true => say(&format!("{}\n", to_json(&report))),
            false => self.show(&report, all),
        }
        Ok(report.passed())
    }

    fn check_all(&self, json: bool) -> Result<bool> {
        let mut passed = 0;
        for exercise in &self.course.exercises {
            let report = self.run_check(exercise, &Cancel::default())?;
            self.remember(&report, false);
            passed += usize::from(report.passed());
            match json {
                true => say(&format!("{}\n", to_json(&report))),
                false => say(&self.screen.summary(&report)),
            }
        }
        let of = self.course.exercises.len();
        if !json {
            say(&format!("\n{passed} of {of} exercises pass.\n"));
        }
        Ok(passed == of)
    }

    /// Checks an exercise and shows on the status line how far that is.
    fn run_check(&self, exercise: &Exercise, cancel: &Cancel) -> Result<Report> {
        let line = Mutex::new(StatusLine::new(self.screen.style));
        let status = |status: Status| {
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            line.show(&status_text(exercise, &status));
        };
        status(Status::Cargo(String::from("building")));
        self.checker(cancel, &status).check(exercise)
    }

    /// A checker for this course and terminal.
    pub(super) fn checker<'a>(
        &'a self,
        cancel: &Cancel,
        status: &'a (dyn Fn(Status) + Sync),
    ) -> Checker<'a> {
        #[cfg(unix)]
        crate::process::guard::start(run::mark());
        Checker {
            course: &self.course,
            color: self.screen.style.color,
            cancel: cancel.clone(),
            status,
        }
    }

    /// Writes down what a check found: what passes is done, what fails is not, and what was stopped
    /// says nothing. With `choose`, the learner goes on from here.
    pub(super) fn remember(&self, report: &Report, choose: bool) {
        if matches!(report.findings, Findings::Cancelled) {
            return;
        }
        let name = &report.exercise.name;
        self.update(|progress| {
            match (report.passed(), report.fingerprint) {
                (true, Some(fingerprint)) => progress.solve(name, fingerprint),
                _ => {
                    progress.done.remove(name);
                }
            }
            if choose {
                progress.current = Some(name.clone());
            }
        });
    }

    /// A whole report: the exercise, what it builds on, the verdicts, the next step.
    pub(super) fn show(&self, report: &Report, all: bool) {
        let exercise = &report.exercise;
        let progress = self.progress();
        let mut text = self.screen.exercise(exercise);
        text.push('\n');
        let missing: Vec<&Exercise> = self
            .course
            .prerequisites(exercise)
            .into_iter()
            .filter(|exercise| progress.state(exercise) == State::Open)
            .collect();
        if !missing.is_empty() && !report.passed() {
            text.push_str(&self.screen.prerequisites(exercise, &missing));
            text.push('\n');
        }
        text.push_str(&self.screen.report(report, all));
        text.push('\n');
        text.push_str(&self.screen.next_step(report, &self.course, &progress));
        say(&text);
    }
}

/// What a check is doing, in a line.
pub(super) fn status_text(exercise: &Exercise, status: &Status) -> String {
    match status {
        Status::Cargo(line) => format!("{}: {line}", exercise.label()),
        Status::Tests { over, of, failed } => {
            let failed = failed.as_deref().map(|outcome| {
                let (word, _) = screen::verdict_word(&outcome.verdict);
                let what = outcome.verdict.first_line();
                format!("; {word}: {} {what}", outcome.id.name)
            });
            let failed = failed.unwrap_or_default();
            format!("{}: {over} of {of} tests{failed}", exercise.label())
        }
    }
}

/// A report for machines.
fn to_json(report: &Report) -> Json {
    let strings = |texts: &[String]| Json::Array(texts.iter().map(Json::text).collect());
    let (status, errors, tests) = match &report.findings {
        Findings::Broken(errors) => ("does not compile", errors.as_slice(), Vec::new()),
        Findings::Unlisted(what) => ("does not start", std::slice::from_ref(what), Vec::new()),
        Findings::Cancelled => ("stopped", [].as_slice(), Vec::new()),
        Findings::Ran { outcomes, .. } => {
            let status = if report.passed() { "done" } else { "failing" };
            (
                status,
                [].as_slice(),
                outcomes.iter().map(outcome_to_json).collect(),
            )
        }
    };
    Json::object([
        ("exercise", Json::text(&report.exercise.name)),
        ("number", Json::text(&report.exercise.number)),
        ("passed", Json::Bool(report.passed())),
        ("status", Json::text(status)),
        ("errors", strings(errors)),
        ("spec_differences", strings(&report.differences)),
        ("tests", Json::Array(tests)),
    ])
}

fn outcome_to_json(outcome: &run::Outcome) -> Json {
    let (word, _) = screen::verdict_word(&outcome.verdict);
    let panic = match &outcome.verdict {
        Verdict::Todo(panic) => Some(panic),
        Verdict::Failed(panics) => panics.first(),
        _ => None,
    };
    let text = |text: Option<&String>| text.map_or(Json::Null, Json::text);
    Json::object([
        ("name", Json::text(&outcome.id.name)),
        ("verdict", Json::text(word)),
        ("place", text(panic.map(|panic| &panic.place))),
        ("message", text(panic.map(|panic| &panic.message))),
        ("seconds", Json::number(outcome.elapsed.as_secs_f64())),
    ])
}
