//! The model: what each thread wants to do next, and which of them goes on.
//!
//! The rule: a thread announces a step before it does it. Then one of the steps that are possible is
//! chosen, and noted as done; its thread runs until it announces its next step.

use std::mem;
use std::time::Duration;

use super::moves::Move;
use super::path::Path;
use super::{Event, Object, Operation};

/// A schedule with more steps than this does not end by itself.
const STEPS: usize = 400;

/// No system wakes a thread exactly when its time is over, and no program may rely on it. Threads whose times
/// end so close together may wake in any order.
pub(super) const LATE: Duration = Duration::from_micros(10);

/// So much time passes between two looks at the clock, so that no program relies on two that agree.
const TICK: Duration = Duration::from_nanos(100);

/// The clock never comes so far: some hundred years.
const FOR_EVER: Duration = Duration::from_secs(1 << 32);

/// How things stand with a thread.
#[derive(Clone, Copy)]
pub(super) enum Status {
    /// It runs, or is about to announce a step.
    Running,
    /// It would like to do this next.
    Wants(Operation),
    /// It sleeps, until it is notified or the clock is there.
    Asleep {
        /// Where, and the mutex that it needs again; none when it sleeps only for a time.
        at: Option<(Object, Object)>,
        until: Option<Duration>,
    },
    Ended,
}

pub(super) struct Thread {
    pub(super) name: String,
    pub(super) status: Status,
    /// How things stood when the verdict was given.
    pub(super) end: Status,
    /// Whether it waited then for a lock that it held itself.
    pub(super) locks_twice: bool,
    /// Which thread started it, until it has announced its first step.
    starter: Option<usize>,
    /// Whether a panic unwinds it.
    pub(super) panicking: bool,
    /// Whether its last sleep ended because the time was over.
    pub(super) timed_out: bool,
    /// What it has said since its last step.
    pub(super) notes: Vec<String>,
    /// Its number in the crew, if it is one of the program's threads.
    pub(super) hand: Option<usize>,
    /// To be woken when it is its turn.
    pub(super) handle: Option<std::thread::Thread>,
}

/// Why a schedule was stopped.
#[derive(Clone)]
pub(super) enum Verdict {
    /// No thread can go on, and not all have ended.
    Stuck,
    /// This thread ran when the schedule had too many steps.
    Spins(usize),
    /// This thread panicked, with this message.
    Panicked(usize, String),
    /// This thread has run for seconds without a step.
    Silent(usize),
    /// No step but the ends: the explorer sees nothing of this program.
    Unseen,
}

/// A step that was done.
pub(super) struct Step {
    pub(super) thread: usize,
    pub(super) event: Event,
    /// For each thread, what fills its row during this step.
    pub(super) filling: Vec<char>,
}

/// One run of the program.
pub(super) struct Schedule {
    pub(super) threads: Vec<Thread>,
    /// Whose turn it is.
    pub(super) running: usize,
    pub(super) path: Path,
    /// How many more surprises there may be.
    pub(super) surprises: usize,
    /// How many there may be in all.
    pub(super) budget: usize,
    /// The virtual clock.
    pub(super) clock: Duration,
    /// Which mutexes are locked, and by which thread.
    held: Vec<(Object, usize)>,
    pub(super) steps: Vec<Step>,
    pub(super) verdict: Option<Verdict>,
    /// Whether all threads have ended that ever will.
    pub(super) is_over: bool,
}

impl Schedule {
    pub(super) fn new(path: Path, surprises: usize) -> Schedule {
        Schedule {
            threads: Vec::new(),
            running: 0,
            path,
            surprises,
            budget: surprises,
            clock: Duration::ZERO,
            held: Vec::new(),
            steps: Vec::new(),
            verdict: None,
            is_over: false,
        }
    }

    /// A new thread. It runs to its first step, and then its starter goes on.
    pub(super) fn add(&mut self, name: Option<&str>, starter: Option<usize>) -> usize {
        let number = self.threads.len();
        self.threads.push(Thread {
            name: name.map_or_else(|| format!("thread {number}"), str::to_owned),
            status: Status::Running,
            end: Status::Running,
            locks_twice: false,
            starter,
            panicking: false,
            timed_out: false,
            notes: Vec::new(),
            hand: None,
            handle: None,
        });
        number
    }

    /// Decides whose turn it is, now that `current` has announced a step or ended.
    pub(super) fn advance(&mut self, mut current: usize) {
        // What comes before a thread's first step is nobody's business, so there is nothing to decide.
        if let Some(starter) = self.threads[current].starter.take() {
            self.running = starter;
            return;
        }
        while self.verdict.is_none() {
            let moves = self.moves(current);
            if moves.is_empty() {
                if self
                    .threads
                    .iter()
                    .all(|it| matches!(it.status, Status::Ended))
                {
                    self.is_over = true;
                    return;
                }
                self.stop(Verdict::Stuck);
            } else if self.steps.len() > STEPS {
                self.stop(Verdict::Spins(current));
            } else {
                let (chosen, surprises) = moves[self.path.choose(moves.len())];
                self.surprises -= surprises;
                current = match chosen {
                    Move::Go(thread) | Move::WakeForNothing(thread) | Move::TimeOut(thread) => {
                        thread
                    }
                };
                if self.perform(chosen) {
                    self.running = current;
                    return;
                }
            }
        }
        self.unwind_next();
    }

    /// Gives the verdict, unless there is one.
    pub(super) fn stop(&mut self, verdict: Verdict) {
        if self.verdict.is_none() {
            self.verdict = Some(verdict);
            for (number, thread) in self.threads.iter_mut().enumerate() {
                thread.end = thread.status;
                thread.locks_twice = match thread.status {
                    Status::Wants(Operation::Lock(mutex)) => self.held.contains(&(mutex, number)),
                    _ => false,
                };
            }
        }
    }

    /// What only shows when all threads have ended: that they never met.
    pub(super) fn look_at_the_end(&mut self) {
        let seen = |it: &Step| !matches!(it.event, Event::Note(_) | Event::End | Event::Yield);
        if !self.steps.iter().any(seen) {
            self.stop(Verdict::Unseen);
        }
    }

    /// The hands of the crew that run threads which have not ended.
    pub(super) fn hanging(&self) -> Vec<usize> {
        let hangs = |it: &&Thread| !matches!(it.status, Status::Ended);
        self.threads
            .iter()
            .filter(hangs)
            .filter_map(|it| it.hand)
            .collect()
    }

    /// The virtual clock, as a thread sees it.
    pub(super) fn read_clock(&mut self) -> Duration {
        self.clock += TICK;
        self.clock
    }

    pub(super) fn is_free(&self, mutex: Object) -> bool {
        self.held.iter().all(|(it, _)| *it != mutex)
    }

    pub(super) fn unlock(&mut self, mutex: Object) {
        self.held.retain(|(it, _)| *it != mutex);
    }

    /// Does it. False when its thread does not run afterwards.
    fn perform(&mut self, chosen: Move) -> bool {
        let (thread, why) = match chosen {
            Move::Go(thread) => (thread, Event::Awake),
            Move::WakeForNothing(thread) => (thread, Event::AwakeForNothing),
            Move::TimeOut(thread) => (thread, Event::TimeOut),
        };
        if let Status::Asleep { at, until } = self.threads[thread].status {
            if let (Event::TimeOut, Some(until)) = (&why, until) {
                self.clock = self.clock.max(until) + LATE;
                self.threads[thread].timed_out = true;
            }
            self.record(thread, why);
            // It is awake, and may be overtaken before it has its mutex again.
            self.threads[thread].status = match at {
                Some((_, mutex)) => Status::Wants(Operation::Lock(mutex)),
                None => Status::Running,
            };
            return at.is_none();
        }
        let Status::Wants(operation) = self.threads[thread].status else {
            unreachable!("a thread goes on with what it wants to do");
        };
        self.threads[thread].status = Status::Running;
        match operation {
            Operation::Lock(mutex) => {
                self.record(thread, Event::Lock(mutex));
                self.held.push((mutex, thread));
            }
            Operation::Relock(mutex) => {
                self.record(thread, Event::Awake);
                self.record(thread, Event::Lock(mutex));
                self.held.push((mutex, thread));
            }
            Operation::Wait {
                condvar,
                mutex,
                limit,
            } => {
                self.record(thread, Event::Wait(condvar));
                self.unlock(mutex);
                self.fall_asleep(thread, Some((condvar, mutex)), limit);
                return false;
            }
            Operation::Sleep(time) => {
                self.record(thread, Event::Sleep(time));
                self.fall_asleep(thread, None, Some(time));
                return false;
            }
            Operation::NotifyOne(condvar) => {
                let mut sleepers = self.sleepers(condvar);
                if sleepers.len() > 1 {
                    sleepers = vec![sleepers[self.path.choose(sleepers.len())]];
                }
                self.notify(thread, "notify_one", condvar, sleepers);
            }
            Operation::NotifyAll(condvar) => {
                self.notify(thread, "notify_all", condvar, self.sleepers(condvar));
            }
            Operation::Join(other) => self.record(thread, Event::Join(other)),
            Operation::Yield => self.record(thread, Event::Yield),
            Operation::Touch => {}
        }
        true
    }

    fn fall_asleep(
        &mut self,
        thread: usize,
        at: Option<(Object, Object)>,
        limit: Option<Duration>,
    ) {
        self.threads[thread].timed_out = false;
        self.threads[thread].status = Status::Asleep {
            at,
            until: limit
                .and_then(|limit| self.clock.checked_add(limit))
                .filter(|until| *until < FOR_EVER),
        };
    }

    fn sleepers(&self, wanted: Object) -> Vec<usize> {
        let sleeps_there = |it: &usize| match self.threads[*it].status {
            Status::Asleep {
                at: Some((condvar, _)),
                ..
            } => condvar == wanted,
            _ => false,
        };
        (0..self.threads.len()).filter(sleeps_there).collect()
    }

    fn notify(&mut self, thread: usize, what: &'static str, condvar: Object, woken: Vec<usize>) {
        for sleeper in &woken {
            if let Status::Asleep {
                at: Some((_, mutex)),
                ..
            } = self.threads[*sleeper].status
            {
                self.threads[*sleeper].status = Status::Wants(Operation::Relock(mutex));
            }
        }
        self.record(
            thread,
            Event::Notify {
                what,
                condvar,
                woken,
            },
        );
    }

    /// Notes a step of this thread, after what it has said.
    pub(super) fn record(&mut self, thread: usize, event: Event) {
        // How the stack of a panic is cleared away is not part of the story.
        if self.verdict.is_some() || self.threads[thread].panicking {
            return;
        }
        let filling: Vec<char> = self.threads.iter().map(|it| self.filling(it)).collect();
        for note in mem::take(&mut self.threads[thread].notes) {
            self.steps.push(Step {
                thread,
                event: Event::Note(note),
                filling: filling.clone(),
            });
        }
        self.steps.push(Step {
            thread,
            event,
            filling,
        });
    }

    fn filling(&self, thread: &Thread) -> char {
        match thread.status {
            Status::Asleep { .. } => '~',
            Status::Wants(Operation::Lock(mutex) | Operation::Relock(mutex))
                if !self.is_free(mutex) =>
            {
                '-'
            }
            _ => ' ',
        }
    }

    /// After a verdict: lets the next thread unwind. Those that a panic unwinds already cannot panic
    /// once more, so they do what they want to do, if they can.
    pub(super) fn unwind_next(&mut self) {
        let next = (0..self.threads.len()).find(|it| {
            let thread = &self.threads[*it];
            !matches!(thread.status, Status::Ended) && (!thread.panicking || self.can_go(*it))
        });
        match next {
            Some(thread) if self.threads[thread].panicking => {
                self.running = thread;
                if !self.perform(Move::Go(thread)) {
                    // It sleeps while it unwinds, and nobody will wake it.
                    self.unwind_next();
                }
            }
            Some(thread) => self.running = thread,
            None => self.is_over = true,
        }
    }
}
