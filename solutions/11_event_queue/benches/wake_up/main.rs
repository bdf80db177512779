//! What one wake-up costs while thousands of other sockets are idle.
//!
//! `cargo bench -p event_queue_solution`. A wake-up is: register a socket, make it ready, wait, read, deregister.
//! Beside the queue of this chapter stand the same system calls with nothing around them.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use event_queue_solution::{EventQueue, Events, Interest, Token};

#[cfg(target_os = "linux")]
mod bare_epoll;
#[cfg(target_os = "linux")]
use bare_epoll::Bare;
#[cfg(not(target_os = "linux"))]
mod no_bare;
#[cfg(not(target_os = "linux"))]
use no_bare::Bare;

/// The queue and the bare calls take turns, and the median of the rounds counts.
const ROUNDS: usize = 41;
/// Wake-ups in a round.
const WAKE_UPS: u32 = 1_000;

fn main() -> io::Result<()> {
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (sizes, rounds): (&[usize], usize) = match measure {
        true => (&[1, 100, 10_000], ROUNDS),
        false => (&[1], 1),
    };
    println!("nanoseconds for one wake-up: register, make ready, wait, read, deregister\n");
    println!("idle sockets    the queue    bare system calls    ratio");
    for &size in sizes {
        let (queue, bare) = one_line(size, rounds)?;
        match bare {
            Some(bare) => println!(
                "{size:>12} {queue:>12} {bare:>20} {:>8.2}",
                queue as f64 / bare as f64
            ),
            None => println!("{size:>12} {queue:>12} {:>20} {:>8}", "-", "-"),
        }
    }
    Ok(())
}

/// The medians of the queue and of the bare calls, in nanoseconds, with `size` idle sockets beside.
fn one_line(size: usize, rounds: usize) -> io::Result<(u128, Option<u128>)> {
    let idle: Vec<UdpSocket> = (0..size)
        .map(|_| UdpSocket::bind(("127.0.0.1", 0)))
        .collect::<io::Result<_>>()?;
    let queue = EventQueue::new()?;
    for (index, socket) in idle.iter().enumerate() {
        queue.register(socket, Token(index), Interest::READABLE)?;
    }
    let bare = Bare::new(&idle)?;
    let (mut ours, mut peer) = connection()?;
    let mut events = Events::with_capacity(1024);
    let (mut of_queue, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        of_queue.push(round(|| {
            queue.register(&ours, Token(size), Interest::READABLE)?;
            peer.write_all(&[1])?;
            let count = queue.wait(&mut events, None)?;
            assert_eq!(count, 1, "one socket is ready");
            ours.read_exact(&mut [0])?;
            queue.deregister(&ours)
        })?);
        if let Some(bare) = &bare {
            of_bare.push(round(|| bare.wake_up(&mut ours, &mut peer))?);
        }
    }
    Ok((median(of_queue), bare.map(|_| median(of_bare))))
}

fn round(mut wake_up: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let start = Instant::now();
    for _ in 0..WAKE_UPS {
        wake_up()?;
    }
    Ok(start.elapsed() / WAKE_UPS)
}

fn median(mut rounds: Vec<Duration>) -> u128 {
    rounds.sort();
    rounds[rounds.len() / 2].as_nanos()
}

fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    let (peer, _) = listener.accept()?;
    peer.set_nodelay(true)?;
    Ok((ours, peer))
}
