//! Judges the outcomes of one chapter.

use std::env::consts::{ARCH, FAMILY, OS};

use super::copy::Part;
use super::lanes::{Finding, Trial};
use super::{Chapter, Row, outcome};
use crate::error::Error;
use crate::files::Tree;
use crate::run::Outcome;
use crate::spec::{Spec, SpecTest};
use crate::verdict::Verdict;
use crate::wrong::Wrong;

/// How many wrong answers a chapter has at least.
const WRONG_ANSWERS: usize = 3;

/// The machines that the course is for, in the words of [`std::env::consts`].
const MACHINES: [[&str; 3]; 6] = [
    ["linux", "x86_64", "unix"],
    ["linux", "aarch64", "unix"],
    ["macos", "x86_64", "unix"],
    ["macos", "aarch64", "unix"],
    ["windows", "x86_64", "windows"],
    ["windows", "aarch64", "windows"],
];

/// The machine on which every test has a wrong answer, and CI tries them all.
const PROVED: [&str; 3] = MACHINES[0];

/// A file of `wrong`.
pub struct Answer {
    /// `wrong/stack.txt`
    pub path: String,
    /// What it says, and the solution that it spoils; or what is wrong with it.
    content: Result<(Wrong, Tree), Error>,
}

impl Answer {
    pub fn read(path: &str, text: &str, spec: &Spec, reference: &Tree) -> Answer {
        let content = Wrong::parse(text).and_then(|wrong| {
            let is_test = |name: &&String| spec.tests.iter().any(|test| test.name == **name);
            if let Some(unknown) = wrong.rejected_by.iter().find(|name| !is_test(name)) {
                return Err(Error::new(format!("there is no test `{unknown}`")));
            }
            // Elsewhere than on its system it is still tried whether the pieces are found.
            let mut spoiled = reference.clone();
            wrong.apply(&mut spoiled)?;
            Ok((wrong, spoiled))
        });
        Answer {
            path: path.to_owned(),
            content,
        }
    }

    /// Its text, when it is well formed.
    pub fn wrong(&self) -> Option<&Wrong> {
        self.content.as_ref().ok().map(|(wrong, _)| wrong)
    }

    /// The wrong answer and the spoiled solution, when this machine compiles it.
    pub fn to_try(&self) -> Option<(&Wrong, &Tree)> {
        let (wrong, spoiled) = self.content.as_ref().ok()?;
        wrong
            .applies_on([OS, ARCH, FAMILY])
            .then_some((wrong, spoiled))
    }
}

impl Chapter<'_> {
    /// Fills the row from what came of `trials`.
    pub fn judge(&mut self, trials: &[Trial], findings: &[Finding]) {
        let mut rejected = 0;
        let stands = matches!(findings.first(), Some(Finding::Ran(_)));
        // What keeps the solution from being built keeps all the others too, and is said once.
        let worth_judging = if stands { trials.len() } else { 1 };
        for (trial, finding) in trials.iter().zip(findings).take(worth_judging) {
            match (trial.part, finding) {
                (Part::Solution, Finding::Broken(errors)) => {
                    self.row.broken("the solution", errors);
                }
                (Part::Solution, Finding::Ran(runs)) => {
                    self.row.solution(runs, &self.spec);
                    if let Some(run) = runs.first() {
                        self.earn(run);
                    }
                }
                (Part::Stub, Finding::Broken(errors)) => self.row.broken("the stub", errors),
                (Part::Stub, Finding::Ran(runs)) => {
                    for run in runs {
                        self.row.stub(run, &self.spec);
                    }
                }
                (Part::Wrong(index), finding) => {
                    rejected += usize::from(self.reject(index, finding));
                }
            }
        }
        for answer in &self.answers {
            if let Err(error) = &answer.content {
                self.row.problems.push(format!("{}: {error}", answer.path));
            }
        }
        let well_formed = self.answers.iter().filter(|a| a.wrong().is_some()).count();
        let tried = trials.len() - 2;
        self.row.wrong = match well_formed - tried {
            0 => format!("{rejected}/{}", self.answers.len()),
            skipped => format!("{rejected}/{}+{skipped}", self.answers.len() - skipped),
        };
        if self.answers.len() < WRONG_ANSWERS {
            self.row
                .problems
                .push(format!("it has fewer than {WRONG_ANSWERS} wrong answers"));
        }
    }

    /// Whether each test that the wrong answer names rejects it in every run.
    fn reject(&mut self, index: usize, finding: &Finding) -> bool {
        let answer = &self.answers[index];
        let Some(wrong) = answer.wrong() else {
            return false;
        };
        let row = &mut self.row;
        let runs = match finding {
            Finding::Ran(runs) => runs,
            Finding::Broken(errors) => {
                row.broken(&answer.path, errors);
                return false;
            }
        };
        let rejects = |run: &Vec<Outcome>, test: &str| {
            outcome(run, test).is_some_and(|outcome| !outcome.verdict.is_pass())
        };
        let mut rejected = true;
        for test in &wrong.rejected_by {
            let missed = runs.iter().filter(|run| !rejects(run, test)).count();
            let how_often = match (missed, runs.len()) {
                (0, _) => continue,
                (_, 1) => String::new(),
                (missed, all) => format!(" in {missed} of {all} runs"),
            };
            rejected = false;
            row.problems.push(format!(
                "{}: \"{}\" is not rejected by {test}{how_often}",
                answer.path, wrong.title
            ));
        }
        let hung = |test: &String| {
            let is_hung = |run| {
                matches!(
                    outcome(run, test).map(|outcome| &outcome.verdict),
                    Some(Verdict::Hung { .. })
                )
            };
            runs.iter().any(|run| is_hung(run))
        };
        if wrong.rejected_by.iter().all(hung) {
            row.warnings.push(format!(
                "{}: only the checker's time limit rejects it, so no message names the mistake",
                answer.path
            ));
        }
        rejected
    }

    /// Every test earns its place: without a wrong answer that it rejects, it may as well assert nothing.
    ///
    /// A test of all systems needs one on each of them, and those of other systems are only read here. It is
    /// an error where there is none for [`PROVED`], and a warning for the others. Where a conditional test
    /// runs is known for this machine only; where it does not run, any wrong answer will do.
    fn earn(&mut self, run: &[Outcome]) {
        let mut elsewhere = Vec::new();
        for test in self.spec.tests.iter().filter(|test| !test.given) {
            let name = &test.name;
            let naming = self.answers.iter().filter_map(Answer::wrong);
            let naming: Vec<&Wrong> = naming
                .filter(|wrong| wrong.rejected_by.contains(name))
                .collect();
            let without: Vec<[&str; 3]> = machines_of(test, outcome(run, name).is_some())
                .into_iter()
                .filter(|machine| !naming.iter().any(|wrong| wrong.applies_on(*machine)))
                .collect();
            if naming.is_empty() {
                self.row.problems.push(format!(
                    "no wrong answer is rejected by `{name}`: what mistake is it there for?"
                ));
            } else if without.contains(&PROVED) {
                self.row.problems.push(format!(
                    "no wrong answer for {} {} is rejected by `{name}`: there it proves nothing",
                    PROVED[0], PROVED[1]
                ));
            } else if !without.is_empty() {
                elsewhere.push(format!("`{name}` ({})", names_of(&without)));
            }
        }
        if !elsewhere.is_empty() {
            self.row.warnings.push(format!(
                "some systems have no wrong answer for a test: {}",
                elsewhere.join(", ")
            ));
        }
    }
}

/// `windows, macos aarch64`
fn names_of(machines: &[[&str; 3]]) -> String {
    let mut names = Vec::new();
    for [system, processor, _] in machines {
        let both = machines.iter().filter(|other| other[0] == *system).count() == 2;
        let name = match both {
            true => (*system).to_owned(),
            false => format!("{system} {processor}"),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// The machines on which a test runs, as far as is known.
fn machines_of(test: &SpecTest, runs_here: bool) -> Vec<[&'static str; 3]> {
    match (test.conditional, runs_here) {
        (false, _) => MACHINES.to_vec(),
        (true, true) => vec![[OS, ARCH, FAMILY]],
        (true, false) => Vec::new(),
    }
}

impl Row {
    fn solution(&mut self, runs: &[Vec<Outcome>], spec: &Spec) {
        let Some(first) = runs.first() else { return };
        let mut passing = 0;
        for outcome in first {
            let name = &outcome.id.name;
            let failures: Vec<&Outcome> = runs
                .iter()
                .filter_map(|run| super::outcome(run, name))
                .filter(|outcome| !outcome.verdict.is_pass())
                .collect();
            let how_often = match runs.len() {
                1 => String::new(),
                all => format!(" in {} of {all} runs", failures.len()),
            };
            match failures.first() {
                None => passing += 1,
                Some(failure) => self.problems.push(format!(
                    "the solution fails `{name}`{how_often}: {:?}",
                    failure.verdict
                )),
            }
        }
        for test in spec.tests.iter().filter(|test| !test.conditional) {
            if outcome(first, &test.name).is_none() {
                self.problems.push(format!("`{}` does not run", test.name));
            }
        }
        if first.is_empty() {
            self.problems
                .push(String::from("the specification has no tests"));
        }
        self.solution = format!("{passing}/{}", first.len());
    }

    fn stub(&mut self, outcomes: &[Outcome], spec: &Spec) {
        let is_given = |name: &str| {
            spec.tests
                .iter()
                .any(|test| test.given && test.name == name)
        };
        let (mut failing, mut expected) = (0, 0);
        for outcome in outcomes {
            let name = &outcome.id.name;
            match (outcome.verdict.is_pass(), is_given(name)) {
                (true, true) => {}
                (false, false) => (failing, expected) = (failing + 1, expected + 1),
                (true, false) => {
                    expected += 1;
                    self.problems
                        .push(format!("`{name}` passes on the stub (mark it `// given`?)"));
                }
                (false, true) => {
                    self.problems
                        .push(format!("`{name}` is given, and fails on the stub"));
                }
            }
        }
        self.stub = format!("{failing}/{expected}");
    }

    fn broken(&mut self, what: &str, errors: &[String]) {
        self.problems
            .push(format!("{what} does not compile: {}", errors.join("\n")));
    }
}
