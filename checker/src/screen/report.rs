//! A report: the verdicts of a check, what they mean, and what to do next.

use super::Screen;
use super::todo::first_todo;
use crate::check::{Findings, Report};
use crate::cli::CALL;
use crate::course::{Course, Exercise};
use crate::progress::Progress;
use crate::run::Outcome;
use crate::terminal::Paint;
use crate::text;
use crate::verdict::{Panic, Verdict};

/// How many compiler errors are shown unless all are asked for: the first ones cause the others.
const ERRORS: usize = 3;

impl Screen {
    /// The verdicts of a check, test by test; the first failure in full, or `all` of them.
    pub fn report(&self, report: &Report, all: bool) -> String {
        let mut text = String::new();
        match &report.findings {
            Findings::Cancelled => text.push_str("Stopped before it was over.\n"),
            Findings::Unlisted(what) => {
                text.push_str(&format!(
                    "{}\n{what}\n",
                    self.bad("The tests did not start.")
                ));
            }
            Findings::Broken(errors) => {
                text.push_str(&format!("{}\n\n", self.bad("It does not compile yet.")));
                let shown = if all {
                    errors.len()
                } else {
                    ERRORS.min(errors.len())
                };
                for error in &errors[..shown] {
                    text.push_str(&format!("{error}\n\n"));
                }
                if errors.len() > shown {
                    let more = errors.len() - shown;
                    text.push_str(&format!("and {more} more errors, which --all shows.\n"));
                }
            }
            Findings::Ran { outcomes, warnings } => {
                text.push_str(&self.outcomes(outcomes, all));
                if *warnings > 0 && report.passed() {
                    let what = if *warnings == 1 {
                        "1 warning"
                    } else {
                        &format!("{warnings} warnings")
                    };
                    text.push_str(&format!(
                        "The compiler has {what}: `cargo test -p {}` tells more.\n",
                        report.exercise.name
                    ));
                }
            }
        }
        if !report.differences.is_empty() {
            let number = &report.exercise.number;
            let what = report.differences.join("; ");
            let head = self.bad("Your copy of the tests differs from the original.");
            text.push_str(&format!("\n{head}\n"));
            let what = format!(
                "{what}. The exercise counts as done when all of the original tests pass: \
                 `{CALL} -- reset {number} --tests` brings them back, and keeps your copy as a backup."
            );
            text.push_str(&self.prose(&what));
        }
        text
    }

    /// A report in a line.
    pub fn summary(&self, report: &Report) -> String {
        let (word, paint, what) = match &report.findings {
            _ if report.passed() => ("ok", Paint::Good, String::new()),
            Findings::Broken(_) => ("broken", Paint::Bad, String::from("does not compile")),
            Findings::Unlisted(_) => ("broken", Paint::Bad, String::from("does not start")),
            Findings::Cancelled => ("stopped", Paint::Faint, String::new()),
            Findings::Ran { outcomes, .. } => {
                let passing = outcomes
                    .iter()
                    .filter(|outcome| outcome.verdict.is_pass())
                    .count();
                let is_todo = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Todo(_));
                let (word, paint) = match outcomes.iter().any(is_todo) {
                    true => ("todo", Paint::Notice),
                    false => ("failed", Paint::Bad),
                };
                let mut what = format!("{passing} of {} tests pass", outcomes.len());
                if !report.differences.is_empty() {
                    what.push_str("; the tests differ from the original");
                }
                (word, paint, what)
            }
        };
        let line = format!(
            "  {} {:<20} {what}",
            self.word(word, paint, 10),
            report.exercise.label()
        );
        format!("{}\n", line.trim_end())
    }

    fn outcomes(&self, outcomes: &[Outcome], all: bool) -> String {
        let mut text = String::new();
        for outcome in outcomes {
            let (word, paint) = verdict_word(&outcome.verdict);
            text.push_str(&format!(
                "  {} {}\n",
                self.word(word, paint, 10),
                outcome.id.name
            ));
        }
        let failing: Vec<&Outcome> = outcomes.iter().filter(|o| !o.verdict.is_pass()).collect();
        let shown = if all { failing.len() } else { 1 };
        for outcome in failing.iter().take(shown) {
            text.push_str(&format!("\n{}\n", self.failure(outcome)));
        }
        let passing = outcomes.len() - failing.len();
        text.push_str(&format!("\n{passing} of {} tests pass.", outcomes.len()));
        if failing.len() > 1 && !all {
            text.push_str(match self.watching {
                true => " Key a explains every failure.",
                false => " With --all, every failure is explained.",
            });
        }
        text.push('\n');
        text
    }

    /// A failing test in full.
    fn failure(&self, outcome: &Outcome) -> String {
        let (word, _) = verdict_word(&outcome.verdict);
        let head = self
            .style
            .paint(Paint::Strong, &format!("{word}: {}", outcome.id.name));
        format!(
            "{head}\n{}",
            text::block(&self.explain(&outcome.verdict), self.style.width)
        )
    }

    /// What a verdict means.
    pub fn explain(&self, verdict: &Verdict) -> String {
        let panic = |panic: &Panic| match panic.place.as_str() {
            "" => panic.message.clone(),
            // Not a place that the learner could open.
            place if place.starts_with("/rustc/") => {
                format!(
                    "inside the standard library, called from your code\n{}",
                    panic.message
                )
            }
            place => format!("at {}\n{}", self.place(place), panic.message),
        };
        let with_output = |what: String, output: &str| match output {
            "" => what,
            output => format!(
                "{what}\nIt said before:\n{}",
                text::block(output, usize::MAX)
            ),
        };
        match verdict {
            Verdict::Passed => String::from("It passed."),
            Verdict::Cancelled => String::from("It was stopped before it was over."),
            Verdict::Todo(todo) => panic(todo),
            Verdict::Failed(panics) => match panics.as_slice() {
                [first, last] => format!(
                    "{}\nwhich in the end became\n{}",
                    panic(first),
                    text::block(&panic(last), usize::MAX)
                ),
                panics => panics.iter().map(panic).collect::<Vec<_>>().join("\n"),
            },
            Verdict::Hung { limit, output } => with_output(
                format!(
                    "It was not over when the {limit:?} of this exercise had passed, and was stopped: a loop \
                     without end, or a wait for something that never comes."
                ),
                output,
            ),
            Verdict::Crashed {
                name,
                meaning,
                output,
            } => with_output(format!("{name}: {meaning}."), output),
            Verdict::StackOverflow => String::from(
                "It used up its stack: usually a function that calls itself without end, or a very \
                 large array in a local variable.",
            ),
            Verdict::LeftEarly { status } => format!(
                "Its process exited with status {status} before the test was over. Leaving early, by \
                 `process::exit` for example, is not a pass."
            ),
            Verdict::Flooded { bytes, endless } => {
                let end = if *endless { " and did not end" } else { "" };
                format!(
                    "It printed {}{end}, where a test has little to say: is there a print in a loop?",
                    text::size(*bytes)
                )
            }
            Verdict::LeftProcesses => String::from(
                "Its assertions hold, but a process that it started was still running when it ended \
                 (it is stopped now). Wait for every child, also on the way out of an error.",
            ),
            Verdict::LeftThreads(1) => String::from(
                "Its assertions hold, but a thread that it started was still running when it ended. \
                 Join every thread: one that nobody waits for is cut off at a random point.",
            ),
            Verdict::LeftThreads(count) => format!(
                "Its assertions hold, but {count} threads that it started were still running when it \
                 ended. Join every thread: one that nobody waits for is cut off at a random point."
            ),
            Verdict::NotStarted(why) => format!("Its process could not be started: {why}"),
        }
    }

    /// What to type next, after a check.
    pub fn next_step(&self, report: &Report, course: &Course, progress: &Progress) -> String {
        let exercise = &report.exercise;
        let (check, go_on) = match self.watching {
            true => (String::from(" and save"), String::from("key n")),
            false => (format!(", then {CALL}"), String::from(CALL)),
        };
        if report.passed() {
            let done = self
                .style
                .paint(Paint::Good, &format!("{} is done.", exercise.label()));
            // Where progress cannot be saved, it has not been noted.
            let mut progress = progress.clone();
            progress.solve(&exercise.name, report.fingerprint.unwrap_or_default());
            progress.current = Some(exercise.name.clone());
            return match progress.current(course) {
                Some(next) => format!(
                    "{done}\n\nNext: {}\n  read  {}\n  then  {go_on}\n",
                    self.style
                        .paint(Paint::Strong, &format!("{}: {}", next.label(), next.title)),
                    self.path(&next.folder.join("README.md")),
                ),
                None => format!("{done} That was the last one: the whole course is solved.\n"),
            };
        }
        if !report.differences.is_empty()
            && matches!(&report.findings, Findings::Ran { outcomes, .. }
            if outcomes.iter().all(|outcome| outcome.verdict.is_pass()))
        {
            return format!("Next: {CALL} -- reset {} --tests\n", exercise.number);
        }
        let edit = format!("Next: {}{check}\n", self.place_to_work(report));
        match self.watching {
            true => edit,
            false => format!("{edit}Stuck for ten minutes? {CALL} -- hint\n"),
        }
    }

    /// Where to go on: the first error, the first failure, or the next piece that is to be written.
    fn place_to_work(&self, report: &Report) -> String {
        let exercise = &report.exercise;
        let outcomes = match &report.findings {
            Findings::Broken(errors) => {
                // rustc: `  --> src/lib.rs:1:2`
                let errors = text::without_color(&errors.join("\n"));
                return match errors.lines().find_map(|line| line.split_once("--> ")) {
                    Some((_, place)) => format!("fix {}", self.place(place.trim())),
                    None => format!("fix {}", self.edit_line(exercise)),
                };
            }
            Findings::Ran { outcomes, .. } => outcomes.as_slice(),
            _ => &[],
        };
        match outcomes.iter().find(|outcome| !outcome.verdict.is_pass()) {
            // Before anything passes, the chapter's order counts; later, what the next test needs.
            Some(Outcome {
                verdict: Verdict::Todo(panic),
                ..
            }) if outcomes.iter().any(|outcome| outcome.verdict.is_pass()) => {
                format!("edit {}", self.place(&panic.place))
            }
            Some(Outcome { id, verdict, .. }) if !matches!(verdict, Verdict::Todo(_)) => {
                format!("fix what `{}` finds", id.name)
            }
            _ => match first_todo(exercise) {
                Some((path, line)) => format!("edit {}:{line}", self.path(&path)),
                None => format!("edit {}", self.edit_line(exercise)),
            },
        }
    }

    /// The exercises that have to be done first.
    pub fn prerequisites(&self, exercise: &Exercise, missing: &[&Exercise]) -> String {
        let names: Vec<String> = missing.iter().map(|exercise| exercise.label()).collect();
        let (is, it) = if names.len() == 1 {
            ("is", "it")
        } else {
            ("are", "them")
        };
        self.prose(&format!(
            "{} builds on {}, which {is} not done yet: a failure below may come from there. Do {it} \
             first, or take the reference for what is missing: {CALL} -- catch-up {}",
            exercise.label(),
            names.join(" and "),
            exercise.number,
        ))
    }
}

/// The word for a verdict in a list, and its colour.
pub fn verdict_word(verdict: &Verdict) -> (&'static str, Paint) {
    match verdict {
        Verdict::Passed => ("ok", Paint::Good),
        Verdict::Todo(_) => ("todo", Paint::Notice),
        Verdict::Failed(_) => ("failed", Paint::Bad),
        Verdict::Hung { .. } => ("hung", Paint::Bad),
        Verdict::Crashed { .. } => ("crashed", Paint::Bad),
        Verdict::StackOverflow => ("overflow", Paint::Bad),
        Verdict::LeftEarly { .. } => ("left early", Paint::Bad),
        Verdict::Flooded { .. } => ("flooded", Paint::Bad),
        Verdict::LeftProcesses | Verdict::LeftThreads(_) => ("left over", Paint::Bad),
        Verdict::NotStarted(_) => ("no start", Paint::Bad),
        Verdict::Cancelled => ("stopped", Paint::Faint),
    }
}
