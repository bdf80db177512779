//! `watch`: checks again whenever a file is saved, and answers keys at any moment.
//!
//! Threads send events, and one loop, on this thread, handles them one by one: no other code prints or
//! starts a check.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use super::check::status_text;
use super::{App, say};
use crate::check::{Report, Status};
use crate::course::Exercise;
use crate::error::Result;
use crate::files::{self, Tree};
use crate::process::Cancel;
use crate::terminal::{KeyMode, Paint, StatusLine};

/// How often the files are looked at. Notifications from the system miss edits on network drives and
/// under WSL; looking at a few hundred modification times costs a millisecond or two.
const EVERY: Duration = Duration::from_millis(100);

/// An editor may write a file in several steps: it is saved when nothing has changed for this long.
const SETTLED: Duration = Duration::from_millis(50);

enum Event {
    /// A key was pressed.
    Key(u8),
    /// A source file was saved.
    Saved,
    /// The check of this number says how far it is.
    Status(u64, Status),
    /// The check of this number is over.
    Checked(u64, Box<Result<Report>>),
}

/// The check that runs now, or ran last.
struct Running {
    number: u64,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl App {
    /// Watches until `q`, Ctrl-C, or the end of the world.
    pub fn watch(&self) -> Result<bool> {
        let keys = KeyMode::enter();
        let mut app = self.clone();
        app.screen.watching = keys.is_some();
        app.handle_events(keys)
    }

    fn handle_events(&self, keys: Option<KeyMode>) -> Result<bool> {
        let (sender, events) = mpsc::channel();
        if keys.is_some() {
            read_keys(sender.clone());
        }
        watch_files(self.course.root.join("exercises"), sender.clone());

        let mut exercise = self.exercise(None)?.clone();
        let mut line = StatusLine::new(self.screen.style);
        let mut running = Running {
            number: 0,
            cancel: Cancel::default(),
            thread: None,
        };
        // What was shown last, for the key that shows all of it.
        let mut last = None;
        self.start(&mut running, &exercise, &sender);
        // We hold a sender ourselves, so this ends only by `break`.
        for event in &events {
            match event {
                Event::Status(number, status) if number == running.number => {
                    line.show(&status_text(&exercise, &status));
                }
                Event::Checked(number, report) if number == running.number => {
                    line.clear();
                    self.clear_screen();
                    match *report {
                        Ok(report) => {
                            self.remember(&report, true);
                            self.show(&report, false);
                            last = Some(report);
                        }
                        Err(error) => say(&format!("{error}\n")),
                    }
                    self.footer(keys.is_some());
                }
                // Of a check that was cancelled.
                Event::Status(..) | Event::Checked(..) => {}
                Event::Saved => {
                    // After a solved exercise the next save is the beginning of the next one.
                    if self.progress().done.contains_key(&exercise.name) {
                        exercise = self.exercise(None)?.clone();
                    }
                    self.start(&mut running, &exercise, &sender);
                }
                Event::Key(b'\n' | b'\r') => self.start(&mut running, &exercise, &sender),
                Event::Key(b'n') => {
                    line.clear();
                    if self.progress().done.contains_key(&exercise.name) {
                        exercise = self.exercise(None)?.clone();
                    } else {
                        self.next()?;
                        exercise = self.exercise(None)?.clone();
                    }
                    self.start(&mut running, &exercise, &sender);
                }
                Event::Key(b'h') => {
                    line.clear();
                    if let Err(error) = self.hint(Some(&exercise.name), None) {
                        say(&format!("{error}\n"));
                    }
                    self.footer(true);
                }
                Event::Key(b'a') => {
                    line.clear();
                    if let Some(report) = &last {
                        self.show(report, true);
                    }
                    self.footer(true);
                }
                Event::Key(b'l') => {
                    line.clear();
                    self.list(false)?;
                    self.footer(true);
                }
                Event::Key(b'q') => break,
                Event::Key(_) => {}
            }
        }
        running.cancel.ask();
        if let Some(thread) = running.thread.take() {
            // It sends nothing that matters any more; a panic in it has been printed.
            let _ = thread.join();
        }
        Ok(true)
    }

    /// Cancels the check that runs, if one does, and starts another as soon as that has ended.
    fn start(&self, running: &mut Running, exercise: &Exercise, sender: &Sender<Event>) {
        running.cancel.ask();
        let before = running.thread.take();
        let number = running.number + 1;
        let cancel = Cancel::default();
        let (app, exercise, sender) = (self.clone(), exercise.clone(), sender.clone());
        let for_check = cancel.clone();
        let thread = thread::spawn(move || {
            if let Some(before) = before {
                // Two cargos at once would only wait for each other.
                let _ = before.join();
            }
            let to_loop = sender.clone();
            // The loop has ended when nobody receives: then there is nobody to tell.
            let status = move |status| drop(to_loop.send(Event::Status(number, status)));
            let report = app.checker(&for_check, &status).check(&exercise);
            let _ = sender.send(Event::Checked(number, Box::new(report)));
        });
        *running = Running {
            number,
            cancel,
            thread: Some(thread),
        };
    }

    fn clear_screen(&self) {
        if self.screen.style.color {
            // ECMA-48: erase the display, cursor to the first line.
            say("\u{1b}[2J\u{1b}[H");
        }
    }

    fn footer(&self, keys: bool) {
        let text = match keys {
            true => "watching: Enter checks again, a all failures, h hint, l list, n next, q quit",
            false => "watching",
        };
        say(&format!(
            "\n{}\n",
            self.screen.style.paint(Paint::Faint, text)
        ));
    }
}

fn read_keys(to: Sender<Event>) {
    thread::spawn(move || {
        for key in io::stdin().lock().bytes() {
            let Ok(key) = key else { break };
            if to.send(Event::Key(key)).is_err() {
                break;
            }
        }
    });
}

/// Path, time of the last change, length.
type Stamps = Vec<(PathBuf, Option<SystemTime>, u64)>;

fn watch_files(folder: PathBuf, to: Sender<Event>) {
    let mut stamps = stamps(&folder);
    let mut content = content(&stamps);
    thread::spawn(move || {
        loop {
            thread::sleep(EVERY);
            let mut now = self::stamps(&folder);
            if now == stamps {
                continue;
            }
            loop {
                thread::sleep(SETTLED);
                let later = self::stamps(&folder);
                if std::mem::replace(&mut now, later) == now {
                    break;
                }
            }
            stamps = now;
            // An editor that writes the same text once more has not changed anything.
            let new = self::content(&stamps);
            if std::mem::replace(&mut content, new) != content && to.send(Event::Saved).is_err() {
                break;
            }
        }
    });
}

/// Of the files that cargo would read: sources and manifests.
fn stamps(folder: &Path) -> Stamps {
    let files = files::files_below(folder).unwrap_or_default();
    let is_source = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default();
        extension == "rs" || extension == "toml"
    };
    files
        .into_iter()
        .filter(is_source)
        .map(|path| {
            // A file that is gone between two looks has no time and no length: that is a change too.
            let metadata = fs::metadata(&path).ok();
            let modified = metadata
                .as_ref()
                .and_then(|metadata| metadata.modified().ok());
            let length = metadata.map_or(0, |metadata| metadata.len());
            (path, modified, length)
        })
        .collect()
}

fn content(stamps: &Stamps) -> u64 {
    let texts = stamps.iter().map(|(path, ..)| {
        let text = files::read_text(path).unwrap_or_default();
        (path.display().to_string(), text)
    });
    files::fingerprint(&texts.collect::<Tree>())
}
