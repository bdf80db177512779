//! A loop asleep in the kernel, and three workers that post to it.
//!
//! `cargo run -p waker --example doorbell`

extern crate waker_solution as waker;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use event_queue::{EventQueue, Events, Token};
use waker::{Bell, Mailbox, Signal, Waker};

const WORKERS: usize = 3;
const EACH: usize = 20_000;

/// The real bell, with a count.
struct Counted {
    bell: Bell,
    rings: AtomicUsize,
}

impl Signal for Counted {
    fn ring(&self) -> io::Result<()> {
        self.rings.fetch_add(1, Ordering::Relaxed);
        self.bell.ring()
    }
}

fn main() -> io::Result<()> {
    let queue = EventQueue::new()?;
    let mut events = Events::with_capacity(8);
    let bell = Bell::new(&queue, Token(0))?;
    let rings = AtomicUsize::new(0);
    let mailbox = Arc::new(Mailbox::new(Waker::with_signal(Counted { bell, rings })));

    println!("one value after 20 ms, and a loop that sleeps until it comes:");
    let theirs = Arc::clone(&mailbox);
    let start = Instant::now();
    let worker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        theirs.post(start.elapsed())
    });
    queue.wait(&mut events, None)?;
    let awake = start.elapsed();
    for posted in mailbox.collect() {
        println!(
            "  posted after {posted:?}, awake {:?} later",
            awake.saturating_sub(posted)
        );
    }
    println!("  the loop asked the kernel {} time(s)", queue.waits());
    let _ = worker.join();

    println!("{WORKERS} workers post {EACH} values each, as fast as they can:");
    let before = (
        queue.waits(),
        mailbox.waker().signal().rings.load(Ordering::Relaxed),
    );
    let workers = [(); WORKERS].map(|()| {
        let mailbox = Arc::clone(&mailbox);
        thread::spawn(move || (0..EACH).try_for_each(|_| mailbox.post(start.elapsed())))
    });
    let mut values = 0;
    while values < WORKERS * EACH {
        queue.wait(&mut events, None)?;
        values += mailbox.collect().len();
    }
    for worker in workers {
        let _ = worker.join();
    }
    let waits = queue.waits() - before.0;
    let rings = mailbox.waker().signal().rings.load(Ordering::Relaxed) - before.1;
    println!("  {values} values, {rings} rings, {waits} waits");
    Ok(())
}
