//! All of it beside the Node of this machine: the tables of chapters 18, 19 and 22, then the memory of a server.
//!
//! `cargo bench -p node_runtime` measures your crates, `cargo bench -p node_runtime_solution` the reference's.

extern crate node_runtime_solution as node_runtime;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use node_runtime::http;

/// How many connections do nothing.
const IDLE: usize = 1_000;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--server") {
        return serve();
    }
    // `cargo test --benches` runs this too, without `--bench`: only to see that it works.
    let measure = std::env::args().any(|argument| argument == "--bench");
    if measure {
        for package in ["runtime", "fs_module", "http_module"] {
            table_of(package);
        }
    }
    let own = std::env::current_exe().expect("this program knows its own path");
    let here = memory_of(Command::new(own).arg("--server"));
    let node = memory_of(Command::new("node").arg(hello_in_node()));
    println!(
        "{:<42}{:>12}{:>12}{:>9}",
        "memory of an http server, KiB", "here", "node", "ratio"
    );
    for (index, name) in ["idle", "with 1,000 idle connections"]
        .into_iter()
        .enumerate()
    {
        let here = here.map(|memory| memory[index]);
        let node = node.map(|memory| memory[index]);
        let show = |number: Option<f64>| number.map_or(String::from("-"), |it| format!("{it:.0}"));
        let ratio = here
            .zip(node)
            .map(|(here, node)| format!("{:.1}", node / here));
        println!(
            "{name:<42}{:>12}{:>12}{:>9}",
            show(here),
            show(node),
            ratio.unwrap_or_default()
        );
    }
    ExitCode::SUCCESS
}

/// Runs the benchmark of another chapter, in this course's half of it: the learner's or the reference's.
fn table_of(package: &str) {
    let half = match env!("CARGO_PKG_NAME").ends_with("_solution") {
        true => "_solution",
        false => "",
    };
    let package = format!("{package}{half}");
    let status = Command::new(env!("CARGO"))
        .args(["bench", "--quiet", "--package", &package])
        .status();
    if !status.is_ok_and(|status| status.success()) {
        println!("(the benchmark of {package} did not run)");
    }
    println!();
}

/// The server that is measured: hello world.
fn serve() -> ExitCode {
    node_runtime::run(|| {
        let server = http::create_server(|_, response| {
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

/// The same in Node: chapter 22 has it.
fn hello_in_node() -> String {
    let script = "../22_http_module/benches/against_node/server.js";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    path.to_string_lossy().into_owned()
}

/// The memory of a server after its first request, and with idle connections beside it, in KiB. `None` when there is no
/// such program, or no way to know.
fn memory_of(command: &mut Command) -> Option<[f64; 2]> {
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let memory = measure(&mut process);
    // It ends with its measurement.
    let _ = process.kill();
    let _ = process.wait();
    memory
}

fn measure(process: &mut Child) -> Option<[f64; 2]> {
    let mut line = String::new();
    let output = process.stdout.as_mut()?;
    BufReader::new(output).read_line(&mut line).ok()?;
    let port = line.trim().parse().ok()?;
    let ask = || {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
        connection
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .ok()?;
        let mut room = [0; 1024];
        let count = connection.read(&mut room).ok()?;
        (count > 0).then_some(connection)
    };
    ask()?;
    let idle = resident(process.id())?;
    let connections: Option<Vec<TcpStream>> = (0..IDLE).map(|_| ask()).collect();
    let many = resident(process.id())?;
    drop(connections?);
    Some([idle, many])
}

/// What a process has in memory, in KiB: `VmRSS` of `proc_pid_status(5)`. Linux only.
fn resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
