//! One conversation read three ways, with its calls and its processor time; and then two peers at once.

use std::cell::Cell;
use std::ffi::c_int;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use io_strategies::{Kernel, PollFd, ThisSystem, blocking, busy_polling, readiness};
use support::thread_cpu_time;

/// This system, with the calls counted.
#[derive(Default)]
struct Counted {
    reads: Cell<u64>,
    polls: Cell<u64>,
}

impl Kernel for Counted {
    fn read(&self, socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads.set(self.reads.get() + 1);
        ThisSystem.read(socket, buffer)
    }

    fn set_nonblocking(&self, socket: &TcpStream) -> io::Result<()> {
        ThisSystem.set_nonblocking(socket)
    }

    fn poll(&self, sockets: &mut [PollFd<'_>], timeout_ms: c_int) -> io::Result<usize> {
        self.polls.set(self.polls.get() + 1);
        ThisSystem.poll(sockets, timeout_ms)
    }

    fn now(&self) -> Instant {
        ThisSystem.now()
    }
}

fn main() -> io::Result<()> {
    println!("A peer is silent for 200 ms, says a line, does so twice more, and hangs up.\n");
    println!("               time    on a processor                  reads    polls");
    conversation("blocking", |kernel, socket, buffer| {
        blocking::receive(kernel, socket, buffer)
    })?;
    conversation("busy polling", |kernel, socket, buffer| {
        busy_polling::receive(kernel, socket, buffer)
    })?;
    conversation("readiness", |kernel, socket, buffer| {
        readiness::receive(kernel, socket, buffer, None)
    })?;

    println!("\nTwo peers and one thread: A speaks after 300 ms, B after 100 ms.\n");
    one_after_the_other()?;
    both_at_once()
}

/// The other end of a new connection says the lines, each after a silence of its own.
fn peer(silence: Duration, lines: &'static [&str]) -> io::Result<TcpStream> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    let (mut peer, _) = listener.accept()?;
    thread::spawn(move || {
        for line in lines {
            thread::sleep(silence);
            // When this fails, we have gone, and nobody listens.
            let _ = peer.write_all(line.as_bytes());
        }
    });
    Ok(ours)
}

fn conversation(
    name: &str,
    receive: impl Fn(&Counted, &TcpStream, &mut [u8]) -> io::Result<usize>,
) -> io::Result<()> {
    let socket = peer(Duration::from_millis(200), &["one", "two", "three"])?;
    let kernel = Counted::default();
    let (start, cpu) = (Instant::now(), thread_cpu_time());
    while receive(&kernel, &socket, &mut [0; 64])? > 0 {}
    let (took, cpu) = (start.elapsed(), thread_cpu_time() - cpu);
    let share = cpu.as_secs_f64() / took.as_secs_f64();
    let bar = "#".repeat((share * 20.0).round() as usize);
    println!(
        "{name:<13}{:>4} ms {:>8.1} ms  {bar:<20}{:>9}{:>9}",
        took.as_millis(),
        cpu.as_secs_f64() * 1000.0,
        kernel.reads.get(),
        kernel.polls.get()
    );
    Ok(())
}

fn two_peers() -> io::Result<[TcpStream; 2]> {
    Ok([
        peer(Duration::from_millis(300), &["A"])?,
        peer(Duration::from_millis(100), &["B"])?,
    ])
}

fn one_after_the_other() -> io::Result<()> {
    let sockets = two_peers()?;
    let start = Instant::now();
    print!("blocking     ");
    for (socket, name) in sockets.iter().zip(["A", "B"]) {
        blocking::receive(&ThisSystem, socket, &mut [0; 64])?;
        print!(
            "   {name} is heard after {:>3} ms",
            start.elapsed().as_millis()
        );
    }
    println!();
    Ok(())
}

fn both_at_once() -> io::Result<()> {
    let sockets = two_peers()?;
    let start = Instant::now();
    print!("readiness    ");
    let mut waiting = vec![(&sockets[0], "A"), (&sockets[1], "B")];
    while !waiting.is_empty() {
        let list: Vec<&TcpStream> = waiting.iter().map(|(socket, _)| *socket).collect();
        let ready = readiness::wait_any(&ThisSystem, &list, None)?;
        // From the back, so that the positions before stay what they are.
        for position in ready.into_iter().rev() {
            let (socket, name) = waiting.remove(position);
            ThisSystem.read(socket, &mut [0; 64])?;
            print!(
                "   {name} is heard after {:>3} ms",
                start.elapsed().as_millis()
            );
        }
    }
    println!();
    Ok(())
}
