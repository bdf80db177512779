//! Feeds bytes to a parser in every way in which they may come, and writes down what it finds.

pub mod grammar;

use http_module::{Event, Framing, Limits, Parser};

/// What a parser finds in `pieces`: a word for each event. Data in several pieces is one word. Then the stream ends.
fn words(parser: &mut Parser, pieces: &[&[u8]]) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_data = false;
    for piece in pieces {
        let mut rest = *piece;
        loop {
            let before = rest;
            match parser.feed(&mut rest) {
                Ok(None) if rest.is_empty() => break,
                Ok(None) => {
                    return Err(format!(
                        "left {} bytes and found no event in them",
                        rest.len()
                    ));
                }
                Ok(Some(Event::Head(head))) => {
                    is_data = false;
                    words.push(head_words(&head));
                }
                Ok(Some(Event::Data(data))) => {
                    if data.is_empty() || !before.as_ptr_range().contains(&data.as_ptr()) {
                        return Err(String::from(
                            "data that is empty, or not a part of what was fed: a copy",
                        ));
                    }
                    let text = String::from_utf8_lossy(data);
                    match words.last_mut() {
                        Some(last) if is_data => last.push_str(&text),
                        _ => words.push(format!("data {text}")),
                    }
                    is_data = true;
                }
                Ok(Some(Event::End)) => {
                    is_data = false;
                    words.push(String::from("end"));
                }
                Err(error) => {
                    let again = parser.feed(&mut &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..]);
                    if again != Err(error) {
                        return Err(format!(
                            "after the error {error} another request was read: {again:?}"
                        ));
                    }
                    words.push(format!("error {}", error.status));
                    return Ok(words);
                }
            }
        }
    }
    match parser.finish() {
        Ok(None) => {}
        Ok(Some(event)) => words.push(format!("closed {event:?}")),
        Err(_) => words.push(String::from("broken off")),
    }
    Ok(words)
}

/// `GET /x 1.1 {name: value} length 3 close continue`. What is as usual is left out: no body, keep-alive.
fn head_words(head: &http_module::Head) -> String {
    let (major, minor) = head.version();
    let mut words = match head.status() {
        0 => format!("{} {} {major}.{minor}", head.method(), head.target()),
        status => format!("{major}.{minor} {status} {}", head.reason()),
    };
    let headers: Vec<String> = head
        .headers()
        .filter(|(name, value)| (*name, *value) != ("Host", "a"))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if !headers.is_empty() {
        words.push_str(&format!(" {{{}}}", headers.join(", ")));
    }
    match head.framing() {
        Framing::Length(0) => {}
        Framing::Length(length) => words.push_str(&format!(" length {length}")),
        Framing::Chunked => words.push_str(" chunked"),
        Framing::UntilClose => words.push_str(" until close"),
    }
    if !head.keep_alive() && head.framing() != Framing::UntilClose {
        words.push_str(" close");
    }
    if head.expects_continue() {
        words.push_str(" continue");
    }
    words
}

/// Feeds `message` whole, byte by byte, and cut at every place, and compares what is found with `expected`. A message
/// that ends well is also fed twice, to one parser.
#[track_caller]
pub fn expect(parser: impl Fn() -> Parser, message: &[u8], expected: &[&str], causes: &str) {
    let check = |how: &str, pieces: &[&[u8]], expected: &[&str]| {
        let yours = words(&mut parser(), pieces).unwrap_or_else(|complaint| vec![complaint]);
        assert!(
            yours == expected,
            "fed {how}:\n{}\nexpected  {}\nyours     {}\n{causes}",
            shown(message),
            expected.join(" | "),
            yours.join(" | ")
        );
    };
    check("whole", &[message], expected);
    let bytes: Vec<&[u8]> = message.chunks(1).collect();
    check("byte by byte", &bytes, expected);
    for at in 1..message.len() {
        let (front, back) = message.split_at(at);
        let how = format!(
            "in two pieces, cut after {}",
            shown(&front[front.len().saturating_sub(20)..])
        );
        check(&how, &[front, back], expected);
    }
    if expected.last() == Some(&"end") {
        check(
            "twice, to one parser",
            &[message, message],
            &[expected, expected].concat(),
        );
        let both = [message, message].concat();
        check(
            "twice, in one piece",
            &[&both],
            &[expected, expected].concat(),
        );
    }
}

/// As [`expect`], but whole only, for a message that is one of many of its kind.
#[track_caller]
pub fn expect_whole(mut parser: Parser, message: &[u8], expected: &[&str], causes: &str) {
    let yours = words(&mut parser, &[message]).unwrap_or_else(|complaint| vec![complaint]);
    assert!(
        yours == expected,
        "fed whole:\n{}\nexpected  {}\nyours     {}\n{causes}",
        shown(message),
        expected.join(" | "),
        yours.join(" | ")
    );
}

/// As [`expect`], for the requests that a server with the usual limits gets.
#[track_caller]
pub fn expect_request(message: impl AsRef<[u8]>, expected: &[&str], causes: &str) {
    expect(
        || Parser::request(Limits::default()),
        message.as_ref(),
        expected,
        causes,
    );
}

/// Each of the requests is answered by 400, and nothing behind it is read.
#[track_caller]
pub fn refuse_requests<M: AsRef<[u8]>>(messages: impl IntoIterator<Item = M>, causes: &str) {
    for message in messages {
        expect_request(message, &["error 400"], causes);
    }
}

/// The bytes as a text, at most 300 of them.
fn shown(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string();
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
