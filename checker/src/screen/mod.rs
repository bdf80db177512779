//! What the person sees: the map, a report, the next step. Text only; who prints it is not decided here.

mod map;
mod report;
mod todo;

use std::env;
use std::path::{Path, PathBuf};

use crate::course::Exercise;
use crate::terminal::{Paint, Style};
use crate::text;
use todo::named_files;

pub use report::verdict_word;
pub use todo::is_for_here;

/// Renders for one terminal and one place in the file system.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Colour and width.
    pub style: Style,
    /// The top of the repository.
    pub root: PathBuf,
    /// Paths are shown relative to the root when that is the current directory, else whole: so that a
    /// terminal or an editor can open them.
    pub at_root: bool,
    /// `watch` is running: a save is enough, and keys are shorter than commands.
    pub watching: bool,
}

impl Screen {
    /// For the terminal that we have.
    pub fn detect(root: &Path) -> Screen {
        Screen {
            style: Style::detect(),
            root: root.to_owned(),
            at_root: env::current_dir().is_ok_and(|here| here == root),
            watching: false,
        }
    }

    /// A path that can be clicked.
    pub fn path(&self, path: &Path) -> String {
        let shown = match self.at_root {
            true => path.strip_prefix(&self.root).unwrap_or(path),
            false => path,
        };
        shown.display().to_string()
    }

    /// A place in a message, `exercises/…/lib.rs:3:5`, which counts from the root.
    fn place(&self, place: &str) -> String {
        let file = place.split(':').next().unwrap_or_default();
        match !self.at_root && !file.is_empty() && self.root.join(file).exists() {
            true => self.root.join(place).display().to_string(),
            false => place.to_owned(),
        }
    }

    /// A word in a column of `width`, in colour: the colour must not count for the width.
    fn word(&self, word: &str, paint: Paint, width: usize) -> String {
        let space = " ".repeat(width.saturating_sub(word.len()));
        format!("{}{space}", self.style.paint(paint, word))
    }

    fn heading(&self, text: &str) -> String {
        format!("{}\n", self.style.paint(Paint::Strong, text))
    }

    /// What somebody who has never been here needs to know.
    pub fn welcome(&self) -> String {
        let text = self.prose(
            "Welcome. Every exercise starts with failing tests: that is how it should look. Read the \
             chapter, write what is missing where `TODO` stands, and run this command again.",
        );
        format!("\n{text}")
    }

    /// The head of a check: which exercise, where to read.
    pub fn exercise(&self, exercise: &Exercise) -> String {
        let (reading, coding) = exercise.minutes;
        let minutes = match reading + coding {
            0 => String::new(),
            all => format!(" (about {all} minutes)"),
        };
        let mut text = self.heading(&format!(
            "{}: {}{minutes}",
            exercise.label(),
            exercise.title
        ));
        text.push_str(&format!(
            "  read  {}\n",
            self.path(&exercise.folder.join("README.md"))
        ));
        if !exercise.edits.is_empty() {
            text.push_str(&format!("  edit  {}\n", self.edit_line(exercise)));
        }
        text
    }

    /// The files that the README names, of those that are compiled here.
    fn edit_line(&self, exercise: &Exercise) -> String {
        let files: Vec<String> = named_files(exercise)
            .iter()
            .map(|path| self.path(path))
            .collect();
        match files.is_empty() {
            true => self.path(&exercise.folder.join("src")),
            false => files.join(", "),
        }
    }

    /// A paragraph, broken at the width of the terminal.
    fn prose(&self, text: &str) -> String {
        let mut lines = text::wrap(text, self.style.width.min(100)).join("\n");
        lines.push('\n');
        lines
    }

    fn bad(&self, text: &str) -> String {
        self.style.paint(Paint::Bad, text)
    }
}
