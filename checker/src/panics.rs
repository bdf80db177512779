//! Reads what a test program has written: its panics, and what it said last.

use std::fmt;

use crate::excerpt::excerpt;

/// A panic message and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Panic {
    /// `src/lib.rs:12:5`
    pub place: String,
    /// What it said.
    pub message: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}

/// What std adds to the first panic of a process.
const BACKTRACE_NOTE: &str = "note: run with `RUST_BACKTRACE";

/// libtest's own lines, which say nothing about the test.
fn is_libtests(line: &str) -> bool {
    line == "running 1 test"
        || line == "failures:"
        || line.starts_with("test result: ")
        || line.starts_with("warning: `--logfile` is deprecated")
        || line.starts_with("test ") && (line.ends_with("... FAILED") || line.ends_with("... ok"))
}

/// The end of the output without libtest's own lines: at most 20 lines.
pub fn last_words(output: &str) -> String {
    let end = output.find("\nfailures:\n").unwrap_or(output.len());
    let lines: Vec<&str> = output[..end]
        .lines()
        .map(|line| {
            line.strip_prefix("warning: `--logfile` is deprecated")
                .unwrap_or(line)
        })
        .filter(|line| !is_libtests(line) && !line.starts_with(BACKTRACE_NOTE))
        .collect();
    let from = lines.len().saturating_sub(20);
    excerpt(lines[from..].join("\n").trim())
}

/// The panics that std's hook has reported in `output`, in order; of a long message what matters.
pub fn panics(output: &str) -> Vec<Panic> {
    let mut panics = whole_panics(output);
    for panic in &mut panics {
        panic.message = excerpt(&panic.message);
    }
    panics
}

fn whole_panics(output: &str) -> Vec<Panic> {
    let lines: Vec<&str> = output.lines().collect();
    let mut panics = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(place) = panic_place(line) else {
            continue;
        };
        let ends = |line: &&&str| {
            line.starts_with(BACKTRACE_NOTE)
                || **line == "stack backtrace:"
                || line.starts_with("thread caused non-unwinding panic")
                || panic_place(line).is_some()
                || is_libtests(line)
        };
        let message: Vec<&str> = lines[index + 1..]
            .iter()
            .take_while(|l| !ends(l))
            .copied()
            .collect();
        let message = message.join("\n").trim().to_owned();
        if message.ends_with("said:") || message.ends_with("output:") {
            // The rest is what a child process of the test said: a part of this message.
            panics.push(with_quote(place, &message, &lines[index + 1..]));
            break;
        }
        // A snapshot's panic says only that it differs; the difference stands above it.
        let place_in_insta = place.contains("insta") && message.starts_with("snapshot assertion");
        panics.push(match snapshot_summary(&lines[..index]) {
            Some(snapshot) if place_in_insta => snapshot,
            _ => Panic {
                place: place.to_owned(),
                message,
            },
        });
    }
    panics
}

/// A panic whose message ends by quoting a child process. Of the quote, panics are what matters: the first,
/// which is the cause, and the last. A `todo!()` among them is what really happened.
fn with_quote(place: &str, message: &str, rest: &[&str]) -> Panic {
    let start = rest
        .iter()
        .position(|line| message.ends_with(line.trim()) && !line.trim().is_empty());
    let end = rest
        .iter()
        .rposition(|line| is_libtests(line) && line.ends_with("... FAILED"));
    let from = start.map_or(0, |start| start + 1);
    let quote = rest[from..end.unwrap_or(rest.len()).max(from)].join("\n");
    let quoted = panics(&quote);
    if let Some(todo) = quoted
        .iter()
        .find(|panic| panic.message.contains("not yet implemented"))
    {
        return todo.clone();
    }
    let quote = match quoted.as_slice() {
        [] => last_words(&quote),
        [only] => only.to_string(),
        [first, .., last] => format!("{first}\n\n{last}"),
    };
    let quote = if quote.is_empty() {
        "(nothing)"
    } else {
        &quote
    };
    let quote: Vec<String> = quote
        .lines()
        .map(|line| format!("  {line}").trim_end().to_owned())
        .collect();
    Panic {
        place: place.to_owned(),
        message: format!("{message}\n{}", quote.join("\n")),
    }
}

/// A place that is longer, in bytes, is none, but something that the test printed.
const PLACE: usize = 1000;

/// `thread 'name' (12) panicked at src/lib.rs:1:2:` gives `src/lib.rs:1:2`.
fn panic_place(line: &str) -> Option<&str> {
    let (thread, place) = line.split_once(" panicked at ")?;
    let place = place
        .strip_suffix(':')
        .filter(|place| place.len() <= PLACE)?;
    thread.starts_with("thread '").then_some(place)
}

/// The difference that insta printed last.
fn snapshot_summary(lines: &[&str]) -> Option<Panic> {
    let start = lines
        .iter()
        .rposition(|line| line.contains(" Snapshot Summary "))?;
    let lines = &lines[start..];
    let place = lines
        .iter()
        .find_map(|line| line.strip_prefix("Source: "))?;
    let differences = lines.iter().filter_map(|line| {
        let (numbers, text) = line.split_once('\u{2502}')?;
        // The head of a table has numbers too, but no text behind the bar.
        (!numbers.contains('\u{2500}')).then_some(text)
    });
    let mut message = String::from("the picture differs (- expected, + yours):");
    for line in differences {
        message.push('\n');
        message.push_str(line);
    }
    Some(Panic {
        place: place.trim().to_owned(),
        message,
    })
}
