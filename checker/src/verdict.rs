//! Names what happened to a test, from how its process ended and what it wrote.

use std::time::Duration;

pub use crate::panics::Panic;
use crate::panics::{last_words, panics};
use crate::process::{End, Ended, KEPT};

/// What became of one test.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It reached a `todo!()`.
    Todo(Panic),
    /// It failed, with these panics: the first one, and the last when there are several.
    Failed(Vec<Panic>),
    /// It was not over within the limit of the exercise.
    Hung {
        /// The limit.
        limit: Duration,
        /// What it had printed last.
        output: String,
    },
    /// Its process was ended by the operating system.
    Crashed {
        /// `SIGSEGV`, `STATUS_ACCESS_VIOLATION`.
        name: String,
        /// What that usually means.
        meaning: String,
        /// What it had printed last, or the panic that led there.
        output: String,
    },
    /// It used up its stack.
    StackOverflow,
    /// Its process exited before the test was over.
    LeftEarly {
        /// The exit status.
        status: i32,
    },
    /// It wrote more than a test has to say.
    Flooded {
        /// How many bytes.
        bytes: u64,
        /// Whether it was still at it when its limit had passed.
        endless: bool,
    },
    /// It passed, but processes that it started were still running.
    LeftProcesses,
    /// It passed, but this many threads that it started were still running.
    LeftThreads(usize),
    /// Its process could not be started.
    NotStarted(String),
    /// Somebody asked to stop.
    Cancelled,
}

/// All that is known about a test's process.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The test's name.
    pub test: &'a str,
    /// How its process ended.
    pub ended: &'a Ended,
    /// The limit of the exercise.
    pub limit: Duration,
    /// What libtest wrote to its log file, to which the test itself has no pointer; `None` when this
    /// libtest has no log file, and then its standard output has to do.
    pub log: Option<&'a str>,
    /// What the `support` crate reported at exit.
    pub report: &'a str,
}

impl Verdict {
    /// Whether this is the one verdict that counts.
    pub fn is_pass(&self) -> bool {
        *self == Verdict::Passed
    }

    /// The beginning of what there is to say; empty when the name of the verdict says all.
    pub fn first_line(&self) -> &str {
        let text = match self {
            Verdict::Todo(panic) => &panic.message,
            Verdict::Failed(panics) => panics.first().map_or("", |panic| &panic.message),
            Verdict::Crashed { name, .. } => name,
            Verdict::NotStarted(why) => why,
            _ => "",
        };
        text.lines().next().unwrap_or_default()
    }

    /// The judgement.
    pub fn of(evidence: &Evidence<'_>) -> Verdict {
        let panics = panics(&evidence.ended.output);
        let todo = panics
            .iter()
            .find(|panic| panic.message.contains("not yet implemented"))
            .cloned();
        match (evidence.verdict(panics), todo) {
            (verdict @ (Verdict::Passed | Verdict::Cancelled), _) | (verdict, None) => verdict,
            // Whatever came of it, a piece that is still to be written is the reason.
            (_, Some(todo)) => Verdict::Todo(todo),
        }
    }
}

impl Evidence<'_> {
    fn verdict(&self, panics: Vec<Panic>) -> Verdict {
        let ended = self.ended;
        let flooded = ended.written > KEPT as u64;
        match ended.end {
            End::Cancelled => Verdict::Cancelled,
            End::TimedOut if flooded => Verdict::Flooded {
                bytes: ended.written,
                endless: true,
            },
            End::TimedOut => Verdict::Hung {
                limit: self.limit,
                output: last_words(&ended.output),
            },
            End::Crashed(_) if ended.output.contains("has overflowed its stack") => {
                Verdict::StackOverflow
            }
            End::Crashed(number) => {
                let (name, meaning) = crash(number);
                let output = match panics.as_slice() {
                    [] => last_words(&ended.output),
                    panics => panics
                        .iter()
                        .map(Panic::to_string)
                        .collect::<Vec<_>>()
                        .join("\n"),
                };
                Verdict::Crashed {
                    name,
                    meaning,
                    output,
                }
            }
            End::Exited(status) => self.exited(status, flooded, panics),
        }
    }

    fn exited(&self, status: i32, flooded: bool, panics: Vec<Panic>) -> Verdict {
        match (status, self.libtest_says("ok"), self.libtest_says("failed")) {
            (0, true, _) if self.ended.left_children => Verdict::LeftProcesses,
            (0, true, _) => match self.threads_left() {
                0 if flooded => Verdict::Flooded {
                    bytes: self.ended.written,
                    endless: false,
                },
                0 => Verdict::Passed,
                threads => Verdict::LeftThreads(threads),
            },
            (101, _, true) => Verdict::Failed(match panics.len() {
                0 => vec![Panic {
                    place: String::new(),
                    message: last_words(&self.ended.output),
                }],
                1 => panics,
                // What came first is the cause; what came last is what the test saw of it.
                _ => vec![panics[0].clone(), panics[panics.len() - 1].clone()],
            }),
            _ => Verdict::LeftEarly { status },
        }
    }

    /// Whether libtest says `ok` or `failed` of exactly this test.
    fn libtest_says(&self, word: &str) -> bool {
        match self.log {
            Some(log) => log.lines().any(|line| {
                line.split_once(' ')
                    .is_some_and(|(said, of)| said == word && of == self.test)
            }),
            None => {
                let word = if word == "ok" { "ok" } else { "FAILED" };
                let end = format!("... {word}");
                let start = format!("test {}", self.test);
                let output = &self.ended.output;
                output
                    .lines()
                    .any(|line| line.starts_with(&start) && line.ends_with(&end))
            }
        }
    }

    fn threads_left(&self) -> usize {
        let number = self.report.strip_prefix("threads ").map(str::trim);
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

/// The name of a signal, and what it usually means here. Numbers: `<signal.h>`, the same on Linux and
/// macOS but for SIGBUS and SIGSYS.
#[cfg(unix)]
fn crash(signal: u32) -> (String, String) {
    #[cfg(target_os = "linux")]
    let (bus, bad_call) = (7, 31);
    #[cfg(target_os = "macos")]
    let (bus, bad_call) = (10, 12);
    let (name, meaning) = match signal {
        4 => (
            "SIGILL",
            "the CPU met bytes that are no instruction: a jump to a wrong address?",
        ),
        5 => (
            "SIGTRAP",
            "a breakpoint instruction ran and nobody handled it",
        ),
        6 => (
            "SIGABRT",
            "the process gave up: abort(), or a panic while it could not unwind",
        ),
        8 => (
            "SIGFPE",
            "an arithmetic error in the CPU, such as an integer divided by zero",
        ),
        9 => (
            "SIGKILL",
            "somebody killed it: the system, when memory is short?",
        ),
        11 => (
            "SIGSEGV",
            "touched memory that is not mapped, or not mapped for this use",
        ),
        13 => ("SIGPIPE", "wrote to a pipe or socket that nobody reads"),
        14 => ("SIGALRM", "a timer's signal arrived and nobody handled it"),
        15 => ("SIGTERM", "somebody asked it to end"),
        _ if signal == bus => (
            "SIGBUS",
            "touched memory that has nothing behind it, or misaligned",
        ),
        _ if signal == bad_call => (
            "SIGSYS",
            "a system call that is not allowed or does not exist",
        ),
        _ => {
            return (
                format!("signal {signal}"),
                String::from("ended by a signal"),
            );
        }
    };
    (name.to_owned(), meaning.to_owned())
}

/// The name of an exception, and what it usually means here. Numbers: `NTSTATUS`, `<ntstatus.h>`.
#[cfg(windows)]
fn crash(exception: u32) -> (String, String) {
    let (name, meaning) = match exception {
        0xc000_0005 => (
            "STATUS_ACCESS_VIOLATION",
            "touched memory that is not mapped, or not mapped for this use",
        ),
        0xc000_001d => (
            "STATUS_ILLEGAL_INSTRUCTION",
            "the CPU met bytes that are no instruction: a jump to a wrong address?",
        ),
        0xc000_0094 => (
            "STATUS_INTEGER_DIVIDE_BY_ZERO",
            "an integer was divided by zero",
        ),
        0xc000_00fd => (
            "STATUS_STACK_OVERFLOW",
            "used up its stack: a recursion without end?",
        ),
        0xc000_0374 => (
            "STATUS_HEAP_CORRUPTION",
            "wrote outside of what it had allocated",
        ),
        0xc000_0409 => (
            "STATUS_STACK_BUFFER_OVERRUN",
            "the process gave up: abort(), or a panic while it could not unwind",
        ),
        _ => {
            return (
                format!("exception {exception:#x}"),
                String::from("ended by an exception"),
            );
        }
    };
    (name.to_owned(), meaning.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(end: End, output: &str) -> Ended {
        Ended {
            end,
            output: output.to_owned(),
            written: output.len() as u64,
            left_children: false,
            elapsed: Duration::ZERO,
        }
    }

    fn judge(end: End, output: &str, log: &str) -> Verdict {
        Verdict::of(&Evidence {
            test: "a_test",
            ended: &ended(end, output),
            limit: Duration::from_secs(10),
            log: Some(log),
            report: "",
        })
    }

    #[test]
    fn a_pass_needs_the_exit_status_and_the_log() {
        assert_eq!(judge(End::Exited(0), "", "ok a_test\n"), Verdict::Passed);
        assert_eq!(
            judge(End::Exited(0), "", ""),
            Verdict::LeftEarly { status: 0 }
        );
        assert_eq!(
            judge(
                End::Exited(0),
                "test a_test ... ok\ntest result: ok. 1 passed",
                ""
            ),
            Verdict::LeftEarly { status: 0 }
        );
        assert_eq!(
            judge(End::Exited(0), "", "ok another_test\n"),
            Verdict::LeftEarly { status: 0 }
        );
        assert_eq!(
            judge(End::Exited(101), "", "ok a_test\n"),
            Verdict::LeftEarly { status: 101 }
        );
    }

    #[test]
    fn a_failure_gives_the_message_and_the_place() {
        let output = "warning: `--logfile` is deprecated\nrunning 1 test\n\n\
            thread 'a_test' (12) panicked at tests/spec.rs:6:19:\n\
            assertion `left == right` failed: one is not two\n\nand more\n  left: 1\n right: 2\n\
            note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\
            test a_test ... FAILED\n";
        let verdict = judge(End::Exited(101), output, "failed a_test\n");
        let Verdict::Failed(panics) = verdict else {
            panic!("{verdict:?}");
        };
        insta::assert_snapshot!(panics[0], @r"
        tests/spec.rs:6:19: assertion `left == right` failed: one is not two

        and more
          left: 1
         right: 2
        ");
    }

    #[test]
    fn of_several_panics_the_first_and_the_last_are_kept() {
        let panic = |thread: &str, message: &str| {
            format!("\nthread '{thread}' panicked at src/lib.rs:1:1:\n{message}\n")
        };
        let output =
            panic("worker", "cause") + &panic("worker", "more") + &panic("a_test", "effect");
        let verdict = judge(End::Exited(101), &output, "failed a_test");
        let Verdict::Failed(panics) = verdict else {
            panic!("{verdict:?}");
        };
        let messages: Vec<_> = panics.iter().map(|panic| panic.message.as_str()).collect();
        assert_eq!(messages, ["cause", "effect"]);
    }

    #[test]
    fn a_todo_is_named_even_when_the_test_then_hangs() {
        let output =
            "thread 'pool0' (3) panicked at src/lib.rs:9:5:\nnot yet implemented: take a job\n";
        assert_eq!(
            judge(End::TimedOut, output, ""),
            Verdict::Todo(Panic {
                place: String::from("src/lib.rs:9:5"),
                message: String::from("not yet implemented: take a job"),
            })
        );
    }

    #[test]
    fn a_test_that_returns_an_error_shows_it() {
        let output = "running 1 test\nError: \"bad\"\ntest a_test ... FAILED\n\nfailures:\n\nfailures:\n    a_test\n";
        let verdict = judge(End::Exited(101), output, "failed a_test");
        let Verdict::Failed(panics) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(panics[0].message, "Error: \"bad\"");
    }

    #[test]
    fn a_snapshot_shows_the_difference() {
        let output = "running 1 test\n\
            ━━━━━━━━━━━━━━ Snapshot Summary ━━━━━━━━━━━━━━\nSnapshot: snap\nSource: tests/spec.rs:7\n\
            ──────────────\nExpression: x\n──────────────\n-old snapshot\n+new results\n\
            ────────────┬──────\n    1     1 │ a\n    2       │-c\n          2 │+b\n────────────┴──────\n\
            Stopped on the first failure. Run `cargo insta test` to run all snapshots.\n\n\
            thread 'a_test' (1) panicked at .cargo/vendor/insta/src/runtime.rs:705:13:\n\
            snapshot assertion for 'snap' failed in line 7\n";
        let verdict = judge(End::Exited(101), output, "failed a_test");
        let Verdict::Failed(panics) = verdict else {
            panic!("{verdict:?}");
        };
        insta::assert_snapshot!(panics[0], @r"
        tests/spec.rs:7: the picture differs (- expected, + yours):
         a
        -c
        +b
        ");
    }

    #[test]
    fn what_a_child_process_said_is_a_part_of_the_message() {
        let output = "thread 'a_test' (1) panicked at tests/spec.rs:9:5:\nthe child process panics. It said:\n\n\
            running 1 test\n\nthread 'a_test' (2) panicked at src/lib.rs:3:1:\nRefCell already borrowed\n\
            note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\
            thread 'a_test' (2) panicked at tests/spec.rs:5:1:\nmore of it\ntest a_test ... FAILED\n\n\
            note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\
            test a_test ... FAILED\n";
        let verdict = judge(End::Exited(101), output, "failed a_test");
        let Verdict::Failed(panics) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(panics.len(), 1);
        insta::assert_snapshot!(panics[0], @r"
        tests/spec.rs:9:5: the child process panics. It said:
          src/lib.rs:3:1: RefCell already borrowed

          tests/spec.rs:5:1: more of it
        ");
    }

    #[test]
    fn a_stack_overflow_is_told_from_an_abort() {
        let output =
            "thread 'a_test' (1) has overflowed its stack\nfatal runtime error: stack overflow\n";
        assert_eq!(judge(End::Crashed(6), output, ""), Verdict::StackOverflow);
        assert!(matches!(
            judge(End::Crashed(6), "", ""),
            Verdict::Crashed { .. }
        ));
    }

    #[test]
    fn threads_left_behind_are_not_a_pass() {
        let verdict = Verdict::of(&Evidence {
            test: "a_test",
            ended: &ended(End::Exited(0), ""),
            limit: Duration::from_secs(10),
            log: Some("ok a_test\n"),
            report: "threads 2\n",
        });
        assert_eq!(verdict, Verdict::LeftThreads(2));
    }
}
