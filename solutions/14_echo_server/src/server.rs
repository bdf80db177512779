//! One thread that sleeps in one place, and serves whatever woke it.
//!
//! The rule: nothing in here waits but [`Server::wait`], and each event is served within limits.

use std::io;
use std::mem;
use std::net::SocketAddr;
use std::time::Duration;

use event_queue::{EventQueue, Events, Interest, Token};
use nonblocking_tcp::TcpListener;
use timers::{Clock, MonotonicClock, TimerId, Timers};

use crate::{Config, Connection, Listener, Slab, Stopper, Turn};

/// Tokens that no slab gives: it would need 2^32 slots for them.
const LISTENER: Token = Token(usize::MAX);
const STOPPER: Token = Token(usize::MAX - 1);

/// How many events one wait takes out of the kernel. More of them wait for the next one.
const EVENTS: usize = 1024;

/// What became of the connections so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Connections that were taken in.
    pub accepted: u64,
    /// Those whose peer ended its stream and got all its bytes back.
    pub finished: u64,
    /// Those that broke.
    pub failed: u64,
    /// Those that were silent for too long.
    pub timed_out: u64,
    /// Those that were left when the time of a stop was over.
    pub cut_off: u64,
    /// How often `accept` failed, and accepting was paused.
    pub accept_failures: u64,
}

/// An echo server on one thread.
pub struct Server<L: Listener = TcpListener, C = MonotonicClock> {
    config: Config,
    clock: C,
    queue: EventQueue,
    events: Events,
    /// The tokens of the events that are to be served.
    ready: Vec<Token>,
    /// `None` as soon as the server stops.
    listener: Option<L>,
    /// Whether the kernel reports the listener when it is readable.
    accepting: bool,
    /// The end of the pause after an `accept` that failed.
    pause: Option<TimerId>,
    connections: Slab<Entry<L::Stream>>,
    timers: Timers<Due>,
    stopper: Stopper,
    /// What all connections read into, each in its turn.
    scratch: Vec<u8>,
    stats: Stats,
}

/// A connection and what belongs to it outside.
struct Entry<S> {
    connection: Connection<S>,
    /// What the queue was told last.
    interest: Interest,
    /// Its idle timer.
    idle: TimerId,
}

/// What a timer of the server is for.
#[derive(Clone, Copy, Debug)]
enum Due {
    /// This connection was silent for too long.
    Idle(Token),
    /// Accepting may be tried again.
    Pause,
    /// A stop has waited long enough.
    Grace,
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug)]
enum Why {
    Finished,
    Failed,
    TimedOut,
    CutOff,
}

impl Server {
    /// A server that listens at `address`; port 0 lets the system choose a free one.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, `PermissionDenied` and every other OS error.
    pub fn bind(address: SocketAddr, config: Config) -> io::Result<(Server, SocketAddr)> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let server = Server::new(listener, MonotonicClock::new(), config)?;
        Ok((server, address))
    }
}

impl<L: Listener, C: Clock> Server<L, C> {
    /// A server for the connections of `listener`, whose times are those of `clock`.
    ///
    /// # Errors
    ///
    /// The OS error, for example when the process has no descriptor left.
    pub fn new(listener: L, clock: C, config: Config) -> io::Result<Server<L, C>> {
        let queue = EventQueue::new()?;
        let stopper = Stopper::new(&queue, STOPPER)?;
        queue.register(&listener, LISTENER, Interest::READABLE)?;
        Ok(Server {
            config: config.at_least_one(),
            clock,
            queue,
            events: Events::with_capacity(EVENTS),
            ready: Vec::new(),
            listener: Some(listener),
            accepting: true,
            pause: None,
            connections: Slab::new(),
            timers: Timers::new(),
            stopper,
            scratch: Vec::new(),
            stats: Stats::default(),
        })
    }

    /// A handle with which another thread stops this server.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// How many connections it has.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// How many timers are set.
    pub fn timers(&self) -> usize {
        self.timers.len()
    }

    /// What became of the connections so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// How often the kernel was asked to sleep or to look.
    pub fn waits(&self) -> u64 {
        self.queue.waits()
    }

    /// Whether a stop has begun: no client is accepted any more.
    pub fn is_stopping(&self) -> bool {
        self.listener.is_none()
    }

    /// Whether there is anything left to do: false when a stop is through.
    pub fn is_running(&self) -> bool {
        !self.is_stopping() || !self.connections.is_empty()
    }

    /// Serves until a stop is through. Everything is closed when this returns.
    ///
    /// # Errors
    ///
    /// The OS error of the event queue. One connection's errors end that connection only.
    pub fn run(mut self) -> io::Result<Stats> {
        while self.is_running() {
            self.wait(None)?;
            self.serve()?;
        }
        Ok(self.stats)
    }

    /// Sleeps until there is something to do, `limit` at most, and returns how many events there are.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn wait(&mut self, limit: Option<Duration>) -> io::Result<usize> {
        let next = self.timers.next_timeout(self.clock.now());
        let timeout = match (limit, next) {
            (Some(limit), Some(next)) => Some(limit.min(next)),
            (limit, next) => limit.or(next),
        };
        self.ready.clear();
        let count = self.queue.wait(&mut self.events, timeout)?;
        self.ready
            .extend(self.events.iter().map(|event| event.token()));
        Ok(count)
    }

    /// Serves what the last [`wait`](Server::wait) has found: first the events, then the timers that are due. In
    /// this order a byte that has arrived counts before the time-out that it was to prevent.
    ///
    /// # Errors
    ///
    /// The OS error of the event queue.
    pub fn serve(&mut self) -> io::Result<()> {
        // One look at the clock for the whole turn.
        let now = self.clock.now();
        let mut ready = mem::take(&mut self.ready);
        for token in ready.drain(..) {
            match token {
                LISTENER => self.accept(now)?,
                STOPPER => {
                    if self.stopper.acknowledge() {
                        self.begin_stop(now)?;
                    }
                }
                connection => self.turn_of(connection, now),
            }
        }
        self.ready = ready;
        self.serve_timers(now);
        self.update_accepting()
    }

    /// Accepts the connections that wait in the kernel's queue: until there is none, or `accepts_per_turn` are
    /// accepted, or there are `max_connections`.
    ///
    /// When `accept` fails, for whatever reason, the connection stays in the kernel's queue, and the listener stays
    /// readable. So the server pauses for `accept_pause`, and tries again only then, or when a connection is
    /// closed. Each failure counts in `accept_failures`.
    ///
    /// The listener's event may come in one batch behind the event that has begun a stop. Nobody is accepted then.
    ///
    /// # Errors
    ///
    /// None of the listener's.
    fn accept(&mut self, now: Duration) -> io::Result<()> {
        //> // TODO: this accepts one connection, whatever the limits are, and gives up at the first failure.
        //> if let Some(listener) = &self.listener {
        //>     let stream = listener.accept()?;
        //>     self.admit(stream, now);
        //> }
        //> Ok(())
        for _ in 0..self.config.accepts_per_turn {
            if !self.may_accept() {
                break;
            }
            let Some(listener) = &self.listener else {
                break;
            };
            match listener.accept() {
                Ok(stream) => self.admit(stream, now),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.stats.accept_failures += 1;
                    let delay = self.config.accept_pause;
                    self.pause = Some(self.timers.set(now, delay, Due::Pause));
                }
            }
        }
        Ok(())
        //<
    }

    /// Whether one more connection may be accepted now: there is room for it, and no pause.
    fn may_accept(&self) -> bool {
        //> // TODO: there are two reasons against it.
        //> true
        self.pause.is_none() && self.connections.len() < self.config.max_connections
        //<
    }

    /// Tells the queue whether the listener is to be reported, if that has changed. A listener that is reported
    /// while nobody accepts would end every wait at once.
    fn update_accepting(&mut self) -> io::Result<()> {
        let accepting = self.may_accept();
        if let Some(listener) = &self.listener
            && accepting != self.accepting
        {
            let interest = match accepting {
                true => Interest::READABLE,
                false => Interest::NONE,
            };
            self.queue.reregister(listener, LISTENER, interest)?;
            self.accepting = accepting;
        }
        Ok(())
    }

    /// Takes a new connection in.
    fn admit(&mut self, stream: L::Stream, now: Duration) {
        let connection = Connection::new(stream, &self.config);
        let interest = connection.interest();
        let (timers, idle) = (&mut self.timers, self.config.idle);
        let token = self.connections.insert_with(|token| Entry {
            connection,
            interest,
            idle: timers.set(now, idle, Due::Idle(token)),
        });
        self.stats.accepted += 1;
        let registered = match self.connections.get_mut(token) {
            None => return,
            Some(entry) => self
                .queue
                .register(entry.connection.stream(), token, interest),
        };
        if registered.is_err() {
            self.close(token, Why::Failed);
        }
    }

    /// Gives the connection of `token` one turn: it is ready. A token whose connection is closed already does
    /// nothing.
    ///
    /// A connection that has finished or failed is closed. Bytes that were moved start its idle time again. The
    /// queue is told what it waits for next, if that has changed: to tell it is a system call. A connection of
    /// which the queue cannot be told has failed.
    fn turn_of(&mut self, token: Token, now: Duration) {
        //> // TODO: the connection has its turn. See to what follows from its result.
        //> todo!("a turn for {token:?} at {now:?}")
        let Some(entry) = self.connections.get_mut(token) else {
            return;
        };
        match entry.connection.turn(&mut self.scratch) {
            Err(_) => return self.close(token, Why::Failed),
            Ok(Turn::Finished) => return self.close(token, Why::Finished),
            Ok(Turn::Moved) => {
                self.timers.refresh(entry.idle, now);
            }
            Ok(Turn::Still) => {}
        }
        let interest = entry.connection.interest();
        if interest == entry.interest {
            return;
        }
        entry.interest = interest;
        let stream = entry.connection.stream();
        if self.queue.reregister(stream, token, interest).is_err() {
            self.close(token, Why::Failed);
        }
        //<
    }

    /// Closes a connection. Its idle timer goes with it, and its place and its descriptor are free: if accepting
    /// was paused, it need not be any longer.
    fn close(&mut self, token: Token, why: Why) {
        let Some(entry) = self.connections.remove(token) else {
            return;
        };
        // Before the socket is closed. A failure would leave nothing to do: closing is next in any case.
        let _ = self.queue.deregister(entry.connection.stream());
        self.timers.cancel(entry.idle);
        if let Some(pause) = self.pause.take() {
            self.timers.cancel(pause);
        }
        *match why {
            Why::Finished => &mut self.stats.finished,
            Why::Failed => &mut self.stats.failed,
            Why::TimedOut => &mut self.stats.timed_out,
            Why::CutOff => &mut self.stats.cut_off,
        } += 1;
    }

    /// Does what the timers that are due at `now` are for.
    fn serve_timers(&mut self, now: Duration) {
        while let Some((_, due)) = self.timers.pop_due(now) {
            match due {
                Due::Idle(token) => self.close(token, Why::TimedOut),
                Due::Pause => self.pause = None,
                Due::Grace => {
                    for token in self.connections.tokens() {
                        self.close(token, Why::CutOff);
                    }
                }
            }
        }
    }

    /// A stop is wanted. The listener is deregistered and closed, so the kernel refuses new clients, and those that
    /// still waited in its queue. (A copy of its descriptor, in a child process for instance, would be reported
    /// for ever.) The connections go on as before until they end, idle times and all, and `grace` from `now` on is
    /// the most that they get. A second stop changes nothing. A pause of accepting may run on: it holds up nothing.
    ///
    /// # Errors
    ///
    /// The OS error of the event queue.
    fn begin_stop(&mut self, now: Duration) -> io::Result<()> {
        //> // TODO: no more connections, and a limit of time for those that are here.
        //> todo!(
        //>     "stop at {now:?} with {} connections",
        //>     self.connections.len()
        //> )
        if let Some(listener) = self.listener.take() {
            self.timers.set(now, self.config.grace, Due::Grace);
            self.queue.deregister(&listener)?;
        }
        Ok(())
        //<
    }
}
