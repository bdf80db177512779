//! A trace in the Chrome trace-event format, which Perfetto (<https://ui.perfetto.dev>) and `chrome://tracing` open.
//!
//! The rule: times are in microseconds, with a fraction. A thread's slices lie one in another or side by side, and never
//! across each other. An arrow begins and ends inside of slices.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Span, Trace};

/// The lanes of the loop. Workers have the numbers after these.
const PHASES: usize = 1;
const LOOP: usize = 2;
const FIRST_WORKER: usize = 3;

/// The whole file.
///
/// Each lane has a name: `phases`, `loop`, and each worker's. The lane of the loop has a slice for each callback and each
/// sleep, the lane of the phases one for each phase, a worker's lane one for each job. Each word is an instant of the
/// loop's lane. An arrow leads from the moment at which a job was asked for to the worker, and from there to
/// the job's callback.
pub fn chrome_trace(trace: &Trace) -> String {
    let mut file = File::new();
    let workers = trace.workers();
    let lane_of = |worker: &str| {
        let place = workers.iter().position(|it| *it == worker);
        FIRST_WORKER + place.expect("`workers` knows them all")
    };
    file.name(PHASES, "phases");
    file.name(LOOP, "loop");
    for worker in &workers {
        file.name(lane_of(worker), worker);
    }
    for (phase, span) in &trace.phases {
        file.slice(PHASES, &format!("{phase:?}"), *span);
    }
    for span in &trace.sleeps {
        file.slice(LOOP, "sleep", *span);
    }
    for call in &trace.calls {
        file.slice(LOOP, &format!("{:?}", call.kind), call.span);
    }
    for (id, job) in trace.jobs.iter().enumerate() {
        let worker = lane_of(&job.worker);
        file.slice(worker, "job", job.ran);
        file.arrow(Arrow::Start, id, LOOP, job.queued);
        file.arrow(Arrow::Step, id, worker, job.ran.began);
        file.arrow(Arrow::End, id, LOOP, job.called);
    }
    for word in &trace.words {
        file.instant(LOOP, &word.text, word.at);
    }
    file.finish()
}

/// A part of an arrow over several lanes.
#[derive(Clone, Copy)]
enum Arrow {
    Start,
    Step,
    End,
}

/// The events so far. Each method adds one.
struct File {
    events: Vec<String>,
}

impl File {
    fn new() -> File {
        File { events: Vec::new() }
    }

    /// Gives a lane its name: a metadata event, `"ph": "M"`.
    fn name(&mut self, lane: usize, name: &str) {
        let name = quoted(name);
        self.events.push(format!(
            r#"{{"ph":"M","name":"thread_name","pid":1,"tid":{lane},"args":{{"name":{name}}}}}"#
        ));
    }

    /// A slice: a complete event, with its beginning and its length.
    fn slice(&mut self, lane: usize, name: &str, span: Span) {
        // TODO: the event `X`.
        todo!("a slice {name:?} in lane {lane} for {span:?}")
    }

    /// A part of the arrow `id`: a flow event. Its end is bound to the slice around it.
    fn arrow(&mut self, part: Arrow, id: usize, lane: usize, at: Duration) {
        // TODO: the events `s`, `t` and `f`.
        todo!("a part of arrow {id} in lane {lane} at {at:?}")
    }

    /// A moment of one lane: an instant event.
    fn instant(&mut self, lane: usize, name: &str, at: Duration) {
        let (name, ts) = (quoted(name), microseconds(at));
        self.events.push(format!(
            r#"{{"ph":"i","s":"t","name":{name},"pid":1,"tid":{lane},"ts":{ts}}}"#
        ));
    }

    fn finish(self) -> String {
        format!("{{\"traceEvents\":[\n{}\n]}}\n", self.events.join(",\n"))
    }
}

/// Microseconds to the nanosecond: the format has nothing finer.
fn microseconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_micros(), time.subsec_nanos() % 1000)
}

/// A JSON string (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\0'..='\x1f' => {
                write!(quoted, "\\u{:04x}", letter as u32).expect("a string has room");
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
