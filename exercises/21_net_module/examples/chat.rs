//! A chat room with three guests, and what the server did with each of them. Ann sends 6 MiB to the room. Cleo reads
//! nothing for a while, so the server stops reading from Ann: that is backpressure, from one socket to another.
//!
//! `cargo run -p net_module --example chat`

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use net_module::{Socket, connect, create_server};
use runtime::{process, set_interval, set_timeout};

const GUESTS: [&str; 3] = ["ann", "ben", "cleo"];

/// How much Ann sends, in bytes.
const FILE: usize = 6 * 1024 * 1024;

/// The server's side of the room, and the picture of it: a line for each guest, a letter for each millisecond.
struct Room {
    guests: RefCell<Vec<Socket>>,
    lines: RefCell<[String; 3]>,
    /// Who reads nothing, until 30 ms after somebody was paused because of it.
    sleeper: Cell<Option<Socket>>,
    start: Instant,
}

impl Room {
    /// Draws what happens to a guest now. In one millisecond the last event stands.
    fn draw(&self, guest: usize, letter: char) {
        self.draw_states(guest);
        let mut lines = self.lines.borrow_mut();
        lines[guest].pop();
        lines[guest].push(letter);
    }

    /// Draws what a guest is, up to now.
    fn draw_states(&self, guest: usize) {
        let column = self.start.elapsed().as_millis() as usize;
        let state = self.state_of(guest);
        let line = &mut self.lines.borrow_mut()[guest];
        while line.len() <= column {
            line.push(state);
        }
    }

    /// What a guest is when nothing happens to it.
    fn state_of(&self, guest: usize) -> char {
        match self.guests.borrow().get(guest) {
            None => ' ',
            Some(socket) if socket.is_destroyed() => ' ',
            Some(socket) if socket.is_paused() => 'P',
            Some(socket) if socket.pending_bytes() > 0 => 'F',
            Some(_) => '.',
        }
    }

    /// A new guest. What it says goes to all others, and it is paused while one of them is full.
    fn enter(self: Rc<Room>, socket: Socket) {
        let guest = self.guests.borrow().len();
        self.guests.borrow_mut().push(socket.clone());
        self.draw(guest, 'C');

        let (room, speaker) = (Rc::clone(&self), socket.clone());
        socket.on_data(move |data| {
            room.draw(guest, 'r');
            let guests = room.guests.borrow().clone();
            for (other, listener) in guests.iter().enumerate() {
                if other != guest && listener.is_writable() && !listener.write(data) {
                    speaker.pause();
                    if let Some(sleeper) = room.sleeper.take() {
                        set_timeout(move || sleeper.resume(), 30);
                    }
                }
            }
        });
        let room = Rc::clone(&self);
        socket.on_drain(move || {
            room.draw(guest, 'D');
            for speaker in room.guests.borrow().iter() {
                speaker.resume();
            }
        });
        let room = Rc::clone(&self);
        socket.on_end(move || room.draw(guest, 'E'));
        socket.on_close(move |_| self.draw(guest, 'X'));
    }
}

/// A guest's own side: it leaves when it has heard everything.
fn visit(address: SocketAddr) -> Socket {
    let socket = connect(address);
    let (heard, own) = (Cell::new(0), socket.clone());
    socket.on_data(move |data| {
        heard.set(heard.get() + data.len());
        if heard.get() == FILE {
            own.end();
        }
    });
    socket
}

/// The three come one after the other. Then Ann sends, and Cleo does not read for a while.
fn party(address: SocketAddr, room: Rc<Room>) {
    let ann = visit(address);
    let own = ann.clone();
    ann.on_connect(move || {
        let ben = visit(address);
        ben.on_connect(move || {
            let cleo = visit(address);
            let (ann, own) = (own.clone(), cleo.clone());
            cleo.on_connect(move || {
                own.pause();
                room.sleeper.set(Some(own));
                ann.end_with(&vec![b'x'; FILE]);
            });
        });
    });
}

fn javascript() {
    let room = Rc::new(Room {
        guests: RefCell::default(),
        lines: RefCell::default(),
        sleeper: Cell::default(),
        start: Instant::now(),
    });
    let enters = Rc::clone(&room);
    let server = create_server(move |socket| Rc::clone(&enters).enter(socket));
    server.unref();
    let (own, guests) = (server.clone(), Rc::clone(&room));
    server.listen(("127.0.0.1", 0), move || {
        party(own.local_addr().expect("it listens"), guests);
    });

    // The loop is free all the time: this timer draws what is between the events.
    let ticker = Rc::clone(&room);
    let draw = move || {
        for guest in 0..GUESTS.len() {
            ticker.draw_states(guest);
        }
    };
    set_interval(draw, 1).unref();
    process::on_exit(move |_| {
        println!("a letter is a millisecond of the server's side of a connection");
        for (name, line) in GUESTS.iter().zip(room.lines.borrow().iter()) {
            println!("{name:6}{}", line.trim_end());
        }
        println!(
            "C connected  r read from  P paused  F full: bytes wait  D drain  E the guest has ended  X closed"
        );
    });
}

fn main() -> ExitCode {
    runtime::run(javascript)
}
