//! Checks one exercise: builds it, runs the master's tests, and says what came of it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::cargo::{self, Build, Built};
use crate::course::{Course, Exercise};
use crate::error::Result;
use crate::process::Cancel;
use crate::progress;
use crate::run::{self, Options, Outcome, TestId};
use crate::scratch::Scratch;
use crate::spec::Spec;

/// What a check found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which exercise.
    pub exercise: Exercise,
    /// The fingerprint of what was checked, taken before it was built: a file that is saved meanwhile
    /// was not. `None` when it cannot be read.
    pub fingerprint: Option<u64>,
    /// How the learner's specification differs from the master: no pass while it does.
    pub differences: Vec<String>,
    /// What the build and the tests gave.
    pub findings: Findings,
}

/// What the build and the tests gave.
#[derive(Clone, Debug)]
pub enum Findings {
    /// It does not compile: the compiler's errors.
    Broken(Vec<String>),
    /// The test program did not even list its tests.
    Unlisted(String),
    /// The tests ran.
    Ran {
        /// In the order of the specification, the learner's own tests last.
        outcomes: Vec<Outcome>,
        /// The compiler's warnings.
        warnings: usize,
    },
    /// Somebody asked to stop.
    Cancelled,
}

/// What a check is doing, for the person who waits.
#[derive(Clone, Debug)]
pub enum Status {
    /// cargo says this.
    Cargo(String),
    /// The tests run.
    Tests {
        /// So many are over.
        over: usize,
        /// Of so many.
        of: usize,
        /// The first one that failed.
        failed: Option<Box<Outcome>>,
    },
}

/// What a check needs besides the exercise.
pub struct Checker<'a> {
    /// The course.
    pub course: &'a Course,
    /// Whether compiler messages are to have colour.
    pub color: bool,
    /// How to stop it.
    pub cancel: Cancel,
    /// Who is told what it is doing.
    pub status: &'a (dyn Fn(Status) + Sync),
}

impl Report {
    /// Whether the exercise is solved: the specification is the master's, and all of it passes.
    pub fn passed(&self) -> bool {
        let all_pass = match &self.findings {
            Findings::Ran { outcomes, .. } => {
                !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.verdict.is_pass())
            }
            _ => false,
        };
        all_pass && self.differences.is_empty()
    }
}

impl Checker<'_> {
    /// Checks `exercise` as the learner has it.
    pub fn check(&self, exercise: &Exercise) -> Result<Report> {
        let fingerprint = progress::fingerprint(exercise).ok();
        let spec = Spec::of(exercise)?;
        let (findings, unrun) = self.findings(exercise, &spec, None)?;
        let mut differences = spec.differences();
        match unrun.as_slice() {
            [] => {}
            [one] => differences.push(format!("1 test does not run: {one}")),
            many => differences.push(format!(
                "{} tests do not run: {}",
                many.len(),
                many.join(", ")
            )),
        }
        Ok(Report {
            exercise: exercise.clone(),
            fingerprint,
            differences,
            findings,
        })
    }

    /// Builds and runs; also gives the tests of `spec` that should have run and did not.
    pub fn findings(
        &self,
        exercise: &Exercise,
        spec: &Spec,
        target: Option<&Path>,
    ) -> Result<(Findings, Vec<String>)> {
        let only = |findings| Ok((findings, Vec::new()));
        // The compiler needs the folder for temporary files too, and says less about it.
        drop(Scratch::new()?);
        let build = Build {
            root: &self.course.root,
            package: &exercise.name,
            color: self.color,
            target,
            lean: false,
        };
        let status = |line: &str| (self.status)(Status::Cargo(line.to_owned()));
        let (programs, warnings) = match cargo::build(&build, &self.cancel, &status)? {
            Built::Ready { programs, warnings } => (programs, warnings),
            Built::Broken { errors } => return only(Findings::Broken(errors)),
            Built::Cancelled => return only(Findings::Cancelled),
        };
        let options = Options::of(&self.course.root, exercise);
        let mut tests = match run::list(&programs, &options, &self.cancel) {
            Ok(tests) => tests,
            Err(error) => return only(Findings::Unlisted(error.to_string())),
        };
        if self.cancel.asked() {
            return only(Findings::Cancelled);
        }
        let place = |id: &TestId| {
            let is =
                |test: &crate::spec::SpecTest| test.program == id.program && test.name == id.name;
            spec.tests.iter().position(is).unwrap_or(usize::MAX)
        };
        tests.sort_by_key(place);

        let of = tests.len();
        let known = Mutex::new((0, None));
        let tell = |over, failed| (self.status)(Status::Tests { over, of, failed });
        tell(0, None);
        let finished = |outcome: &Outcome| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let (over, failed) = &mut *known;
            *over += 1;
            if failed.is_none() && !outcome.verdict.is_pass() {
                *failed = Some(Box::new(outcome.clone()));
            }
            tell(*over, failed.clone());
        };
        let outcomes = run::run(&programs, &tests, &options, &self.cancel, &finished)?;
        if self.cancel.asked() {
            return only(Findings::Cancelled);
        }
        let unrun = spec
            .tests
            .iter()
            .filter(|test| !test.conditional && !spec.missing.contains(&test.name))
            .filter(|test| {
                !tests
                    .iter()
                    .any(|id| id.program == test.program && id.name == test.name)
            })
            .map(|test| test.name.clone())
            .collect();
        Ok((Findings::Ran { outcomes, warnings }, unrun))
    }
}
