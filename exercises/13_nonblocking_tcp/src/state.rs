//! The state machine behind every socket, as the chapter draws it.
//!
//! A stream changes its state in one way only: something happens, and `after` says what follows.

/// What a connection is, seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The peer has not answered yet. Nothing can be read or written.
    Connecting,
    /// Both directions are open.
    Open,
    /// The peer has ended its direction. This end may still write.
    PeerEnded,
    /// This end has ended its direction. The peer may still send.
    WeEnded,
    /// Both directions have ended, each in its own time. Nothing was lost.
    Closed,
    /// The connection was never made, or it broke. What was under way is lost.
    Failed,
}

/// What can happen to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The connect has succeeded.
    Connected,
    /// A read found the end of the stream.
    End,
    /// This end has shut its own direction down.
    Shutdown,
    /// An error: refused, timed out, reset.
    Error,
}

impl State {
    /// The state in which `event` leaves a connection that is in this one.
    ///
    /// An arrow that the chapter's picture does not have changes nothing. In particular nothing leaves `Closed`
    /// or `Failed`, and a connection that is not made yet has no directions that could end.
    #[must_use]
    pub fn after(self, event: Event) -> State {
        // TODO: the arrows of the picture, in one `match`.
        todo!("{self:?}, and then {event:?}")
    }
}
