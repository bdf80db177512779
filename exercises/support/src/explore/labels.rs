//! The words of a picture: what a step is called, and what a thread comes to.

use std::fs;
use std::path::Path;

use super::schedule::{Schedule, Status, Step, Thread};
use super::{Event, Object, Operation};

/// How steps are called.
pub(super) struct Labels<'a> {
    schedule: &'a Schedule,
    /// All objects of the schedule, by name; two of one name get a number.
    names: Vec<(Object, String)>,
    several_mutexes: bool,
}

impl Labels<'_> {
    pub(super) fn new(schedule: &Schedule) -> Labels<'_> {
        let mut names: Vec<(Object, String)> = Vec::new();
        let mut mutexes = Vec::new();
        for step in &schedule.steps {
            let object = match step.event {
                Event::Lock(it) => {
                    if !mutexes.contains(&it) {
                        mutexes.push(it);
                    }
                    it
                }
                Event::Wait(it)
                | Event::Notify { condvar: it, .. }
                | Event::Touch { object: it, .. } => it,
                _ => continue,
            };
            if names.iter().all(|(known, _)| *known != object) {
                let name = object.name();
                let same = names
                    .iter()
                    .filter(|(_, it)| it.trim_end_matches(char::is_numeric) == name)
                    .count();
                let name = if same == 0 {
                    name
                } else {
                    format!("{name}{}", same + 1)
                };
                names.push((object, name));
            }
        }
        Labels {
            schedule,
            names,
            several_mutexes: mutexes.len() > 1,
        }
    }

    fn name(&self, object: Object) -> &str {
        self.names
            .iter()
            .find(|(it, _)| *it == object)
            .map_or("?", |(_, name)| name)
    }

    fn thread(&self, thread: usize) -> &str {
        &self.schedule.threads[thread].name
    }

    fn mutex(&self, what: &str, mutex: Object) -> String {
        match self.several_mutexes {
            true => format!("{what} {}", self.name(mutex)),
            false => what.to_owned(),
        }
    }

    pub(super) fn step(&self, step: &Step) -> String {
        match &step.event {
            Event::Note(text) => text.clone(),
            Event::Lock(mutex) => self.mutex("lock", *mutex),
            Event::Unlock(mutex) => self.mutex("unlock", *mutex),
            Event::Wait(condvar) => format!("wait {}", self.name(*condvar)),
            Event::Notify {
                what,
                condvar,
                woken,
            } => {
                let woken: Vec<&str> = woken.iter().map(|it| self.thread(*it)).collect();
                let woken = if woken.is_empty() {
                    "nobody".to_owned()
                } else {
                    woken.join(", ")
                };
                format!("{what} {}: {woken}", self.name(*condvar))
            }
            Event::Awake => "awake".to_owned(),
            Event::AwakeForNothing => "awake for nothing".to_owned(),
            Event::TimeOut => "time out".to_owned(),
            Event::Touch {
                what,
                object,
                value,
            } => format!("{what} {}: {value}", self.name(*object)),
            Event::Join(other) => format!("join {}", self.thread(*other)),
            Event::Sleep(time) => format!("sleep {time:?}"),
            Event::Yield => "yield".to_owned(),
            Event::End => "end".to_owned(),
            Event::Panic => "PANIC".to_owned(),
        }
    }

    /// What becomes of a thread whose schedule was stopped here.
    pub(super) fn ending(&self, thread: &Thread) -> String {
        match thread.end {
            Status::Asleep { .. } => "asleep for ever".to_owned(),
            Status::Wants(Operation::Lock(_)) if thread.locks_twice => {
                "needs the lock it holds".to_owned()
            }
            Status::Wants(Operation::Lock(_) | Operation::Relock(_)) => "needs the lock".to_owned(),
            Status::Wants(Operation::Join(other)) => format!("joins {}", self.thread(other)),
            _ => String::new(),
        }
    }
}

impl Object {
    /// What it is called where it was made: `not_empty: Condvar::new()` and `let not_empty = ...` make a
    /// `not_empty`. Without the source, or with another kind of line, its line's number.
    fn name(self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let line = self.made_at.line();
        fs::read_to_string(root.join(self.made_at.file()))
            .ok()
            .and_then(|text| name_in(text.lines().nth(line as usize - 1)?))
            .unwrap_or_else(|| format!("line{line}:"))
    }
}

fn name_in(line: &str) -> Option<String> {
    let (before, _) = line.split_once([':', '='])?;
    let name = before
        .trim()
        .trim_start_matches("let ")
        .trim_start_matches("mut ");
    let plain = |it: char| it.is_alphanumeric() || it == '_';
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}
