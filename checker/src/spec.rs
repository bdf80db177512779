//! The learner's specification beside the master: what is missing, edited or ignored.

use std::collections::BTreeMap;

use crate::carve::{self, Form};
use crate::course::Exercise;
use crate::error::Result;
use crate::files::{self, Tree};
use crate::rust_source::{self, Source};

/// The tests that have to pass, and how the learner's copy differs from them.
#[derive(Debug, Default)]
pub struct Spec {
    /// The master's tests, in its order.
    pub tests: Vec<SpecTest>,
    /// Tests of the master that the copy does not have.
    pub missing: Vec<String>,
    /// Tests that read otherwise in the copy.
    pub edited: Vec<String>,
    /// Tests that the copy marks `#[ignore]`.
    pub ignored: Vec<String>,
    /// Files of the specification whose helpers or imports differ.
    pub helpers: Vec<String>,
}

/// A test of the master.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecTest {
    /// The name of its file without `.rs`, which is the name of the test program.
    pub program: String,
    /// Its function's name.
    pub name: String,
    /// It passes on the stub, on purpose.
    pub given: bool,
    /// It may be left out on some systems.
    pub conditional: bool,
}

impl Spec {
    /// Compares the copy of `exercise` with the master in its solution.
    pub fn of(exercise: &Exercise) -> Result<Spec> {
        let master = carve::carve_folder(&exercise.solution, Form::Solution, &["tests"])?;
        let copy = files::read_tree(&exercise.folder, &["tests"])?;
        Ok(Spec::compare(&master, &copy))
    }

    /// Whether the copy asks for what the master asks for.
    pub fn is_intact(&self) -> bool {
        self.missing.is_empty()
            && self.edited.is_empty()
            && self.ignored.is_empty()
            && self.helpers.is_empty()
    }

    /// How the copy differs, as clauses: `2 tests are missing: a, b`.
    pub fn differences(&self) -> Vec<String> {
        let tests = |names: &[String], what: &str| match names {
            [] => None,
            [one] => Some(format!("1 test is {what}: {one}")),
            many => Some(format!(
                "{} tests are {what}: {}",
                many.len(),
                many.join(", ")
            )),
        };
        let mut differences: Vec<String> = [
            tests(&self.missing, "missing"),
            tests(&self.edited, "edited"),
            tests(&self.ignored, "ignored"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !self.helpers.is_empty() {
            differences.push(format!(
                "what the tests share (imports, helpers) is edited in {}",
                self.helpers.join(", ")
            ));
        }
        differences
    }

    fn compare(master: &Tree, copy: &Tree) -> Spec {
        let mut spec = Spec::default();
        for (path, text) in master {
            let master = rust_source::parse(text);
            let copy = match copy.get(path) {
                Some(text) => rust_source::parse(text),
                None => Source::default(),
            };
            let program = path.trim_start_matches("tests/").trim_end_matches(".rs");
            let copies: BTreeMap<&str, _> = copy
                .tests
                .iter()
                .map(|test| (test.name.as_str(), test))
                .collect();
            for test in &master.tests {
                let name = test.name.clone();
                match copies.get(test.name.as_str()) {
                    None => spec.missing.push(name.clone()),
                    Some(copy) if copy.ignored && !test.ignored => spec.ignored.push(name.clone()),
                    Some(copy) if copy.tokens != test.tokens => spec.edited.push(name.clone()),
                    Some(_) => {}
                }
                spec.tests.push(SpecTest {
                    program: program.to_owned(),
                    name,
                    given: test.given,
                    conditional: test.conditional,
                });
            }
            // New helpers for tests of the learner's own are fine; losing the master's are not. A file
            // that is gone altogether is said once, by its tests.
            let gone = copy == Source::default() && !master.tests.is_empty();
            let has_all = is_subsequence(&master.rest, &copy.rest)
                && master.declarations.is_subset(&copy.declarations);
            if !gone && !has_all {
                spec.helpers.push(path.clone());
            }
        }
        spec
    }
}

/// Whether all of `part` stands in `whole`, in its order.
fn is_subsequence(part: &[String], whole: &[String]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|token| whole.any(|other| other == token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: &str = "
        use channel::send;
        fn helper() -> i32 { 1 }
        #[test] fn one() { assert_eq!(helper(), 1); }
        #[test] fn two() { assert!(true); }
    ";

    fn compare(copy: &str) -> Vec<String> {
        let tree = |text: &str| Tree::from([(String::from("tests/spec.rs"), text.to_owned())]);
        Spec::compare(&tree(MASTER), &tree(copy)).differences()
    }

    #[test]
    fn a_copy_with_other_layout_is_intact() {
        assert_eq!(compare(&MASTER.replace("; }", ";\n// a note\n}")), [""; 0]);
    }

    #[test]
    fn tests_of_the_learners_own_are_welcome() {
        let copy = format!("{MASTER} fn mine() {{}} #[test] fn three() {{ mine(); }}");
        assert_eq!(compare(&copy), [""; 0]);
    }

    #[test]
    fn missing_edited_and_ignored_tests_are_named() {
        let edited = MASTER.replace("assert!(true)", "assert!(false)");
        assert_eq!(compare(&edited), ["1 test is edited: two"]);
        let ignored = MASTER.replace("#[test] fn two", "#[test] #[ignore] fn two");
        assert_eq!(compare(&ignored), ["1 test is ignored: two"]);
        let missing = "use channel::send; fn helper() -> i32 { 1 }";
        assert_eq!(compare(missing), ["2 tests are missing: one, two"]);
        assert_eq!(compare(""), ["2 tests are missing: one, two"]);
    }

    #[test]
    fn an_edited_helper_is_named() {
        let copy = MASTER.replace("{ 1 }", "{ 2 }");
        let expected = ["what the tests share (imports, helpers) is edited in tests/spec.rs"];
        assert_eq!(compare(&copy), expected);
    }
}
