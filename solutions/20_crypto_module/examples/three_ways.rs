//! Five keys in three places, beside a timer that wants to fire every 10 ms: where the loop stands and waits, in slices
//! between other callbacks, and on the pool.
//!
//! `cargo run -p crypto_module --example three_ways`

extern crate crypto_module_solution as crypto_module;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crypto_module::{
    Histogram, LagMonitor, Utilization, monitor_lag, pbkdf2, pbkdf2_in_slices, pbkdf2_sync,
};
use runtime::{Event, Kind, Observer, observe_jobs, run, set_immediate, set_observer, set_timeout};

/// How much time one letter of the picture stands for.
const LETTER: Duration = Duration::from_millis(4);

/// How long a key shall take on this machine, in milliseconds.
const KEY: u32 = 40;

/// How many keys: one more than the pool has threads.
const KEYS: usize = 5;

/// One line for each thread.
#[derive(Default)]
struct Picture(RefCell<BTreeMap<String, Vec<char>>>);

impl Picture {
    /// Draws `letter` from one time to another, one letter at least.
    fn draw(&self, thread: &str, letter: char, from: Duration, to: Duration) {
        let column = |at: Duration| (at.as_nanos() / LETTER.as_nanos()) as usize;
        let mut lines = self.0.borrow_mut();
        let line = lines.entry(thread.to_owned()).or_default();
        let end = column(to) + 1;
        line.resize(line.len().max(end), '.');
        for place in &mut line[column(from)..end] {
            // A timer is short, and shows all the same.
            if *place != 'T' {
                *place = letter;
            }
        }
    }

    fn print(&self) {
        for (thread, line) in self.0.borrow().iter() {
            println!("{thread:<7}{}", line.iter().collect::<String>());
        }
    }
}

/// Draws the loop's callbacks, and adds up.
struct Watcher {
    picture: Rc<Picture>,
    utilization: Utilization,
    began: Cell<Duration>,
}

impl Observer for Watcher {
    fn observe(&self, at: Duration, event: Event) {
        self.utilization.observe(at, event);
        match event {
            Event::Call(_) => self.began.set(at),
            Event::Return(Kind::Timer) => self.picture.draw("loop", 'T', self.began.get(), at),
            Event::Return(Kind::Immediate) => self.picture.draw("loop", '#', self.began.get(), at),
            _ => {}
        }
    }
}

/// The end of a program: the measurement stops a little after the last key.
struct Finish {
    left: Cell<usize>,
    monitor: LagMonitor,
    lag: Rc<RefCell<Histogram>>,
}

impl Finish {
    fn one(self: &Rc<Finish>) {
        self.left.set(self.left.get() - 1);
        if self.left.get() == 0 {
            let own = Rc::clone(self);
            set_timeout(move || *own.lag.borrow_mut() = own.monitor.stop(), 25);
        }
    }
}

/// Begins to derive one key, and calls back at its end.
type Way = fn(rounds: u32, done: Box<dyn FnOnce()>);

fn on_the_loop(rounds: u32, done: Box<dyn FnOnce()>) {
    set_immediate(move || {
        let _key = pbkdf2_sync(b"password", b"salt", rounds, 32);
        done();
    });
}

fn in_slices(rounds: u32, done: Box<dyn FnOnce()>) {
    // A slice of about a millisecond.
    let slice = rounds / KEY;
    pbkdf2_in_slices(b"password", b"salt", rounds, 32, slice, move |_key| done());
}

fn on_the_pool(rounds: u32, done: Box<dyn FnOnce()>) {
    pbkdf2("password", "salt", rounds, 32, move |_key| done());
}

fn show(name: &str, way: Way, rounds: u32) {
    let picture = Rc::new(Picture::default());
    let watcher = Rc::new(Watcher {
        picture: Rc::clone(&picture),
        utilization: Utilization::new(),
        began: Cell::default(),
    });
    let lag = Rc::new(RefCell::new(Histogram::new()));
    let (observer, workers, theirs) = (Rc::clone(&watcher), Rc::clone(&picture), Rc::clone(&lag));
    run(move || {
        set_observer(observer);
        let letters = RefCell::new('a'..='z');
        observe_jobs(move |job| {
            let letter = letters.borrow_mut().next().unwrap_or('?');
            workers.draw(&job.worker, letter, job.began, job.ended);
        });
        let finish = Rc::new(Finish {
            left: Cell::new(KEYS),
            monitor: monitor_lag(10),
            lag: theirs,
        });
        for _ in 0..KEYS {
            let finish = Rc::clone(&finish);
            way(rounds, Box::new(move || finish.one()));
        }
    });
    let (lag, totals) = (lag.borrow(), watcher.utilization.totals());
    println!("{name}");
    picture.print();
    println!(
        "       {:.0?} in all; lag: median {:.1?}, longest {:.1?}; utilization of the loop {:.2}\n",
        totals.elapsed,
        lag.percentile(50.0),
        lag.max(),
        totals.utilization()
    );
}

/// How many rounds take [`KEY`] milliseconds here.
fn rounds() -> u32 {
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < Duration::from_millis(u64::from(KEY)) {
        let _key = pbkdf2_sync(b"password", b"salt", 50, 32);
        rounds += 50;
    }
    rounds
}

fn main() -> ExitCode {
    let rounds = rounds();
    println!("{KEYS} keys of about {KEY} ms. A letter is {LETTER:?}.\n");
    show("on the loop", on_the_loop, rounds);
    show("in slices", in_slices, rounds);
    show("on the pool", on_the_pool, rounds);
    ExitCode::SUCCESS
}
