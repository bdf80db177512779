//! Gates that hold jobs back, connections, and comparisons of what was said.

use std::cell::Cell;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use runtime::{load, pool_size, work};

use crate::programs::{say, taken};

/// Far more than a program of these tests needs.
pub const LIMIT: Duration = Duration::from_secs(5);

/// Holds a job back until it is opened. Opened by `drop`, too.
pub struct Gate(Sender<()>);

/// What a job waits at.
pub struct Closed {
    opened: Receiver<()>,
    /// Where it was made, and where it is opened.
    loops_thread: ThreadId,
}

/// A gate, and its other side.
pub fn gate() -> (Gate, Closed) {
    let (open, closed) = mpsc::channel();
    let closed = Closed {
        opened: closed,
        loops_thread: thread::current().id(),
    };
    (Gate(open), closed)
}

impl Gate {
    pub fn open(&self) {
        // A job that is gone needs no gate.
        let _ = self.0.send(());
    }
}

impl Closed {
    pub fn wait(&self) {
        assert!(
            thread::current().id() != self.loops_thread,
            "this job runs on the loop's own thread: what it waits for can never happen"
        );
        // An error says that the gate is gone, and so it is open.
        let _ = self.opened.recv();
    }
}

/// The number of workers that a program here has.
pub fn workers() -> usize {
    pool_size(std::env::var("UV_THREADPOOL_SIZE").ok().as_deref())
}

/// Begins `count` jobs. When this returns they have ended, and their results are in the mailbox.
///
/// Each worker waits behind them until its gate is opened. A worker that has begun the next job has posted the result
/// of the one before it.
pub fn posted_jobs(count: usize, callback: impl Fn() + 'static) -> Vec<Gate> {
    let callback = Rc::new(callback);
    for _ in 0..count {
        let callback = Rc::clone(&callback);
        work(|| Ok(()), move |_| callback());
    }
    hold_workers()
}

/// Lets each worker wait at a gate. When this returns, all of them do.
pub fn hold_workers() -> Vec<Gate> {
    let waiting = Arc::new(AtomicUsize::new(0));
    let mut gates = Vec::new();
    for _ in 0..workers() {
        let (open, closed) = gate();
        gates.push(open);
        let waiting = Arc::clone(&waiting);
        let job = move || {
            waiting.fetch_add(1, Ordering::SeqCst);
            closed.wait();
            Ok(())
        };
        work(job, |_| {});
    }
    while waiting.load(Ordering::SeqCst) < workers() {
        thread::yield_now();
    }
    gates
}

/// Says, when it is dropped, whether the free functions find the runtime.
pub struct UsesRuntime(pub &'static str);

impl Drop for UsesRuntime {
    fn drop(&mut self) {
        let found = match catch_unwind(load) {
            Ok(_) => "found",
            Err(_) => "failed",
        };
        say(format!("{} {found}", self.0));
    }
}

/// Counts when it is dropped, and sets a timer or something else that holds a value like it: so many times.
pub struct SetsAnew {
    pub times: usize,
    pub set: fn(SetsAnew),
    pub drops: Rc<Cell<usize>>,
}

impl Drop for SetsAnew {
    fn drop(&mut self) {
        self.drops.set(self.drops.get() + 1);
        // A value that was not set, because `set` has panicked, sets nothing in its turn.
        let Some(times) = self.times.checked_sub(1).filter(|_| !thread::panicking()) else {
            return;
        };
        let (set, drops) = (self.set, Rc::clone(&self.drops));
        let value = SetsAnew { times, set, drops };
        if catch_unwind(AssertUnwindSafe(|| set(value))).is_err() {
            say("failed");
        }
    }
}

/// The lines of a child that begin with one of `words`. The test's name may stand before the first of them.
pub fn lines_with<'a>(said: &'a str, words: &[&str]) -> Vec<&'a str> {
    said.lines()
        .filter_map(|line| {
            let line = line.rsplit("... ").next()?;
            words
                .iter()
                .any(|word| line.starts_with(word))
                .then_some(line)
        })
        .collect()
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

/// Our end of a connection, which is non-blocking, and the peer's.
pub fn connection() -> (Rc<TcpStream>, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let ours = TcpStream::connect(address).expect("the listener is there");
    let (peer, _) = listener.accept().expect("a connection is waiting");
    ours.set_nonblocking(true)
        .expect("a socket can be non-blocking");
    (Rc::new(ours), peer)
}

/// `peer` sends `bytes`, and they have arrived when this returns.
pub fn send(mut peer: &TcpStream, bytes: &[u8], ours: &TcpStream) {
    let set = |is_nonblocking| {
        ours.set_nonblocking(is_nonblocking)
            .expect("a socket can be both")
    };
    peer.write_all(bytes).expect("the other end is open");
    set(false);
    let mut room = [0; 64];
    while ours.peek(&mut room).expect("the other end is open") < bytes.len() {}
    set(true);
}
