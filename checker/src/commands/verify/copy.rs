//! A copy of the course below `target/verify`, in which every exercise holds the reference.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::carve::{CARVED, Form, carve_folder};
use crate::commands::say;
use crate::course::{Course, Exercise};
use crate::error::{Context, Error, Result};
use crate::files::{self, Tree};

/// Which answer stands in an exercise's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The reference.
    Solution,
    /// What the learner starts with.
    Stub,
    /// The wrong answer with this index.
    Wrong(usize),
}

/// A copy of the course, with its own target folder.
pub struct Copy {
    pub course: Course,
    pub target: PathBuf,
    /// The exercise that may hold something else than its reference.
    changed: Option<Exercise>,
}

impl Copy {
    /// Brings copy number `number` up to date.
    pub fn make(course: &Course, number: usize) -> Result<Copy> {
        let folder = course.root.join("target").join("verify");
        let folder = folder.join(format!("lane-{number}"));
        let (root, target) = (folder.join("course"), folder.join("target"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            sync_file(&course.root.join(file), &root.join(file))?;
        }
        // The folders of `exercises` without a number (`support`) are the exercises' tools.
        let mut parts = vec![PathBuf::from("checker"), PathBuf::from("solutions")];
        let entries = fs::read_dir(course.root.join("exercises"))
            .context(|| String::from("cannot read the folder `exercises`"))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_numbered = name
                .to_string_lossy()
                .starts_with(|c: char| c.is_ascii_digit());
            if !is_numbered && entry.path().join("Cargo.toml").exists() {
                parts.push(Path::new("exercises").join(name));
            }
        }
        for part in parts {
            sync(&course.root.join(&part), &root.join(&part))?;
        }
        for exercise in &course.exercises {
            let to = root.join("exercises").join(exercise.folder_name());
            for file in ["Cargo.toml", "README.md", "HINTS.md"] {
                sync_file(&exercise.folder.join(file), &to.join(file))?;
            }
        }
        for part in ["exercises", "solutions"] {
            remove_strangers(&root.join(part), &course.root.join(part))?;
        }
        let copy = Copy {
            course: Course::read(&root)?,
            target,
            changed: None,
        };
        for exercise in &copy.course.exercises {
            let reference = carve_folder(&exercise.solution, Form::Solution, &CARVED)?;
            put(exercise, &CARVED, &reference)?;
        }
        Ok(copy)
    }

    /// Puts `src` in the place of the exercise called `name`; all others hold their references.
    pub fn hold(&mut self, name: &str, src: &Tree) -> Result<Exercise> {
        if let Some(changed) = self.changed.take_if(|changed| changed.name != name) {
            let reference = carve_folder(&changed.solution, Form::Solution, &["src"])?;
            put(&changed, &["src"], &reference)?;
        }
        let exercise = self.course.named(name)?.clone();
        self.changed = Some(exercise.clone());
        put(&exercise, &["src"], src)?;
        Ok(exercise)
    }
}

/// Waits until no other `verify` uses the copies below `root`, and keeps others out until the file is dropped.
pub fn alone(root: &Path) -> Result<File> {
    let folder = root.join("target").join("verify");
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join("lock");
    let doing = || format!("cannot lock {}", path.display());
    let file = File::create(&path).context(doing)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say("Another `verify` is at work here; waiting for it.\n");
            file.lock().context(doing)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context(doing),
    }
    Ok(file)
}

/// Makes the folders `parts` of an exercise hold exactly `wanted`. A file that has its text already is
/// left alone, so that cargo does not build it again.
fn put(exercise: &Exercise, parts: &[&str], wanted: &Tree) -> Result<()> {
    let present = files::read_tree(&exercise.folder, parts)?;
    for path in present.keys().filter(|path| !wanted.contains_key(*path)) {
        let path = exercise.folder.join(path);
        fs::remove_file(&path).context(|| format!("cannot remove {}", path.display()))?;
    }
    for (path, text) in wanted
        .iter()
        .filter(|(path, text)| present.get(*path) != Some(text))
    {
        files::write_text(&exercise.folder.join(path), text)?;
    }
    Ok(())
}

/// Makes the folder `to` a copy of `from`.
fn sync(from: &Path, to: &Path) -> Result<()> {
    let wanted = files::files_below(from)?;
    for path in files::files_below(to)? {
        let original = from.join(path.strip_prefix(to).unwrap_or(&path));
        if !wanted.contains(&original) {
            fs::remove_file(&path).context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    for path in &wanted {
        sync_file(path, &to.join(path.strip_prefix(from).unwrap_or(path)))?;
    }
    Ok(())
}

fn sync_file(from: &Path, to: &Path) -> Result<()> {
    let text = files::read_text(from)?;
    match files::read_text(to) {
        Ok(present) if present == text => Ok(()),
        _ => files::write_text(to, &text),
    }
}

/// Removes from a folder of the copy what the course no longer has: cargo would trip over it.
fn remove_strangers(copy: &Path, original: &Path) -> Result<()> {
    let entries = fs::read_dir(copy).context(|| format!("cannot read {}", copy.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path
            .file_name()
            .ok_or_else(|| Error::new(format!("{} has no name", path.display())))?;
        if !original.join(name).exists() {
            fs::remove_dir_all(&path).context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}
