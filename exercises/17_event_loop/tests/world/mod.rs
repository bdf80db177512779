//! A loop in a world made of a script, and a list of words that its callbacks write down.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use event_loop::{EventLoop, Poller, VirtualPoller, throw};

/// So many words are written down by a program without an end only.
const WORDS: usize = 1_000;

/// Clones are the same world.
#[derive(Clone)]
pub struct World {
    pub event_loop: EventLoop,
    pub poller: Rc<VirtualPoller>,
    words: Rc<RefCell<Vec<String>>>,
    thrown: Rc<RefCell<Vec<&'static str>>>,
}

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

impl World {
    pub fn new() -> World {
        let poller = Rc::new(VirtualPoller::new());
        World {
            event_loop: EventLoop::new(Rc::clone(&poller) as Rc<dyn Poller>),
            poller,
            words: Rc::default(),
            thrown: Rc::default(),
        }
    }

    /// Writes a word down. Ends a program that has no end.
    pub fn say(&self, word: impl Into<String>) {
        self.words.borrow_mut().push(word.into());
        if self.words.borrow().len() == WORDS {
            self.event_loop.exit(1);
        }
    }

    /// Writes a word and the time down: `t@20`.
    pub fn say_at(&self, word: &str) {
        self.say(format!("{word}@{}", self.poller.now().as_millis()));
    }

    /// A callback that writes a word down.
    pub fn saying(&self, word: &'static str) -> impl FnMut() + use<> {
        let world = self.clone();
        move || world.say(word)
    }

    /// A callback that writes a word and the time down.
    pub fn saying_at(&self, word: &'static str) -> impl FnMut() + use<> {
        let world = self.clone();
        move || world.say_at(word)
    }

    /// A callback that writes a word down and then does `more`.
    pub fn doing(&self, word: &'static str, more: fn(&World)) -> impl FnOnce() + use<> {
        let world = self.clone();
        move || {
            world.say(word);
            more(&world);
        }
    }

    /// A callback that writes `t` and its number down, and sets a tick `n` and a microtask `m` of that number.
    pub fn with_tasks(&self, number: u32) -> impl FnMut() + use<> {
        let world = self.clone();
        move || {
            world.say(format!("t{number}"));
            let (tick, microtask) = (world.clone(), world.clone());
            world
                .event_loop
                .next_tick(move || tick.say(format!("n{number}")));
            world
                .event_loop
                .queue_microtask(move || microtask.say(format!("m{number}")));
        }
    }

    /// Throws a text, and remembers it for the message of `run`.
    pub fn throw(&self, text: &'static str) -> ! {
        self.thrown.borrow_mut().push(text);
        throw(text)
    }

    /// Runs a program to its end. Returns its exit code.
    pub fn run(&self, main: impl FnOnce(&World)) -> i32 {
        let run = || self.event_loop.run(|| main(self));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(code) => code.expect("this poller has no errors"),
            Err(panic) => {
                let text = panic.downcast_ref::<&'static str>().copied();
                if let Some(text) = text.filter(|text| self.thrown.borrow().contains(text)) {
                    // Thrown without a message, so this is the first that is heard of it.
                    panic!(
                        "a callback threw `{text}`, and the panic left through `run`\nIt was called without `call`, \
                         which catches what a callback throws and lets its ticks follow."
                    );
                }
                resume_unwind(panic);
            }
        }
    }

    /// The words since the last call, in one line.
    pub fn taken(&self) -> String {
        let mut words = self.words.take();
        if words.len() >= WORDS {
            words.truncate(20);
            words.push(String::from("... and so on, without an end"));
        }
        words.join(" ")
    }

    /// Compares the words since the last call. `causes` is what usually made the difference.
    #[track_caller]
    pub fn expect(&self, expected: &str, setup: &str, causes: &str) {
        let yours = self.taken();
        assert!(
            yours == expected,
            "{setup}\nexpected  {expected}\nyours     {yours}\n{causes}"
        );
    }
}
