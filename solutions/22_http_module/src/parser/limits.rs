//! How much of a message a parser takes. All of it is given.

/// The limits of a [`Parser`](crate::Parser), in bytes where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest line of a head, with its CR LF. 8 KiB, as nginx's `large_client_header_buffers`.
    pub line: usize,
    /// All lines of a head, or of a chunked body's trailers. 16 KiB, as Node's `--max-http-header-size`.
    pub head: usize,
    /// The number of header lines. 100, as Apache's `LimitRequestFields`.
    pub headers: usize,
    /// The body, without what frames it. 1 MiB, as nginx's `client_max_body_size`.
    pub body: u64,
    /// All chunk extensions of one body: each byte between the first `;` of a line and its CR LF. 16 KiB, as in Node since its CVE-2024-22019.
    pub extensions: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line: 8 * 1024,
            head: 16 * 1024,
            headers: 100,
            body: 1024 * 1024,
            extensions: 16 * 1024,
        }
    }
}
