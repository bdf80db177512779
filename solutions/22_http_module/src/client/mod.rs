//! The client: a request goes out, a response comes in. All of this file is given.

mod call;
mod incoming;
mod options;
mod receiving;
mod sending;
mod url;

use std::cell::Cell;
use std::rc::Rc;

use runtime::{Error, Result};

use call::Call;
pub use incoming::Incoming;
pub use options::ClientOptions;

/// A request that is being made, as [`request`] began it. Clones name the same one.
///
/// Its head goes out with the first `write`, `send_head` or `end`. Each request has a connection of its own.
#[derive(Clone)]
pub struct ClientRequest(Rc<Call>);

/// Asks for what is at `url`. Calls `callback` with the response as soon as its head is there, or with the error that
/// came instead. What ends the body too early, the response's own `on_error` tells.
pub fn get(url: &str, callback: impl FnOnce(Result<Incoming>) + 'static) -> ClientRequest {
    let request = request(ClientOptions::get(url));
    let callback = Rc::new(Cell::new(Some(callback)));
    let for_error = Rc::clone(&callback);
    request.on_response(move |response| {
        if let Some(callback) = callback.take() {
            callback(Ok(response));
        }
    });
    request.on_error(move |error| {
        if let Some(callback) = for_error.take() {
            callback(Err(error.clone()));
        }
    });
    request.end();
    request
}

/// Begins a request. It connects at once, and sends when it is told what.
///
/// What is wrong with the options is told to `on_error`: `ERR_INVALID_URL`, `ERR_INVALID_PROTOCOL`,
/// `ERR_INVALID_HTTP_TOKEN` for the method or for the name of a header, `ERR_INVALID_CHAR` for a value.
pub fn request(options: ClientOptions) -> ClientRequest {
    ClientRequest(Call::start(options))
}

impl ClientRequest {
    /// Sends the head before there is a body.
    pub fn send_head(&self) {
        self.0.send(&[], false);
    }

    /// Writes a piece of the body, in a chunk if the length was not set. Returns whether there is room for more: after
    /// false, wait for `on_drain`.
    pub fn write(&self, data: &[u8]) -> bool {
        self.0.send(data, false)
    }

    /// Ends the request.
    pub fn end(&self) {
        self.0.send(&[], true);
    }

    /// Writes the last piece of the body, and ends the request. If it is the only one, the server learns its length.
    pub fn end_with(&self, data: &[u8]) {
        self.0.send(data, true);
    }

    /// Calls `listener` with the response, as soon as its head is there. If nobody listens, its body is skipped.
    pub fn on_response(&self, listener: impl Fn(Incoming) + 'static) {
        self.0
            .on_response
            .on(move |response| listener(response.clone()));
    }

    /// Calls `listener` with each status that is not the answer yet: 100 (go on with the body), 103 (early hints).
    pub fn on_information(&self, listener: impl Fn(u16) + 'static) {
        self.0.on_information.on(move |status| listener(*status));
    }

    /// Calls `listener` when there is room again after a `write` that returned false.
    pub fn on_drain(&self, listener: impl Fn() + 'static) {
        self.0.on_drain.on(move |()| listener());
    }

    /// Calls `listener` with the error that came instead of a response. If nobody listens, it is an uncaught error.
    pub fn on_error(&self, listener: impl Fn(&Error) + 'static) {
        self.0.on_error.on(listener);
    }

    /// Breaks the connection. Nothing more is told.
    pub fn destroy(&self) {
        self.0.destroy();
    }
}
