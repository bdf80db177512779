//! What a client asks for. All of it is given.

use std::time::Duration;

use crate::parser::Limits;

/// A request that is to be made: `ClientOptions { method: "POST".into(), ..ClientOptions::get(url) }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// The method, in capitals.
    pub method: String,
    /// `http://host:port/path?query`. Without a port it is 80.
    pub url: String,
    /// Further headers: name and value.
    pub headers: Vec<(String, String)>,
    /// How long the response may be, and its parts. For its body there is no limit at first.
    pub limits: Limits,
    /// The time from the request to the end of the response's head, and then from one piece of the body to the next. No
    /// limit at first, as in Node.
    pub timeout: Duration,
}

impl ClientOptions {
    /// A request for what is at `url`.
    pub fn get(url: impl Into<String>) -> ClientOptions {
        ClientOptions {
            method: String::from("GET"),
            url: url.into(),
            headers: Vec::new(),
            limits: Limits {
                body: u64::MAX,
                ..Limits::default()
            },
            timeout: Duration::MAX,
        }
    }
}
