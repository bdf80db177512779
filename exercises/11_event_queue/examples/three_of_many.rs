//! A hundred connections on one thread, three of which speak.
//!
//! `cargo run -p event_queue --example three_of_many`. Counts the sleeps and the events, and on Linux shows what the
//! kernel keeps.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use event_queue::{EventQueue, Events, Interest, Token};

const CONNECTIONS: usize = 100;
const SPEAKERS: [usize; 3] = [17, 3, 81];

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let queue = EventQueue::new()?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for token in 0..CONNECTIONS {
        let socket = TcpStream::connect(listener.local_addr()?)?;
        socket.set_nonblocking(true)?;
        queue.register(&socket, Token(token), Interest::READABLE)?;
        ours.push(socket);
        peers.push(listener.accept()?.0);
    }
    println!(
        "{CONNECTIONS} connections, one thread. {} speak, 50 ms apart.\n",
        SPEAKERS.len()
    );
    show_interest_list(&queue)?;

    let start = Instant::now();
    let speaking = thread::spawn(move || {
        for speaker in SPEAKERS {
            thread::sleep(Duration::from_millis(50));
            // If it fails, the listener has gone, and says why.
            let _ = peers[speaker].write_all(b"hello");
        }
        peers
    });
    let mut events = Events::with_capacity(64);
    let mut heard = 0;
    while heard < SPEAKERS.len() {
        let count = queue.wait(&mut events, None)?;
        println!("{:>4} ms   {count} event", start.elapsed().as_millis());
        for event in &events {
            let read = ours[event.token().0].read(&mut [0; 64])?;
            println!("          token {}, {read} bytes", event.token().0);
            heard += 1;
        }
    }
    println!("\n{} sleeps in the kernel", queue.waits());
    let _peers = speaking.join();
    Ok(())
}

/// The interest list, as the kernel tells it: `proc_pid_fdinfo(5)`.
#[cfg(target_os = "linux")]
fn show_interest_list(queue: &EventQueue) -> io::Result<()> {
    use std::os::fd::{AsFd, AsRawFd};

    let path = format!("/proc/self/fdinfo/{}", queue.as_fd().as_raw_fd());
    let text = std::fs::read_to_string(&path)?;
    let entries: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("tfd"))
        .collect();
    println!(
        "{path} has {} entries; events are bits, data is the token, both in base 16:",
        entries.len()
    );
    entries
        .iter()
        .take(3)
        .for_each(|entry| println!("   {entry}"));
    println!("   ...\n");
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn show_interest_list(_queue: &EventQueue) -> io::Result<()> {
    Ok(())
}
