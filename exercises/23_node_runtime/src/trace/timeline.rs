//! A trace as lines of text: one for the loop, and one for each worker.

use std::time::Duration;

use runtime::Kind;

use super::{Span, Trace};

/// Draws `trace` in lines of `columns` letters, of which there is one at least, behind the names of the threads.
///
/// The first line is the loop's, then come the workers in the order of their names. All time from zero to the end of the
/// trace is divided evenly among the columns. What happens from one moment to another fills the columns of both, and
/// all between them. A later call is drawn over an earlier one.
///
/// The loop's letters: `M` main, `T` timers, `I` immediates, `E` events, `C` close, `P` process, `,` ticks and microtasks.
/// Jobs are `a`, `b`, `c`, in the order in which workers began them, after `z` again `a`. The callback of a job has the
/// letter of the job. A `.` is a thread that has nothing to do, a `~` a cut.
pub fn timeline(trace: &Trace, columns: usize) -> String {
    let scale = Scale {
        end: trace.end(),
        columns: columns.max(1),
    };
    let letters = job_letters(trace);
    let mut lines = vec![scale.line("loop")];
    for call in &trace.calls {
        let job = trace
            .jobs
            .iter()
            .position(|job| call.kind == Kind::Ready && job.called == call.span.began);
        let letter = job.map_or_else(|| letter(call.kind), |job| letters[job]);
        scale.draw(&mut lines[0], letter, call.span);
    }
    for worker in trace.workers() {
        let mut line = scale.line(worker);
        for (job, letter) in trace.jobs.iter().zip(&letters) {
            if job.worker == worker {
                scale.draw(&mut line, *letter, job.ran);
            }
        }
        lines.push(line);
    }
    for line in &mut lines {
        for cut in &trace.cuts {
            scale.draw(
                line,
                '~',
                Span {
                    began: *cut,
                    ended: *cut,
                },
            );
        }
    }
    lines.iter().map(Line::text).collect()
}

/// The letter of each job.
fn job_letters(trace: &Trace) -> Vec<char> {
    let mut order: Vec<usize> = (0..trace.jobs.len()).collect();
    order.sort_by_key(|job| trace.jobs[*job].ran.began);
    let mut letters = vec![' '; trace.jobs.len()];
    for (job, letter) in order.into_iter().zip(('a'..='z').cycle()) {
        letters[job] = letter;
    }
    letters
}

fn letter(kind: Kind) -> char {
    match kind {
        Kind::Main => 'M',
        Kind::Ready => 'E',
        Kind::Timer => 'T',
        Kind::Immediate => 'I',
        Kind::Close => 'C',
        Kind::Process => 'P',
        Kind::Tick | Kind::Microtask => ',',
    }
}

/// A thread's line.
struct Line {
    name: String,
    letters: Vec<char>,
}

impl Line {
    fn text(&self) -> String {
        let letters: String = self.letters.iter().collect();
        format!("{:<7}{letters}\n", self.name)
    }
}

/// How time becomes columns.
struct Scale {
    end: Duration,
    columns: usize,
}

impl Scale {
    fn line(&self, name: &str) -> Line {
        Line {
            name: name.to_owned(),
            letters: vec!['.'; self.columns],
        }
    }

    /// The column of a moment. The end of all time belongs to the last one.
    fn column(&self, at: Duration) -> usize {
        // TODO: from a time to a place.
        todo!("the column of {at:?}, of {} in all", self.columns)
    }

    fn draw(&self, line: &mut Line, letter: char, span: Span) {
        // TODO: a letter in each column that `span` touches.
        todo!("draw {letter:?}");
    }
}
