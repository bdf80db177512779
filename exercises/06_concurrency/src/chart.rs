//! What happened, tick by tick, as a Gantt chart in plain characters.
//!
//! The rule: a chart only records. Everything that it says can be counted in its picture.

use std::fmt;

use crate::model::Task;

/// Where a task is during a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Computing,
    Switching,
    Waiting,
    Ready,
    Done,
}

/// What a worker does during a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    ComputesFor(usize),
    HeldBy(usize),
    Switching,
    Idle,
}

/// The history of a simulation.
///
/// Its picture has a row for each task and then one for each worker, the same events seen from two
/// sides. In a task's row, `#` is a tick on a worker, `~` one of waiting for I/O, `-` one of waiting
/// for a worker, and `x` one of the switch to it. In a worker's row, a letter is the task that it
/// computes for, the small letter a task that keeps it while it waits, `x` a switch, `.` nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Chart {
    names: Vec<char>,
    /// For each task, its place at each tick.
    tasks: Vec<Vec<Place>>,
    /// For each worker, its use at each tick.
    workers: Vec<Vec<Use>>,
    ticks: u64,
}

impl Chart {
    pub(crate) fn new(tasks: &[Task], workers: usize) -> Chart {
        Chart {
            names: tasks.iter().map(Task::name).collect(),
            tasks: vec![Vec::new(); tasks.len()],
            workers: vec![Vec::new(); workers],
            ticks: 0,
        }
    }

    pub(crate) fn push(&mut self, places: Vec<Place>, uses: Vec<Use>) {
        for (row, place) in self.tasks.iter_mut().zip(places) {
            row.push(place);
        }
        for (row, now) in self.workers.iter_mut().zip(uses) {
            row.push(now);
        }
        self.ticks += 1;
    }

    /// How many ticks passed until the last task was done.
    pub fn makespan(&self) -> u64 {
        self.ticks
    }

    /// After how many ticks the task with this index was done.
    pub fn finished(&self, task: usize) -> u64 {
        self.count(task, |place| place != Place::Done)
    }

    /// How many ticks the task has computed.
    pub fn cpu_ticks(&self, task: usize) -> u64 {
        self.count(task, |place| place == Place::Computing)
    }

    /// How many ticks the task has waited for I/O.
    pub fn io_ticks(&self, task: usize) -> u64 {
        self.count(task, |place| place == Place::Waiting)
    }

    /// How many ticks the task could have gone on, if it had had a worker.
    pub fn ready_ticks(&self, task: usize) -> u64 {
        self.count(task, |place| place == Place::Ready)
    }

    /// How many ticks all workers together have spent on switching.
    pub fn switch_ticks(&self) -> u64 {
        let switching = |now: &&Use| **now == Use::Switching;
        self.workers.iter().flatten().filter(switching).count() as u64
    }

    fn count(&self, task: usize, wanted: impl Fn(Place) -> bool) -> u64 {
        self.tasks[task].iter().filter(|p| wanted(**p)).count() as u64
    }

    fn name(&self, task: usize) -> char {
        self.names[task]
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ruler = (0..=self.ticks).step_by(5).fold(String::new(), |row, at| {
            format!("{row:width$}{at}", width = at as usize)
        });
        writeln!(f, "{:10}{ruler}", "")?;
        for (task, places) in self.tasks.iter().enumerate() {
            let row: String = places.iter().map(|place| task_symbol(*place)).collect();
            writeln!(f, "task {:5}{}", self.name(task), row.trim_end())?;
        }
        for (worker, uses) in self.workers.iter().enumerate() {
            let row: String = uses.iter().map(|now| self.worker_symbol(*now)).collect();
            writeln!(f, "worker {worker:<3}{row}")?;
        }
        let done: Vec<String> = (0..self.tasks.len())
            .map(|task| format!("{} {}", self.name(task), self.finished(task)))
            .collect();
        write!(f, "done at   {}", done.join(", "))
    }
}

/// A failed assertion shows the picture.
impl fmt::Debug for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}\n")
    }
}

fn task_symbol(place: Place) -> char {
    match place {
        Place::Computing => '#',
        Place::Switching => 'x',
        Place::Waiting => '~',
        Place::Ready => '-',
        Place::Done => ' ',
    }
}

impl Chart {
    fn worker_symbol(&self, now: Use) -> char {
        match now {
            Use::ComputesFor(task) => self.name(task),
            Use::HeldBy(task) => self.name(task).to_ascii_lowercase(),
            Use::Switching => 'x',
            Use::Idle => '.',
        }
    }
}
