//! HMAC-SHA-256, as RFC 2104 has it: a hash that only those can make who know the key. All of it is given.

use crate::sha256::{BLOCK, LENGTH, Sha256};

/// The authentication code of `message` under `key`.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; LENGTH] {
    Hmac::new(key).of(&[message])
}

/// A key that was mixed into two hashes, once for all messages.
#[derive(Clone)]
pub(crate) struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    pub(crate) fn new(key: &[u8]) -> Hmac {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            let mut hash = Sha256::new();
            hash.update(key);
            block[..LENGTH].copy_from_slice(&hash.finish());
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let with = |pad: u8| {
            let mut hash = Sha256::new();
            hash.update(&block.map(|byte| byte ^ pad));
            hash
        };
        Hmac {
            inner: with(0x36),
            outer: with(0x5c),
        }
    }

    /// The code of the message that `parts` make together.
    pub(crate) fn of(&self, parts: &[&[u8]]) -> [u8; LENGTH] {
        let (mut inner, mut outer) = (self.inner.clone(), self.outer.clone());
        parts.iter().for_each(|part| inner.update(part));
        outer.update(&inner.finish());
        outer.finish()
    }
}
