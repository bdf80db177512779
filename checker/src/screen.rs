//! What the person sees: the map, a report, the next step. Text only; who prints it is not decided here.

use std::env;
use std::path::{Path, PathBuf};

use crate::check::{Findings, Report};
use crate::cli::CALL;
use crate::course::{Course, Exercise};
use crate::files;
use crate::progress::{Progress, State};
use crate::run::Outcome;
use crate::terminal::{Paint, Style};
use crate::text;
use crate::verdict::{Panic, Verdict};

/// How many compiler errors are shown unless all are asked for: the first ones cause the others.
const ERRORS: usize = 3;

/// Renders for one terminal and one place in the file system.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Colour and width.
    pub style: Style,
    /// The top of the repository.
    pub root: PathBuf,
    /// Paths are shown relative to the root when that is the current directory, else whole: so that a
    /// terminal or an editor can open them.
    pub at_root: bool,
    /// `watch` is running: a save is enough, and keys are shorter than commands.
    pub watching: bool,
}

impl Screen {
    /// For the terminal that we have.
    pub fn detect(root: &Path) -> Screen {
        Screen {
            style: Style::detect(),
            root: root.to_owned(),
            at_root: env::current_dir().is_ok_and(|here| here == root),
            watching: false,
        }
    }

    /// A path that can be clicked.
    pub fn path(&self, path: &Path) -> String {
        let shown = match self.at_root {
            true => path.strip_prefix(&self.root).unwrap_or(path),
            false => path,
        };
        shown.display().to_string()
    }

    /// A place in a message, `exercises/…/lib.rs:3:5`, which counts from the root.
    fn place(&self, place: &str) -> String {
        let file = place.split(':').next().unwrap_or_default();
        match !self.at_root && !file.is_empty() && self.root.join(file).exists() {
            true => self.root.join(place).display().to_string(),
            false => place.to_owned(),
        }
    }

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

    /// A word in a column of `width`, in colour: the colour must not count for the width.
    fn word(&self, word: &str, paint: Paint, width: usize) -> String {
        let space = " ".repeat(width.saturating_sub(word.len()));
        format!("{}{space}", self.style.paint(paint, word))
    }

    fn heading(&self, text: &str) -> String {
        format!("{}\n", self.style.paint(Paint::Strong, text))
    }

    /// What somebody who has never been here needs to know.
    pub fn welcome(&self) -> String {
        let text = self.prose(
            "Welcome. Every exercise starts with failing tests: that is how it should look. Read the \
             chapter, write what is missing where `TODO` stands, and run this command again.",
        );
        format!("\n{text}")
    }

    /// The head of a check: which exercise, where to read.
    pub fn exercise(&self, exercise: &Exercise) -> String {
        let (reading, coding) = exercise.minutes;
        let minutes = match reading + coding {
            0 => String::new(),
            all => format!(" (about {all} minutes)"),
        };
        let mut text = self.heading(&format!(
            "{}: {}{minutes}",
            exercise.label(),
            exercise.title
        ));
        text.push_str(&format!(
            "  read  {}\n",
            self.path(&exercise.folder.join("README.md"))
        ));
        if !exercise.edits.is_empty() {
            text.push_str(&format!("  edit  {}\n", self.edit_line(exercise)));
        }
        text
    }

    /// Where the first piece of work is, else the files that the README names.
    fn edit_line(&self, exercise: &Exercise) -> String {
        if let Some((path, line)) = first_todo(exercise) {
            return format!("{}:{line}", self.path(&path));
        }
        let files: Vec<String> = named_files(exercise)
            .iter()
            .map(|path| self.path(path))
            .collect();
        match files.is_empty() {
            true => self.path(&exercise.folder.join("src")),
            false => files.join(", "),
        }
    }

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
                    "It was not over after {limit:?} and was stopped: a loop without end, or a wait for \
                     something that never comes."
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
        // What fails comes before what is still to be written.
        let failing = match &report.findings {
            Findings::Ran { outcomes, .. } => outcomes.iter().find(|o| !o.verdict.is_pass()),
            _ => None,
        };
        let edit = match failing {
            Some(Outcome { id, verdict, .. }) if !matches!(verdict, Verdict::Todo(_)) => {
                format!("Next: mend what `{}` finds{check}\n", id.name)
            }
            _ => format!("Next: edit {}{check}\n", self.edit_line(exercise)),
        };
        match self.watching {
            true => edit,
            false => format!("{edit}Stuck for ten minutes? {CALL} -- hint\n"),
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

    /// A paragraph, broken at the width of the terminal.
    fn prose(&self, text: &str) -> String {
        let mut lines = text::wrap(text, self.style.width.min(100)).join("\n");
        lines.push('\n');
        lines
    }

    fn bad(&self, text: &str) -> String {
        self.style.paint(Paint::Bad, text)
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

/// The exercises, cut where a part begins.
fn parts(course: &Course) -> Vec<&[Exercise]> {
    course
        .exercises
        .chunk_by(|_, next| next.part.is_none())
        .collect()
}

/// The files that the README tells to edit, in its order, where they are compiled here.
fn named_files(exercise: &Exercise) -> Vec<PathBuf> {
    let quoted = exercise.edits.split('`').skip(1).step_by(2);
    quoted
        .map(|name| exercise.folder.join(name))
        .filter(|path| path.exists() && is_for_here(path))
        .collect()
}

/// The first `// TODO` in the first of the learner's sources that still has a `todo!()`: its file and line.
fn first_todo(exercise: &Exercise) -> Option<(PathBuf, usize)> {
    let mut sources = named_files(exercise);
    let others = files::files_below(&exercise.folder.join("src")).unwrap_or_default();
    sources.extend(others.into_iter().filter(|path| is_for_here(path)));
    sources.into_iter().find_map(|path| {
        let text = files::read_text(&path).ok()?;
        let line_with = |word| text.lines().position(|line: &str| line.contains(word));
        let todo = line_with("todo!(")?;
        let line = line_with("// TODO").unwrap_or(todo) + 1;
        Some((path, line))
    })
}

/// Whether a file named for a system, a mechanism or a processor is compiled here.
fn is_for_here(path: &Path) -> bool {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let systems = [
        ("linux", cfg!(target_os = "linux")),
        ("epoll", cfg!(target_os = "linux")),
        ("macos", cfg!(target_os = "macos")),
        ("kqueue", cfg!(target_os = "macos")),
        ("windows", cfg!(windows)),
        ("iocp", cfg!(windows)),
        ("unix", cfg!(unix)),
        ("x86_64", cfg!(target_arch = "x86_64")),
        ("aarch64", cfg!(target_arch = "aarch64")),
    ];
    systems
        .iter()
        .all(|(word, here)| *here || !name.contains(word))
}
