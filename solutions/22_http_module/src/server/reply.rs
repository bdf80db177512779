//! The bytes of a reply. All of it is given.
//!
//! The rule: the head is made when the first byte of the body is there, or the end. By then it is known how the body
//! will be framed, and whether the connection goes on.

use std::rc::Rc;

use runtime::Error;

use super::exchange::Exchange;
use super::unread::Rest;
use crate::message::{Outgoing, append_chunk, append_now, append_number, reason_of};
use crate::parser::{Framing, ParseError};

/// What may wait in memory for its turn before a write says "wait for drain", in bytes. Node's `highWaterMark`.
const HIGH_WATER: usize = 16 * 1024;

impl Exchange {
    /// Sends `data`, and the head before it if that is not sent. Returns whether there is room for more.
    pub(super) fn send(self: &Rc<Self>, data: &[u8], is_last: bool) -> bool {
        if self.outgoing.get() == Outgoing::Done {
            return false;
        }
        if self.outgoing.get() == Outgoing::Head && is_last && self.rest_of_body() == Rest::Close {
            self.closes.set(true);
        }
        let waiting = self.connection.with_sink(self.turn, |sink| {
            if self.outgoing.get() == Outgoing::Head {
                self.outgoing
                    .set(self.append_head(sink, is_last.then_some(data.len() as u64)));
            }
            let is_kept = self.append_body(sink, data, is_last);
            is_kept.then_some(sink.len())
        });
        let Some(Some(waiting)) = waiting else {
            let text = "a response is longer or shorter than its Content-Length";
            let error = Error::new("ERR_HTTP_CONTENT_LENGTH_MISMATCH", text);
            self.connection.socket.destroy_with(error);
            return false;
        };
        if is_last {
            self.outgoing.set(Outgoing::Done);
            match self.rest_of_body() {
                Rest::Skip => self.body.skip(),
                Rest::Close => self.closes.set(true),
            }
            self.connection.finish(self.turn);
            self.body.tell_end_soon();
            return false;
        }
        let has_room = match self.connection.is_first(self.turn) {
            true => self.connection.has_written(),
            false => waiting < HIGH_WATER,
        };
        self.needs_drain.set(!has_room);
        has_room
    }

    /// Appends the head, and returns how the body follows. `whole` is the length of a body that follows at once.
    fn append_head(&self, sink: &mut Vec<u8>, whole: Option<u64>) -> Outgoing {
        let fields = self.fields.borrow();
        let status = self.status.get();
        let is_head = self.head.method() == "HEAD";
        let framing = match fields.length.or(whole) {
            Some(length) => Framing::Length(length),
            None if self.head.version() >= (1, 1) => Framing::Chunked,
            None => Framing::UntilClose,
        };
        let has_body = !matches!(status, 204 | 304);
        if fields.close
            || self.connection.is_ending()
            || (framing == Framing::UntilClose && has_body && !is_head)
        {
            self.closes.set(true);
        }
        append_status_line(sink, status);
        sink.extend_from_slice(fields.lines().as_bytes());
        if !fields.has("Date") {
            sink.extend_from_slice(b"Date: ");
            append_now(sink);
            sink.extend_from_slice(b"\r\n");
        }
        if self.closes.get() {
            sink.extend_from_slice(b"Connection: close\r\n");
        } else {
            // So a client knows when it is too late for another request.
            sink.extend_from_slice(b"Connection: keep-alive\r\nKeep-Alive: timeout=");
            append_number(sink, self.connection.options().idle_timeout.as_secs());
            sink.extend_from_slice(b"\r\n");
        }
        // A 304 may speak of the body that it does not have; so may the answer to HEAD.
        match framing {
            _ if status == 204 || (status == 304 && fields.length.is_none()) => {}
            Framing::Length(length) => {
                sink.extend_from_slice(b"Content-Length: ");
                append_number(sink, length);
                sink.extend_from_slice(b"\r\n");
            }
            Framing::Chunked => sink.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            Framing::UntilClose => {}
        }
        sink.extend_from_slice(b"\r\n");
        if has_body && !is_head {
            Outgoing::Body(framing)
        } else {
            Outgoing::Bodiless
        }
    }

    /// Appends a piece of the body. Says whether the promise of a Content-Length is kept.
    fn append_body(&self, sink: &mut Vec<u8>, data: &[u8], is_last: bool) -> bool {
        match self.outgoing.get() {
            Outgoing::Body(Framing::Length(left)) => {
                let Some(left) = left.checked_sub(data.len() as u64) else {
                    return false;
                };
                sink.extend_from_slice(data);
                self.outgoing.set(Outgoing::Body(Framing::Length(left)));
                return !is_last || left == 0;
            }
            Outgoing::Body(Framing::Chunked) => {
                append_chunk(sink, data);
                if is_last {
                    sink.extend_from_slice(b"0\r\n\r\n");
                }
            }
            Outgoing::Body(Framing::UntilClose) => sink.extend_from_slice(data),
            Outgoing::Bodiless | Outgoing::Head | Outgoing::Done => {}
        }
        true
    }

    /// Replies to a request that broke a rule in its body, in place of the handler. Says whether that is possible: the
    /// handler has not begun.
    pub(super) fn refuse(self: &Rc<Self>, error: ParseError) -> bool {
        if self.outgoing.get() != Outgoing::Head {
            return false;
        }
        self.closes.set(true);
        self.connection
            .with_sink(self.turn, |sink| append_refusal(sink, error));
        self.abort();
        self.connection.finish(self.turn);
        true
    }
}

/// Appends the reply to what is no request.
pub(super) fn append_refusal(sink: &mut Vec<u8>, error: ParseError) {
    append_status_line(sink, error.status);
    sink.extend_from_slice(b"Date: ");
    append_now(sink);
    sink.extend_from_slice(
        b"\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ",
    );
    append_number(sink, error.reason.len() as u64 + 1);
    for part in ["\r\n\r\n", error.reason, "\n"] {
        sink.extend_from_slice(part.as_bytes());
    }
}

fn append_status_line(sink: &mut Vec<u8>, status: u16) {
    sink.extend_from_slice(b"HTTP/1.1 ");
    append_number(sink, status.into());
    sink.push(b' ');
    sink.extend_from_slice(reason_of(status).as_bytes());
    sink.extend_from_slice(b"\r\n");
}
