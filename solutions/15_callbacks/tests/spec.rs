extern crate callbacks_solution as callbacks;

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

use callbacks::{Callbacks, Completion, Emitter, Error, Result};

/// Words that callbacks write down. Clones share them.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn write(&self, word: impl Into<String>) {
        self.0.borrow_mut().push(word.into());
    }

    /// A callback that writes down what it got.
    fn writer(&self, name: &'static str) -> impl FnOnce(Result<u32>) + use<> {
        let notes = self.clone();
        move |result| match result {
            Ok(value) => notes.write(format!("{name}={value}")),
            Err(error) => notes.write(format!("{name}:{}", error.code())),
        }
    }

    /// A listener that writes its name down.
    fn listener(&self, name: &'static str) -> impl Fn(&u32) + use<> {
        let notes = self.clone();
        move |_| notes.write(name)
    }

    /// The same for a listener that is called once.
    fn listener_once(&self, name: &'static str) -> impl FnOnce(&u32) + use<> {
        let notes = self.clone();
        move |_| notes.write(name)
    }

    /// Compares what was written since the last call.
    #[track_caller]
    fn expect(&self, expected: &str, setup: &str, cause: &str) {
        let yours = self.0.borrow_mut().drain(..).collect::<Vec<_>>().join(" ");
        assert!(
            yours == expected,
            "{setup}\nexpected  {expected}\nyours     {yours}\n{cause}"
        );
    }
}

/// Takes the callback of `completion` and calls it. False when there is none.
fn deliver(callbacks: &mut Callbacks, completion: Completion) -> bool {
    callbacks.take(completion).map(|call| call.call()).is_some()
}

/// Shows when it is dropped.
struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn each_callback_gets_its_own_result_in_the_order_of_the_results() {
    let (mut callbacks, notes) = (Callbacks::new(), Notes::default());
    let a = callbacks.insert(notes.writer("a"));
    let b = callbacks.insert(notes.writer("b"));
    let c = callbacks.insert(notes.writer("c"));
    assert_eq!(
        callbacks.len(),
        3,
        "three callbacks wait\nexpected  3\nyours     {}",
        callbacks.len()
    );
    // The callbacks share an `Rc`, so they could not leave this thread. The ids and the results can.
    let worker = thread::spawn(move || [c.complete(Ok(3)), a.complete(Ok(1)), b.complete(Ok(2))]);
    for completion in worker.join().expect("the worker does not panic") {
        deliver(&mut callbacks, completion);
    }
    notes.expect(
        "c=3 a=1 b=2",
        "a, b and c wait; the results come for c, then a, then b",
        "a=3: the oldest was taken, whatever the id said.\n\
         Some missing: taking one callback must leave the others.",
    );
    assert!(
        callbacks.is_empty(),
        "all three got their results\nexpected  0 callbacks wait\nyours     {} wait\nIs a slot freed when \
         its callback is taken?",
        callbacks.len()
    );
}

#[test]
fn nothing_is_called_before_the_caller_calls() {
    let callbacks = Rc::new(RefCell::new(Callbacks::new()));
    let notes = Notes::default();
    let (inner, pen) = (Rc::clone(&callbacks), notes.clone());
    let id = callbacks.borrow_mut().insert(move |result: Result<u32>| {
        pen.write(format!("first={}", result.unwrap_or_default()));
        // A callback that begins the next operation: this borrows the registry.
        let next = inner.borrow_mut().insert(pen.writer("second"));
        let call = inner.borrow_mut().take(next.complete(Ok(2)));
        call.expect("it was inserted just now").call();
    });
    let call = callbacks.borrow_mut().take(id.complete(Ok(1)));
    notes.expect(
        "",
        "take was called, and the Call that it gives was not",
        "take only finds the callback. The caller calls it when the registry is not borrowed any more.",
    );
    let call = call.expect("the callback waits, so take gives it");
    call.call();
    notes.expect(
        "first=1 second=2",
        "the callback inserted another one and took it",
        "",
    );
}

#[test]
fn a_callback_is_called_once() {
    let (mut callbacks, notes) = (Callbacks::new(), Notes::default());
    let id = callbacks.insert(notes.writer("a"));
    deliver(&mut callbacks, id.complete(Ok(1)));
    let again = deliver(&mut callbacks, id.complete(Ok(2)));
    notes.expect("a=1", "two results came for one callback", "");
    assert!(
        !again,
        "a second result came for the same id\nexpected  None\nyours     Some callback\nThe first take has \
         to leave the slot empty."
    );
}

#[test]
fn a_late_result_never_meets_the_next_callback_in_its_slot() {
    let (mut callbacks, notes) = (Callbacks::new(), Notes::default());
    let old = callbacks.insert(notes.writer("old"));
    callbacks.cancel(old);
    let new = callbacks.insert(notes.writer("new"));
    assert!(
        old != new,
        "a callback was cancelled, and its slot was used again\nexpected  two different ids\nyours     \
         {new:?} twice\nA slot's number alone is no id: it comes again."
    );
    let delivered = deliver(&mut callbacks, old.complete(Ok(7)));
    notes.expect(
        "",
        "a result came for a callback that was cancelled; its slot belongs to another one now",
        "new=7: somebody else's result. Compare the number in the slot with the number of the id.",
    );
    assert!(
        !delivered && callbacks.len() == 1,
        "a result came for an id that is over\nexpected  None, and 1 callback still waits\nyours     {}, and \
         {} wait\nLook at the number before you empty the slot.",
        if delivered { "Some" } else { "None" },
        callbacks.len()
    );
    assert!(
        !callbacks.cancel(old) && callbacks.len() == 1,
        "cancel was called with an id that is over\nexpected  false, and 1 callback still waits\nyours     {} \
         wait",
        callbacks.len()
    );
    deliver(&mut callbacks, new.complete(Ok(8)));
    notes.expect("new=8", "then the result of the new callback came", "");
}

#[test]
fn a_cancelled_callback_is_dropped_and_never_called() {
    let mut callbacks = Callbacks::new();
    let dropped = Rc::new(Cell::new(false));
    let guard = Guard(Rc::clone(&dropped));
    let id = callbacks.insert(move |_: Result<u32>| {
        let _kept_until_here = &guard;
        panic!("a cancelled callback was called");
    });
    assert!(
        callbacks.cancel(id),
        "the callback waits, so cancel says true\nexpected  true\nyours     false"
    );
    assert!(
        dropped.get(),
        "a callback was cancelled, and what it captured is still alive\nexpected  dropped with the cancel\n\
         yours     still in the slot\nA captured socket or buffer would live as long as the program."
    );
    assert!(
        callbacks.is_empty() && !callbacks.cancel(id),
        "it was cancelled before\nexpected  0 callbacks, and false\nyours     {} callbacks",
        callbacks.len()
    );
    assert!(
        !deliver(&mut callbacks, id.complete(Ok(1))),
        "its result came after all\nexpected  None\nyours     Some callback"
    );
}

#[test]
fn slots_are_used_again_and_a_burst_is_given_back() {
    let (mut callbacks, notes) = (Callbacks::new(), Notes::default());
    let kept = callbacks.insert(notes.writer("kept"));
    for _ in 0..10_000 {
        let id = callbacks.insert(|_: Result<u32>| {});
        deliver(&mut callbacks, id.complete(Ok(0)));
    }
    assert!(
        callbacks.capacity() <= 2,
        "10,000 callbacks came and went one after the other, beside one that stays\nexpected  2 slots at \
         most\nyours     {} slots\nIs a slot put on the list of free ones, and does insert look there first?",
        callbacks.capacity()
    );
    let ids: Vec<_> = (0..10_000)
        .map(|_| callbacks.insert(|_: Result<u32>| {}))
        .collect();
    for id in ids {
        callbacks.cancel(id);
    }
    deliver(&mut callbacks, kept.complete(Ok(5)));
    notes.expect("kept=5", "10,000 callbacks came and went meanwhile", "");
    assert!(
        callbacks.is_empty() && callbacks.capacity() <= 1024,
        "10,000 callbacks waited at once, and all are gone\nexpected  0 wait, 1024 slots at most\nyours     \
         {} wait, {} slots\nAn empty registry gives back what a burst needed.",
        callbacks.len(),
        callbacks.capacity()
    );
    let id = callbacks.insert(notes.writer("after"));
    deliver(&mut callbacks, id.complete(Ok(6)));
    notes.expect(
        "after=6",
        "a callback was inserted after the burst was given back",
        "Do slots and the list of free ones still belong together?",
    );
}

#[test]
fn an_error_reaches_the_callback_under_nodes_name() {
    let (mut callbacks, notes) = (Callbacks::new(), Notes::default());
    let id = callbacks.insert(notes.writer("read"));
    let missing = std::fs::File::open("there/is/no/such/file").expect_err("the file is missing");
    let error = Error::from_io(&missing, "open").with_path("there/is/no/such/file");
    assert_eq!(
        error.to_string(),
        "ENOENT: no such file or directory, open 'there/is/no/such/file'",
        "this is Node's message for a file that is missing"
    );
    assert!(
        error.syscall() == Some("open") && error.errno().is_some_and(|errno| errno < 0),
        "expected  the system call open, and a negative number\nyours     {:?}, {:?}",
        error.syscall(),
        error.errno()
    );
    let own = Error::from_io(&io::Error::other("no more jobs"), "work");
    assert_eq!(
        own.code(),
        "UNKNOWN",
        "an error that does not come from the system"
    );
    deliver(&mut callbacks, id.complete(Err(error)));
    notes.expect(
        "read:ENOENT",
        "the operation failed",
        "An error is a result: it is delivered.",
    );
}

#[test]
fn listeners_are_called_in_order_every_time() {
    let (emitter, notes) = (Emitter::new(), Notes::default());
    assert!(
        !emitter.emit(&0),
        "nobody listens\nexpected  false\nyours     true\nNode uses that answer: an error event that nobody \
         hears is thrown."
    );
    emitter.on(notes.listener("b"));
    let c = emitter.on(notes.listener("c"));
    emitter.prepend(notes.listener("a"));
    assert!(
        emitter.emit(&0) && emitter.emit(&0),
        "three listen\nexpected  true\nyours     false"
    );
    notes.expect(
        "a b c a b c",
        "b and c were added, then a in front; the event was emitted twice",
        "Three words only: `on` is not `once`.",
    );
    assert!(
        emitter.off(c) && !emitter.off(c),
        "expected  true, then false"
    );
    emitter.emit(&0);
    notes.expect("a b", "c was taken off", "");
}

#[test]
fn an_emit_calls_the_listeners_of_the_moment_at_which_it_began() {
    // Seen in Node 20.20: `b` is called although `a` has just taken it off.
    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let b = Rc::new(Cell::new(None));
    let (inner, pen, victim) = (Rc::clone(&emitter), notes.clone(), Rc::clone(&b));
    emitter.on(move |_| {
        pen.write("a");
        inner.off(victim.get().expect("b was added"));
        inner.on(pen.listener("new"));
    });
    b.set(Some(emitter.on(notes.listener("b"))));
    emitter.on(notes.listener("c"));
    let outcome = catch_unwind(AssertUnwindSafe(|| emitter.emit(&0)));
    assert!(
        outcome.is_ok(),
        "a listener took another one off and added a third, and that panicked\nWhile listeners are called, \
         nothing may be borrowed, and a change must not need the list for itself."
    );
    notes.expect(
        "a b c",
        "the listener a takes b off and adds a new one, in the middle of an emit",
        "b or c missing: the emit walked over the list that was changed.\n\
         new at the end: the emit went on until the end of the changed list.",
    );
    emitter.emit(&0);
    notes.expect(
        "a c new",
        "this is the next emit",
        "b again: the change was made to a copy that nobody kept.",
    );
}

#[test]
fn a_once_listener_is_off_before_it_is_called() {
    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let (inner, pen) = (Rc::clone(&emitter), notes.clone());
    emitter.once(move |depth: &u32| {
        pen.write(format!("once({depth}) beside {}", inner.len()));
        if *depth < 3 {
            inner.emit(&(depth + 1));
        }
    });
    emitter.emit(&0);
    notes.expect(
        "once(0) beside 0",
        "a once listener emits its own event again",
        "Called twice: it was still on the list while it ran.\n\
         beside 1: the same, seen from inside.",
    );
    let id = emitter.once(notes.listener_once("never"));
    emitter.off(id);
    emitter.emit(&0);
    notes.expect("", "a once listener was taken off before the event", "");
}

#[test]
fn a_listener_that_throws_stops_the_emit_and_nothing_else() {
    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let pen = notes.clone();
    emitter.once(move |_| {
        pen.write("a throws");
        resume_unwind(Box::new("a"));
    });
    emitter.on(notes.listener("b"));
    let outcome = catch_unwind(AssertUnwindSafe(|| emitter.emit(&0)));
    assert!(
        outcome.is_err(),
        "the first listener panicked\nexpected  the panic reaches the caller of emit\nyours     emit came \
         back\nNode throws out of emit, and the loop decides."
    );
    notes.expect(
        "a throws",
        "the first of two listeners panicked",
        "The others are not called.",
    );
    emitter.emit(&0);
    notes.expect(
        "b",
        "this is the next emit",
        "a again: a once listener is off before it is called, also if it throws.",
    );
}
