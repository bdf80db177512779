//! A queue, a lock around it, and two places to sleep.
//!
//! The rule of the game: change the state under the lock, let go of the lock, then wake whoever waited
//! for that change. Whoever wakes up looks at the state again.

use std::collections::VecDeque;
use std::fmt;
use std::iter;
use std::sync::{Arc, Condvar, LockResult, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
/// When `capacity` is 0. A channel without any room would have to hand values over in person, and this
/// one does not.
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel needs room for one value at least");
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
    /// Where `recv` and `recv_timeout` sleep. It is notified when a value has come, and when the last
    /// sender has gone.
    not_empty: Condvar,
    /// Where `send` sleeps. It is notified when there is room again, and when the receiver has gone.
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

/// What a lock or a wait gives, poisoned or not.
///
/// A mutex is poisoned when a thread panics while it holds the lock: the data may be half changed. Here
/// it cannot be. Every change of `State` is one statement, and no code of the channel's user runs under
/// the lock, not even the `drop` of a value. So a user's panic never meets the lock, and one thread's
/// panic is no reason to panic in all others.
fn unpoisoned<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// The end where values go in. Clone it to send from several places.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Puts `value` at the back of the queue. When the channel is full, waits until there is room.
    ///
    /// # Errors
    ///
    /// When the receiver is gone, before or while this waits: the error has the value.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        //> // TODO: like `try_send` below, but when the queue is full, wait on `not_full`, and look again
        //> // when woken. (Leave that for the last step: a channel made by `channel` is never full.)
        //> todo!("put the value into the queue and wake a receiver")
        let mut state = self.shared.lock();
        while state.receiver_is_alive && state.queue.len() >= self.shared.capacity {
            state = unpoisoned(self.shared.not_full.wait(state));
        }
        if !state.receiver_is_alive {
            return Err(SendError(value));
        }
        state.queue.push_back(value);
        // The one who is woken needs the lock, so let go of it first.
        drop(state);
        self.shared.not_empty.notify_one();
        Ok(())
        //<
    }

    /// Puts `value` at the back of the queue if there is room. Never waits.
    ///
    /// # Errors
    ///
    /// When the channel is full or the receiver is gone: the error has the value.
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

    /// Wakes everybody who sleeps in this channel, for no reason: nothing has changed.
    ///
    /// The operating system may do that at any time, but does it so rarely that no test could wait for
    /// it. So the tests do it, with this.
    pub fn wake_all_for_nothing(&self) {
        self.shared.not_empty.notify_all();
        self.shared.not_full.notify_all();
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
    /// One sender fewer. The last one tells everybody who waits for a value that none will come.
    fn drop(&mut self) {
        //> // TODO: count this sender out, and when it was the last, wake all who sleep on `not_empty`.
        //> // Nothing here may panic, so there is no `todo!()`: until you write it, senders never go.
        let mut state = self.shared.lock();
        state.senders -= 1;
        let last = state.senders == 0;
        drop(state);
        if last {
            self.shared.not_empty.notify_all();
        }
        //<
    }
}

/// The end where values come out. There is one, and it cannot be cloned. Threads may share it by
/// reference, though: each value then goes to exactly one of them.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Receiver<T> {
    /// Takes the oldest value. When there is none, waits until one comes.
    ///
    /// # Errors
    ///
    /// When the channel is empty and all senders are gone, before or while this waits.
    pub fn recv(&self) -> Result<T, RecvError> {
        //> // TODO: lock, and then, in a loop: take the front value if there is one; give up if there are no
        //> // senders; otherwise sleep on `not_empty`, and look again when woken. Whoever takes a value makes
        //> // room, so wake one of those who sleep on `not_full`.
        //> todo!("wait for a value and take it")
        let mut state = self.shared.lock();
        loop {
            if let Some(value) = state.queue.pop_front() {
                drop(state);
                self.shared.not_full.notify_one();
                return Ok(value);
            }
            if state.senders == 0 {
                return Err(RecvError);
            }
            state = unpoisoned(self.shared.not_empty.wait(state));
        }
        //<
    }

    /// Takes the oldest value if there is one. Never waits.
    ///
    /// # Errors
    ///
    /// When the channel is empty. The error says whether there are senders left.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        //> // TODO: lock, take the value at the front, and wake one of those who sleep on `not_full`. When
        //> // there is no value, the number of senders decides which error it is.
        //> todo!("take a value if there is one")
        let mut state = self.shared.lock();
        let Some(value) = state.queue.pop_front() else {
            return Err(match state.senders {
                0 => TryRecvError::Disconnected,
                _ => TryRecvError::Empty,
            });
        };
        drop(state);
        self.shared.not_full.notify_one();
        Ok(value)
        //<
    }

    /// Takes the oldest value. When there is none, waits until one comes, but no longer than `limit`,
    /// however often it is woken meanwhile. A limit too long for the clock is no limit.
    ///
    /// # Errors
    ///
    /// When the time is over, or the channel is empty and all senders are gone.
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        //> // TODO: turn the limit into a moment, once, before the loop. In the loop do as `recv` does, but
        //> // sleep only for what is left until that moment, and give up when nothing is left.
        //> todo!("wait for a value, {limit:?} at most, and take it")
        use std::time::Instant;

        // A moment stays where it is while this waits again and again. A duration would start afresh.
        let Some(deadline) = Instant::now().checked_add(limit) else {
            return self.recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        let mut state = self.shared.lock();
        loop {
            // First of all, also after the time is over: what has come is never left behind.
            if let Some(value) = state.queue.pop_front() {
                drop(state);
                self.shared.not_full.notify_one();
                return Ok(value);
            }
            if state.senders == 0 {
                return Err(RecvTimeoutError::Disconnected);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(RecvTimeoutError::Timeout);
            }
            // Whether it was the time or a notification makes no difference: look at the state and the
            // clock again.
            (state, _) = unpoisoned(self.shared.not_empty.wait_timeout(state, left));
        }
        //<
    }

    /// Takes all values that are in the queue, the oldest at the front, under one lock. Never waits: when the
    /// queue is empty, so is what this returns, whether there are senders or not.
    pub fn take_all(&self) -> VecDeque<T> {
        //> // TODO: empty the queue and give its values back.
        //> todo!("take all values")
        let mut state = self.shared.lock();
        let values = std::mem::take(&mut state.queue);
        drop(state);
        self.shared.not_full.notify_all();
        values
        //<
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
    /// Nobody receives any more: whoever waits to send learns it, and what was not received is dropped.
    fn drop(&mut self) {
        //> // TODO: say so in the state, take the queue out of it (`std::mem::take`), let go of the lock, wake all
        //> // who sleep on `not_full`. The values are dropped last, when the lock is free: a value's own
        //> // `drop` may use this channel. No `todo!()` here, as in the other `drop`.
        let mut state = self.shared.lock();
        state.receiver_is_alive = false;
        let left_over = std::mem::take(&mut state.queue);
        drop(state);
        self.shared.not_full.notify_all();
        drop(left_over);
        //<
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
