//! Bells for tests: one that the explorer can look into, and one that counts.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::explore;
use support::sync::{Condvar, Mutex, PoisonError};
use waker::Signal;

/// A bell of mutex and condition variable, with the kernel's promise: a ring before the wait is not lost, and
/// several rings may be one.
pub struct ExploredBell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl ExploredBell {
    pub fn new() -> ExploredBell {
        ExploredBell {
            rung: Mutex::new(false),
            heard: Condvar::new(),
        }
    }

    /// What the wait in the kernel is to a loop.
    pub fn wait(&self) {
        explore::note("sleep until the bell rings");
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            rung = self
                .heard
                .wait(rung)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *rung = false;
    }
}

impl Signal for ExploredBell {
    fn ring(&self) -> io::Result<()> {
        explore::note("ring");
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_one();
        Ok(())
    }
}

/// A bell that only counts, and that can be out of order.
#[derive(Default)]
pub struct CountedBell {
    rings: AtomicUsize,
    /// The errors of the next rings.
    failures: std::sync::Mutex<VecDeque<io::ErrorKind>>,
}

impl CountedBell {
    /// Lets the next ring fail that nothing was said about yet.
    pub fn fail(&self, kind: io::ErrorKind) {
        self.failures().push_back(kind);
    }

    fn failures(&self) -> std::sync::MutexGuard<'_, VecDeque<io::ErrorKind>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it was rung since the last call, failures included.
    pub fn taken(&self) -> usize {
        self.rings.swap(0, Ordering::Relaxed)
    }
}

impl Signal for CountedBell {
    fn ring(&self) -> io::Result<()> {
        self.rings.fetch_add(1, Ordering::Relaxed);
        match self.failures().pop_front() {
            Some(kind) => Err(kind.into()),
            None => Ok(()),
        }
    }
}

impl Signal for &'static CountedBell {
    fn ring(&self) -> io::Result<()> {
        (**self).ring()
    }
}
