//! Who runs when, as lanes: callbacks, ticks and microtasks, each column one call.

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

use microtasks::{Panic, TaskQueues};

const LANES: [&str; 3] = ["callback", "tick", "microtask"];

/// Every call so far: its lane and its name.
#[derive(Clone, Default)]
struct Picture(Rc<RefCell<Vec<(usize, &'static str)>>>);

impl Picture {
    fn called(&self, lane: usize, name: &'static str) {
        self.0.borrow_mut().push((lane, name));
    }

    fn draw(&self) {
        for (lane, title) in LANES.iter().enumerate() {
            let mut line = format!("{title:<10}");
            for (of, name) in self.0.borrow().iter() {
                let shown = if *of == lane { *name } else { "" };
                line += &format!(" {shown:<width$}", width = name.len());
            }
            println!("{}", line.trim_end());
        }
    }
}

fn main() {
    let queues = Rc::new(TaskQueues::new());
    let picture = Picture::default();
    let uncaught = |panic: Panic| panic::resume_unwind(panic);

    for (timer, tick, microtask, late) in
        [("t0", "n0", "m0", "n-of-m0"), ("t1", "n1", "m1", "n-of-m1")]
    {
        let callback = || {
            picture.called(0, timer);
            let (pen, again) = (picture.clone(), Rc::clone(&queues));
            queues.queue_microtask(move || {
                pen.called(2, microtask);
                let after = pen.clone();
                again.next_tick(move || after.called(1, late));
            });
            let pen = picture.clone();
            queues.next_tick(move || pen.called(1, tick));
        };
        queues.run_callback(callback, &uncaught);
    }
    picture.draw();
}
