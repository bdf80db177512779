//! A web site that takes its time, in place of one in the internet. All of it is given.
//!
//! It is the server of the first days: blocking calls, one visitor after the other, on a thread of its own.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A site that answers each request after a while. It ends when this is dropped.
pub struct SlowSite {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SlowSite {
    /// Starts a site on this machine that answers after `delay`.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn start(delay: Duration) -> io::Result<SlowSite> {
        SlowSite::start_with(delay, "200 OK", "sorry, slow.")
    }

    /// Starts a site that answers with this status and this text.
    ///
    /// # Errors
    ///
    /// The OS error.
    pub fn start_with(delay: Duration, status: &str, text: &str) -> io::Result<SlowSite> {
        let reply = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        );
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&is_over);
        let thread = thread::Builder::new()
            .name("slow site".into())
            .spawn(move || {
                for visitor in listener.incoming() {
                    if end.load(Ordering::Acquire) {
                        break;
                    }
                    // A visitor who leaves early is no concern of the others.
                    let _ = visitor.and_then(|visitor| answer(visitor, delay, reply.as_bytes()));
                }
            })?;
        Ok(SlowSite {
            address,
            is_over,
            thread: Some(thread),
        })
    }

    /// Its address, for `http::get`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for SlowSite {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // A last visitor wakes it. If there can be none, it is not worth waiting for.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Reads a request up to its empty line, waits, and answers.
fn answer(mut visitor: TcpStream, delay: Duration, reply: &[u8]) -> io::Result<()> {
    let mut request = Vec::new();
    let mut room = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match visitor.read(&mut room)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&room[..count]),
        }
    }
    thread::sleep(delay);
    visitor.write_all(reply)
}
