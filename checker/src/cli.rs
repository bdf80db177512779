//! The command line: what may be typed, and the help that says so.

use crate::commands::Demand;
use crate::error::{Error, Result};

/// How the checker is called in everything it prints.
pub const CALL: &str = "cargo run -p checker";

/// What the person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Where am I, and what is next? Checks the current exercise.
    Guide {
        /// Show every failing test in full.
        all: bool,
    },
    /// Check one exercise, or all.
    Check {
        /// `None` is the current one.
        which: Option<Which>,
        /// Show every failing test in full.
        all: bool,
        /// For machines.
        json: bool,
    },
    /// The course and how far each exercise is.
    List {
        /// For machines.
        json: bool,
    },
    /// The next step of the hints.
    Hint {
        /// `None` is the current one.
        exercise: Option<String>,
        /// Up to this step, instead of one more than the last time.
        level: Option<usize>,
    },
    /// Check again whenever a file is saved.
    Watch,
    /// Go on to the next exercise, done or not.
    Next,
    /// Start afresh.
    Reset {
        /// Which.
        which: Which,
        /// Only the specification.
        tests: bool,
    },
    /// Show the reference.
    Solution {
        /// Which.
        exercise: String,
        /// Do not ask whether that is meant.
        yes: bool,
    },
    /// Yours against the reference.
    Diff {
        /// Which.
        exercise: String,
    },
    /// Fill every unsolved exercise before this one with the reference.
    CatchUp {
        /// Which.
        exercise: String,
    },
    /// Look at this machine.
    Doctor,
    /// For maintainers: prove the course.
    Verify {
        /// `None` is all.
        exercise: Option<String>,
        /// How often and how much.
        demand: Demand,
    },
    /// For maintainers: make the exercises from the solutions.
    Carve {
        /// `None` is all.
        exercise: Option<String>,
    },
    /// For maintainers: begin a chapter.
    CarveNew {
        /// Its folder: `11_event_queue`.
        folder: String,
    },
    /// Help, of one command or of all.
    Help(Option<String>),
}

/// One exercise or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one with this number or name.
    One(String),
    /// `all`
    All,
}

/// Name, arguments, a line for the overview, and the rest of the help.
type Help = (&'static str, &'static str, &'static str, &'static str);

const COMMANDS: [Help; 13] = [
    (
        "check",
        "[NN|name|all] [--all] [--json]",
        "check an exercise, the current one if none is named",
        "Builds the exercise and runs its tests, each in a process of its own with a time limit. Shows\n\
         the first failing test in full and the others in a line each; --all shows every one in full.\n\
         --json prints one JSON object an exercise instead. The exit status is 0 when all of what was\n\
         asked for passes, else 1.",
    ),
    (
        "list",
        "[--json]",
        "the course, and how far you are in it",
        "`ok` is done, `>` is the current exercise, `changed` has passed once and was changed since:\n\
         `check all` looks at it again.",
    ),
    (
        "hint",
        "[NN|name] [level]",
        "help in three steps, one step further each time",
        "First the concept, then the place, then nearly the code. A level, 1 to 3, shows the hints up to\n\
         that step.",
    ),
    (
        "watch",
        "",
        "check again whenever you save a file",
        "Keys work at any moment, also while a test runs: Enter checks again, a explains every failure,\n\
         h gives a hint, l lists the course, n goes on to the next exercise, q quits.",
    ),
    (
        "next",
        "",
        "go on to the next exercise, done or not",
        "An exercise that you skip stays open; the guide comes back to it at the end.",
    ),
    (
        "reset",
        "NN|name|all [--tests]",
        "start an exercise afresh; your work is kept as a backup",
        "Makes src, tests and examples as they were in the beginning; --tests only the tests. Whatever\n\
         that changes is copied to a dated folder in .workshop-backups first, and its path is printed.",
    ),
    (
        "solution",
        "NN|name [--yes]",
        "show the reference solution",
        "Asks first while the exercise is unsolved; --yes does not ask.",
    ),
    (
        "diff",
        "NN|name",
        "compare your code with the reference",
        "Lines with - are only in yours, lines with + only in the reference.",
    ),
    (
        "catch-up",
        "NN|name",
        "fill the unsolved exercises before NN with the reference",
        "For who comes late or skips: afterwards you can start at NN. Whatever it replaces is kept in\n\
         .workshop-backups.",
    ),
    (
        "doctor",
        "",
        "look at this machine: what works, and what a chapter will miss",
        "Prints versions, system and terminal, tries to link a program and to use the loopback network.\n\
         Send its output along when you ask somebody for help.",
    ),
    (
        "verify",
        "[NN|name] [--times N] [--matrix]",
        "for maintainers: prove the course",
        "Proves that what is committed is what carving gives, that every stub fails test by test, that\n\
         every solution passes in the exercise's place, that every wrong answer is rejected by the tests\n\
         it names, and that every test is named by one. --times runs each answer so often: no test may\n\
         need luck. --matrix runs all tests on each wrong answer and shows which ones reject it. Works\n\
         on copies of the course below target/verify, one for each core.",
    ),
    (
        "carve",
        "[NN|name] [--new NN_name]",
        "for maintainers: make the exercises from the solutions",
        "Writes src, tests and examples of the exercises. Whatever it replaces is kept in\n\
         .workshop-backups. --new begins a chapter instead: its folders, with a page that says what\n\
         belongs where. `verify` then says what is missing.",
    ),
    (
        "help",
        "[command]",
        "this overview, or more about a command",
        "",
    ),
];

/// Reads the arguments behind the program's name.
pub fn parse<I: IntoIterator<Item = String>>(arguments: I) -> Result<Command> {
    let mut flags = Vec::new();
    let mut words = Vec::new();
    let mut times = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--times" {
            times = Some(number_of_times(arguments.next())?);
            continue;
        }
        match argument.starts_with('-') && argument.len() > 1 {
            true => flags.push(argument),
            false => words.push(argument),
        }
    }
    let mut words = words.into_iter();
    let name = words.next();
    let mut flag = |known: &str| {
        let before = flags.len();
        flags.retain(|flag| flag != known);
        flags.len() < before
    };
    if flag("--help") || flag("-h") {
        return Ok(Command::Help(name));
    }
    let needed = |word: Option<String>, name: &str| {
        word.ok_or_else(|| {
            Error::new(format!(
                "which exercise? `{CALL} -- {name} 01`, for example"
            ))
        })
    };
    let which = |word: String| match word.as_str() {
        "all" => Which::All,
        _ => Which::One(word),
    };
    let command = match name.as_deref() {
        None => Command::Guide { all: flag("--all") },
        Some("check") => Command::Check {
            which: words.next().map(which),
            all: flag("--all"),
            json: flag("--json"),
        },
        Some("list") => Command::List {
            json: flag("--json"),
        },
        Some("hint") => hint(&mut words)?,
        Some("watch") => Command::Watch,
        Some("next") => Command::Next,
        Some("reset") => Command::Reset {
            which: which(needed(words.next(), "reset")?),
            tests: flag("--tests"),
        },
        Some("solution") => Command::Solution {
            exercise: needed(words.next(), "solution")?,
            yes: flag("--yes"),
        },
        Some("diff") => Command::Diff {
            exercise: needed(words.next(), "diff")?,
        },
        Some("catch-up") => Command::CatchUp {
            exercise: needed(words.next(), "catch-up")?,
        },
        Some("doctor") => Command::Doctor,
        Some("verify") => Command::Verify {
            exercise: words.next(),
            demand: Demand {
                times: times.take().unwrap_or(1),
                matrix: flag("--matrix"),
            },
        },
        Some("carve") if flag("--new") => Command::CarveNew {
            folder: words.next().ok_or_else(|| {
                Error::new(format!("which one? `{CALL} -- carve --new 11_event_queue`"))
            })?,
        },
        Some("carve") => Command::Carve {
            exercise: words.next(),
        },
        Some("help") => Command::Help(words.next()),
        Some(other) => {
            return Err(Error::new(format!(
                "there is no command `{other}`. `{CALL} -- --help` lists them."
            )));
        }
    };
    if times.is_some() {
        flags.push(String::from("--times"));
    }
    match (flags.first(), words.next()) {
        (Some(flag), _) => Err(Error::new(format!(
            "`{flag}` is not understood here; try --help"
        ))),
        (_, Some(word)) => Err(Error::new(format!(
            "`{word}` is one word too many; try --help"
        ))),
        _ => Ok(command),
    }
}

/// What follows `--times`.
fn number_of_times(word: Option<String>) -> Result<usize> {
    let number = word.and_then(|word| word.parse().ok());
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| Error::new("`--times` wants a number: `--times 20`"))
}

/// `hint`, `hint 2` (a level or an exercise?), `hint 02 3`, `hint channel 3`.
fn hint(words: &mut impl Iterator<Item = String>) -> Result<Command> {
    let (exercise, level) = (words.next(), words.next());
    let level = match level.as_deref().map(str::parse) {
        None => None,
        Some(Ok(level)) if (1..=3).contains(&level) => Some(level),
        Some(_) => return Err(Error::new("a hint's level is 1, 2 or 3")),
    };
    Ok(Command::Hint { exercise, level })
}

/// The help of one command, or the overview.
pub fn help(command: Option<&str>) -> String {
    let one = command.and_then(|name| COMMANDS.iter().find(|help| help.0 == name));
    if let Some((name, arguments, line, more)) = one {
        let call = format!("{CALL} -- {name} {arguments}");
        return format!("{}\n\n{}.\n\n{more}\n", call.trim_end(), capital(line));
    }
    let mut text = format!(
        "The guide through the workshop.\n\n{CALL}\n    \
         says where you are, checks the current exercise, and says what to do next\n\n\
         {CALL} -- COMMAND\n"
    );
    for (name, arguments, line, _) in COMMANDS {
        let call = format!("{name} {arguments}");
        text.push_str(&format!("    {:<44}{line}\n", call.trim_end()));
    }
    text.push_str(
        "\n`--help` behind a command says more about it. `cargo workshop COMMAND` is the same.\n",
    );
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_are_understood() {
        let one = |name: &str| Which::One(name.to_owned());
        for (line, command) in [
            ("", Command::Guide { all: false }),
            (
                "check",
                Command::Check {
                    which: None,
                    all: false,
                    json: false,
                },
            ),
            (
                "check 07 --json",
                Command::Check {
                    which: Some(one("07")),
                    all: false,
                    json: true,
                },
            ),
            (
                "check --all all",
                Command::Check {
                    which: Some(Which::All),
                    all: true,
                    json: false,
                },
            ),
            (
                "hint",
                Command::Hint {
                    exercise: None,
                    level: None,
                },
            ),
            (
                "hint 02 3",
                Command::Hint {
                    exercise: Some(String::from("02")),
                    level: Some(3),
                },
            ),
            (
                "reset 03 --tests",
                Command::Reset {
                    which: one("03"),
                    tests: true,
                },
            ),
            (
                "verify --times 20 07",
                Command::Verify {
                    exercise: Some(String::from("07")),
                    demand: Demand {
                        times: 20,
                        matrix: false,
                    },
                },
            ),
            (
                "carve --new 11_event_queue",
                Command::CarveNew {
                    folder: String::from("11_event_queue"),
                },
            ),
            ("hint --help", Command::Help(Some(String::from("hint")))),
            ("-h", Command::Help(None)),
        ] {
            assert_eq!(read(line).ok(), Some(command), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let error = |line: &str| read(line).expect_err("not understood").to_string();
        insta::assert_snapshot!(error("chekc"), @"there is no command `chekc`. `cargo run -p checker -- --help` lists them.");
        insta::assert_snapshot!(error("list --yes"), @"`--yes` is not understood here; try --help");
        insta::assert_snapshot!(error("list --times 2"), @"`--times` is not understood here; try --help");
        insta::assert_snapshot!(error("verify 7 --times"), @"`--times` wants a number: `--times 20`");
        insta::assert_snapshot!(error("carve --new"), @"which one? `cargo run -p checker -- carve --new 11_event_queue`");
        insta::assert_snapshot!(error("diff 1 2"), @"`2` is one word too many; try --help");
        insta::assert_snapshot!(error("reset"), @"which exercise? `cargo run -p checker -- reset 01`, for example");
        insta::assert_snapshot!(error("hint 01 9"), @"a hint's level is 1, 2 or 3");
    }

    #[test]
    fn the_overview_names_every_command() {
        insta::assert_snapshot!(help(None), @r"
        The guide through the workshop.

        cargo run -p checker
            says where you are, checks the current exercise, and says what to do next

        cargo run -p checker -- COMMAND
            check [NN|name|all] [--all] [--json]        check an exercise, the current one if none is named
            list [--json]                               the course, and how far you are in it
            hint [NN|name] [level]                      help in three steps, one step further each time
            watch                                       check again whenever you save a file
            next                                        go on to the next exercise, done or not
            reset NN|name|all [--tests]                 start an exercise afresh; your work is kept as a backup
            solution NN|name [--yes]                    show the reference solution
            diff NN|name                                compare your code with the reference
            catch-up NN|name                            fill the unsolved exercises before NN with the reference
            doctor                                      look at this machine: what works, and what a chapter will miss
            verify [NN|name] [--times N] [--matrix]     for maintainers: prove the course
            carve [NN|name] [--new NN_name]             for maintainers: make the exercises from the solutions
            help [command]                              this overview, or more about a command

        `--help` behind a command says more about it. `cargo workshop COMMAND` is the same.
        ");
    }
}
