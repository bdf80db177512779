//! A place to sleep at, as [`std::sync::Condvar`].

use std::mem;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use super::mutex::MutexGuard;
use super::time::Instant;
use crate::explore::{self, Object, Operation};

/// As [`std::sync::Condvar`], and cheaper to notify: on Linux std asks the kernel each time, this one only if
/// somebody sleeps.
#[derive(Debug)]
pub struct Condvar {
    made_at: &'static Location<'static>,
    inner: std::sync::Condvar,
    /// How many threads sleep here. A thread counts itself before it lets go of the lock, so a change that is made
    /// under the lock, and that it has not seen, is followed by a notify that sees it.
    sleepers: AtomicUsize,
}

/// As [`std::sync::WaitTimeoutResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait ended because its time was over.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A place at which nobody sleeps yet.
    #[track_caller]
    pub const fn new() -> Condvar {
        Condvar {
            made_at: Location::caller(),
            inner: std::sync::Condvar::new(),
            sleepers: AtomicUsize::new(0),
        }
    }

    /// Unlocks and goes to sleep in one step; when woken, locks again.
    ///
    /// # Errors
    ///
    /// When a thread panicked while it held the lock. The error has the guard.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let mutex = guard.mutex;
        if explore::current().is_some() {
            self.sleep(guard, None);
            return mutex.relock();
        }
        let result = self.counted(|| self.inner.wait(guard.inner));
        mutex.guard(result)
    }

    /// [`wait`](Condvar::wait) for as long as `condition` is true.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    pub fn wait_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As [`wait`](Condvar::wait), but sleeps for `limit` at most.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let mutex = guard.mutex;
        let (result, timed_out) = if explore::current().is_some() {
            let timed_out = self.sleep(guard, Some(limit));
            (mutex.relock(), timed_out)
        } else {
            match self.counted(|| self.inner.wait_timeout(guard.inner, limit)) {
                Ok((inner, timeout)) => (mutex.guard(Ok(inner)), timeout.timed_out()),
                Err(poison) => {
                    let (inner, timeout) = poison.into_inner();
                    let poison = PoisonError::new(inner);
                    (mutex.guard(Err(poison)), timeout.timed_out())
                }
            }
        };
        let verdict = WaitTimeoutResult(timed_out);
        result
            .map(|guard| (guard, verdict))
            .map_err(|poison| PoisonError::new((poison.into_inner(), verdict)))
    }

    /// As [`wait_while`](Condvar::wait_while), but gives up after `limit`; the result says whether the
    /// condition was still true then.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condvar::wait).
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let start = Instant::now();
        while condition(&mut guard) {
            let Some(left) = limit.checked_sub(start.elapsed()) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            (guard, _) = self.wait_timeout(guard, left)?;
        }
        Ok((guard, WaitTimeoutResult(false)))
    }

    /// Wakes one of the threads that sleep here. When there is none, nothing happens.
    pub fn notify_one(&self) {
        match explore::current() {
            Some(current) => _ = current.step(Operation::NotifyOne(self.object())),
            None if self.has_sleepers() => self.inner.notify_one(),
            None => {}
        }
    }

    /// Wakes all threads that sleep here.
    pub fn notify_all(&self) {
        match explore::current() {
            Some(current) => _ = current.step(Operation::NotifyAll(self.object())),
            None if self.has_sleepers() => self.inner.notify_all(),
            None => {}
        }
    }

    /// Counts this thread while it sleeps.
    fn counted<R>(&self, sleep: impl FnOnce() -> R) -> R {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let result = sleep();
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        result
    }

    fn has_sleepers(&self) -> bool {
        self.sleepers.load(Ordering::SeqCst) > 0
    }

    /// Sleeps under the explorer, and says whether the time was over. The caller has the lock in the
    /// explorer's books afterwards, and must take the real one.
    fn sleep<T>(&self, guard: MutexGuard<'_, T>, limit: Option<Duration>) -> bool {
        let MutexGuard { inner, held, mutex } = guard;
        // The real lock is free from here on. In the explorer's books it is not, until the step below puts this
        // thread to sleep.
        drop(inner);
        mem::forget(held);
        let current = explore::current().expect("the caller has asked");
        current.step(Operation::Wait {
            condvar: self.object(),
            mutex: mutex.object(),
            limit,
        })
    }

    fn object(&self) -> Object {
        Object::new(self.made_at, &self.made_at)
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Condvar {
        Condvar::new()
    }
}
