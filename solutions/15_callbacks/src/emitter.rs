//! Listeners: callbacks that are called each time something happens, Node's `EventEmitter` for one event.
//!
//! The rule: an emit calls the listeners of the moment at which it began, whatever they change meanwhile.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// Names one listener of one emitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerId(u64);

struct Listener<A> {
    id: ListenerId,
    callback: Callback<A>,
}

enum Callback<A> {
    /// It stays until it is taken off.
    Every(Box<dyn Fn(&A)>),
    /// It is taken out by the first call.
    Once(Cell<Option<OnceCallback<A>>>),
}

type OnceCallback<A> = Box<dyn FnOnce(&A)>;

type List<A> = Vec<Rc<Listener<A>>>;

/// The listeners of one event, whose argument is an `A`.
pub struct Emitter<A> {
    // An emit holds on to the list by a clone of the `Rc`. A change meanwhile makes a new list.
    listeners: RefCell<Rc<List<A>>>,
    next: Cell<u64>,
}

impl<A> Emitter<A> {
    /// No listeners.
    pub fn new() -> Emitter<A> {
        Emitter {
            listeners: RefCell::new(Rc::new(Vec::new())),
            next: Cell::new(0),
        }
    }

    /// Adds a listener, which is called last.
    pub fn on(&self, callback: impl Fn(&A) + 'static) -> ListenerId {
        self.add(Callback::Every(Box::new(callback)), false)
    }

    /// Adds a listener, which is called first.
    pub fn prepend(&self, callback: impl Fn(&A) + 'static) -> ListenerId {
        self.add(Callback::Every(Box::new(callback)), true)
    }

    /// Adds a listener that is called once, last, and taken off before that.
    pub fn once(&self, callback: impl FnOnce(&A) + 'static) -> ListenerId {
        self.add(Callback::Once(Cell::new(Some(Box::new(callback)))), false)
    }

    fn add(&self, callback: Callback<A>, first: bool) -> ListenerId {
        let id = ListenerId(self.next.replace(self.next.get() + 1));
        let listener = Rc::new(Listener { id, callback });
        self.change(|list| list.insert(if first { 0 } else { list.len() }, listener));
        id
    }

    /// Takes a listener off. False when it is not there: it was taken off before, or called as a `once`.
    pub fn off(&self, id: ListenerId) -> bool {
        let place = self.listeners.borrow().iter().position(|it| it.id == id);
        let Some(place) = place else { return false };
        // What is removed is dropped after the borrow: its captures may use this emitter in their own `drop`.
        let removed = self.change(|list| list.remove(place));
        drop(removed);
        true
    }

    /// Takes all listeners off.
    pub fn remove_all(&self) {
        let removed = self.change(std::mem::take);
        drop(removed);
    }

    /// How many listeners there are.
    pub fn len(&self) -> usize {
        self.listeners.borrow().len()
    }

    /// Whether there is no listener.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes the list. An emit that is under way keeps the list as it was: the first change meanwhile makes a copy,
    /// and the next ones change that copy. Without an emit nothing is copied.
    fn change<R>(&self, f: impl FnOnce(&mut List<A>) -> R) -> R {
        //> // TODO: this is right as long as no emit is under way. Then the list belongs to the emit, too.
        //> let mut listeners = self.listeners.borrow_mut();
        //> f(Rc::get_mut(&mut listeners).expect("an emit is under way, and the list is its list"))
        f(Rc::make_mut(&mut self.listeners.borrow_mut()))
        //<
    }

    /// Calls the listeners with `argument`, the first one first. Says whether there was any. The list is not copied.
    ///
    /// A listener that is added meanwhile is not called; one that is taken off meanwhile is still called. A
    /// listener of `once` is taken off before it is called, so an emit inside of it does not call it again.
    /// A listener may use the emitter in every way. When it panics, the others are not called.
    pub fn emit(&self, argument: &A) -> bool {
        //> // TODO: call the listeners.
        //> todo!("call {} listeners", self.len())
        let listeners = Rc::clone(&self.listeners.borrow());
        for listener in listeners.iter() {
            match &listener.callback {
                Callback::Every(callback) => callback(argument),
                Callback::Once(callback) => {
                    self.off(listener.id);
                    if let Some(callback) = callback.take() {
                        callback(argument);
                    }
                }
            }
        }
        !listeners.is_empty()
        //<
    }
}

impl<A> Default for Emitter<A> {
    fn default() -> Emitter<A> {
        Emitter::new()
    }
}

impl<A> fmt::Debug for Emitter<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter")
            .field("listeners", &self.len())
            .finish()
    }
}
