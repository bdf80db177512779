//! `doctor`: looks at this machine, and says which chapters miss something.

use std::env::{self, consts};
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{App, say};
use crate::cargo::cargo;
use crate::error::Result;
use crate::progress::FILE;
use crate::run::mark;
use crate::terminal::Paint;

/// Something that was looked at.
struct Finding {
    what: &'static str,
    /// What was found, or what is wrong.
    result: std::result::Result<String, String>,
    /// What it means for the learner when it is wrong.
    touches: &'static str,
    /// The course can be done without it.
    optional: bool,
}

impl App {
    /// Prints what it finds; false when something that every chapter needs is missing.
    pub fn doctor(&self) -> Result<bool> {
        let needed = |what, result, touches| Finding {
            what,
            result,
            touches,
            optional: false,
        };
        let optional = |what, result, touches| Finding {
            what,
            result,
            touches,
            optional: true,
        };
        let findings = [
            needed(
                "system",
                system(),
                "chapters with code for one system will not compile",
            ),
            needed(
                "cargo",
                version(&cargo().to_string_lossy(), "--version"),
                "nothing can be built",
            ),
            needed(
                "rustc",
                version("rustc", "--version"),
                "nothing can be built",
            ),
            needed(
                "linker",
                linker(),
                "nothing can be built: install a C toolchain",
            ),
            needed(
                "loopback",
                loopback(),
                "every chapter with a socket, from io_strategies on",
            ),
            needed("temporary files", temp_dir(), "no test can be run"),
            optional(
                "progress file",
                self.progress_file(),
                "your progress is not remembered",
            ),
            optional("terminal", terminal(), "no colour, and no keys in `watch`"),
            optional(
                "node",
                version("node", "--version"),
                "node_runtime cannot compare with real Node",
            ),
            #[cfg(target_os = "linux")]
            optional(
                "strace",
                version("strace", "-V"),
                "you cannot watch system calls (raw_syscall)",
            ),
            #[cfg(target_os = "linux")]
            optional(
                "/proc",
                proc(),
                "demos that show interrupts and page faults",
            ),
        ];
        let mut well = true;
        let mut text = String::new();
        for finding in findings {
            let (word, paint, line) = match (&finding.result, finding.optional) {
                (Ok(found), _) => ("ok     ", Paint::Good, found.clone()),
                (Err(wrong), true) => (
                    "without",
                    Paint::Notice,
                    format!("{wrong}: {}", finding.touches),
                ),
                (Err(wrong), false) => {
                    well = false;
                    (
                        "WRONG  ",
                        Paint::Bad,
                        format!("{wrong}: {}", finding.touches),
                    )
                }
            };
            let word = self.screen.style.paint(paint, word);
            text.push_str(&format!("  {word} {:<16} {line}\n", finding.what));
        }
        let end = match well {
            true => "This machine can run the workshop.",
            false => "Something is missing that the workshop needs.",
        };
        say(&format!("{text}\n{end}\n"));
        Ok(well)
    }

    fn progress_file(&self) -> std::result::Result<String, String> {
        let path = self.course.root.join(FILE);
        let lock = self.course.root.join(format!("{FILE}.lock"));
        let opened = OpenOptions::new().create(true).append(true).open(lock);
        match opened {
            Ok(_) => Ok(self.screen.path(&path)),
            Err(error) => Err(format!("the repository cannot be written to ({error})")),
        }
    }
}

fn system() -> std::result::Result<String, String> {
    let name = format!("{} on {}", consts::OS, consts::ARCH);
    let known = ["linux", "macos", "windows"].contains(&consts::OS)
        && ["x86_64", "aarch64"].contains(&consts::ARCH);
    if known { Ok(name) } else { Err(name) }
}

/// The first line that `program` prints about itself.
fn version(program: &str, argument: &str) -> std::result::Result<String, String> {
    let output = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| format!("cannot be started ({error})"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match (output.status.success(), text.lines().next()) {
        (true, Some(line)) => Ok(line.to_owned()),
        _ => Err(format!("answers with {}", output.status)),
    }
}

/// Builds and runs the smallest program.
fn linker() -> std::result::Result<String, String> {
    let folder = env::temp_dir().join(format!("workshop-doctor-{}", mark()));
    let linked = link(&folder);
    // What cannot be removed is small, and the system's to clean up.
    let _ = fs::remove_dir_all(&folder);
    linked
}

fn link(folder: &PathBuf) -> std::result::Result<String, String> {
    let words = |error: io::Error| error.to_string();
    fs::create_dir_all(folder).map_err(words)?;
    let source = folder.join("hello.rs");
    let program = folder.join(format!("hello{}", consts::EXE_SUFFIX));
    fs::write(&source, "fn main() {}").map_err(words)?;
    let rustc = Command::new("rustc")
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .map_err(words)?;
    if !rustc.status.success() {
        let text = String::from_utf8_lossy(&rustc.stderr);
        return Err(text.lines().next().unwrap_or("rustc failed").to_owned());
    }
    match Command::new(&program).status().map_err(words)?.success() {
        true => Ok(String::from("a program was linked and run")),
        false => Err(String::from("the linked program does not run")),
    }
}

/// A byte from one socket to another.
fn loopback() -> std::result::Result<String, String> {
    let exchange = || -> io::Result<[u8; 1]> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        let (mut server, _) = listener.accept()?;
        client.write_all(&[42])?;
        let mut byte = [0];
        server.read_exact(&mut byte)?;
        Ok(byte)
    };
    match exchange() {
        Ok([42]) => Ok(String::from("127.0.0.1 works")),
        Ok(_) => Err(String::from("127.0.0.1 changes what is sent")),
        Err(error) => Err(format!("127.0.0.1 does not work ({error})")),
    }
}

fn temp_dir() -> std::result::Result<String, String> {
    let folder = env::temp_dir();
    let file = folder.join(format!("workshop-doctor-{}.txt", mark()));
    let written = fs::write(&file, "text").and_then(|()| fs::remove_file(&file));
    match written {
        Ok(()) => Ok(folder.display().to_string()),
        Err(error) => Err(format!(
            "{} cannot be written to ({error})",
            folder.display()
        )),
    }
}

fn terminal() -> std::result::Result<String, String> {
    let name = |yes, what: &str| {
        if yes {
            format!("{what} is one")
        } else {
            format!("{what} is none")
        }
    };
    let (input, output) = (io::stdin().is_terminal(), io::stdout().is_terminal());
    let text = format!(
        "{}, {}",
        name(input, "standard input"),
        name(output, "standard output")
    );
    if input && output { Ok(text) } else { Err(text) }
}

#[cfg(target_os = "linux")]
fn proc() -> std::result::Result<String, String> {
    match fs::read_dir("/proc/self/task") {
        Ok(_) => Ok(String::from("mounted")),
        Err(error) => Err(format!("not readable ({error})")),
    }
}
