//! The response comes in.
//!
//! The rule: a response is complete when its own framing says so. The end of the stream before that is an error, and
//! never a short success.

use std::rc::Rc;

use runtime::next_tick;

use super::call::Call;
use super::incoming::{Incoming, Response};
use crate::message::Body;
use crate::parser::{Event, Framing, Head, ParseError};

impl Call {
    pub(super) fn data(self: &Rc<Self>, bytes: &[u8]) {
        let mut rest = self.rest.borrow_mut();
        if !rest.is_empty() {
            rest.extend_from_slice(bytes);
            return;
        }
        drop(rest);
        Pump { call: self, bytes }.run();
    }

    /// Somebody wants the body now.
    pub(super) fn wake(self: &Rc<Self>) {
        if self.is_reading.get() || self.is_over.get() {
            return;
        }
        self.deadline.set(self, self.options.timeout);
        let rest = self.rest.take();
        Pump {
            call: self,
            bytes: &rest,
        }
        .run();
        self.look_at_end();
    }

    pub(super) fn may_read(&self) -> bool {
        let response = self.response.borrow();
        response
            .as_ref()
            .is_none_or(|response| response.body.is_wanted())
    }

    fn happened(self: &Rc<Self>, event: Event) {
        match event {
            Event::Head(head) if head.status() == 101 => {
                self.parse_error(ParseError::malformed(
                    "nobody has asked for another protocol",
                ));
            }
            // Not the answer yet. It has no body, so its end follows.
            Event::Head(head) if head.status() < 200 => {
                let end = self.parser.borrow_mut().feed(&mut &[][..]);
                debug_assert_eq!(end, Ok(Some(Event::End)));
                self.on_information.emit(&head.status());
            }
            Event::Head(head) => self.begin(head),
            Event::Data(data) => {
                self.deadline.set(self, self.options.timeout);
                let response = self.response.borrow().clone();
                if let Some(response) = response {
                    response.body.data(data);
                }
            }
            Event::End => self.complete(),
        }
    }

    fn begin(self: &Rc<Self>, head: Head) {
        self.deadline.set(self, self.options.timeout);
        let has_body = head.framing() != Framing::Length(0);
        let response = Rc::new(Response {
            head,
            body: Rc::new(Body::new()),
            call: Rc::clone(self),
        });
        *self.response.borrow_mut() = Some(Rc::clone(&response));
        if !has_body {
            let end = self.parser.borrow_mut().feed(&mut &[][..]);
            debug_assert_eq!(end, Ok(Some(Event::End)));
        }
        let body = Rc::clone(&response.body);
        if !self.on_response.emit(&Incoming(response)) {
            body.skip();
        }
        if !has_body {
            self.complete();
        }
    }

    /// The response is complete. If the server answers before it has all of the request, it does not want the rest.
    fn complete(self: &Rc<Self>) {
        if self.is_over.replace(true) {
            return;
        }
        self.deadline.stop();
        self.forget_listeners();
        if let Some(response) = self.response.take() {
            response.body.complete();
            next_tick(move || response.body.close_when_told());
        }
        if let Some(socket) = &self.socket {
            socket.destroy();
        }
    }

    /// The server has ended its direction. When all that it sent before is used, that is the end.
    pub(super) fn look_at_end(self: &Rc<Self>) {
        let is_used = self.rest.borrow().is_empty() && self.may_read();
        if !self.has_peer_ended.get() || !is_used || self.is_over.get() {
            return;
        }
        let end = self.parser.borrow_mut().finish();
        //> // TODO: this takes every end of the stream for the end of the response.
        //> drop(end);
        //> self.complete();
        match end {
            Ok(Some(_)) => self.complete(),
            _ => self.hang_up(),
        }
        //<
    }
}

/// As the pump of a server's connection.
struct Pump<'a> {
    call: &'a Rc<Call>,
    bytes: &'a [u8],
}

impl Pump<'_> {
    fn run(mut self) {
        let call = self.call;
        call.is_reading.set(true);
        while !call.is_over.get() && call.may_read() {
            let event = call.parser.borrow_mut().feed(&mut self.bytes);
            match event {
                Ok(Some(event)) => call.happened(event),
                Ok(None) => return,
                Err(error) => return call.parse_error(error),
            }
        }
    }
}

impl Drop for Pump<'_> {
    fn drop(&mut self) {
        let call = self.call;
        call.is_reading.set(false);
        let Some(socket) = &call.socket else { return };
        if call.is_over.get() {
            return;
        }
        *call.rest.borrow_mut() = self.bytes.to_vec();
        let is_paused = !call.may_read();
        if call.is_paused.replace(is_paused) != is_paused {
            match is_paused {
                true => socket.pause(),
                false => socket.resume(),
            }
        }
    }
}
