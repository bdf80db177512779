//! Three lives of a socket, on one thread: one that ends well, one that is reset, one that never begins.
//!
//! Each line is something that happened, and the states after it.
//!
//! `cargo run -p nonblocking_tcp --example life_of_a_socket`

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use event_queue::{EventQueue, Events, Interest, Token};
use nonblocking_tcp::{
    Flushed, State, Stopped, TcpListener, TcpStream, WriteBuffer, read_available,
};

const KIB: usize = 1024;
const LISTENER: Token = Token(0);
const CLIENT: Token = Token(1);
const SERVER: Token = Token(2);

/// What the client uploads: more than the kernel's buffers hold.
const UPLOAD: usize = 8 * 1024 * KIB;
/// What one end reads before the other one has a turn.
const BUDGET: usize = 2 * 1024 * KIB;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = listener.local_addr()?;
    println!(
        "{:<48}{:<12}{:<26}server",
        "what happened", "client", "waits in its buffer"
    );
    upload(&listener, address)?;
    println!("\nthe server hangs up and has not read what was sent");
    reset(&listener, address)?;
    println!("\nnobody listens");
    drop(listener);
    refused(address)
}

/// Both ends of a connection, and what the client has still to write.
struct Ends {
    client: TcpStream,
    buffer: WriteBuffer,
    server: Option<TcpStream>,
}

impl Ends {
    fn connect(address: SocketAddr) -> io::Result<Ends> {
        let ends = Ends {
            client: TcpStream::connect(address)?,
            buffer: WriteBuffer::new(64 * KIB),
            server: None,
        };
        ends.row("connect has returned");
        Ok(ends)
    }

    /// A line of the table.
    fn row(&self, what: &str) {
        let client = format!("{:?}", self.client.state());
        let kib = self.buffer.len() / KIB;
        let waits = format!("{:<16} {kib} KiB", "#".repeat(kib.div_ceil(512)));
        let server = self.server.as_ref().map(|end| format!("{:?}", end.state()));
        let server = server.unwrap_or_default();
        println!("{what:<48}{client:<12}{waits:<26}{server}");
    }

    fn are_closed(&self) -> bool {
        let server = self.server.as_ref().map(TcpStream::state);
        self.client.state() == State::Closed && server == Some(State::Closed)
    }

    /// Writes what the socket takes, and ends the client's direction when nothing is left.
    fn client_writes(&mut self, queue: &EventQueue) -> io::Result<()> {
        let before = self.buffer.len();
        let flushed = self.buffer.flush(&mut self.client)?;
        let kib = (before - self.buffer.len()) / KIB;
        self.row(&format!("client: writes {kib} KiB, then {flushed:?}"));
        if flushed == Flushed::All {
            self.client.shutdown()?;
            self.row("client: shuts its direction down");
            // To hear that an idle socket is writable, again and again, would be a spin.
            queue.reregister(&self.client, CLIENT, Interest::READABLE)?;
        }
        Ok(())
    }

    /// Reads, and answers the end of the client's direction. Returns how many bytes came.
    fn server_reads(&mut self, queue: &EventQueue, before: usize) -> io::Result<usize> {
        let Some(server) = &mut self.server else {
            return Ok(0);
        };
        let mut bytes = Vec::new();
        let stopped = read_available(server, &mut bytes, BUDGET);
        let kib = bytes.len() / KIB;
        self.row(&format!("server: reads {kib} KiB, then {stopped:?}"));
        let Some(server) = &mut self.server else {
            return Ok(0);
        };
        if let Stopped::End = stopped {
            // So few bytes fit into an empty kernel buffer; a real server queues its answers as well.
            write!(server, "got {} KiB", (before + bytes.len()) / KIB)?;
            server.shutdown()?;
            queue.deregister(server)?;
            self.row("server: answers, and ends its direction");
        }
        Ok(bytes.len())
    }
}

/// From the first packet to the end of both directions.
fn upload(listener: &TcpListener, address: SocketAddr) -> io::Result<()> {
    let (queue, mut events) = (EventQueue::new()?, Events::with_capacity(16));
    queue.register(listener, LISTENER, Interest::READABLE)?;
    let mut ends = Ends::connect(address)?;
    queue.register(&ends.client, CLIENT, Interest::BOTH)?;
    let mut received = 0;
    while !ends.are_closed() {
        queue.wait(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => {
                    let (server, _) = listener.accept()?;
                    queue.register(&server, SERVER, Interest::READABLE)?;
                    ends.server = Some(server);
                    ends.row("server: accepts");
                }
                SERVER => received += ends.server_reads(&queue, received)?,
                _ if ends.client.state() == State::Connecting => {
                    if let Some(result) = ends.client.connect_result() {
                        result?;
                        ends.row("client: takes the connect's result");
                        ends.buffer.push(&vec![b'x'; UPLOAD]);
                        ends.row("client: queues 8 MiB");
                    }
                }
                _ if event.is_writable() && !ends.buffer.is_empty() => {
                    ends.client_writes(&queue)?;
                }
                _ if event.is_readable() => {
                    let mut answer = Vec::new();
                    let stopped = read_available(&mut ends.client, &mut answer, BUDGET);
                    let answer = String::from_utf8_lossy(&answer);
                    ends.row(&format!("client: reads \"{answer}\", then {stopped:?}"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The server closes while bytes that it has not read lie in its kernel.
fn reset(listener: &TcpListener, address: SocketAddr) -> io::Result<()> {
    let (queue, mut events) = (EventQueue::new()?, Events::with_capacity(16));
    queue.register(listener, LISTENER, Interest::READABLE)?;
    let mut ends = Ends::connect(address)?;
    queue.wait(&mut events, None)?;
    let (server, _) = listener.accept()?;
    ends.server = Some(server);
    queue.register(&ends.client, CLIENT, Interest::WRITABLE)?;
    while ends.client.state() == State::Connecting {
        queue.wait(&mut events, None)?;
        ends.client.connect_result().transpose()?;
    }
    ends.client.write_all(b"hello")?;
    ends.row("client: sends 5 bytes");
    ends.server = None;
    queue.reregister(&ends.client, CLIENT, Interest::READABLE)?;
    queue.wait(&mut events, None)?;
    for _ in 0..2 {
        let what = match read_available(&mut ends.client, &mut Vec::new(), BUDGET) {
            Stopped::Failed(error) => format!("client: reads, Failed({:?})", error.kind()),
            stopped => format!("client: reads, {stopped:?}"),
        };
        ends.row(&what);
    }
    Ok(())
}

/// A socket that is writable, and not connected.
fn refused(address: SocketAddr) -> io::Result<()> {
    let (queue, mut events) = (EventQueue::new()?, Events::with_capacity(16));
    let mut ends = Ends::connect(address)?;
    queue.register(&ends.client, CLIENT, Interest::BOTH)?;
    loop {
        queue.wait(&mut events, None)?;
        let writable = events.iter().any(|event| event.is_writable());
        if let Some(result) = ends.client.connect_result() {
            let result = result.map_err(|error| error.kind());
            ends.row(&format!("client: writable: {writable}, {result:?}"));
            return Ok(());
        }
    }
}
