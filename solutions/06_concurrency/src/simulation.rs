//! The scheduler: who computes, who waits, who is next.
//!
//! The rule: at every tick each task is in exactly one place, which is on a worker, among the ready,
//! among the waiting, or done. Tasks and workers are called by their index.

use std::collections::VecDeque;
use std::mem;

use crate::chart::{Chart, Place, Use};
use crate::model::{Burst, Machine, Policy, Task};

/// Runs all tasks, which are ready at tick 0 in the order given, and draws what happened.
///
/// # Panics
///
/// When the scheduler loses a task, has it in two places, or never gets done.
pub fn simulate(machine: &Machine, tasks: &[Task]) -> Chart {
    assert!(machine.workers > 0, "a machine needs a worker");
    assert!(
        machine.policy != Policy::Preemptive { slice: 0 },
        "a slice has at least one tick"
    );
    let mut simulation = Simulation {
        machine: *machine,
        left: tasks
            .iter()
            .map(|task| task.bursts().iter().copied().collect())
            .collect(),
        ready: VecDeque::new(),
        waiting: Vec::new(),
        workers: vec![Worker::default(); machine.workers],
    };
    let mut chart = Chart::new(tasks, machine.workers);
    // At worst one task at a time does one tick, and every tick is preceded by a switch.
    let work: u64 = tasks.iter().map(Task::length).sum();
    let limit = work * (machine.switch_cost + 1);

    for task in 0..tasks.len() {
        simulation.admit(task);
    }
    while simulation.left.iter().any(|bursts| !bursts.is_empty()) {
        simulation.dispatch();
        simulation.record(&mut chart);
        assert!(
            chart.makespan() <= limit,
            "after {limit} ticks all tasks could be done even one by one; yours are not:\n{chart}"
        );
        simulation.tick();
    }
    chart
}

struct Simulation {
    machine: Machine,
    /// For each task the bursts that are not over, the current one first. Empty: the task is done.
    left: Vec<VecDeque<Burst>>,
    /// The tasks that could go on if they had a worker; the next one to get one is in front.
    ready: VecDeque<usize>,
    /// The tasks without a worker whose I/O is under way.
    waiting: Vec<usize>,
    workers: Vec<Worker>,
}

#[derive(Clone, Default)]
struct Worker {
    /// The task that has this worker.
    task: Option<usize>,
    /// The task that had it last, or has it.
    last: Option<usize>,
    /// How many ticks it will be busy with switching to its task, before it computes.
    switching: u64,
    /// How many ticks its task has had it, without those of the switch.
    used: u64,
}

impl Simulation {
    /// Puts a task that has no worker where it belongs, which its current burst decides: it is
    /// ready, waiting, or done. The newest of the ready goes to the end.
    ///
    /// With [`Policy::Serial`] nobody waits without a worker: whoever is not done is ready.
    fn admit(&mut self, task: usize) {
        //> // TODO: look at the first of the bursts that are left of this task, if there is one.
        //> todo!("put task {task} among the ready or the waiting, or nowhere")
        match self.left[task].front() {
            None => {}
            Some(Burst::Io(_)) if self.machine.policy != Policy::Serial => self.waiting.push(task),
            Some(Burst::Cpu(_) | Burst::Io(_)) => self.ready.push_back(task),
        }
        //<
    }

    /// Gives every free worker, the first one first, the next of the ready tasks, and begins a new
    /// slice.
    ///
    /// A worker that had another task before needs the machine's `switch_cost` to switch. Its first
    /// task, and one that comes back to it with nobody in between, cost nothing.
    fn dispatch(&mut self) {
        //> // TODO: as long as a worker is free and a task is ready, bring the two together, and set
        //> // all four fields of the worker.
        //> todo!("give free workers the ready tasks")
        for worker in self.workers.iter_mut().filter(|w| w.task.is_none()) {
            let Some(task) = self.ready.pop_front() else {
                return;
            };
            let switches = worker.last.is_some_and(|last| last != task);
            *worker = Worker {
                task: Some(task),
                last: Some(task),
                switching: if switches {
                    self.machine.switch_cost
                } else {
                    0
                },
                used: 0,
            };
        }
        //<
    }

    /// One tick of the current burst of `task` is over. A burst of which nothing is left is removed.
    fn proceed(&mut self, task: usize) {
        //> // TODO: make the first burst one tick shorter, and remove it when nothing is left of it.
        //> todo!("one tick less in {:?}", self.left[task])
        let bursts = &mut self.left[task];
        if let Some(Burst::Cpu(ticks) | Burst::Io(ticks)) = bursts.front_mut() {
            *ticks -= 1;
            if *ticks == 0 {
                bursts.pop_front();
            }
        }
        //<
    }

    /// Whether the task that has `worker` may keep it for the next tick: the [`Policy`].
    fn keeps_worker(&self, worker: &Worker, task: usize) -> bool {
        //> // TODO: the three policies. A task that is done keeps nothing.
        //> todo!("may task {task} keep its worker?")
        match (self.left[task].front(), self.machine.policy) {
            (None, _) => false,
            (Some(_), Policy::Serial) => true,
            (Some(Burst::Io(_)), _) => false,
            (Some(Burst::Cpu(_)), Policy::Cooperative) => true,
            // To send somebody away for nobody would be a switch for nothing.
            (Some(Burst::Cpu(_)), Policy::Preemptive { slice }) => {
                worker.used < slice || self.ready.is_empty()
            }
        }
        //<
    }

    /// One tick passes.
    fn tick(&mut self) {
        // Every worker that has a task does a tick of it, or of the switch to it.
        for index in 0..self.workers.len() {
            let worker = &mut self.workers[index];
            let Some(task) = worker.task else { continue };
            if worker.switching > 0 {
                worker.switching -= 1;
            } else {
                worker.used += 1;
                self.proceed(task);
            }
        }
        // The devices need no worker: all I/O goes on, whoever computes. A task whose I/O is over
        // is ready before those that lose their worker in the same tick.
        for task in mem::take(&mut self.waiting) {
            self.proceed(task);
            self.admit(task);
        }
        for index in 0..self.workers.len() {
            let worker = &self.workers[index];
            if let Some(task) = worker.task
                && !self.keeps_worker(worker, task)
            {
                self.workers[index].task = None;
                self.admit(task);
            }
        }
    }

    /// Draws the tick that is about to pass, and looks whether everybody is in one place.
    fn record(&self, chart: &mut Chart) {
        let places = (0..self.left.len()).map(|task| self.place(task)).collect();
        let uses = self
            .workers
            .iter()
            .map(|worker| match worker.task {
                None => Use::Idle,
                Some(_) if worker.switching > 0 => Use::Switching,
                Some(task) => match self.left[task].front() {
                    Some(Burst::Io(_)) => Use::HeldBy(task),
                    _ => Use::ComputesFor(task),
                },
            })
            .collect();
        chart.push(places, uses);
    }

    fn place(&self, task: usize) -> Place {
        let current = self.left[task].front();
        let mut places = Vec::new();
        for worker in self.workers.iter().filter(|w| w.task == Some(task)) {
            places.push(match current {
                _ if worker.switching > 0 => Place::Switching,
                Some(Burst::Io(_)) => Place::Waiting,
                _ => Place::Computing,
            });
        }
        places.extend(
            self.ready
                .iter()
                .filter(|t| **t == task)
                .map(|_| Place::Ready),
        );
        places.extend(
            self.waiting
                .iter()
                .filter(|t| **t == task)
                .map(|_| Place::Waiting),
        );
        match (places.as_slice(), current) {
            ([], None) => Place::Done,
            ([place], Some(_)) => *place,
            ([], Some(burst)) => panic!(
                "task {task} is lost: {burst:?} is left of it, and it is neither on a worker nor \
                 among the ready or the waiting. Whoever has no worker has to be admitted."
            ),
            (places, None) => panic!("task {task} is done, and still somewhere: {places:?}"),
            (places, Some(_)) => panic!("task {task} is in several places at once: {places:?}"),
        }
    }
}
