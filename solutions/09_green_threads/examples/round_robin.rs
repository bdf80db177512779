//! Three green threads on one OS thread, each with a loop of its own and a stack of its own.

extern crate green_threads_solution as green_threads;

use green_threads::{run, spawn, yield_now};

fn main() {
    let ended = run(|| {
        for (column, steps) in [3, 5, 4].into_iter().enumerate() {
            spawn(move || {
                let indent = " ".repeat(column * 12);
                for step in 1..=steps {
                    println!("{indent}step {step}");
                    yield_now();
                }
                println!("{indent}done");
            });
        }
    });
    if ended.is_err() {
        println!("one of them panicked");
    }
}
