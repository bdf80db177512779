//! What a client of yours asks, and what it makes of the answer.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_module::{ClientOptions, get, request};
use runtime::set_timeout;

use crate::loopback::{Log, Peer, ask, same};

/// Asks, and says what comes: statuses, the body, the errors.
fn say_all(log: &Log, options: ClientOptions, reads_late: bool) {
    let request = request(options);
    let said = log.clone();
    request.on_information(move |status| said.say(status.to_string()));
    let said = log.clone();
    request.on_response(move |response| {
        said.say(response.status().to_string());
        let said = said.clone();
        let read = move || {
            response.text(move |text| said.say(text.unwrap_or_else(|error| error.to_string())));
        };
        match reads_late {
            // The server has ended by then.
            true => drop(set_timeout(read, 20)),
            false => read(),
        }
    });
    let said = log.clone();
    request.on_error(move |error| said.say(error.to_string()));
    request.end();
}

/// The stream ends behind each kind of response, and in the middle of it.
pub fn a_response_ends_where_its_framing_says() {
    let long = "x".repeat(20_000);
    #[rustfmt::skip]
    let cases = [
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", "200 hello"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "200 hello"),
        ("GET", "HTTP/1.0 200 OK\r\n\r\nhello", "200 hello"),
        ("GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello", "205 hello"),
        ("GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 "),
        ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 "),
        ("GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "304 "),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "200 "),
        ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 "),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 "),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
         "100 103 200 hi"),
        ("GET", "HTTP/1.1 103 Early\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "103 200 hi"),
        // Too early.
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", "200 ECONNRESET: aborted"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "200 ECONNRESET: aborted"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 ECONNRESET: aborted"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "200 ECONNRESET: aborted"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "200 ECONNRESET: aborted"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-", "ECONNRESET: socket hang up"),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\n", "100 ECONNRESET: socket hang up"),
        ("GET", "", "ECONNRESET: socket hang up"),
        // Malformed.
        ("GET", "SSH-2.0-OpenSSH_9.6\r\n", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/2.0 200 OK\r\n\r\n", "100 HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 101 Switching\r\n\r\n", "HPE_INVALID_CONSTANT"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n", "200 HPE_INVALID_CONSTANT"),
        ("GET", &format!("HTTP/1.1 200 OK\r\nX: {long}\r\n\r\n"), "HPE_HEADER_OVERFLOW"),
    ];
    for (method, reply, expected) in cases {
        for (piece, reads_late) in [(usize::MAX, false), (7, false), (usize::MAX, true)] {
            let bytes = reply.to_owned();
            let said = ask(
                "a client asks, and the server hangs up behind its reply",
                vec![Box::new(move |mut server: Peer| {
                    server.until("\r\n\r\n");
                    for piece in bytes.as_bytes().chunks(piece.min(bytes.len().max(1))) {
                        server.send(piece);
                    }
                    server.end();
                    server.rest();
                })],
                move |log, url| {
                    let mut options = ClientOptions::get(url);
                    options.method = String::from(method);
                    say_all(log, options, reads_late);
                },
            );
            let said = said.join(" ");
            let is_same = match expected.contains("HPE") {
                true => said.starts_with(expected),
                false => said == expected,
            };
            let shown = reply.get(..200).unwrap_or(reply);
            assert!(
                is_same,
                "the answer to a {method} (in pieces of up to {piece} bytes), and ends; the body is read late: \
                 {reads_late}\n{shown:?}\nexpected  {expected}\n\
                 yours     {said}\nA response is complete when its framing says so. An earlier end is an error: of the \
                 request before there is a head, and of the response behind that. 1xx is not the answer yet."
            );
        }
    }
}

/// The requests themselves.
pub fn what_a_client_sends() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let scripts = (0..4)
        .map(|at| {
            let seen = Arc::clone(&seen);
            let script = move |mut server: Peer| {
                let mut request = server.until("\r\n\r\n");
                request += &server.until(["", "body", "0\r\n\r\n", ""][at]);
                server.send("HTTP/1.1 204 No Content\r\n\r\n");
                seen.lock().expect("nobody panics").push(request);
                server.rest();
            };
            Box::new(script) as Box<dyn FnOnce(Peer) + Send>
        })
        .collect();
    let said = ask("four requests, one after the other", scripts, |log, url| {
        fn start(log: &Log, url: String, at: usize) {
            let mut options = ClientOptions::get(format!("{url}/a?b#c"));
            options.method = String::from(["GET", "POST", "PUT", "POST"][at]);
            options.headers = vec![
                (String::from("Host"), String::from("me")),
                (String::from("X"), String::from("y")),
            ];
            let request = request(options);
            let log = log.clone();
            request.on_response(move |response| {
                log.say(response.status().to_string());
                let (log, url) = (log.clone(), url.clone());
                response.on_end(move || {
                    if at < 3 {
                        start(&log, url.clone(), at + 1);
                    }
                });
                response.resume();
            });
            match at {
                1 => request.end_with(b"body"),
                2 => {
                    request.write(b"piece");
                    request.end_with(b"s");
                }
                _ => request.end(),
            }
        }
        start(log, url.to_owned(), 0);
    });
    assert_eq!(
        said.join(" "),
        "204 204 204 204",
        "four requests, one after the other"
    );
    let seen = seen.lock().expect("nobody panics").clone();
    let head = |first: &str| format!("{first} /a?b HTTP/1.1 | Host: me | X: y | close | ");
    for (yours, expected) in seen.iter().zip([
        format!("{} | ", head("GET")),
        format!("{}length 4 |  | body", head("POST")),
        format!(
            "{}Transfer-Encoding: chunked |  | 5 | piece | 1 | s | 0 |  | ",
            head("PUT")
        ),
        format!("{}length 0 |  | ", head("POST")),
    ]) {
        same(
            yours,
            &expected.replace("HTTP/1.1 ", ""),
            "the client makes a request",
            "A body has a length or chunks.",
        );
    }
}

/// What is wrong before anything is sent.
pub fn what_cannot_be_asked() {
    let said = ask("requests that cannot be made", Vec::new(), |log, _| {
        let with = |change: &dyn Fn(&mut ClientOptions)| {
            let mut options = ClientOptions::get("http://127.0.0.1:9/");
            change(&mut options);
            say_all(log, options, false);
            log.say("asked");
        };
        with(&|options| options.url = String::from("https://127.0.0.1/"));
        with(&|options| options.url = String::from("127.0.0.1"));
        with(&|options| options.url = String::from("http://a b/"));
        with(&|options| options.url = String::from("http://127.0.0.1:65536/"));
        with(&|options| options.url = String::from("http://127.0.0.1/a b"));
        with(&|options| options.url = String::from("http://127.0.0.1/\r\nX: y"));
        with(&|options| options.method = String::from("GET /\r\n"));
        with(&|options| options.headers = vec![(String::from("X"), String::from("a\r\nY: z"))]);
        with(&|options| options.headers = vec![(String::from("X Y"), String::new())]);
    });
    let codes: Vec<&str> = said
        .iter()
        .map(|word| word.split(':').next().unwrap_or(""))
        .collect();
    assert_eq!(
        codes,
        [
            ["asked"; 9].as_slice(),
            &["ERR_INVALID_PROTOCOL"],
            &["ERR_INVALID_URL"; 5],
            &[
                "ERR_INVALID_HTTP_TOKEN",
                "ERR_INVALID_CHAR",
                "ERR_INVALID_HTTP_TOKEN"
            ]
        ]
        .concat(),
        "nine requests that cannot be made\nThe error comes in a tick: `on_error` is set after the call."
    );
}

/// A server that falls silent, and one that is not there.
pub fn a_server_that_does_not_answer() {
    for (head, expected) in [
        ("", "ETIMEDOUT: the server is too slow"),
        (
            "HTTP/1.1 200 OK\r\n\r\n",
            "200 ETIMEDOUT: the server is too slow",
        ),
    ] {
        // If not even the head came in that time, the machine was busy.
        let mut said = String::new();
        for patience in [100, 1_000, 4_000].map(Duration::from_millis) {
            said = of_silence(head, patience);
            if said.starts_with("200") || head.is_empty() {
                break;
            }
        }
        assert_eq!(
            said, expected,
            "the server sends {head:?} and then nothing, and the client has a time-out"
        );
    }
    let said = ask("nobody listens there", Vec::new(), |log, _| {
        let log = log.clone();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        drop(listener);
        get(&format!("http://{address}"), move |response| {
            log.say(response.map_or_else(|error| error.code(), |_| "a response"));
        });
    });
    assert_eq!(said.join(" "), "ECONNREFUSED", "nobody listens there");
}

/// What a client of some patience says when the server sends `head` and then nothing.
fn of_silence(head: &'static str, patience: Duration) -> String {
    let said = ask(
        "the server falls silent",
        vec![Box::new(move |mut server: Peer| {
            server.until("\r\n\r\n");
            server.send(head);
            server.rest();
        })],
        move |log, url| {
            let mut options = ClientOptions::get(url);
            options.timeout = patience;
            say_all(log, options, false);
        },
    );
    said.join(" ")
}
