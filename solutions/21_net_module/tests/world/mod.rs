//! Peers made of the standard library's blocking sockets, each on a thread of its own, and programs that talk to them.

use std::cell::Cell;
use std::env;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use net_module::{Server, Socket, create_server};
use runtime::{kernel_waits, run, set_timeout};
pub use support::{reset, resets_are_told};

use crate::programs::{cell, taken};

/// How long a test may take before it counts as hanging. Far more than any of them needs, also on Windows, which
/// asks a port where nobody listens three times, half a second apart.
const LIMIT: Duration = Duration::from_secs(6);

/// The same under an emulator.
const EMULATED: Duration = Duration::from_secs(30);

/// Loopback, and a port of the system's choice.
pub const ANY_PORT: (&str, u16) = ("127.0.0.1", 0);

pub fn limit() -> Duration {
    match env::var_os("WORKSHOP_RUNNER") {
        Some(_) => EMULATED,
        None => LIMIT,
    }
}

/// Runs `body` while no other test of this program runs, within the limit, and counts the descriptors.
#[track_caller]
pub fn alone<R: Send + 'static>(hint: &str, body: impl FnOnce() -> R + Send + 'static) -> R {
    let leak = "A socket that is destroyed closes its watch and its handle at once.";
    support::alone(limit(), hint, leak, body)
}

/// Runs a program on this thread, and returns what it said.
#[track_caller]
pub fn program(hint: &str, main: impl FnOnce() + Send + 'static) -> Vec<String> {
    alone(hint, move || {
        taken();
        run(main);
        taken()
    })
}

/// A program with a server that takes one connection: `ours` gets the socket, and `peer`, on a thread of its own, the
/// other end. Returns what the program said.
#[track_caller]
pub fn serve(
    hint: &str,
    ours: impl FnOnce(Socket) + Send + 'static,
    peer: impl FnOnce(TcpStream) + Send + 'static,
) -> Vec<String> {
    alone(hint, move || {
        taken();
        let (thread, joined) = cell();
        run(move || {
            let (own, server_cell) = cell();
            let ours = Cell::new(Some(ours));
            let server = create_server(move |socket: Socket| {
                let server: Server = own.take().expect("one connection comes");
                server.close(|_| {});
                let ours = ours.take().expect("one connection comes");
                ours(socket);
            });
            server_cell.set(Some(server.clone()));
            let own = server.clone();
            server.listen(ANY_PORT, move || {
                let address = own.local_addr().expect("it listens");
                thread.set(Some(dial(address, peer)));
            });
        });
        let thread: JoinHandle<()> = joined.take().expect("the server has listened");
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
        taken()
    })
}

/// Connects to `address` on a thread of its own, and plays the peer there.
pub fn dial(address: SocketAddr, peer: impl FnOnce(TcpStream) + Send + 'static) -> JoinHandle<()> {
    thread::spawn(move || peer(patient(TcpStream::connect(address))))
}

/// A std socket none of whose calls waits longer than a test may take.
pub fn patient(socket: io::Result<TcpStream>) -> TcpStream {
    let socket = socket.expect("the other side is there");
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&socket, Some(limit())).expect("a socket has time-outs");
    }
    socket
}

/// Reads until the end of the stream.
pub fn read_all(mut peer: &TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    peer.read_to_end(&mut all)
        .expect("the other end sends its bytes, and then the end");
    all
}

/// Reads until the end of the stream, and says whether it comes. It is on its way already.
pub fn how_it_ends(mut peer: &TcpStream) -> String {
    let half = Some(limit() / 2);
    peer.set_read_timeout(half).expect("a socket has time-outs");
    let mut all = Vec::new();
    let ends = match peer.read_to_end(&mut all) {
        Ok(_) => "the end",
        Err(_) => "no end",
    };
    format!("the peer sees {ends} after {} bytes", all.len())
}

/// Another descriptor of the socket's connection, as if another part of the program had one, too.
#[cfg(unix)]
pub fn second_descriptor(socket: &Socket) -> TcpStream {
    use std::os::fd::BorrowedFd;
    let ends = (socket.local_addr(), socket.remote_addr());
    let numbers = std::fs::read_dir("/dev/fd").expect("Linux and macOS list the descriptors there");
    let numbers: Vec<i32> = numbers
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let copies = numbers.into_iter().filter_map(|number| {
        // SAFETY: it is not -1. It may have been closed since it was listed, by another thread; then the copy fails, or
        // is one of something else. It is not used for anything but to be copied.
        let listed = unsafe { BorrowedFd::borrow_raw(number) };
        Some(TcpStream::from(listed.try_clone_to_owned().ok()?))
    });
    let mut same = copies.filter(|copy| (copy.local_addr().ok(), copy.peer_addr().ok()) == ends);
    same.next().expect("the socket has a descriptor")
}

/// Waits until the socket's kernel has something for it to read.
#[cfg(unix)]
pub fn until_readable(socket: &Socket) {
    use std::time::Instant;
    let copy = second_descriptor(socket);
    let deadline = Instant::now() + limit();
    while copy.peek(&mut [0]).is_err() && Instant::now() < deadline {
        thread::yield_now();
    }
}

/// Bytes that differ from place to place.
pub fn pattern(length: usize) -> Vec<u8> {
    let block: Vec<u8> = (0..251).collect();
    let mut all = block.repeat(length.div_ceil(block.len()));
    all.truncate(length);
    all
}

/// Whether this machine has an IPv6 loopback.
pub fn has_ipv6() -> bool {
    alone("a socket was bound", || {
        TcpListener::bind(("::1", 0)).is_ok()
    })
}

/// A listener of std's, and where it is.
pub fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(ANY_PORT).expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    (listener, address)
}

/// An address at which nobody listens, as long as the value is kept. The port belongs to one end of a connection,
/// so no other program can get it meanwhile.
pub struct Nobody {
    pub address: SocketAddr,
    _ends: (TcpStream, TcpStream),
}

impl Nobody {
    pub fn new() -> Nobody {
        let (listener, address) = listener();
        let one = TcpStream::connect(address).expect("somebody listens there");
        let (other, _) = listener.accept().expect("somebody connects");
        Nobody {
            address: one.local_addr().expect("an end has an address"),
            _ends: (one, other),
        }
    }
}

/// For one thread to tell the other that it is so far. `recv` gives up when a test would have failed anyway.
pub fn signal() -> (Sender<()>, Signal) {
    let (tell, told) = mpsc::channel();
    (tell, Signal(told))
}

pub struct Signal(Receiver<()>);

impl Signal {
    pub fn wait(&self) {
        self.0
            .recv_timeout(limit())
            .expect("the other thread gets so far");
    }
}

/// Calls `then` after `milliseconds`, with the number of times that the loop has asked the kernel meanwhile.
pub fn count_waits(milliseconds: i32, then: impl FnOnce(u64) + 'static) {
    let before = kernel_waits();
    set_timeout(move || then(kernel_waits() - before), milliseconds);
}

/// A counter, and a copy for a callback.
pub fn counter() -> (Rc<Cell<usize>>, Rc<Cell<usize>>) {
    let counter = Rc::new(Cell::new(0));
    (Rc::clone(&counter), counter)
}

/// Compares what was said. `causes` is what usually made the difference.
#[track_caller]
pub fn expect(said: &[String], expected: &str, setup: &str, causes: &str) {
    let yours = said.join(", ");
    assert!(
        yours == expected,
        "{setup}\nexpected  {expected}\nyours     {yours}\n{causes}"
    );
}

/// Sends `bytes`, all of them.
pub fn send(mut peer: &TcpStream, bytes: &[u8]) {
    peer.write_all(bytes).expect("the other end reads");
}

/// An address that no host of this machine has: TEST-NET-1 of RFC 5737.
pub const NOT_OURS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 0);

/// How many connections the system lets wait for a listener at most. 0 where that is not known.
pub fn longest_queue() -> usize {
    // Wine lends its programs the files of Linux.
    let path = cfg!(target_os = "linux").then_some("/proc/sys/net/core/somaxconn");
    path.and_then(|path| std::fs::read_to_string(path).ok())
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}
