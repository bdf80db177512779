//! What stays and what travels: three callbacks on this thread, three jobs on another one.
//!
//! `cargo run -p callbacks --example travel`

extern crate callbacks_solution as callbacks;

use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use callbacks::{CallbackId, Callbacks, Completion, Error, Result};

/// What the worker gets: a file's name to look at, and the number under which somebody waits for its size.
type Job = (&'static str, CallbackId<u64>);

fn size(path: &'static str) -> Result<u64> {
    match std::fs::metadata(path) {
        Ok(facts) => Ok(facts.len()),
        Err(error) => Err(Error::from_io(&error, "stat").with_path(path)),
    }
}

fn main() {
    let (jobs, inbox) = mpsc::channel::<Job>();
    let (results, outbox) = mpsc::channel::<Completion>();
    let worker = thread::spawn(move || {
        for (path, id) in inbox {
            println!("            worker: {path}");
            // The receiver goes when the main thread has all it wants.
            let _ = results.send(id.complete(size(path)));
        }
    });

    // An `Rc` may not leave its thread. It is inside the callbacks, and they stay.
    let who = Rc::new("loop");
    let mut callbacks = Callbacks::new();
    for path in ["Cargo.toml", "no/such/file", "README.md"] {
        let name = Rc::clone(&who);
        let id = callbacks.insert(move |result| match result {
            Ok(size) => println!("{name}: {path} has {size} bytes"),
            Err(error) => println!("{name}: {error}"),
        });
        println!("{who}: {path} is {id:?}");
        let _ = jobs.send((path, id));
    }
    drop(jobs);

    for completion in outbox {
        println!("{who}: here is {completion:?}");
        if let Some(call) = callbacks.take(completion) {
            call.call();
        }
    }
    println!("{who}: {} callbacks wait", callbacks.len());
    let _ = worker.join();
}
