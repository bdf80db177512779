//! Bodies of any length, in both directions, and responses that stay open.

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use http_module::{Limits, Response, ServerOptions, create_server, get};
use runtime::{process, run, set_timeout};
use support::within;

use super::get_request;
use crate::loopback::{LIMIT, same, serve};

/// More than the sockets and the buffers of a kernel hold.
const MUCH: usize = 24 * 1024 * 1024;

/// The usual options, for bodies of any length.
fn options() -> ServerOptions {
    ServerOptions {
        limits: Limits {
            body: u64::MAX,
            ..Limits::default()
        },
        ..ServerOptions::default()
    }
}

/// A client that does not read stops the handler, and goes on when it reads.
pub fn a_client_that_does_not_read_stops_the_handler() {
    let (has_written, handler_has_written) = mpsc::channel();
    let (taken, said) = serve(
        "the handler writes 24 MiB, waits for drain each time, and the client reads late",
        options(),
        move |log, _, response| {
            fn write(response: &Response, left: &Rc<Cell<usize>>) {
                let piece = vec![b'x'; 64 * 1024];
                while left.get() > 0 {
                    left.set(left.get() - 1);
                    if !response.write(&piece) {
                        return;
                    }
                }
                response.end();
            }
            let left = Rc::new(Cell::new(MUCH / (64 * 1024)));
            let (again, of_drain) = (response.clone(), Rc::clone(&left));
            let drains = log.clone();
            response.on_drain(move || {
                drains.say("drain");
                write(&again, &of_drain);
            });
            write(&response, &left);
            log.say(format!("held back {}", left.get() > 0));
            // A script that is gone has seen enough.
            let _ = has_written.send(());
        },
        move |mut client| {
            client.send("GET / HTTP/1.0\r\n\r\n");
            let _ = handler_has_written.recv();
            client.until("\r\n\r\n");
            client.take(usize::MAX)
        },
    );
    assert_eq!(
        (taken, said[0].as_str(), said.len() > 1),
        (MUCH, "held back true", true),
        "the handler writes 24 MiB to a client that does not read yet\nexpected  {MUCH} bytes in the end; `write` says \
         false before they are all written; and `drain` is told\nyours     {taken} bytes, {}, {} drains",
        said[0],
        said.len() - 1
    );
}

/// A handler that does not read stops the client.
pub fn a_handler_that_does_not_read_stops_the_client() {
    let goes_on = Arc::new(AtomicBool::new(false));
    let handler_goes_on = Arc::clone(&goes_on);
    let (sent, said) = serve(
        "the client sends 24 MiB, and the handler reads late",
        options(),
        move |log, request, response| {
            let (log, goes_on) = (log.clone(), Arc::clone(&handler_goes_on));
            let count = Rc::new(Cell::new(0));
            let (counted, bytes) = (Rc::clone(&count), request.clone());
            request.on_end(move || response.end_with(counted.get().to_string().as_bytes()));
            // Nobody wants the body for now. Then somebody does, and pauses once.
            set_timeout(
                move || {
                    log.say(format!("came {}", count.get()));
                    let (again, is_paused) = (bytes.clone(), Cell::new(false));
                    let goes_on = Arc::clone(&goes_on);
                    bytes.on_data(move |data| {
                        count.set(count.get() + data.len());
                        if !is_paused.replace(true) {
                            again.pause();
                            let (again, log, seen) = (again.clone(), log.clone(), count.get());
                            let (count, goes_on) = (Rc::clone(&count), Arc::clone(&goes_on));
                            set_timeout(
                                move || {
                                    log.say(format!("paused {}", count.get() == seen));
                                    goes_on.store(true, Ordering::SeqCst);
                                    again.resume();
                                },
                                30,
                            );
                        }
                    });
                },
                20,
            );
        },
        move |mut client| {
            client.send(format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {MUCH}\r\nConnection: close\r\n\r\n"
            ));
            client.send(vec![b'x'; MUCH]);
            let has_waited = goes_on.load(Ordering::SeqCst);
            (has_waited, client.rest())
        },
    );
    assert_eq!(
        said,
        ["came 0", "paused true"],
        "nobody listens for 20 ms, then somebody does, and pauses for 30 ms"
    );
    assert!(
        sent.0 && sent.1.contains(&format!("|  | {MUCH}<end>")),
        "the client sends 24 MiB to a handler that reads late\nexpected  the client has to wait for it; the handler \
         counts {MUCH} bytes\nyours     the client has sent all of it when the handler goes on: {}; {}",
        !sent.0,
        sent.1
    );
}

/// The client ends, in the middle of a head or of a body.
pub fn a_client_that_ends_too_early_has_sent_nothing() {
    #[rustfmt::skip]
    let cases = [
        ("GET / HTTP/1.1\r\nHost: a\r\n", "", "400 Bad Request | close | "),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", "ECONNRESET", "<end>"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n", "ECONNRESET", "<end>"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n0\r\n", "ECONNRESET", "<end>"),
    ];
    for (message, told, expected) in cases {
        let (reply, said) = serve(
            "the client ends too early",
            options(),
            |log, request, response| {
                let log = log.clone();
                request.text(move |text| match text {
                    Ok(_) => response.end_with(b"a whole body"),
                    Err(error) => log.say(error.code()),
                });
            },
            move |mut client| {
                client.send(message);
                client.end();
                client.rest()
            },
        );
        assert!(
            said.join(" ") == told && reply.starts_with(expected) && reply.ends_with("<end>"),
            "the client sends {message:?} and ends\nexpected  the handler's `text` gets {told:?}; {expected}\nyours     \
             {said:?}; {reply}\nHalf of a head is no request, and half of a body is an error."
        );
    }
}

/// 100 Continue goes out when somebody wants the body, in its turn.
pub fn the_continue_has_its_turn() {
    let (replies, _) = serve(
        "a client waits for 100 Continue",
        options(),
        |_, request, response| {
            if request.method() == "GET" {
                set_timeout(move || response.end_with(b"first"), 10);
                return;
            }
            let text = request.clone();
            set_timeout(
                move || {
                    text.text(move |text| response.end_with(text.unwrap_or_default().as_bytes()));
                },
                1,
            );
        },
        |mut client| {
            let post = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n";
            client.send(format!("{}{post}", get_request("/")));
            let before = client.until("100 Continue\r\n\r\n");
            client.send("body");
            format!("{before}{}", client.rest())
        },
    );
    same(
        &replies,
        "200 OK | length 5 |  | first100 Continue |  | 200 OK | close | length 4 |  | body<end>",
        "a request, and another one with Expect: 100-continue; the body is read after 1 ms, the first reply is made after 10",
        "100 Continue is a part of the second reply: it waits for its turn, and it says that somebody wants the body.",
    );
}

/// A response stays open, and the client goes.
pub fn a_response_may_stay_open() {
    let (events, said) = serve(
        "a response stays open until the client is gone",
        ServerOptions::default(),
        |log, request, response| {
            fn tick(response: &Response, count: u32) {
                if response.is_open() {
                    response.write(format!("{count}.").as_bytes());
                    let again = response.clone();
                    set_timeout(move || tick(&again, count + 1), 5);
                }
            }
            let (closed, gone) = (log.clone(), log.clone());
            response.on_close(move || closed.say("response closed"));
            request.on_close(move || gone.say("request closed"));
            let short = Duration::from_millis(1);
            log.set_options(ServerOptions {
                head_timeout: short,
                body_timeout: short,
                idle_timeout: short,
                ..ServerOptions::default()
            });
            tick(&response, 0);
        },
        |mut client| {
            client.send(get_request("/events"));
            let events = client.until("5.\r\n");
            client.end();
            client.rest();
            events
        },
    );
    same(
        &events,
        "200 OK | Transfer-Encoding: chunked |  | 2 | 0. | 2 | 1. | 2 | 2. | 2 | 3. | 2 | 4. | 2 | 5. | ",
        "an event every 5 ms; while they are made, all limits are 1 ms",
        "While a reply is being made, the client owes nothing. Each piece goes out when it is written.",
    );
    assert_eq!(
        said,
        ["response closed", "request closed"],
        "the client has ended, and the response was open"
    );
}

/// A program that ends in the middle of it all lets go of everything.
pub fn an_exit_leaves_nothing() {
    within(
        LIMIT,
        "a client asks a server of the same program, which exits then",
        || {
            let captured = Rc::new(());
            let (of_server, of_client) = (Rc::clone(&captured), Rc::clone(&captured));
            let code = run(move || {
                let server = create_server(move |_, response| {
                    let (captured, kept) = (Rc::clone(&of_server), response.clone());
                    response.on_close(move || drop((Rc::clone(&captured), kept.clone())));
                    response.write(b"event");
                });
                let listening = server.clone();
                server.listen(("127.0.0.1", 0), move || {
                    let address = listening.local_addr().expect("it listens");
                    get(&format!("http://{address}/"), move |response| {
                        let response = response.expect("the server answers");
                        let (captured, kept) = (Rc::clone(&of_client), response.clone());
                        response.on_data(move |data| {
                            let _kept = (&captured, &kept);
                            assert_eq!(data, b"event", "the server writes this");
                            process::exit(3);
                        });
                    });
                });
            });
            assert_eq!(
                code,
                ExitCode::from(3),
                "the client exits with 3 at the first piece of the response"
            );
            assert_eq!(
                Rc::strong_count(&captured),
                1,
                "a server, an open response and a client captured a value, and the program is over\nexpected  all of them \
             are dropped\nWho holds whom? The socket holds its connection, and nothing holds the socket but the loop."
            );
        },
    );
}
