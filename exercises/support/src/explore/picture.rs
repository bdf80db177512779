//! A schedule as a picture: a row for each thread, time from left to right.

use std::fmt::Write;
use std::fs;
use std::iter;
use std::path::Path;

use super::schedule::{Schedule, Status, Step, Thread};
use super::{Event, Object, Operation};

/// A line of a picture is no longer.
const WIDTH: usize = 92;

/// More steps than this are not drawn.
const STEPS: usize = 60;

/// So many are drawn of a schedule that has more: enough to see the circle.
const BEGINNING: usize = 16;

/// Draws it. The rows of threads that did nothing worth a look (the set-up's, mostly) are left out.
pub(super) fn draw(schedule: &Schedule, from: usize) -> String {
    let rows: Vec<usize> = (from..schedule.threads.len()).collect();
    let indent = rows
        .iter()
        .map(|it| schedule.threads[*it].name.chars().count())
        .max()
        .unwrap_or(0)
        + 2;
    let labels = Labels::new(schedule);
    let mut picture = Picture {
        text: String::new(),
        block: vec![String::new(); rows.len()],
        names: rows
            .iter()
            .map(|it| format!("{:indent$}", schedule.threads[*it].name))
            .collect(),
    };
    let steps: Vec<&Step> = schedule
        .steps
        .iter()
        .filter(|it| it.thread >= from)
        .collect();
    let drawn = if steps.len() > STEPS {
        BEGINNING
    } else {
        steps.len()
    };
    for run in steps[..drawn].chunk_by(|one, next| one.thread == next.thread) {
        let run: Vec<_> = run.iter().map(|it| (*it, labels.step(it))).collect();
        picture.make_room(
            run.iter()
                .map(|(_, label)| label.chars().count() + GAP)
                .sum(),
        );
        for (step, label) in run {
            let cells = rows.iter().map(|row| match *row == step.thread {
                true => Cell::Label(&label),
                false => Cell::Filling(step.filling.get(*row).copied().unwrap_or(' ')),
            });
            picture.push(cells.collect(), label.chars().count());
        }
    }
    let end = |row: &usize| match steps.len() - drawn {
        0 => labels.ending(&schedule.threads[*row]),
        more if *row == steps[drawn].thread => format!("... and {more} steps more"),
        _ => String::new(),
    };
    picture.end(&rows.iter().map(end).collect::<Vec<_>>());
    picture.text
}

/// What a thread's row has during another thread's step, or during its own.
enum Cell<'a> {
    Filling(char),
    Label(&'a str),
}

/// Between two labels.
const GAP: usize = 2;

struct Picture {
    text: String,
    /// The rows that are not in the text yet.
    block: Vec<String>,
    names: Vec<String>,
}

impl Picture {
    /// Begins new rows when so much does not fit into those that are begun.
    fn make_room(&mut self, width: usize) {
        let used = self.block[0].chars().count();
        if used > 0 && self.names[0].chars().count() + used + width > WIDTH {
            self.flush();
        }
    }

    /// A column.
    fn push(&mut self, cells: Vec<Cell<'_>>, width: usize) {
        self.make_room(width);
        for (row, cell) in self.block.iter_mut().zip(cells) {
            match cell {
                Cell::Label(label) => {
                    end_filling(row);
                    row.extend(label.chars().chain([' '; GAP]));
                }
                Cell::Filling(filling) => row.extend(iter::repeat_n(filling, width + GAP)),
            }
        }
    }

    fn end(&mut self, ends: &[String]) {
        self.make_room(ends.iter().map(|it| it.chars().count()).max().unwrap_or(0));
        for (row, end) in self.block.iter_mut().zip(ends) {
            end_filling(row);
            *row += end;
        }
        self.flush();
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        for (name, row) in self.names.iter().zip(&mut self.block) {
            let line = format!("{name}{row}");
            let _ = writeln!(self.text, "{}", line.trim_end());
            row.clear();
        }
    }
}

/// Keeps a label apart from what fills the row before it.
fn end_filling(row: &mut String) {
    if row.pop().is_some() {
        row.push(' ');
    }
}

/// How steps are called.
struct Labels<'a> {
    schedule: &'a Schedule,
    /// All objects of the schedule, by name; two of one name get a number.
    names: Vec<(Object, String)>,
    several_mutexes: bool,
}

impl Labels<'_> {
    fn new(schedule: &Schedule) -> Labels<'_> {
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

    fn step(&self, step: &Step) -> String {
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
    fn ending(&self, thread: &Thread) -> String {
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
