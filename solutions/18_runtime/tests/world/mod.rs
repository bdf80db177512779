//! Gates that hold jobs back, connections, and comparisons of what was said.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use support::thread_count;

use crate::programs::taken;

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

/// How many threads there are beyond `before`. A thread that was just joined may be listed by the kernel for a moment
/// longer, so this looks again before it says that there are any.
pub fn threads_beyond(before: usize) -> usize {
    for _ in 0..200 {
        if thread_count() <= before {
            return 0;
        }
        thread::sleep(Duration::from_millis(1));
    }
    thread_count().saturating_sub(before)
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
