//! The limits of a server, and what happens at each of them.

use std::time::Duration;

/// What a server may use. A count of 0 is taken for 1, and `usize::MAX` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How many connections it holds at once. At this number it stops accepting: the next clients wait in the
    /// kernel's queue until a connection is closed.
    pub max_connections: usize,
    /// How many connections it accepts in one turn. The others wait for the next turn.
    pub accepts_per_turn: usize,
    /// How long it stops accepting when `accept` has failed, most often because descriptors are used up. A
    /// connection that is closed in the meantime ends the pause.
    pub accept_pause: Duration,
    /// How many bytes it reads from one connection in one turn. The rest waits in the kernel for the next turn.
    pub budget: usize,
    /// How many bytes it keeps for one connection. At this number it stops reading from it: the peer's bytes wait
    /// in the kernel, and then at the peer.
    pub high_water: usize,
    /// How long a connection may be silent, in both directions. Then it is closed, and what is queued is lost.
    pub idle: Duration,
    /// How long a stop waits for the connections to end. Then they are closed, and what is queued is lost.
    pub grace: Duration,
}

impl Config {
    /// The same limits, with no count of 0: such a server would wait for something that cannot happen.
    pub(crate) fn at_least_one(self) -> Config {
        Config {
            max_connections: self.max_connections.max(1),
            accepts_per_turn: self.accepts_per_turn.max(1),
            budget: self.budget.max(1),
            high_water: self.high_water.max(1),
            ..self
        }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            max_connections: 10_000,
            accepts_per_turn: 64,
            accept_pause: Duration::from_millis(100),
            budget: 64 * 1024,
            high_water: 256 * 1024,
            idle: Duration::from_secs(60),
            grace: Duration::from_secs(10),
        }
    }
}
