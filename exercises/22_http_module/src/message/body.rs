//! The body of a message that comes in: a stream, with a listener at its end. All of it is given.
//!
//! The rule: nobody gets a body that nobody asked for. Until there is a listener, its bytes stay where they are: in the
//! socket, and behind that in the sender.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use callbacks::Emitter;
use runtime::{Error, Result, next_tick};

/// What happens to bytes that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Nobody has asked for them yet, or somebody has said `pause`.
    Waiting,
    /// They go to the listeners.
    Flowing,
    /// They are thrown away.
    Skipping,
}

type OnData = Rc<dyn Fn(&[u8])>;

#[derive(Default)]
struct Listeners {
    /// As in an [`Emitter`], which cannot lend a slice.
    data: RefCell<Rc<Vec<OnData>>>,
    end: Emitter<()>,
    error: Emitter<Error>,
    close: Emitter<()>,
}

/// A body, seen from where it arrives.
pub(crate) struct Body {
    mode: Cell<Mode>,
    /// Whether a tick is set that will make it flow.
    will_flow: Cell<bool>,
    /// Whether the parser has found its end.
    is_complete: Cell<bool>,
    /// Whether the listeners know how it ended.
    is_told: Cell<bool>,
    /// Whether it is over when they know.
    closes_when_told: Cell<bool>,
    /// Why the rest will never come.
    error: OnceCell<Error>,
    /// Most requests have no body and no listener.
    listeners: OnceCell<Box<Listeners>>,
}

impl Body {
    pub(crate) fn new() -> Body {
        Body {
            mode: Cell::new(Mode::Waiting),
            will_flow: Cell::new(false),
            is_complete: Cell::new(false),
            is_told: Cell::new(false),
            closes_when_told: Cell::new(false),
            error: OnceCell::new(),
            listeners: OnceCell::new(),
        }
    }

    fn listeners(&self) -> &Listeners {
        self.listeners.get_or_init(Box::default)
    }

    pub(crate) fn on_data(&self, listener: impl Fn(&[u8]) + 'static) {
        Rc::make_mut(&mut self.listeners().data.borrow_mut()).push(Rc::new(listener));
    }

    pub(crate) fn on_end(&self, listener: impl Fn() + 'static) {
        self.listeners().end.on(move |()| listener());
    }

    pub(crate) fn on_error(&self, listener: impl Fn(&Error) + 'static) {
        self.listeners().error.on(listener);
    }

    pub(crate) fn on_close(&self, listener: impl Fn() + 'static) {
        self.listeners().close.on(move |()| listener());
    }

    /// Lets the body flow from the next tick on. Then calls `flow`, which goes and gets it.
    pub(crate) fn resume(self: &Rc<Self>, flow: impl FnOnce() + 'static) {
        if self.mode.get() != Mode::Waiting || self.will_flow.replace(true) {
            return;
        }
        let body = Rc::clone(self);
        next_tick(move || {
            // A `pause` may have come between.
            if body.will_flow.replace(false) && body.mode.get() == Mode::Waiting {
                body.mode.set(Mode::Flowing);
                body.tell_end();
                flow();
            }
        });
    }

    pub(crate) fn pause(&self) {
        self.will_flow.set(false);
        if self.mode.get() == Mode::Flowing {
            self.mode.set(Mode::Waiting);
        }
    }

    /// From now on, throws away what nobody reads. The end is told all the same.
    pub(crate) fn skip(&self) {
        if self.mode.get() == Mode::Waiting && !self.will_flow.get() {
            self.mode.set(Mode::Skipping);
        }
    }

    pub(crate) fn is_skipping(&self) -> bool {
        self.mode.get() == Mode::Skipping
    }

    /// Whether bytes that come have somewhere to go.
    pub(crate) fn is_wanted(&self) -> bool {
        self.mode.get() != Mode::Waiting
    }

    /// Whether they will have in a moment.
    pub(crate) fn is_about_to_flow(&self) -> bool {
        self.will_flow.get()
    }

    /// Whether all of it has come.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete.get()
    }

    /// Hands out some of it.
    pub(crate) fn data(&self, data: &[u8]) {
        let Some(listeners) = self.listeners.get() else {
            return;
        };
        if self.mode.get() == Mode::Flowing {
            let data_listeners = Rc::clone(&listeners.data.borrow());
            for listener in data_listeners.iter() {
                listener(data);
            }
        }
    }

    /// All of it has come. The listeners hear of that in a tick, if they have had the rest by then.
    pub(crate) fn complete(self: &Rc<Self>) {
        self.is_complete.set(true);
        self.tell_end_soon();
    }

    /// Tells the listeners of the end in a tick, if it has come and they want to know.
    pub(crate) fn tell_end_soon(self: &Rc<Self>) {
        if self.is_complete.get() && self.is_wanted() && self.has_listeners() {
            let body = Rc::clone(self);
            next_tick(move || body.tell_end());
        }
    }

    /// Tells the listeners how it ended, if it has and they want to know, once.
    fn tell_end(self: &Rc<Self>) {
        let Some(listeners) = self.listeners.get() else {
            return;
        };
        if self.is_told.get() {
            return;
        }
        if self.is_complete.get() && self.is_wanted() {
            self.is_told.set(true);
            listeners.end.emit(&());
        } else if let Some(error) = self.error.get() {
            self.is_told.set(listeners.error.emit(error));
        }
        if self.is_told.get() && self.closes_when_told.get() {
            let body = Rc::clone(self);
            next_tick(move || body.close());
        }
    }

    /// The rest will never come, because of `error`. Who begins to listen later hears of it, too.
    pub(crate) fn fail(self: &Rc<Self>, error: &Error) {
        if !self.is_complete.get() && self.error.set(error.clone()).is_ok() {
            self.tell_end();
        }
    }

    /// Tells the listeners that it is over, well or not. They are gone afterwards.
    pub(crate) fn close(&self) {
        if let Some(listeners) = self.listeners.get() {
            listeners.close.emit(&());
            self.forget();
        }
    }

    /// Drops the listeners. What they captured may hold this body.
    pub(crate) fn forget(&self) {
        if let Some(listeners) = self.listeners.get() {
            let data = listeners.data.take();
            listeners.end.remove_all();
            listeners.error.remove_all();
            listeners.close.remove_all();
            drop(data);
        }
    }

    /// As [`close`](Body::close), but not before the listeners have heard how it ended.
    pub(crate) fn close_when_told(self: &Rc<Self>) {
        if self.is_told.get() {
            self.close();
        } else {
            self.closes_when_told.set(true);
        }
    }

    /// Whether anyone listens to anything.
    pub(crate) fn has_listeners(&self) -> bool {
        self.listeners.get().is_some()
    }
}

/// Collects `body` until its end, and calls `callback` with its text or with the error that ended it.
pub(crate) fn collect_text(body: &Rc<Body>, callback: impl FnOnce(Result<String>) + 'static) {
    if body.is_skipping() {
        let error = Error::new("ERR_STREAM_PREMATURE_CLOSE", "the body was skipped");
        next_tick(move || callback(Err(error)));
        return;
    }
    let collected = Rc::new(RefCell::new(Vec::new()));
    let callback = Rc::new(Cell::new(Some(callback)));
    let bytes = Rc::clone(&collected);
    body.on_data(move |data| bytes.borrow_mut().extend_from_slice(data));
    let once = Rc::clone(&callback);
    body.on_end(move || {
        if let Some(callback) = once.take() {
            let bytes = collected.take();
            callback(Ok(String::from_utf8_lossy(&bytes).into_owned()));
        }
    });
    body.on_error(move |error| {
        if let Some(callback) = callback.take() {
            callback(Err(error.clone()));
        }
    });
}
