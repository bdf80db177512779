//! Which bytes may stand where. All of it is given.

/// Whether `byte` may stand in a method or in the name of a header: RFC 9110, 5.6.2, `tchar`.
pub(crate) const fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Whether `byte` may stand in a request's target: visible ASCII. No space, no control byte.
pub(crate) const fn is_target(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e)
}

/// Whether `byte` may stand in the value of a header or in the text behind a status: RFC 9110, 5.5. Spaces and tabs
/// may; CR, LF, NUL and the other control bytes may not.
pub(crate) const fn is_value(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)
}

/// Whether `byte` may stand in the value of `Host`: a name or an address, and a port. RFC 3986, 3.2.2.
pub(crate) const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'$'..=b'.' | b':' | b';' | b'=' | b'[' | b']' | b'_' | b'~'
        )
}

/// A table, because every byte of every name is looked up.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = matches!(
            byte as u8,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`'
                | b'|' | b'~'
        );
        byte += 1;
    }
    table
};
