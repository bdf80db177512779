//! Numbers and flags that threads share without a lock, as in [`std::sync::atomic`].
//!
//! The explorer runs one thread at a time, so under it every operation is sequentially consistent,
//! whatever its `Ordering`. An `Ordering` that is too weak is not found here.

pub use std::sync::atomic::Ordering;

use std::panic::Location;

use crate::explore::{self, Event, Object, Operation};

macro_rules! atomic {
    ($name:ident, $value:ty) => {
        #[doc = concat!("As [`std::sync::atomic::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub struct $name {
            made_at: &'static Location<'static>,
            inner: std::sync::atomic::$name,
        }

        impl $name {
            /// Holds `value` at first.
            #[track_caller]
            pub const fn new(value: $value) -> $name {
                $name {
                    made_at: Location::caller(),
                    inner: std::sync::atomic::$name::new(value),
                }
            }

            /// The value now.
            pub fn load(&self, order: Ordering) -> $value {
                self.touch("load", |inner| inner.load(order))
            }

            /// Replaces the value.
            pub fn store(&self, value: $value, order: Ordering) {
                self.touch("store", |inner| {
                    inner.store(value, order);
                    value
                });
            }

            /// Replaces the value, and returns the one before.
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.touch("swap", |inner| inner.swap(value, order))
            }

            /// Replaces the value if it is `expected`, and returns the one before: as an error, if it
            /// was another.
            ///
            /// # Errors
            ///
            /// When the value is not `expected`; the error is the value.
            pub fn compare_exchange(
                &self,
                expected: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let mut result = Ok(expected);
                self.touch("compare_exchange", |inner| {
                    result = inner.compare_exchange(expected, new, success, failure);
                    result.unwrap_or_else(|other| other)
                });
                result
            }

            /// One step of the explorer, if it runs this thread.
            fn touch(
                &self,
                what: &'static str,
                operation: impl FnOnce(&std::sync::atomic::$name) -> $value,
            ) -> $value {
                let current = explore::current();
                if let Some(current) = &current {
                    current.step(Operation::Touch);
                }
                let value = operation(&self.inner);
                if let Some(current) = &current {
                    let object = Object::new(self.made_at, &self.made_at);
                    let value = usize::from(value);
                    current.record(Event::Touch {
                        what,
                        object,
                        value,
                    });
                }
                value
            }
        }
    };
}

atomic!(AtomicBool, bool);
atomic!(AtomicUsize, usize);

impl AtomicBool {
    /// True if it was or `value` is; returns the value before.
    pub fn fetch_or(&self, value: bool, order: Ordering) -> bool {
        self.touch("fetch_or", |inner| inner.fetch_or(value, order))
    }

    /// True if it was and `value` is; returns the value before.
    pub fn fetch_and(&self, value: bool, order: Ordering) -> bool {
        self.touch("fetch_and", |inner| inner.fetch_and(value, order))
    }
}

impl AtomicUsize {
    /// Adds, around the end if need be, and returns the value before.
    pub fn fetch_add(&self, value: usize, order: Ordering) -> usize {
        self.touch("fetch_add", |inner| inner.fetch_add(value, order))
    }

    /// Subtracts, around the end if need be, and returns the value before.
    pub fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
        self.touch("fetch_sub", |inner| inner.fetch_sub(value, order))
    }
}
