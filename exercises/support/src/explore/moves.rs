//! What can happen next in a schedule, and how much of a surprise it would be.

use super::Operation;
use super::schedule::{LATE, Schedule, Status, Thread};

/// What can happen next.
#[derive(Clone, Copy)]
pub(super) enum Move {
    /// The thread does what it wants to do.
    Go(usize),
    /// The sleeping thread is woken, and nobody knows why.
    WakeForNothing(usize),
    /// The sleeping thread's time is over.
    TimeOut(usize),
}

impl Schedule {
    /// What can happen next, and how much of a surprise it is. To go on with the thread that runs is
    /// none, and comes first.
    pub(super) fn moves(&self, current: usize) -> Vec<(Move, usize)> {
        let yields = matches!(
            self.threads[current].status,
            Status::Wants(Operation::Yield)
        );
        let goes_on = !yields && self.can_go(current);
        let mut moves = Vec::new();
        if goes_on {
            moves.push((Move::Go(current), 0));
        }
        let preemption = usize::from(goes_on);
        for thread in (0..self.threads.len()).filter(|it| *it != current) {
            if self.can_go(thread) {
                moves.push((Move::Go(thread), preemption));
            }
        }
        if yields && moves.is_empty() {
            moves.push((Move::Go(current), 0));
        }
        // The end of a `sleep` is never too early: it is how a program says that nothing happens for a while.
        let too_early = !moves.is_empty();
        let waits =
            |it: &usize| matches!(self.threads[*it].status, Status::Asleep { at: Some(_), .. });
        let due = self.next_time_outs().filter(|it| !too_early || waits(it));
        moves.extend(due.map(|it| (Move::TimeOut(it), usize::from(too_early))));
        if !moves.is_empty() {
            // To be woken while another thread holds the lock is the same as to be woken after that.
            let sleepers = (0..self.threads.len()).filter(|it| match self.threads[*it].status {
                Status::Asleep {
                    at: Some((_, mutex)),
                    ..
                } => self.is_free(mutex),
                _ => false,
            });
            moves.extend(sleepers.map(|it| (Move::WakeForNothing(it), 1)));
        }
        moves.retain(|(_, surprises)| *surprises <= self.surprises);
        moves
    }

    /// The sleeping threads whose time is over first, or within [`LATE`] of the first.
    fn next_time_outs(&self) -> impl Iterator<Item = usize> {
        let until = |it: &Thread| match it.status {
            Status::Asleep { until, .. } => until,
            _ => None,
        };
        let first = self.threads.iter().filter_map(until).min();
        (0..self.threads.len()).filter(move |it| match (first, until(&self.threads[*it])) {
            (Some(first), Some(until)) => until - first <= LATE,
            _ => false,
        })
    }

    pub(super) fn can_go(&self, thread: usize) -> bool {
        match &self.threads[thread].status {
            Status::Wants(Operation::Lock(mutex) | Operation::Relock(mutex)) => {
                self.is_free(*mutex)
            }
            Status::Wants(Operation::Join(other)) => {
                matches!(self.threads[*other].status, Status::Ended)
            }
            Status::Wants(_) => true,
            Status::Running | Status::Asleep { .. } | Status::Ended => false,
        }
    }
}
