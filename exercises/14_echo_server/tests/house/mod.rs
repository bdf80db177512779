//! A server with a clock and a door that the test holds in its hands, and real clients on the same thread.

mod door;

use std::io::{ErrorKind, Read, Write};
use std::net::{self, Ipv4Addr, Shutdown, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{env, thread};

use echo_server::{Config, Server};
use nonblocking_tcp::TcpListener;
pub use support::resets_are_told;
use support::set_buffers;
use timers::{Clock, VirtualClock};

use door::Gate;
pub use door::{Door, forbidden, used_up};

/// Whether this program runs in an emulator. Those are slow; `.ci/cross` sets these variables.
pub fn is_emulated() -> bool {
    let emulated = ["WORKSHOP_RUNNER", "WINEDEBUG"].map(env::var_os);
    emulated.iter().any(Option::is_some)
}

/// How long a test waits for something that must happen.
fn patience() -> Duration {
    Duration::from_secs(if is_emulated() { 12 } else { 3 })
}

/// How long one wait of the server may take, so that the clients on the same thread have their turn.
const TURN: Duration = Duration::from_millis(5);

/// A server that had this many waits in a row with events, and nothing to do, is spinning.
const SPIN: usize = 300;

/// Runs `body` while no other test of this program runs, within the limit, and counts the descriptors.
#[track_caller]
pub fn alone(hint: &str, body: impl FnOnce() + Send + 'static) {
    let leak = "Is there a connection that nobody owns?";
    // A test as a whole may take twice that before it counts as hanging.
    support::alone(2 * patience(), hint, leak, body);
}

/// A clock that the test and the server share.
#[derive(Clone)]
pub struct SharedClock(Rc<VirtualClock>);

impl Clock for SharedClock {
    fn now(&self) -> Duration {
        self.0.now()
    }
}

/// The server, and everything that the test can turn.
pub struct House {
    pub server: Server<Gate, SharedClock>,
    pub address: SocketAddr,
    pub door: Rc<Door>,
    clock: SharedClock,
}

impl House {
    pub fn new(config: Config) -> House {
        House::with_listener(config, |_| ()).0
    }

    /// The same, and what `look` has made of the listener before the server got it.
    pub fn with_listener<T>(config: Config, look: impl FnOnce(&TcpListener) -> T) -> (House, T) {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        // What it accepts has the same.
        set_buffers(&listener, SMALL);
        let looked = look(&listener);
        let door = Rc::new(Door::default());
        let gate = Gate {
            listener,
            door: Rc::clone(&door),
        };
        let clock = SharedClock(Rc::new(VirtualClock::new()));
        let server = Server::new(gate, clock.clone(), config).expect("a server can be made");
        let house = House {
            server,
            address,
            door,
            clock,
        };
        (house, looked)
    }

    /// A client that is connected; the server has not accepted it yet.
    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Some clients, all accepted.
    #[track_caller]
    pub fn clients(&mut self, count: usize) -> Vec<Client> {
        let before = self.server.connections();
        let clients = (0..count).map(|_| self.client()).collect();
        self.until(
            &format!("{count} clients have connected, and the server accepts them"),
            "One event for the listener may mean many clients. Does `accept` go on until `WouldBlock`?",
            |house| house.server.connections() == before + count,
        );
        clients
    }

    /// Lets time pass for the server. Nobody waits.
    pub fn advance(&self, by: Duration) {
        self.clock.0.advance(by);
    }

    /// One turn: a wait that is not long, and then what it has found.
    #[track_caller]
    pub fn turn(&mut self) -> usize {
        let events = self.server.wait(Some(TURN)).expect("a queue waits");
        if let Err(error) = self.server.serve() {
            panic!(
                "`serve` gives an error, and the whole server ends.\n  expected: the others are served\n  yours:    \
                 {error}\nWhatever `accept` says, and whatever becomes of one connection, is no error of the server."
            );
        }
        events
    }

    /// Turns until `done`. Fails when that takes too long.
    #[track_caller]
    pub fn until(&mut self, what: &str, causes: &str, mut done: impl FnMut(&mut House) -> bool) {
        let (start, patience) = (Instant::now(), patience());
        while !done(self) {
            self.turn();
            assert!(
                start.elapsed() < patience,
                "{what}.\n  expected: so after a moment\n  yours:    not after {patience:?} and {} waits; {} \
                 connections, {:?}\n{causes}",
                self.server.waits(),
                self.server.connections(),
                self.server.stats()
            );
        }
    }

    /// Turns until the server has nothing to do any more: three waits in a row that brought nothing. Fails when
    /// waits go on bringing something.
    #[track_caller]
    pub fn until_quiet(&mut self, setup: &str, causes: &str) {
        let before = self.server.waits();
        let mut empty = 0;
        for _ in 0..SPIN {
            empty = if self.turn() == 0 { empty + 1 } else { 0 };
            if empty == 3 {
                return;
            }
        }
        let waits = self.server.waits() - before;
        panic!(
            "{setup} Now there is nothing to do, and the server should sleep.\n  expected: a few waits, then \
             sleep\n  yours:    {waits} waits, each with an event: it spins\n{causes}"
        );
    }

    /// `client` sends `bytes` again and again and reads nothing, until nobody takes more from it, or until it has
    /// sent `most` bytes. Returns how many it has sent.
    #[track_caller]
    pub fn flood(&mut self, client: &mut Client, bytes: &[u8], most: usize) -> usize {
        // Turns in a row in which the client could not send: those without an event, and all. A server that spins
        // has an event in each, and one that works has not so many.
        let (mut quiet, mut futile) = (0, 0);
        let mut sent = 0;
        while sent < most && quiet < 20 && futile < 3000 {
            let count = client.send(&bytes[sent % bytes.len()..]);
            sent += count;
            let events = self.turn();
            futile = if count == 0 { futile + 1 } else { 0 };
            quiet = if count + events == 0 { quiet + 1 } else { 0 };
        }
        sent
    }

    /// `client` sends a word, and the word comes back.
    #[track_caller]
    pub fn is_served(&mut self, client: &mut Client, why: &str) {
        let word = *b"are you there?";
        let before = client.received.len();
        client.send_all(&word);
        let causes = "Is its connection still there, did it have its turn, and was what it read written in that turn?";
        self.until(why, causes, |_| {
            client.receive();
            client.received.len() - before >= word.len()
        });
        assert!(
            client.received[before..] == word,
            "{why}\n  expected: its own bytes\n  yours:    others"
        );
    }
}

/// A client of the standard library's, on which no call waits.
pub struct Client {
    stream: net::TcpStream,
    /// All that came back.
    pub received: Vec<u8>,
    /// How the server's direction ended: `Ok` is the end of the stream.
    pub end: Option<Result<(), ErrorKind>>,
}

impl Client {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Client {
        let stream = net::TcpStream::connect(address).expect("the server listens");
        stream.set_nonblocking(true).expect("a socket can be so");
        stream.set_nodelay(true).expect("a socket can be so");
        set_buffers(&stream, SMALL);
        Client {
            stream,
            received: Vec::new(),
            end: None,
        }
    }

    /// Sends what the kernel takes, and returns how much that was.
    pub fn send(&mut self, bytes: &[u8]) -> usize {
        match self.stream.write(bytes) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => panic!(
                "a client sends.\n  expected: its connection is still there\n  yours:    {error}\nHas the server closed \
                 it? During a stop: was it cut off before `grace` was over?"
            ),
        }
    }

    /// Sends a few bytes, for which there is always room.
    #[track_caller]
    pub fn send_all(&mut self, bytes: &[u8]) {
        assert_eq!(self.send(bytes), bytes.len(), "there is room for a word");
    }

    /// Takes what has come. Returns whether it was anything.
    pub fn receive(&mut self) -> bool {
        let mut chunk = [0; 64 * 1024];
        if self.end.is_some() {
            return false;
        }
        match self.stream.read(&mut chunk) {
            Ok(0) => self.end = Some(Ok(())),
            Ok(count) => {
                self.received.extend(&chunk[..count]);
                return true;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => self.end = Some(Err(error.kind())),
        }
        false
    }

    /// Ends this client's direction.
    pub fn shutdown(&self) {
        let done = self.stream.shutdown(Shutdown::Write);
        if let Err(error) = done {
            panic!(
                "a client ends its direction.\n  expected: its connection is still there\n  yours:    {error}\nHas the \
                 server closed it? During a stop: was it cut off before `grace` was over?"
            );
        }
    }

    /// Closes so that the server gets a reset: to linger for no time at all means exactly that.
    pub fn reset(self) {
        support::reset(self.stream);
    }
}

/// The kernel keeps no more for a socket, so that little has to be sent before nobody takes more.
const SMALL: i32 = 128 * 1024;

/// A second descriptor of the same listener.
pub fn descriptor_of(listener: &TcpListener) -> impl Sized + use<> {
    #[cfg(unix)]
    let copy = std::os::fd::AsFd::as_fd(listener).try_clone_to_owned();
    #[cfg(windows)]
    let copy = std::os::windows::io::AsSocket::as_socket(listener).try_clone_to_owned();
    copy.expect("there is one more descriptor")
}

/// Whether `body` panics.
pub fn panics(body: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

/// Runs `body` while the server of `start` runs on a thread of its own, and gives back what both return.
pub fn beside<T: Send + 'static, R>(
    server: impl FnOnce() -> T + Send + 'static,
    body: impl FnOnce() -> R,
) -> (T, R) {
    let thread = thread::spawn(server);
    let of_body = body();
    (thread.join().expect("the server does not panic"), of_body)
}

/// Bytes that differ from client to client, and from place to place.
pub fn pattern(client: usize, length: usize) -> Vec<u8> {
    (0..length)
        .map(|place| ((place * 7 + client * 31) % 251) as u8)
        .collect()
}
