//! What one tick and one microtask cost: chains of a million, each queueing the next.
//!
//! `cargo run --release -p microtasks --example cost`

use std::cell::Cell;
use std::panic;
use std::rc::Rc;
use std::time::Instant;

use microtasks::{Panic, TaskQueues};

const LENGTH: u32 = 1_000_000;

fn tick(queues: Rc<TaskQueues>, left: Rc<Cell<u32>>) {
    if left.get() > 0 {
        left.set(left.get() - 1);
        let next = Rc::clone(&queues);
        queues.next_tick(move || tick(next, left));
    }
}

fn microtask(queues: Rc<TaskQueues>, left: Rc<Cell<u32>>) {
    if left.get() > 0 {
        left.set(left.get() - 1);
        let next = Rc::clone(&queues);
        queues.queue_microtask(move || microtask(next, left));
    }
}

fn measure(what: &str, first: fn(Rc<TaskQueues>, Rc<Cell<u32>>)) {
    let queues = Rc::new(TaskQueues::new());
    let uncaught = |panic: Panic| panic::resume_unwind(panic);
    let start = Instant::now();
    first(Rc::clone(&queues), Rc::new(Cell::new(LENGTH)));
    queues.drain(&uncaught);
    let each = start.elapsed().as_nanos() / u128::from(LENGTH);
    println!("{what:<10} {each:>4} ns each, in a chain of {LENGTH}");
}

fn main() {
    measure("tick", tick);
    measure("microtask", microtask);
}
