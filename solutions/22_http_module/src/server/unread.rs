//! What becomes of a body that nobody has read when its reply is complete.
//!
//! The rule: behind it stands the next request. To find that one, the body has to be read all the same, or the
//! connection ends here.

/// What is to be done with the rest of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Read what is still to come, if anything, and throw it away. The connection goes on.
    Skip,
    /// Too much is left, or it may never come. The connection ends with this reply.
    Close,
}

/// What a server knows of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whether all of it has come.
    pub is_complete: bool,
    /// How much is to come. `None` for chunks, which say it one by one.
    pub left: Option<u64>,
    /// Whether the client waits for a `100 Continue` that was not sent. It may send the body or leave it.
    pub awaits_continue: bool,
    /// How much was skipped already.
    pub skipped: u64,
}

impl Unread {
    /// What is to be done with the rest, if not more than `limit` bytes of a body may be skipped.
    ///
    /// Of chunks nobody knows how much is to come: the answer may be `Skip` now, and `Close` later.
    pub fn rest(&self, limit: u64) -> Rest {
        //> // TODO: this skips a body of any length, and waits for one that may never come.
        //> Rest::Skip
        if self.is_complete {
            Rest::Skip
        } else if self.awaits_continue
            || self.skipped.saturating_add(self.left.unwrap_or(0)) > limit
        {
            Rest::Close
        } else {
            Rest::Skip
        }
        //<
    }
}
