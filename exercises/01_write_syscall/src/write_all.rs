//! All bytes or an error: what one call does not promise.

use std::io;

/// Hands all of `bytes` to `write`, which may take only some of them each time it is called.
///
/// `write` is called again with the rest until there is none, and once more with the same bytes when a
/// signal came first ([`io::ErrorKind::Interrupted`]): then it has taken nothing.
///
/// # Errors
///
/// The first other error of `write`; what was taken before it is written all the same.
/// [`io::ErrorKind::WriteZero`] when `write` takes nothing and says that this is no error: asking again
/// could go on for ever.
pub fn write_all(
    mut write: impl FnMut(&[u8]) -> io::Result<usize>,
    bytes: &[u8],
) -> io::Result<()> {
    // TODO: call `write` until every byte is taken. The count that it returns says where the rest begins.
    todo!("write all of {} bytes", bytes.len())
}
