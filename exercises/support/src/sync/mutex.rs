//! A lock, as [`std::sync::Mutex`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{LockResult, PoisonError};

use crate::explore::{self, Object, Operation};

/// As [`std::sync::Mutex`]. It has no `try_lock`: no chapter needs one.
pub struct Mutex<T: ?Sized> {
    made_at: &'static Location<'static>,
    inner: std::sync::Mutex<T>,
}

impl<T> Mutex<T> {
    /// An unlocked mutex around `value`.
    #[track_caller]
    pub const fn new(value: T) -> Mutex<T> {
        Mutex {
            made_at: Location::caller(),
            inner: std::sync::Mutex::new(value),
        }
    }

    /// The value, when nobody else can have the lock any more.
    ///
    /// # Errors
    ///
    /// When a thread panicked while it held the lock. The error has the value.
    pub fn into_inner(self) -> LockResult<T> {
        self.inner.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until no other thread holds the lock, and takes it.
    ///
    /// # Errors
    ///
    /// When a thread panicked while it held the lock. The error has the guard.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        if let Some(current) = explore::current() {
            current.step(Operation::Lock(self.object()));
        }
        self.guard(self.inner.lock())
    }

    /// The value, which nobody can have locked, because it is borrowed here.
    ///
    /// # Errors
    ///
    /// When a thread panicked while it held the lock. The error has the value.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.inner.get_mut()
    }

    pub(super) fn object(&self) -> Object {
        Object::new(self.made_at, &self.made_at)
    }

    /// The lock itself, for a thread that has it in the explorer's books.
    pub(super) fn relock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.guard(self.inner.lock())
    }

    /// Dresses what std gives.
    pub(super) fn guard<'a>(
        &'a self,
        result: LockResult<std::sync::MutexGuard<'a, T>>,
    ) -> LockResult<MutexGuard<'a, T>> {
        let dress = |inner| MutexGuard {
            inner,
            held: Held(self.object()),
            mutex: self,
        };
        result
            .map(dress)
            .map_err(|poison| PoisonError::new(dress(poison.into_inner())))
    }
}

/// As [`std::sync::MutexGuard`]: the lock is held until this is dropped.
#[must_use = "without a guard the mutex is unlocked at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    // Fields are dropped in this order: the lock is free before the explorer learns of it.
    pub(super) inner: std::sync::MutexGuard<'a, T>,
    pub(super) held: Held,
    pub(super) mutex: &'a Mutex<T>,
}

/// Tells the explorer when the lock is free again.
pub(super) struct Held(Object);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(current) = explore::current() {
            current.unlock(self.0);
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
