//! What a client was told when: by slot, when the cell is due again, and the queue of all cells in
//! the order they were last told.

use super::cells::NONE;

/// One cell in a client's memory. 16 bytes.
#[derive(Clone, Copy)]
struct Slot {
    /// The client's clock at which it is due; 0 before it was ever told.
    due: u32,
    /// The tick it was last told.
    told_tick: u32,
    /// Neighbours in the queue; itself when it is not in the queue.
    before: u32,
    after: u32,
}

/// A client's memory of all cells. The queue's front waited longest.
pub struct Memory {
    slots: Vec<Slot>,
    front: u32,
    back: u32,
}

impl Memory {
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            front: NONE,
            back: NONE,
        }
    }

    pub fn clear(&mut self) {
        self.slots.clear();
        self.front = NONE;
        self.back = NONE;
    }

    /// Makes room for so many slots; allocates only when the world has newly occupied cells.
    pub fn grow(&mut self, slot_count: usize) {
        for slot in self.slots.len() as u32..slot_count as u32 {
            self.slots.push(Slot {
                due: 0,
                told_tick: 0,
                before: slot,
                after: slot,
            });
        }
    }

    #[inline]
    pub fn due(&self, slot: u16) -> u32 {
        self.slots[usize::from(slot)].due
    }

    pub fn set_due(&mut self, slot: u16, due: u32) {
        self.slots[usize::from(slot)].due = due;
    }

    pub fn told_tick(&self, slot: u16) -> u32 {
        self.slots[usize::from(slot)].told_tick
    }

    /// The cell that waited longest.
    pub fn front(&self) -> Option<u16> {
        (self.front != NONE).then_some(self.front as u16)
    }

    #[inline]
    pub fn is_queued(&self, slot: u16) -> bool {
        self.slots[usize::from(slot)].before != u32::from(slot)
    }

    /// Puts a cell that newly came into view to the front: it was never told, or long ago.
    pub fn push_front(&mut self, slot: u16) {
        let slot = u32::from(slot);
        let front = std::mem::replace(&mut self.front, slot);
        self.slots[slot as usize].before = NONE;
        self.slots[slot as usize].after = front;
        self.link_before(front, slot);
    }

    /// Notes that a cell was told: it goes to the end of the queue.
    pub fn told(&mut self, slot: u16, tick: u32) {
        if self.is_queued(slot) {
            self.remove(slot);
        }
        let slot = u32::from(slot);
        let back = std::mem::replace(&mut self.back, slot);
        let state = &mut self.slots[slot as usize];
        state.told_tick = tick;
        state.before = back;
        state.after = NONE;
        match self.slots.get_mut(back as usize) {
            Some(back) => back.after = slot,
            None => self.front = slot,
        }
    }

    /// Takes a queued cell out of the queue.
    pub fn remove(&mut self, slot: u16) {
        let slot = u32::from(slot);
        let Slot { before, after, .. } = self.slots[slot as usize];
        match self.slots.get_mut(before as usize) {
            Some(before) => before.after = after,
            None => self.front = after,
        }
        self.link_before(after, before);
        self.slots[slot as usize].before = slot;
        self.slots[slot as usize].after = slot;
    }

    /// Tells the cell `after` (or the back) what stands before it.
    fn link_before(&mut self, after: u32, before: u32) {
        match self.slots.get_mut(after as usize) {
            Some(after) => after.before = before,
            None => self.back = before,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use spatial::random::SplitMix64;

    use super::*;

    #[test]
    fn the_queue_is_what_a_plain_queue_is() {
        for seed in 0..50 {
            let mut random = SplitMix64::new(seed);
            let mut memory = Memory::new();
            let mut naive: VecDeque<u16> = VecDeque::new();
            memory.grow(12);
            for tick in 0..200 {
                let slot = random.below(12) as u16;
                assert_eq!(memory.is_queued(slot), naive.contains(&slot));
                match (random.below(3), memory.is_queued(slot)) {
                    (0, true) => {
                        memory.remove(slot);
                        naive.retain(|&other| other != slot);
                    }
                    (1, false) => {
                        memory.push_front(slot);
                        naive.push_front(slot);
                    }
                    _ => {
                        memory.told(slot, tick);
                        naive.retain(|&other| other != slot);
                        naive.push_back(slot);
                        assert_eq!(memory.told_tick(slot), tick);
                    }
                }
                assert_eq!(memory.front(), naive.front().copied());
            }
        }
    }
}
