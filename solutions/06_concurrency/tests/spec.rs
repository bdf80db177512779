extern crate concurrency_solution as concurrency;

use std::time::Duration;

use concurrency::Burst::{Cpu, Io};
use concurrency::{Burst, Chart, Machine, Policy, Task, simulate};

/// How the pictures are read; a snapshot that differs shows this line.
const LEGEND: &str = "# on a worker   ~ waits for I/O   - ready, waits for a worker   x switch";

fn machine(workers: usize, policy: Policy, switch_cost: u64) -> Machine {
    Machine {
        workers,
        policy,
        switch_cost,
    }
}

/// Runs `body`, with a limit for a simulation that does not end.
#[track_caller]
fn limited<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    support::within(
        Duration::from_secs(8),
        "a tick does not end. Does a loop in `dispatch` go on when no worker is free, or when \
         nobody is ready?",
        body,
    )
}

/// One simulation.
#[track_caller]
fn run(machine: &Machine, tasks: &[Task]) -> Chart {
    let (machine, tasks) = (*machine, tasks.to_vec());
    limited(move || simulate(&machine, &tasks))
}

/// A task that computes, waits and computes again.
fn asks_once(name: char) -> Task {
    Task::new(name, [Cpu(2), Io(4), Cpu(2)])
}

/// One that only computes.
fn computes(name: char, ticks: u64) -> Task {
    Task::new(name, [Cpu(ticks)])
}

/// One that computes little and waits often.
fn interactive(name: char) -> Task {
    Task::new(name, [Cpu(1), Io(2), Cpu(1), Io(2), Cpu(1)])
}

#[test]
fn one_worker_in_series_waits_with_its_task() {
    let tasks = [asks_once('A'), Task::new('B', [Io(3), Cpu(2)])];
    let chart = run(&Machine::new(1, Policy::Serial), &tasks);
    assert_eq!(
        chart.makespan(),
        13,
        "in series A takes its 8 ticks and then B its 5, waiting included: 13. Yours: {chart:?}If \
         it is shorter, somebody waits without a worker. With `Policy::Serial` a task needs one for \
         its I/O too, and keeps it: look at `admit` and `keeps_worker`."
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5    10
    task A    ##~~~~##
    task B    --------~~~##
    worker 0  AAaaaaAAbbbBB
    done at   A 8, B 13
    ");
}

#[test]
fn tasks_that_are_ready_get_a_worker_in_turn() {
    let tasks = [computes('A', 4), computes('B', 2), computes('C', 3)];
    let chart = run(&Machine::new(1, Policy::Cooperative), &tasks);
    let done = [0, 1, 2].map(|task| chart.finished(task));
    assert_eq!(
        done,
        [4, 6, 9],
        "A, B and C are ready in this order and need 4, 2 and 3 ticks of the one worker: they are \
         done at 4, 6 and 9. Yours: {chart:?}If the last came first, `ready` is a stack: tasks \
         enter at one end and leave at the other."
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5
    task A    ####
    task B    ----##
    task C    ------###
    worker 0  AAAABBCCC
    done at   A 4, B 6, C 9
    ");
}

#[test]
fn one_worker_concurrently_overlaps_the_waits() {
    let tasks = [asks_once('A'), asks_once('B')];
    let chart = run(&Machine::new(1, Policy::Cooperative), &tasks);
    assert_eq!(
        chart.makespan(),
        10,
        "while A waits, the worker computes for B, so 16 ticks in series become 10. Yours: \
         {chart:?}A small letter in the worker's row is a worker that waits with its task: \
         `keeps_worker` must say no when the current burst is I/O."
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5    10
    task A    ##~~~~##
    task B    --##~~~~##
    worker 0  AABB..AABB
    done at   A 8, B 10
    ");
}

#[test]
fn two_workers_compute_in_the_same_tick() {
    let tasks = [computes('A', 4), computes('B', 2), computes('C', 3)];
    let chart = run(&Machine::new(2, Policy::Cooperative), &tasks);
    assert_eq!(
        chart.makespan(),
        5,
        "two workers share 9 ticks of computing: A on one, B and then C on the other, done after \
         5. Yours: {chart:?}Does `dispatch` look at every free worker in every tick?"
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5
    task A    ####
    task B    ##
    task C    --###
    worker 0  AAAA.
    worker 1  BBCCC
    done at   A 4, B 2, C 5
    ");
}

#[test]
fn without_preemption_a_hog_starves_the_others() {
    let tasks = [computes('H', 12), interactive('A'), interactive('B')];
    let chart = run(&Machine::new(1, Policy::Cooperative), &tasks);
    assert_eq!(
        chart.ready_ticks(1),
        12,
        "H computes for 12 ticks and never waits, so cooperatively nobody else gets the worker \
         before: A stands ready for 12 ticks. Yours: {chart:?}Under `Cooperative` only a task \
         itself gives its worker up."
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5    10   15   20
    task H    ############
    task A    ------------#~~#~~#
    task B    -------------#~~#~~#
    worker 0  HHHHHHHHHHHHAB.AB.AB
    done at   H 12, A 19, B 20
    ");
}

#[test]
fn a_time_slice_gives_everybody_a_turn() {
    let tasks = [computes('H', 12), interactive('A'), interactive('B')];
    let chart = run(&Machine::new(1, Policy::Preemptive { slice: 2 }), &tasks);
    assert_eq!(
        chart.ready_ticks(1),
        4,
        "with slices of 2 ticks A stands ready for 2 ticks until H's first slice is over, and once \
         for a tick each time it comes back from its I/O: 4 in all. Yours: {chart:?}A task loses \
         its worker when it has used `slice` ticks and somebody is ready; not earlier, not later. And a \
         slice begins when a task gets a worker: does `dispatch` set `used` to 0?"
    );
    insta::assert_snapshot!(chart, LEGEND, @"
              0    5    10   15
    task H    ##--##--##--######
    task A    --#~~-#~~-#
    task B    ---#~~-#~~-#
    worker 0  HHABHHABHHABHHHHHH
    done at   H 18, A 11, B 12
    ");
}

#[test]
fn a_switch_costs_time_and_short_slices_switch_often() {
    let tasks = [computes('A', 6), computes('B', 6)];
    let rarely = run(&machine(1, Policy::Cooperative, 1), &tasks);
    assert_eq!(
        rarely.switch_ticks(),
        1,
        "one after the other, A and B need one switch, from A to B; the worker's first task costs \
         nothing. Yours: {rarely:?}"
    );
    let often = run(&machine(1, Policy::Preemptive { slice: 2 }, 1), &tasks);
    assert_eq!(
        (often.switch_ticks(), often.makespan()),
        (5, 17),
        "in slices of 2 ticks, A and B change places 5 times, a tick each: 12 ticks of work take \
         17. Yours: {often:?}Without any `x`, `dispatch` forgets `switching`."
    );
    insta::assert_snapshot!(often, LEGEND, @"
              0    5    10   15
    task A    ##---x##---x##
    task B    --x##---x##---x##
    worker 0  AAxBBxAAxBBxAAxBB
    done at   A 14, B 17
    ");
    let alone = run(
        &machine(1, Policy::Cooperative, 3),
        &[asks_once('A'), Task::new('B', [Io(1)])],
    );
    assert_eq!(
        alone.switch_ticks(),
        0,
        "A comes back from its I/O to a worker that had nobody else meanwhile: that is no switch. \
         Yours: {alone:?}Compare with the worker's `last`, which outlives its `task`."
    );
}

#[test]
fn nobody_is_sent_away_for_nobody() {
    let tasks = [computes('A', 2), computes('B', 9)];
    let chart = run(&machine(2, Policy::Preemptive { slice: 3 }, 1), &tasks);
    assert_eq!(
        (chart.switch_ticks(), chart.finished(1)),
        (0, 9),
        "A and B have a worker each and nobody else is ready, so B stays where it is when its slice \
         is over. (left: yours; ticks of switching, and when B is done.) {chart:?}A task is preempted for another one: is `ready` empty?"
    );
}

/// Numbers that look random and are the same every time: xorshift, Marsaglia 2003.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn task(&mut self, name: char) -> Task {
        let bursts: Vec<Burst> = (0..=self.below(5))
            .map(|_| match self.below(2) {
                0 => Cpu(self.below(6)),
                _ => Io(self.below(6)),
            })
            .collect();
        Task::new(name, bursts)
    }

    fn tasks(&mut self) -> Vec<Task> {
        let count = self.below(6) as u8;
        (0..=count)
            .map(|n| self.task(char::from(b'A' + n)))
            .collect()
    }

    fn machine(&mut self, switch_cost: u64) -> Machine {
        let policy = match self.below(3) {
            0 => Policy::Serial,
            1 => Policy::Cooperative,
            _ => Policy::Preemptive {
                slice: 1 + self.below(4),
            },
        };
        machine(1 + self.below(3) as usize, policy, switch_cost)
    }
}

#[test]
fn no_work_is_lost_and_none_is_invented() {
    limited(|| {
        let mut numbers = Numbers(6);
        for _ in 0..120 {
            let tasks = numbers.tasks();
            let cost = numbers.below(3);
            let machine = numbers.machine(cost);
            let chart = simulate(&machine, &tasks);
            for (index, task) in tasks.iter().enumerate() {
                let wanted = (task.cpu_ticks(), task.io_ticks());
                let got = (chart.cpu_ticks(index), chart.io_ticks(index));
                assert_eq!(
                    got, wanted,
                    "{task:?} computes for {} ticks and waits for {} on every machine; on {machine:?} \
                 it did {} and {}: {chart:?}A burst that is interrupted keeps what is left of it, \
                 and each tick is counted once: look at `proceed`.",
                    wanted.0, wanted.1, got.0, got.1
                );
            }
        }
    });
}

#[test]
fn no_machine_makes_a_single_task_faster() {
    limited(|| {
        let mut numbers = Numbers(7);
        for _ in 0..120 {
            let tasks = numbers.tasks();
            let cost = numbers.below(3);
            let machine = numbers.machine(cost);
            let together = simulate(&machine, &tasks);
            for (index, task) in tasks.iter().enumerate() {
                let alone = simulate(&machine, std::slice::from_ref(task));
                assert_eq!(
                    alone.makespan(),
                    task.length(),
                    "alone on {machine:?}, {task:?} takes exactly its length: {alone:?}"
                );
                assert!(
                    together.finished(index) >= task.length(),
                    "{task:?} takes {} ticks alone, and among others on {machine:?} it was done after \
                 {}: {together:?}More workers or a cleverer order let tasks wait less for each \
                 other. They do not shorten the task.",
                    task.length(),
                    together.finished(index)
                );
            }
        }
    });
}

#[test]
fn no_worker_idles_while_somebody_is_ready() {
    limited(|| {
        let mut numbers = Numbers(8);
        for _ in 0..120 {
            let tasks = numbers.tasks();
            let machine = numbers.machine(0);
            let chart = simulate(&machine, &tasks);
            let longest = tasks.iter().map(Task::length).max().unwrap_or(0);
            // What a worker has to do: in series also the waiting.
            let work: u64 = match machine.policy {
                Policy::Serial => tasks.iter().map(Task::length).sum(),
                Policy::Cooperative | Policy::Preemptive { .. } => {
                    tasks.iter().map(Task::cpu_ticks).sum()
                }
            };
            let workers = machine.workers as u64;
            let least = longest.max(work.div_ceil(workers));
            // In each tick either all workers are busy, for at most `work / workers` ticks, or one is
            // free: then nobody is ready, every task goes on, and the longest becomes shorter.
            let most = work / workers + longest;
            let got = chart.makespan();
            assert!(
                (least..=most).contains(&got),
                "{workers} workers with {work} ticks of work, and a longest task of {longest}, take \
             {least} to {most} ticks; yours took {got} on {machine:?}: {chart:?}If it is more, look \
             for a tick in which a task is ready (`-`) and a worker free (`.`)."
            );
        }
    });
}
