//! The charts of the chapter, and what each machine makes of waiting and of computing.
//!
//! `cargo run -p concurrency --example gantt`

extern crate concurrency_solution as concurrency;

use concurrency::Burst::{Cpu, Io};
use concurrency::{Burst, Machine, Policy, Task, simulate};

fn main() {
    let waits = |name| Task::new(name, [Cpu(1), Io(5), Cpu(1), Io(5), Cpu(1)]);
    let computes = |name| Task::new(name, [Cpu(12), Io(1)]);

    println!("Three tasks that mostly wait.\n");
    let tasks = ['A', 'B', 'C'].map(waits);
    show(
        "one worker, serial",
        Machine::new(1, Policy::Serial),
        &tasks,
    );
    show(
        "one worker, concurrent",
        Machine::new(1, Policy::Cooperative),
        &tasks,
    );

    println!("One that computes for long, and two that do not.\n");
    let tasks = [computes('H'), waits('A'), waits('B')];
    show(
        "one worker, cooperative",
        Machine::new(1, Policy::Cooperative),
        &tasks,
    );
    let preemptive = Policy::Preemptive { slice: 2 };
    show(
        "one worker, slices of 2",
        Machine::new(1, preemptive),
        &tasks,
    );
    let costly = Machine {
        switch_cost: 1,
        ..Machine::new(1, preemptive)
    };
    show("the same, a switch costs 1", costly, &tasks);

    println!("Ticks until six tasks are done:\n");
    println!("                                 they wait   they compute");
    let waiting = ['A', 'B', 'C', 'D', 'E', 'F'].map(waits);
    let computing = ['A', 'B', 'C', 'D', 'E', 'F'].map(computes);
    for (name, workers, policy) in [
        ("1 worker, serial", 1, Policy::Serial),
        ("1 worker, cooperative", 1, Policy::Cooperative),
        ("1 worker, slices of 2", 1, preemptive),
        ("2 workers, serial", 2, Policy::Serial),
        ("2 workers, cooperative", 2, Policy::Cooperative),
        ("6 workers, serial", 6, Policy::Serial),
    ] {
        let machine = Machine::new(workers, policy);
        let ticks = |tasks: &[Task]| simulate(&machine, tasks).makespan();
        println!(
            "  {name:28} {:>11} {:>14}",
            ticks(&waiting),
            ticks(&computing)
        );
    }
    println!("\nAnd one task alone, on any of them:\n");
    for (name, task) in [("it waits", waits('A')), ("it computes", computes('A'))] {
        let bursts: Vec<Burst> = task.bursts().to_vec();
        println!("  {name:12} {:>3} ticks  {bursts:?}", task.length());
    }
}

fn show(title: &str, machine: Machine, tasks: &[Task]) {
    println!("{title}:\n\n{}\n", simulate(&machine, tasks));
}
