//! Several requests come at once on one connection.

use std::rc::Rc;

use http_module::ServerOptions;
use runtime::{process, set_timeout, throw};

use super::get_request;
use crate::loopback::{same, serve};

/// The handler replies to the last request first.
pub fn the_last_reply_is_made_first() {
    let (replies, _) = serve(
        "three requests come at once, and the last reply is made first",
        ServerOptions::default(),
        |_, request, response| {
            let target = request.target().to_owned();
            let delay = match &target[..] {
                "/slow" => 30,
                "/fast" => 1,
                _ => return response.end_with(target.as_bytes()),
            };
            set_timeout(move || response.end_with(target.as_bytes()), delay);
        },
        |mut client| {
            client.send(["/slow", "/fast", "/now"].map(get_request).concat());
            client.until("/now")
        },
    );
    same(
        &replies,
        "200 OK | length 5 |  | /slow200 OK | length 5 |  | /fast200 OK | length 4 |  | /now",
        "/slow is answered after 30 ms, /fast after 1 ms, /now at once; all were asked for at once",
        "The first reply goes out as it is written, the others wait in memory.",
    );
}

/// There is a limit on how many replies are owed.
pub fn what_is_beyond_the_limit_waits() {
    let (replies, said) = serve(
        "ten requests come at once, three may wait",
        ServerOptions {
            pipelined: 3,
            ..ServerOptions::default()
        },
        |log, _, response| {
            log.held.borrow_mut().push(response);
            log.say(log.held.borrow().len().to_string());
            if log.held.borrow().len() == 3 {
                // Time enough for a fourth one to come, if it does.
                let held = Rc::clone(&log.held);
                let end = move || held.take().iter().rev().for_each(|it| it.end_with(b"."));
                set_timeout(end, 20);
            }
        },
        |mut client| {
            client.send(get_request("/").repeat(8));
            client.send("GET / HTTP/1.0\r\n\r\n");
            let replies = client.rest();
            replies.matches("200 OK").count().to_string()
        },
    );
    assert_eq!(
        (&replies[..], said.join(" ")),
        ("9", String::from("1 2 3 1 2 3 1 2 3")),
        "nine requests came at once, three replies may be owed, and three are made at a time\nexpected  9 replies; the \
         handler has 1 2 3 of them, and again\nWhat comes when three replies are owed has to wait, and must not be lost."
    );
}

/// Behind a request comes what is none.
pub fn garbage_has_its_turn() {
    let (replies, said) = serve(
        "a request, then garbage, then another request",
        ServerOptions::default(),
        |log, request, response| {
            log.say(request.target());
            set_timeout(move || response.end_with(b"first"), 5);
        },
        |mut client| {
            client.send(format!(
                "{}G(T / HTTP/1.1\r\n\r\n{}",
                get_request("/1"),
                get_request("/2")
            ));
            client.rest()
        },
    );
    assert_eq!(
        said,
        ["/1"],
        "a request, then garbage, then another request: what follows garbage is no request"
    );
    assert!(
        replies.starts_with("200 OK | length 5 |  | first400 Bad Request | close | ")
            && replies.ends_with("<end>"),
        "a request, then garbage\nexpected  the first reply, then 400 with `Connection: close`, then the end\n\
         yours     {replies}\nThe error has its turn behind the replies that are owed."
    );
}

/// Behind a request that is the last one, and behind one that two readers could read in two ways, there is none.
pub fn behind_the_last_one_is_none() {
    let last = "200 OK | close | length 2 |  | hi<end>";
    let long = "x".repeat(9_000);
    #[rustfmt::skip]
    let cases = [
        ("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close", "/1", last),
        ("GET /1 HTTP/1.0", "/1", last),
        ("GET /1 HTTP/1.0\r\nConnection: close, keep-alive", "/1", last),
        ("CONNECT b:443 HTTP/1.1\r\nHost: a", "b:443", last),
        ("GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close", "http://b/", last),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 4", "", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551618", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 4", "", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: y\nContent-Length: 4", "", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \0", "", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nX: y", "", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", "", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615", "", "413 Payload Too Large"),
        (&format!("GET /{long} HTTP/1.1\r\nHost: a"), "", "414 URI Too Long"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: a cake", "", "417 Expectation Failed"),
        (&format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}"), "", "431 Request Header Fields Too Large"),
        ("PRI * HTTP/2.0", "", "505 HTTP Version Not Supported"),
    ];
    for (request, handled, expected) in cases {
        let bytes = format!("{request}\r\n\r\n{}", get_request("/behind"));
        let (replies, said) = serve(
            "a request, and another one behind it",
            ServerOptions::default(),
            |log, request, response| {
                log.say(request.target());
                set_timeout(move || response.end_with(b"hi"), 1);
            },
            move |mut client| {
                client.send(bytes);
                client.rest()
            },
        );
        let shown = request.get(..200).unwrap_or(request);
        assert!(
            said.join(" ") == handled
                && replies.starts_with(expected)
                && replies.ends_with("<end>"),
            "{shown:?}, and GET /behind behind it\nexpected  the handler sees {handled:?} and nothing behind it; {expected}, \
             `Connection: close` and the end\nyours     {said:?}; {replies}\nBehind a message that has no one meaning, and \
             behind the last one, no byte is a request."
        );
    }
}

/// A handler replies and throws.
pub fn a_handler_that_throws_loses_nothing() {
    let (replies, said) = serve(
        "three requests come at once, and the handler throws each time when it has replied",
        ServerOptions::default(),
        |log, request, response| {
            let log = log.clone();
            process::on_uncaught_exception(move |_| log.say("caught"));
            response.end_with(request.target().as_bytes());
            throw("the handler");
        },
        |mut client| {
            client.send(["/1", "/2"].map(get_request).concat());
            client.send("GET /3 HTTP/1.0\r\n\r\n");
            client.rest()
        },
    );
    same(
        &replies,
        "200 OK | length 2 |  | /1200 OK | length 2 |  | /2200 OK | close | length 2 |  | /3<end>",
        "the handler replies and throws, three times; somebody catches it",
        "A panic leaves the loop that reads requests. What it has not read must be kept, and what was written must go out.",
    );
    assert_eq!(
        said.len(),
        3,
        "three requests, and the handler throws at each of them: {said:?}"
    );
}
