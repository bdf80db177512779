//! What does it cost to let somebody else run? Green threads against threads of the operating system.

use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{iter, thread};

use green_threads::{run, spawn, yield_now};

/// Picoseconds, since some of these take less than a few nanoseconds.
type Picoseconds = u128;

fn main() {
    let rows = [
        ("call a function", time_of_a_call()),
        ("green: yield, and have a turn", time_of_a_green_turn()),
        ("OS: yield, and nobody waits", time_of_an_os_yield()),
        ("OS: wake another, and sleep", time_of_an_os_turn()),
        ("green: spawn, run, end", time_of_a_green_life()),
        ("OS: spawn, run, join", time_of_an_os_life()),
    ];
    print!("{}", picture(&rows));
}

/// Never inlined, so that the call is really made.
#[inline(never)]
fn ordinary(number: u64) -> u64 {
    number.wrapping_add(1)
}

fn time_of_a_call() -> Picoseconds {
    best(100_000, |calls| {
        for _ in 0..calls {
            black_box(ordinary(black_box(1)));
        }
    })
}

/// Two green threads take turns. A turn is two switches and the queue.
fn time_of_a_green_turn() -> Picoseconds {
    best(100_000, |turns| {
        let ended = run(move || {
            for _ in 0..2 {
                spawn(move || (0..turns / 2).for_each(|_| yield_now()));
            }
        });
        ended.expect("no panic here");
    })
}

/// A system call that finds nothing to do, most of the time.
fn time_of_an_os_yield() -> Picoseconds {
    best(20_000, |calls| (0..calls).for_each(|_| thread::yield_now()))
}

/// Two OS threads take turns: each wakes the other one and sleeps until it is woken.
fn time_of_an_os_turn() -> Picoseconds {
    use std::sync::atomic::{AtomicU32, Ordering};

    best(4_000, |turns| {
        static TURN: AtomicU32 = AtomicU32::new(0);
        TURN.store(0, Ordering::SeqCst);
        let first = thread::current();
        let until = move |mine: u32| {
            while TURN.load(Ordering::SeqCst) != mine {
                thread::park();
            }
        };
        let other = thread::spawn(move || {
            for turn in 0..turns / 2 {
                until(turn * 2 + 1);
                TURN.store(turn * 2 + 2, Ordering::SeqCst);
                first.unpark();
            }
        });
        for turn in 0..turns / 2 {
            until(turn * 2);
            TURN.store(turn * 2 + 1, Ordering::SeqCst);
            other.thread().unpark();
        }
        other.join().expect("no panic here");
    })
}

fn time_of_a_green_life() -> Picoseconds {
    best(2_000, |lives| {
        let ended = run(move || {
            for _ in 0..lives {
                spawn(|| {});
                yield_now(); // It runs and ends meanwhile.
            }
        });
        ended.expect("no panic here");
    })
}

fn time_of_an_os_life() -> Picoseconds {
    best(500, |lives| {
        for _ in 0..lives {
            thread::spawn(|| {}).join().expect("no panic here");
        }
    })
}

/// The least time of one, of several rounds of `count`: the others had to wait for something else on this
/// machine.
fn best(count: u32, round: impl Fn(u32)) -> Picoseconds {
    let times = iter::repeat_with(|| {
        let start = Instant::now();
        round(count);
        start.elapsed()
    });
    let least: Duration = times.take(7).min().unwrap_or_default();
    least.as_nanos() * 1000 / u128::from(count)
}

/// One line for each row. Each further `#` is twice the time: otherwise one bar would dwarf all others.
fn picture(rows: &[(&str, Picoseconds)]) -> String {
    let mut picture = String::from("each further # is twice the time\n\n");
    for (what, picoseconds) in rows {
        let doublings = (picoseconds / 1000).max(1).ilog2() + 1;
        let bar = "#".repeat(usize::try_from(doublings).expect("a short bar"));
        let nanoseconds = picoseconds / 1000;
        let tenth = picoseconds % 1000 / 100;
        picture += &format!("{what:<31} {nanoseconds:>7}.{tenth} ns  {bar}\n");
    }
    picture
}
