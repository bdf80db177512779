//! Two kernels for the specification: the real one with a counter, and one that says what a test has written
//! down for it, with a clock that moves only while somebody waits.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::{c_int, c_short};
use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use io_strategies::{Kernel, PollFd, ThisSystem};

/// This system, and how often it was called.
pub struct Counted<F> {
    pub reads: AtomicUsize,
    pub polls: AtomicUsize,
    /// Of the polls, those that a signal ended.
    pub interrupted: AtomicUsize,
    /// Runs after each read that found nothing.
    pub on_nothing: F,
    pauses: Mutex<Pauses>,
}

/// The times between two reads.
#[derive(Default)]
struct Pauses {
    /// When a read last found nothing.
    since: Option<Instant>,
    all: Vec<Duration>,
}

impl Counted<fn()> {
    pub fn new() -> Counted<fn()> {
        Counted::with(|| ())
    }
}

impl<F: Fn()> Counted<F> {
    pub fn with(on_nothing: F) -> Counted<F> {
        Counted {
            reads: AtomicUsize::new(0),
            polls: AtomicUsize::new(0),
            interrupted: AtomicUsize::new(0),
            on_nothing,
            pauses: Mutex::default(),
        }
    }

    /// How many reads and how many polls there were.
    pub fn calls(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.reads), count(&self.polls))
    }

    /// How long it took after each `WouldBlock` until the next read began.
    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses
            .lock()
            .expect("nobody panics with it")
            .all
            .clone()
    }
}

impl<F: Fn()> Kernel for Counted<F> {
    fn read(&self, socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut pauses = self.pauses.lock().expect("nobody panics with it");
        if let Some(since) = pauses.since.take() {
            pauses.all.push(since.elapsed());
        }
        drop(pauses);
        let answer = ThisSystem.read(socket, buffer);
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        {
            (self.on_nothing)();
            let mut pauses = self.pauses.lock().expect("nobody panics with it");
            pauses.since = Some(Instant::now());
        }
        answer
    }

    fn set_nonblocking(&self, socket: &TcpStream) -> io::Result<()> {
        ThisSystem.set_nonblocking(socket)
    }

    fn poll(&self, sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        let answer = ThisSystem.poll(sockets, timeout_ms);
        if answer
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::Interrupted)
        {
            self.interrupted.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    fn now(&self) -> Instant {
        ThisSystem.now()
    }
}

/// One answer of a `Scripted` kernel to `poll`.
pub enum Poll {
    /// A signal comes after so long.
    Signal(Duration),
    /// The call fails at once.
    Fails(ErrorKind),
    /// It is over after the time that was asked for.
    Over,
    /// It is over so long before that.
    OverEarlier(Duration),
    /// These are the `revents`, at once.
    Says(&'static [c_short]),
}

/// A kernel whose answers are written down beforehand. It knows nothing of real sockets, and nobody waits.
pub struct Scripted {
    now: Cell<Instant>,
    reads: RefCell<VecDeque<Result<usize, ErrorKind>>>,
    last_read: Cell<Option<Result<usize, ErrorKind>>>,
    nonblocking: Cell<bool>,
    /// The error of `set_nonblocking`.
    pub refuses: Cell<Option<ErrorKind>>,
    /// Whether the kernel was asked to read before the socket was made non-blocking.
    pub read_while_blocking: Cell<bool>,
    polls: RefCell<VecDeque<Poll>>,
    /// The time-outs that `poll` was called with.
    pub asked: RefCell<Vec<c_int>>,
}

impl Scripted {
    pub fn reads(answers: impl IntoIterator<Item = Result<usize, ErrorKind>>) -> Scripted {
        Scripted::new(answers.into_iter().collect(), VecDeque::new())
    }

    pub fn polls(answers: impl IntoIterator<Item = Poll>) -> Scripted {
        Scripted::new(VecDeque::new(), answers.into_iter().collect())
    }

    fn new(reads: VecDeque<Result<usize, ErrorKind>>, polls: VecDeque<Poll>) -> Scripted {
        Scripted {
            now: Cell::new(Instant::now()),
            reads: RefCell::new(reads),
            last_read: Cell::new(None),
            nonblocking: Cell::new(false),
            refuses: Cell::new(None),
            read_while_blocking: Cell::new(false),
            polls: RefCell::new(polls),
            asked: RefCell::default(),
        }
    }

    /// How many answers nobody has asked for.
    pub fn answers_left(&self) -> usize {
        self.reads.borrow().len() + self.polls.borrow().len()
    }

    fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
    }
}

impl Kernel for Scripted {
    fn read(&self, _socket: &TcpStream, _buffer: &mut [u8]) -> io::Result<usize> {
        let answer = self.reads.borrow_mut().pop_front().unwrap_or_else(|| {
            panic!(
                "`receive` reads once more after {:?}: that answer was for the caller",
                self.last_read.get()
            )
        });
        self.last_read.set(Some(answer));
        if !self.nonblocking.get() {
            self.read_while_blocking.set(true);
        }
        answer.map_err(io::Error::from)
    }

    fn set_nonblocking(&self, _socket: &TcpStream) -> io::Result<()> {
        if let Some(kind) = self.refuses.get() {
            return Err(kind.into());
        }
        self.nonblocking.set(true);
        Ok(())
    }

    fn poll(&self, sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
        self.asked.borrow_mut().push(timeout_ms);
        let answer = self.polls.borrow_mut().pop_front().unwrap_or_else(|| {
            panic!(
                "the wait was over, and `wait_any` polls once more; the time-outs of its calls, in \
                 milliseconds: {:?}. Does it ask `kernel.now()` for the time, and compare it with the deadline? \
                 And if a poll fails, or finds something, is that the end of the wait?",
                self.asked.borrow()
            )
        });
        let asked = u64::try_from(timeout_ms).map(Duration::from_millis);
        let asked = asked.expect("`poll` was asked to wait for ever, -1, although there is a limit: past the deadline, what is left is 0");
        match answer {
            Poll::Signal(after) => {
                self.pass(after);
                Err(ErrorKind::Interrupted.into())
            }
            Poll::Fails(kind) => Err(kind.into()),
            Poll::Over => {
                self.pass(asked);
                Ok(0)
            }
            Poll::OverEarlier(by) => {
                self.pass(asked.saturating_sub(by));
                Ok(0)
            }
            Poll::Says(revents) => {
                for (socket, revents) in sockets.iter_mut().zip(revents) {
                    socket.revents = *revents;
                }
                Ok(revents.iter().filter(|revents| **revents != 0).count())
            }
        }
    }

    fn now(&self) -> Instant {
        self.now.get()
    }
}
