//! `verify`: proves the course, for maintainers and CI.
//!
//! It works on a copy of the course below `target/verify`, in which every exercise holds the reference.
//! There each exercise in turn gets its stub and its wrong answers, while what it builds on stays solved.
//! So it is also the proof that `catch-up` gives a course that works.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{App, say};
use crate::cargo::{self, Build, Built};
use crate::carve::{CARVED, Form, carve_folder};
use crate::course::{Course, Exercise};
use crate::error::{Context, Error, Result};
use crate::files::{self, Tree};
use crate::process::Cancel;
use crate::run::{self, Options, Outcome};
use crate::spec::Spec;
use crate::terminal::{Paint, StatusLine};
use crate::wrong::Wrong;

/// How many wrong answers a chapter has at least.
const WRONG_ANSWERS: usize = 3;

/// One line of the table.
#[derive(Debug, Default)]
struct Row {
    carved: String,
    stub: String,
    solution: String,
    wrong: String,
    pages: String,
    problems: Vec<String>,
}

impl App {
    /// Proves one exercise, or all of them; false when something is wrong.
    pub fn verify(&self, exercise: Option<&str>) -> Result<bool> {
        let one = exercise.map(|word| self.course.named(word)).transpose()?;
        #[cfg(unix)]
        crate::process::guard::start(run::mark());
        let mut line = StatusLine::new(self.screen.style);
        line.show("copying the course");
        let copy = Copy::make(&self.course)?;
        say(&format!(
            "{:<22} {:<8} {:<12} {:<10} {:<8} {}\n",
            "exercise", "carved", "stub fails", "solution", "wrong", "pages"
        ));
        let mut problems = Vec::new();
        for exercise in &self.course.exercises {
            if one.is_some_and(|one| one.name != exercise.name) {
                continue;
            }
            let mut row = Row::default();
            let mut status = |what: &str| line.show(&format!("{}: {what}", exercise.label()));
            copy.prove(exercise, &mut row, &mut status)?;
            line.clear();
            say(&format!(
                "{:<22} {:<8} {:<12} {:<10} {:<8} {}\n",
                exercise.label(),
                row.carved,
                row.stub,
                row.solution,
                row.wrong,
                row.pages
            ));
            let label = exercise.label();
            problems.extend(
                row.problems
                    .into_iter()
                    .map(|what| format!("{label}: {what}")),
            );
        }
        for problem in &problems {
            say(&format!(
                "\n{}\n",
                self.screen.style.paint(Paint::Bad, problem)
            ));
        }
        if problems.is_empty() {
            say("\nThe course holds.\n");
        }
        Ok(problems.is_empty())
    }
}

/// The copy of the course.
struct Copy {
    /// The top of the course that it is a copy of.
    original: PathBuf,
    course: Course,
    target: PathBuf,
}

impl Copy {
    fn make(course: &Course) -> Result<Copy> {
        let folder = course.root.join("target").join("verify");
        let (root, target) = (folder.join("course"), folder.join("target"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            sync_file(&course.root.join(file), &root.join(file))?;
        }
        for part in ["checker", "exercises/support", "solutions"] {
            sync(&course.root.join(part), &root.join(part))?;
        }
        for exercise in &course.exercises {
            let to = root.join("exercises").join(exercise.folder_name());
            for file in ["Cargo.toml", "README.md", "HINTS.md"] {
                sync_file(&exercise.folder.join(file), &to.join(file))?;
            }
        }
        let copy = Copy {
            original: course.root.clone(),
            course: Course::read(&root)?,
            target,
        };
        for exercise in &copy.course.exercises {
            let reference = carve_folder(&exercise.solution, Form::Solution, &CARVED)?;
            put(exercise, &CARVED, &reference)?;
        }
        Ok(copy)
    }

    /// Fills the row of `original`.
    fn prove(
        &self,
        original: &Exercise,
        row: &mut Row,
        status: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let exercise = self.course.named(&original.name)?;
        let spec = Spec::of(exercise)?;
        // The copy has no such page; the course does, where it is taught.
        let guide = files::read_text(&self.original.join("WORKSHOP.md")).ok();
        row.pages(original, guide.as_deref());
        row.carved(original)?;

        status("the solution");
        let reference = carve_folder(&exercise.solution, Form::Solution, &["src"])?;
        let all: Vec<&str> = spec.tests.iter().map(|test| test.name.as_str()).collect();
        match self.outcomes(exercise, &all)? {
            Ok(outcomes) => row.solution(&outcomes, &spec),
            Err(errors) => row.broken("the solution", &errors),
        }

        status("the stub");
        put(
            exercise,
            &["src"],
            &carve_folder(&exercise.solution, Form::Stub, &["src"])?,
        )?;
        match self.outcomes(exercise, &all)? {
            Ok(outcomes) => row.stub(&outcomes, &spec),
            Err(errors) => row.broken("the stub", &errors),
        }

        self.prove_wrong(exercise, &spec, &reference, row, status)?;
        put(exercise, &["src"], &reference)
    }

    fn prove_wrong(
        &self,
        exercise: &Exercise,
        spec: &Spec,
        reference: &Tree,
        row: &mut Row,
        status: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let answers = files::read_tree(&exercise.solution, &["wrong"])?;
        let (mut rejected, mut skipped) = (0, 0);
        for (path, text) in &answers {
            status(path);
            let mut problem = |what: String| row.problems.push(format!("{path}: {what}"));
            let wrong = match Wrong::parse(text) {
                Ok(wrong) => wrong,
                Err(error) => {
                    problem(error.to_string());
                    continue;
                }
            };
            if let Some(unknown) = wrong
                .rejected_by
                .iter()
                .find(|name| !spec.tests.iter().any(|test| test.name == **name))
            {
                problem(format!("there is no test `{unknown}`"));
                continue;
            }
            // Elsewhere than on its system it is still tried whether the pieces are found.
            let mut spoiled = reference.clone();
            if let Err(error) = wrong.apply(&mut spoiled) {
                problem(error.to_string());
                continue;
            }
            if !wrong.applies_here() {
                skipped += 1;
                continue;
            }
            put(exercise, &["src"], &spoiled)?;
            let names: Vec<&str> = wrong.rejected_by.iter().map(String::as_str).collect();
            match self.outcomes(exercise, &names)? {
                Err(errors) => problem(format!("does not compile: {}", errors.join("\n"))),
                Ok(outcomes) => {
                    let accepted: Vec<&str> = outcomes
                        .iter()
                        .filter(|outcome| outcome.verdict.is_pass())
                        .map(|outcome| outcome.id.name.as_str())
                        .collect();
                    match accepted.is_empty() && outcomes.len() == names.len() {
                        true => rejected += 1,
                        false => problem(format!(
                            "\"{}\" is not rejected by {}",
                            wrong.title,
                            accepted.join(", ")
                        )),
                    }
                }
            }
        }
        row.wrong = match skipped {
            0 => format!("{rejected}/{}", answers.len()),
            _ => format!("{rejected}/{}+{skipped}", answers.len() - skipped),
        };
        if answers.len() < WRONG_ANSWERS {
            row.problems
                .push(format!("it has fewer than {WRONG_ANSWERS} wrong answers"));
        }
        Ok(())
    }

    /// Builds `exercise` as it is now and runs the tests of these names; or the compiler's errors.
    fn outcomes(
        &self,
        exercise: &Exercise,
        names: &[&str],
    ) -> Result<std::result::Result<Vec<Outcome>, Vec<String>>> {
        let cancel = Cancel::default();
        let build = Build {
            root: &self.course.root,
            package: &exercise.name,
            color: false,
            target: Some(&self.target),
        };
        let programs = match cargo::build(&build, &cancel, &|_| {})? {
            Built::Ready { programs, .. } => programs,
            Built::Broken { errors } => return Ok(Err(errors)),
            Built::Cancelled => return Err(Error::new("the build was stopped")),
        };
        let options = Options::of(&self.course.root, exercise);
        let mut tests = run::list(&programs, &options, &cancel)?;
        tests.retain(|id| names.contains(&id.name.as_str()));
        run::run(&programs, &tests, &options, &cancel, &|_| {}).map(Ok)
    }
}

impl Row {
    /// README with its facts, HINTS with three steps, and the same minutes in the teacher's guide.
    fn pages(&mut self, exercise: &Exercise, guide: Option<&str>) {
        let before = self.problems.len();
        let (reading, coding) = exercise.minutes;
        if exercise.title.is_empty() || reading == 0 || coding == 0 {
            self.problems
                .push(String::from("README.md lacks its title or its minutes"));
        }
        let row = format!(
            "| {} | `{}` | {reading} | {coding} |",
            exercise.number, exercise.name
        );
        if guide.is_some_and(|guide| !guide.contains(&row)) {
            self.problems
                .push(format!("WORKSHOP.md has no row that begins with `{row}`"));
        }
        let hints = files::read_text(&exercise.folder.join("HINTS.md")).unwrap_or_default();
        for step in ["\n## 1.", "\n## 2.", "\n## 3."] {
            if !hints.contains(step) {
                self.problems
                    .push(format!("HINTS.md has no `{}`", step.trim()));
            }
        }
        self.pages = verdict(self.problems.len() == before);
    }

    /// What is committed is what carving gives, and the stub says where the work is.
    fn carved(&mut self, exercise: &Exercise) -> Result<()> {
        let before = self.problems.len();
        let wanted = carve_folder(&exercise.solution, Form::Stub, &CARVED)?;
        let present = files::read_tree(&exercise.folder, &CARVED)?;
        let paths: BTreeSet<&String> = wanted.keys().chain(present.keys()).collect();
        for path in paths
            .into_iter()
            .filter(|path| wanted.get(*path) != present.get(*path))
        {
            self.problems
                .push(format!("{path} is not what `carve` gives"));
        }
        let sources = wanted.iter().filter(|(path, _)| path.starts_with("src/"));
        let stub: String = sources.map(|(_, text)| text.as_str()).collect();
        if !stub.contains("// TODO") || !stub.contains("todo!(") {
            self.problems
                .push(String::from("the stub has no `// TODO` or no `todo!()`"));
        }
        self.carved = verdict(self.problems.len() == before);
        Ok(())
    }

    fn solution(&mut self, outcomes: &[Outcome], spec: &Spec) {
        let passing = outcomes
            .iter()
            .filter(|outcome| outcome.verdict.is_pass())
            .count();
        for outcome in outcomes.iter().filter(|outcome| !outcome.verdict.is_pass()) {
            let name = &outcome.id.name;
            self.problems.push(format!(
                "the solution fails `{name}`: {:?}",
                outcome.verdict
            ));
        }
        for test in spec.tests.iter().filter(|test| !test.conditional) {
            if !outcomes.iter().any(|outcome| outcome.id.name == test.name) {
                self.problems.push(format!("`{}` does not run", test.name));
            }
        }
        if outcomes.is_empty() {
            self.problems
                .push(String::from("the specification has no tests"));
        }
        self.solution = format!("{passing}/{}", outcomes.len());
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

fn verdict(well: bool) -> String {
    String::from(if well { "ok" } else { "WRONG" })
}

/// Makes the folders `parts` of an exercise hold exactly `wanted`. A file that has its text already is
/// left alone, so that cargo does not build it again.
fn put(exercise: &Exercise, parts: &[&str], wanted: &Tree) -> Result<()> {
    let present = files::read_tree(&exercise.folder, parts)?;
    for path in present.keys().filter(|path| !wanted.contains_key(*path)) {
        let path = exercise.folder.join(path);
        fs::remove_file(&path).context(|| format!("cannot remove {}", path.display()))?;
    }
    for (path, text) in wanted
        .iter()
        .filter(|(path, text)| present.get(*path) != Some(text))
    {
        files::write_text(&exercise.folder.join(path), text)?;
    }
    Ok(())
}

/// Makes the folder `to` a copy of `from`.
fn sync(from: &Path, to: &Path) -> Result<()> {
    let wanted = files::files_below(from)?;
    for path in files::files_below(to)? {
        let original = from.join(path.strip_prefix(to).unwrap_or(&path));
        if !wanted.contains(&original) {
            fs::remove_file(&path).context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    for path in &wanted {
        sync_file(path, &to.join(path.strip_prefix(from).unwrap_or(path)))?;
    }
    Ok(())
}

fn sync_file(from: &Path, to: &Path) -> Result<()> {
    let text = files::read_text(from)?;
    match files::read_text(to) {
        Ok(present) if present == text => Ok(()),
        _ => files::write_text(to, &text),
    }
}
