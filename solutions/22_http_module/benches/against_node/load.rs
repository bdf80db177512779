//! A client that asks the same thing as often as it can.
//!
//! It costs as little as possible, because it takes its time from the server's: all replies have the same length, so
//! it only counts bytes.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use net_module::connect;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

pub struct Load {
    pub port: u16,
    pub connections: usize,
    /// How many requests a connection sends before it waits for the replies.
    pub pipelined: usize,
    pub time: Duration,
}

impl Load {
    /// Replies a second.
    pub fn run(&self) -> f64 {
        let length = self.length_of_reply();
        let bytes = Rc::new(Cell::new(0));
        let counted = Rc::clone(&bytes);
        let (port, connections, pipelined, time) =
            (self.port, self.connections, self.pipelined, self.time);
        let start = Instant::now();
        runtime::run(move || {
            let batch = REQUEST.repeat(pipelined);
            let end = start + time;
            for _ in 0..connections {
                let socket = connect(("127.0.0.1", port));
                socket.set_no_delay(true);
                let (counted, batch) = (Rc::clone(&counted), batch.clone());
                let (got, own) = (Cell::new(0), socket.clone());
                socket.write(&batch);
                socket.on_data(move |data| {
                    counted.set(counted.get() + data.len());
                    got.set(got.get() + data.len());
                    if got.get() < length * pipelined {
                        return;
                    }
                    got.set(0);
                    if Instant::now() < end {
                        own.write(&batch);
                    } else {
                        own.destroy();
                    }
                });
            }
        });
        bytes.get() as f64 / length as f64 / start.elapsed().as_secs_f64()
    }

    /// Asks once.
    fn length_of_reply(&self) -> usize {
        let length = Rc::new(Cell::new(0));
        let seen = Rc::clone(&length);
        let port = self.port;
        runtime::run(move || {
            let socket = connect(("127.0.0.1", port));
            let own = socket.clone();
            socket.write(REQUEST);
            socket.on_data(move |data| {
                assert!(
                    data.ends_with(b"hello, world\n"),
                    "a reply comes in one piece"
                );
                seen.set(data.len());
                own.destroy();
            });
        });
        length.get()
    }
}
