//! PBKDF2, as RFC 8018 has it: a key from a password, and slow on purpose. All of it is given.
//!
//! The rule: a derivation can stop after any number of rounds and go on later, on any thread.

use runtime::{Error, Result};

use crate::hmac::Hmac;
use crate::sha256::LENGTH;

/// Node's limit for both numbers: 2^31 - 1.
const LARGEST: usize = i32::MAX as usize;

/// A key in the making.
pub struct Derivation {
    hmac: Hmac,
    salt: Vec<u8>,
    iterations: u32,
    length: usize,
    key: Vec<u8>,
    /// The block of the key that is made now: the code of the last round, the sum of all, and how many there were.
    last: [u8; LENGTH],
    sum: [u8; LENGTH],
    done: u32,
}

impl Derivation {
    /// A derivation of which nothing is done yet. A key of 0 bytes is no error.
    ///
    /// # Errors
    ///
    /// `ERR_OUT_OF_RANGE` unless `iterations` is between 1 and 2^31 - 1 and `length` at most 2^31 - 1.
    pub fn new(password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Result<Derivation> {
        in_range("iterations", 1, iterations as usize)?;
        in_range("keylen", 0, length)?;
        Ok(Derivation {
            hmac: Hmac::new(password),
            salt: salt.to_vec(),
            iterations,
            length,
            key: Vec::new(),
            last: [0; LENGTH],
            sum: [0; LENGTH],
            done: 0,
        })
    }

    /// Does `rounds` rounds, or the last ones if fewer are left. Returns whether the key is made.
    ///
    /// A key of up to 32 bytes takes `iterations` rounds, one of up to 64 bytes twice as many.
    pub fn run(&mut self, rounds: u32) -> bool {
        for _ in 0..rounds {
            if self.is_made() {
                break;
            }
            self.round();
        }
        self.is_made()
    }

    fn is_made(&self) -> bool {
        self.key.len() >= self.length
    }

    fn round(&mut self) {
        self.last = match self.done {
            0 => {
                // Blocks are counted from 1. The limit of `length` keeps the number in 32 bits.
                let block = (self.key.len() / LENGTH) as u32 + 1;
                self.hmac.of(&[&self.salt, &block.to_be_bytes()])
            }
            _ => self.hmac.of(&[&self.last]),
        };
        for (sum, byte) in self.sum.iter_mut().zip(self.last) {
            *sum ^= byte;
        }
        self.done += 1;
        if self.done == self.iterations {
            self.key.extend_from_slice(&self.sum);
            self.sum = [0; LENGTH];
            self.done = 0;
        }
    }

    /// The key. Call it when [`run`](Derivation::run) has returned true.
    pub fn into_key(mut self) -> Vec<u8> {
        self.key.truncate(self.length);
        self.key
    }
}

fn in_range(name: &str, smallest: usize, number: usize) -> Result<()> {
    if (smallest..=LARGEST).contains(&number) {
        return Ok(());
    }
    let text = format!(
        "The value of \"{name}\" is out of range. It must be >= {smallest} && <= {LARGEST}. Received {number}"
    );
    Err(Error::new("ERR_OUT_OF_RANGE", text))
}
