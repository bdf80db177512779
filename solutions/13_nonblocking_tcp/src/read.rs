//! Reading all that has arrived, with a limit.

use std::io::{self, Read};

/// The most that one read asks for, in bytes.
pub(crate) const CHUNK: usize = 16 * 1024;

/// Why [`read_available`] stopped.
#[derive(Debug)]
pub enum Stopped {
    /// Nothing more has arrived. Wait for the next readable event.
    WouldBlock,
    /// The budget is used up, and more may be there. An edge-triggered source reports that no more: come back
    /// by yourself, after the others have had their turn.
    BudgetSpent,
    /// The peer has ended its direction. There will never be more.
    End,
    /// The connection is broken.
    Failed(io::Error),
}

/// Reads what has arrived at `source` and appends it to `into`, until there is no more, or `budget` bytes are
/// read. Says why it stopped.
///
/// It never reads more than `budget` bytes, and with a budget of 0 it asks for nothing. Bytes that came before an
/// end or an error are in `into` all the same. A read that a signal interrupted is made again.
pub fn read_available(source: &mut impl Read, into: &mut Vec<u8>, budget: usize) -> Stopped {
    let mut chunk = [0; CHUNK];
    //> // TODO: this is enough for one short message of a peer that never hangs up. Make it keep the contract.
    //> match source.read(&mut chunk) {
    //>     Ok(count) => {
    //>         into.extend_from_slice(&chunk[..count]);
    //>         Stopped::WouldBlock
    //>     }
    //>     Err(error) => Stopped::Failed(error),
    //> }
    let mut left = budget;
    while left > 0 {
        let room = left.min(CHUNK);
        match source.read(&mut chunk[..room]) {
            Ok(0) => return Stopped::End,
            Ok(count) => {
                into.extend_from_slice(&chunk[..count]);
                left -= count;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Stopped::WouldBlock,
            Err(error) => return Stopped::Failed(error),
        }
    }
    Stopped::BudgetSpent
    //<
}
