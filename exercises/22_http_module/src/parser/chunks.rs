//! A body in chunks: `5 CR LF hello CR LF`, and at the end `0 CR LF CR LF`.
//!
//! The rule: bytes of the body are never copied, nor looked at. The bytes between them go through a state machine.

use super::bytes::is_value;
use super::error::ParseError;
use super::head_reader::HeadReader;
use super::limits::Limits;
use super::{TOO_LONG, take};

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The size of a chunk, and so many of its digits have come.
    Size { digits: u8, size: u64 },
    /// What a `;` behind the size begins. Nobody uses it.
    Extension { size: u64 },
    /// The LF behind the size.
    SizeLf { size: u64 },
    /// The chunk itself, of which so much is to come. Never 0.
    Data { left: u64 },
    /// The CR behind the chunk.
    DataCr,
    /// The LF behind the chunk.
    DataLf,
    /// The header lines behind the last chunk, and the empty line behind those.
    Trailers,
}

/// Where each chunk begins.
const START: State = State::Size { digits: 0, size: 0 };

/// Reads one body.
#[derive(Debug)]
pub(crate) struct Chunks {
    limits: Limits,
    state: State,
    /// The sizes of all chunks so far.
    total: u64,
    /// How many bytes of extensions have come.
    extensions: usize,
    trailers: HeadReader,
}

/// What [`Chunks::read`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Data(&'a [u8]),
    End,
}

impl Chunks {
    /// Nothing read yet.
    pub(crate) fn new(limits: Limits) -> Chunks {
        Chunks {
            limits,
            state: START,
            total: 0,
            extensions: 0,
            trailers: HeadReader::trailers(limits),
        }
    }

    /// Takes bytes off the front of `bytes`, up to the end of the next piece of data or of the body. `None` when they
    /// are used up.
    pub(crate) fn read<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Piece<'a>>, ParseError> {
        loop {
            if self.state == State::Trailers {
                return Ok(self.trailers.read(bytes)?.map(|_| Piece::End));
            }
            let Some((byte, rest)) = bytes.split_first() else {
                return Ok(None);
            };
            if let State::Data { left } = self.state {
                let data = take(bytes, left);
                self.state = match left - data.len() as u64 {
                    0 => State::DataCr,
                    left => State::Data { left },
                };
                return Ok(Some(Piece::Data(data)));
            }
            *bytes = rest;
            self.state = self.step(*byte)?;
        }
    }

    /// Returns the state after `byte`, which is not one of the body's own.
    ///
    /// A size is 1 to 16 digits of base 16, leading zeros among them, so it fits into 64 bits. Every chunk goes
    /// through `begin`.
    ///
    /// # Errors
    ///
    /// 400 for a byte that may not stand where it does, and for more bytes of extensions than `limits.extensions` in
    /// this body; what `begin` says.
    fn step(&mut self, byte: u8) -> Result<State, ParseError> {
        // TODO: the arrows from each state to the next.
        todo!("the byte {byte:#04x} in {:?}", self.state)
    }

    /// The state behind the line of a size: the chunk's data, or what follows the last chunk, whose size is 0.
    ///
    /// # Errors
    ///
    /// 413 when the body is longer than `limits.body` with this chunk.
    fn begin(&mut self, size: u64) -> Result<State, ParseError> {
        self.total = self.total.saturating_add(size);
        if self.total > self.limits.body {
            return Err(TOO_LONG);
        }
        Ok(match size {
            0 => State::Trailers,
            left => State::Data { left },
        })
    }
}
