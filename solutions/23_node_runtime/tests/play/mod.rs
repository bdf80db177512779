//! Plays the program of the first page, here and in Node, and looks at the order of what it says.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use node_runtime::trace::{Recorder, Trace};
use node_runtime::{Say, SlowSite, World, javascript, run};
use support::node::{Node, is_node_20};

/// By what the times of the program are divided in the tests.
pub const HURRY: u32 = 50;

/// The delay of the site, as slow as two seconds are in a hurry.
pub const DELAY: Duration = Duration::from_millis(40);

/// The text that the program reads.
pub fn text() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/text.txt")
}

pub fn world(site: &str) -> World {
    World {
        file: text(),
        site: site.to_owned(),
        iterations: 500,
        hurry: HURRY,
        block: false,
    }
}

pub fn site() -> SlowSite {
    SlowSite::start(DELAY).expect("loopback has a free port")
}

/// What the program says, in its order, and what happened.
pub fn play(world: &World) -> (Vec<String>, Trace) {
    let said = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::new(RefCell::new(None));
    let (theirs, recorder, world) = (Rc::clone(&said), Rc::clone(&kept), world.clone());
    run(move || {
        *recorder.borrow_mut() = Some(Recorder::start());
        let say: Say = Rc::new(move |line| theirs.borrow_mut().push(line));
        javascript(&world, &say);
    });
    let recorder = kept.take().expect("the program began");
    (said.take(), recorder.take())
}

/// What the program says in the Node of this machine.
///
/// # Errors
///
/// Says why it cannot be played.
pub fn play_in_node(world: &World) -> Result<Vec<String>, String> {
    is_node_20()?;
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/javascript.js");
    let (iterations, hurry) = (world.iterations.to_string(), world.hurry.to_string());
    let arguments = [
        program.as_os_str(),
        world.file.as_os_str(),
        OsStr::new(&world.site),
        OsStr::new(&iterations),
        OsStr::new(&hurry),
    ];
    let (words, _) = Node::start(arguments)?.end()?;
    Ok(words.lines().map(String::from).collect())
}

/// What must come before what, whatever the machine does. The first words of a line name it.
const ORDER: [(&str, &str, &str); 12] = [
    (
        "main begins",
        "main is over",
        "main runs from its first line to its last",
    ),
    (
        "main is over",
        "immediate 1",
        "nothing is called before main is over",
    ),
    (
        "immediate 1",
        "immediate 2",
        "immediates are called in the order in which they were set",
    ),
    (
        "first read",
        "key",
        "the key is asked for in the callback of the first read",
    ),
    (
        "second read",
        "third read",
        "the third read begins in the callback of the second",
    ),
    ("main is over", "1000 ms", "a timer is called after main"),
    (
        "1000 ms",
        "3000 ms",
        "timers are called in the order of their times",
    ),
    (
        "3000 ms",
        "500 ms more",
        "this one is set in the callback of the other",
    ),
    (
        "main is over",
        "the site",
        "an answer comes in a later turn",
    ),
    (
        "main is over",
        "first read",
        "a callback never comes before the call has returned",
    ),
    (
        "main is over",
        "second read",
        "a callback never comes before the call has returned",
    ),
    (
        "1000 ms",
        "500 ms more",
        "timers are called in the order of their times",
    ),
];

/// Fails if the lines are not those of the program, or not in an order that it can have.
#[track_caller]
pub fn expect_order(said: &[String], expected: &[&str]) {
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        lines.join("\n")
    };
    let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    assert!(
        sorted(said) == sorted(&expected),
        "what the program says, sorted\nexpected\n{}\n\nyours\n{}\n\nEach line is said once. One that is missing: is its \
         callback ever called? An error belongs into the line of what failed.",
        sorted(&expected),
        sorted(said)
    );
    let place = |name: &str| said.iter().position(|line| line.starts_with(name));
    // A file that is not there needs one trip to the pool, and the others need more.
    for read in ["first read", "second read"] {
        let is_read = |line: &&String| line.starts_with(read) && line.ends_with("characters");
        let late = place("immediate 2").zip(said.iter().position(|line| is_read(&line)));
        assert!(
            late.is_none_or(|(immediate, read)| immediate < read),
            "the immediates come before `{read}`: a read is several trips to the pool, and the first turn's check phase \
             comes before they are over. Yours says\n{}",
            said.join("\n")
        );
    }
    for (first, then, why) in ORDER {
        if let (Some(one), Some(other)) = (place(first), place(then)) {
            assert!(
                one < other,
                "`{first}` comes before `{then}`: {why}. Yours says\n{}",
                said.join("\n")
            );
        }
    }
}
