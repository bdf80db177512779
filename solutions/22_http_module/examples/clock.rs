//! A server with a page and a clock: the page's script listens to an endless response, which has an event a second.
//!
//! `cargo run -p http_module --example clock`, then open the address that it prints, or listen with
//! `curl -N http://127.0.0.1:8080/clock`.

extern crate http_module_solution as http_module;

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use http_module::{Request, Response, Result, create_server};
use runtime::{clear_interval, process, set_interval};

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>A clock</title>
<h1 id="time">...</h1>
<p>This page was sent once. The time comes in one response that never ends.</p>
<script>
    new EventSource('/clock').onmessage = event => document.getElementById('time').textContent = event.data;
</script>
"#;

fn main() -> ExitCode {
    runtime::run(|| {
        let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
        let listeners = Rc::new(Cell::new(0));
        let server = create_server(move |request, response| {
            println!("{} {}", request.method(), request.target());
            if let Err(error) = route(&request, &response, &listeners) {
                println!("{error}");
            }
        });
        server.on_error(|error| {
            println!("{error}");
            process::set_exit_code(1);
        });
        let listening = server.clone();
        server.listen(("127.0.0.1", port.unwrap_or(8080)), move || {
            if let Some(address) = listening.local_addr() {
                println!("http://{address}/         a page with a clock");
                println!("curl -N http://{address}/clock");
                println!("curl --data-binary @Cargo.toml http://{address}/count");
            }
        });
    })
}

fn route(request: &Request, response: &Response, listeners: &Rc<Cell<u32>>) -> Result<()> {
    match (request.method(), request.target()) {
        ("GET" | "HEAD", "/") => {
            response.set_header("Content-Type", "text/html; charset=utf-8")?;
            response.end_with(PAGE.as_bytes());
        }
        ("GET", "/clock") => {
            response.set_header("Content-Type", "text/event-stream")?;
            response.set_header("Cache-Control", "no-cache")?;
            tick(response, listeners);
        }
        ("POST", "/count") => count(request, response),
        _ => {
            response.set_status(404);
            response.end_with(b"there is no such page\n");
        }
    }
    Ok(())
}

/// Sends the time, now and every second, until the client is gone.
fn tick(response: &Response, listeners: &Rc<Cell<u32>>) {
    listeners.set(listeners.get() + 1);
    println!("{} listen to the clock", listeners.get());
    send_time(response);
    let events = response.clone();
    let interval = set_interval(move || send_time(&events), 1_000);
    let listeners = Rc::clone(listeners);
    response.on_close(move || {
        clear_interval(interval);
        listeners.set(listeners.get() - 1);
        println!("{} listen to the clock", listeners.get());
    });
}

fn send_time(response: &Response) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs()) % 86_400;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let event = format!("data: {hours:02}:{minutes:02}:{:02} UTC\n\n", seconds % 60);
    response.write(event.as_bytes());
}

/// Counts a body of any length without keeping it.
fn count(request: &Request, response: &Response) {
    let bytes = Rc::new(Cell::new(0));
    let counted = Rc::clone(&bytes);
    request.on_data(move |data| counted.set(counted.get() + data.len()));
    let response = response.clone();
    request.on_end(move || response.end_with(format!("{} bytes\n", bytes.get()).as_bytes()));
}
