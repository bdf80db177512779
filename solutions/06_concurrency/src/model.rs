//! What is simulated: tasks that compute and wait, and a machine with workers.
//!
//! The rule: time is a number of ticks, and nothing happens between two ticks.

/// A stretch of one kind, with its length in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burst {
    /// The task computes. For each of these ticks it needs a worker.
    Cpu(u64),
    /// The task waits for a disk, a network, a clock: something that works by itself.
    Io(u64),
}

impl Burst {
    /// How many ticks are left of it.
    pub fn ticks(self) -> u64 {
        match self {
            Burst::Cpu(ticks) | Burst::Io(ticks) => ticks,
        }
    }
}

/// A program: bursts, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    name: char,
    bursts: Vec<Burst>,
}

impl Task {
    /// A task with a capital letter for a name. Bursts of no ticks are left out.
    ///
    /// # Panics
    ///
    /// When the name is something else.
    pub fn new(name: char, bursts: impl IntoIterator<Item = Burst>) -> Task {
        assert!(
            name.is_ascii_uppercase(),
            "a task's name is a letter from A to Z, not {name:?}"
        );
        Task {
            name,
            bursts: bursts
                .into_iter()
                .filter(|burst| burst.ticks() > 0)
                .collect(),
        }
    }

    /// Its letter in the chart.
    pub fn name(&self) -> char {
        self.name
    }

    /// What it does, in order.
    pub fn bursts(&self) -> &[Burst] {
        &self.bursts
    }

    /// How many ticks it computes.
    pub fn cpu_ticks(&self) -> u64 {
        let cpu = |burst: &&Burst| matches!(burst, Burst::Cpu(_));
        self.bursts.iter().filter(cpu).map(|b| b.ticks()).sum()
    }

    /// How many ticks it waits for I/O.
    pub fn io_ticks(&self) -> u64 {
        self.length() - self.cpu_ticks()
    }

    /// How long it takes when nobody is in its way.
    pub fn length(&self) -> u64 {
        self.bursts.iter().map(|burst| burst.ticks()).sum()
    }
}

/// When a task has to give up its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// When it is done. While it waits for I/O it keeps the worker, which then does nothing: a
    /// program that makes blocking calls.
    Serial,
    /// When it is done or waits for I/O, which is by its own choice: an event loop, or green
    /// threads without a clock.
    Cooperative,
    /// As `Cooperative`, and also when it has computed for `slice` ticks while somebody else is
    /// ready: an operating system's threads. A slice has at least one tick.
    Preemptive {
        /// The time slice.
        slice: u64,
    },
}

/// What the tasks run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// How many tasks can compute in the same tick: processor cores, or threads on them.
    pub workers: usize,
    /// When a task has to give up its worker.
    pub policy: Policy,
    /// How many ticks a worker needs to turn to another task than the one it had last.
    pub switch_cost: u64,
}

impl Machine {
    /// A machine that switches for free.
    pub fn new(workers: usize, policy: Policy) -> Machine {
        Machine {
            workers,
            policy,
            switch_cost: 0,
        }
    }
}
