//! The files of a new chapter: small, complete, and marked where an author has to write.

use crate::files::Tree;

/// What stands in a new page wherever something is still to be written.
pub const UNWRITTEN: &str = "(To write)";

/// What is written by hand in `exercises/NN_name`. The rest there is carved.
const EXERCISE: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("exercise.toml")),
    ("README.md", include_str!("README.md")),
    ("HINTS.md", include_str!("HINTS.md")),
];

/// What is written by hand in `solutions/NN_name`.
const SOLUTION: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("solution.toml")),
    ("src/lib.rs", include_str!("lib.rs")),
    ("tests/spec.rs", include_str!("spec.rs")),
    ("wrong/first_word_only.txt", include_str!("wrong.txt")),
];

/// The files of the exercise's folder and of the solution's.
pub fn chapter(folder: &str, name: &str) -> (Tree, Tree) {
    let fill = |files: &[(&str, &str)]| {
        let filled = files.iter().map(|(path, text)| {
            let text = text.replace("FOLDER", folder).replace("NAME", name);
            ((*path).to_owned(), text)
        });
        filled.collect()
    };
    (fill(&EXERCISE), fill(&SOLUTION))
}
