//! Plays the program of the first page, here and in Node, and looks at the order of what it says.

use std::cell::{Cell, RefCell};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use node_runtime::trace::{Recorder, Trace};
use node_runtime::{
    Event, Observer, Say, SlowSite, World, javascript, pool_size, process, run, set_observer, work,
};
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

/// A site that knows no page.
pub fn no_such_page() -> SlowSite {
    SlowSite::start_with(DELAY, "404 Not Found", "no such page").expect("loopback has a free port")
}

/// A site that promises more than it gives, once. It ends with its one visitor.
pub fn broken_site() -> (String, JoinHandle<io::Result<()>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    let thread = thread::spawn(move || {
        let (mut visitor, _) = listener.accept()?;
        let mut request = Vec::new();
        let mut room = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") {
            match visitor.read(&mut room)? {
                0 => break,
                count => request.extend_from_slice(&room[..count]),
            }
        }
        visitor.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsorry, ")
    });
    (format!("http://{address}/"), thread)
}

/// Holds all workers but one back until it is dropped, so that jobs have one order.
pub fn one_worker() -> Vec<Sender<()>> {
    let workers = pool_size(std::env::var("UV_THREADPOOL_SIZE").ok().as_deref());
    let gates = (1..workers).map(|_| {
        let (open, closed) = mpsc::channel::<()>();
        let job = move || {
            // A program that goes another way is not held for ever.
            let _ = closed.recv_timeout(Duration::from_secs(5));
            Ok(())
        };
        work(job, |_| {});
        open
    });
    gates.collect()
}

/// Is busy for so long.
pub fn burn(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {}
}

/// What became of a program.
pub struct Played {
    /// What it said, in its order.
    pub said: Vec<String>,
    /// When it said that.
    times: Vec<Instant>,
    pub trace: Trace,
}

impl Played {
    /// When a line was said, since the first one.
    pub fn at(&self, line: &str) -> Duration {
        let place = self.said.iter().position(|it| it.starts_with(line));
        place.map_or(Duration::ZERO, |place| self.times[place] - self.times[0])
    }
}

/// The longest time of the program.
const LONGEST: Duration = Duration::from_millis(3000 / HURRY as u64);

/// Hands everything on to the recorder. Ends a program that wants to sleep for too long.
struct Watcher {
    recorder: Rc<Recorder>,
    too_long: Rc<Cell<Option<Duration>>>,
}

impl Observer for Watcher {
    fn observe(&self, at: Duration, event: Event) {
        self.recorder.observe(at, event);
        if let Event::Wait(Some(limit)) = event
            && limit > LONGEST
        {
            self.too_long.set(Some(limit));
            process::exit(1);
        }
    }
}

/// Plays the program, and calls `hook` with each line that it says.
#[track_caller]
pub fn play(world: &World, hook: impl Fn(&str) + 'static) -> Played {
    let said = Rc::new(RefCell::new((Vec::new(), Vec::new())));
    let kept = Rc::new(RefCell::new(None));
    let too_long = Rc::new(Cell::new(None));
    let (theirs, recorder, world) = (Rc::clone(&said), Rc::clone(&kept), world.clone());
    let noted = Rc::clone(&too_long);
    run(move || {
        let own = Recorder::start();
        set_observer(Rc::new(Watcher {
            recorder: Rc::clone(&own),
            too_long: noted,
        }));
        *recorder.borrow_mut() = Some(own);
        let say: Say = Rc::new(move |line| {
            hook(&line);
            let mut said = theirs.borrow_mut();
            said.0.push(line);
            said.1.push(Instant::now());
        });
        javascript(&world, &say);
    });
    if let Some(limit) = too_long.get() {
        panic!(
            "the program is in a hurry: its times are divided by {HURRY}\nexpected  the loop never sleeps for longer than \
             {LONGEST:?}, which its three seconds have become\nyours     it wanted to sleep for {limit:?}\nEach time of the \
             program goes through `ms`."
        );
    }
    let recorder = kept.take().expect("the program began");
    let (said, times) = said.take();
    Played {
        said,
        times,
        trace: recorder.take(),
    }
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
const ORDER: [(&str, &str, &str); 10] = [
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
];

/// The lines that come whatever the world is like.
pub fn always() -> Vec<String> {
    let lines = [
        "main begins",
        "main is over",
        "immediate 1",
        "immediate 2",
        "1000 ms",
        "3000 ms",
        "500 ms more",
    ];
    lines.map(String::from).to_vec()
}

/// The lines of `these` that are not in `those`, each as often as it is missing.
fn missing(these: &[String], those: &[String]) -> String {
    let mut left = those.to_vec();
    let mut missing = String::new();
    for line in these {
        match left.iter().position(|it| it == line) {
            Some(place) => drop(left.remove(place)),
            None => missing += &format!("  {line}\n"),
        }
    }
    missing
}

/// Fails if the lines are not those of the program, or not in an order that it can have.
#[track_caller]
pub fn expect_lines(said: &[String], expected: &[String]) {
    let (missing, surplus) = (missing(expected, said), missing(said, expected));
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "what the program says, line by line\nexpected, and not said\n{missing}said, and not expected\n{surplus}A line that \
         is missing: is its callback ever called? An error belongs in the line of what failed. The README has the lines."
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
        expect_before(said, first, then, why);
    }
}

#[track_caller]
fn expect_before(said: &[String], first: &str, then: &str, why: &str) {
    let place = |name: &str| said.iter().position(|line| line.starts_with(name));
    if let (Some(one), Some(other)) = (place(first), place(then)) {
        assert!(
            one < other,
            "`{first}` comes before `{then}`: {why}. Yours says\n{}",
            said.join("\n")
        );
    }
}

/// Fails if the timers are not in the order of their times. Looks only if main took less than lies between these:
/// otherwise the short one may have been set so late that the long one is due before it.
#[track_caller]
pub fn expect_timers(played: &Played) {
    let between = Duration::from_millis((3000 - 1000) / HURRY as u64);
    // Of two rounded times, one may be a millisecond off.
    if played.at("main is over") + Duration::from_millis(2) < between {
        let why = "timers are called in the order of their times, and each time is divided by `hurry` (`ms`)";
        expect_before(&played.said, "1000 ms", "3000 ms", why);
        expect_before(&played.said, "1000 ms", "500 ms more", why);
    }
}
