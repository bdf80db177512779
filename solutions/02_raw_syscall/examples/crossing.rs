//! What does it cost to cross into the kernel and back? Each row is one kind of call, made many times
//! in a row; the bar shows the time of one.

extern crate raw_syscall_solution as raw_syscall;

use std::fs::OpenOptions;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{io, iter};

use raw_syscall::{getpid, write};

fn main() -> io::Result<()> {
    let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let nowhere = OpenOptions::new().write(true).open(nowhere)?;

    let mut rows = vec![
        (
            "an ordinary function",
            time_of_one(|| ordinary(black_box(1))),
        ),
        ("std's clock, Instant::now", time_of_one(Instant::now)),
    ];
    #[cfg(target_os = "linux")]
    rows.push(("the same clock by system call", time_of_one(clock_by_hand)));
    rows.push(("your getpid", time_of_one(getpid)));
    rows.push((
        "your write, 1 byte to nowhere",
        time_of_one(|| write(&nowhere, b"x")),
    ));
    print!("{}", picture(&rows));
    Ok(())
}

/// Never inlined, so that the call is really made.
#[inline(never)]
fn ordinary(number: u32) -> u32 {
    number.wrapping_add(1)
}

/// The same clock as std's, read by a system call. macOS and Windows have none to be called by hand
/// that does only this.
#[cfg(target_os = "linux")]
fn clock_by_hand() -> usize {
    /// `__NR_clock_gettime`, `<asm/unistd_64.h>`; on aarch64 `<asm-generic/unistd.h>`
    const CLOCK_GETTIME: usize = if cfg!(target_arch = "x86_64") {
        228
    } else {
        113
    };
    /// `<linux/time.h>`
    const CLOCK_MONOTONIC: usize = 1;
    let mut seconds_and_nanoseconds = [0_i64; 2];
    let address = (&raw mut seconds_and_nanoseconds).expose_provenance();
    // SAFETY: the kernel writes a `struct timespec`, two numbers of 64 bits, to `address`.
    unsafe { raw_syscall::syscall6(CLOCK_GETTIME, CLOCK_MONOTONIC, address, 0, 0, 0, 0) }
}

/// The least of several rounds: the others had to wait for something else on this machine.
fn time_of_one<T>(mut call: impl FnMut() -> T) -> Duration {
    const CALLS: u32 = 2_000;
    let round = || {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        start.elapsed() / CALLS
    };
    let rounds = iter::repeat_with(round).take(10);
    rounds.min().unwrap_or_default()
}

/// One line for each row, its bar as long as its share of the slowest.
fn picture(rows: &[(&str, Duration)]) -> String {
    const WIDTH: u128 = 50;
    let slowest = (rows.iter().map(|(_, time)| time.as_nanos().max(1)).max()).unwrap_or(1);
    let mut picture = String::new();
    for (what, time) in rows {
        let nanoseconds = time.as_nanos();
        let length = usize::try_from(WIDTH * nanoseconds / slowest).expect("at most the width");
        let bar = "#".repeat(length.max(1));
        picture += &format!("{what:<30} {nanoseconds:>6} ns  {bar}\n");
    }
    picture
}
