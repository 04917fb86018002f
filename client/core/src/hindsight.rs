//! What the terrain was: its changes of the last seconds, so that a movement step can be taken again on
//! the land of the tick in which the server took it. Not for drawing: cells that came or went far away
//! are as they are now.

use alloc::collections::VecDeque;

use spatial::{Block, BlockCoord, CellCoord, brick::Brick, terrain::Terrain};

use crate::limits::{CHANGE_TICKS_MAX, CHANGES_KEPT_MAX};

/// Changes in the order of the terrain stream, each with what was there before.
#[derive(Default)]
pub struct Hindsight {
    changes: VecDeque<Change>,
    /// Of the newest edit.
    tick: u32,
}

struct Change {
    /// Since when it holds. Of a replaced cell, when it had not yet come: who sends a cell whole does
    /// not say when it became so.
    tick: u32,
    was: Was,
}

enum Was {
    Block(BlockCoord, Block),
    Cell(CellCoord, Brick),
}

impl Hindsight {
    /// A block was another one before `tick`.
    pub fn edited(&mut self, tick: u32, at: BlockCoord, was: Block) {
        self.tick = self.tick.max(tick);
        self.keep(tick, Was::Block(at, was));
    }

    /// A loaded cell was put in place whole.
    pub fn replaced(&mut self, cell: CellCoord, was: Brick) {
        self.keep(self.tick, Was::Cell(cell, was));
    }

    /// Whether cells were replaced, and so either land may be what the server had.
    pub fn is_ambiguous(&self) -> bool {
        let mut all = self.changes.iter();
        all.any(|change| matches!(change.was, Was::Cell(..)))
    }

    /// The terrain as all movement of `tick` met it, or with `is_before_replacing` as it was before
    /// cells were replaced.
    pub fn terrain_at(&self, tick: u32, is_before_replacing: bool, now: &Terrain) -> Terrain {
        let mut terrain = now.clone();
        for change in self.changes.iter().rev() {
            let is_later = change.tick > tick;
            if !is_later && !is_before_replacing {
                // So are all before it: the stream tells edits in order.
                break;
            }
            match &change.was {
                Was::Block(at, was) if is_later => {
                    terrain.set(*at, *was);
                }
                Was::Cell(cell, was) if is_before_replacing => {
                    terrain.insert_brick(*cell, was.clone());
                }
                Was::Block(..) | Was::Cell(..) => {}
            }
        }
        terrain
    }

    fn keep(&mut self, tick: u32, was: Was) {
        let is_old = |change: &Change| change.tick + CHANGE_TICKS_MAX < self.tick;
        while self.changes.len() >= CHANGES_KEPT_MAX || self.changes.front().is_some_and(is_old) {
            self.changes.pop_front();
        }
        self.changes.push_back(Change { tick, was });
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const PLACE: BlockCoord = BlockCoord::new(3, 4, 5);

    fn terrain() -> Terrain {
        let mut terrain = Terrain::new();
        terrain.insert_brick(PLACE.cell(), Brick::uniform(Block::AIR));
        terrain
    }

    fn edit(terrain: &mut Terrain, hindsight: &mut Hindsight, tick: u32, now: Block) {
        let was = terrain.set(PLACE, now).expect("it is loaded");
        hindsight.edited(tick, PLACE, was);
    }

    #[test]
    fn each_tick_has_its_own_land() {
        let (mut terrain, mut hindsight) = (terrain(), Hindsight::default());
        let story = [
            (10, Block::STONE),
            (11, Block::AIR),
            (11, Block::PLANK),
            (14, Block::AIR),
        ];
        for (tick, now) in story {
            edit(&mut terrain, &mut hindsight, tick, now);
        }
        let blocks: Vec<Block> = (9..=15)
            .map(|tick| hindsight.terrain_at(tick, false, &terrain).block(PLACE))
            .collect();
        let (air, stone, plank) = (Block::AIR, Block::STONE, Block::PLANK);
        assert_eq!(blocks, [air, stone, plank, plank, plank, air, air]);
        assert_eq!(terrain.block(PLACE), Block::AIR, "what is now stays");
    }

    #[test]
    fn a_cell_that_came_was_always_there_but_one_replaced_was_not() {
        let (mut terrain, mut hindsight) = (terrain(), Hindsight::default());
        let other = CellCoord::new(7, 0, 0);
        edit(&mut terrain, &mut hindsight, 10, Block::STONE);
        terrain.insert_brick(other, Brick::uniform(Block::PLANK));
        assert!(hindsight.terrain_at(9, false, &terrain).is_loaded(other));
        assert!(!hindsight.is_ambiguous());
        let was = terrain.brick(PLACE.cell()).expect("it is loaded").clone();
        hindsight.replaced(PLACE.cell(), was);
        terrain.insert_brick(PLACE.cell(), Brick::uniform(Block::GLASS));
        assert!(hindsight.is_ambiguous());
        let block_at = |is_before| hindsight.terrain_at(10, is_before, &terrain).block(PLACE);
        assert_eq!(
            [block_at(true), block_at(false)],
            [Block::STONE, Block::GLASS]
        );
    }

    #[test]
    fn it_forgets_what_is_long_past() {
        let (mut terrain, mut hindsight) = (terrain(), Hindsight::default());
        for tick in 0..CHANGE_TICKS_MAX * 2 {
            let now = if tick % 2 == 0 {
                Block::STONE
            } else {
                Block::AIR
            };
            edit(&mut terrain, &mut hindsight, tick, now);
        }
        assert!(hindsight.changes.len() <= CHANGE_TICKS_MAX as usize + 1);
        for _ in 0..CHANGES_KEPT_MAX * 2 {
            hindsight.edited(CHANGE_TICKS_MAX * 2, PLACE, Block::AIR);
        }
        assert_eq!(hindsight.changes.len(), CHANGES_KEPT_MAX);
    }
}
