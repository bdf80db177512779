//! Rule 14: the callback gets the error, and the message names the call and its paths.

use std::collections::VecDeque;

use fs_module::{append, make_dir, read, read_dir, remove, rename, stat, write};
use runtime::Error;

use super::{at, say};

type Done = Box<dyn FnOnce(Option<Error>)>;

pub fn main() {
    let calls: [fn(Done); 11] = [
        |done| read(at("missing"), |result| done(result.err())),
        |done| read("", |result| done(result.err())),
        |done| write(at("missing/file"), "x", |result| done(result.err())),
        |done| append(at("missing/file"), "x", |result| done(result.err())),
        |done| stat(at("missing"), |result| done(result.err())),
        |done| read_dir(at("missing"), |result| done(result.err())),
        |done| remove(at("missing"), |result| done(result.err())),
        |done| rename(at("missing"), at("other"), |result| done(result.err())),
        |done| make_dir(at("folder"), |result| done(result.err())),
        |done| make_dir(at("folder"), |result| done(result.err())),
        |done| make_dir(at("missing/folder"), |result| done(result.err())),
    ];
    next(calls.into());
    say("main");
}

fn next(mut calls: VecDeque<fn(Done)>) {
    if let Some(call) = calls.pop_front() {
        call(Box::new(|error| {
            say(error.map_or(String::from("made"), |error| error.to_string()));
            next(calls);
        }));
    }
}
