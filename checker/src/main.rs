//! `cargo run -p checker`: reads the command line, does it, and turns the result into an exit status.

use std::env;
use std::process::ExitCode;

use checker::cli::{self, Command};
use checker::commands;
use checker::course::Course;
use checker::error::Result;
use checker::fresh;

fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(run) = guarded_run() {
        checker::process::guard::keep_watch(&run);
        return ExitCode::SUCCESS;
    }
    if fresh::is_outdated() {
        eprintln!(
            "note: this checker was built from other files than those in checker/src. Run `cargo clean -p \
             checker`, and then your command again."
        );
    }
    let command = match cli::parse(env::args().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; false when what was checked does not pass.
fn run(command: Command) -> Result<bool> {
    if let Command::Help(command) = command {
        commands::say(&cli::help(command.as_deref()));
        return Ok(true);
    }
    let app = commands::App::new(Course::find()?);
    match command {
        Command::Guide { all } => app.guide(all),
        Command::Check { which, all, json } => app.check(which, all, json),
        Command::List { json } => app.list(json),
        Command::Hint { exercise, level } => app.hint(exercise.as_deref(), level),
        Command::Watch => app.watch(),
        Command::Next => app.next(),
        Command::Reset { which, tests } => app.reset(&which, tests),
        Command::Solution { exercise, yes } => app.solution(&exercise, yes),
        Command::Diff { exercise } => app.diff(&exercise),
        Command::CatchUp { exercise } => app.catch_up(&exercise),
        Command::Doctor => app.doctor(),
        Command::Verify { exercise, demand } => app.verify(exercise.as_deref(), demand),
        Command::Carve { exercise } => app.carve(exercise.as_deref()),
        Command::CarveNew { folder } => app.carve_new(&folder),
        Command::Help(_) => Ok(true),
    }
}

/// The mark of the checker that started this process as its guard.
#[cfg(unix)]
fn guarded_run() -> Option<String> {
    let mut arguments = env::args().skip(1);
    let is_guard = arguments.next().as_deref() == Some(checker::process::guard::ARGUMENT);
    arguments.next().filter(|_| is_guard)
}
