//! Requests a second, here and in the Node of this machine, one after the other.
//!
//! `cargo bench -p http_module` measures your server, `cargo bench -p http_module_solution` the reference's. Each one is
//! a process of its own with one thread for JavaScript, or for what stands in its place. The client is in this process.

extern crate http_module_solution as http_module;

mod load;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use http_module::{Event, Limits, Parser, create_server};
use load::Load;

/// The best of this many measurements counts: other programs only ever make one worse.
const ROUNDS: usize = 3;

/// How many connections the client has.
const CONNECTIONS: usize = 64;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--server") {
        return serve();
    }
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let (rounds, time) = match measure {
        true => (ROUNDS, Duration::from_secs(2)),
        false => (1, Duration::from_millis(50)),
    };
    let own = std::env::current_exe().expect("this program knows its own path");
    let here = Server::start(Command::new(own).arg("--server"));
    let node = Server::start(Command::new("node").arg(file("server.js")));
    println!("{:<42}{:>12}{:>12}{:>9}", "", "here", "node", "ratio");
    for (name, pipelined) in [("hello, 64 connections", 1), ("the same, 10 pipelined", 10)] {
        let best = |server: &Option<Server>| {
            let server = server.as_ref()?;
            let results = (0..rounds).map(|_| server.ask(pipelined, time));
            results.reduce(|one, other| Measured {
                rate: one.rate.max(other.rate),
                processor: one.processor.min(other.processor),
            })
        };
        let (here, node) = (best(&here).expect("it was started"), best(&node));
        let rates = node.as_ref().map(|node| (node.rate, here.rate / node.rate));
        print_line(&format!("{name}, a second"), here.rate, rates);
        // Other programs make it wait, but they do not make it work.
        if here.processor.is_finite() {
            let times = node.map(|node| (node.processor, node.processor / here.processor));
            print_line(
                "    its processor's time for each, ns",
                here.processor,
                times,
            );
        }
    }
    println!();
    for (name, request) in [("of 40 bytes", SMALL), ("of 462 bytes", LARGE)] {
        let parsed = parse(request, if measure { 200_000 } else { 100 });
        println!("the parser alone, a request {name}: {parsed:.0} ns");
    }
    ExitCode::SUCCESS
}

/// The server that is measured.
fn serve() -> ExitCode {
    runtime::run(|| {
        let server = create_server(|_, response| {
            response
                .set_header("Content-Type", "text/plain")
                .expect("a name and a value");
            response.end_with(b"hello, world\n");
        });
        let listening = server.clone();
        server.listen(("127.0.0.1", 0), move || {
            let address = listening.local_addr().expect("it listens");
            println!("{}", address.port());
        });
    })
}

fn print_line(name: &str, here: f64, node: Option<(f64, f64)>) {
    match node {
        Some((node, ratio)) => println!("{name:<42}{here:>12.0}{node:>12.0}{ratio:>9.1}"),
        None => println!("{name:<42}{here:>12.0}{:>12}{:>9}", "-", "-"),
    }
}

struct Measured {
    /// Requests a second.
    rate: f64,
    /// Nanoseconds of the server's processor for one request. Infinite where this program cannot know it.
    processor: f64,
}

/// A server in a process of its own, which ends with this value.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a program that prints its port. `None` when there is no such program.
    fn start(command: &mut Command) -> Option<Server> {
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = process.ok()?;
        let mut line = String::new();
        let output = process.stdout.as_mut()?;
        BufReader::new(output).read_line(&mut line).ok()?;
        let port = line.trim().parse().ok()?;
        Some(Server { process, port })
    }

    /// Asks as often as possible.
    fn ask(&self, pipelined: usize, time: Duration) -> Measured {
        let load = Load {
            port: self.port,
            connections: CONNECTIONS,
            pipelined,
            time,
        };
        let (before, start) = (self.processor_time(), Instant::now());
        let rate = load.run();
        let count = rate * start.elapsed().as_secs_f64();
        Measured {
            rate,
            processor: match (before, self.processor_time()) {
                (Some(before), Some(after)) => (after - before) / count,
                _ => f64::INFINITY,
            },
        }
    }

    /// The processor time of the process so far, in nanoseconds. Linux: fields 14 and 15 of `/proc/PID/stat`, in
    /// hundredths of a second.
    fn processor_time(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        // The name, which may contain blanks, is field 2 and stands in parentheses.
        let (_, rest) = stat.rsplit_once(')')?;
        let fields = rest.split_whitespace().skip(11).take(2);
        let ticks = fields.filter_map(|field| field.parse::<f64>().ok());
        Some(ticks.sum::<f64>() * 1e7)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/against_node");
    folder.join(name).to_string_lossy().into_owned()
}

const SMALL: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

/// What a browser sends.
const LARGE: &[u8] = b"GET /chapters/22?page=3 HTTP/1.1\r\n\
    Host: 127.0.0.1:8080\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Connection: keep-alive\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Priority: u=0, i\r\n\r\n";

/// Nanoseconds for one request.
fn parse(request: &[u8], count: u32) -> f64 {
    let mut parser = Parser::request(Limits::default());
    let start = Instant::now();
    let mut ends = 0;
    for _ in 0..count {
        let mut bytes = request;
        while let Some(event) = parser.feed(&mut bytes).expect("it is well formed") {
            ends += u32::from(event == Event::End);
        }
    }
    assert_eq!(ends, count);
    start.elapsed().as_nanos() as f64 / f64::from(count)
}
