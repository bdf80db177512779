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

/// The first `// TODO` in the first of the learner's sources that still has a `todo!()`: its file and line.
pub fn first_todo(exercise: &Exercise) -> Option<(PathBuf, usize)> {
    let mut sources = named_files(exercise);
    let others = files::files_below(&exercise.folder.join("src")).unwrap_or_default();
    sources.extend(others.into_iter().filter(|path| is_for_here(path)));
    sources.into_iter().find_map(|path| {
        let text = files::read_text(&path).ok()?;
        let line_with = |word| text.lines().position(|line: &str| line.contains(word));
        let todo = line_with("todo!(")?;
        let line = line_with("// TODO").unwrap_or(todo) + 1;
        Some((path, line))
    })
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
