//! The registry: a callback stays here, on the loop's thread, while an id travels.
//!
//! The rule: a slot says which id it holds the callback of. An id that a slot does not hold is over.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Result;

/// An empty registry keeps up to this many slots. If it has more, they were for a burst, and it gives all of them back.
const KEPT: usize = 1024;

/// The number of the next callback in the whole process: no two ids are ever equal, whatever registry they
/// belong to. One callback each nanosecond would last 584 years.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Names one callback that waits for a result of type `T`. It may be copied and sent anywhere: it is a number.
pub struct CallbackId<T> {
    slot: usize,
    number: u64,
    // The id owns no `T`, and can be sent even if a `T` cannot.
    of: PhantomData<fn(T)>,
}

/// A result on its way to its callback.
pub struct Completion {
    slot: usize,
    number: u64,
    /// A `Result<T>` for the `T` of the id that it was made with.
    result: Box<dyn Any + Send>,
}

/// A callback and its result, together at last. Nothing was called yet.
pub struct Call {
    callback: Callback,
    result: Box<dyn Any + Send>,
}

type Callback = Box<dyn FnOnce(Box<dyn Any + Send>)>;

/// A place for one callback.
struct Slot {
    /// The number of the callback that is here, or was the last one here.
    number: u64,
    /// `None` when the slot is free.
    callback: Option<Callback>,
}

/// Callbacks that wait for their results.
#[derive(Default)]
pub struct Callbacks {
    slots: Vec<Slot>,
    /// The slots that are free, in no particular order.
    free: Vec<usize>,
}

impl Callbacks {
    /// No callbacks.
    pub fn new() -> Callbacks {
        Callbacks::default()
    }

    /// How many callbacks wait.
    pub fn len(&self) -> usize {
        let waiting = self.slots.len().checked_sub(self.free.len());
        waiting.expect(
            "more slots are free than there are: one was freed twice, or the slots were given back and the list \
             of free ones was not",
        )
    }

    /// Whether no callback waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many slots there are, free or not.
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Keeps `callback` until its result comes, in a slot that is free if there is one.
    ///
    /// The id is like no other before it. The callback need not be `Send`: it never leaves this thread.
    pub fn insert<T: Send + 'static>(
        &mut self,
        callback: impl FnOnce(Result<T>) + 'static,
    ) -> CallbackId<T> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let callback: Callback = Box::new(move |result| {
            let result = result.downcast::<Result<T>>();
            callback(*result.expect("a completion is made with the id, and the id knows the type"));
        });
        //> // TODO: put the callback into a free slot, or into a new one.
        //> todo!("keep callback {number}")
        let taken = Slot {
            number,
            callback: Some(callback),
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot] = taken;
                slot
            }
            None => {
                self.slots.push(taken);
                self.slots.len() - 1
            }
        };
        CallbackId {
            slot,
            number,
            of: PhantomData,
        }
        //<
    }

    /// Takes out the callback that `completion` is for. Calling it is left to the caller, who does that when
    /// nothing of the registry is borrowed any more: the callback may insert others.
    ///
    /// `None` when that callback was taken or cancelled before: then nobody waits for this result.
    pub fn take(&mut self, completion: Completion) -> Option<Call> {
        //> // TODO: take the callback out, and put it and the result together.
        //> todo!("the callback with number {}", completion.number)
        let callback = self.remove(completion.slot, completion.number)?;
        Some(Call {
            callback,
            result: completion.result,
        })
        //<
    }

    /// Forgets a callback before its result comes, and drops it. False when it was taken or cancelled before.
    pub fn cancel<T>(&mut self, id: CallbackId<T>) -> bool {
        //> // TODO: take the callback out, and do not call it.
        //> todo!("forget callback {}", id.number)
        self.remove(id.slot, id.number).is_some()
        //<
    }

    /// Takes out the callback with this number, and frees its slot. `None` when the slot does not hold it.
    ///
    /// When the last callback is gone and there are more than [`KEPT`] slots, the memory of both lists is given
    /// back. While a callback waits, all slots stay: its id names one of them by its place.
    fn remove(&mut self, slot: usize, number: u64) -> Option<Callback> {
        //> // TODO: is this slot the callback's? Free it only then.
        //> todo!("free slot {slot} if it holds callback {number}")
        let held = self.slots.get_mut(slot)?;
        if held.number != number {
            return None;
        }
        let callback = held.callback.take()?;
        self.free.push(slot);
        if self.is_empty() && self.slots.len() > KEPT {
            // All slots are free, so no id that is alive points at any of them.
            self.slots = Vec::new();
            self.free = Vec::new();
        }
        Some(callback)
        //<
    }
}

impl<T: Send + 'static> CallbackId<T> {
    /// Makes the parcel for the way back, on any thread: the result, and the number of the callback it is for.
    pub fn complete(self, result: Result<T>) -> Completion {
        Completion {
            slot: self.slot,
            number: self.number,
            result: Box::new(result),
        }
    }
}

impl Call {
    /// Calls the callback with its result.
    pub fn call(self) {
        (self.callback)(self.result);
    }
}

// Written by hand and not derived: an id can be copied even if a `T` cannot.
impl<T> Clone for CallbackId<T> {
    fn clone(&self) -> CallbackId<T> {
        *self
    }
}

impl<T> Copy for CallbackId<T> {}

impl<T> PartialEq for CallbackId<T> {
    fn eq(&self, other: &CallbackId<T>) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for CallbackId<T> {}

impl<T> fmt::Debug for CallbackId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackId({} in slot {})", self.number, self.slot)
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Completion({} in slot {})", self.number, self.slot)
    }
}

// Callbacks are closures and cannot be shown.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call(..)")
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks")
            .field("len", &self.len())
            .field("capacity", &self.slots.len())
            .finish()
    }
}
