//! From addresses to a connection.
//!
//! The rule: each address gets one socket and one answer, and the next one is tried only after a failure.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use nonblocking_tcp::TcpStream;
use runtime::{Error, Interest, Result};

use crate::handle::Handle;
use crate::socket::{Inner, Stage};
use crate::target;

impl Inner {
    /// The look-up has ended.
    pub(crate) fn try_all(self: &Rc<Self>, addresses: Result<Vec<SocketAddr>>) {
        if self.is_destroyed() {
            return;
        }
        match addresses {
            Ok(addresses) => {
                self.addresses.replace(addresses.into());
                self.try_next();
            }
            Err(error) => self.destroy(Some(error)),
        }
    }

    /// Begins to connect to the next address that takes a beginning. When there is none, the socket is destroyed,
    /// with the error of the address that failed first.
    fn try_next(self: &Rc<Self>) {
        // TODO: this tries one address, and nobody hears of it if that fails.
        let next = self.addresses.borrow_mut().pop_front();
        if let Some(address) = next {
            let _ = self.try_one(address);
        }
    }

    /// Begins to connect. The answer comes in a turn.
    fn try_one(self: &Rc<Self>, address: SocketAddr) -> io::Result<()> {
        self.trying.set(Some(address));
        let stream = TcpStream::connect(address)?;
        self.begin(stream, Interest::WRITABLE)
    }

    /// Closes what was tried, and keeps its error if it is the first one.
    fn failed(&self, error: &io::Error) {
        if let Some(watch) = self.watch.take() {
            watch.close();
        }
        self.handle.take();
        let address = self.trying.take().map(target::text);
        self.error
            .borrow_mut()
            .get_or_insert_with(|| connect_error(error).with_host(address.unwrap_or_default()));
    }

    /// The kernel may know what became of the connect.
    ///
    /// When there is a connection, the listeners of `connect` are called, and then what was written meanwhile is
    /// sent. They may have destroyed the socket.
    pub(crate) fn connect_turn(self: &Rc<Self>) {
        // TODO: this takes every answer for a yes. Ask what became of the connect, and go on from there.
        self.connected();
    }

    fn connected(self: &Rc<Self>) {
        self.stage.set(Stage::Open);
        self.error.take();
        self.addresses.take();
        if self.no_delay.get() {
            self.set_no_delay(true);
        }
        self.touch();
        self.listeners.connect.emit(&());
        // What was written meanwhile.
        self.write_turn();
    }
}

/// The error as Node names it. Chapter 13 makes one of them up: a socket that met itself.
fn connect_error(error: &io::Error) -> Error {
    if error.raw_os_error().is_none() && error.kind() == io::ErrorKind::ConnectionRefused {
        return Error::new("ECONNREFUSED", "the socket was connected to itself");
    }
    Error::from_socket(error, "connect")
}
