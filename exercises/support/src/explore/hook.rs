//! What a thread of the explorer says when it panics is kept, and printed once, with the picture.

use std::any::Any;
use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on panics of the explorer's threads are silent.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(current) = super::current() {
                current.note_panic();
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                others(info);
            }
        }));
    });
}

/// The message of a panic of this thread, and its place.
pub(super) fn take_message(payload: &Box<dyn Any + Send>) -> String {
    let text = match (
        payload.downcast_ref::<String>(),
        payload.downcast_ref::<&str>(),
    ) {
        (Some(text), _) => text.as_str(),
        (None, Some(text)) => text,
        (None, None) => "(a panic without a text)",
    };
    match PLACE.take() {
        Some(place) => format!("{text}\n(at {place})"),
        None => text.to_owned(),
    }
}
