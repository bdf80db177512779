//! The two servers, each in a process of its own.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::{fs, thread};

use echo_server::{Config, Server};

/// The server of this chapter.
pub fn one_thread() -> io::Result<()> {
    let (server, address) = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), Config::default())?;
    let stopper = server.stopper();
    let thread = thread::spawn(move || server.run());
    println!("{}", address.port());
    answer()?;
    stopper.stop()?;
    thread.join().expect("the server does not panic").map(drop)
}

/// What a program without an event queue does: each connection has a thread that sleeps in `read`.
pub fn thread_each() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    // These threads end with the process: nothing wakes an `accept`.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let spawned = thread::Builder::new().spawn(move || serve(stream));
            if let Err(error) = spawned {
                eprintln!("no thread for a connection: {error}");
            }
        }
    });
    answer()
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count])?,
        }
    }
}

/// For each line on standard input, one with the memory in KiB and the threads of this process. Linux only;
/// elsewhere both are 0.
fn answer() -> io::Result<()> {
    for line in io::stdin().lines() {
        line?;
        let status = match cfg!(target_os = "linux") {
            true => fs::read_to_string("/proc/self/status")?,
            false => String::new(),
        };
        let value = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
                .unwrap_or(0)
        };
        println!("{} {}", value("VmRSS:"), value("Threads:"));
    }
    Ok(())
}
