//! Replies in the order of the requests, whatever the order in which they are made.
//!
//! The rule: one turn is first, and its bytes go out. All others wait in memory.

use std::collections::VecDeque;
use std::mem;

/// Whose turn it is: the first request of a connection has the turn 0, the next one 1.
pub type Turn = u64;

/// The replies of one connection that are not complete, in their order. Each one belongs to an `Item`.
#[derive(Debug)]
pub struct Pipeline<Item> {
    /// The turn of the first of them.
    first: Turn,
    replies: VecDeque<Reply<Item>>,
}

#[derive(Debug)]
struct Reply<Item> {
    item: Item,
    /// What was written before its turn came.
    bytes: Vec<u8>,
    is_done: bool,
}

impl<Item> Pipeline<Item> {
    /// No requests yet.
    pub fn new() -> Pipeline<Item> {
        Pipeline {
            first: 0,
            replies: VecDeque::new(),
        }
    }

    /// A request has come. Its reply gets the turn behind all others. `item` makes what belongs to it.
    pub fn push(&mut self, item: impl FnOnce(Turn) -> Item) -> &Item {
        let turn = self.first + self.replies.len() as Turn;
        self.replies.push_back(Reply {
            item: item(turn),
            bytes: Vec::new(),
            is_done: false,
        });
        &self.replies.back().expect("it was pushed just now").item
    }

    /// How many replies are not complete.
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether no reply is owed.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// Whether it is this turn.
    pub fn is_first(&self, turn: Turn) -> bool {
        turn == self.first && !self.is_empty()
    }

    /// What belongs to the reply whose turn it is.
    pub fn first(&self) -> Option<&Item> {
        self.replies.front().map(|reply| &reply.item)
    }

    /// Where the bytes of the reply with this turn go: to `out` if it is first, otherwise to memory of its own. `None`
    /// for a turn that is over.
    pub fn sink<'a>(&'a mut self, turn: Turn, out: &'a mut Vec<u8>) -> Option<&'a mut Vec<u8>> {
        //> // TODO: this sends every byte at once, whoever's turn it is.
        //> self.reply(turn)?;
        //> Some(out)
        if self.is_first(turn) {
            return Some(out);
        }
        Some(&mut self.reply(turn)?.bytes)
        //<
    }

    /// The reply with this turn is complete. A turn that is over is left alone.
    pub fn finish(&mut self, turn: Turn) {
        if let Some(reply) = self.reply(turn) {
            reply.is_done = true;
        }
    }

    /// Takes the first reply out, if that is complete, and returns its item. Then it is the turn of the next one, and
    /// what that has written already goes to the end of `out`. Call it until it returns `None`.
    pub fn pop(&mut self, out: &mut Vec<u8>) -> Option<Item> {
        //> // TODO: this sends a reply as soon as it is complete, whoever's turn it is.
        //> let place = self.replies.iter().position(|reply| reply.is_done)?;
        //> let mut done = self.replies.remove(place)?;
        //> out.append(&mut done.bytes);
        //> Some(done.item)
        if !self.replies.front()?.is_done {
            return None;
        }
        let done = self.replies.pop_front()?;
        self.first += 1;
        if let Some(next) = self.replies.front_mut() {
            // Taken: a reply that stays open for hours does not keep this memory.
            out.append(&mut mem::take(&mut next.bytes));
        }
        Some(done.item)
        //<
    }

    /// Takes all of them out. Their turns are over.
    pub fn clear(&mut self) -> Vec<Item> {
        self.first += self.replies.len() as Turn;
        self.replies.drain(..).map(|reply| reply.item).collect()
    }

    fn reply(&mut self, turn: Turn) -> Option<&mut Reply<Item>> {
        let index = turn.checked_sub(self.first)?;
        self.replies.get_mut(usize::try_from(index).ok()?)
    }
}

impl<Item> Default for Pipeline<Item> {
    fn default() -> Pipeline<Item> {
        Pipeline::new()
    }
}
