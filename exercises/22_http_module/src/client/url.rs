//! The parts of a URL. All of it is given.

use runtime::{Error, Result};

use crate::parser::is_target;

/// `http://host:port/path?query`, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    /// A name, or an address without the brackets that IPv6 has in URLs.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The host and the port as they go into the `Host` header: without the port if it is 80.
    pub(crate) authority: String,
    /// The path and the query: what the request asks for.
    pub(crate) target: String,
}

impl Url {
    /// # Errors
    ///
    /// `ERR_INVALID_PROTOCOL` for another scheme than `http`, `ERR_INVALID_URL` for everything else.
    pub(crate) fn parse(text: &str) -> Result<Url> {
        let invalid = || Error::new("ERR_INVALID_URL", format!("Invalid URL {text:?}"));
        let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
        if !scheme.eq_ignore_ascii_case("http") {
            let text = format!("Protocol {scheme:?} not supported. Expected \"http:\"");
            return Err(Error::new("ERR_INVALID_PROTOCOL", text));
        }
        // What stands behind a `#` is for the one who asks.
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, "80"),
        };
        let is_digits = port.bytes().all(|byte| byte.is_ascii_digit());
        let port = if is_digits { port.parse().ok() } else { None };
        let port: u16 = port.ok_or_else(invalid)?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_valid = match bare {
            Some(address) => address
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte)),
            None => host.bytes().all(is_host),
        };
        let target = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        };
        if host.is_empty() || !is_valid || !target.bytes().all(is_target) {
            return Err(invalid());
        }
        Ok(Url {
            host: bare.unwrap_or(host).to_owned(),
            port,
            authority: match port {
                80 => host.to_owned(),
                _ => format!("{host}:{port}"),
            },
            target,
        })
    }
}
