//! Each of the 256 bytes in one place of a message, after another: RFC 9110, 5.5 and 5.6.2, and RFC 9112, 2 to 7.

use http_module::{Limits, Parser};

use super::{shown, words};

/// A byte of a method or of a name: RFC 9110, 5.6.2.
fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A byte that one can see.
fn visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// A space or a tab, the only bytes that do not belong to a value when they stand around it: RFC 9110, 5.6.3.
fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A byte of a value: RFC 9110, 5.5.
fn value(byte: u8) -> bool {
    byte >= 0x80 || visible(byte) || blank(byte)
}

/// A byte of a host and its port: RFC 3986, 3.2.2.
fn host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%:[]".contains(&byte)
}

fn space(byte: u8) -> bool {
    byte == b' '
}

fn cr(byte: u8) -> bool {
    byte == b'\r'
}

fn lf(byte: u8) -> bool {
    byte == b'\n'
}

fn colon(byte: u8) -> bool {
    byte == b':'
}

fn semicolon(byte: u8) -> bool {
    byte == b';'
}

fn hex_digit(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

fn any(_: u8) -> bool {
    true
}

/// Which bytes it is for, and what a parser finds then. In the words, `*` is the byte.
type Arrow<'a> = (fn(u8) -> bool, &'a str);

/// Each place of a request's head, and the bytes that may stand there.
pub fn each_byte_of_a_head() {
    let line = "GET / HTTP/1.1\r\nHost: a\r\n";
    let (get, end) = ("GET / 1.1 | end", "\r\nHost: a\r\n\r\n");
    let http = &format!(" HTTP/1.1{end}");
    #[rustfmt::skip]
    let places: [(&str, &str, &str, &[Arrow]); 23] = [
        ("the LF of an empty line before a request", "\r", &format!("GET /{http}"), &[(lf, get)]),
        ("the CR of the first line", "GET / HTTP/1.1", &end[1..], &[(cr, get)]),
        ("the LF of the first line", "GET / HTTP/1.1\r", &end[2..], &[(lf, get)]),
        ("the LF behind a value", &format!("{line}N: x\r"), "\r\n", &[(lf, "GET / 1.1 {N: x} | end")]),
        ("the LF behind an empty value", &format!("{line}N:\r"), "\r\n", &[(lf, "GET / 1.1 {N: } | end")]),
        ("the last LF", &format!("{line}\r"), "", &[(lf, get)]),
        ("the CR behind a value", &format!("{line}N: x"), "\n\r\n", &[(cr, "GET / 1.1 {N: x} | end")]),
        ("the CR behind an empty value", &format!("{line}N:"), "\n\r\n", &[(cr, "GET / 1.1 {N: } | end")]),
        ("the last CR", line, "\n", &[(cr, get)]),
        ("the space behind a method", "GET", &format!("/{http}"), &[(space, get)]),
        ("the space behind a target", "GET /", &http[1..], &[(space, get)]),
        ("the first byte of a method", "", &format!("ET /{http}"), &[(token, "*ET / 1.1 | end")]),
        ("a byte inside a method", "G", &format!("T /{http}"), &[(token, "G*T / 1.1 | end")]),
        ("the first byte of a target", "GET ", &format!("x{http}"), &[(visible, "GET *x 1.1 | end")]),
        ("a byte inside a target", "GET /", &format!("x{http}"), &[(visible, "GET /*x 1.1 | end")]),
        ("a byte of a host", "GET / HTTP/1.1\r\nHost: b", "c\r\n\r\n", &[(host, "GET / 1.1 {Host: b*c} | end")]),
        ("the first byte of a name", line, "ame: y\r\n\r\n", &[(token, "GET / 1.1 {*ame: y} | end")]),
        ("a byte inside a name", &format!("{line}N"), "me: y\r\n\r\n",
         &[(token, "GET / 1.1 {N*me: y} | end"), (colon, "GET / 1.1 {N: me: y} | end")]),
        ("the byte behind the colon", &format!("{line}N:"), "y\r\n\r\n",
         &[(blank, "GET / 1.1 {N: y} | end"), (value, "GET / 1.1 {N: *y} | end")]),
        ("the byte behind the colon and a blank", &format!("{line}N: "), "y\r\n\r\n",
         &[(blank, "GET / 1.1 {N: y} | end"), (value, "GET / 1.1 {N: *y} | end")]),
        ("the only byte of a value", &format!("{line}N:"), "\r\n\r\n",
         &[(blank, "GET / 1.1 {N: } | end"), (value, "GET / 1.1 {N: *} | end")]),
        ("a byte inside a value", &format!("{line}N: x"), "y\r\n\r\n", &[(value, "GET / 1.1 {N: x*y} | end")]),
        ("the last byte of a value", &format!("{line}N: x"), "\r\n\r\n",
         &[(blank, "GET / 1.1 {N: x} | end"), (value, "GET / 1.1 {N: x*} | end")]),
    ];
    for (what, before, after, arrows) in places {
        each_byte(what, (before, after), arrows);
    }
}

/// Each place between the data of chunks, and the bytes that may stand there.
pub fn each_byte_between_chunks() {
    let head = "POST / 1.1 {Transfer-Encoding: chunked} chunked";
    #[rustfmt::skip]
    let places: [(&str, &str, &str, &[Arrow], &str); 16] = [
        ("the CR behind a size", "1", "\nx", &[(cr, "data x | broken off")], ""),
        ("the CR behind an extension", "1;a", "\nx", &[(cr, "data x | broken off")], ""),
        ("the LF behind a size", "1\r", "x", &[(lf, "data x | broken off")], ""),
        ("the LF behind an extension", "1;a\r", "x", &[(lf, "data x | broken off")], ""),
        ("the LF behind the size 0", "0\r", "\r\n", &[(lf, "end")], ""),
        ("the first digit of a size", "", "\r\n", &[(hex_digit, "broken off")], ""),
        ("the second digit of a size", "1", "\r\n", &[(hex_digit, "broken off"), (semicolon, "broken off")], ""),
        ("the first byte of an extension", "1;", "a\r\nx", &[(value, "data x | broken off")], ""),
        ("a byte inside an extension", "1;a", "b\r\nx", &[(value, "data x | broken off")], ""),
        ("the CR behind a chunk", "1\r\nx", "\n0\r\n\r\n", &[(cr, "data x | end")], "data x | "),
        ("the LF behind a chunk", "1\r\nx\r", "0\r\n\r\n", &[(lf, "data x | end")], "data x | "),
        ("a byte between a chunk and its CR", "1\r\nx", "\r\n0\r\n\r\n", &[], "data x | "),
        ("a byte between a chunk's CR and LF", "1\r\nx\r", "\n0\r\n\r\n", &[], "data x | "),
        ("the first byte of a trailer", "0\r\n", ": y\r\n\r\n", &[(token, "end")], ""),
        ("a byte of a trailer's value", "0\r\nX: ", "y\r\n\r\n", &[(value, "end")], ""),
        ("the last LF", "0\r\n\r", "", &[(lf, "end")], ""),
    ];
    for (what, before, after, arrows, data) in places {
        let before =
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{before}");
        let refused = format!("{data}error 400");
        let all = [arrows, &[(any, &refused)]].concat();
        let words: Vec<_> = all
            .iter()
            .map(|(knows, words)| (*knows, format!("{head} | {words}")))
            .collect();
        let arrows: Vec<_> = words
            .iter()
            .map(|(knows, words)| (*knows, &words[..]))
            .collect();
        each_byte(what, (&before, after), &arrows);
    }
}

/// Puts each byte between `before` and `after`, and compares what is found with the words of the first of the `arrows`
/// that knows the byte. A byte that none of them knows is an error 400.
fn each_byte(what: &str, (before, after): (&str, &str), arrows: &[Arrow]) {
    let (mut taken, mut refused, mut other) = (Vec::new(), Vec::new(), None);
    for byte in 0..=255 {
        let message = [before.as_bytes(), &[byte], after.as_bytes()].concat();
        let arrow = arrows.iter().find(|(knows, _)| knows(byte));
        let shown_byte = if byte < 0x80 { char::from(byte) } else { '?' };
        let expected = arrow.map_or("error 400".to_owned(), |(_, words)| {
            words.replace('*', &shown_byte.to_string())
        });
        let bytes: Vec<&[u8]> = message.chunks(1).collect();
        for pieces in [&[&message[..]][..], &bytes] {
            let words = words(&mut Parser::request(Limits::default()), pieces)
                .unwrap_or_else(|complaint| vec![complaint]);
            let yours = words.join(" | ");
            if yours == expected {
                continue;
            }
            let is_error = |words: &str| words.ends_with("error 400");
            match (is_error(&expected), is_error(&yours)) {
                (true, _) => taken.push(byte),
                (false, true) => refused.push(byte),
                (false, false) => {
                    other.get_or_insert(format!(
                        "{}\nexpected  {expected}\nyours     {yours}",
                        shown(&message)
                    ));
                }
            }
        }
    }
    assert!(
        taken.is_empty() && refused.is_empty(),
        "each of the 256 bytes as {what}: the * in {}*{}\nyou take      {}\n              which may not stand there\n\
         you refuse    {}\n              which may stand there\nDoes the arrow ask which byte it is? An arrow for any \
         byte, or none for one of them, is the usual cause.",
        shown(before.as_bytes()),
        shown(after.as_bytes()),
        ranges(&taken),
        ranges(&refused)
    );
    if let Some(other) = other {
        panic!(
            "each of the 256 bytes as {what}; here:\n{other}\nIt may stand there, but means something else."
        );
    }
}

/// `0x00-0x1f 0x7f`.
fn ranges(bytes: &[u8]) -> String {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    for &byte in bytes {
        match ranges.last_mut() {
            Some((_, last)) if byte - *last <= 1 => *last = byte,
            _ => ranges.push((byte, byte)),
        }
    }
    let words: Vec<String> = ranges
        .into_iter()
        .map(|(first, last)| match first == last {
            true => format!("{first:#04x}"),
            false => format!("{first:#04x}-{last:#04x}"),
        })
        .collect();
    match words.is_empty() {
        true => String::from("no byte"),
        false => words.join(" "),
    }
}
