//! Where the learner's work is: the files that the chapter names, and the first `TODO` in them.

use std::path::{Path, PathBuf};

use crate::course::Exercise;
use crate::files;

/// The files that the README tells to edit, in its order, where they are compiled here.
pub fn named_files(exercise: &Exercise) -> Vec<PathBuf> {
    let quoted = exercise.edits.split('`').skip(1).step_by(2);
    quoted
        .map(|name| exercise.folder.join(name))
        .filter(|path| path.exists() && is_for_here(path))
        .collect()
}

/// The first `todo!()` in the learner's sources: its file, and the line of the `// TODO` above it. A `// TODO`
/// further up may belong to code that works already and is to be improved later.
pub fn first_todo(exercise: &Exercise) -> Option<(PathBuf, usize)> {
    let mut sources = named_files(exercise);
    let others = files::files_below(&exercise.folder.join("src")).unwrap_or_default();
    sources.extend(others.into_iter().filter(|path| is_for_here(path)));
    sources.into_iter().find_map(|path| {
        let text = files::read_text(&path).ok()?;
        Some((path, todo_line(&text)?))
    })
}

/// The line, counted from 1, of the last `// TODO` above the first `todo!()`, or of the latter itself.
fn todo_line(text: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let todo = lines.iter().position(|line| is_todo(line))?;
    let comment = lines[..todo]
        .iter()
        .rposition(|line| line.contains("// TODO"));
    Some(comment.unwrap_or(todo) + 1)
}

/// A `todo!()` in code, and not in a comment about it.
fn is_todo(line: &str) -> bool {
    line.split("//")
        .next()
        .is_some_and(|code| code.contains("todo!("))
}

/// Whether a file named for a system, a mechanism or a processor is compiled here.
pub fn is_for_here(path: &Path) -> bool {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let systems = [
        ("linux", cfg!(target_os = "linux")),
        ("epoll", cfg!(target_os = "linux")),
        ("macos", cfg!(target_os = "macos")),
        ("kqueue", cfg!(target_os = "macos")),
        ("windows", cfg!(windows)),
        ("iocp", cfg!(windows)),
        ("unix", cfg!(unix)),
        (
            "int80",
            cfg!(all(target_os = "linux", target_arch = "x86_64")),
        ),
        ("x86_64", cfg!(target_arch = "x86_64")),
        ("aarch64", cfg!(target_arch = "aarch64")),
    ];
    systems
        .iter()
        .all(|(word, here)| *here || !name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::todo_line;

    #[test]
    fn the_place_is_above_the_first_piece_that_is_missing() {
        let naive = "// TODO: let it sleep.\nspin();\n// No `todo!()` here.\n";
        assert_eq!(todo_line(naive), None);
        let text =
            format!("{naive}// TODO: take one.\n// (Or none.)\ntodo!()\n// TODO: more\ntodo!()\n");
        assert_eq!(todo_line(&text), Some(4));
        assert_eq!(todo_line("fn f() {\n    todo!()\n}\n"), Some(2));
    }
}
