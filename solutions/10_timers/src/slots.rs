//! A slab: values in numbered slots, where the slot of a removed value is used again.
//!
//! The rule: an id is a slot and a generation. It finds its value only while the slot still holds the
//! generation for which the id was made.

use std::ops::{Index, IndexMut};

/// An empty slab keeps the memory of this many slots at most, and gives the rest back.
const KEPT: usize = 64;

/// Names one timer, from the call that set it until it is over. No second timer ever gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId {
    slot: u32,
    /// How many ids were made before this one, in all slots together. 64 bits do not run out.
    generation: u64,
}

struct Slot<V> {
    generation: u64,
    /// `None` while the slot is free.
    value: Option<V>,
}

pub(crate) struct Slots<V> {
    slots: Vec<Slot<V>>,
    free: Vec<u32>,
    next_generation: u64,
}

impl<V> Slots<V> {
    pub(crate) fn new() -> Slots<V> {
        Slots {
            slots: Vec::new(),
            free: Vec::new(),
            next_generation: 0,
        }
    }

    /// Puts a value into a free slot, or into a new one if none is free, and returns the slot.
    pub(crate) fn insert(&mut self, value: V) -> u32 {
        let generation = self.next_generation;
        self.next_generation += 1;
        let filled = Slot {
            generation,
            value: Some(value),
        };
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = filled;
            return slot;
        }
        self.slots.push(filled);
        u32::try_from(self.slots.len() - 1).expect("memory ends before 2^32 slots")
    }

    /// The slot that `id` names. `None` when its value was removed, whatever the slot holds now.
    pub(crate) fn find(&self, id: TimerId) -> Option<u32> {
        let slot = self.slots.get(id.slot as usize)?;
        (slot.generation == id.generation && slot.value.is_some()).then_some(id.slot)
    }

    /// The id of the value in `slot`.
    pub(crate) fn id(&self, slot: u32) -> TimerId {
        let generation = self.slots[slot as usize].generation;
        TimerId { slot, generation }
    }

    /// Takes the value out of `slot`, which is free afterwards.
    pub(crate) fn remove(&mut self, slot: u32) -> V {
        let value = self.slots[slot as usize].value.take();
        self.free.push(slot);
        if self.free.len() == self.slots.len() && self.slots.len() > KEPT {
            // Nobody is left. Ids stay unique, since generations are counted over all slots.
            self.slots = Vec::new();
            self.free = Vec::new();
        }
        value.expect("only a slot in use is freed")
    }
}

impl<V> Index<u32> for Slots<V> {
    type Output = V;

    fn index(&self, slot: u32) -> &V {
        let value = self.slots[slot as usize].value.as_ref();
        value.expect("a slot that is linked is in use")
    }
}

impl<V> IndexMut<u32> for Slots<V> {
    fn index_mut(&mut self, slot: u32) -> &mut V {
        let value = self.slots[slot as usize].value.as_mut();
        value.expect("a slot that is linked is in use")
    }
}
