//! One request of a client and its response, on a connection of their own.
//!
//! This file is what a call consists of, and how it fails. `sending.rs` has the request, `receiving.rs` the response.
//! All of this file is given.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use callbacks::Emitter;
use net_module::{Socket, connect};
use runtime::{Error, Result, next_tick, throw};

use super::incoming::{Incoming, Response};
use super::options::ClientOptions;
use super::url::Url;
use crate::message::{Deadline, Fields, Outgoing};
use crate::parser::{ParseError, Parser, is_token};

pub(crate) struct Call {
    pub(super) options: ClientOptions,
    /// `None` when the options were no good, so that there is nobody to ask.
    pub(super) socket: Option<Socket>,
    pub(super) url: Option<Url>,
    pub(super) fields: RefCell<Fields>,
    /// How far the request is.
    pub(super) outgoing: Cell<Outgoing>,
    pub(super) parser: RefCell<Parser>,
    /// What was read and could not be used.
    pub(super) rest: RefCell<Vec<u8>>,
    /// The response, as soon as its head is there.
    pub(super) response: RefCell<Option<Rc<Response>>>,
    pub(super) is_over: Cell<bool>,
    pub(super) is_reading: Cell<bool>,
    pub(super) is_paused: Cell<bool>,
    pub(super) has_peer_ended: Cell<bool>,
    pub(super) deadline: Deadline<Call>,
    pub(super) on_response: Emitter<Incoming>,
    pub(super) on_information: Emitter<u16>,
    pub(super) on_drain: Emitter<()>,
    pub(super) on_error: Emitter<Error>,
}

impl Call {
    /// Begins to connect. What is wrong with the options, the listeners learn in a tick.
    pub(super) fn start(options: ClientOptions) -> Rc<Call> {
        let checked = check(&options);
        let (url, fields, error) = match checked {
            Ok((url, fields)) => (Some(url), fields, None),
            Err(error) => (None, Fields::default(), Some(error)),
        };
        let socket = url.as_ref().map(|url| connect((&url.host[..], url.port)));
        let mut parser = Parser::response(options.limits);
        parser.answers_head(options.method == "HEAD");
        let call = Rc::new(Call {
            socket,
            url,
            fields: RefCell::new(fields),
            outgoing: Cell::new(Outgoing::Head),
            parser: RefCell::new(parser),
            rest: RefCell::default(),
            response: RefCell::default(),
            is_over: Cell::new(false),
            is_reading: Cell::new(false),
            is_paused: Cell::new(false),
            has_peer_ended: Cell::new(false),
            deadline: Deadline::new(|owner: &Call| &owner.deadline, Call::is_late),
            on_response: Emitter::new(),
            on_information: Emitter::new(),
            on_drain: Emitter::new(),
            on_error: Emitter::new(),
            options,
        });
        match error {
            Some(error) => call.fail_soon(error),
            None => call.listen(),
        }
        call
    }

    fn listen(self: &Rc<Self>) {
        let Some(socket) = &self.socket else { return };
        socket.set_no_delay(true);
        // The server's end is not ours: a program may read the response long after it.
        socket.set_allow_half_open(true);
        self.deadline.set(self, self.options.timeout);
        // The socket holds the call as long as it is open, since the program need not.
        let call = Rc::clone(self);
        socket.on_data(move |bytes| call.data(bytes));
        let call = Rc::clone(self);
        socket.on_end(move || {
            call.has_peer_ended.set(true);
            call.look_at_end();
        });
        let call = Rc::clone(self);
        socket.on_drain(move || {
            call.on_drain.emit(&());
        });
        let call = Rc::clone(self);
        socket.on_error(move |error| call.fail(error.clone()));
        let share = SocketsShare(Rc::clone(self));
        socket.on_close(move |_| share.0.hang_up());
    }

    /// The connection has ended too early. The errors are Node's.
    pub(super) fn hang_up(self: &Rc<Self>) {
        let is_in_body = self.response.borrow().is_some();
        let text = if is_in_body {
            "aborted"
        } else {
            "socket hang up"
        };
        self.fail(Error::new("ECONNRESET", text));
    }

    fn is_late(self: &Rc<Self>) {
        if self.may_read() {
            self.fail(Error::new("ETIMEDOUT", "the server is too slow"));
        }
    }

    pub(super) fn parse_error(self: &Rc<Self>, error: ParseError) {
        let code = match error.status {
            431 => "HPE_HEADER_OVERFLOW",
            _ => "HPE_INVALID_CONSTANT",
        };
        self.fail(Error::new(code, format!("Parse Error: {}", error.reason)));
    }

    /// There will be no response, or no more of it. Tells the one who waits for it.
    pub(super) fn fail(self: &Rc<Self>, error: Error) {
        if self.is_over.replace(true) {
            return;
        }
        self.outgoing.set(Outgoing::Done);
        self.deadline.stop();
        if let Some(socket) = &self.socket {
            socket.destroy();
        }
        match self.response.take() {
            Some(response) => {
                response.body.fail(&error);
                next_tick(move || response.body.close_when_told());
            }
            None => {
                let is_heard = self.on_error.emit(&error);
                self.forget_listeners();
                if !is_heard {
                    throw(error.to_string());
                }
            }
        }
    }

    /// What the listeners captured may hold this call.
    pub(super) fn forget_listeners(&self) {
        self.on_response.remove_all();
        self.on_information.remove_all();
        self.on_drain.remove_all();
        self.on_error.remove_all();
    }

    pub(super) fn fail_soon(self: &Rc<Self>, error: Error) {
        let call = Rc::clone(self);
        next_tick(move || call.fail(error));
    }

    pub(super) fn destroy(self: &Rc<Self>) {
        if self.is_over.replace(true) {
            return;
        }
        self.outgoing.set(Outgoing::Done);
        self.deadline.stop();
        if let Some(socket) = &self.socket {
            socket.destroy();
        }
        self.forget_listeners();
        if let Some(response) = self.response.take() {
            next_tick(move || response.body.close());
        }
    }
}

/// The socket's share of a call, which lives as long as the socket's listeners.
///
/// A program may end in the middle. Then nobody hears of a close, and the response, which holds its call, must be let
/// go all the same.
struct SocketsShare(Rc<Call>);

impl Drop for SocketsShare {
    fn drop(&mut self) {
        self.0.deadline.stop();
        self.0.forget_listeners();
        if let Some(response) = self.0.response.take() {
            response.body.forget();
        }
    }
}

/// What a program asks for is checked before one byte is sent.
fn check(options: &ClientOptions) -> Result<(Url, Fields)> {
    let method = &options.method;
    if method.is_empty() || !method.bytes().all(is_token) || method == "CONNECT" {
        let text = format!("Method must be a valid HTTP token [{method:?}]");
        return Err(Error::new("ERR_INVALID_HTTP_TOKEN", text));
    }
    let mut fields = Fields::default();
    for (name, value) in &options.headers {
        fields.set(name, value)?;
    }
    Ok((Url::parse(&options.url)?, fields))
}
