//! Who did what, and when: the loop's thread, and the workers of the pool. Six jobs of different length, an interval
//! of 10 ms, and one timer that blocks the loop.
//!
//! `cargo run -p runtime --example timeline`

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use runtime::{
    Event, JobTimes, Kind, Observer, clear_interval, kernel_waits, observe_jobs, process, run,
    set_interval, set_observer, set_timeout, work,
};

/// How much time one letter of the picture stands for.
const LETTER: Duration = Duration::from_millis(1);

/// One line for each thread.
#[derive(Default)]
struct Timeline(RefCell<BTreeMap<String, String>>);

impl Timeline {
    /// Draws `letter` from one time to another, one letter at least.
    fn draw(&self, thread: &str, letter: char, from: Duration, to: Duration) {
        let column = |at: Duration| (at.as_nanos() / LETTER.as_nanos()) as usize;
        let mut lines = self.0.borrow_mut();
        let line = lines.entry(thread.to_owned()).or_default();
        let room = column(from).saturating_sub(line.len());
        line.extend(std::iter::repeat_n('.', room));
        let count = (column(to) + 1).saturating_sub(line.len()).max(1);
        line.extend(std::iter::repeat_n(letter, count));
    }

    fn print(&self) {
        for (thread, line) in self.0.borrow().iter() {
            println!("{thread:<7}{line}");
        }
    }
}

/// Draws the callbacks of the loop.
struct LoopsThread {
    timeline: Rc<Timeline>,
    began: RefCell<Duration>,
}

impl Observer for LoopsThread {
    fn observe(&self, at: Duration, event: Event) {
        match event {
            Event::Call(_) => *self.began.borrow_mut() = at,
            Event::Return(Kind::Timer) => self.timeline.draw("loop", 'T', *self.began.borrow(), at),
            Event::Return(Kind::Ready) => self.timeline.draw("loop", 'R', *self.began.borrow(), at),
            _ => {}
        }
    }
}

fn javascript(timeline: Rc<Timeline>) {
    set_observer(Rc::new(LoopsThread {
        timeline: Rc::clone(&timeline),
        began: RefCell::default(),
    }));
    let workers = Rc::clone(&timeline);
    let letters = RefCell::new('a'..='z');
    observe_jobs(move |job: &JobTimes| {
        let letter = letters.borrow_mut().next().unwrap_or('?');
        workers.draw(&job.worker, letter, job.began, job.ended);
    });

    for milliseconds in [25, 40, 15, 30, 20, 10] {
        // A job sleeps here in place of reading a slow disk.
        let job = move || {
            thread::sleep(Duration::from_millis(milliseconds));
            Ok(())
        };
        work(job, |_| {});
    }
    let interval = set_interval(|| {}, 10);
    // The mistake that everybody makes once: work on the loop's own thread.
    set_timeout(|| thread::sleep(Duration::from_millis(20)), 32);
    set_timeout(move || clear_interval(interval), 85);
    process::on_exit(|_| println!("the loop went to the kernel {} times", kernel_waits()));
}

fn main() -> ExitCode {
    let timeline = Rc::new(Timeline::default());
    let theirs = Rc::clone(&timeline);
    let code = run(move || javascript(theirs));
    timeline.print();
    code
}
