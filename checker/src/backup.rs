//! Replaces a learner's files, and keeps what they were.

use std::fs;
use std::path::{Path, PathBuf};

use crate::date;
use crate::error::{Context, Error, Result};
use crate::files::{self, Tree};

/// Where backups are kept, at the root of the repository.
pub const FOLDER: &str = ".workshop-backups";

/// What [`replace`] did.
#[derive(Debug, Default)]
pub struct Replaced {
    /// The files that are new, different or gone now.
    pub changed: Vec<String>,
    /// Where their old contents are; `None` when there was nothing to keep.
    pub backup: Option<PathBuf>,
}

/// Makes the folders `parts` of `exercise` hold exactly `wanted`. Every file that this changes or
/// removes is copied to a new folder below `root`/.workshop-backups first; when that copy cannot be
/// made, nothing is changed.
pub fn replace(root: &Path, exercise: &Path, parts: &[&str], wanted: &Tree) -> Result<Replaced> {
    let present = files::read_tree(exercise, parts)?;
    let old: Vec<&String> = present
        .iter()
        .filter(|(path, text)| wanted.get(*path) != Some(text))
        .map(|(path, _)| path)
        .collect();
    let new: Vec<&String> = wanted
        .iter()
        .filter(|(path, text)| present.get(*path) != Some(text))
        .map(|(path, _)| path)
        .collect();

    let mut replaced = Replaced::default();
    if !old.is_empty() {
        let backup = new_folder(root, exercise)?;
        for path in &old {
            let (from, to) = (exercise.join(path), backup.join(path));
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)
                    .context(|| format!("cannot make {}", folder.display()))?;
            }
            fs::copy(&from, &to).context(|| {
                format!(
                    "cannot keep a copy of {}; nothing was changed",
                    from.display()
                )
            })?;
        }
        replaced.backup = Some(backup);
    }
    for path in &old {
        if !wanted.contains_key(*path) {
            let path = exercise.join(path);
            fs::remove_file(&path).context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    for path in &new {
        files::write_text(&exercise.join(path), &wanted[*path])?;
    }
    replaced.changed = old.into_iter().chain(new).cloned().collect();
    replaced.changed.sort();
    replaced.changed.dedup();
    Ok(replaced)
}

/// A folder of its own for this backup: the date, the exercise, and a number when both are taken.
fn new_folder(root: &Path, exercise: &Path) -> Result<PathBuf> {
    let all = root.join(FOLDER);
    fs::create_dir_all(&all).context(|| format!("cannot make {}", all.display()))?;
    let date = date::now().replace(' ', "_").replace(':', "-");
    let name = exercise.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..1000 {
        let suffix = if number == 1 {
            String::new()
        } else {
            format!("_{number}")
        };
        let folder = all.join(format!("{date}_{name}{suffix}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).context(|| format!("cannot make {}", folder.display()));
            }
        }
    }
    Err(Error::new(format!(
        "{} is full of backups from this second",
        all.display()
    )))
}
