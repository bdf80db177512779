//! The loop: what Node does, in Node's order.
//!
//! The rule: whatever is called, is called by `call`, and so is followed by its ticks and microtasks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use microtasks::{Panic, TaskQueues};

use crate::close_phase::Closing;
use crate::immediates::Immediates;
use crate::process::{ExitNow, Process, emit};
use crate::timeouts::{Action, Timeouts};
use crate::{Callback, Delay, Event, Immediate, Kind, Observer, Phase, Poller, Timeout, Uncaught};

/// How many callbacks one poll phase calls at most, so that a busy source cannot starve timers and immediates.
/// What is left is called in the next turn.
const BUDGET: usize = 1024;

/// An event loop. Clones are the same loop; callbacks hold one and use it.
#[derive(Clone)]
pub struct EventLoop {
    inner: Rc<Inner>,
}

struct Inner {
    poller: Rc<dyn Poller>,
    /// In an `Rc`, so that `clear` can take them out while nothing is borrowed.
    tasks: RefCell<Rc<TaskQueues>>,
    timeouts: Timeouts,
    immediates: Immediates,
    closing: Closing,
    /// What became ready and was not called yet.
    ready: RefCell<VecDeque<Callback>>,
    process: Process,
    observer: RefCell<Option<Rc<dyn Observer>>>,
}

impl EventLoop {
    /// A loop with nothing to do, whose events and time come from `poller`.
    pub fn new(poller: Rc<dyn Poller>) -> EventLoop {
        EventLoop {
            inner: Rc::new(Inner {
                poller,
                tasks: RefCell::default(),
                timeouts: Timeouts::default(),
                immediates: Immediates::default(),
                closing: Closing::default(),
                ready: RefCell::default(),
                process: Process::default(),
                observer: RefCell::default(),
            }),
        }
    }

    /// Runs a program to its end, and returns its exit code: `main`, then turns as long as something is pending,
    /// then the listeners of the end.
    ///
    /// # Errors
    ///
    /// The error of the poller.
    pub fn run(&self, main: impl FnOnce()) -> io::Result<i32> {
        let program = || {
            self.call(Kind::Main, main);
            loop {
                self.turns()?;
                let code = self.inner.process.code.get();
                self.call(Kind::Process, || {
                    emit(&self.inner.process.on_before_exit, code);
                });
                if !self.is_alive() {
                    break;
                }
            }
            self.call(Kind::Process, || self.emit_exit());
            Ok(())
        };
        match catch_unwind(AssertUnwindSafe(program)) {
            Ok(Ok(())) => Ok(self.inner.process.code.get()),
            Ok(Err(error)) => Err(error),
            Err(payload) if payload.is::<ExitNow>() => Ok(self.inner.process.code.get()),
            Err(payload) => resume_unwind(payload),
        }
    }

    /// Drops what a run has left, and calls none of it: timers, immediates, ticks, microtasks, what is ready, the
    /// callbacks of closed handles, all who listen and the observer. For the time after the run.
    ///
    /// A value that is dropped here may use the loop. What it sets is there afterwards, for another `clear`: see
    /// [`is_empty`](EventLoop::is_empty).
    pub fn clear(&self) {
        let inner = &self.inner;
        // `next_tick` queues again, so that it does not drop its task inside of a task's drop, and so on.
        inner.process.is_exiting.set(false);
        // Taken out first and dropped afterwards, when nothing is borrowed any more.
        let waiting = (
            inner.tasks.take(),
            inner.timeouts.take(),
            inner.immediates.take(),
            inner.closing.take(),
            inner.ready.take(),
        );
        let listening = (
            inner.process.on_before_exit.take(),
            inner.process.on_exit.take(),
            inner.process.on_uncaught.take(),
            inner.observer.take(),
        );
        drop((waiting, listening));
    }

    /// Whether nothing is left for [`clear`](EventLoop::clear).
    pub fn is_empty(&self) -> bool {
        self.tasks().is_empty()
            && self.inner.timeouts.is_empty()
            && self.inner.immediates.is_empty()
            && self.inner.closing.is_empty()
            && self.inner.ready.borrow().is_empty()
            && self.inner.process.is_empty()
            && !self.is_observed()
    }

    /// Turns, until nothing is pending that keeps the loop alive. An error of the poller, of whatever kind, ends them
    /// at once: nothing is called after it.
    ///
    /// A turn is: poll, check, close, timers. Timers that are due before the first turn are called first. Whether
    /// anything is pending is asked before those, and then at the end of each turn: what they called may have been
    /// the last that kept the loop alive, and a whole turn follows all the same.
    fn turns(&self) -> io::Result<()> {
        //> // TODO: the turns.
        //> todo!("poll, check, close, timers, for as long as the loop is alive")
        let mut is_alive = self.is_alive();
        if is_alive {
            self.timers();
        }
        while is_alive {
            self.poll()?;
            self.check();
            self.close();
            self.timers();
            is_alive = self.is_alive();
        }
        Ok(())
        //<
    }

    /// Whether something is pending that keeps the loop alive: a timer or an immediate with a ref, a closed handle
    /// whose callback waits, something that is ready, or something under way in the world outside.
    pub fn is_alive(&self) -> bool {
        //> // TODO: ask everyone.
        //> todo!("is anything pending?")
        self.inner.timeouts.is_alive()
            || self.inner.immediates.is_alive()
            || !self.inner.closing.is_empty()
            || !self.inner.ready.borrow().is_empty()
            || self.inner.poller.is_alive()
        //<
    }

    /// Calls all timers that are due, however many they are and however long they take.
    ///
    /// The clock is read once, at the beginning: a timer that becomes due during the phase waits for the next
    /// turn. An interval is set again after its call, from the time just before its call.
    fn timers(&self) {
        self.observe(Event::Begin(Phase::Timers));
        //> // TODO: call what `pop_due` gives.
        //> todo!("call the timers that are due at {:?}", self.now());
        let now = self.now();
        while let Some((timeout, entry)) = self.inner.timeouts.pop_due(now) {
            match entry.action {
                Action::Once(callback) => self.call(Kind::Timer, callback),
                Action::Every(callback) => self.call_interval(timeout, callback, self.now()),
            }
        }
        //<
        self.observe(Event::End(Phase::Timers));
    }

    /// Calls an interval and sets it again, from `start`. It is set again when it throws, too, and before its ticks
    /// run: what they set stands behind it.
    fn call_interval(&self, timeout: Timeout, mut callback: Box<dyn FnMut()>, start: Duration) {
        self.call(Kind::Timer, || {
            let outcome = catch_unwind(AssertUnwindSafe(&mut callback));
            let action = Action::Every(callback);
            self.inner.timeouts.returned(timeout, action, start);
            if let Err(panic) = outcome {
                resume_unwind(panic);
            }
        });
    }

    /// Waits until something is ready or a timer is due, and calls what is ready: [`BUDGET`] callbacks at most.
    fn poll(&self) -> io::Result<()> {
        self.observe(Event::Begin(Phase::Poll));
        let timeout = self.poll_timeout();
        self.observe(Event::Wait(timeout));
        let mut ready = self.inner.ready.take();
        let result = self.inner.poller.poll(timeout, &mut ready);
        self.observe(Event::Awake(ready.len()));
        self.inner.ready.replace(ready);
        result?;
        for _ in 0..BUDGET {
            let callback = self.inner.ready.borrow_mut().pop_front();
            let Some(callback) = callback else { break };
            self.call(Kind::Ready, callback);
        }
        self.observe(Event::End(Phase::Poll));
        Ok(())
    }

    /// How long the poll may sleep: not at all while an immediate with a ref, a closed handle or a ready callback
    /// waits, nor when nothing keeps the loop alive; else until the next timer is due; without a timer, for as long
    /// as it takes.
    fn poll_timeout(&self) -> Option<Duration> {
        //> // TODO: how long?
        //> todo!("how long may the loop sleep when it is {:?}?", self.now())
        let has_work = self.inner.immediates.is_alive()
            || !self.inner.closing.is_empty()
            || !self.inner.ready.borrow().is_empty();
        if has_work || !self.is_alive() {
            return Some(Duration::ZERO);
        }
        self.inner.timeouts.next_timeout(self.now())
        //<
    }

    /// Calls all immediates that were set before this phase began. Those that they set wait for the next turn.
    fn check(&self) {
        self.observe(Event::Begin(Phase::Check));
        //> // TODO: call what `pop` gives.
        //> todo!("call the immediates");
        let end = self.inner.immediates.end();
        while let Some(callback) = self.inner.immediates.pop(end) {
            self.call(Kind::Immediate, callback);
        }
        //<
        self.observe(Event::End(Phase::Check));
    }

    /// Calls what waits for a handle to be closed: for the one that was closed last first.
    fn close(&self) {
        self.observe(Event::Begin(Phase::Close));
        for callback in self.inner.closing.take() {
            self.call(Kind::Close, callback);
        }
        self.observe(Event::End(Phase::Close));
    }

    /// Calls one callback, and drains.
    fn call(&self, kind: Kind, callback: impl FnOnce()) {
        self.tasks()
            .run_callback(|| self.observed(kind, callback), &|panic| {
                self.uncaught(panic)
            });
    }

    fn tasks(&self) -> Rc<TaskQueues> {
        Rc::clone(&self.inner.tasks.borrow())
    }

    /// What becomes of a panic that nobody caught: the handler, or the end.
    fn uncaught(&self, panic: Panic) {
        if panic.is::<ExitNow>() {
            resume_unwind(panic);
        }
        let handler = self.inner.process.on_uncaught.borrow().clone();
        let uncaught = Uncaught::new(panic);
        let Some(handler) = handler else {
            eprintln!("Uncaught {}", uncaught.message());
            self.exit(1);
        };
        let call = AssertUnwindSafe(|| self.observed(Kind::Process, || handler(&uncaught)));
        if let Err(panic) = catch_unwind(call) {
            if !panic.is::<ExitNow>() {
                // Node's code for a handler that throws. Nobody hears of this end.
                self.inner.process.code.set(7);
            }
            resume_unwind(Box::new(ExitNow));
        }
        // The ticks of the callback that threw are waiting. An immediate gives them a drain, if nothing else does.
        self.set_immediate(|| {});
    }

    // ------------------------------------------------------------------------------------------------------------
    // What a program calls.

    /// Calls `callback` once, not before `delay` has passed from now on. Node's `setTimeout`.
    pub fn set_timeout(
        &self,
        callback: impl FnOnce() + 'static,
        delay: impl Into<Delay>,
    ) -> Timeout {
        self.set_timer(Action::Once(Box::new(callback)), delay.into())
    }

    /// Calls `callback` again and again, with `delay` from one call to the next. Node's `setInterval`.
    pub fn set_interval(
        &self,
        callback: impl FnMut() + 'static,
        delay: impl Into<Delay>,
    ) -> Timeout {
        self.set_timer(Action::Every(Box::new(callback)), delay.into())
    }

    fn set_timer(&self, action: Action, delay: Delay) -> Timeout {
        if delay.is_cut() {
            eprintln!(
                "TimeoutOverflowWarning: a delay does not fit into 32 bits and was set to 1 ms"
            );
        }
        self.inner
            .timeouts
            .set(self.now(), delay.as_duration(), action)
    }

    /// Takes a timer back, also in the last moment before its call. To come too late is no error.
    pub fn clear_timeout(&self, timeout: Timeout) {
        self.inner.timeouts.clear(timeout);
    }

    /// Ends an interval, also from inside its own call.
    pub fn clear_interval(&self, timeout: Timeout) {
        self.inner.timeouts.clear(timeout);
    }

    /// Lets a timer count afresh from now on. A timeout that was called already stays over: its callback was a
    /// `FnOnce`. Node differs here: it sets such a timeout again.
    pub fn refresh(&self, timeout: Timeout) {
        self.inner.timeouts.refresh(self.now(), timeout);
    }

    /// Lets a timer keep the loop alive, as it does from the start.
    pub fn ref_timeout(&self, timeout: Timeout) {
        self.inner.timeouts.set_ref(timeout, true);
    }

    /// Lets the loop end although this timer is set. It is called as long as something else keeps the loop alive.
    pub fn unref_timeout(&self, timeout: Timeout) {
        self.inner.timeouts.set_ref(timeout, false);
    }

    /// Whether a timer is set and keeps the loop alive.
    pub fn timeout_has_ref(&self, timeout: Timeout) -> bool {
        self.inner.timeouts.has_ref(timeout)
    }

    /// Calls `callback` in the next check phase. Node's `setImmediate`.
    pub fn set_immediate(&self, callback: impl FnOnce() + 'static) -> Immediate {
        self.inner.immediates.set(Box::new(callback))
    }

    /// Takes an immediate back, also in the last moment before its call.
    pub fn clear_immediate(&self, immediate: Immediate) {
        self.inner.immediates.clear(immediate);
    }

    /// Lets an immediate keep the loop alive, as it does from the start.
    pub fn ref_immediate(&self, immediate: Immediate) {
        self.inner.immediates.set_ref(immediate, true);
    }

    /// Lets the loop end although this immediate is set.
    pub fn unref_immediate(&self, immediate: Immediate) {
        self.inner.immediates.set_ref(immediate, false);
    }

    /// Whether an immediate is set and keeps the loop alive.
    pub fn immediate_has_ref(&self, immediate: Immediate) -> bool {
        self.inner.immediates.has_ref(immediate)
    }

    /// Calls `task` when the callback that runs now is over. Node's `process.nextTick`. While the process exits, it
    /// does nothing.
    pub fn next_tick(&self, task: impl FnOnce() + 'static) {
        if self.inner.process.is_exiting.get() {
            return;
        }
        if self.is_observed() {
            let own = self.clone();
            return self
                .tasks()
                .next_tick(move || own.observed(Kind::Tick, task));
        }
        self.tasks().next_tick(task);
    }

    /// Calls `task` after the ticks. JavaScript's `queueMicrotask`.
    pub fn queue_microtask(&self, task: impl FnOnce() + 'static) {
        if self.is_observed() {
            let own = self.clone();
            let task = move || own.observed(Kind::Microtask, task);
            return self.tasks().queue_microtask(task);
        }
        self.tasks().queue_microtask(task);
    }

    /// Calls `callback` in the close phase of this turn, or of the next one if that phase has begun. The last handle
    /// that was closed is the first to be called.
    pub fn on_close(&self, callback: impl FnOnce() + 'static) {
        self.inner.closing.push(Box::new(callback));
    }

    /// Calls `listener` with the exit code each time nothing is pending any more. It may begin something new, and
    /// then the loop goes on.
    pub fn on_before_exit(&self, listener: impl Fn(i32) + 'static) {
        let mut listeners = self.inner.process.on_before_exit.borrow_mut();
        listeners.push(Rc::new(listener));
    }

    /// Calls `listener` with the exit code at the very end. What it sets is never called, microtasks excepted.
    pub fn on_exit(&self, listener: impl Fn(i32) + 'static) {
        let mut listeners = self.inner.process.on_exit.borrow_mut();
        listeners.push(Rc::new(listener));
    }

    /// From now on, calls `handler` with a panic that nobody caught, and goes on. Without a handler such a panic
    /// ends the process with code 1.
    pub fn on_uncaught_exception(&self, handler: impl Fn(&Uncaught) + 'static) {
        // What stood there is dropped when nothing is borrowed any more.
        self.inner
            .process
            .on_uncaught
            .replace(Some(Rc::new(handler)));
    }

    /// The code with which the process will end.
    pub fn set_exit_code(&self, code: i32) {
        self.inner.process.code.set(code);
    }

    /// Ends the process at once: the listeners of `exit`, and nothing else.
    pub fn exit(&self, code: i32) -> ! {
        self.inner.process.code.set(code);
        self.emit_exit();
        resume_unwind(Box::new(ExitNow));
    }

    fn emit_exit(&self) {
        if !self.inner.process.is_exiting.replace(true) {
            let code = self.inner.process.code.get();
            emit(&self.inner.process.on_exit, code);
        }
    }

    // ------------------------------------------------------------------------------------------------------------
    // Time, and those who watch.

    /// The time in whole milliseconds, read just now.
    fn now(&self) -> Duration {
        Duration::from_millis(self.inner.poller.now().as_millis() as u64)
    }

    /// From now on, tells `observer` what the loop does.
    pub fn set_observer(&self, observer: Rc<dyn Observer>) {
        self.inner.observer.replace(Some(observer));
    }

    fn is_observed(&self) -> bool {
        self.inner.observer.borrow().is_some()
    }

    fn observe(&self, event: Event) {
        let observer = self.inner.observer.borrow().clone();
        if let Some(observer) = observer {
            observer.observe(self.inner.poller.now(), event);
        }
    }

    /// Calls `callback` between two words to the observer.
    fn observed(&self, kind: Kind, callback: impl FnOnce()) {
        self.observe(Event::Call(kind));
        let outcome = catch_unwind(AssertUnwindSafe(callback));
        self.observe(Event::Return(kind));
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }
}
