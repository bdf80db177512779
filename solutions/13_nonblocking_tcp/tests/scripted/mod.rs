//! Sockets that answer as they are told, and remember what they were asked.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, SocketAddr};

use nonblocking_tcp::Accept;
use nonblocking_tcp::connect::Connect;

/// An error as a test writes it down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    Kind(ErrorKind),
    Os(i32),
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> io::Error {
        match fault {
            Fault::Kind(kind) => kind.into(),
            Fault::Os(number) => io::Error::from_raw_os_error(number),
        }
    }
}

/// A socket that somebody connects. What it says to each question stays the same, but its error can be taken
/// once only, as from a real one.
pub struct Connecting {
    /// The answer of the first `connect`. To a second one it says `EALREADY`, as the kernel does.
    pub connect: Result<(), Fault>,
    pub error: Cell<Option<Fault>>,
    pub peer: Result<SocketAddr, Fault>,
    pub local: SocketAddr,
    /// The names of the calls, in order.
    pub calls: RefCell<Vec<&'static str>>,
}

impl Connecting {
    pub fn calls(&self) -> String {
        self.calls.borrow().join(", ")
    }
}

impl Connect for Connecting {
    fn connect(&self, _: SocketAddr) -> io::Result<()> {
        let again = self.calls.borrow().contains(&"connect");
        self.calls.borrow_mut().push("connect");
        if again {
            return Err(io::Error::other(
                "EALREADY: a connect of this socket is under way",
            ));
        }
        self.connect.map_err(io::Error::from)
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.calls.borrow_mut().push("take_error");
        Ok(self.error.take().map(io::Error::from))
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.calls.borrow_mut().push("peer_addr");
        self.peer.map_err(io::Error::from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.calls.borrow_mut().push("local_addr");
        Ok(self.local)
    }
}

/// A listener with these answers, one after the other, and `WouldBlock` when they are used up.
pub struct Listener {
    answers: RefCell<VecDeque<Result<net::TcpStream, Fault>>>,
    pub calls: Cell<usize>,
}

impl Listener {
    pub fn new(answers: impl IntoIterator<Item = Result<net::TcpStream, Fault>>) -> Listener {
        Listener {
            answers: RefCell::new(answers.into_iter().collect()),
            calls: Cell::new(0),
        }
    }
}

impl Accept for Listener {
    fn accept(&self) -> io::Result<(net::TcpStream, SocketAddr)> {
        self.calls.set(self.calls.get() + 1);
        let answer = self.answers.borrow_mut().pop_front();
        let socket = answer.unwrap_or(Err(Fault::Kind(ErrorKind::WouldBlock)))?;
        let address = socket.peer_addr()?;
        Ok((socket, address))
    }
}

/// What a stream says to one read or write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// A read: so many bytes have arrived. A write: the socket has room for so many.
    Bytes(usize),
    /// The end of the stream; to a write, that it takes 0 bytes.
    Zero,
    WouldBlock,
    Interrupted,
    Reset,
}

/// A stream with these answers. When they are used up, a read has nothing more, and a write takes everything.
pub struct Stream {
    answers: VecDeque<Answer>,
    /// How many reads or writes were made.
    pub calls: usize,
    /// A read gives the bytes 0, 1, 2 and so on, up to 255 and from 0 again.
    given: usize,
    /// What a write has taken.
    pub taken: Vec<u8>,
    /// How often the bytes behind a part that a write had taken lay somewhere else at the next write.
    pub moves: usize,
    /// Where the next write begins if nothing is moved.
    behind: Option<*const u8>,
    /// The last answer that was given. A test forgets it before it begins anew.
    pub last: Option<Answer>,
    /// A question that no socket should get.
    pub blunder: Option<&'static str>,
}

impl Stream {
    pub fn new(answers: &[Answer]) -> Stream {
        Stream {
            answers: answers.iter().copied().collect(),
            calls: 0,
            given: 0,
            taken: Vec::new(),
            moves: 0,
            behind: None,
            last: None,
            blunder: None,
        }
    }

    fn next(&mut self, room: usize, otherwise: Answer) -> Answer {
        self.calls += 1;
        if room == 0 {
            self.blunder = Some("a call with 0 bytes");
        }
        if let Some(Answer::Zero | Answer::WouldBlock | Answer::Reset) = self.last {
            self.blunder = Some("a call right after an answer that ends the matter for now");
        }
        let answer = self.answers.pop_front().unwrap_or(otherwise);
        self.last = Some(answer);
        answer
    }
}

fn failed(answer: Answer) -> io::Error {
    let kind = match answer {
        Answer::WouldBlock => ErrorKind::WouldBlock,
        Answer::Interrupted => ErrorKind::Interrupted,
        _ => ErrorKind::ConnectionReset,
    };
    kind.into()
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.next(buffer.len(), Answer::WouldBlock) {
            Answer::Bytes(arrived) => {
                let count = arrived.min(buffer.len());
                if arrived > count {
                    // The rest stays in the kernel.
                    self.answers.push_front(Answer::Bytes(arrived - count));
                }
                for byte in &mut buffer[..count] {
                    *byte = (self.given % 256) as u8;
                    self.given += 1;
                }
                Ok(count)
            }
            Answer::Zero => Ok(0),
            answer => Err(failed(answer)),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.behind.is_some_and(|behind| behind != bytes.as_ptr()) {
            self.moves += 1;
        }
        match self.next(bytes.len(), Answer::Bytes(usize::MAX)) {
            Answer::Bytes(room) => {
                let count = room.min(bytes.len());
                // A slice that was taken whole has nothing behind it.
                let rest = &bytes[count..];
                self.behind = (!rest.is_empty()).then_some(rest.as_ptr());
                if room > count && room != usize::MAX {
                    self.answers.push_front(Answer::Bytes(room - count));
                }
                self.taken.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
            Answer::Zero => Ok(0),
            answer => Err(failed(answer)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All lists of `length` answers that are made of `answers`.
pub fn lists_of(answers: &[Answer], length: u32) -> impl Iterator<Item = Vec<Answer>> {
    (0..answers.len().pow(length)).map(move |mut number| {
        let list = (0..length).map(|_| {
            let answer = answers[number % answers.len()];
            number /= answers.len();
            answer
        });
        list.collect()
    })
}
