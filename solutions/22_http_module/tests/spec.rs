extern crate http_module_solution as http_module;

mod bytes;
mod loopback;

use std::cell::Cell;
use std::net::TcpListener;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use bytes::{expect, expect_request};
use http_module::{
    ClientOptions, Limits, Parser, Pipeline, Response, Rest, ServerOptions, Unread, create_server,
    get, request,
};
use loopback::{LIMIT, Log, Peer, ask, same, serve};
use runtime::{process, run, set_timeout, throw};
use support::within;

#[test]
fn a_request_may_come_in_any_pieces() {
    let causes = "A state must say all that the bytes before have said: no look ahead, no second look at a piece.\n\
                  Twice on one parser: does the end of a message leave anything behind?";
    #[rustfmt::skip]
    let cases = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1"),
        ("M-SEARCH * HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH * 1.1"),
        ("get /a?b=c&d='~ HTTP/1.1\r\nHost: a\r\n\r\n", "get /a?b=c&d='~ 1.1"),
        // Some clients send an empty line behind a body, or two.
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1"),
        // A later version 1.x speaks 1.1. Version 1.0 needs no Host, and closes.
        ("GET / HTTP/1.7\r\nHost: a\r\n\r\n", "GET / 1.7"),
        ("GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close"),
        // Blanks around a value are no part of it. A value may be empty.
        ("GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\n", "GET / 1.1 {X: y}"),
        ("GET / HTTP/1.1\r\nX: \t y \t z\t \r\nHost:a\r\n\r\n", "GET / 1.1 {X: y \t z}"),
        ("GET / HTTP/1.1\r\nX:\r\nY: \t \r\nHost: a\r\nZ:\t1\r\n\r\n", "GET / 1.1 {X: , Y: , Z: 1}"),
        // Every byte that a name may have, and a value beyond ASCII.
        ("GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: a:b \"ü\"\r\nHost: a\r\n\r\n",
         "GET / 1.1 {!#$%&'*+-.^_`|~09azAZ: a:b \"ü\"}"),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET / 1.1 {Host: [::1]:8080}"),
        ("GET / HTTP/1.1\r\nhOsT: \r\n\r\n", "GET / 1.1 {hOsT: }"),
        // Who closes.
        ("GET / HTTP/1.1\r\nHost: a\r\nconnection: te, CLOSE\r\n\r\n", "GET / 1.1 {connection: te, CLOSE} close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
         "GET / 1.1 {Connection: x, Connection: close} close"),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 1.0 {Connection: Keep-Alive}"),
    ];
    for (message, expected) in cases {
        expect_request(message, &[expected, "end"], causes);
    }
    expect_request(
        b"GET / HTTP/1.1\r\nHost: a\r\nX: caf\xe9\r\n\r\n",
        &["GET / 1.1 {X: caf?}", "end"],
        "What is no UTF-8 becomes a question mark.",
    );
    expect_request("", &[], "Nothing was sent, and nothing is no message.");
    expect_request(
        "GET / HTTP/1.1\r\nHost: a\r\n",
        &["broken off"],
        "A head ends with its empty line.",
    );
}

#[test]
fn a_malformed_head_is_refused() {
    #[rustfmt::skip]
    let cases = [
        (" GET / HTTP/1.1", 400),
        ("GET  / HTTP/1.1", 400),
        ("GET  HTTP/1.1", 400),
        ("GET /  HTTP/1.1", 400),
        ("GET\t/ HTTP/1.1", 400),
        ("GET / HTTP/1.1 ", 400),
        ("GET /", 400),
        ("GET / x HTTP/1.1", 400),
        ("G(T / HTTP/1.1", 400),
        ("GET /\u{e9} HTTP/1.1", 400),
        ("GET /\0 HTTP/1.1", 400),
        ("GET /\u{7f} HTTP/1.1", 400),
        ("GET / http/1.1", 400),
        ("GET / HTTP/11", 400),
        ("GET / HTTP/1.10", 400),
        ("GET / HTTP/1,1", 400),
        ("GET / HTTP/x.1", 400),
        ("GET / HTTPS/1.1", 400),
        ("GET / HTTP/2.0", 505),
        ("GET / HTTP/0.9", 505),
        ("\u{16}\u{3}\u{1}", 400),
    ];
    for (first_line, status) in cases {
        expect_request(
            format!("{first_line}\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"),
            &[&format!("error {status}")],
            "The first line is a method, a space, a target, a space, HTTP/1.1, CR LF. Another version: 505.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "Name : value", "Name\t: value", " Name: value", "\tName: value", ": value", "Name", "Na me: value",
        "N\u{e9}: value", "Name: a\0b", "Name: a\rb", "Name: a\nb", "Name: a\u{7f}b", "Name: a\u{1b}[31m",
        "Name: value\r\n folded", "Name: value\r\n\tfolded", "Na\r\nme: value",
    ];
    for line in cases {
        expect_request(
            format!(
                "GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"
            ),
            &["error 400"],
            "A header is a name, a colon right behind it, and a value without control bytes, on one line.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\r", "GET / HTTP/1.1\r\nX:\rHost: a\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    for message in cases {
        expect_request(
            message,
            &["error 400"],
            "A line ends in CR LF and in nothing else.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n",
    ];
    for hosts in cases {
        expect_request(
            format!("GET / HTTP/1.1\r\nX: y\r\n{hosts}\r\n"),
            &["error 400"],
            "In HTTP/1.1 a request has one Host.",
        );
    }
    expect_request(
        "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        &["error 400"],
        "In HTTP/1.0 a request has one Host at most.",
    );
}

#[test]
fn the_length_of_a_body_has_one_meaning() {
    let post = |headers: &str, body: &str| {
        format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}")
    };
    #[rustfmt::skip]
    let cases = [
        ("Content-Length: 5", "hello", "POST / 1.1 {Content-Length: 5} length 5"),
        ("content-length:005", "hello", "POST / 1.1 {content-length: 005} length 5"),
    ];
    for (header, body, head) in cases {
        expect_request(
            post(header, body),
            &[head, "data hello", "end"],
            "So many bytes, and no more: the next one begins another message.",
        );
    }
    expect_request(
        post("Content-Length: 0", ""),
        &["POST / 1.1 {Content-Length: 0}", "end"],
        "A body of 0 bytes ends with the head.",
    );
    expect_request(
        post("Content-Length: 9", "hello"),
        &[
            "POST / 1.1 {Content-Length: 9} length 9",
            "data hello",
            "broken off",
        ],
        "Four bytes are missing, and the stream is over.",
    );
    #[rustfmt::skip]
    let cases = [
        "+2", "-1", "", "1 2", "0x2", "2.0", "1e1", "2,2", "2, 2", "two", "\u{662}", "18446744073709551616",
        "99999999999999999999999999",
    ];
    for length in cases {
        expect_request(
            post(&format!("Content-Length: {length}"), "hi"),
            &["error 400"],
            "Content-Length is one number below 2^64 in ASCII digits, and nothing else. str::parse takes a sign.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\ncontent-length: 3",
        "Content-Length: 2\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked;q=1", "Transfer-Encoding:",
    ];
    for headers in cases {
        expect_request(
            post(headers, "2\r\nhi\r\n0\r\n\r\n"),
            &["error 400"],
            "One length, or `chunked` alone. If two readers could give two answers, the message is refused.",
        );
    }
    expect_request(
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        &["error 400"],
        "HTTP/1.0 has no chunks.",
    );
    #[rustfmt::skip]
    let cases = [
        ("Content-Length: 2\r\nExpect: 100-Continue",
         &["POST / 1.1 {Content-Length: 2, Expect: 100-Continue} length 2 continue", "data hi", "end"][..]),
        ("Content-Length: 2\r\nExpect: a cake", &["error 417"]),
        ("Content-Length: 2\r\nExpect: 100-continue\r\nExpect: x", &["error 417"]),
    ];
    for (headers, expected) in cases {
        expect_request(
            post(headers, "hi"),
            expected,
            "The only expectation is 100-continue.",
        );
    }
}

#[test]
fn chunks_follow_each_other_until_an_empty_one() {
    let post = |body: &str| {
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}")
    };
    let head = "POST / 1.1 {Transfer-Encoding: chunked} chunked";
    #[rustfmt::skip]
    let cases = [
        "5\r\nhello\r\n0\r\n\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "5;a=b;c=\"d;é\"\r\nhello\r\n0;last\r\n\r\n",
        "5\r\nhello\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n",
    ];
    for body in cases {
        expect_request(
            post(body),
            &[head, "data hello", "end"],
            "A size in base 16, CR LF, so many bytes, CR LF; the size 0, trailers, an empty line.",
        );
    }
    expect_request(
        post("1A\r\nabcdefghijklmnopqrstuvwxyz\r\na\r\n0123\r\n5678\r\n00\r\n\r\n"),
        &[head, "data abcdefghijklmnopqrstuvwxyz0123\r\n5678", "end"],
        "Digits of base 16 are small or large. What is in a chunk does not matter.",
    );
    expect_request(post("0\r\n\r\n"), &[head, "end"], "A body may be empty.");
    #[rustfmt::skip]
    let cases = [
        "5\r\nhell", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\nX: y\r\n",
    ];
    for body in cases {
        let data = if body.len() == 7 {
            "data hell"
        } else {
            "data hello"
        };
        expect_request(
            post(body),
            &[head, data, "broken off"],
            "Without its last chunk and the empty line behind it a body is not complete.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "", " ", "+5", "-5", "0x5", "5 ", " 5", "5g", "5\n", "\r\n5", ";a", "5;a\nb", "5;a\0",
        "00000000000000005", "10000000000000005", "5,5",
    ];
    for size in cases {
        expect_request(
            post(&format!("{size}\r\nhello\r\n0\r\n\r\n")),
            &[head, "error 400"],
            "A size is 1 to 16 digits of base 16, without sign or blank. Behind it a `;` or CR LF.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        "5\r\nhello0\r\n\r\n", "5\r\nhelloxx0\r\n\r\n", "5\r\nhello\n\n0\r\n\r\n", "5\r\nhello\r\r0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "4\r\nhello\r\n0\r\n\r\n",
    ];
    for body in cases {
        let data = if body.starts_with('4') {
            "data hell"
        } else {
            "data hello"
        };
        expect_request(
            post(body),
            &[head, data, "error 400"],
            "CR LF stands behind a chunk, and nothing before it.",
        );
    }
    for body in ["\r\n\r\n", ";a\r\n\r\n"] {
        expect_request(
            post(body),
            &[head, "error 400"],
            "A size has a digit at least. None is not the size 0.",
        );
    }
    for trailer in ["X : y", " X: y", "X\n: y", "X"] {
        expect_request(
            post(&format!("0\r\n{trailer}\r\n\r\n")),
            &[head, "error 400"],
            "Trailers keep the rules of headers.",
        );
    }
}

#[test]
fn limits_are_kept_to_the_byte() {
    let limits = Limits {
        line: 40,
        head: 100,
        headers: 4,
        body: 10,
        extensions: 6,
    };
    let check = |message: &str, expected: &[&str], what: &str| {
        expect(
            || Parser::request(limits),
            message.as_bytes(),
            expected,
            what,
        );
    };
    // A line of 40 bytes with its CR LF, and one of 41.
    let target = "x".repeat(24);
    let what =
        "The line may have 40 bytes with its CR LF. Too long a first line is answered by 414.";
    check(
        &format!("GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n"),
        &[&format!("GET /{target} 1.1"), "end"],
        what,
    );
    check(
        &format!("GET /{target}x HTTP/1.1\r\nHost: a\r\n\r\n"),
        &["error 414"],
        what,
    );
    check(&"G".repeat(41), &["error 414"], what);
    check(&"G".repeat(40), &["broken off"], what);

    let what = "The line may have 40 bytes with its CR LF. Too long a header is answered by 431.";
    let value = "y".repeat(35);
    check(
        &format!("GET / HTTP/1.1\r\nHost: a\r\nX: {value}\r\n\r\n"),
        &[&format!("GET / 1.1 {{X: {value}}}"), "end"],
        what,
    );
    check(
        &format!("GET / HTTP/1.1\r\nHost: a\r\nX: {value}y\r\n\r\n"),
        &["error 431"],
        what,
    );
    check(
        &format!("GET / HTTP/1.1\r\nHost: a\r\n{}", "X".repeat(41)),
        &["error 431"],
        what,
    );

    let what = "The head may have 100 bytes with its empty line.";
    let (y, z) = ("y".repeat(30), "z".repeat(33));
    let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {y}\r\nZ: {z}");
    assert_eq!(head.len(), 96);
    check(
        &format!("{head}\r\n\r\n"),
        &[&format!("GET / 1.1 {{X: {y}, Z: {z}}}"), "end"],
        what,
    );
    check(&format!("{head}z\r\n\r\n"), &["error 431"], what);
    check(
        &"\r\n".repeat(60),
        &["error 431"],
        "Empty lines before a request are bytes of its head, too.",
    );

    let what = "A head may have 4 headers.";
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n",
        &["GET / 1.1 {A: 1, B: 2, C: 3}", "end"],
        what,
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD:\r\n\r\n",
        &["error 431"],
        what,
    );

    let what = "A body may have 10 bytes. What says that it has more is answered by 413 at once.";
    let post = "POST / HTTP/1.1\r\nHost: a\r\n";
    check(
        &format!("{post}Content-Length: 10\r\n\r\n0123456789"),
        &[
            "POST / 1.1 {Content-Length: 10} length 10",
            "data 0123456789",
            "end",
        ],
        what,
    );
    check(
        &format!("{post}Content-Length: 11\r\n\r\n"),
        &["error 413"],
        what,
    );
    let post = format!("{post}Transfer-Encoding: chunked\r\n\r\n");
    let head = "POST / 1.1 {Transfer-Encoding: chunked} chunked";
    check(
        &format!("{post}4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"),
        &[head, "data 0123456789", "end"],
        what,
    );
    check(
        &format!("{post}4\r\n0123\r\n7\r\n"),
        &[head, "data 0123", "error 413"],
        what,
    );
    check(
        &format!("{post}4\r\n0123\r\nffffffffffffffff\r\n"),
        &[head, "data 0123", "error 413"],
        what,
    );

    for (body, end) in [("0123456789", "closed End"), ("0123456789a", "error 413")] {
        expect(
            || Parser::response(limits),
            format!("HTTP/1.1 200 OK\r\n\r\n{body}").as_bytes(),
            &["1.1 200 OK until close", "data 0123456789", end],
            what,
        );
    }

    let what = "The extensions of a body may have 6 bytes, those of all its chunks together.";
    check(
        &format!("{post}1;abc\r\n0\r\n0;def\r\n\r\n"),
        &[head, "data 0", "end"],
        what,
    );
    check(
        &format!("{post}1;abc\r\n0\r\n0;defg\r\n\r\n"),
        &[head, "data 0", "error 400"],
        what,
    );

    let what = "Trailers have the limits of a head.";
    check(
        &format!("{post}0\r\nA: {}\r\n\r\n", "a".repeat(36)),
        &[head, "error 431"],
        what,
    );
    check(
        &format!("{post}0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n"),
        &[head, "end"],
        what,
    );
    check(
        &format!("{post}0\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\n\r\n"),
        &[head, "error 431"],
        what,
    );
}

#[test]
fn a_response_ends_where_its_status_and_its_request_say() {
    let response = || Parser::response(Limits::default());
    let to_head = || {
        let mut parser = response();
        parser.answers_head(true);
        parser
    };
    #[rustfmt::skip]
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
         &["1.1 200 OK {Content-Length: 2} length 2", "data hi", "end"][..]),
        ("HTTP/1.1 404 Not \t Found\r\nContent-Length: 0\r\n\r\n",
         &["1.1 404 Not \t Found {Content-Length: 0}", "end"]),
        ("HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n", &["1.1 999  {Content-Length: 0}", "end"]),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", &["1.1 200  {Content-Length: 0}", "end"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
         &["1.1 200 OK {Transfer-Encoding: Chunked} chunked", "data hi", "end"]),
        // What has no body, whatever it says.
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", &["1.1 204 No Content {Content-Length: 5}", "end"]),
        ("HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n\r\n", &["1.1 304 N {Transfer-Encoding: chunked}", "end"]),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
         &["1.1 100 Continue", "end", "1.1 103 Hints {Link: x}", "end", "1.1 200 OK {Content-Length: 0}", "end"]),
        // Until the end.
        ("HTTP/1.1 200 OK\r\n\r\nhi\r\n", &["1.1 200 OK until close", "data hi\r\n", "closed End"]),
        ("HTTP/1.0 200 OK\r\n\r\n", &["1.0 200 OK until close", "closed End"]),
        // Cut off.
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
         &["1.1 200 OK {Content-Length: 3} length 3", "data hi", "broken off"]),
        ("HTTP/1.1 200 OK\r\n", &["broken off"]),
        // Malformed.
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", &["error 400"]),
        ("HTTP/1.1 20 OK\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 2000 OK\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 099 OK\r\n\r\n", &["error 400"]),
        ("HTTP/1.1  200 OK\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 200 OK\n\n", &["error 400"]),
        ("HTTP/2.0 200 OK\r\n\r\n", &["error 505"]),
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", &["error 400"]),
        ("GET / HTTP/1.1\r\n\r\n", &["error 400"]),
    ];
    for (message, expected) in cases {
        expect(
            response,
            message.as_bytes(),
            expected,
            "1xx, 204 and 304 have no body. Without a length the body goes on until the connection ends; with one, the \
             end of the connection does not end it.",
        );
    }
    for header in ["Content-Length: 500", "Transfer-Encoding: chunked", "X: y"] {
        expect(
            to_head,
            format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").as_bytes(),
            &[&format!("1.1 200 OK {{{header}}}"), "end"],
            "The answer to HEAD has the headers of the answer to GET, and no body.",
        );
    }
}

/// A request for `target`, without a body.
fn get_request(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn replies_have_the_order_of_the_requests() {
    let causes = "The first reply goes out as it is written, the others wait in memory. When one is complete, what the \
                  next has written goes out, and that is the first then.";
    let mut pipeline = Pipeline::new();
    let mut out = Vec::new();
    let write = |pipeline: &mut Pipeline<&str>, out: &mut Vec<u8>, turn, text: &str| {
        let sink = pipeline.sink(turn, out);
        let is_there = sink.is_some();
        if let Some(sink) = sink {
            sink.extend_from_slice(text.as_bytes());
        }
        is_there
    };
    let mut turns = Vec::new();
    for name in ["anna", "ben", "cora"] {
        pipeline.push(|turn| {
            turns.push(turn);
            name
        });
    }
    assert_eq!(turns, [0, 1, 2], "three requests have come");
    for (turn, text) in [(1, "b1 "), (0, "a1 "), (2, "c1 "), (1, "b2 "), (0, "a2 ")] {
        assert!(
            write(&mut pipeline, &mut out, turn, text),
            "turn {turn} is not over"
        );
    }
    same(
        &String::from_utf8_lossy(&out),
        "a1 a2 ",
        "three replies are written, a piece of b first",
        causes,
    );
    pipeline.finish(1);
    assert_eq!(
        pipeline.pop(&mut out),
        None,
        "b is complete, and a is first\n{causes}"
    );
    pipeline.finish(0);
    assert_eq!(
        pipeline.pop(&mut out),
        Some("anna"),
        "a is complete, and first\n{causes}"
    );
    same(
        &String::from_utf8_lossy(&out),
        "a1 a2 b1 b2 ",
        "a was taken out",
        causes,
    );
    assert_eq!(
        pipeline.pop(&mut out),
        Some("ben"),
        "b was complete before\n{causes}"
    );
    assert_eq!(pipeline.pop(&mut out), None, "c is not complete\n{causes}");
    write(&mut pipeline, &mut out, 2, "c2 ");
    same(
        &String::from_utf8_lossy(&out),
        "a1 a2 b1 b2 c1 c2 ",
        "a and b were taken out, and c goes on",
        causes,
    );
    assert!(
        !write(&mut pipeline, &mut out, 0, "late") && !write(&mut pipeline, &mut out, 7, "early"),
        "turn 0 is over, and turn 7 has not begun: there is no place for their bytes"
    );
    pipeline.finish(2);
    assert_eq!(
        pipeline.pop(&mut out),
        Some("cora"),
        "c is complete\n{causes}"
    );
    assert!(
        !write(&mut pipeline, &mut out, 3, "early") && pipeline.is_empty(),
        "all are taken out: the next turn, 3, belongs to nobody yet"
    );

    // The same with sockets: the handler replies to the last request first.
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
        causes,
    );

    // A limit on how many wait.
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

    // Garbage behind a request.
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

    // A handler that throws.
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

#[test]
fn bodies_are_streams_in_both_directions() {
    /// More than the sockets and the buffers of a kernel hold.
    const MUCH: usize = 24 * 1024 * 1024;
    let options = ServerOptions {
        limits: Limits {
            body: u64::MAX,
            ..Limits::default()
        },
        ..ServerOptions::default()
    };

    // Out: a client that does not read stops the handler, and goes on when it reads.
    let (has_written, handler_has_written) = mpsc::channel();
    let (taken, said) = serve(
        "the handler writes 24 MiB, waits for drain each time, and the client reads late",
        options,
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

    // In: a handler that does not read stops the client.
    let (sent, said) = serve(
        "the client sends 24 MiB, and the handler reads late",
        options,
        |log, request, response| {
            let log = log.clone();
            let count = Rc::new(Cell::new(0));
            let (counted, bytes) = (Rc::clone(&count), request.clone());
            request.on_end(move || response.end_with(counted.get().to_string().as_bytes()));
            // Nobody wants the body for now. Then somebody does, and pauses once.
            set_timeout(
                move || {
                    log.say(format!("came {}", count.get()));
                    let (again, is_paused) = (bytes.clone(), Cell::new(false));
                    bytes.on_data(move |data| {
                        count.set(count.get() + data.len());
                        if !is_paused.replace(true) {
                            again.pause();
                            let (again, log, seen) = (again.clone(), log.clone(), count.get());
                            let count = Rc::clone(&count);
                            set_timeout(
                                move || {
                                    log.say(format!("paused {}", count.get() == seen));
                                    again.resume();
                                },
                                5,
                            );
                        }
                    });
                },
                20,
            );
        },
        |mut client| {
            client.send(format!(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {MUCH}\r\nConnection: close\r\n\r\n"
            ));
            let start = Instant::now();
            client.send(vec![b'x'; MUCH]);
            let time = start.elapsed();
            (time, client.rest())
        },
    );
    assert_eq!(
        said,
        ["came 0", "paused true"],
        "nobody listens for 20 ms, then somebody does, and pauses for 5 ms"
    );
    assert!(
        sent.0 >= Duration::from_millis(5) && sent.1.contains(&format!("|  | {MUCH}<end>")),
        "the client sends 24 MiB to a handler that reads late\nexpected  the client has to wait for it; the handler \
         counts {MUCH} bytes\nyours     the client needed {:?}; {}",
        sent.0,
        sent.1
    );

    // 100 Continue goes out when somebody wants the body, in its turn.
    let (replies, _) = serve(
        "a client waits for 100 Continue",
        options,
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

    // A response that stays open, and clients that go.
    let (events, said) = serve(
        "a response stays open until the client is gone",
        ServerOptions {
            head_timeout: Duration::from_millis(1),
            body_timeout: Duration::from_millis(1),
            ..ServerOptions::default()
        },
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
        "an event every 5 ms; the limits for heads and bodies are 1 ms each",
        "While a reply is being made, the client owes nothing. Each piece goes out when it is written.",
    );
    assert_eq!(
        said,
        ["response closed", "request closed"],
        "the client has ended, and the response was open"
    );

    // A program that ends in the middle of it all lets go of everything.
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

#[test]
fn a_body_that_nobody_read_is_not_the_next_request() {
    let unread = Unread {
        is_complete: false,
        left: Some(0),
        awaits_continue: false,
        skipped: 0,
    };
    #[rustfmt::skip]
    let cases = [
        (Unread { is_complete: true, ..unread }, Rest::None, "all of it has come"),
        (Unread { left: Some(100), ..unread }, Rest::Skip, "100 bytes are left, as many as the limit allows"),
        (Unread { left: Some(101), ..unread }, Rest::Close, "101 bytes are left"),
        (Unread { left: Some(40), skipped: 60, ..unread }, Rest::Skip, "40 are left, and 60 were skipped"),
        (Unread { left: Some(41), skipped: 60, ..unread }, Rest::Close, "41 are left, and 60 were skipped"),
        (Unread { left: None, ..unread }, Rest::Skip, "there are chunks, and none was skipped yet"),
        (Unread { left: None, skipped: 101, ..unread },
         Rest::Close, "there are chunks, and 101 bytes of them were skipped"),
        (Unread { left: Some(1), awaits_continue: true, ..unread },
         Rest::Close, "the client waits for a 100 that did not come"),
        (Unread { left: Some(u64::MAX), skipped: 1, ..unread },
         Rest::Close, "2^64 - 1 bytes are left, and 1 was skipped"),
    ];
    for (unread, expected, what) in cases {
        let yours = unread.rest(100);
        assert_eq!(
            yours, expected,
            "{what}; the limit is 100\nexpected  {expected:?}\nyours     {yours:?}\n{unread:?}"
        );
    }

    let options = ServerOptions {
        skipped: 100,
        limits: Limits {
            body: 200,
            ..Limits::default()
        },
        ..ServerOptions::default()
    };
    let post = |headers: &str, body: &str| {
        format!(
            "POST /post HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}{}",
            get_request("/next")
        )
    };
    let evil = get_request("/evil");
    let chunk = format!("{:x}\r\n{evil}\r\n", evil.len());
    let long = "x".repeat(101);
    for (message, expected, handled) in [
        (
            post(&format!("Content-Length: {}", evil.len()), &evil),
            "200 OK | length 2 |  | hi200 OK | length 2 |  | hi",
            "/post /next",
        ),
        (
            post("Transfer-Encoding: chunked", &format!("{chunk}0\r\n\r\n")),
            "200 OK | length 2 |  | hi200 OK | length 2 |  | hi",
            "/post /next",
        ),
        (
            post("Content-Length: 101", &long),
            "200 OK | close | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Transfer-Encoding: chunked", &chunk.repeat(5)),
            "200 OK | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Content-Length: 3\r\nExpect: 100-continue", "abc"),
            "200 OK | close | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Content-Length: 201", &long),
            "413 Payload Too Large | close | ",
            "",
        ),
    ] {
        for in_time in [true, false] {
            let bytes = message.clone();
            let (replies, said) = serve(
                "a handler answers and does not read the body",
                options,
                move |log, request, response| {
                    log.say(request.target());
                    match in_time {
                        true => response.end_with(b"hi"),
                        false => drop(set_timeout(move || response.end_with(b"hi"), 1)),
                    }
                },
                move |mut client| {
                    client.send(bytes);
                    client.end();
                    client.rest()
                },
            );
            let shown = message.replace("\r\n", " | ");
            assert_eq!(
                said.join(" "),
                handled,
                "the handler does not read the body (it answers {}), and 100 bytes may be skipped, of 200:\n{shown}\n\
                 What is in a body is no request. Behind a body that is not skipped there is none, either.",
                if in_time { "at once" } else { "later" }
            );
            if in_time {
                assert!(
                    replies.starts_with(expected),
                    "the handler does not read the body, and 100 bytes may be skipped, of 200:\n{shown}\nexpected  \
                     {expected}\nyours     {replies}"
                );
            }
        }
    }
}

#[test]
fn what_is_sent_is_framed_and_checked() {
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
                    .expect("a header");
                response.end_with(b"no");
            }
            "/length" => {
                response
                    .set_header("Content-Length", "4")
                    .expect("a header");
                response.write(b"ab");
                response.end_with(b"cd");
            }
            "/204" => {
                response.set_status(204);
                response.end_with(b"nobody reads this");
            }
            "/304" => {
                response.set_status(304);
                response.end_with(b"nobody reads this");
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

    // Headers that would be something else on the wire.
    let (reply, said) = serve(
        "a handler sets headers that are none",
        ServerOptions::default(),
        |log, _, response| {
            #[rustfmt::skip]
            let cases = [
                ("X", "a\r\nSet-Cookie: evil"),
                ("X", "a\nb"),
                ("X", "a\rb"),
                ("X", "a\0b"),
                ("X", "\u{7f}"),
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
        [invalid; 5].as_slice(),
        &[token; 4],
        &[refused; 4],
        &["ERR_HTTP_HEADERS_SENT"],
    ]
    .concat();
    assert_eq!(
        said, expected,
        "headers with CR LF, LF, CR, NUL, DEL in the value; no name, `X:`, `X Y`, CR LF in the name; the framing's own; \
         one that is late\nWhat is not checked before it is sent may be a header, or a whole reply, of an attacker's."
    );
    same(
        &reply,
        "200 OK | Transfer-Encoding: chunked |  | 1 | x | 0 |  | ",
        "none of those headers was taken",
        "An error must leave the headers as they were.",
    );

    // A promise that is broken.
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

#[test]
fn a_slow_client_has_a_limit() {
    let short = Duration::from_millis(60);
    // A connection is idle until its first request: this is for a machine that is busy with other things just then.
    let idle = Duration::from_millis(700);
    let (long, post) = (
        Duration::from_secs(60),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
    );
    let calm = ServerOptions {
        head_timeout: long,
        body_timeout: long,
        idle_timeout: long,
        ..ServerOptions::default()
    };
    let (reply, _) = serve(
        "a head comes byte by byte",
        ServerOptions {
            head_timeout: idle,
            ..calm
        },
        |log, _, _| log.say("request"),
        |mut client| {
            client.send("GET / HTTP/1.1\r\nX: ");
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(4) {
                if !client.send("y") || client.has_answered_within(Duration::from_millis(5)) {
                    return client.rest();
                }
            }
            String::from("nothing for 4 s")
        },
    );
    assert!(
        reply.starts_with("408 Request Timeout | close | "),
        "a head comes byte by byte, one in 5 ms; it has 700 ms, the other limits are a minute\nexpected  408 Request \
         Timeout, and the end\nyours     {reply}\nThe time for a head counts from its first byte. No further byte renews it."
    );
    let (reply, _) = serve(
        "the client connects and says nothing",
        ServerOptions {
            idle_timeout: idle,
            ..calm
        },
        |_, _, response| response.end_with(b"hi"),
        |mut client| {
            let mut another = client.another();
            for _ in 0..5 {
                another.send(get_request("/"));
                thread::sleep(Duration::from_millis(200));
            }
            format!("{} {}", client.rest(), another.rest())
        },
    );
    same(
        &reply,
        &format!("<end> {}<end>", "200 OK | length 2 |  | hi".repeat(5)),
        "one client says nothing; another one asks five times, every 200 ms, and then says nothing; an idle connection has \
         700 ms",
        "A connection is idle from the connect to the first byte of a request, and from a reply to the next request. Each \
         reply begins a new time.",
    );
    #[rustfmt::skip]
    let cases = [
        ("reads it", "408 Request Timeout | close | "),
        ("reads it, and none of it comes", "408 Request Timeout | close | "),
        ("has replied", "200 OK | "),
    ];
    for (moment, expected) in cases {
        let (reply, said) = serve(
            "half of a body comes",
            ServerOptions {
                body_timeout: short,
                ..calm
            },
            move |log, request, response| {
                let log = log.clone();
                request
                    .text(move |text| log.say(text.map_or_else(|error| error.code(), |_| "text")));
                if moment == "has replied" {
                    response.end_with(b"hi");
                }
            },
            move |mut client| {
                client.send(post);
                if moment != "reads it, and none of it comes" {
                    client.send("half");
                }
                client.rest()
            },
        );
        assert!(
            reply.starts_with(expected) && !reply.ends_with("<silence>") && said == ["ECONNRESET"],
            "half of a body comes, and the handler {moment}; a body has 60 ms for each piece\nexpected  {expected}... and \
             the end; the handler's `text` gets ECONNRESET\nyours     {reply}; {said:?}"
        );
    }

    // Each limit is for its own thing, and each piece of a body begins a new time.
    let (reply, _) = serve(
        "a slow body, then a slow handler",
        ServerOptions {
            head_timeout: short,
            body_timeout: idle,
            idle_timeout: idle,
            ..calm
        },
        |_, request, response| {
            request.text(move |_| {
                set_timeout(move || response.end_with(b"in time"), 800);
            });
        },
        |mut client| {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
            for byte in ["b", "o", "d", "y"] {
                client.has_answered_within(Duration::from_millis(200));
                client.send(byte);
            }
            client.until("in time")
        },
    );
    assert!(
        reply.ends_with("in time"),
        "a body comes in four pieces, each after 200 ms, and the handler needs 800 ms; a head has 60 ms, a piece of a body \
         and an idle connection have 700 ms\nexpected  the reply\nyours     {reply}\nThe time for a head ends with the \
         head, that for a body begins anew with each piece. While a reply is being made, no time runs."
    );
}

#[test]
fn a_client_takes_no_short_response_for_a_whole_one() {
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
    let long = "x".repeat(20_000);
    for (reply, expected) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "200 hello",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
            "200 hello",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "200 hello",
        ),
        ("HTTP/1.0 200 OK\r\n\r\nhello", "200 hello"),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "404 ",
        ),
        (
            "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
            "204 ",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "100 103 200 hi",
        ),
        // Too early.
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
            "200 ECONNRESET: aborted",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "200 ECONNRESET: aborted",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            "200 ECONNRESET: aborted",
        ),
        ("HTTP/1.1 200 OK\r\nContent-", "ECONNRESET: socket hang up"),
        (
            "HTTP/1.1 100 Continue\r\n\r\n",
            "100 ECONNRESET: socket hang up",
        ),
        ("", "ECONNRESET: socket hang up"),
        // Malformed.
        ("SSH-2.0-OpenSSH_9.6\r\n", "HPE_INVALID_CONSTANT"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HPE_INVALID_CONSTANT",
        ),
        ("HTTP/1.1 101 Switching\r\n\r\n", "HPE_INVALID_CONSTANT"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n",
            "200 HPE_INVALID_CONSTANT",
        ),
        (
            &format!("HTTP/1.1 200 OK\r\nX: {long}\r\n\r\n"),
            "HPE_HEADER_OVERFLOW",
        ),
    ] {
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
                move |log, url| say_all(log, ClientOptions::get(url), reads_late),
            );
            let said = said.join(" ");
            let is_same = match expected.contains("HPE") {
                true => said.starts_with(expected),
                false => said == expected,
            };
            let shown = reply.get(..200).unwrap_or(reply);
            assert!(
                is_same,
                "the server sends this (in pieces of up to {piece} bytes), and ends; the body is read late: \
                 {reads_late}\n{shown:?}\nexpected  {expected}\n\
                 yours     {said}\nA response is complete when its framing says so. An earlier end is an error: of the \
                 request before there is a head, and of the response behind that. 1xx is not the answer yet."
            );
        }
    }

    // What it sends.
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

    // What is wrong before anything is sent, and a server that is slow, silent or not there.
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
    #[rustfmt::skip]
    let cases = [
        ("", "ETIMEDOUT: the server is too slow"),
        ("HTTP/1.1 200 OK\r\n\r\n", "200 ETIMEDOUT: the server is too slow"),
    ];
    for (head, expected) in cases {
        let said = ask(
            "the server falls silent",
            vec![Box::new(move |mut server: Peer| {
                server.until("\r\n\r\n");
                server.send(head);
                server.rest();
            })],
            |log, url| {
                let mut options = ClientOptions::get(url);
                options.timeout = Duration::from_millis(300);
                say_all(log, options, false);
            },
        );
        assert_eq!(
            said.join(" "),
            expected,
            "the server sends {head:?} and then nothing; the client has 300 ms of patience"
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
