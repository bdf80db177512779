//! The program of the first page.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::{crypto, fs, http, set_immediate, set_timeout};

/// What the program finds outside of itself, and how fast its clock is.
#[derive(Clone, Debug)]
pub struct World {
    /// The file that it reads.
    pub file: PathBuf,
    /// The address of a web site: `http://127.0.0.1:8080/`.
    pub site: String,
    /// How often the key is hashed.
    pub iterations: u32,
    /// Its times are divided by this: 1 is the program as it is written, 50 makes 60 ms of 3 seconds.
    pub hurry: u32,
    /// Whether one of its callbacks computes for 300 ms.
    pub block: bool,
}

/// What the program says goes to one of these, a line at a time.
pub type Say = Rc<dyn Fn(String)>;

/// The program, in Rust: see the JavaScript in the README. Call it inside of `run`.
///
/// An error of a read, the key or the site is said as the error's message behind what failed: `third read: ENOENT: no
/// such file or directory, …`.
pub fn javascript(world: &World, say: &Say) {
    let ms = |milliseconds: u64| Duration::from_millis(milliseconds) / world.hurry.max(1);
    say("main begins".into());
    //> // TODO: everything between these two lines. `later` below shows how a callback gets hold of `say`.
    //> first_read(world, say);
    //> let later = Rc::clone(say);
    //> set_immediate(move || later("immediate 1".into()));
    first_read(world, say);
    let later = Rc::clone(say);
    set_immediate(move || later("immediate 1".into()));
    second_read(world, say);
    let later = Rc::clone(say);
    set_immediate(move || later("immediate 2".into()));

    let (later, nested) = (Rc::clone(say), ms(500));
    let three_seconds = move || {
        later("3000 ms".into());
        set_timeout(move || later("500 ms more".into()), nested);
    };
    set_timeout(three_seconds, ms(3000));
    let later = Rc::clone(say);
    set_timeout(move || later("1000 ms".into()), ms(1000));
    the_site(world, say);
    //<
    if world.block {
        let (later, work) = (Rc::clone(say), ms(300));
        let block = move || {
            compute(work);
            later("computed for 300 ms, and nobody else had a turn".into());
        };
        set_timeout(block, ms(800));
    }
    say("main is over".into());
}

/// Reads the file, then derives a key from what is in it.
fn first_read(world: &World, say: &Say) {
    //> // TODO: read, say how many characters (not bytes), derive the key, say its first eight bytes.
    //> todo!("the first read of {}", world.file.display())
    let (say, iterations) = (Rc::clone(say), world.iterations);
    fs::read_to_string(&world.file, move |text| match text {
        Ok(text) => {
            say(format!("first read: {} characters", text.chars().count()));
            crypto::pbkdf2(text, "salt", iterations, 32, move |key| match key {
                Ok(key) => say(format!("key: {}", hex(&key[..8]))),
                Err(error) => say(format!("key: {error}")),
            });
        }
        Err(error) => say(format!("first read: {error}")),
    });
    //<
}

/// Reads the file, and in the callback once more.
fn second_read(world: &World, say: &Say) {
    //> // TODO: a read inside of a read.
    //> todo!("the second read of {}", world.file.display())
    let (say, file) = (Rc::clone(say), world.file.clone());
    fs::read_to_string(&world.file, move |text| match text {
        Ok(text) => {
            say(format!("second read: {} characters", text.chars().count()));
            fs::read_to_string(&file, move |text| match text {
                Ok(text) => say(format!("third read: {} characters", text.chars().count())),
                Err(error) => say(format!("third read: {error}")),
            });
        }
        Err(error) => say(format!("second read: {error}")),
    });
    //<
}

/// Asks the web site.
fn the_site(world: &World, say: &Say) {
    //> // TODO: `http::get`, then the text of the answer.
    //> todo!("ask {}", world.site)
    let say = Rc::clone(say);
    http::get(&world.site, move |answer| match answer {
        Ok(answer) => {
            let status = answer.status();
            answer.text(move |text| match text {
                Ok(text) => say(format!("the site: {status}, {text}")),
                Err(error) => say(format!("the site: {error}")),
            });
        }
        Err(error) => say(format!("the site: {error}")),
    });
    //<
}

/// Computes for so long, on the thread that calls it.
fn compute(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {}
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
