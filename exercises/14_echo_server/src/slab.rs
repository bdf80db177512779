//! A table of connections, in which the place of one that has gone is used again.
//!
//! The rule: a token is a slot and a generation. It finds its value only while the slot still holds the
//! generation for which the token was made.

use event_queue::Token;

/// The tokens below this bit name slots, those above it generations.
const SLOT_BITS: u32 = 32;

/// Values that are found by the token of their registration.
#[derive(Debug)]
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    /// The slots without a value. The one that became free last is used first: it may still be in the cache.
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    /// How many values this slot has had before, modulo 2^32.
    generation: u32,
    /// `None` while the slot is free.
    value: Option<T>,
}

impl<T> Slab<T> {
    /// An empty table.
    pub fn new() -> Slab<T> {
        Slab {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many slots there are, with a value or without: the most values that there ever were at once.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The tokens of all values.
    pub fn tokens(&self) -> Vec<Token> {
        (0..self.slots.len() as u32)
            .filter(|&slot| self.slots[slot as usize].value.is_some())
            .map(|slot| self.token(slot))
            .collect()
    }

    /// Puts in the value that `make` makes of its token, and returns the token. A free slot is used again before
    /// the table grows.
    ///
    /// No two values that this table ever had have the same token, until one slot has had 2^32 of them.
    pub fn insert_with(&mut self, make: impl FnOnce(Token) -> T) -> Token {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(Slot {
                    generation: 0,
                    value: None,
                });
                u32::try_from(self.slots.len() - 1).expect("descriptors end before 2^32 slots")
            }
        };
        let token = self.token(slot);
        self.slots[slot as usize].value = Some(make(token));
        token
    }

    /// The value for which `token` was made. `None` when that was removed, whatever its slot holds now, and for
    /// every token that this table never gave.
    pub fn get_mut(&mut self, token: Token) -> Option<&mut T> {
        let slot = self.slot(token)?;
        self.slots[slot as usize].value.as_mut()
    }

    /// Takes out the value for which `token` was made. `None`, and nothing happens, when there is none.
    pub fn remove(&mut self, token: Token) -> Option<T> {
        let slot = self.slot(token)?;
        let value = self.slots[slot as usize].value.take()?;
        // TODO: whoever still has the old token must not find the next value of this slot.
        self.free.push(slot);
        Some(value)
    }

    /// The token of the value that `slot` has, or has next.
    fn token(&self, slot: u32) -> Token {
        // TODO: a token that also says which of the slot's values it means.
        Token(slot as usize)
    }

    /// The slot that `token` names, if it has the generation that `token` names.
    fn slot(&self, token: Token) -> Option<u32> {
        // TODO: the slot, unless the token is out of date.
        let slot = u32::try_from(token.0).ok()?;
        (slot < self.slots.len() as u32).then_some(slot)
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab::new()
    }
}
