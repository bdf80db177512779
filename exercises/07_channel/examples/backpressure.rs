//! A fast sender and a slow receiver, with a queue that has no limit and with one that has room for four.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use channel::{Receiver, Sender, bounded, channel};

const VALUES: u32 = 24;
const TO_MAKE: Duration = Duration::from_millis(10);
const TO_USE: Duration = Duration::from_millis(30);

fn main() {
    println!("A value is made in {TO_MAKE:?} and used in {TO_USE:?}; # is a value in the queue.\n");
    println!("channel(): no limit");
    run(channel());
    println!("\nbounded(4): room for four");
    run(bounded(4));
}

fn run((sender, receiver): (Sender<u32>, Receiver<u32>)) {
    let start = Instant::now();
    // When each value went in and came out, and so how many were in the queue at any time.
    let events = Mutex::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            // Moved in here, so that it is dropped at the end: the receiver waits for that.
            let sender = sender;
            for value in 0..VALUES {
                thread::sleep(TO_MAKE);
                if sender.send(value).is_err() {
                    return;
                }
                note(&events, start, 1);
            }
        });
        for _ in receiver.iter() {
            note(&events, start, -1);
            thread::sleep(TO_USE);
        }
    });
    let mut events = events.into_inner().expect("nobody panicked");
    events.sort();

    println!("   time | sent | in the queue");
    let (mut sent, mut queued, mut next_line) = (0, 0, Duration::ZERO);
    for (time, change) in events {
        while time >= next_line {
            line(next_line, sent, queued);
            next_line += Duration::from_millis(50);
        }
        queued += change;
        sent += i32::from(change > 0);
    }
    line(next_line, sent, queued);
}

fn note(events: &Mutex<Vec<(Duration, i32)>>, start: Instant, change: i32) {
    let mut events = events.lock().expect("nobody panicked");
    events.push((start.elapsed(), change));
}

fn line(time: Duration, sent: i32, queued: i32) {
    let bar = "#".repeat(usize::try_from(queued).unwrap_or(0));
    println!(" {:>3} ms | {sent:>4} | {bar}", time.as_millis());
}
