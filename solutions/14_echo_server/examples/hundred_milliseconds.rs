//! What the one thread did in a hundred milliseconds.
//!
//! `cargo run --release -p echo_server --example hundred_milliseconds`
//!
//! The server gets sockets that note when a call began and when it was done. Its clients are threads beside it:
//! forty that connect at once and send a word now and then, and one that sends 4 MiB.

extern crate echo_server_solution as echo_server;

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{self, Ipv4Addr, Shutdown, SocketAddr};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use echo_server::{Config, Listener, Server, Stream};
use nonblocking_tcp::{TcpListener, TcpStream};
use timers::MonotonicClock;

/// What is drawn.
const SHOWN: Duration = Duration::from_millis(100);
/// How many characters a row has.
const COLUMNS: u32 = 80;
const CLIENTS: usize = 40;

#[derive(Clone, Copy, PartialEq)]
enum What {
    Asleep,
    Accepting,
    Reading,
    Writing,
}

/// From when to when the thread did what.
#[derive(Clone, Default)]
struct Diary(Rc<RefCell<Vec<(What, Instant, Instant)>>>);

impl Diary {
    fn note<T>(&self, what: What, call: impl FnOnce() -> T) -> T {
        let from = Instant::now();
        let result = call();
        self.0.borrow_mut().push((what, from, Instant::now()));
        result
    }
}

/// A listener, or a stream, and the diary that its calls are noted in.
struct Noted<S>(S, Diary);

impl Listener for Noted<TcpListener> {
    type Stream = Noted<TcpStream>;

    fn accept(&self) -> io::Result<Noted<TcpStream>> {
        let stream = self.1.note(What::Accepting, || Listener::accept(&self.0))?;
        Ok(Noted(stream, self.1.clone()))
    }
}

impl Stream for Noted<TcpStream> {
    fn shutdown(&mut self) -> io::Result<()> {
        self.0.shutdown()
    }
}

impl Read for Noted<TcpStream> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.note(What::Reading, || self.0.read(buffer))
    }
}

impl Write for Noted<TcpStream> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.note(What::Writing, || self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl<S: std::os::fd::AsFd> std::os::fd::AsFd for Noted<S> {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(windows)]
impl<S: std::os::windows::io::AsSocket> std::os::windows::io::AsSocket for Noted<S> {
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.0.as_socket()
    }
}

fn main() -> io::Result<()> {
    let diary = Diary::default();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = listener.local_addr()?;
    let mut server = Server::new(
        Noted(listener, diary.clone()),
        MonotonicClock::new(),
        Config::default(),
    )?;
    let stopper = server.stopper();
    let start = Instant::now();
    let crowd = thread::spawn(move || crowd(address, start));
    let bulk = thread::spawn(move || bulk(address, start));
    let clock = thread::spawn(move || {
        sleep_until(start, 100);
        stopper.stop()
    });
    while server.is_running() {
        diary.note(What::Asleep, || server.wait(None))?;
        server.serve()?;
    }
    for client in [crowd, bulk, clock] {
        client.join().expect("no client panics")?;
    }

    let notes = diary.0.borrow();
    println!(
        "one thread, {CLIENTS} clients that send a word every 20 ms, and one that sends 4 MiB\n"
    );
    println!(
        "100 ms, {} µs a column",
        SHOWN.as_micros() / u128::from(COLUMNS)
    );
    draw(&notes, start, SHOWN);
    // The words of 40 ms, from a moment before the first of them is read.
    let zoom = Duration::from_millis(2);
    let at_40 = notes.iter().find(|(what, begin, _)| {
        *what == What::Reading && *begin > start + Duration::from_millis(35)
    });
    if let Some((_, begin, _)) = at_40 {
        let from = *begin - zoom / 10;
        println!(
            "\n2 ms from {:.1} ms on, {} µs a column",
            (from - start).as_secs_f64() * 1e3,
            zoom.as_micros() / u128::from(COLUMNS)
        );
        draw(&notes, from, zoom);
    }
    println!("\n'#' more than half of the column, '-' more than a twentieth, '.' less");
    println!("{} waits, {:?}", server.waits(), server.stats());
    Ok(())
}

/// Forty clients on one thread: they connect at 10 ms, send a word every 20 ms, and go at 90.
fn crowd(address: SocketAddr, start: Instant) -> io::Result<()> {
    sleep_until(start, 10);
    let mut clients = (0..CLIENTS)
        .map(|_| net::TcpStream::connect(address))
        .collect::<io::Result<Vec<_>>>()?;
    for at in [20, 40, 60, 80] {
        sleep_until(start, at);
        for client in &mut clients {
            client.write_all(b"how are you?")?;
        }
        for client in &mut clients {
            client.read_exact(&mut [0; 12])?;
        }
    }
    sleep_until(start, 90);
    Ok(())
}

/// A client that sends 4 MiB at 50 ms, and reads them.
fn bulk(address: SocketAddr, start: Instant) -> io::Result<()> {
    sleep_until(start, 50);
    let mut stream = net::TcpStream::connect(address)?;
    let mut other = stream.try_clone()?;
    let sender = thread::spawn(move || {
        other.write_all(&vec![7; 4 << 20])?;
        other.shutdown(Shutdown::Write)
    });
    let mut buffer = vec![0; 64 * 1024];
    while stream.read(&mut buffer)? > 0 {}
    sender.join().expect("the sender does not panic")
}

fn sleep_until(start: Instant, milliseconds: u64) {
    let at = start + Duration::from_millis(milliseconds);
    thread::sleep(at.saturating_duration_since(Instant::now()));
}

/// A row for each thing that the thread does, and one for all between: the code of the server itself.
fn draw(notes: &[(What, Instant, Instant)], from: Instant, length: Duration) {
    let column = length / COLUMNS;
    let mut left = vec![column; COLUMNS as usize];
    for (name, what) in [
        ("asleep in the kernel", What::Asleep),
        ("accept", What::Accepting),
        ("read", What::Reading),
        ("write", What::Writing),
    ] {
        let mut row = vec![Duration::ZERO; COLUMNS as usize];
        for (_, begin, end) in notes.iter().filter(|note| note.0 == what) {
            for (index, spent) in row.iter_mut().enumerate() {
                let start = from + column * index as u32;
                let (begin, end) = ((*begin).max(start), (*end).min(start + column));
                *spent += end.saturating_duration_since(begin);
            }
        }
        for (left, spent) in left.iter_mut().zip(&row) {
            *left = left.saturating_sub(*spent);
        }
        print_row(name, &row, column);
    }
    print_row("the code between", &left, column);
}

fn print_row(name: &str, row: &[Duration], column: Duration) {
    let symbols: String = row.iter().map(|&spent| symbol(spent, column)).collect();
    let total: Duration = row.iter().sum();
    println!("{name:<21}{symbols} {:>6.2} ms", total.as_secs_f64() * 1e3);
}

fn symbol(spent: Duration, column: Duration) -> char {
    match spent {
        spent if spent * 2 > column => '#',
        spent if spent * 20 > column => '-',
        Duration::ZERO => ' ',
        _ => '.',
    }
}
