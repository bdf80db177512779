//! Real threads that are used again for one schedule after another: to start one costs more than a schedule.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle, Thread};

pub(super) type Body = Box<dyn FnOnce() + Send>;

struct Hand {
    bodies: Sender<Body>,
    handle: JoinHandle<()>,
}

/// Threads that wait for something to do.
#[derive(Default)]
pub(super) struct Crew {
    hands: Vec<Hand>,
}

impl Crew {
    /// Has the thread with this number run `body`, once it is done with what it had before.
    pub(super) fn run(&mut self, number: usize, body: Body) -> &Thread {
        while self.hands.len() <= number {
            let (bodies, inbox) = mpsc::channel();
            let handle = thread::spawn(move || work(&inbox));
            self.hands.push(Hand { bodies, handle });
        }
        let hand = &self.hands[number];
        hand.bodies.send(body).expect("the thread waits for more");
        hand.handle.thread()
    }

    /// Joins all threads. Those of the given numbers hang in what they run, and are left behind.
    pub(super) fn dismiss(self, hanging: &[usize]) {
        for (number, hand) in self.hands.into_iter().enumerate() {
            drop(hand.bodies);
            if !hanging.contains(&number) {
                // It ends without a panic: `work` runs nothing else than bodies, which catch theirs.
                let _ = hand.handle.join();
            }
        }
    }
}

fn work(inbox: &Receiver<Body>) {
    for body in inbox {
        body();
    }
}
