//! A queue, a lock around it, and two places to sleep.
//!
//! The rule of the game: change the state under the lock, let go of the lock, then wake the threads that
//! wait for this change. A thread that wakes up looks at the state again.

use std::collections::VecDeque;
use std::fmt;
use std::iter;
use std::mem;

// The names and signatures are those of `std::sync` and `std::time`. Through these types the tests decide
// which thread runs next.
use support::sync::time::{Duration, Instant};
use support::sync::{Arc, Condvar, LockResult, Mutex, MutexGuard, PoisonError};

use crate::error::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

/// Makes a channel without a limit: [`Sender::send`] never waits.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    with_capacity(usize::MAX)
}

/// Makes a channel that holds at most `capacity` values: when it is full, [`Sender::send`] waits until
/// there is room.
///
/// # Panics
///
/// When `capacity` is 0. A channel without any room would have to pass each value from hand to hand, and
/// this one does not.
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(
        capacity > 0,
        "a channel needs room for at least one value, and 0 was asked for"
    );
    with_capacity(capacity)
}

fn with_capacity<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            queue: VecDeque::new(),
            senders: 1,
            receiver_is_alive: true,
        }),
        capacity,
        not_empty: Condvar::new(),
        not_full: Condvar::new(),
    });
    let receiver = Receiver {
        shared: Arc::clone(&shared),
    };
    (Sender { shared }, receiver)
}

/// What both ends share.
struct Shared<T> {
    state: Mutex<State<T>>,
    /// The most values that `queue` may hold.
    capacity: usize,
    /// Where receivers sleep while there is no value.
    not_empty: Condvar,
    /// Where senders sleep while there is no room.
    not_full: Condvar,
}

/// What the lock protects.
struct State<T> {
    /// Values that were sent and not received yet, the oldest at the front.
    queue: VecDeque<T>,
    /// How many [`Sender`]s there are.
    senders: usize,
    receiver_is_alive: bool,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        unpoisoned(self.state.lock())
    }
}

/// The guard that a lock or a wait returns, whether the mutex is poisoned or not.
///
/// A mutex is poisoned when a thread panics while it holds the lock, because the data may be half changed.
/// Here they cannot be. Every change of `State` is one statement, and no code of the channel's user runs
/// under the lock, not even the `drop` of a value. So one thread's panic is no reason to panic in all
/// others.
fn unpoisoned<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// The end where values go in. Clone it to send from several places.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Puts `value` at the back of the queue. When the channel is full, sleeps until there is room.
    ///
    /// # Errors
    ///
    /// When the receiver is gone, before this call or while it waits. The error gives the value back.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        // TODO: this works, but on a full channel it keeps a processor busy. Let it sleep until there is room.
        let mut value = value;
        loop {
            match self.try_send(value) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(back)) => return Err(SendError(back)),
                Err(TrySendError::Full(back)) => value = back,
            }
        }
    }

    /// Puts `value` at the back of the queue if there is room. Never waits.
    ///
    /// # Errors
    ///
    /// When the channel is full or the receiver is gone. The error gives the value back.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let mut state = self.shared.lock();
        if !state.receiver_is_alive {
            return Err(TrySendError::Disconnected(value));
        }
        if state.queue.len() >= self.shared.capacity {
            return Err(TrySendError::Full(value));
        }
        state.queue.push_back(value);
        drop(state);
        self.shared.not_empty.notify_one();
        Ok(())
    }

    /// How many values are in the queue at this moment.
    pub fn len(&self) -> usize {
        self.shared.lock().queue.len()
    }

    /// Whether no value is in the queue at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.shared.lock().senders += 1;
        Sender {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> Drop for Sender<T> {
    /// One sender fewer. After the last one has gone, no receiver waits any longer for a value.
    fn drop(&mut self) {
        // TODO: let no receiver wait for a value that cannot come.
        // (No `todo!()` here: a panic in `drop` can end the whole process.)
    }
}

/// The end where values come out. There is one, and it cannot be cloned. Threads may share it by
/// reference: each value then goes to exactly one of them.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Receiver<T> {
    /// Takes the oldest value. When there is none, sleeps until one comes.
    ///
    /// # Errors
    ///
    /// When the channel is empty and all senders are gone, before this call or while it waits.
    pub fn recv(&self) -> Result<T, RecvError> {
        // TODO: this works, but while the channel is empty it keeps a processor busy. Let it sleep.
        loop {
            match self.try_recv() {
                Ok(value) => return Ok(value),
                Err(TryRecvError::Disconnected) => return Err(RecvError),
                Err(TryRecvError::Empty) => {}
            }
        }
    }

    /// Takes the oldest value if there is one. Never waits.
    ///
    /// # Errors
    ///
    /// When the channel is empty. The error says whether there are senders left.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        // TODO: the counterpart of `try_send`.
        todo!("take the oldest value if there is one")
    }

    /// Takes the oldest value. When there is none, sleeps until one comes, but no longer than `limit` in
    /// all, however often it is woken meanwhile. A limit that is too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// When the channel is empty and all senders are gone, whether the time is over or not. When the time is
    /// over, the channel is still empty, and there are senders.
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        // TODO: `recv` with an end.
        todo!("wait for a value, {limit:?} at most, and take it")
    }

    /// Takes all values that are in the queue at one moment, the oldest at the front. Never waits: when the
    /// queue is empty, so is the answer, whether there are senders or not.
    pub fn take_all(&self) -> VecDeque<T> {
        // TODO: empty the queue in one go.
        todo!("take all values")
    }

    /// How many values are in the queue at this moment.
    pub fn len(&self) -> usize {
        self.shared.lock().queue.len()
    }

    /// Whether no value is in the queue at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as they come, each by [`recv`](Receiver::recv), until all senders are gone.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        iter::from_fn(|| self.recv().ok())
    }
}

impl<T> Drop for Receiver<T> {
    /// From now on nothing is received. No sender waits any longer for room. Values that are left are dropped
    /// here, at the very end: a value's own `drop` may use this channel, wait for a sender, or panic. A panic
    /// leaves no other value behind. When a panic drops the receiver, all of this is the same.
    fn drop(&mut self) {
        // TODO: put down that the receiver is gone, free the values that are left, and let no sender wait
        // for room that nobody will make. (No `todo!()` here either.)
    }
}

// What is in the channel is not shown: it would take the lock, and `T` need not be printable.
impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender(..)")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver(..)")
    }
}
