//! A program that answers itself: where it stops, where it goes on, and what that costs. With the argument
//! `elsewhere` it executes a trap that is nobody's.

extern crate software_interrupt_solution as software_interrupt;

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, io};

use software_interrupt::{TRAP_LENGTH, catch_traps, trap, trap_address};

static TRAPS: AtomicUsize = AtomicUsize::new(0);

/// Our side of the treaty: 0 asks how many traps there have been, every other number for its square. It
/// runs inside the handler, so it only computes, and counts with an atomic.
fn service(argument: usize) -> usize {
    let traps = TRAPS.fetch_add(1, Ordering::Relaxed) + 1;
    match argument {
        0 => traps,
        number => number.wrapping_mul(number),
    }
}

fn main() -> io::Result<()> {
    catch_traps(service)?;
    println!(
        "our trap is at {:#x}, and the program goes on {TRAP_LENGTH} behind it",
        trap_address()
    );
    for argument in [7, 12, 0] {
        println!("trap({argument}) = {}", trap(argument));
    }
    if env::args().nth(1).as_deref() == Some("elsewhere") {
        println!("now a trap in `main`: the handler says \"not ours\", and then ...");
        trap_here();
        println!("never printed");
    }

    println!(
        "\nan ordinary function {:9.1?}",
        time_of_one(|| service(black_box(0)))
    );
    println!(
        "a trap               {:9.1?}",
        time_of_one(|| trap(black_box(0)))
    );
    Ok(())
}

#[inline(always)]
fn trap_here() {
    // SAFETY: the instruction changes nothing, and ends the process.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("int3")
    };
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("brk #0xf000")
    };
}

/// The least of several rounds: the others had to wait for something else on this machine.
fn time_of_one<T>(mut call: impl FnMut() -> T) -> Duration {
    const CALLS: u32 = 1000;
    let mut round = || {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(call());
        }
        start.elapsed()
    };
    let least = (0..20).map(|_| round()).min().unwrap_or_default();
    least / CALLS
}
