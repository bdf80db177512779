//! Files that are scripts, gates that hold workers back, and comparisons of what was said.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use runtime::{Event, Kind, Observer, observe_jobs, pool_size, process, run, set_observer, work};
use support::heap;

use crate::programs::taken;

/// Far more than a program of these tests needs. In an emulator, which no checker waits for, it is longer.
pub fn limit() -> Duration {
    let is_emulated = std::env::var_os("WORKSHOP_RUNNER").is_some();
    Duration::from_secs(if is_emulated { 30 } else { 8 })
}

/// The number of workers that a program here has.
pub fn workers() -> usize {
    pool_size(std::env::var("UV_THREADPOOL_SIZE").ok().as_deref())
}

/// Runs a program to its end. When one of its callbacks fails a check, the test fails with the same message.
#[track_caller]
pub fn program(main: impl FnOnce()) {
    let failed = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&failed);
    run(|| {
        process::on_uncaught_exception(move |uncaught| {
            // The first one is the cause of the others.
            let mut first = theirs.borrow_mut();
            first.get_or_insert_with(|| uncaught.message().to_string());
        });
        main();
    });
    if let Some(message) = failed.take() {
        panic!("{message}");
    }
}

/// Compares what was said on this thread since the last time. `causes` is what usually made the difference.
#[track_caller]
pub fn expect(expected: &str, setup: &str, causes: &str) {
    let yours = taken().join(" ");
    assert!(
        yours == expected,
        "{setup}\nexpected  {expected}\nyours     {yours}\n{causes}"
    );
}

/// Counts the jobs of the pool, from now on. Each trip is one.
pub fn trips() -> Rc<Cell<usize>> {
    let count = Rc::new(Cell::new(0));
    let theirs = Rc::clone(&count);
    observe_jobs(move |_| theirs.set(theirs.get() + 1));
    count
}

/// Counts the timers and immediates that are called, from now on.
pub fn turns_to_wait() -> Rc<Cell<usize>> {
    struct Turns(Rc<Cell<usize>>);

    impl Observer for Turns {
        fn observe(&self, _: Duration, event: Event) {
            if let Event::Call(Kind::Timer | Kind::Immediate) = event {
                self.0.set(self.0.get() + 1);
            }
        }
    }

    let count = Rc::new(Cell::new(0));
    set_observer(Rc::new(Turns(Rc::clone(&count))));
    count
}

/// Holds all workers but one back, until it is dropped.
pub struct OneWorker {
    _gates: Vec<Sender<()>>,
}

/// Leaves one worker, so that the jobs that wait for it have one order.
pub fn one_worker() -> OneWorker {
    let gates = (1..workers()).map(|_| {
        let (open, closed) = mpsc::channel::<()>();
        let job = move || {
            // The error says that the gate was dropped.
            let _ = closed.recv();
            Ok(())
        };
        work(job, |_| {});
        open
    });
    OneWorker {
        _gates: gates.collect(),
    }
}

/// Who runs this: "worker" or "loop".
pub fn worker_or_loop() -> &'static str {
    let thread = thread::current();
    match thread.name() {
        Some(name) if name.starts_with("pool") => "worker",
        _ => "loop",
    }
}

/// What a scripted file does with one call.
#[derive(Clone)]
pub enum Step {
    /// A read gives these bytes.
    Gives(Vec<u8>),
    /// A write takes so many bytes at most.
    Takes(usize),
    /// The call fails with this kind of error, as if a signal had come.
    Interrupted,
    /// The call fails with this error of the system.
    Fails(i32),
    /// The call panics.
    Panics,
}

/// What a scripted file was asked, and what it was told.
#[derive(Default)]
pub struct Log {
    /// What was written.
    pub written: Mutex<Vec<u8>>,
    /// Who closed the file.
    closed: Mutex<Vec<&'static str>>,
}

impl Log {
    /// "worker" or "loop", for each time that the file was closed.
    pub fn closed(&self) -> String {
        self.closed.lock().expect("nobody panics here").join(" ")
    }
}

/// A file that follows a script. When that is over, a read gives nothing, and a write takes everything.
pub struct Script {
    steps: VecDeque<Step>,
    log: Arc<Log>,
}

impl Script {
    pub fn new(steps: impl Into<VecDeque<Step>>) -> (Script, Arc<Log>) {
        let log = Arc::new(Log::default());
        let script = Script {
            steps: steps.into(),
            log: Arc::clone(&log),
        };
        (script, log)
    }

    fn fail<T>(step: Step) -> io::Result<T> {
        match step {
            Step::Interrupted => Err(io::ErrorKind::Interrupted.into()),
            Step::Fails(number) => Err(io::Error::from_raw_os_error(number)),
            Step::Panics => runtime::throw("the disk is broken"),
            Step::Gives(_) | Step::Takes(_) => panic!("the script is for the other direction"),
        }
    }
}

impl Read for Script {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.steps.pop_front() {
            None => Ok(0),
            Some(Step::Gives(mut bytes)) => {
                let count = bytes.len().min(room.len());
                room[..count].copy_from_slice(&bytes[..count]);
                if count < bytes.len() {
                    self.steps.push_front(Step::Gives(bytes.split_off(count)));
                }
                Ok(count)
            }
            Some(step) => Script::fail(step),
        }
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match self.steps.pop_front() {
            None => bytes.len(),
            Some(Step::Takes(count)) => bytes.len().min(count),
            Some(step) => return Script::fail(step),
        };
        let mut written = self.log.written.lock().expect("nobody panics here");
        written.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let mut closed = self.log.closed.lock().expect("nobody panics here");
        closed.push(worker_or_loop());
    }
}

/// A file of zeros. When it is closed, it writes down how much memory its thread has asked for since it was opened.
pub struct Weighed {
    left: usize,
    before: usize,
    weight: Arc<Mutex<usize>>,
}

impl Weighed {
    pub fn new(length: usize, weight: Arc<Mutex<usize>>) -> Weighed {
        Weighed {
            left: length,
            before: heap::asked(),
            weight,
        }
    }
}

impl Read for Weighed {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.left.min(room.len());
        room[..count].fill(0);
        self.left -= count;
        Ok(count)
    }
}

impl Drop for Weighed {
    fn drop(&mut self) {
        *self.weight.lock().expect("nobody panics here") = heap::asked() - self.before;
    }
}

/// A file that takes a few bytes with each write, and fails if they are not where the caller had them.
pub struct InPlace {
    /// The address of the next byte.
    next: usize,
    takes: usize,
}

impl InPlace {
    pub fn new(bytes: &[u8], takes: usize) -> InPlace {
        InPlace {
            next: bytes.as_ptr().addr(),
            takes,
        }
    }
}

impl Write for InPlace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.as_ptr().addr() != self.next {
            return Err(io::Error::other("the bytes were copied"));
        }
        let count = bytes.len().min(self.takes);
        self.next += count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The system's numbers: the disk is full, permission denied, no descriptor left, try again.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub mod numbers {
    pub const NO_SPACE: i32 = 28;
    pub const DENIED: i32 = 13;
    pub const TOO_MANY_OPEN: i32 = 24;
    pub const AGAIN: i32 = if cfg!(target_os = "linux") { 11 } else { 35 };
}

/// `<winerror.h>`
#[cfg(windows)]
pub mod numbers {
    pub const NO_SPACE: i32 = 112;
    pub const DENIED: i32 = 5;
    pub const TOO_MANY_OPEN: i32 = 4;
    /// `WSAEWOULDBLOCK`
    pub const AGAIN: i32 = 10_035;
}
