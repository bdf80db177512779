//! What one wake-up costs while thousands of other sockets are idle.
//!
//! `cargo bench -p event_queue`, or `-p event_queue_solution` for the reference. A wake-up is: register a socket, make
//! it ready, wait, read, deregister. Beside the queue of this chapter stand the same system calls with nothing around them.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use event_queue::{EventQueue, Events, Interest, Token};

#[cfg(target_os = "linux")]
mod bare_epoll;
#[cfg(target_os = "linux")]
use bare_epoll::Bare;
#[cfg(not(target_os = "linux"))]
mod no_bare;
#[cfg(not(target_os = "linux"))]
use no_bare::Bare;

/// The queue, the bare calls and the sizes take turns, and the fastest round counts: what else runs on the machine can
/// only make a round slower.
const ROUNDS: usize = 300;
/// Wake-ups in a round: few, so that some rounds are not interrupted.
const WAKE_UPS: u32 = 100;

fn main() -> io::Result<()> {
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (sizes, rounds): (&[usize], usize) = match measure {
        true => (&[1, 100, 10_000], ROUNDS),
        false => (&[1], 1),
    };
    let mut rows = Vec::new();
    for &size in sizes {
        match Row::new(size) {
            Ok(row) => rows.push(row),
            Err(error) => {
                println!("{size} idle sockets: {error}. On Unix, `ulimit -n 20000` may help.\n")
            }
        }
    }
    for _ in 0..rounds {
        for row in &mut rows {
            row.round()?;
        }
    }
    println!("nanoseconds for one wake-up: register, make ready, wait, read, deregister\n");
    println!("idle sockets    the queue    bare system calls    ratio");
    for row in rows {
        let (idle, queue) = (row.idle.len(), row.of_queue.as_nanos());
        match row.of_bare.map(|bare| bare.as_nanos()) {
            Some(bare) => println!(
                "{idle:>12} {queue:>12} {bare:>20} {:>8.2}",
                queue as f64 / bare as f64
            ),
            None => println!("{idle:>12} {queue:>12} {:>20} {:>8}", "-", "-"),
        }
    }
    Ok(())
}

/// A queue and a bare one with the same idle sockets, and a connection that wakes them up.
struct Row {
    idle: Vec<UdpSocket>,
    queue: EventQueue,
    events: Events,
    bare: Option<Bare>,
    ours: TcpStream,
    peer: TcpStream,
    /// The fastest round, for one wake-up.
    of_queue: Duration,
    of_bare: Option<Duration>,
}

impl Row {
    fn new(size: usize) -> io::Result<Row> {
        let idle: Vec<UdpSocket> = (0..size)
            .map(|_| UdpSocket::bind(("127.0.0.1", 0)))
            .collect::<io::Result<_>>()?;
        let queue = EventQueue::new()?;
        for (index, socket) in idle.iter().enumerate() {
            queue.register(socket, Token(index), Interest::READABLE)?;
        }
        let bare = Bare::new(&idle)?;
        let (ours, peer) = connection()?;
        Ok(Row {
            idle,
            queue,
            events: Events::with_capacity(1024),
            bare,
            ours,
            peer,
            of_queue: Duration::MAX,
            of_bare: None,
        })
    }

    fn round(&mut self) -> io::Result<()> {
        let time = each(|| self.wake_up())?;
        self.of_queue = self.of_queue.min(time);
        if let Some(bare) = &self.bare {
            let time = each(|| bare.wake_up(&mut self.ours, &mut self.peer))?;
            self.of_bare = Some(self.of_bare.map_or(time, |fastest| fastest.min(time)));
        }
        Ok(())
    }

    fn wake_up(&mut self) -> io::Result<()> {
        let token = Token(self.idle.len());
        self.queue.register(&self.ours, token, Interest::READABLE)?;
        self.peer.write_all(&[1])?;
        let count = self.queue.wait(&mut self.events, None)?;
        assert_eq!(count, 1, "one socket is ready");
        self.ours.read_exact(&mut [0])?;
        self.queue.deregister(&self.ours)
    }
}

fn each(mut wake_up: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    for _ in 0..WAKE_UPS {
        wake_up()?;
    }
    Ok(start.elapsed() / WAKE_UPS)
}

fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    let (peer, _) = listener.accept()?;
    peer.set_nodelay(true)?;
    Ok((ours, peer))
}
