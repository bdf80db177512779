//! What the programs do in Node: as it was written down once, and in the Node of this machine.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Written by the programs themselves, each in a process of its own. The first line says which Node it was.
const STORED: &str = include_str!("../programs/node_20.txt");

/// These end their process or listen to its end, so each one needs a Node of its own.
const ALONE: [&str; 8] = [
    "unref_immediate_alone",
    "unref_immediate_left_over",
    "unref_immediate_revived",
    "before_exit_again_and_again",
    "after_exit_nothing_runs",
    "exit_drops_everything",
    "a_throw_ends_the_program",
    "a_handler_that_throws",
];

/// The words of a program, and its exit code at the end.
pub fn stored(name: &str) -> Vec<String> {
    words_of(STORED, name)
}

/// The lines below `= name`.
fn words_of(output: &str, name: &str) -> Vec<String> {
    output
        .lines()
        .skip_while(|line| line.strip_prefix("= ") != Some(name))
        .skip(1)
        .take_while(|line| !line.starts_with("= "))
        .map(String::from)
        .collect()
}

/// Runs the programs in the Node of this machine, and calls `check` with the name and the words of each.
///
/// # Errors
///
/// Says why there is nothing to check: no Node, or one of another major version.
pub fn run_all(names: &[&str], check: impl Fn(&str, Vec<String>)) -> Result<(), String> {
    let version = start(&["--version"]).and_then(end_of);
    let (version, _) = version.map_err(|error| format!("no `node` here: {error}"))?;
    if !version.starts_with("v20.") {
        return Err(format!(
            "the traces are those of Node 20, and this is {}",
            version.trim()
        ));
    }
    let (alone, together): (Vec<&str>, Vec<&str>) =
        names.iter().partition(|name| ALONE.contains(name));
    // All of them at once, since a Node needs most of its time to start.
    let mut chain = vec![path("chain")];
    chain.extend(together.iter().map(|name| name.to_string()));
    let chain = start(&chain);
    let children: Vec<_> = alone.iter().map(|name| start(&[path(name)])).collect();
    for (name, child) in alone.into_iter().zip(children) {
        let (words, code) = child.and_then(end_of).map_err(|error| error.to_string())?;
        let code = format!("code {code}");
        check(
            name,
            words.lines().map(String::from).chain([code]).collect(),
        );
    }
    let (output, _) = chain.and_then(end_of).map_err(|error| error.to_string())?;
    for name in together {
        check(name, words_of(&output, name));
    }
    Ok(())
}

fn path(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let file = folder.join(format!("{name}.js"));
    file.to_string_lossy().into_owned()
}

fn start(arguments: &[impl AsRef<str>]) -> io::Result<Child> {
    Command::new("node")
        .args(arguments.iter().map(AsRef::as_ref))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// What a Node prints until its end, and its exit code.
fn end_of(node: Child) -> io::Result<(String, i32)> {
    let output = node.wait_with_output()?;
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((words, output.status.code().unwrap_or(-1)))
}
