//! What a test says over real sockets: a server of yours and a client that follows a script, or the other way round.

pub mod asked;
pub mod pipelined;
pub mod sent;
pub mod slow;
pub mod streams;
pub mod unread;

/// A request for `target`, without a body.
pub fn get_request(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}
