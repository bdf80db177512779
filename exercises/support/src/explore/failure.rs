//! What the learner reads when a schedule went wrong.

use std::fmt::Write;

use super::Explore;
use super::picture::draw;
use super::schedule::{Schedule, Status, Verdict};

/// The whole message, when this was the how-manieth schedule.
pub(super) fn report(
    explore: &Explore,
    schedule: &Schedule,
    verdict: &Verdict,
    tried: usize,
) -> String {
    let mut text = format!("{}\n", explore.about);
    let name = |thread: usize| &schedule.threads[thread].name;
    let (yours, causes) = match verdict {
        Verdict::Stuck => (stuck(schedule), explore.causes),
        Verdict::Spins(thread) => (
            format!(
                "{} goes on and on, and never sleeps: it spins",
                name(*thread)
            ),
            explore.causes,
        ),
        Verdict::Silent(thread) => (
            format!(
                "{} runs for ever without a lock, a wait or a notify",
                name(*thread)
            ),
            "Does it loop while it holds the lock? Does it use std::sync instead of support::sync?",
        ),
        Verdict::Panicked(thread, message) => {
            let _ = write!(text, "{} panicked:\n\n{message}\n", name(*thread));
            (String::new(), "")
        }
        Verdict::Unseen => (
            "the threads meet nowhere that the explorer sees".to_owned(),
            "Does the code use std::sync instead of support::sync?",
        ),
    };
    if !yours.is_empty() {
        let _ = write!(
            text,
            "  expected  {}\n  yours     {yours}\n{causes}\n",
            explore.expected
        );
    }
    // The set-up has a row only when it is what went wrong.
    let from = usize::from(schedule.threads.len() > 1);
    let surprises = match schedule.budget - schedule.surprises {
        0 => "no surprise".to_owned(),
        1 => "1 surprise".to_owned(),
        more => format!("{more} surprises"),
    };
    let _ = write!(
        text,
        "\nIn schedule {tried}, with {surprises} (~ asleep, - waits for the lock):\n\n{}",
        draw(schedule, from)
    );
    text
}

fn stuck(schedule: &Schedule) -> String {
    let ends = schedule.threads.iter().filter_map(|thread| {
        let end = match thread.end {
            Status::Asleep { .. } => "sleeps for ever",
            Status::Wants(_) if thread.locks_twice => {
                "waits for ever for a lock that it holds itself"
            }
            Status::Wants(_) => "waits for ever",
            Status::Running | Status::Ended => return None,
        };
        Some(format!("{} {end}", thread.name))
    });
    ends.collect::<Vec<_>>().join(", ")
}
