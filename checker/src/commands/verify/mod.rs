//! `verify`: proves the course, for maintainers and CI.
//!
//! Every chapter is tried with its solution, its stub and its wrong answers in the exercise's place, while
//! everything that it builds on is solved. So this also proves that `catch-up` gives a course that works.
//!
//! [`pages`] looks at what can be read without running anything. [`lanes`] builds and runs the rest on
//! all cores, each in a copy of the course ([`copy`]). [`proof`] judges a chapter's outcomes, and
//! [`matrix`] draws them.

mod copy;
mod lanes;
mod matrix;
mod pages;
mod proof;

use std::sync::mpsc;

use super::{App, say};
use crate::carve::{Form, carve_folder};
use crate::course::Exercise;
use crate::error::Result;
use crate::files;
use crate::run::Outcome;
use crate::spec::Spec;
use crate::terminal::{Paint, StatusLine};
use copy::Part;
use lanes::{Finding, Trial};
use proof::Answer;

/// What to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// How many times the solution must pass, and every wrong answer be rejected.
    pub times: usize,
    /// Run all tests on each wrong answer, and show which of them reject it.
    pub matrix: bool,
}

/// A chapter, with all that can be known of it before anything runs.
struct Chapter<'a> {
    exercise: &'a Exercise,
    spec: Spec,
    answers: Vec<Answer>,
    row: Row,
}

/// One line of the table, and what is wrong.
#[derive(Debug, Default)]
struct Row {
    carved: String,
    stub: String,
    solution: String,
    wrong: String,
    words: String,
    pages: String,
    /// Each makes `verify` fail.
    problems: Vec<String>,
    /// These are only said.
    warnings: Vec<String>,
}

impl App {
    /// Proves one exercise, or all of them; false when something is wrong.
    pub fn verify(&self, exercise: Option<&str>, demand: Demand) -> Result<bool> {
        let one = exercise.map(|word| self.course.named(word)).transpose()?;
        #[cfg(unix)]
        crate::process::guard::start(crate::run::mark());
        let _alone = copy::alone(&self.course.root)?;
        let guide = files::read_text(&self.course.root.join("WORKSHOP.md")).ok();
        let chosen = |exercise: &&Exercise| one.is_none_or(|one| one.name == exercise.name);
        let mut chapters = Vec::new();
        let mut trials = Vec::new();
        for exercise in self.course.exercises.iter().filter(chosen) {
            let mut chapter = Chapter::read(exercise)?;
            pages::look(exercise, guide.as_deref(), &mut chapter.row)?;
            trials.push(chapter.trials(demand)?);
            chapters.push(chapter);
        }
        say(&line([
            "exercise",
            "carved",
            "stub fails",
            "solution",
            "wrong",
            "words",
            "pages",
        ]));
        let complaints = self.prove(&mut chapters, &trials, demand)?;
        let style = &self.screen.style;
        for (paint, complaint) in &complaints {
            say(&format!("\n{}\n", style.paint(*paint, complaint)));
        }
        let holds = complaints.iter().all(|(paint, _)| *paint != Paint::Bad);
        if holds {
            say("\nThe course holds.\n");
        }
        Ok(holds)
    }

    /// Runs all `trials`, and prints each chapter's line as soon as it and the lines before it are known.
    /// Returns what is to be said below the table.
    fn prove(
        &self,
        chapters: &mut [Chapter<'_>],
        trials: &[Vec<Trial>],
        demand: Demand,
    ) -> Result<Vec<(Paint, String)>> {
        let queue: Vec<&Trial> = trials.iter().flatten().collect();
        let mut status = StatusLine::new(self.screen.style);
        let mut complaints = Vec::new();
        let mut matrices = String::new();
        let (sender, findings) = mpsc::channel();
        lanes::work(&self.course, &queue, sender, || {
            let mut known: Vec<Option<Finding>> = queue.iter().map(|_| None).collect();
            let (mut first, mut over) = (0, 0);
            for (chapter, trials) in chapters.iter_mut().zip(trials) {
                let own = first..first + trials.len();
                while known[own.clone()].iter().any(Option::is_none) {
                    status.show(&format!(
                        "{}: {over} of {} answers tried",
                        chapter.exercise.label(),
                        queue.len()
                    ));
                    let Ok((index, finding)) = findings.recv() else {
                        // The lanes have stopped early, and `work` says why.
                        return;
                    };
                    known[index] = Some(finding);
                    over += 1;
                }
                let findings: Vec<Finding> = known[own.clone()]
                    .iter_mut()
                    .filter_map(Option::take)
                    .collect();
                first = own.end;
                chapter.judge(trials, &findings);
                status.clear();
                say(&chapter.line());
                complaints.extend(chapter.complaints());
                if demand.matrix {
                    matrices.push_str(&matrix::draw(chapter, trials, &findings));
                }
            }
        })?;
        say(&matrices);
        Ok(complaints)
    }
}

impl<'a> Chapter<'a> {
    fn read(exercise: &'a Exercise) -> Result<Chapter<'a>> {
        let spec = Spec::of(exercise)?;
        let reference = carve_folder(&exercise.solution, Form::Solution, &["src"])?;
        let answers = files::read_tree(&exercise.solution, &["wrong"])?
            .iter()
            .map(|(path, text)| Answer::read(path, text, &spec, &reference))
            .collect();
        Ok(Chapter {
            exercise,
            spec,
            answers,
            row: Row::default(),
        })
    }

    /// What is to be built and run: the solution, the stub, and the wrong answers that this machine compiles.
    fn trials(&self, demand: Demand) -> Result<Vec<Trial>> {
        let all: Vec<String> = self.spec.tests.iter().map(|t| t.name.clone()).collect();
        let trial = |part: Part, src, tests: &[String], times| Trial {
            exercise: self.exercise.name.clone(),
            part,
            src,
            tests: tests.to_vec(),
            times,
        };
        let carved = |form| carve_folder(&self.exercise.solution, form, &["src"]);
        let mut trials = vec![
            trial(Part::Solution, carved(Form::Solution)?, &all, demand.times),
            trial(Part::Stub, carved(Form::Stub)?, &all, 1),
        ];
        for (index, answer) in self.answers.iter().enumerate() {
            if let Some((wrong, spoiled)) = answer.to_try() {
                let tests = if demand.matrix {
                    &all
                } else {
                    &wrong.rejected_by
                };
                trials.push(trial(
                    Part::Wrong(index),
                    spoiled.clone(),
                    tests,
                    demand.times,
                ));
            }
        }
        Ok(trials)
    }

    fn line(&self) -> String {
        let row = &self.row;
        line([
            &self.exercise.label(),
            &row.carved,
            &row.stub,
            &row.solution,
            &row.wrong,
            &row.words,
            &row.pages,
        ])
    }

    fn complaints(&mut self) -> Vec<(Paint, String)> {
        let label = self.exercise.label();
        let problems = self.row.problems.drain(..);
        let mut complaints: Vec<(Paint, String)> = problems
            .map(|what| (Paint::Bad, format!("{label}: {what}")))
            .collect();
        let warnings = self.row.warnings.drain(..);
        complaints
            .extend(warnings.map(|what| (Paint::Notice, format!("{label}: warning: {what}"))));
        complaints
    }
}

/// A line of the table.
fn line(cells: [&str; 7]) -> String {
    let [exercise, carved, stub, solution, wrong, words, pages] = cells;
    format!("{exercise:<22} {carved:<7} {stub:<11} {solution:<9} {wrong:<8} {words:<6} {pages}\n")
}

/// The outcome of the test `name` in one run.
fn outcome<'a>(run: &'a [Outcome], name: &str) -> Option<&'a Outcome> {
    run.iter().find(|outcome| outcome.id.name == name)
}
