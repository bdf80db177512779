//! Builds an exercise's test programs with cargo, so that they are what is on disk: see [`fresh`].

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::error::{Context, Result};
use crate::fresh::{self, Artifact, Notes};
use crate::json::Json;
use crate::process::{Cancel, Group};

/// What a build gave.
#[derive(Debug)]
pub enum Built {
    /// The test programs, and how many warnings the compiler had.
    Ready {
        /// In the order of their names.
        programs: Vec<Program>,
        /// Of all crates that were compiled just now.
        warnings: usize,
    },
    /// It does not compile, and this is why, in the compiler's words.
    Broken {
        /// One text for each error.
        errors: Vec<String>,
    },
    /// Somebody asked to stop.
    Cancelled,
}

/// A test program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// `spec` for `tests/spec.rs`.
    pub name: String,
    /// The executable file.
    pub path: PathBuf,
}

/// Where and how to build.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The package.
    pub package: &'a str,
    /// Whether the compiler's messages are to have colour.
    pub color: bool,
    /// A target folder of its own, if not the workspace's.
    pub target: Option<&'a Path>,
    /// Only the programs below `tests`, without debug information: for `verify`, which builds hundreds.
    pub lean: bool,
}

/// The cargo that runs us, so that no other version is used; else the one on the path.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// How often cargo is run: what is not known to be what is on disk is built again, and so is what was
/// saved meanwhile.
const RUNS: usize = 3;

/// Builds the test programs of a package from what is on disk. `status` is told what cargo is doing.
pub fn build(build: &Build<'_>, cancel: &Cancel, status: &dyn Fn(&str)) -> Result<Built> {
    let mut run = 1;
    loop {
        let start = SystemTime::now();
        let (built, artifacts) = run_cargo(build, cancel, status)?;
        let mut notes = Notes::beside(&artifacts);
        notes.add(&artifacts, build.root, start)?;
        let doubtful = notes.doubtful(&artifacts, build.root);
        if doubtful.is_empty() || run == RUNS || matches!(built, Built::Cancelled) {
            return Ok(built);
        }
        for artifact in doubtful {
            fresh::remove(artifact)?;
        }
        run += 1;
    }
}

/// Runs cargo once. Also gives what it built or found built of the course's own packages.
fn run_cargo(
    build: &Build<'_>,
    cancel: &Cancel,
    status: &dyn Fn(&str),
) -> Result<(Built, Vec<Artifact>)> {
    let mut command = Command::new(cargo());
    command
        .current_dir(build.root)
        .args(["test", "--no-run", "--package", build.package])
        .args(match build.lean {
            true => &["--test", "*"][..],
            false => &["--tests"],
        })
        .arg(match build.color {
            true => "--message-format=json-diagnostic-rendered-ansi",
            false => "--message-format=json",
        })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(target) = build.target {
        command.arg("--target-dir").arg(target);
    }
    if build.lean {
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    }
    Group::prepare(&mut command);
    let mut child = command
        .spawn()
        .context(|| format!("cannot start {}", cargo().to_string_lossy()))?;
    let group =
        Group::watch_over(&mut child).context(|| String::from("cannot watch over cargo"))?;

    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");
    read_lines(stdout, sender.clone(), Line::Message);
    read_lines(stderr, sender, Line::Status);

    let mut output = CargoOutput::default();
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(Line::Message(line)) => output.message(&line),
            Ok(Line::Status(line)) => {
                status(line.trim());
                output.status.push(line);
            }
            // Cargo waits for its compilers, so both pipes end with it.
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if cancel.asked() {
            group.kill();
            // It was killed: its status says nothing.
            let _ = child.wait();
            return Ok((Built::Cancelled, output.artifacts));
        }
    }
    let exit = child
        .wait()
        .context(|| String::from("cannot wait for cargo"))?;
    let artifacts = std::mem::take(&mut output.artifacts);
    Ok((output.result(exit.success()), artifacts))
}

enum Line {
    /// From standard output: JSON.
    Message(String),
    /// From standard error: `Compiling …` and the like.
    Status(String),
}

fn read_lines(pipe: impl Read + Send + 'static, to: Sender<Line>, make: fn(String) -> Line) {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        // Nobody listens any more when sending fails: then there is nothing left to do.
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if to.send(make(text)).is_err() {
                break;
            }
            line.clear();
        }
    });
}

/// What cargo has said so far.
#[derive(Default)]
struct CargoOutput {
    programs: Vec<Program>,
    artifacts: Vec<Artifact>,
    errors: Vec<String>,
    warnings: usize,
    status: Vec<String>,
}

impl CargoOutput {
    /// One line of `--message-format=json`:
    /// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>
    fn message(&mut self, line: &str) {
        let Some(json) = Json::parse(line) else {
            return;
        };
        match json.get("reason").and_then(Json::as_str) {
            Some("compiler-artifact") => {
                self.artifacts.extend(artifact(&json));
                let path = json.get("executable").and_then(Json::as_str);
                let target = json.get("target");
                let name = target.and_then(|t| t.get("name")).and_then(Json::as_str);
                let is_test = matches!(
                    target.and_then(|t| t.get("kind")),
                    Some(Json::Array(kinds)) if kinds.contains(&Json::text("test"))
                );
                if let (Some(path), Some(name), true) = (path, name, is_test) {
                    self.programs.push(Program {
                        name: name.to_owned(),
                        path: PathBuf::from(path),
                    });
                }
            }
            Some("compiler-message") => {
                let message = json.get("message");
                let text = |key| message.and_then(|m| m.get(key)).and_then(Json::as_str);
                let rendered = text("rendered").unwrap_or_default().trim_end().to_owned();
                match text("level") {
                    Some("warning") if text("message").is_some_and(|m| m.contains(" emitted")) => {}
                    Some("warning") => self.warnings += 1,
                    Some(level) if level.starts_with("error") => {
                        let is_summary = text("message").is_some_and(|m| m.starts_with("aborting"));
                        if !is_summary && !self.errors.contains(&rendered) {
                            self.errors.push(rendered);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn result(mut self, success: bool) -> Built {
        self.programs.sort();
        if success {
            return Built::Ready {
                programs: self.programs,
                warnings: self.warnings,
            };
        }
        if self.errors.is_empty() {
            // Not the compiler but cargo has something to say, a broken Cargo.toml for example.
            let words = [
                "Compiling ",
                "Finished ",
                "Fresh ",
                "Blocking ",
                "Building ",
            ];
            let is_status = |line: &&String| words.iter().any(|w| line.trim_start().starts_with(w));
            let lines: Vec<&str> = self
                .status
                .iter()
                .filter(|line| !is_status(line))
                .map(String::as_str)
                .collect();
            self.errors.push(lines.join("\n"));
        }
        Built::Broken {
            errors: self.errors,
        }
    }
}

/// What an artifact's message says; `None` when its package is not of this course: those do not change.
fn artifact(message: &Json) -> Option<Artifact> {
    let package = message.get("package_id").and_then(Json::as_str)?;
    let Some(Json::Array(files)) = message.get("filenames") else {
        return None;
    };
    let files = files.iter().filter_map(Json::as_str).map(PathBuf::from);
    package.contains("path+file:").then_some(Artifact {
        files: files.collect(),
        fresh: message.get("fresh") == Some(&Json::Bool(true)),
    })
}
