//! tree64's sparse 64-tree and voxelis' hashed octree beside our terrain.

use bench::{
    kernel::Kernel,
    kernels::read::{Reads, Voxels},
    land::{EDGE_BLOCKS, offset},
};
use glam::IVec3;
use spatial::{Block, Terrain};
use tree64::{Tree64, VoxelModel};
use voxelis::{
    MaxDepth, VoxInterner,
    spatial::{VoxOpsRead, VoxOpsWrite, VoxTree},
};

pub fn unedited() -> Kernel {
    compared(&Reads::new())
}

pub fn edited() -> Kernel {
    compared(&Reads::edited())
}

fn compared(reads: &Reads) -> Kernel {
    let tree64 = Tree64::new(Model(&reads.terrain));
    let voxelis = Voxelis::new(&reads.terrain);
    let kernel = reads.kernel().beside("tree64", reads.side(Sparse(tree64)));
    kernel.beside("voxelis", reads.side(voxelis))
}

/// The land as tree64 wants it; air is nothing.
struct Model<'a>(&'a Terrain);

impl VoxelModel<u16> for Model<'_> {
    fn dimensions(&self) -> [u32; 3] {
        [EDGE_BLOCKS as u32; 3]
    }

    fn access(&self, at: [usize; 3]) -> Option<u16> {
        let block = self.0.block(offset(at.map(|axis| axis as u32)));
        (block != Block::AIR).then_some(block.0)
    }
}

struct Sparse(Tree64<u16>);

impl Voxels for Sparse {
    type Place = [u32; 3];

    fn place(at: [u32; 3]) -> [u32; 3] {
        at
    }

    fn get(&self, at: [u32; 3]) -> u16 {
        self.0.get_value_at(at).unwrap_or(Block::AIR.0)
    }

    fn set(&mut self, at: [u32; 3], id: u16) {
        let value = (id != Block::AIR.0).then_some(id);
        self.0.modify(at.map(|axis| axis as i32), value);
    }
}

/// Blocks along the edge of the largest tree that voxelis has, log2.
const TREE_EDGE_BITS: u32 = 6;
/// Trees along the cube's edge.
const TREES_EDGE: usize = EDGE_BLOCKS as usize >> TREE_EDGE_BITS;
/// What its nodes may take; the land takes a tenth of it.
const BUDGET_BYTES: usize = 256 << 20;

/// A cube of trees that share their nodes. Which tree a place is in, an array tells: quicker than the hash
/// map of its own worlds.
struct Voxelis {
    interner: VoxInterner<u16>,
    trees: Vec<VoxTree>,
}

impl Voxelis {
    fn new(terrain: &Terrain) -> Self {
        let depth = MaxDepth::new(TREE_EDGE_BITS as u8);
        let trees = (0..TREES_EDGE.pow(3)).map(|_| VoxTree::new(depth));
        let mut voxelis = Self {
            interner: VoxInterner::with_memory_budget(BUDGET_BYTES),
            trees: trees.collect(),
        };
        let edge = EDGE_BLOCKS as u32;
        for index in 0..edge.pow(3) {
            let at = [index % edge, index / (edge * edge), index / edge % edge];
            let block = terrain.block(offset(at));
            if block != Block::AIR {
                voxelis.set(Self::place(at), block.0);
            }
        }
        voxelis
    }
}

impl Voxels for Voxelis {
    /// The tree and the place in it.
    type Place = (usize, IVec3);

    fn place(at: [u32; 3]) -> (usize, IVec3) {
        let [x, y, z] = at.map(|axis| (axis >> TREE_EDGE_BITS) as usize);
        let within = at.map(|axis| (axis & ((1 << TREE_EDGE_BITS) - 1)) as i32);
        let tree = (y * TREES_EDGE + z) * TREES_EDGE + x;
        (tree, IVec3::from_array(within))
    }

    fn get(&self, (tree, at): (usize, IVec3)) -> u16 {
        let block = self.trees[tree].get(&self.interner, at);
        block.unwrap_or(Block::AIR.0)
    }

    fn set(&mut self, (tree, at): (usize, IVec3), id: u16) {
        self.trees[tree].set(&mut self.interner, at, id);
    }
}
