//! Runs the tests of built test programs: each in a process of its own, several at a time.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cargo::Program;
use crate::course::Exercise;
use crate::error::{Context, Error, Result};
use crate::panics::last_words;
use crate::process::{self, Cancel, End};
use crate::schedule::{Schedule, Turn};
use crate::scratch::Scratch;
use crate::verdict::{Evidence, Verdict};

/// One test in one program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestId {
    /// The program's name: `spec`.
    pub program: String,
    /// The test's name.
    pub name: String,
}

/// A test and what became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which test.
    pub id: TestId,
    /// What became of it.
    pub verdict: Verdict,
    /// How long its process took.
    pub elapsed: Duration,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The workspace, from which places in messages count.
    pub root: &'a Path,
    /// The package's folder, where its tests run.
    pub folder: &'a Path,
    /// The limit of all tests that hang, together.
    pub limit: Duration,
    /// How many at a time.
    pub at_a_time: usize,
    /// Marks the processes of this run: [`mark`], or that and more when there are several runs at a time.
    pub mark: &'a str,
}

impl<'a> Options<'a> {
    /// As `exercise` of the workspace at `root` wants it: several tests at a time, one for each core, unless
    /// it asks for one after the other.
    pub fn of(root: &'a Path, exercise: &'a Exercise) -> Options<'a> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Options {
            root,
            folder: &exercise.folder,
            limit: exercise.limit,
            at_a_time: if exercise.serial { 1 } else { cores },
            mark: mark(),
        }
    }
}

/// The mark of this checker's processes: unlike any other's, even when process ids come round again.
pub fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        format!("{}-{}", std::process::id(), now.as_nanos())
    })
}

/// The names of the tests in `programs`.
///
/// # Errors
///
/// When a program does not list them: it crashes at its start, or is no test program of libtest's.
pub fn list(programs: &[Program], options: &Options<'_>, cancel: &Cancel) -> Result<Vec<TestId>> {
    let mut tests = Vec::new();
    for program in programs {
        tests.extend(list_one(program, options, cancel)?);
    }
    Ok(tests)
}

fn list_one(program: &Program, options: &Options<'_>, cancel: &Cancel) -> Result<Vec<TestId>> {
    let mut command = command(program, options);
    command.arg("--list");
    let ended = process::run(command, options.limit, cancel)
        .context(|| format!("cannot start {}", program.path.display()))?;
    let names: Vec<&str> = ended
        .output
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    // The last line counts them: "13 tests, 0 benchmarks". A part of a list would be a false verdict.
    let count = names.len();
    let end = format!("{count} test{}, ", if count == 1 { "" } else { "s" });
    let is_whole = ended.output.lines().any(|line| line.starts_with(&end));
    if ended.end != End::Cancelled && (ended.end != End::Exited(0) || !is_whole) {
        return Err(Error::new(format!(
            "the test program `{}` does not list its tests ({:?}): {}",
            program.name,
            ended.end,
            last_words(&ended.output)
        )));
    }
    let id = |name: &str| TestId {
        program: program.name.clone(),
        name: name.to_owned(),
    };
    Ok(names.into_iter().map(id).collect())
}

/// Runs `tests` of `programs`; the outcomes come in the order of `tests`. `finished` is told of each
/// when it is over.
pub fn run(
    programs: &[Program],
    tests: &[TestId],
    options: &Options<'_>,
    cancel: &Cancel,
    finished: &(dyn Fn(&Outcome) + Sync),
) -> Result<Vec<Outcome>> {
    let scratch = Scratch::new()?;
    let schedule = Schedule::new(tests.len(), options.at_a_time, options.limit);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for (index, id) in tests.iter().enumerate() {
            let Some(turn) = schedule.turn(cancel) else {
                break;
            };
            let (outcomes, scratch) = (&outcomes, &scratch);
            scope.spawn(move || {
                let outcome = run_one(programs, id, index, scratch, options, cancel, turn);
                finished(&outcome);
                let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                outcomes.push((index, outcome));
            });
        }
    });
    let mut outcomes = outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(index, _)| *index);
    let mut outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();

    let escaped: BTreeSet<String> = process::kill_escaped(options.mark).into_iter().collect();
    for outcome in &mut outcomes {
        if escaped.contains(&outcome.id.name) && outcome.verdict.is_pass() {
            outcome.verdict = Verdict::LeftProcesses;
        }
    }
    let left_early = |outcome: &Outcome| matches!(outcome.verdict, Verdict::LeftEarly { .. });
    if outcomes.iter().any(left_early) {
        // A log that could not be written looks the same.
        scratch.has_room()?;
    }
    Ok(outcomes)
}

/// Whether libtest refused `--logfile`, which it calls deprecated: from then on we do without.
static NO_LOG: OnceLock<()> = OnceLock::new();

fn run_one(
    programs: &[Program],
    id: &TestId,
    index: usize,
    scratch: &Scratch,
    options: &Options<'_>,
    cancel: &Cancel,
    mut turn: Turn<'_>,
) -> Outcome {
    let outcome = |verdict, elapsed| Outcome {
        id: id.clone(),
        verdict,
        elapsed,
    };
    let Some(program) = programs.iter().find(|program| program.name == id.program) else {
        let what = format!("there is no test program `{}`", id.program);
        return outcome(Verdict::NotStarted(what), Duration::ZERO);
    };
    let log = scratch.join(format!("{index}.log"));
    let report = scratch.join(format!("{index}.report"));
    let with_log = NO_LOG.get().is_none();
    let mut command = command(program, options);
    command
        .args([
            &id.name,
            "--exact",
            "--nocapture",
            "--include-ignored",
            "--color=never",
        ])
        .env("WORKSHOP_REPORT", &report)
        .env(process::TEST, &id.name);
    if with_log {
        command.arg("--logfile").arg(&log);
    }
    let ended = match process::run_while(command, cancel, &mut || turn.goes_on()) {
        Ok(ended) => ended,
        Err(error) => return outcome(Verdict::NotStarted(error.to_string()), Duration::ZERO),
    };
    if with_log && ended.output.contains("Unrecognized option: 'logfile'") {
        let _ = NO_LOG.set(());
        return run_one(programs, id, index, scratch, options, cancel, turn);
    }
    // A file that is not there says nothing, and neither does one that was made unreadable.
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let (log, report) = (read(&log), read(&report));
    let verdict = Verdict::of(&Evidence {
        test: &id.name,
        ended: &ended,
        limit: options.limit,
        log: with_log.then_some(log.as_str()),
        report: &report,
    });
    turn.over(verdict.is_pass());
    outcome(verdict, ended.elapsed)
}

/// A test program with the surroundings that cargo would give it, and without noise.
fn command(program: &Program, options: &Options<'_>) -> Command {
    let mut command = Command::new(&program.path);
    command
        .current_dir(options.folder)
        .env("CARGO_MANIFEST_DIR", options.folder)
        .env("RUST_BACKTRACE", "0")
        .env_remove("RUST_TEST_THREADS")
        .env_remove("RUST_TEST_NOCAPTURE")
        // Compare snapshots, never write them; and do not ask cargo where the workspace is.
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", options.root)
        .env("INSTA_FORCE_PASS", "0")
        .env(process::RUN, options.mark);
    command
}
