//! All clients, on one thread: each sends a word, waits until it is back, and sends again.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use event_queue::{EventQueue, Events, Interest, Token};

const WORD: [u8; 64] = [7; 64];

struct Client {
    stream: TcpStream,
    /// How many bytes of the word are back.
    back: usize,
    sent_at: Instant,
}

/// Prints how many words a second came back, and the median and the 99th percentile of how long that took in
/// microseconds. Then it waits for the end of standard input.
pub fn run(port: u16, count: usize, milliseconds: u64) -> io::Result<()> {
    let queue = EventQueue::new()?;
    let mut events = Events::with_capacity(1024);
    let mut clients = Vec::with_capacity(count);
    for index in 0..count {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        queue.register(&stream, Token(index), Interest::READABLE)?;
        clients.push(Client {
            stream,
            back: 0,
            sent_at: Instant::now(),
        });
    }
    // Once to and fro for all: the last of them is accepted then.
    let mut times = Vec::new();
    send_all(&mut clients)?;
    while times.len() < count {
        turn(&queue, &mut events, &mut clients, &mut times, false)?;
    }

    times.clear();
    send_all(&mut clients)?;
    let start = Instant::now();
    let length = Duration::from_millis(milliseconds);
    while start.elapsed() < length {
        turn(&queue, &mut events, &mut clients, &mut times, true)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    println!(
        "{:.0} {} {}",
        times.len() as f64 / seconds,
        at(0.5).unwrap_or(0),
        at(0.99).unwrap_or(0)
    );
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

fn send_all(clients: &mut [Client]) -> io::Result<()> {
    for client in clients {
        client.send()?;
    }
    Ok(())
}

fn turn(
    queue: &EventQueue,
    events: &mut Events,
    clients: &mut [Client],
    times: &mut Vec<u128>,
    again: bool,
) -> io::Result<()> {
    queue.wait(events, None)?;
    for event in &*events {
        let client = &mut clients[event.token().0];
        let count = match client.stream.read(&mut [0; WORD.len()]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            count => count?,
        };
        client.back += count;
        if client.back == WORD.len() {
            times.push(client.sent_at.elapsed().as_micros());
            if again {
                client.send()?;
            }
        }
    }
    Ok(())
}

impl Client {
    /// The kernel always has room for a word when nothing is under way.
    fn send(&mut self) -> io::Result<()> {
        self.back = 0;
        self.sent_at = Instant::now();
        self.stream.write_all(&WORD)
    }
}
