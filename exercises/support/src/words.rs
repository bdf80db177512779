//! What a program says, word by word, to be compared afterwards.

use std::cell::RefCell;
use std::fmt::Display;
use std::process::ExitCode;
use std::time::{Duration, Instant};

thread_local! {
    static WORDS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Writes a word of this thread down.
pub fn say(word: impl Display) {
    WORDS.with_borrow_mut(|words| words.push(word.to_string()));
}

/// The words of this thread since the last call.
pub fn taken() -> Vec<String> {
    WORDS.take()
}

/// The last word of a program: `code 0`.
pub fn last_word(code: ExitCode) -> String {
    let number = (0..=u8::MAX).find(|number| ExitCode::from(*number) == code);
    number.map_or(String::from("no code"), |number| format!("code {number}"))
}

/// Works for so many milliseconds: time passes, and nothing else happens.
pub fn burn(milliseconds: u64) {
    let end = Instant::now() + Duration::from_millis(milliseconds);
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}
