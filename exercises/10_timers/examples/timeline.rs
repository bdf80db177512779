//! A server's timers on a virtual clock: 200 milliseconds in no time at all.
//!
//! `cargo run -p timers --example timeline`

use std::time::Duration;

use timers::{Clock, TimerId, Timers, VirtualClock};

/// One character of the picture stands for this many milliseconds.
const SCALE: u64 = 4;
/// And it has this many.
const WIDTH: usize = 51;

/// What the timers are for. The name stands in front of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    /// Every 40 ms: sets itself again.
    Heartbeat,
    /// A client sends something; the time-out of its connection begins anew.
    Request,
    /// No request for 60 ms: the connection is closed.
    IdleTimeout,
    /// The loop's own record: it woke up.
    Wakeup,
}

const ROWS: [(Event, &str); 4] = [
    (Event::Heartbeat, "heartbeat"),
    (Event::Request, "request"),
    (Event::IdleTimeout, "idle time-out"),
    (Event::Wakeup, "the loop wakes"),
];

fn main() {
    let clock = VirtualClock::new();
    let mut timers = Timers::new();
    let mut trace: Vec<(Duration, Event)> = Vec::new();

    timers.insert(ms(40), Event::Heartbeat);
    for at in [12, 30, 72, 80] {
        timers.insert(ms(at), Event::Request);
    }
    let mut idle: TimerId = timers.insert(ms(60), Event::IdleTimeout);
    let mut cancelled = Vec::new();

    // An event loop with nothing but timers. The real one waits in the operating system; this one
    // lets the virtual clock jump.
    while let Some(timeout) = timers.next_timeout(clock.now()) {
        clock.advance(timeout);
        let now = clock.now();
        trace.push((now, Event::Wakeup));
        while let Some((id, event)) = timers.pop_due(now) {
            trace.push((now, event));
            match event {
                Event::Heartbeat if now < ms(200) => {
                    // From its deadline, not from now: being late once does not shift all the rest.
                    timers.insert(id.deadline() + ms(40), Event::Heartbeat);
                }
                Event::Request => {
                    cancelled.push(idle.deadline());
                    timers.cancel(idle);
                    idle = timers.insert(now + ms(60), Event::IdleTimeout);
                }
                Event::Heartbeat | Event::IdleTimeout | Event::Wakeup => {}
            }
        }
    }

    println!("{:16}{}", "milliseconds", ruler());
    for (event, name) in ROWS {
        let mut row = [b' '; WIDTH];
        if event == Event::IdleTimeout {
            for deadline in &cancelled {
                row[column(*deadline)] = b'x';
            }
        }
        for (at, _) in trace.iter().filter(|(_, what)| *what == event) {
            row[column(*at)] = b'*';
        }
        let row: String = row.iter().map(|byte| char::from(*byte)).collect();
        println!("{name:16}{}", row.trim_end());
    }
    println!("\n* fired   x cancelled before it could fire");
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
