//! What a client was told when: by slot, when the cell is due again, and the queue of all cells in
//! the order they were last told.

/// Stands for the end of the queue.
const NONE: u16 = u16::MAX;

/// Stands for no due time.
pub const UNQUEUED: u16 = 0;

/// A line of the processor's cache.
const LINE_BYTES: usize = 64;
/// A memory of more slots is not read whole before it is used: what a tick needs of it is then too small a part.
const WARM_SLOTS_MAX: usize = 512;

/// One cell's place in the queue. 6 bytes: with thousands of clients, memory is what costs.
#[derive(Clone, Copy)]
struct Place {
    /// The tick it was last told, modulo 65,536.
    told_tick: u16,
    before: u16,
    after: u16,
}

/// A client's memory of all cells. The queue's front waited longest.
pub struct Memory {
    /// By slot: the client's clock, modulo 65,536, at which a cell is due; [`UNQUEUED`] when it is
    /// not in the queue. What is in the queue is told or taken out long before the clock goes around.
    /// A column of its own, because much of it is read each tick.
    due: Vec<u16>,
    places: Vec<Place>,
    front: u16,
    back: u16,
}

impl Memory {
    pub fn new() -> Self {
        Self {
            due: Vec::new(),
            places: Vec::new(),
            front: NONE,
            back: NONE,
        }
    }

    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Makes room for so many slots; allocates only when the world has newly occupied cells.
    pub fn grow(&mut self, slot_count: usize) {
        if self.due.len() < slot_count {
            let place = Place {
                told_tick: 0,
                before: NONE,
                after: NONE,
            };
            self.due.resize(slot_count, UNQUEUED);
            self.places.resize(slot_count, place);
        }
    }

    /// Reads a little of every line of it, for a tick needs most of them, here and there. With thousands of
    /// clients none is in the cache any more; what is asked for at once comes at once.
    #[inline]
    pub fn warm(&self) {
        if self.due.len() > WARM_SLOTS_MAX {
            return;
        }
        let due = self.due.iter().step_by(LINE_BYTES / size_of::<u16>());
        let places = self.places.iter().step_by(LINE_BYTES / size_of::<Place>());
        let told = places.fold(0, |all, place| all ^ place.told_tick);
        std::hint::black_box(due.fold(told, |all, due| all ^ due));
    }

    #[inline]
    pub fn due(&self, slot: u16) -> u16 {
        self.due[usize::from(slot)]
    }

    /// Changes when a queued cell is due. A unit early is as good where the number is taken.
    pub fn set_due(&mut self, slot: u16, due: u16) {
        self.due[usize::from(slot)] = if due == UNQUEUED { u16::MAX } else { due };
    }

    /// Ticks since a cell was last told.
    pub fn waited(&self, slot: u16, tick: u32) -> u16 {
        (tick as u16).wrapping_sub(self.places[usize::from(slot)].told_tick)
    }

    /// The cell that waited longest.
    pub fn front(&self) -> Option<u16> {
        (self.front != NONE).then_some(self.front)
    }

    pub fn is_queued(&self, slot: u16) -> bool {
        self.due(slot) != UNQUEUED
    }

    /// Puts a cell that newly came into view to the front: it was never told, or long ago.
    pub fn push_front(&mut self, slot: u16, due: u16) {
        let front = std::mem::replace(&mut self.front, slot);
        let place = &mut self.places[usize::from(slot)];
        place.before = NONE;
        place.after = front;
        self.set_due(slot, due);
        self.link_before(front, slot);
    }

    /// Notes that a cell was told: it goes to the end of the queue.
    pub fn told(&mut self, slot: u16, tick: u32, due: u16) {
        if self.is_queued(slot) {
            self.remove(slot);
        }
        let back = std::mem::replace(&mut self.back, slot);
        self.places[usize::from(slot)] = Place {
            told_tick: tick as u16,
            before: back,
            after: NONE,
        };
        self.set_due(slot, due);
        match self.places.get_mut(usize::from(back)) {
            Some(back) => back.after = slot,
            None => self.front = slot,
        }
    }

    /// Takes a queued cell out of the queue.
    pub fn remove(&mut self, slot: u16) {
        let Place { before, after, .. } = self.places[usize::from(slot)];
        match self.places.get_mut(usize::from(before)) {
            Some(before) => before.after = after,
            None => self.front = after,
        }
        self.link_before(after, before);
        self.due[usize::from(slot)] = UNQUEUED;
    }

    /// Tells the cell `after` (or the back) what stands before it.
    fn link_before(&mut self, after: u16, before: u16) {
        match self.places.get_mut(usize::from(after)) {
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
                        memory.push_front(slot, tick as u16);
                        naive.push_front(slot);
                    }
                    _ => {
                        memory.told(slot, tick, tick as u16);
                        naive.retain(|&other| other != slot);
                        naive.push_back(slot);
                        assert_eq!(memory.waited(slot, tick + 3), 3);
                    }
                }
                assert_eq!(memory.front(), naive.front().copied());
            }
        }
    }
}
