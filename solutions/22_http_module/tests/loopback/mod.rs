//! A server of yours with a client that follows a script, and a client of yours with such a server.
//!
//! The script blocks, so it is a job of the pool. When it is over, the server is closed, and the program ends.

use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use http_module::{Request, Response, Server, ServerOptions, create_server};
use runtime::{run, work};
use support::within;

/// Far more than a program of these tests needs.
pub const LIMIT: Duration = Duration::from_secs(20);

/// How long a script waits for bytes.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Serves with `handler` while a client follows `script`. Returns what the script returns, and what was said meanwhile.
#[track_caller]
pub fn serve<T: Send + 'static>(
    what: &str,
    options: ServerOptions,
    handler: impl Fn(&Log, Request, Response) + Send + 'static,
    script: impl FnOnce(Peer) -> T + Send + 'static,
) -> (T, Vec<String>) {
    within(LIMIT, what, move || {
        let log = Log::default();
        let said = log.clone();
        let server_of_log = Rc::clone(&log.server);
        let outcome = Rc::new(RefCell::new(None));
        let result = Rc::clone(&outcome);
        run(move || {
            let server = create_server(move |request, response| handler(&log, request, response));
            server.set_options(options);
            *server_of_log.borrow_mut() = Some(server.clone());
            let listening = server.clone();
            server.listen(("127.0.0.1", 0), move || {
                let address = listening.local_addr().expect("it listens");
                work(
                    move || Ok(script(Peer::connect(address))),
                    move |value| {
                        *result.borrow_mut() = Some(value);
                        // It has the handler, which has the log.
                        server_of_log.take();
                        listening.close(|_| {});
                    },
                );
            });
        });
        let outcome = outcome.take().expect("the script was followed");
        let value = outcome.unwrap_or_else(|error| panic!("{error}"));
        (value, said.words())
    })
}

/// Runs `main`, a client that is given the URL of a server. For each connection in its turn the server reads a request
/// head and follows one of the `scripts`. Returns what was said.
#[track_caller]
pub fn ask(
    what: &str,
    scripts: Vec<Box<dyn FnOnce(Peer) + Send>>,
    main: impl FnOnce(&Log, &str) + Send + 'static,
) -> Vec<String> {
    within(LIMIT, what, move || {
        let log = Log::default();
        let said = log.clone();
        run(move || {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
            let address = listener.local_addr().expect("a listener has an address");
            let job = move || {
                for script in scripts {
                    let (stream, _) = listener.accept().expect("a client comes");
                    script(Peer::of(stream));
                }
                Ok(())
            };
            let problems = log.clone();
            work(job, move |outcome| {
                if let Err(error) = outcome {
                    problems.say(format!("the server's script: {error}"));
                }
            });
            main(&log, &format!("http://{address}"));
        });
        said.words()
    })
}

/// What a program said, and the responses that it keeps for later.
#[derive(Clone, Default)]
pub struct Log {
    words: Rc<RefCell<Vec<String>>>,
    pub held: Rc<RefCell<Vec<Response>>>,
    server: Rc<RefCell<Option<Server>>>,
}

impl Log {
    pub fn say(&self, word: impl Into<String>) {
        self.words.borrow_mut().push(word.into());
    }

    /// Sets the server's limits, in the middle of a conversation.
    pub fn set_options(&self, options: ServerOptions) {
        if let Some(server) = &*self.server.borrow() {
            server.set_options(options);
        }
    }

    pub fn words(&self) -> Vec<String> {
        self.words.borrow().clone()
    }
}

/// The other end of a connection.
pub struct Peer {
    stream: TcpStream,
    /// What was read and not asked for.
    ahead: Vec<u8>,
}

impl Peer {
    pub fn connect(address: SocketAddr) -> Peer {
        Peer::of(TcpStream::connect(address).expect("the server listens"))
    }

    pub fn of(stream: TcpStream) -> Peer {
        stream.set_nodelay(true).expect("a socket has this option");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a socket has this option");
        Peer {
            stream,
            ahead: Vec::new(),
        }
    }

    /// Sends. A server that has hung up does not matter: what it sent before that does.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Ends this direction.
    pub fn end(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Reads up to the first `mark`, and says so if something else comes: the end, an error, or nothing.
    pub fn until(&mut self, mark: &str) -> String {
        self.read_while(|text| !text.contains(mark));
        let text = String::from_utf8_lossy(&self.ahead).into_owned();
        match text.find(mark) {
            Some(at) => {
                let end = at + mark.len();
                self.ahead.drain(..end);
                normal(&text[..end])
            }
            None => normal(&text),
        }
    }

    /// Reads up to the end of the stream, which becomes a word: `<end>`, `<reset>`, or `<silence>` if there is none.
    pub fn rest(&mut self) -> String {
        self.read_while(|_| true);
        let text = std::mem::take(&mut self.ahead);
        normal(&String::from_utf8_lossy(&text))
    }

    /// Waits for so long, or until the peer has sent something or ended. Says whether it has.
    pub fn has_answered_within(&mut self, time: Duration) -> bool {
        let set = |time| {
            self.stream
                .set_read_timeout(Some(time))
                .expect("a socket has this option")
        };
        set(time);
        let answer = self.stream.peek(&mut [0]);
        set(PATIENCE);
        answer.is_ok()
    }

    /// Lets some time pass. No test depends on how much.
    pub fn wait(&self, time: Duration) {
        thread::sleep(time);
    }

    /// Reads while `is_wanted`. What ends the stream becomes a word in the text.
    fn read_while(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let mut chunk = [0; 16 * 1024];
        while is_wanted(&String::from_utf8_lossy(&self.ahead)) {
            match self.stream.read(&mut chunk) {
                Ok(0) => return self.ahead.extend_from_slice(b"<end>"),
                Ok(count) => self.ahead.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let word = match error.kind() {
                        ErrorKind::WouldBlock | ErrorKind::TimedOut => "<silence>",
                        _ => "<reset>",
                    };
                    return self.ahead.extend_from_slice(word.as_bytes());
                }
            }
        }
    }

    /// Reads so many bytes, if they come.
    pub fn take(&mut self, count: usize) -> usize {
        let mut chunk = vec![0; 64 * 1024];
        let mut taken = self.ahead.len().min(count);
        self.ahead.drain(..taken);
        while taken < count {
            let room = chunk.len().min(count - taken);
            match self.stream.read(&mut chunk[..room]) {
                Ok(0) | Err(_) => break,
                Ok(read) => taken += read,
            }
        }
        taken
    }
}

/// Headers that are the same in every reply are short here: `Date` and what says whether the connection goes on.
fn normal(text: &str) -> String {
    let mut normal = String::new();
    for line in text.split_inclusive("\r\n") {
        match line {
            "Connection: keep-alive\r\n" => {}
            _ if line.starts_with("Keep-Alive: timeout=") => {}
            "Connection: close\r\n" => normal.push_str("close | "),
            _ if is_date(line) => {}
            _ => normal.push_str(&line.replace("\r\n", " | ")),
        }
    }
    normal
        .replace("HTTP/1.1 ", "")
        .replace("Content-Length: ", "length ")
}

/// `Date: Sun, 06 Nov 1994 08:49:37 GMT`, of a year that may be now.
fn is_date(line: &str) -> bool {
    let form = "Date: aaa, 00 aaa 2000 00:00:00 GMT\r\n";
    line.len() == form.len()
        && line
            .bytes()
            .zip(form.bytes())
            .enumerate()
            .all(|(at, (byte, form))| match form {
                _ if at < 6 => byte == form,
                b'a' => byte.is_ascii_alphabetic(),
                b'0' => byte.is_ascii_digit(),
                _ => byte == form || (byte.is_ascii_alphabetic() && form.is_ascii_alphabetic()),
            })
}

/// Compares. `causes` is what usually made the difference.
#[track_caller]
pub fn same(yours: &str, expected: &str, setup: &str, causes: &str) {
    assert!(
        yours == expected,
        "{setup}\nexpected  {expected}\nyours     {yours}\n{causes}\n(`|` is a line's end, `Date` and keep-alive are \
         left out.)"
    );
}
