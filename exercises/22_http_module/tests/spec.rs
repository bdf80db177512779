mod bytes;
mod conversations;
mod loopback;

use std::time::Duration;

use bytes::{expect, expect_request, expect_whole, grammar, refuse_requests};
use conversations::{asked, pipelined, sent, slow, streams, unread};
use http_module::{Limits, Parser, Pipeline, Rest, ServerOptions, Time, Unread, WaitsFor};
use loopback::same;

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
        // Every byte that a name may have, and a value beyond ASCII.
        ("GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: a:b \"ü\"\r\nHost: a\r\n\r\n",
         "GET / 1.1 {!#$%&'*+-.^_`|~09azAZ: a:b \"ü\"}"),
        // Two headers of one name are two headers.
        ("GET / HTTP/1.1\r\nHost: a\r\nX: 2\r\nx: 1\r\nX: 2\r\n\r\n", "GET / 1.1 {X: 2, x: 1, X: 2}"),
        // To a proxy, and to one that asks for everything.
        ("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b/x 1.1"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1"),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET / 1.1 {Host: [::1]:8080}"),
        ("GET / HTTP/1.1\r\nhOsT: \r\n\r\n", "GET / 1.1 {hOsT: }"),
    ];
    for (message, expected) in cases {
        expect_request(message, &[expected, "end"], causes);
    }
    #[rustfmt::skip]
    let cases = [
        ("GET / HTTP/1.1\r\nHost: a\r\nX:y\r\n\r\n", "GET / 1.1 {X: y}"),
        ("GET / HTTP/1.1\r\nX: \t y \t z\t \r\nHost:a\r\n\r\n", "GET / 1.1 {X: y \t z}"),
        ("GET / HTTP/1.1\r\nX:\r\nY: \t \r\nHost: a\r\nZ:\t1\r\n\r\n", "GET / 1.1 {X: , Y: , Z: 1}"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \u{a0}y\u{3000}\r\n\r\n", "GET / 1.1 {X: \u{a0}y\u{3000}}"),
    ];
    for (message, expected) in cases {
        expect_request(
            message,
            &[expected, "end"],
            "Spaces and tabs around a value are no part of it, and nothing else is a blank. A value may be empty.",
        );
    }
    #[rustfmt::skip]
    let cases = [
        ("GET / HTTP/1.1\r\nHost: a\r\nconnection: te, CLOSE\r\n\r\n", "GET / 1.1 {connection: te, CLOSE} close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
         "GET / 1.1 {Connection: x, Connection: close} close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection:close\t, te\r\n\r\n", "GET / 1.1 {Connection: close\t, te} close"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: \u{a0}close, closed\r\n\r\n",
         "GET / 1.1 {Connection: \u{a0}close, closed}"),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 1.0 {Connection: Keep-Alive}"),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / 1.0 {Connection: keep-alive, close} close"),
        ("CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT b:443 1.1 close"),
    ];
    for (message, expected) in cases {
        expect_request(
            message,
            &[expected, "end"],
            "`close` in a list is the end, also beside `keep-alive`, and so is CONNECT: what follows may be meant for a \
             tunnel. HTTP/1.0 goes on with `keep-alive` only. Around a word in a list stand spaces and tabs, nothing else.",
        );
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
    grammar::each_byte_of_a_head();
    let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    #[rustfmt::skip]
    let first_lines = [
        " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET  HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET /", "GET",
        "GET / x HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP/1,1", "GET / HTTP/x.1",
        "GET / HTTPS/1.1", "\u{16}\u{3}\u{1}",
    ];
    refuse_requests(
        first_lines.map(|line| format!("{line}\r\nHost: a\r\n\r\n{next}")),
        "The first line is a method, a space, a target, a space, HTTP/1.1, CR LF.",
    );
    for first_line in ["GET / HTTP/2.0", "GET / HTTP/0.9", "PRI * HTTP/2.0"] {
        expect_request(
            format!("{first_line}\r\nHost: a\r\n\r\n{next}"),
            &["error 505"],
            "Another version is answered by 505.",
        );
    }
    #[rustfmt::skip]
    let headers = [
        "Name : value", "Name\t: value", " Name: value", "\tName: value", ": value", "Name", "Na me: value",
        "Name: value\r\n folded", "Name: value\r\n\tfolded", "Name:\r\n folded", "Na\r\nme: value",
        "Content-Length : 5", "Content-Length\0: 5", "Transfer-Encoding\t: chunked", "Transfer-Encoding:\u{b}chunked",
    ];
    refuse_requests(
        headers.map(|line| format!("GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n{next}")),
        "A header is a name, a colon right behind it, and a value without control bytes, on one line.",
    );
    refuse_requests(
        headers.map(|line| format!("GET / HTTP/1.1\r\n{line}\r\nHost: a\r\n\r\n{next}")),
        "The first header keeps the rules of all others.",
    );
    #[rustfmt::skip]
    let line_ends = [
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\r", "GET / HTTP/1.1\r\nX:\rHost: a\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    refuse_requests(line_ends, "A line ends in CR LF and in nothing else.");
    #[rustfmt::skip]
    let hosts = [
        "", "Host: a\r\nHost: a\r\n", "Host: a\r\nhost: b\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n",
    ];
    for target in ["/", "http://a/"] {
        refuse_requests(
            hosts.map(|hosts| format!("GET {target} HTTP/1.1\r\nX: y\r\n{hosts}\r\n")),
            "In HTTP/1.1 a request has one Host, also when the target names a host.",
        );
    }
    refuse_requests(
        ["GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"],
        "In HTTP/1.0 a request has one Host at most.",
    );
}

#[test]
fn the_length_of_a_body_has_one_meaning() {
    let message = |method: &str, headers: &str, body: &str| {
        format!("{method} / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}")
    };
    let post = |headers: &str, body: &str| message("POST", headers, body);
    #[rustfmt::skip]
    let cases = [
        ("Content-Length: 5", "POST / 1.1 {Content-Length: 5} length 5"),
        ("content-length:005\t", "POST / 1.1 {content-length: 005} length 5"),
        ("Content-Length: 000000000000000000000000000005",
         "POST / 1.1 {Content-Length: 000000000000000000000000000005} length 5"),
    ];
    for (header, head) in cases {
        expect_request(
            post(header, "hello"),
            &[head, "data hello", "end"],
            "So many bytes, and no more: the next one begins another message.",
        );
    }
    for method in ["GET", "HEAD", "DELETE", "TRACE"] {
        expect_request(
            message(method, "Content-Length: 2", "hi"),
            &[
                &format!("{method} / 1.1 {{Content-Length: 2}} length 2"),
                "data hi",
                "end",
            ],
            "What a request's headers say of its body does not depend on its method.",
        );
    }
    expect_request(
        post("Content-Length: 0", ""),
        &["POST / 1.1 {Content-Length: 0}", "end"],
        "A body of 0 bytes ends with the head.",
    );
    for header in ["Content_Length: 2", "X-Content-Length: 2", "X: y"] {
        expect_request(
            post(header, ""),
            &[&format!("POST / 1.1 {{{header}}}"), "end"],
            "A request without one of the two headers has no body. Those are others.",
        );
    }
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
    let lengths = [
        "+2", "-1", "", "1 2", "0x2", "2.0", "1e1", "2,2", "2, 2", "2;", "2_0", "two", "\u{662}", "\u{a0}2", "2\u{2003}",
        "\u{85}2", "18446744073709551616", "18446744073709551618", "99999999999999999999999999",
    ];
    for method in ["POST", "GET", "HEAD"] {
        refuse_requests(
            lengths.map(|length| message(method, &format!("Content-Length: {length}"), "hi")),
            "Content-Length is one number below 2^64 in ASCII digits, and nothing else. str::parse takes a sign, and \
             str::trim takes more than blanks away. Do not guess a length in its place.",
        );
    }
    expect_request(
        post("Content-Length: 18446744073709551615", "hi"),
        &["error 413"],
        "That is a number, and too much.",
    );
    #[rustfmt::skip]
    let contradictions = [
        "Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\ncontent-length: 3",
        "Content-Length: 2\r\nX: y\r\nContent-Length: +2", "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 2\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Content-Length: 2\r\nTransfer-Encoding: identity", "Content-Length: x\r\nTransfer-Encoding: chunked",
        "Content-Length: 2\r\nTransfer-Encoding:", "Content-Length:\r\nTransfer-Encoding: chunked",
    ];
    #[rustfmt::skip]
    let codings = [
        "chunked\r\nTransfer-Encoding: chunked", "identity\r\nTransfer-Encoding: chunked",
        "chunked\r\nTransfer-Encoding: identity", "chunked, chunked", "chunked,", ", chunked", "gzip", "gzip, chunked",
        "identity", "chunked, identity", "identity, chunked", "xchunked", "chunkedx", "chunked;q=1", "\"chunked\"", "",
        "\u{a0}chunked", "chunked\u{a0}", "chun\u{212a}ed",
    ];
    for version in ["1.1", "1.0"] {
        let post = |headers: &str| {
            let body = "2\r\nhi\r\n0\r\n\r\n";
            format!("POST / HTTP/{version}\r\nHost: a\r\n{headers}\r\n\r\n{body}")
        };
        let causes = "One length, or `chunked` alone. If two readers could give two answers, the message is refused. \
                      That is so in HTTP/1.0, too.";
        refuse_requests(contradictions.map(post), causes);
        refuse_requests(
            codings.map(|coding| post(&format!("Transfer-Encoding: {coding}"))),
            causes,
        );
    }
    expect_request(
        "POST / HTTP/1.2\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        &[
            "POST / 1.2 {Transfer-Encoding: chunked} chunked",
            "data hi",
            "end",
        ],
        "A later version 1.x has chunks.",
    );
    refuse_requests(
        ["POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
        "HTTP/1.0 has no chunks.",
    );
    expect_request(
        "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
        &[
            "POST / 1.0 {Content-Length: 2} length 2 close",
            "data hi",
            "end",
        ],
        "HTTP/1.0 has lengths.",
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
    expect_request(
        "POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: a cake\r\n\r\nhi",
        &[
            "POST / 1.0 {Content-Length: 2, Expect: a cake} length 2 close",
            "data hi",
            "end",
        ],
        "HTTP/1.0 has no expectations.",
    );
    expect_request(
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        &["GET / 1.1 {Expect: 100-continue}", "end"],
        "Without a body nobody waits for a 100.",
    );
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
    grammar::each_byte_between_chunks();
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
        "", " ", "+5", "-5", "0x5", "5 ", " 5", "5g", "5\n", "\r\n5", ";a", "5;a\nb", "5;a\0", "5 ;a", "5,5", "\u{665}",
        "00000000000000005", "10000000000000005",
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
        "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD:\r",
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
    for endless in ["1;abcdefg", "1;abc\r\n0\r\n1;defg", "1; \t;=\"é"] {
        let data = if endless.contains('0') { "data 0" } else { "" };
        let expected: Vec<_> = [head, data, "error 400"]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        check(
            &format!("{post}{endless}"),
            &expected,
            "The seventh byte of extensions is one too many, also if it is a blank, or a `;` behind the first. If you \
             ask at the end of the line, you wait for it for ever.",
        );
    }
    check(
        &format!("{post}{}", "0".repeat(17)),
        &[head, "error 400"],
        "The digit 17 of a size is one too many, whatever follows.",
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
        ("HTTP/1.1 103 Hints\r\nContent-Length: 5\r\n\r\n", &["1.1 103 Hints {Content-Length: 5}", "end"]),
        ("HTTP/1.1 204 N\r\nContent-Length: x\r\nTransfer-Encoding: gzip\r\n\r\n",
         &["1.1 204 N {Content-Length: x, Transfer-Encoding: gzip}", "end"]),
        // What ought to have none, and has one all the same.
        ("HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi",
         &["1.1 205 Reset Content {Content-Length: 2} length 2", "data hi", "end"]),
        ("HTTP/1.1 205 R\r\n\r\nhi", &["1.1 205 R until close", "data hi", "closed End"]),
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
        ("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi", &["error 400"]),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhi", &["error 400"]),
        ("HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", &["error 400"]),
        ("HTTP/1.1 200 O\0K\r\n\r\n", &["error 400"]),
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
    for status in 100..=999 {
        let is_bodiless = matches!(status, 100..=199 | 204 | 304);
        let head = format!("1.1 {status} S {{Content-Length: 2}}");
        let (head, events) = match is_bodiless {
            true => (head, &["end"][..]),
            false => (format!("{head} length 2"), &["data hi", "end"][..]),
        };
        let body = if is_bodiless { "" } else { "hi" };
        expect_whole(
            response(),
            format!("HTTP/1.1 {status} S\r\nContent-Length: 2\r\n\r\n{body}").as_bytes(),
            &[&[&head[..]], events].concat(),
            "1xx, 204 and 304 have no body. Every other status has the one that its headers speak of.",
        );
    }
    for header in [
        "Content-Length: 500",
        "Content-Length: x",
        "Transfer-Encoding: chunked",
        "X: y",
    ] {
        expect(
            to_head,
            format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").as_bytes(),
            &[&format!("1.1 200 OK {{{header}}}"), "end"],
            "The answer to HEAD has the headers of the answer to GET, and no body.",
        );
    }
    for status in 100..=999 {
        expect_whole(
            to_head(),
            format!("HTTP/1.1 {status} S\r\nContent-Length: 2\r\n\r\n").as_bytes(),
            &[&format!("1.1 {status} S {{Content-Length: 2}}"), "end"],
            "No answer to HEAD has a body, whatever its status.",
        );
    }
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
    pipelined::the_last_reply_is_made_first();
    pipelined::what_is_beyond_the_limit_waits();
    pipelined::garbage_has_its_turn();
    pipelined::behind_the_last_one_is_none();
    pipelined::a_handler_that_throws_loses_nothing();
}

#[test]
fn bodies_are_streams_in_both_directions() {
    streams::a_client_that_does_not_read_stops_the_handler();
    streams::a_handler_that_does_not_read_stops_the_client();
    streams::a_client_that_ends_too_early_has_sent_nothing();
    streams::the_continue_has_its_turn();
    streams::a_response_may_stay_open();
    streams::an_exit_leaves_nothing();
}

#[test]
fn a_body_that_nobody_read_is_not_the_next_request() {
    let none = Unread {
        is_complete: false,
        left: Some(0),
        awaits_continue: false,
        skipped: 0,
    };
    let left = |left| Unread { left, ..none };
    let skipped = |left, skipped| Unread {
        left,
        skipped,
        ..none
    };
    let awaited = |left| Unread {
        left,
        awaits_continue: true,
        ..none
    };
    let complete = |awaits_continue, skipped| Unread {
        is_complete: true,
        awaits_continue,
        skipped,
        ..none
    };
    #[rustfmt::skip]
    let cases = [
        (complete(false, 0), 100, Rest::Skip, "all of it has come"),
        (complete(false, 101), 100, Rest::Skip, "all of it has come, and 101 bytes were skipped: what was is over"),
        (complete(true, 0), 0, Rest::Skip, "all of it has come, and no 100 was sent: the client did not wait for it"),
        (left(Some(0)), 0, Rest::Skip, "0 bytes are left, and none may be skipped"),
        (left(Some(1)), 0, Rest::Close, "1 byte is left, and none may be skipped"),
        (left(Some(100)), 100, Rest::Skip, "100 bytes are left, as many as the limit allows"),
        (left(Some(101)), 100, Rest::Close, "101 bytes are left"),
        (left(Some(u64::MAX)), u64::MAX, Rest::Skip, "2^64 - 1 bytes are left, and as many may be skipped"),
        (skipped(Some(40), 60), 100, Rest::Skip, "40 are left, and 60 were skipped"),
        (skipped(Some(41), 60), 100, Rest::Close, "41 are left, and 60 were skipped"),
        (skipped(Some(u64::MAX), 1), 100, Rest::Close, "2^64 - 1 bytes are left, and 1 was skipped"),
        (left(None), 100, Rest::Skip, "there are chunks, and none was skipped yet"),
        (left(None), 0, Rest::Skip, "there are chunks, which may be empty; none was skipped yet"),
        (skipped(None, 100), 100, Rest::Skip, "there are chunks, and 100 bytes of them were skipped"),
        (skipped(None, 101), 100, Rest::Close, "there are chunks, and 101 bytes of them were skipped"),
        (awaited(Some(1)), 100, Rest::Close, "1 byte is left, and the client waits for a 100 that did not come"),
        (awaited(None), 100, Rest::Close, "there are chunks, and the client waits for a 100 that did not come"),
    ];
    for (unread, limit, expected, what) in cases {
        let yours = unread.rest(limit);
        assert_eq!(
            yours, expected,
            "{what}; the limit is {limit}\nexpected  {expected:?}\nyours     {yours:?}\n{unread:?}"
        );
    }
    unread::what_is_in_a_body_is_no_request();
}

#[test]
fn what_is_sent_is_framed_and_checked() {
    sent::a_reply_has_the_framing_of_its_pieces();
    sent::a_header_is_checked();
    sent::each_character_of_a_value_is_checked();
    sent::a_broken_promise_breaks_the_connection();
}

#[test]
fn a_slow_client_has_a_limit() {
    let ms = Duration::from_millis;
    let options = ServerOptions {
        idle_timeout: ms(1),
        head_timeout: ms(2),
        body_timeout: ms(3),
        linger_timeout: ms(4),
        ..ServerOptions::default()
    };
    let begins = |limit| Time::Begins(ms(limit));
    let goes_on = "What came does not pay the debt. If each byte renews the time, the client has all the time it wants.";
    #[rustfmt::skip]
    let debts = [
        (WaitsFor::Nothing, Time::Stops, Time::Stops, "The handler is at work, and may take hours for its reply."),
        (WaitsFor::Request, begins(1), Time::GoesOn, goes_on),
        (WaitsFor::Head, begins(2), Time::GoesOn, goes_on),
        (WaitsFor::Body, begins(3), begins(3), "A piece of the body came: the next one has the whole time again."),
        (WaitsFor::End, begins(4), Time::GoesOn, goes_on),
    ];
    for (now, when_new, when_same, cause) in debts {
        for (before, ..) in debts {
            let (expected, cause) = match before == now {
                true => (when_same, cause),
                false => (when_new, "The client owes something else than before."),
            };
            let yours = now.time(before, &options);
            assert!(
                yours == expected,
                "the client owed {before:?}, and now it owes {now:?}; it has 1 ms for a request, 2 for a head, 3 for a body \
                 and 4 for its end\nexpected  {expected:?}\nyours     {yours:?}\n{cause}"
            );
        }
    }
    slow::a_head_has_one_time();
    slow::an_idle_connection_ends();
    slow::a_body_has_a_time();
    slow::the_end_has_a_time();
}

#[test]
fn a_client_takes_no_short_response_for_a_whole_one() {
    asked::a_response_ends_where_its_framing_says();
    asked::what_a_client_sends();
    asked::what_cannot_be_asked();
    asked::a_server_that_does_not_answer();
}
