//! The same files, read here and in the Node of this machine, one after the other.
//!
//! `cargo bench -p fs_module` measures your files, `cargo bench -p fs_module_solution` the reference's.

extern crate fs_module_solution as fs_module;

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use fs_module::{read, write};
use runtime::run;
use support::TempDir;

/// The shortest of this many measurements counts: other programs only ever make one longer.
const ROUNDS: usize = 5;

/// How many files are read at the same time. There are as many.
const AT_ONCE: usize = 64;

/// The length of a small file.
const SMALL: usize = 1024;

/// The length of the large one.
const LARGE: usize = 64 * 1024 * 1024;

/// Does something so many times with the files of a folder, and returns how many nanoseconds it took.
type Program = fn(&Path, u32) -> f64;

/// What is measured: the name as in `work.js`, the number of times, and the program.
const WORK: [(&str, u32, Program); 3] = [
    ("1 KiB read, 64 at a time", 100_000, reads),
    ("1 KiB written, 64 at a time", 20_000, writes),
    ("64 MiB read", 4, large_reads),
];

fn main() {
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (rounds, part) = if measure { (ROUNDS, 1) } else { (1, 1_000) };

    let folder = TempDir::new();
    for number in 0..AT_ONCE {
        make(file(folder.path(), number), SMALL);
    }
    make(folder.join("large"), LARGE);

    let node = nodes_times(folder.path(), rounds, part);
    println!(
        "nanoseconds for each one{:>27} {:>11} {:>9}",
        "here", "node", "ratio"
    );
    for (name, count, program) in WORK {
        let count = (count / part).max(1);
        let times = (0..rounds).map(|_| program(folder.path(), count));
        let here = times.fold(f64::INFINITY, f64::min) / f64::from(count);
        match node.as_ref().and_then(|times| times.get(name)) {
            Some(node) => println!("{name:<33} {here:>17.0} {node:>11.0} {:>9.1}", node / here),
            None => println!("{name:<33} {here:>17.0} {:>11} {:>9}", "-", "-"),
        }
    }
}

fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("file {number}"))
}

fn make(path: PathBuf, length: usize) {
    std::fs::write(path, vec![b'x'; length]).expect("the folder for temporary files has room");
}

/// Runs `work.js`. `None` when there is no Node here.
fn nodes_times(folder: &Path, rounds: usize, part: u32) -> Option<HashMap<String, f64>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/against_node/work.js");
    let output = Command::new("node")
        .arg(script)
        .arg(folder)
        .args([rounds.to_string(), part.to_string()])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let times = lines.lines().filter_map(|line| {
        let (name, time) = line.split_once(": ")?;
        Some((name.to_owned(), time.parse().ok()?))
    });
    Some(times.collect())
}

/// Runs `main` to its end.
fn measured(main: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run(main);
    start.elapsed().as_nanos() as f64
}

fn reads(folder: &Path, count: u32) -> f64 {
    /// Reads a file again and again, until all together have done so often enough.
    fn next(path: Rc<Path>, left: Rc<Cell<u32>>) {
        if left.get() == 0 {
            return;
        }
        left.set(left.get() - 1);
        read(Rc::clone(&path), |bytes| {
            assert_eq!(bytes.expect("it is there").len(), SMALL);
            next(path, left);
        });
    }
    measured(|| {
        let left = Rc::new(Cell::new(count));
        for number in 0..AT_ONCE {
            next(file(folder, number).into(), Rc::clone(&left));
        }
    })
}

fn writes(folder: &Path, count: u32) -> f64 {
    /// Writes a file again and again, until all together have done so often enough.
    fn next(path: Rc<Path>, left: Rc<Cell<u32>>) {
        if left.get() == 0 {
            return;
        }
        left.set(left.get() - 1);
        write(Rc::clone(&path), [b'x'; SMALL], |written| {
            written.expect("there is room");
            next(path, left);
        });
    }
    measured(|| {
        let left = Rc::new(Cell::new(count));
        for number in 0..AT_ONCE {
            next(file(folder, number).into(), Rc::clone(&left));
        }
    })
}

fn large_reads(folder: &Path, count: u32) -> f64 {
    fn next(path: Rc<Path>, left: u32) {
        if left > 0 {
            read(Rc::clone(&path), move |bytes| {
                assert_eq!(bytes.expect("it is there").len(), LARGE);
                next(path, left - 1);
            });
        }
    }
    measured(|| next(folder.join("large").into(), count))
}
