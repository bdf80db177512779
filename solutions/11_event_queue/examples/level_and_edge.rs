//! The same bytes, heard level-triggered and edge-triggered.
//!
//! `cargo run -p event_queue --example level_and_edge`. Ten bytes come, and the program reads four for each event;
//! later one more byte comes. Each turn is one `wait`.

extern crate event_queue_solution as event_queue;

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use event_queue::{EventQueue, Events, Interest, Token};

const TURNS: usize = 7;
/// The turn before which the last byte comes.
const LATER: usize = 5;

fn main() -> io::Result<()> {
    let level = listen(Interest::READABLE)?;
    let edge = listen(Interest::READABLE.edge())?;
    println!("          ten bytes come                            one more comes");
    println!("          |                                         |");
    print!("turn");
    (1..=TURNS).for_each(|turn| print!("{turn:>10}"));
    println!("\n");
    for (name, row) in [("level", level), ("edge", edge)] {
        print!("{name:<6}");
        row.iter().for_each(|(read, _)| match read {
            None => print!("{:>10}", "-"),
            Some(count) => print!("{:>10}", format!("read {count}")),
        });
        print!("\n  left");
        row.iter().for_each(|(_, left)| print!("{left:>10}"));
        println!("\n");
    }
    println!("-   the wait brought no event");
    Ok(())
}

/// What each turn read, if its wait brought an event, and how many bytes were left after it.
fn listen(interest: Interest) -> io::Result<Vec<(Option<usize>, usize)>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut ours = TcpStream::connect(listener.local_addr()?)?;
    let (mut peer, _) = listener.accept()?;
    peer.set_nodelay(true)?;
    ours.set_nonblocking(true)?;

    let queue = EventQueue::new()?;
    let mut events = Events::with_capacity(8);
    queue.register(&ours, Token(0), interest)?;
    peer.write_all(b"0123456789")?;
    let mut row = Vec::new();
    for turn in 1..=TURNS {
        if turn == LATER {
            peer.write_all(b"x")?;
        }
        queue.wait(&mut events, Some(Duration::from_millis(50)))?;
        let mut read = None;
        for _event in &events {
            match ours.read(&mut [0; 4]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    queue.rearm(&ours, Interest::READABLE)?;
                }
                count => read = Some(count?),
            }
        }
        row.push((read, left(&ours)));
    }
    Ok(row)
}

/// How many bytes lie in the receive buffer.
fn left(ours: &TcpStream) -> usize {
    ours.peek(&mut [0; 64]).unwrap_or(0)
}
