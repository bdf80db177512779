//! The headers of a message that is to be sent. All of it is given but `check_value`.
//!
//! The rule: what a program puts in is checked before one byte is sent. A CR LF in a value would begin a header, or a
//! whole message, that the program knows nothing of.

use runtime::{Error, Result};

use crate::parser::{is_token, is_value};

/// Header lines, as they will be sent.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    lines: String,
    /// What `Content-Length` says. The value is not in `lines`.
    pub(crate) length: Option<u64>,
    /// Whether `Connection: close` was set. Not in `lines`, either.
    pub(crate) close: bool,
}

impl Fields {
    /// Sets a header. One of the same name is replaced.
    ///
    /// # Errors
    ///
    /// Node's codes, and the headers stay as they are: `ERR_INVALID_HTTP_TOKEN` for the name, `ERR_INVALID_CHAR` for
    /// the value, and `ERR_INVALID_ARG_VALUE` for what is not the program's to say: a `Transfer-Encoding`, a
    /// `Content-Length` that is no number, a `Connection` other than `close`.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<()> {
        check_name(name)?;
        check_value(name, value)?;
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("Content-Length") {
            let is_digits = value.bytes().all(|byte| byte.is_ascii_digit());
            let length = if is_digits { value.parse().ok() } else { None };
            self.length = Some(length.ok_or_else(|| refused(name, value))?);
        } else if is("Connection") && value.eq_ignore_ascii_case("close") {
            self.close = true;
        } else if is("Connection") || is("Transfer-Encoding") {
            return Err(refused(name, value));
        } else {
            self.remove(name);
            self.add(name, value);
        }
        Ok(())
    }

    /// Takes a header off, if it is there.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some((start, end)) = self.find(name) {
            self.lines.replace_range(start..end, "");
        }
    }

    /// Whether the program has set this header.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The lines, each with its CR LF.
    pub(crate) fn lines(&self) -> &str {
        &self.lines
    }

    fn add(&mut self, name: &str, value: &str) {
        for part in [name, ": ", value, "\r\n"] {
            self.lines.push_str(part);
        }
    }

    /// Where the line of this header stands.
    fn find(&self, name: &str) -> Option<(usize, usize)> {
        let mut start = 0;
        for line in self.lines.split_inclusive("\r\n") {
            let end = start + line.len();
            let own = line.split_once(':').map_or("", |(own, _)| own);
            if own.eq_ignore_ascii_case(name) {
                return Some((start, end));
            }
            start = end;
        }
        None
    }
}

/// A name is what a parser takes for one.
fn check_name(name: &str) -> Result<()> {
    if !name.is_empty() && name.bytes().all(is_token) {
        return Ok(());
    }
    let text = format!("Header name must be a valid HTTP token [{name:?}]");
    Err(Error::new("ERR_INVALID_HTTP_TOKEN", text))
}

/// A value has no control bytes: no CR, no LF, no NUL.
fn check_value(name: &str, value: &str) -> Result<()> {
    //> // TODO: let nothing through that `is_value` does not know.
    //> Ok(())
    if value.bytes().all(is_value) {
        return Ok(());
    }
    let text = format!("Invalid character in header content [{name:?}]");
    Err(Error::new("ERR_INVALID_CHAR", text))
    //<
}

fn refused(name: &str, value: &str) -> Error {
    let text = format!("The header {name:?} cannot be {value:?}");
    Error::new("ERR_INVALID_ARG_VALUE", text)
}
