//! A schedule as a picture: a row for each thread, time from left to right.

use std::fmt::Write;
use std::iter;

use super::labels::Labels;
use super::schedule::{Schedule, Step};

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
