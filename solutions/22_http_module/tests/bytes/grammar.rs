//! Each of the 256 bytes in one place of a message, after another: RFC 9110, 5.5 and 5.6.2, and RFC 9112, 2 to 7.

use http_module::Parser;

use super::{shown, words};

/// A byte of a method or of a name: RFC 9110, 5.6.2.
pub fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A byte that one can see.
pub fn visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// A space or a tab, the only bytes that do not belong to a value when they stand around it: RFC 9110, 5.6.3.
pub fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A byte of a value: RFC 9110, 5.5.
pub fn value(byte: u8) -> bool {
    byte >= 0x80 || visible(byte) || blank(byte)
}

/// A byte of a host and its port: RFC 3986, 3.2.2.
pub fn host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%:[]".contains(&byte)
}

/// Puts each byte between `before` and `after`, and compares what is found with the first of the `arrows` that knows
/// the byte. In its words, `*` is the byte. A byte that none of them knows is an error 400.
#[track_caller]
pub fn each_byte(
    parser: impl Fn() -> Parser,
    what: &str,
    (before, after): (&str, &str),
    arrows: &[(fn(u8) -> bool, &str)],
) {
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
            let words = words(&mut parser(), pieces).unwrap_or_else(|complaint| vec![complaint]);
            let yours = words.join(" | ");
            if yours == expected {
                continue;
            }
            let is_error = |words: &str| words.ends_with("error 400");
            match (is_error(&expected), is_error(&yours)) {
                (true, false) => taken.push(byte),
                (false, true) => refused.push(byte),
                _ => {
                    other.get_or_insert(format!(
                        "{}\nexpected  {expected}\nyours     {yours}",
                        shown(&message)
                    ));
                }
            }
        }
    }
    let list = |mut bytes: Vec<u8>| {
        bytes.dedup();
        let words: Vec<String> = bytes.iter().map(|byte| format!("{byte:#04x}")).collect();
        words.join(" ")
    };
    assert!(
        taken.is_empty() && refused.is_empty(),
        "each of the 256 bytes as {what}: the * in {}*{}\nyou take      {}\n              which may not stand there\n\
         you refuse    {}\n              which may stand there\nDoes the arrow ask which byte it is? An arrow for any \
         byte, or none for one of them, is the usual cause.",
        shown(before.as_bytes()),
        shown(after.as_bytes()),
        list(taken),
        list(refused)
    );
    if let Some(other) = other {
        panic!(
            "each of the 256 bytes as {what}; here:\n{other}\nIt may stand there, but means something else."
        );
    }
}
