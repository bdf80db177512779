//! A server's timers on a virtual clock: 200 milliseconds in no time at all.
//!
//! `cargo run -p timers --example timeline`

extern crate timers_solution as timers;

use std::time::Duration;

use timers::{Clock, Timers, VirtualClock};

/// One character of the picture stands for this many milliseconds.
const SCALE: u64 = 4;
/// And it has this many.
const WIDTH: usize = 51;

/// What the timers are for. The name stands in front of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    /// Every 40 ms, until 200 ms: an interval.
    Heartbeat,
    /// A client sends something. The time-out of its connection starts again.
    Request,
    /// No request for 60 ms: the connection is closed.
    IdleTimeout,
}

const ROWS: [(Event, &str); 3] = [
    (Event::Heartbeat, "heartbeat"),
    (Event::Request, "request"),
    (Event::IdleTimeout, "idle time-out"),
];

fn main() {
    let clock = VirtualClock::new();
    let mut timers = Timers::new();
    let mut rows: Vec<[char; WIDTH]> = vec![[' '; WIDTH]; ROWS.len() + 1];

    let start = clock.now();
    timers.set(start, ms(40), Event::Heartbeat);
    for at in [12, 30, 72, 80] {
        timers.set(start, ms(at), Event::Request);
    }
    let idle = timers.set(start, ms(60), Event::IdleTimeout);
    let mut idle_deadline = start + ms(60);

    // An event loop with nothing but timers. The real one waits in the operating system. This one
    // lets the virtual clock jump.
    while let Some(timeout) = timers.next_timeout(clock.now()) {
        clock.advance(timeout);
        let now = clock.now();
        let mut look = 'o';
        while let Some((id, event)) = timers.pop_due(now) {
            look = '*';
            for (row, (of, _)) in rows.iter_mut().zip(ROWS) {
                if of == event {
                    row[column(now)] = '*';
                }
            }
            // A callback would run here. For an interval, this is read before it.
            let start = clock.now();
            let mut again = None;
            match event {
                Event::Heartbeat if now < ms(200) => again = Some(start),
                Event::Request => {
                    timers.refresh(idle, clock.now());
                    rows[2][column(idle_deadline)] = 'x';
                    idle_deadline = clock.now() + ms(60);
                }
                Event::Heartbeat | Event::IdleTimeout => {}
            }
            timers.put_back(id, event, again);
        }
        rows[ROWS.len()][column(now)] = look;
    }

    println!("{:16}{}", "milliseconds", ruler());
    let names = ROWS.iter().map(|(_, name)| *name);
    for (name, row) in names.chain(["the loop wakes"]).zip(&rows) {
        println!("{name:16}{}", String::from_iter(row).trim_end());
    }
    println!("\n* fired   x refreshed before it could fire   o woke up, and nothing was due");
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn column(at: Duration) -> usize {
    let column = at.as_millis() / u128::from(SCALE);
    usize::try_from(column).map_or(WIDTH - 1, |column| column.min(WIDTH - 1))
}

fn ruler() -> String {
    (0..=200).step_by(40).fold(String::new(), |ruler, at| {
        let pad = column(ms(at)) - ruler.len();
        ruler + &" ".repeat(pad) + &at.to_string()
    })
}
