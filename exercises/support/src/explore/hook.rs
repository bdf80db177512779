//! What a thread of the explorer says when it panics is kept, and printed once, with the picture. A `todo!()`
//! is also reported at once, as everywhere: its place is where the work goes on.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on panics of the explorer's threads are silent, but for a `todo!()`.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(current) = super::current() {
                current.note_panic();
                PLACE.set(info.location().map(ToString::to_string));
                if !is_todo(info) {
                    return;
                }
            }
            others(info);
        }));
    });
}

fn is_todo(info: &PanicHookInfo<'_>) -> bool {
    text_of(info.payload()).is_some_and(|text| text.starts_with("not yet implemented"))
}

fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    let string = payload.downcast_ref::<String>().map(String::as_str);
    string.or_else(|| payload.downcast_ref::<&str>().copied())
}

/// The message of a panic of this thread, and its place.
pub(super) fn take_message(payload: &Box<dyn Any + Send>) -> String {
    let text = text_of(&**payload).unwrap_or("(a panic without a text)");
    match PLACE.take() {
        Some(place) => format!("{text}\n(at {place})"),
        None => text.to_owned(),
    }
}
