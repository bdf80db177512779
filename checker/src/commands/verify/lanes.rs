//! Builds and runs answers on all cores.
//!
//! There is one queue of answers. Each lane has a copy of the course; it takes an answer, puts it in the
//! exercise's place, builds the test program, and hands the program to the runners. A runner may sleep for
//! as long as the learner's limit allows, when an answer hangs: the lanes build on meanwhile. So no limit
//! has to be shorter here than it is for the learner.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use super::copy::{Copy, Part};
use crate::cargo::{self, Build, Built, Program};
use crate::course::{Course, Exercise};
use crate::error::{Context, Error, Result};
use crate::files::Tree;
use crate::process::Cancel;
use crate::run::{self, Options, Outcome};

/// An answer to try.
pub struct Trial {
    /// The exercise's name.
    pub exercise: String,
    /// Which answer it is.
    pub part: Part,
    /// The answer.
    pub src: Tree,
    /// The tests to run on it.
    pub tests: Vec<String>,
    /// How many times.
    pub times: usize,
}

/// What came of an answer.
pub enum Finding {
    /// It does not compile, and this is why.
    Broken(Vec<String>),
    /// The outcomes of each run.
    Ran(Vec<Vec<Outcome>>),
}

/// A built answer, one for each of its runs.
struct Job {
    /// Its place in the queue.
    index: usize,
    built: Arc<Programs>,
}

/// Test programs, taken out of cargo's folder so that the next answer can be built there.
struct Programs {
    root: PathBuf,
    exercise: Exercise,
    folder: PathBuf,
    programs: Vec<Program>,
    runs: Mutex<Vec<Vec<Outcome>>>,
}

/// Tries every answer of `queue`. `findings` is told of each with its place in the queue; `listen` runs
/// meanwhile on this thread, and sees the channel end when no more will come.
pub fn work(
    course: &Course,
    queue: &[&Trial],
    findings: Sender<(usize, Finding)>,
    listen: impl FnOnce(),
) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // Most runners are asleep: a test that fails is quick, and one that hangs mostly sleeps.
    let runners = RUNNERS_A_CORE * cores;
    let shop = Shop {
        course,
        queue,
        next: AtomicUsize::new(0),
        cancel: Cancel::default(),
        first_error: Mutex::new(None),
    };
    let (sender, jobs) = mpsc::sync_channel(runners);
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        let (shop, jobs) = (&shop, &jobs);
        for number in 1..=cores.min(queue.len()) {
            let (sender, findings) = (sender.clone(), findings.clone());
            scope.spawn(move || shop.note(shop.lane(number, &sender, &findings)));
        }
        for _ in 0..runners {
            let findings = findings.clone();
            scope.spawn(move || shop.note(shop.runner(jobs, &findings)));
        }
        // The runners end when the last lane has hung up, and the listener when the last runner has.
        drop((sender, findings));
        listen();
    });
    let first_error = shop.first_error.into_inner();
    match first_error.unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Runners for each core.
const RUNNERS_A_CORE: usize = 2;

/// What the threads share.
struct Shop<'a> {
    course: &'a Course,
    queue: &'a [&'a Trial],
    /// The next answer to build.
    next: AtomicUsize,
    cancel: Cancel,
    first_error: Mutex<Option<Error>>,
}

impl Shop<'_> {
    /// Builds answers, one after the other.
    fn lane(
        &self,
        number: usize,
        jobs: &SyncSender<Job>,
        findings: &Sender<(usize, Finding)>,
    ) -> Result<()> {
        let mut copy = None;
        while !self.cancel.asked() {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(trial) = self.queue.get(index) else {
                break;
            };
            let copy = match &mut copy {
                Some(copy) => copy,
                none => none.insert(Copy::make(self.course, number)?),
            };
            let exercise = copy.hold(&trial.exercise, &trial.src)?;
            let build = Build {
                root: &copy.course.root,
                package: &trial.exercise,
                color: false,
                target: Some(&copy.target),
                lean: true,
            };
            let programs = match cargo::build(&build, &self.cancel, &|_| {})? {
                Built::Ready { programs, .. } => programs,
                Built::Broken { errors } => {
                    // Nobody listens any more when another lane has failed.
                    let _ = findings.send((index, Finding::Broken(errors)));
                    continue;
                }
                Built::Cancelled => break,
            };
            let folder = copy.target.join(format!("answer-{index}"));
            let built = Arc::new(Programs {
                root: copy.course.root.clone(),
                exercise,
                programs: take_out(programs, &folder)?,
                folder,
                runs: Mutex::default(),
            });
            for _ in 0..trial.times {
                let built = Arc::clone(&built);
                if jobs.send(Job { index, built }).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Runs what the lanes have built.
    fn runner(
        &self,
        jobs: &Mutex<Receiver<Job>>,
        findings: &Sender<(usize, Finding)>,
    ) -> Result<()> {
        loop {
            let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { index, built }) = job else {
                return Ok(());
            };
            let trial = self.queue[index];
            let outcomes = built.run(&trial.tests, &self.cancel)?;
            let mut runs = built.runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.push(outcomes);
            if runs.len() == trial.times {
                let _ = findings.send((index, Finding::Ran(std::mem::take(&mut *runs))));
            }
        }
    }

    /// Keeps the first error, and stops the others because of it.
    fn note(&self, result: Result<()>) {
        if let Err(error) = result {
            let mut first = self
                .first_error
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(error);
            self.cancel.ask();
        }
    }
}

/// Moves test programs to `folder`. They are never copied: a program that is being written cannot be
/// started, and another thread's child may hold the file open for a moment.
fn take_out(programs: Vec<Program>, folder: &Path) -> Result<Vec<Program>> {
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let taken = programs.into_iter().map(|program| {
        let to = folder.join(program.path.file_name().unwrap_or_default());
        fs::rename(&program.path, &to)
            .context(|| format!("cannot move {}", program.path.display()))?;
        Ok(Program {
            name: program.name,
            path: to,
        })
    });
    taken.collect()
}

impl Programs {
    /// Runs the tests of these names once.
    fn run(&self, names: &[String], cancel: &Cancel) -> Result<Vec<Outcome>> {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        // A mark of its own for each run, so that it ends no process of another one.
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}/{number}/", run::mark());
        let mut options = Options::of(&self.root, &self.exercise);
        options.mark = &mark;
        let mut tests = run::list(&self.programs, &options, cancel)?;
        tests.retain(|id| names.contains(&id.name));
        run::run(&self.programs, &tests, &options, cancel, &|_| {})
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        // What cannot be removed is overwritten by the next `verify`.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
