//! The terminal: whether it takes colour, how wide it is, and single keys from it.
//!
//! Each system's file gives the same: `enable_color`, `width`, and `KeyMode`, which lets keys arrive one
//! by one and puts the terminal back when it is dropped and when a signal ends the process.

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::env;
use std::io::{self, IsTerminal, Write};

pub use system::KeyMode;

/// How to write for the one who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colour is understood and wanted.
    pub color: bool,
    /// In columns.
    pub width: usize,
}

/// What a colour says. Words always say the same beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Done, passed.
    Good,
    /// Failed.
    Bad,
    /// Something to do or to know.
    Notice,
    /// Less important than the rest.
    Faint,
    /// A heading.
    Strong,
}

impl Style {
    /// For standard output, whatever it is.
    pub fn detect() -> Style {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = io::stdout().is_terminal();
        let columns = env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let width = if terminal { system::width() } else { None };
        Style {
            color: terminal && !dumb && !set("NO_COLOR") && system::enable_color(),
            // A window that is nearly closed still has to show something.
            width: columns.or(width).unwrap_or(80).max(20),
        }
    }

    /// No colour, 80 columns.
    pub fn plain() -> Style {
        Style {
            color: false,
            width: 80,
        }
    }

    /// `text` in its colour: ECMA-48, "select graphic rendition".
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Good => "32",
            Paint::Bad => "31",
            Paint::Notice => "33",
            Paint::Faint => "2",
            Paint::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A line that says what is going on, while it goes on: on standard error, and only on a terminal.
#[derive(Debug)]
pub struct StatusLine {
    width: usize,
    shown: bool,
    enabled: bool,
}

impl StatusLine {
    /// Shows nothing yet.
    pub fn new(style: Style) -> StatusLine {
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        StatusLine {
            width: style.width,
            shown: false,
            enabled: io::stderr().is_terminal() && !dumb,
        }
    }

    /// Replaces what it shows.
    pub fn show(&mut self, text: &str) {
        if self.enabled {
            let text: String = text.chars().take(self.width.saturating_sub(1)).collect();
            // A terminal that is gone needs no status.
            let _ = write!(io::stderr(), "\r\u{1b}[K{text}");
            self.shown = true;
        }
    }

    /// Shows nothing.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        self.clear();
    }
}
