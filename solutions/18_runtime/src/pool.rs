//! The pool, which starts with the first job. All of it is given.

use std::cell::RefCell;
use std::io;

use thread_pool::ThreadPool;

/// libuv's `MAX_THREADPOOL_SIZE`, `src/threadpool.c`.
const LARGEST: u64 = 1024;

/// The number of workers that `UV_THREADPOOL_SIZE` asks for: 1 to 1024, and 4 when it is not set.
///
/// As in libuv, the digits at the beginning count. Without any, and for 0, there is one worker.
pub fn pool_size(setting: Option<&str>) -> usize {
    let Some(setting) = setting else { return 4 };
    let text = setting.trim_start();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let size = match &text[..end] {
        "" => 1,
        // A number that does not fit into 64 bits is certainly too large.
        digits => digits.parse().unwrap_or(LARGEST).clamp(1, LARGEST),
    };
    size as usize
}

/// No threads at first.
#[derive(Default)]
pub(crate) struct Pool(RefCell<Option<ThreadPool>>);

impl Pool {
    /// Calls `queue` with the pool, which is started if this is the first time.
    ///
    /// # Errors
    ///
    /// The OS error, when it refuses a thread. The next call tries again.
    pub(crate) fn with<R>(&self, queue: impl FnOnce(&ThreadPool) -> R) -> io::Result<R> {
        let mut pool = self.0.borrow_mut();
        if pool.is_none() {
            let setting = std::env::var("UV_THREADPOOL_SIZE").ok();
            *pool = Some(ThreadPool::new(pool_size(setting.as_deref()))?);
        }
        let started = pool.as_ref().expect("it was started just now, or before");
        Ok(queue(started))
    }

    /// How many jobs are queued or running.
    pub(crate) fn pending(&self) -> usize {
        self.0.borrow().as_ref().map_or(0, ThreadPool::pending)
    }

    /// Whether the pool was not started, or was taken out.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_none()
    }

    /// Takes the pool out, if it was started.
    pub(crate) fn take(&self) -> Option<ThreadPool> {
        self.0.take()
    }
}
