//! The request goes out. All of it is given.

use std::rc::Rc;

use runtime::Error;

use super::call::Call;
use crate::message::{Outgoing, append_chunk, append_number};
use crate::parser::Framing;

impl Call {
    /// Sends `data`, and the head before it if that is not sent. Returns whether there is room for more.
    pub(super) fn send(self: &Rc<Self>, data: &[u8], is_last: bool) -> bool {
        let Some(socket) = &self.socket else {
            return false;
        };
        if self.is_over.get() || self.outgoing.get() == Outgoing::Done {
            return false;
        }
        let mut out = Vec::new();
        if self.outgoing.get() == Outgoing::Head {
            let framing = self.append_head(&mut out, is_last.then_some(data.len() as u64));
            self.outgoing.set(Outgoing::Body(framing));
        }
        match self.outgoing.get() {
            Outgoing::Body(Framing::Length(left)) => {
                let left = left.checked_sub(data.len() as u64);
                let Some(left) = left.filter(|left| !is_last || *left == 0) else {
                    let text = "the request is longer or shorter than its Content-Length";
                    self.fail_soon(Error::new("ERR_HTTP_CONTENT_LENGTH_MISMATCH", text));
                    return false;
                };
                self.outgoing.set(Outgoing::Body(Framing::Length(left)));
                out.extend_from_slice(data);
            }
            _ => {
                append_chunk(&mut out, data);
                if is_last {
                    out.extend_from_slice(b"0\r\n\r\n");
                }
            }
        }
        if is_last {
            self.outgoing.set(Outgoing::Done);
        }
        out.is_empty() || socket.write(&out)
    }

    /// Appends the head, and returns how the body follows. `whole` is the length of a body that follows at once.
    fn append_head(&self, out: &mut Vec<u8>, whole: Option<u64>) -> Framing {
        let (fields, method) = (self.fields.borrow(), &self.options.method);
        let url = self.url.as_ref().expect("who has a socket has a url");
        for part in [method, " ", &url.target, " HTTP/1.1\r\n", fields.lines()] {
            out.extend_from_slice(part.as_bytes());
        }
        if !fields.has("Host") {
            for part in ["Host: ", &url.authority, "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        out.extend_from_slice(b"Connection: close\r\n");
        let is_plain = matches!(&method[..], "GET" | "HEAD" | "DELETE" | "OPTIONS" | "TRACE");
        let framing = match fields.length.or(whole) {
            Some(length) => Framing::Length(length),
            None => Framing::Chunked,
        };
        match framing {
            // Without a body there is no need to speak of one.
            Framing::Length(0) if is_plain => {}
            Framing::Length(length) => {
                out.extend_from_slice(b"Content-Length: ");
                append_number(out, length);
                out.extend_from_slice(b"\r\n");
            }
            _ => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        }
        out.extend_from_slice(b"\r\n");
        framing
    }
}
