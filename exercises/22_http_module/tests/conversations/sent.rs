//! What a server sends.

use http_module::{Response, ServerOptions};

use super::get_request;
use crate::loopback::{same, serve};

/// One piece that is the whole, several pieces, none, and those that nobody gets.
pub fn a_reply_has_the_framing_of_its_pieces() {
    let reply = |target: &str, response: &Response| {
        let text = "a reply of two pieces needs chunks";
        match target {
            "/whole" => response.end_with(b"hi"),
            "/empty" => response.end(),
            "/pieces" => {
                assert!(response.write(b"hello, "), "{text}");
                // An empty chunk would be the last one.
                response.write(b"");
                response.write(b"world");
                response.end();
            }
            "/status" => {
                response.set_status(404);
                response.set_header("X-One", "1").expect("a header");
                response.set_header("X-Two", "two").expect("a header");
                response
                    .set_header("x-one", "caf\u{e9} \t")
                    .expect("a value may hold a tab, and letters beyond ASCII");
                response.end_with(b"no");
            }
            "/length" => {
                response
                    .set_header("Content-Length", "4")
                    .expect("a header");
                response.write(b"ab");
                response.end_with(b"cd");
            }
            "/204" | "/304" | "/404" => {
                response.set_status(target[1..].parse().expect("a number"));
                response.end_with(b"nobody reads this");
            }
            "/204/length" | "/304/length" => {
                response.set_status(target[1..4].parse().expect("a number"));
                response
                    .set_header("Content-Length", "4")
                    .expect("a header");
                response.end();
            }
            "/close" => {
                response
                    .set_header("Connection", "close")
                    .expect("a header");
                response.end_with(b"bye");
            }
            _ => response.end_with(b"?"),
        }
    };
    #[rustfmt::skip]
    let cases = [
        ("GET /whole HTTP/1.1", "200 OK | length 2 |  | hi"),
        ("GET /empty HTTP/1.1", "200 OK | length 0 |  | "),
        ("GET /pieces HTTP/1.1", "200 OK | Transfer-Encoding: chunked |  | 7 | hello,  | 5 | world | 0 |  | "),
        ("GET /status HTTP/1.1", "404 Not Found | X-Two: two | x-one: caf\u{e9} \t | length 2 |  | no"),
        ("GET /length HTTP/1.1", "200 OK | length 4 |  | abcd"),
        ("GET /204 HTTP/1.1", "204 No Content |  | "),
        ("GET /304 HTTP/1.1", "304 Not Modified |  | "),
        ("HEAD /whole HTTP/1.1", "200 OK | length 2 |  | "),
        ("GET /304/length HTTP/1.1", "304 Not Modified | length 4 |  | "),
        ("GET /204/length HTTP/1.1", "204 No Content |  | "),
        ("HEAD /length HTTP/1.1", "200 OK | length 4 |  | "),
        ("HEAD /404 HTTP/1.1", "404 Not Found | length 17 |  | "),
        ("HEAD /pieces HTTP/1.1", "200 OK | Transfer-Encoding: chunked |  | "),
        ("GET /close HTTP/1.1", "200 OK | close | length 3 |  | bye<end>"),
        ("GET /whole HTTP/1.1\r\nConnection: close", "200 OK | close | length 2 |  | hi<end>"),
        ("GET /whole HTTP/1.0", "200 OK | close | length 2 |  | hi<end>"),
        ("GET /whole HTTP/1.0\r\nConnection: keep-alive", "200 OK | length 2 |  | hi"),
        ("GET /pieces HTTP/1.0", "200 OK | close |  | hello, world<end>"),
        ("GET /pieces HTTP/1.0\r\nConnection: keep-alive", "200 OK | close |  | hello, world<end>"),
        ("HEAD /pieces HTTP/1.0\r\nConnection: keep-alive", "200 OK |  | "),
    ];
    for (request, expected) in cases {
        let is_last = expected.ends_with("<end>");
        let message = format!("{request}\r\nHost: a\r\n\r\n");
        let (replies, _) = serve(
            "one request, and another behind it",
            ServerOptions::default(),
            move |_, request, response| reply(request.target(), &response),
            move |mut client| {
                client.send(message.repeat(2));
                if is_last {
                    return client.rest();
                }
                client.send("GET /close HTTP/1.1\r\nHost: a\r\n\r\n");
                client.rest()
            },
        );
        let expected = match is_last {
            true => expected.to_owned(),
            false => format!("{expected}{expected}200 OK | close | length 3 |  | bye<end>"),
        };
        same(
            &replies,
            &expected,
            &format!("{request}, twice, and then GET /close unless the first one closes"),
            "One piece that is the whole: its length. Pieces: chunks, and in HTTP/1.0 the end of the connection. HEAD, \
             204, 304: no body.",
        );
    }
}

/// Headers that would be something else on the wire.
pub fn a_header_is_checked() {
    let (reply, said) = serve(
        "a handler sets headers that are none",
        ServerOptions::default(),
        |log, _, response| {
            #[rustfmt::skip]
            let cases = [
                ("X", "a\r\nSet-Cookie: evil"),
                ("X", "a\r\n"),
                ("X", "\r\n"),
                ("", "a"),
                ("X:", "a"),
                ("X Y", "a"),
                ("X\r\nY", "a"),
                ("Transfer-Encoding", "chunked"),
                ("Content-Length", "+1"),
                ("Content-Length", "1, 1"),
                ("Connection", "upgrade"),
            ];
            for (name, value) in cases {
                let code = response
                    .set_header(name, value)
                    .map_err(|error| error.code());
                log.say(code.err().unwrap_or("taken"));
            }
            response.write(b"x");
            let late = response.set_header("X", "a").map_err(|error| error.code());
            log.say(late.err().unwrap_or("taken"));
            response.end();
        },
        |mut client| {
            client.send(get_request("/"));
            client.until("0\r\n\r\n")
        },
    );
    let (invalid, token, refused) = (
        "ERR_INVALID_CHAR",
        "ERR_INVALID_HTTP_TOKEN",
        "ERR_INVALID_ARG_VALUE",
    );
    let expected: Vec<&str> = [
        [invalid; 3].as_slice(),
        &[token; 4],
        &[refused; 4],
        &["ERR_HTTP_HEADERS_SENT"],
    ]
    .concat();
    assert_eq!(
        said, expected,
        "headers with CR LF inside, behind and as the value; no name, `X:`, `X Y`, CR LF in the name; the framing's own; one \
         that is late\nWhat is not checked before it is sent may be a header, or a whole reply, of an attacker's."
    );
    same(
        &reply,
        "200 OK | Transfer-Encoding: chunked |  | 1 | x | 0 |  | ",
        "none of those headers was taken",
        "An error must leave the headers as they were.",
    );
}

/// A handler promises a length and writes another one.
pub fn a_broken_promise_breaks_the_connection() {
    for (body, is_end) in [("abc", true), ("abcde", false), ("abcde", true)] {
        let (reply, _) = serve(
            "a handler promises four bytes and writes others",
            ServerOptions::default(),
            move |_, _, response| {
                response
                    .set_header("Content-Length", "4")
                    .expect("a header");
                match is_end {
                    true => response.end_with(body.as_bytes()),
                    false => drop(response.write(body.as_bytes())),
                }
            },
            |mut client| {
                client.send(get_request("/"));
                client.rest()
            },
        );
        assert!(
            !reply.contains("abcd") && (reply.ends_with("<end>") || reply.ends_with("<reset>")),
            "Content-Length: 4, and the body {body}\nexpected  the connection breaks, so that the client knows\n\
             yours     {reply}"
        );
    }
}

/// Each character of ASCII in each place of a value, and some that look like control bytes when they are cut to a byte.
pub fn each_character_of_a_value_is_checked() {
    let (reply, said) = serve(
        "a handler tries each character in a header's value",
        ServerOptions::default(),
        |log, _, response| {
            let beyond = [
                '\u{85}',
                '\u{9b}',
                '\u{10d}',
                '\u{10a}',
                '\u{100}',
                '\u{a0}',
                '\u{1f980}',
            ];
            for character in (0..=0x7f).map(char::from).chain(beyond) {
                let may_stand = matches!(character, '\t' | ' '..='~' | '\u{80}'..);
                for (before, after) in [("", ""), ("", "a"), ("a", ""), ("a", "b")] {
                    let value = format!("{before}{character}{after}");
                    let code = response
                        .set_header("X", &value)
                        .map_err(|error| error.code());
                    match code {
                        Ok(()) if may_stand => {}
                        Err("ERR_INVALID_CHAR") if !may_stand => {}
                        other => log.say(format!("{value:?} {other:?}")),
                    }
                }
            }
            // What is refused is missing in the reply.
            let _ = response.set_header("X", "");
            let _ = response.set_header("Y", "\u{10d}\u{10a}");
            response.end_with(b"hi");
        },
        |mut client| {
            client.send(get_request("/"));
            client.until("hi")
        },
    );
    assert!(
        said.is_empty(),
        "each character of ASCII, alone, first, last and inside of a value\nexpected  control bytes are \
         ERR_INVALID_CHAR, but for the tab; all others are taken, also those beyond ASCII\nyours     {}\nAsk each byte of \
         the text, to its end. A `char` that is cut to a byte is another one: U+010D ends in 0x0D, and is no CR. \
         `char::is_control` knows those of Unicode, too, whose bytes are none: U+0085.",
        said[..said.len().min(8)].join(", ")
    );
    same(
        &reply,
        "200 OK | X:  | Y: \u{10d}\u{10a} | length 2 |  | hi",
        "then the header X gets an empty value, and Y the letters U+010D and U+010A",
        "An empty value is a value. A letter beyond ASCII has no control bytes, whatever its number ends in.",
    );
}
