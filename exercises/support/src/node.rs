//! Small programs in the Node of this machine, beside the same programs in Rust.
//!
//! The rule: what Node says is stored, and compared always. Node itself is asked where it is, and in time.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long Node may take. A machine that needs more for a small program is busy with something else.
const PATIENCE: Duration = Duration::from_secs(2);

/// A program that runs in Node. Dropping it ends it.
pub struct Node {
    process: Child,
    words: Receiver<String>,
    deadline: Instant,
}

impl Node {
    /// Starts `node` with these arguments.
    ///
    /// # Errors
    ///
    /// Says why nothing can be compared: there is no Node here.
    pub fn start<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Node, String> {
        let mut process = Command::new("node")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("no `node` here: {error}"))?;
        let mut output = process.stdout.take().expect("it is piped");
        let (sender, words) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if output.read_to_end(&mut bytes).is_ok() {
                // Nobody may want it any more.
                let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
            }
        });
        Ok(Node {
            process,
            words,
            deadline: Instant::now() + PATIENCE,
        })
    }

    /// Waits for the end. Returns what the program printed, and its exit code.
    ///
    /// # Errors
    ///
    /// Says why nothing can be compared: Node takes too long on this machine at present.
    pub fn end(mut self) -> Result<(String, i32), String> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let words = self
            .words
            .recv_timeout(left)
            .map_err(|_| format!("Node has not ended after {PATIENCE:?}"))?;
        // It has closed its output, and that is the last thing it does.
        let status = self.process.wait().map_err(|error| error.to_string())?;
        Ok((words, status.code().unwrap_or(-1)))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It has ended already, as a rule.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Programs in a folder, each as `name.js`, and what they print in Node 20. `say.js` has what they share.
pub struct Programs {
    /// Where they are.
    pub folder: PathBuf,
    /// What they print: `= name`, then the lines. The first line of all says which Node it was.
    pub stored: &'static str,
    /// These need a Node of their own, because they end their process or listen to its end. The exit code counts as their
    /// last line.
    pub alone: &'static [&'static str],
}

impl Programs {
    /// Compares what the Rust version of a program has said with what is stored. `causes` is what usually makes the
    /// difference.
    ///
    /// # Panics
    ///
    /// When the words are others.
    #[track_caller]
    pub fn expect(&self, name: &str, yours: &[String], causes: &str) {
        let expected = lines_of(self.stored, name);
        assert!(
            yours == expected,
            "tests/programs/{name}.rs, and {name}.js beside it\nexpected  {}\nyours     {}\nThe expected words are those \
             of Node 20. The first line of the program says what it is about.{causes}",
            expected.join(" | "),
            yours.join(" | ")
        );
    }

    /// Compares what is stored with what the programs print in the Node of this machine. Says so if nothing can be
    /// compared.
    ///
    /// # Panics
    ///
    /// When Node prints something else.
    #[track_caller]
    pub fn expect_of_node(&self, names: &[&str]) {
        match self.play(names) {
            Err(reason) => println!("skipped: {reason}"),
            Ok(played) => {
                for (name, here) in played {
                    let stored = lines_of(self.stored, name);
                    assert!(
                        here == stored,
                        "node tests/programs/{name}.js\nstored    {}\nhere      {}\nNothing of yours runs in this test.",
                        stored.join(" | "),
                        here.join(" | ")
                    );
                }
            }
        }
    }

    /// Runs the programs in Node, and returns the lines of each.
    ///
    /// # Errors
    ///
    /// Says why nothing can be compared.
    fn play<'a>(&self, names: &[&'a str]) -> Result<Vec<(&'a str, Vec<String>)>, String> {
        is_node_20()?;
        let (alone, together): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| self.alone.contains(name));
        // All of them at once, since a Node needs most of its time to start.
        let chain = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/chain.js");
        let arguments = [chain.as_os_str(), self.folder.as_os_str()];
        let chain = Node::start(arguments.into_iter().chain(together.iter().map(OsStr::new)))?;
        let alone: Vec<_> = alone
            .into_iter()
            .map(|name| Ok((name, Node::start([self.folder.join(format!("{name}.js"))])?)))
            .collect::<Result<_, String>>()?;
        let mut played = Vec::new();
        for (name, node) in alone {
            let (words, code) = node.end()?;
            let code = format!("code {code}");
            played.push((
                name,
                words.lines().map(String::from).chain([code]).collect(),
            ));
        }
        let (output, _) = chain.end()?;
        played.extend(together.iter().map(|name| (*name, lines_of(&output, name))));
        Ok(played)
    }
}

/// The traces are those of Node 20.
///
/// # Errors
///
/// Says why nothing can be compared: no Node, another version, or no answer in time.
pub fn is_node_20() -> Result<(), String> {
    let (version, _) = Node::start(["--version"])?.end()?;
    match version.starts_with("v20.") {
        true => Ok(()),
        false => Err(format!(
            "the traces are those of Node 20, and this is {}",
            version.trim()
        )),
    }
}

/// The lines below `= name`.
fn lines_of(output: &str, name: &str) -> Vec<String> {
    output
        .lines()
        .skip_while(|line| line.strip_prefix("= ") != Some(name))
        .skip(1)
        .take_while(|line| !line.starts_with("= "))
        .map(String::from)
        .collect()
}
