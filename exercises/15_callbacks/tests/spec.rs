use std::any::Any;
use std::cell::{Cell, RefCell};
use std::io;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use callbacks::{CallbackId, Callbacks, Completion, Emitter, Error, Result};
use support::heap;

/// Counts what a thread allocates.
#[global_allocator]
static COUNTING: heap::Counting = heap::Counting;

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

/// Inserts callbacks that do nothing and capture nothing: their boxes need no memory.
fn insert(callbacks: &mut Callbacks, count: usize) -> Vec<CallbackId<u32>> {
    (0..count)
        .map(|_| callbacks.insert(|_: Result<u32>| {}))
        .collect()
}

/// Takes the callback of `completion` and calls it. False when there is none.
fn deliver(callbacks: &mut Callbacks, completion: Completion) -> bool {
    callbacks.take(completion).map(|call| call.call()).is_some()
}

/// Runs `f`, and says what was set up if that panics. A `todo!` speaks for itself.
#[track_caller]
fn no_panic<R>(setup: &str, cause: &str, f: impl FnOnce() -> R) -> R {
    let payload = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => return value,
        Err(payload) => payload,
    };
    let words = words_of(&*payload);
    if words.starts_with("not yet implemented") {
        resume_unwind(payload);
    }
    panic!("{setup}\nexpected  no panic\nyours     {words}\n{cause}");
}

fn words_of(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without words".to_string())
}

/// Runs its closure when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
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
        let Ok(mut registry) = inner.try_borrow_mut() else {
            pen.write("and the registry is borrowed");
            return;
        };
        let next = registry.insert(pen.writer("second"));
        drop(registry);
        let call = inner.borrow_mut().take(next.complete(Ok(2)));
        call.expect("it was inserted just now").call();
    });
    let call = callbacks.borrow_mut().take(id.complete(Ok(1)));
    notes.expect(
        "",
        "take was called, and the Call that it gives was not",
        "take only finds the callback. The caller calls it when the registry is not borrowed any more.\n\
         A program in which take calls panics in the callback, with \"RefCell already borrowed\".",
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
    let (found, waiting) = (if delivered { "Some" } else { "None" }, callbacks.len());
    assert!(
        !delivered && waiting == 1,
        "a result came for an id that is over\nexpected  None, and 1 callback still waits\nyours     {found}, and \
         {waiting} wait\n{}",
        match waiting {
            0 => "The new callback is gone: look at the number before you empty the slot.",
            1 => "take gives a Call only when the slot holds this id's callback.",
            _ =>
                "The cancelled callback's slot was never freed: does it come on the list of free ones?",
        }
    );
    assert!(
        !callbacks.cancel(old) && callbacks.len() == 1,
        "cancel was called with an id that is over\nexpected  false, and 1 callback still waits\nyours     {} \
         wait",
        callbacks.len()
    );
    deliver(&mut callbacks, new.complete(Ok(8)));
    notes.expect(
        "new=8",
        "then the result of the new callback came",
        "Nothing: a result or a cancel under the old id emptied its slot. Look at the number before you take \
         anything out.",
    );

    let data = Arc::new(());
    let old = callbacks.insert(|_: Result<Arc<()>>| {});
    callbacks.cancel(old);
    drop(callbacks.take(old.complete(Ok(Arc::clone(&data)))));
    assert!(
        Arc::strong_count(&data) == 1,
        "a result came for a callback that was cancelled\nexpected  the result is dropped\nyours     it is still \
         alive\nA result may be a file or a megabyte. When take has nobody to give it to, it is dropped there."
    );

    // Of 257 numbers, two have the same last eight bits.
    let mut over = Vec::new();
    for _ in 0..300 {
        let id = callbacks.insert(|_: Result<u32>| {});
        let found = over.iter().find(|it| callbacks.cancel(**it));
        assert!(
            found.is_none(),
            "300 callbacks had the same slot, one after the other\nexpected  cancel finds nothing under an old \
             id\nyours     {found:?} found the callback of {id:?}\nCompare the whole numbers, not a part of them."
        );
        callbacks.cancel(id);
        over.push(id);
    }
}

#[test]
fn an_id_finds_nothing_in_another_registry() {
    let (mut one, mut two) = (Callbacks::new(), Callbacks::new());
    let notes = Notes::default();
    let a = one.insert(notes.writer("a"));
    let b = two.insert(notes.writer("b"));
    let other = thread::spawn(|| Callbacks::new().insert(|_: Result<u32>| {}));
    let c = other.join().expect("insert does not panic");
    let setup = "a waits in one registry, b in a second one, c in a third one on another thread";
    assert!(
        a != b && a != c && b != c,
        "{setup}\nexpected  three different ids\nyours     {a:?}, {b:?}, {c:?}\nCount for the whole process, not \
         for a slot, a registry or a thread: one program has several of each."
    );
    deliver(&mut one, b.complete(Ok(0)));
    deliver(&mut one, c.complete(Ok(0)));
    deliver(&mut two, a.complete(Ok(0)));
    deliver(&mut two, c.complete(Ok(0)));
    notes.expect(
        "",
        "each result came to the wrong registry",
        "a=0 or b=0: another registry's result. Are the numbers in the slot and in the id equal, not merely \
         below or above each other?",
    );
    deliver(&mut one, a.complete(Ok(1)));
    deliver(&mut two, b.complete(Ok(2)));
    notes.expect(
        "a=1 b=2",
        "then each result came to its own registry",
        "One missing: another registry's id emptied its slot. Look at the number before you take anything out.",
    );
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

    let notes = Notes::default();
    let setup = "a was cancelled twice and its result came, then b and c were inserted, then their results came";
    let cause = "One missing, or a panic: the slot was freed each time, and b and c got the same one.\n\
                 Free a slot only if there was a callback in it.";
    no_panic(setup, cause, || {
        let b = callbacks.insert(notes.writer("b"));
        let c = callbacks.insert(notes.writer("c"));
        deliver(&mut callbacks, b.complete(Ok(2)));
        deliver(&mut callbacks, c.complete(Ok(3)));
    });
    notes.expect("b=2 c=3", setup, cause);

    let bomb = OnDrop(|| resume_unwind(Box::new("from drop")));
    let id = callbacks.insert(move |_: Result<u32>| {
        let _kept_until_here = &bomb;
    });
    let _ = catch_unwind(AssertUnwindSafe(|| callbacks.cancel(id)));
    assert!(
        callbacks.is_empty(),
        "a callback was cancelled, and what it captured panicked in its drop\nexpected  0 callbacks wait\n\
         yours     {} wait, for ever\nTake the callback out and free the slot. Drop the callback after that.",
        callbacks.len()
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
    let mut ids = insert(&mut callbacks, 10_000);
    let last = ids.pop().expect("there are 10,000");
    for id in &ids {
        callbacks.cancel(*id);
    }
    let setup = "10,000 callbacks came, and all but the first and the last one were cancelled";
    let found = no_panic(setup, "", || deliver(&mut callbacks, last.complete(Ok(0))));
    assert!(
        found,
        "{setup}; the last one's result came\nexpected  its callback is found\nyours     None\nGive slots back \
         only when no callback waits."
    );
    assert!(
        callbacks.capacity() >= 10_000,
        "one callback still waits, after 10,000 others\nexpected  all slots stay\nyours     {} slots\nTo know which \
         slots can go, you would have to search. Give back when the registry is empty.",
        callbacks.capacity()
    );
    deliver(&mut callbacks, kept.complete(Ok(5)));
    notes.expect("kept=5", "10,000 callbacks came and went meanwhile", "");
    let setup = "10,000 callbacks waited at once, all are gone, and an old id comes";
    let cause = "Its slot does not exist any more. Ask with `get_mut`: an index panics.";
    let found = no_panic(setup, cause, || {
        callbacks.cancel(ids[9000]) || deliver(&mut callbacks, ids[9001].complete(Ok(0)))
    });
    assert!(
        !found,
        "{setup}\nexpected  false from cancel, None from take\nyours     a callback"
    );
    let setup = "a callback was inserted after the burst was given back";
    let cause =
        "The list of free slots still names slots that were given back: replace both lists.";
    no_panic(setup, cause, || {
        let id = callbacks.insert(notes.writer("after"));
        deliver(&mut callbacks, id.complete(Ok(6)));
    });
    notes.expect("after=6", setup, cause);

    for (count, slots) in [
        (1000, 1000),
        (1024, 1024),
        (1025, 0),
        (1500, 0),
        (10_000, 0),
    ] {
        for end in ["take", "cancel"] {
            let before = heap::held();
            let mut callbacks = Callbacks::new();
            for id in insert(&mut callbacks, count) {
                if end == "take" {
                    deliver(&mut callbacks, id.complete(Ok(0)));
                } else {
                    callbacks.cancel(id);
                }
            }
            let setup =
                format!("{count} callbacks waited at once, and {end} has ended all of them");
            assert!(
                callbacks.is_empty() && callbacks.capacity() == slots,
                "{setup}\nexpected  0 wait, {slots} slots\nyours     {} wait, {} slots\nAn empty registry keeps up \
                 to 1024 slots. If it has more it gives back all, after take as after cancel.",
                callbacks.len(),
                callbacks.capacity()
            );
            if slots == 0 {
                let held = heap::held() - before;
                assert!(
                    held < 1000,
                    "{setup}\nexpected  next to no memory is held\nyours     {held} bytes\n`clear` and `truncate` keep \
                     a list's memory. Replace both lists by new ones."
                );
                continue;
            }
            let before = heap::asked();
            let id = callbacks.insert(|_: Result<u32>| {});
            callbacks.cancel(id);
            let asked = heap::asked() - before;
            assert!(
                asked < 1000,
                "{setup}; one more came and was cancelled\nexpected  it uses a free slot, and next to nothing is allocated\n\
                 yours     {asked} bytes were allocated\nBuild no list anew each time the registry is empty."
            );
        }
    }
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
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener
        .local_addr()
        .expect("it has an address")
        .to_string();
    let taken = TcpListener::bind(&address).expect_err("the port is taken");
    let listen = Error::from_io(&taken, "listen").with_host(address.as_str());
    let bind = Error::from_socket(&taken, "bind").with_host(address.as_str());
    assert_eq!(
        [listen.to_string(), bind.to_string()],
        [
            format!("listen EADDRINUSE: address already in use {address}"),
            format!("bind EADDRINUSE {address}")
        ],
        "these are Node's messages for a port that is taken, by net.Server and by dgram.Socket"
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

    let (crowd, calls) = (Emitter::new(), Rc::new(Cell::new(0)));
    for _ in 0..5000 {
        let calls = Rc::clone(&calls);
        crowd.on(move |_: &u32| calls.set(calls.get() + 1));
    }
    crowd.emit(&0);
    assert!(
        calls.get() == 5000,
        "5000 listen\nexpected  5000 calls\nyours     {} calls",
        calls.get()
    );
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

    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let once = Rc::new(Cell::new(None));
    let (inner, pen, victim) = (Rc::clone(&emitter), notes.clone(), Rc::clone(&once));
    emitter.on(move |_| {
        pen.write("a");
        if let Some(id) = victim.take() {
            inner.off(id);
            inner.once(pen.listener_once("next"));
        }
    });
    once.set(Some(emitter.once(notes.listener_once("o"))));
    emitter.emit(&0);
    notes.expect(
        "a o",
        "the listener a takes off o, which is a once listener, and adds next, another one",
        "o missing: it was there when the emit began, so it is called, also if `off` says false by then.",
    );
    emitter.emit(&0);
    notes.expect(
        "a next",
        "this is the next emit",
        "next missing: the call of o took another listener off. Take o off by its own id.",
    );

    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let (inner, pen) = (Rc::clone(&emitter), notes.clone());
    emitter.on(move |_| {
        pen.write("a");
        inner.remove_all();
    });
    emitter.on(notes.listener("b"));
    emitter.emit(&0);
    emitter.emit(&0);
    notes.expect(
        "a b",
        "the listener a takes all off, b was the next, and there are two emits",
        "b missing: the emit looked at the changed list.",
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
    let setup = "a once listener emits its own event again, and looks how many listeners there are";
    let cause = "An emit changes the list when it calls a once listener, so nothing may be borrowed then.\n\
                 What stands in the head of a `for` is borrowed until the loop ends.";
    no_panic(setup, cause, || emitter.emit(&0));
    notes.expect(
        "once(0) beside 0",
        setup,
        "beside 1: it was still on the list while it ran. Take it off first, then call it.",
    );
    let alone = Emitter::new();
    alone.once(|_: &u32| {});
    let answers = (alone.emit(&0), alone.emit(&0));
    assert!(
        answers == (true, false),
        "one once listener, and two emits\nexpected  true, then false\nyours     {}, then {}\nemit says whether \
         there were listeners when it began. A once listener is off when it ends.",
        answers.0,
        answers.1
    );

    let id = emitter.once(notes.listener_once("never"));
    emitter.off(id);
    emitter.emit(&0);
    notes.expect("", "a once listener was taken off before the event", "");

    let emitter = Rc::new(Emitter::new());
    let (inner, pen) = (Rc::clone(&emitter), notes.clone());
    emitter.on(move |depth: &u32| {
        pen.write(format!("a{depth}"));
        if *depth < 2 && !inner.emit(&(depth + 1)) {
            pen.write("false");
        }
    });
    let pen = notes.clone();
    emitter.once(move |depth| pen.write(format!("o{depth}")));
    let setup = "a emits its own event twice more from inside, and o behind it is a once listener";
    let cause = "The inner emit calls o. The outer ones find its cell empty, and go on.";
    no_panic(setup, cause, || emitter.emit(&0));
    notes.expect(
        "a0 a1 a2 o2",
        setup,
        "o0: it was taken out before its turn came; or an emit inside of an emit did nothing.\n\
         false: an emit inside of an emit has the same answer as any other.",
    );

    let emitter = Rc::new(Emitter::new());
    let (inner, pen, first) = (Rc::clone(&emitter), notes.clone(), Cell::new(true));
    emitter.on(move |_| {
        pen.write("a");
        if first.take() {
            inner.prepend(pen.listener("new"));
        }
    });
    emitter.once(notes.listener_once("o"));
    let setup = "a puts a new listener in front, then o is called, a once listener";
    no_panic(setup, "Take o off by its id.", || emitter.emit(&0));
    notes.expect(
        "a o",
        setup,
        "a twice: the emit walked over the list that was changed. Walk over the list of the beginning.",
    );
    emitter.emit(&0);
    notes.expect(
        "new a",
        "this is the next emit",
        "One missing: the call of o took another listener off. Its place had changed, its id had not.",
    );
}

#[test]
fn a_listener_that_is_taken_off_is_dropped_and_nothing_is_copied() {
    let (emitter, dropped) = (Emitter::new(), Rc::new(Cell::new(false)));
    let guard = Guard(Rc::clone(&dropped));
    let id = emitter.on(move |_: &u32| {
        let _kept_until_here = &guard;
    });
    for _ in 0..1000 {
        emitter.on(|_| {});
    }
    let before = heap::asked();
    emitter.emit(&0);
    let copied = heap::asked() - before;
    assert!(
        copied < 1000,
        "1001 listeners, and an emit in which none of them changes anything\nexpected  next to nothing is allocated\n\
         yours     {copied} bytes were allocated\nDoes emit copy the list? Clone the `Rc`, not the `Vec` in it."
    );
    let before = heap::asked();
    emitter.off(id);
    let copied = heap::asked() - before;
    assert!(
        dropped.get(),
        "an emit is over, and a listener is taken off\nexpected  what it captured is dropped\nyours     it is still \
         alive\nSomething holds on to the list of an emit that is over."
    );
    assert!(
        copied < 1000,
        "1001 listeners, no emit is under way, and one is taken off\nexpected  the list is changed where it is\n\
         yours     {copied} bytes were allocated\nA change makes a copy only if an emit has the list, too."
    );

    let emitter = Emitter::new();
    for _ in 0..1000 {
        emitter.once(|_: &u32| {});
    }
    let list = 1000 * size_of::<Rc<()>>();
    let before = heap::asked();
    emitter.emit(&0);
    let copied = heap::asked() - before;
    assert!(
        copied < 10 * list,
        "1000 once listeners, so an emit changes the list 1000 times\nexpected  about {list} bytes are allocated: one \
         copy, for the first change\nyours     {copied} bytes\nThe copy belongs to the emitter alone, so the next \
         changes need no other one."
    );

    let (emitter, notes) = (Rc::new(Emitter::new()), Notes::default());
    let setup = "what a listener captured adds another listener in its drop, and the first one is taken off";
    let cause = "\"RefCell already borrowed\": what is removed has to be dropped after the borrow of the list.";
    for all in [false, true] {
        let (inner, pen) = (Rc::clone(&emitter), notes.clone());
        let adds = OnDrop(move || {
            inner.on(pen.listener("added"));
        });
        let id = emitter.on(move |_| {
            let _kept_until_here = &adds;
        });
        no_panic(setup, cause, || {
            if all {
                emitter.remove_all();
            } else {
                emitter.off(id);
            }
        });
        emitter.emit(&0);
        notes.expect("added", setup, "It was added to a list that nobody keeps.");
    }
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
    emitter.once(notes.listener_once("c"));
    let outcome = catch_unwind(AssertUnwindSafe(|| emitter.emit(&0)));
    assert!(
        outcome.is_err(),
        "the first listener panicked\nexpected  the panic reaches the caller of emit\nyours     emit came \
         back\nNode throws out of emit, and the loop decides."
    );
    notes.expect(
        "a throws",
        "the first of three listeners panicked",
        "b or c: a listener's panic ends the emit.\n\
         Nothing: emit itself panicked before it called a. Its words stand above.",
    );
    emitter.emit(&0);
    notes.expect(
        "b c",
        "this is the next emit; c is a once listener that was not called yet",
        "a again: a once listener is off before it is called, also if it throws.\n\
         c missing: it was taken off before its turn came. Take each one off just before its own call.",
    );
}
