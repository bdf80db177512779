//! Small programs, each written twice: for Node in `NAME.js`, and for your files in `NAME.rs` beside it.
//!
//! None of them leaves its order to chance: one file is waited for before the next one is asked for.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use support::TempDir;
use support::node::Programs;
use support::words::{self, last_word};
pub use support::words::{burn, taken};

mod a_read_inside_of_a_read;
mod a_throw_in_a_files_callback;
mod errors_in_words;
mod exit_while_a_file_is_read;
mod files_keep_the_program_alive;
mod names_in_order;
mod not_utf8;
mod read_after_the_first_immediates;
mod rename_replaces;
mod write_append_read;

/// The same programs in Node.
pub fn in_node() -> Programs {
    Programs {
        folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"),
        // Written by the programs themselves, each in a process of its own. The first line says which Node it was.
        stored: include_str!("node_20.txt"),
        alone: &["exit_while_a_file_is_read", "files_keep_the_program_alive"],
    }
}

/// Their names and their main functions.
pub const ALL: [(&str, fn()); 10] = [
    ("errors_in_words", errors_in_words::main),
    ("names_in_order", names_in_order::main),
    (
        "read_after_the_first_immediates",
        read_after_the_first_immediates::main,
    ),
    ("a_read_inside_of_a_read", a_read_inside_of_a_read::main),
    ("not_utf8", not_utf8::main),
    ("write_append_read", write_append_read::main),
    ("rename_replaces", rename_replaces::main),
    ("exit_while_a_file_is_read", exit_while_a_file_is_read::main),
    (
        "a_throw_in_a_files_callback",
        a_throw_in_a_files_callback::main,
    ),
    (
        "files_keep_the_program_alive",
        files_keep_the_program_alive::main,
    ),
];

thread_local! {
    /// The folder for the files of the program that this thread runs.
    static FOLDER: TempDir = TempDir::new();
}

/// Writes a word down. The folder is shown as DIR, and its paths with slashes.
pub fn say(word: impl Display) {
    let folder = FOLDER.with(|folder| folder.path().display().to_string());
    let mut word = word.to_string();
    if word.contains(&folder) {
        word = word.replace(&folder, "DIR").replace('\\', "/");
    }
    words::say(word);
}

/// The path of a file in this thread's folder. Nothing is created.
pub fn at(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.join(name))
}

/// Makes a file in this thread's folder.
pub fn put(name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = at(name);
    std::fs::write(&path, bytes).expect("a file can be written to the folder for temporary files");
    path
}

/// Runs a program on your runtime, on a thread of its own, which has a folder of its own. Returns its words, and at
/// the end its exit code.
pub fn trace(main: fn()) -> Vec<String> {
    let program = move || {
        let code = runtime::run(main);
        let mut words = taken();
        words.push(last_word(code));
        words
    };
    let program = std::thread::spawn(program);
    program
        .join()
        .expect("what a program throws does not leave `run`")
}
