//! The limits of a server. All of it is given.

use std::time::Duration;

use crate::parser::Limits;

/// What a server allows its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// How long a message may be, and its parts.
    pub limits: Limits,
    /// How many replies of one connection may be owed. Further requests stay in the socket meanwhile.
    pub pipelined: usize,
    /// How many bytes of a body that nobody reads are skipped. 256 KiB, as in Go's `net/http`.
    pub skipped: u64,
    /// The time for a head, from its first byte to its last. 60 s, Node's `headersTimeout`.
    pub head_timeout: Duration,
    /// The time from one piece of a body to the next, while the server reads it.
    pub body_timeout: Duration,
    /// The time from a reply to the next request's first byte, also that from the connect. 5 s, Node's
    /// `keepAliveTimeout`.
    pub idle_timeout: Duration,
    /// The time from our end of a connection to the client's. nginx's `lingering_timeout` is 5 s. To close at once could
    /// cost it the reply: the kernel answers bytes that nobody read with a reset, and the client's kernel throws away
    /// what it has.
    pub linger_timeout: Duration,
}

impl Default for ServerOptions {
    fn default() -> ServerOptions {
        ServerOptions {
            limits: Limits::default(),
            pipelined: 16,
            skipped: 256 * 1024,
            head_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(5),
            linger_timeout: Duration::from_secs(2),
        }
    }
}
