//! Bytes come in, and requests go to the handler. All of it is given.
//!
//! The rule: nothing is read that could not be used now. What stops the reading (a body that nobody wants yet, too
//! many replies that are owed, a client that does not take them) leaves the rest in the socket, and the client waits.

use std::rc::Rc;

use runtime::next_tick;

use super::connection::{Connection, Stage};
use super::exchange::Exchange;
use super::patience::WaitsFor;
use super::reply::append_refusal;
use super::request::Request;
use super::response::Response;
use super::unread::Rest;
use crate::message::Outgoing;
use crate::parser::{Event, Framing, Head, ParseError};

/// What may be done with bytes.
enum Reading {
    Go,
    Wait,
    Discard,
}

impl Connection {
    pub(super) fn data(self: &Rc<Self>, bytes: &[u8]) {
        let mut rest = self.rest.borrow_mut();
        if !rest.is_empty() {
            rest.extend_from_slice(bytes);
            return;
        }
        drop(rest);
        Pump {
            connection: self,
            bytes,
        }
        .run();
    }

    /// Reads on, in a tick, if there is something to read and nothing in the way.
    pub(super) fn wake(self: &Rc<Self>) {
        let is_stopped = self.is_paused.get() || !self.rest.borrow().is_empty();
        if !is_stopped
            || self.is_pumping.get()
            || !matches!(self.may_read(), Reading::Go | Reading::Discard)
        {
            return;
        }
        if !self.will_pump.replace(true) {
            let connection = Rc::clone(self);
            next_tick(move || {
                connection.will_pump.set(false);
                let rest = connection.rest.take();
                Pump {
                    connection: &connection,
                    bytes: &rest,
                }
                .run();
                connection.look_at_end();
            });
        }
    }

    /// What may be done with the next bytes.
    fn may_read(&self) -> Reading {
        if self.stage.get() >= Stage::Lingering {
            return Reading::Discard;
        }
        if let Some(exchange) = &*self.reading.borrow() {
            return match exchange.body.is_wanted() {
                true => Reading::Go,
                false => Reading::Wait,
            };
        }
        if self.stage.get() == Stage::LastReplies {
            return Reading::Discard;
        }
        match self.is_full.get() || self.pipeline.borrow().len() >= self.options().pipelined.max(1)
        {
            true => Reading::Wait,
            false => Reading::Go,
        }
    }

    fn happened(self: &Rc<Self>, event: Event) {
        match event {
            Event::Head(head) => self.begin(head),
            Event::Data(data) => self.body(data),
            Event::End => {
                if let Some(exchange) = self.reading.take() {
                    exchange.complete();
                }
                self.advance();
            }
        }
    }

    /// A request begins.
    fn begin(self: &Rc<Self>, head: Head) {
        // This head was in time. The next one has its own.
        self.waits_for.set(WaitsFor::Nothing);
        if !head.keep_alive() {
            self.stage.set(Stage::LastReplies);
        }
        let has_body = head.framing() != Framing::Length(0);
        let exchange = {
            let mut pipeline = self.pipeline.borrow_mut();
            let slot = pipeline.push(|turn| Some(Rc::new(Exchange::new(self, turn, head))));
            slot.clone().expect("a request has an exchange")
        };
        if has_body {
            self.skipped.set(0);
            *self.reading.borrow_mut() = Some(Rc::clone(&exchange));
        } else {
            // The end of such a request needs no more bytes.
            let end = self.parser.borrow_mut().feed(&mut &[][..]);
            debug_assert_eq!(end, Ok(Some(Event::End)));
            exchange.complete();
        }
        (self.server.handler)(Request(Rc::clone(&exchange)), Response(exchange));
    }

    /// A piece of a request's body has come.
    fn body(self: &Rc<Self>, data: &[u8]) {
        let Some(exchange) = self.reading.borrow().clone() else {
            return;
        };
        if !exchange.body.is_skipping() {
            return exchange.body.data(data);
        }
        self.skipped.set(self.skipped.get() + data.len() as u64);
        if exchange.rest_of_body() == Rest::Close {
            self.no_more_requests();
            self.advance();
        }
    }

    /// What came breaks a rule. The replies that are owed go out, then one that says so, and then the connection ends.
    pub(super) fn refuse(self: &Rc<Self>, error: ParseError) {
        let reading = self.reading.take();
        self.no_more_requests();
        match reading {
            None => {
                let turn = {
                    let mut turn_of_refusal = 0;
                    self.pipeline.borrow_mut().push(|turn| {
                        turn_of_refusal = turn;
                        None
                    });
                    turn_of_refusal
                };
                self.with_sink(turn, |sink| append_refusal(sink, error));
                self.finish(turn);
            }
            // The handler has replied, and it was for the next request that this body was read.
            Some(exchange) if exchange.outgoing.get() == Outgoing::Done => {
                exchange.abort();
                self.advance();
            }
            Some(exchange) if exchange.refuse(error) => {}
            // The handler has begun to reply, and cannot do so to the end.
            Some(exchange) => {
                exchange.abort();
                self.flush();
                self.socket.destroy();
            }
        }
    }

    /// Whatever comes now is no request.
    pub(super) fn no_more_requests(&self) {
        self.stage.set(self.stage.get().max(Stage::LastReplies));
        if let Some(exchange) = self.reading.take() {
            exchange.lose_body();
        }
        self.rest.take();
    }

    /// The client has ended its direction. When all that it sent before is used, so do we.
    pub(super) fn look_at_end(self: &Rc<Self>) {
        if !self.has_peer_ended.get()
            || !self.rest.borrow().is_empty()
            || self.stage.get() >= Stage::Lingering
        {
            return;
        }
        let is_in_head = {
            let parser = self.parser.borrow();
            self.stage.get() == Stage::Open && parser.is_in_head() && !parser.is_between_messages()
        };
        if is_in_head {
            self.refuse(ParseError::malformed("the request ended in its head"));
        }
        // As Node does it: a client that has ended does not wait for replies that are not made yet.
        self.hang_up();
    }

    /// Whether the tick that makes the body flow is set already: not worth a pause.
    fn is_about_to_read(&self) -> bool {
        let reading = self.reading.borrow();
        reading
            .as_ref()
            .is_some_and(|exchange| exchange.body.is_about_to_flow())
    }
}

/// Goes through bytes until they are used up or something is in the way. Also when a handler panics, what is left is
/// kept and what was written goes out: that is why the end of it is a `drop`.
struct Pump<'a> {
    connection: &'a Rc<Connection>,
    bytes: &'a [u8],
}

impl Pump<'_> {
    fn run(mut self) {
        let connection = self.connection;
        connection.is_pumping.set(true);
        while let Reading::Go = connection.may_read() {
            let event = connection.parser.borrow_mut().feed(&mut self.bytes);
            match event {
                Ok(Some(event)) => connection.happened(event),
                Ok(None) => return,
                Err(error) => return connection.refuse(error),
            }
        }
    }
}

impl Drop for Pump<'_> {
    fn drop(&mut self) {
        let connection = self.connection;
        connection.is_pumping.set(false);
        let is_paused = match connection.may_read() {
            Reading::Discard => false,
            Reading::Go if self.bytes.is_empty() => false,
            _ => {
                *connection.rest.borrow_mut() = self.bytes.to_vec();
                !connection.is_about_to_read()
            }
        };
        if connection.is_paused.replace(is_paused) != is_paused {
            match is_paused {
                true => connection.socket.pause(),
                false => connection.socket.resume(),
            }
        }
        connection.has_written();
        connection.set_deadline();
        connection.wake();
    }
}
