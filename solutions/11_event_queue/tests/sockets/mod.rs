//! Connections over loopback, what their peers do, and a queue whose events read as text.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use event_queue::{EventQueue, Events, Interest, Source, Token};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::{refused, times_slept};
#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::{Poke, close_behind, close_queue_behind, is_inherited, number};
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::{Poke, close_behind, close_queue_behind, is_inherited, number};

/// How long a wait may take that is to bring something. Far more than it needs.
pub const LONG: Duration = Duration::from_secs(3);
/// How long a wait takes that is to bring nothing.
pub const SHORT: Duration = Duration::from_millis(10);

/// Both ends of a connection: ours, which is non-blocking, and the peer's.
pub fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let ours = TcpStream::connect(address).expect("the listener is there");
    let (peer, _) = listener.accept().expect("a connection is waiting");
    ours.set_nonblocking(true)
        .expect("a socket can be non-blocking");
    // What the peer says goes out at once, and does not wait for more.
    peer.set_nodelay(true).expect("a connection takes options");
    (ours, peer)
}

/// `peer` sends `bytes`, and they have arrived when this returns.
pub fn send(mut peer: &TcpStream, bytes: &[u8], ours: &TcpStream) {
    let mut room = [0; 64];
    let waiting = ours.peek(&mut room).unwrap_or(0);
    peer.write_all(bytes).expect("the connection is open");
    while ours.peek(&mut room).unwrap_or(0) < waiting + bytes.len() {
        thread::yield_now();
    }
}

/// Reads until there is nothing more for now. Returns how many bytes there were, and whether the stream has ended.
pub fn drain(mut ours: &TcpStream) -> (usize, bool) {
    let mut count = 0;
    loop {
        match ours.read(&mut [0; 64]) {
            Ok(0) => return (count, true),
            Ok(read) => count += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return (count, false),
            Err(error) => panic!("the test's own read failed: {error}"),
        }
    }
}

/// The peer goes away in the rude way: with a byte unread, which makes its system reset the connection.
pub fn reset(peer: TcpStream, mut ours: &TcpStream) {
    ours.write_all(&[1]).expect("the connection is open");
    peer.peek(&mut [0]).expect("a byte arrives");
    drop(peer);
}

/// A queue with room for some events.
pub struct Watch {
    pub queue: EventQueue,
    events: Events,
}

impl Watch {
    pub fn new() -> Watch {
        Watch::with_capacity(16)
    }

    pub fn with_capacity(capacity: usize) -> Watch {
        let queue = EventQueue::new();
        Watch {
            queue: queue.unwrap_or_else(|error| panic!("EventQueue::new failed: {error}")),
            events: Events::with_capacity(capacity),
        }
    }

    #[track_caller]
    pub fn register(&self, source: &impl Source, token: usize, interest: Interest) {
        let answer = self.queue.register(source, Token(token), interest);
        if let Err(error) = answer {
            let causes = cause(
                &error,
                "It counts as a change of what is not on the list (ENOENT). Is it added?",
                "It is still on the list (EEXIST). Did the last `deregister` take it off?",
            );
            panic!("register of an open source that is not on the list failed: {error}.{causes}");
        }
    }

    #[track_caller]
    pub fn reregister(&self, source: &TcpStream, token: usize, interest: Interest) {
        let answer = self.queue.reregister(source, Token(token), interest);
        if let Err(error) = answer {
            let causes = cause(
                &error,
                "It is not on the list (ENOENT). Did `register` put it there, or has something taken it off?",
                "It was added a second time (EEXIST), and not changed.",
            );
            panic!("reregister of a socket on the list failed: {error}.{causes}");
        }
    }

    #[track_caller]
    pub fn deregister(&self, source: &TcpStream) {
        let answer = self.queue.deregister(source);
        if let Err(error) = answer {
            let causes = cause(
                &error,
                "It is not on the list (ENOENT). Did `register` put it there, or has something taken it off?",
                "It was added a second time (EEXIST), and not taken off.",
            );
            panic!("deregister of a socket on the list failed: {error}.{causes}");
        }
    }

    /// Our last read of `source` said `WouldBlock`.
    #[track_caller]
    pub fn rearm(&self, source: &TcpStream) {
        let answer = self.queue.rearm(source, Interest::READABLE);
        answer.unwrap_or_else(|error| panic!("rearm of a socket on the list failed: {error}"));
    }

    /// One wait that is to bring something.
    #[track_caller]
    pub fn hear(&mut self) -> Vec<String> {
        self.wait(LONG)
    }

    /// One wait that is to bring nothing.
    #[track_caller]
    pub fn listen(&mut self) -> Vec<String> {
        let before = self.queue.waits();
        let heard = self.wait(SHORT);
        let waits = self.queue.waits() - before;
        // One, and some more where the system's clock is coarse.
        assert!(
            !heard.is_empty() || waits <= 4,
            "nothing is ready, and a wait of {SHORT:?} went to the kernel again and again\n\
             expected  1 sleep\n\
             yours     {waits}\n\
             Is the time-out handed to the kernel as it is, in the kernel's unit? 0 does not sleep."
        );
        heard
    }

    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> Vec<String> {
        let count = match self.queue.wait(&mut self.events, Some(limit)) {
            Ok(count) => count,
            Err(error) => panic!("wait failed: {error}"),
        };
        assert_eq!(
            count,
            self.events.len(),
            "what `wait` returns is the number of events that it leaves in `events`"
        );
        told(&self.events)
    }
}

/// Which of two causes an error names, on a line of its own.
fn cause(error: &Error, not_found: &str, already_exists: &str) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("\n{not_found}"),
        ErrorKind::AlreadyExists => format!("\n{already_exists}"),
        _ => String::new(),
    }
}

/// Token and state of each source in a batch, in the order of the tokens. Two events of one source, one for each
/// direction, are told as one.
pub fn told(events: &Events) -> Vec<String> {
    let mut sources: BTreeMap<usize, [bool; 4]> = BTreeMap::new();
    for event in events {
        let said = [
            event.is_readable(),
            event.is_writable(),
            event.is_read_closed(),
            event.is_error(),
        ];
        let all = sources.entry(event.token().0).or_default();
        for (all, said) in all.iter_mut().zip(said) {
            *all |= said;
        }
    }
    let names = ["readable", "writable", "read-closed", "error"];
    let tell = |(token, said): (usize, [bool; 4])| {
        let said: Vec<&str> = names
            .iter()
            .zip(said)
            .filter_map(|(name, said)| said.then_some(*name))
            .collect();
        format!("{token}: {}", said.join(" "))
    };
    sources.into_iter().map(tell).collect()
}
