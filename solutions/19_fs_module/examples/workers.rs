//! Who reads which file: one long file `A`, seven short ones `b` to `h`, and an interval of 10 ms.
//!
//! `cargo run -p fs_module --example workers`, and again with `UV_THREADPOOL_SIZE=1` in the environment.

extern crate fs_module_solution as fs_module;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use fs_module::{CHUNK, read_with};
use runtime::{
    Event, Kind, Observer, clear_interval, observe_jobs, run, set_interval, set_observer,
};
use support::TempDir;

/// How much time one letter of the picture stands for.
const LETTER: Duration = Duration::from_millis(1);

/// The time that this example's disk needs for as much as one trip reads.
const DISK: Duration = Duration::from_millis(6);

/// The files. The first one is long, and takes five trips to read.
const FILES: [char; 8] = ['A', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/// What a worker says when it begins to read a file.
struct Note {
    worker: String,
    file: char,
    at: Instant,
}

/// A file on a slow disk. It says who reads it.
struct SlowFile {
    file: File,
    letter: char,
    notes: Sender<Note>,
}

impl Read for SlowFile {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let worker = thread::current().name().unwrap_or_default().to_owned();
        let (file, at) = (self.letter, Instant::now());
        // Nobody listens any more when the program is over.
        let _ = self.notes.send(Note { worker, file, at });
        let count = self.file.read(room)?;
        thread::sleep(DISK.mul_f64(count as f64 / CHUNK as f64));
        Ok(count)
    }
}

/// A line for each thread, and the time at which the loop's clock began.
struct Timeline {
    lines: RefCell<BTreeMap<String, String>>,
    start: Cell<Option<Instant>>,
}

impl Timeline {
    /// Draws `letter` from one time to another, one letter at least.
    fn draw(&self, thread: &str, letter: char, from: Duration, to: Duration) {
        let column = |at: Duration| (at.as_nanos() / LETTER.as_nanos()) as usize;
        let mut lines = self.lines.borrow_mut();
        let line = lines.entry(thread.to_owned()).or_default();
        let room = column(from).saturating_sub(line.len());
        line.extend(std::iter::repeat_n('.', room));
        let count = (column(to) + 1).saturating_sub(line.len());
        line.extend(std::iter::repeat_n(letter, count));
    }
}

/// Draws the callbacks of the loop.
struct LoopsThread {
    timeline: Rc<Timeline>,
    began: Cell<Duration>,
}

impl Observer for LoopsThread {
    fn observe(&self, at: Duration, event: Event) {
        if self.timeline.start.get().is_none() {
            self.timeline.start.set(Instant::now().checked_sub(at));
        }
        match event {
            Event::Call(_) => self.began.set(at),
            Event::Return(Kind::Timer) => self.timeline.draw("loop", 'T', self.began.get(), at),
            Event::Return(Kind::Ready) => self.timeline.draw("loop", 'R', self.began.get(), at),
            _ => {}
        }
    }
}

fn javascript(folder: &Path, timeline: &Rc<Timeline>) {
    set_observer(Rc::new(LoopsThread {
        timeline: Rc::clone(timeline),
        began: Cell::default(),
    }));
    let (notes, received) = mpsc::channel();
    draw_workers(Rc::clone(timeline), received);

    let interval = set_interval(|| {}, 10);
    let left = Rc::new(Cell::new(FILES.len()));
    for letter in FILES {
        let path = folder.join(letter.to_string());
        let notes = notes.clone();
        let open = move |path: &Path| {
            Ok(SlowFile {
                file: File::open(path)?,
                letter,
                notes,
            })
        };
        let left = Rc::clone(&left);
        read_with(open, path, move |bytes| {
            bytes.expect("it is there");
            left.set(left.get() - 1);
            if left.get() == 0 {
                clear_interval(interval);
            }
        });
    }
}

/// Draws each trip in which a file was read, with the letter of the file.
fn draw_workers(timeline: Rc<Timeline>, received: Receiver<Note>) {
    let notes = RefCell::new(Vec::new());
    observe_jobs(move |job| {
        let start = timeline.start.get().expect("the loop has begun");
        let mut notes = notes.borrow_mut();
        notes.extend(received.try_iter());
        // What the worker noted during this job.
        let is_its = |note: &Note| {
            let at = note.at.saturating_duration_since(start);
            note.worker == job.worker && (job.began..=job.ended).contains(&at)
        };
        if let Some(note) = notes.iter().find(|note| is_its(note)) {
            timeline.draw(&job.worker, note.file, job.began, job.ended);
        }
    });
}

fn main() -> ExitCode {
    let folder = TempDir::new();
    for letter in FILES {
        let length = match letter {
            'A' => 5 * CHUNK - 1,
            _ => CHUNK / 3,
        };
        let path = folder.join(letter.to_string());
        std::fs::write(path, vec![b'x'; length]).expect("the folder for temporary files has room");
    }
    let timeline = Rc::new(Timeline {
        lines: RefCell::default(),
        start: Cell::default(),
    });
    let code = run(|| javascript(folder.path(), &timeline));
    for (thread, line) in timeline.lines.borrow().iter() {
        println!("{thread:<7}{line}");
    }
    code
}
