//! How much memory a connection costs, and how many words a second go to and fro, on one thread and with a thread
//! for each connection.
//!
//! `cargo bench -p echo_server_solution`. Servers and clients are processes of their own: this program starts
//! itself again, and the variable `ROLE` says as what. All numbers are from one run.

extern crate echo_server_solution as echo_server;

mod client;
mod server;

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, str};

/// What a process that was started again is.
const ROLE: &str = "ECHO_SERVER_BENCH_ROLE";

fn main() -> io::Result<()> {
    if let Ok(role) = env::var(ROLE) {
        let words: Vec<&str> = role.split(' ').collect();
        return match words[..] {
            ["client", port, count, milliseconds] => {
                client::run(number(port)?, number(count)?, number(milliseconds)?)
            }
            ["one-thread"] => server::one_thread(),
            ["threads"] => server::thread_each(),
            _ => Err(io::Error::other(format!("unknown role {role}"))),
        };
    }
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = env::args().any(|argument| argument == "--bench");
    let (sizes, milliseconds): (&[u32], u32) = match measure {
        true => (&[10, 100, 1000, 10_000], 3000),
        false => (&[10], 30),
    };
    println!("each client sends 64 bytes, waits until they are back, and sends again\n");
    println!(
        "connections   server                     threads   memory of each   words a second      median         99 %"
    );
    for &size in sizes {
        for (role, name) in [
            ("one-thread", "one thread"),
            ("threads", "a thread a connection"),
        ] {
            match row(role, size, milliseconds) {
                Ok(row) => println!("{size:>11}   {name:<21} {row}"),
                Err(error) => println!(
                    "{size:>11}   {name:<21} {error} (on Unix, `ulimit -n 20000` may help)"
                ),
            }
        }
    }
    Ok(())
}

/// One server and its clients: connect, measure, ask the server what it uses, and go.
fn row(role: &str, size: u32, milliseconds: u32) -> io::Result<String> {
    let mut server = Process::start(role)?;
    let port = server.line()?;
    let before = server.ask()?;
    let mut client = Process::start(&format!("client {port} {size} {milliseconds}"))?;
    let measured = client.line()?;
    let after = server.ask()?;
    client.end()?;
    server.end()?;
    let [words, median, late] = fields(&measured)?;
    let ([kib_before, _], [kib_after, threads]) = (fields(&before)?, fields(&after)?);
    let (threads, memory) = match kib_after {
        0 => (String::from("-"), String::from("-")),
        kib => (
            threads.to_string(),
            format!("{:.1} KiB", (kib - kib_before) as f64 / f64::from(size)),
        ),
    };
    Ok(format!(
        "{threads:>11} {memory:>16} {words:>16} {median:>8} µs {late:>9} µs"
    ))
}

/// This program again, in a role.
struct Process {
    child: Child,
    say: ChildStdin,
    hear: BufReader<ChildStdout>,
}

impl Process {
    fn start(role: &str) -> io::Result<Process> {
        let mut child = Command::new(env::current_exe()?)
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (say, hear) = (child.stdin.take(), child.stdout.take());
        let say = say.expect("standard input is piped");
        let hear = BufReader::new(hear.expect("standard output is piped"));
        Ok(Process { child, say, hear })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.hear.read_line(&mut line)? {
            0 => Err(io::Error::other("the process has ended without an answer")),
            _ => Ok(line.trim().to_owned()),
        }
    }

    fn ask(&mut self) -> io::Result<String> {
        writeln!(self.say)?;
        self.line()
    }

    /// Ends its standard input, and waits for it.
    fn end(mut self) -> io::Result<()> {
        drop(self.say);
        self.child.wait().map(drop)
    }
}

fn fields<const COUNT: usize>(line: &str) -> io::Result<[i64; COUNT]> {
    let fields: Vec<i64> = line.split(' ').map(number).collect::<io::Result<_>>()?;
    let wrong = |_| io::Error::other(format!("not {COUNT} numbers: {line}"));
    fields.try_into().map_err(wrong)
}

fn number<T: str::FromStr>(text: &str) -> io::Result<T> {
    text.parse()
        .map_err(|_| io::Error::other(format!("not a number: {text}")))
}
