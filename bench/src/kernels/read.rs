//! Reads of single voxels here and there in generated land; and with every hundredth of them an edit, as
//! players dig while all others look.

use spatial::{Block, BlockCoord, Terrain, random::SplitMix64};

use crate::{
    kernel::{Amount, Kernel, Work},
    land, targets, times,
};

const READS_COUNT: usize = 1_000_000;
/// One in so many operations writes.
const EDIT_EVERY: usize = 100;

/// A store of voxels, as a side has it.
pub trait Voxels {
    /// How it names a place: to translate is no part of a read.
    type Place: Copy;

    /// The place of one in the cube of [`land`].
    fn place(at: [u32; 3]) -> Self::Place;

    /// A block's id; 0 is air.
    fn get(&self, at: Self::Place) -> u16;

    fn set(&mut self, at: Self::Place, id: u16);
}

/// What is read, and whether it is edited meanwhile.
pub struct Reads {
    pub terrain: Terrain,
    places: Vec<[u32; 3]>,
    is_edited: bool,
}

impl Reads {
    pub fn new() -> Self {
        let mut random = SplitMix64::new(land::SEED);
        let count = times(READS_COUNT, 10_000);
        Self {
            terrain: land::generate(),
            places: (0..count).map(|_| land::place(&mut random)).collect(),
            is_edited: false,
        }
    }

    pub fn edited() -> Self {
        Self {
            is_edited: true,
            ..Self::new()
        }
    }

    pub fn kernel(&self) -> Kernel {
        let amount = Amount {
            count: self.places.len() as u64,
            unit: "read",
        };
        let ours = self.side(Ours(self.terrain.clone()));
        match self.is_edited {
            false => Kernel::new("voxel-read", amount, ours),
            true => Kernel::new("voxel-read-edited", amount, ours).for_target(targets::READ),
        }
    }

    /// One side's reads of its own store of this land.
    pub fn side<V: Voxels>(&self, voxels: V) -> Reading<V> {
        Reading {
            voxels,
            places: self.places.iter().map(|at| V::place(*at)).collect(),
            is_edited: self.is_edited,
            round: 0,
        }
    }
}

impl Default for Reads {
    fn default() -> Self {
        Self::new()
    }
}

/// A side at work.
pub struct Reading<V: Voxels> {
    voxels: V,
    places: Vec<V::Place>,
    is_edited: bool,
    round: usize,
}

impl<V: Voxels> Work for Reading<V> {
    fn prepare(&mut self) {
        self.round += 1;
    }

    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for (number, places) in self.places.chunks(EDIT_EVERY).enumerate() {
            let (edited, read) = match places {
                [first, rest @ ..] if self.is_edited => (Some(first), rest),
                all => (None, all),
            };
            if let Some(at) = edited {
                let block = [Block::AIR, Block::BRICK][(number + self.round) % 2];
                self.voxels.set(*at, block.0);
            }
            for at in read {
                tell(i64::from(self.voxels.get(*at)));
            }
        }
    }
}

struct Ours(Terrain);

impl Voxels for Ours {
    type Place = BlockCoord;

    fn place(at: [u32; 3]) -> BlockCoord {
        land::offset(at)
    }

    fn get(&self, at: BlockCoord) -> u16 {
        self.0.block(at).0
    }

    fn set(&mut self, at: BlockCoord, id: u16) {
        self.0.set(at, Block(id));
    }
}
