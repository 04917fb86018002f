//! The nodes of the octree: 8³ children each, which is three levels of a plain octree in one step.
//! Reads are a fifth faster than through nodes of 4³, and an edit of a shared node costs 0.2 µs more.
//!
//! A child's slot is three bits of each axis, x lowest, then z, then y: the cheapest to find. Walks go
//! through [`SLOTS`] to meet children in Morton order.

use alloc::sync::Arc;

use crate::{block::Block, brick::Brick, position::CellCoord};

/// log2 of the children along a node's edge.
pub const EDGE_BITS: u32 = 3;
/// Bits of Morton code that one level of nodes takes.
pub(super) const LEVEL_BITS: u32 = 3 * EDGE_BITS;
/// Children of a node.
pub(super) const CHILD_COUNT: usize = 1 << LEVEL_BITS;

/// The slots in Morton order of their children.
pub(super) const SLOTS: [usize; CHILD_COUNT] = slots();

/// A brick above the lowest level stands for a whole uniform node; uniform [`Block::VOID`] is what
/// is not loaded.
#[derive(Clone, Debug)]
pub(super) enum Child {
    Brick(Brick),
    Node(Arc<Node>),
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub children: [Child; CHILD_COUNT],
}

impl Child {
    pub const VOID: Child = Child::Brick(Brick::uniform(Block::VOID));

    pub fn as_uniform(&self) -> Option<Block> {
        match self {
            Child::Brick(brick) => brick.as_uniform(),
            Child::Node(_) => None,
        }
    }

    /// The node here for writing: copied if it is shared, made if it was collapsed.
    pub fn node_mut(&mut self) -> &mut Node {
        if let Child::Brick(brick) = self {
            let block = brick
                .as_uniform()
                .expect("only uniform bricks stand above cells");
            *self = Child::Node(Arc::new(Node::uniform(block)));
        }
        match self {
            Child::Node(node) => Arc::make_mut(node),
            Child::Brick(_) => unreachable!("became a node above"),
        }
    }

    /// Replaces a node of equal uniform children by one of them.
    pub fn collapse(&mut self) {
        let Child::Node(node) = self else { return };
        let Some(block) = node.children[0].as_uniform() else {
            return;
        };
        let is_same = |child: &Child| child.as_uniform() == Some(block);
        if node.children.iter().all(is_same) {
            *self = Child::Brick(Brick::uniform(block));
        }
    }

    /// Whether both are known to hold the same without looking inside.
    pub fn is_same(&self, other: &Child) -> bool {
        match (self, other) {
            (Child::Brick(brick), Child::Brick(brick_other)) => brick.is_same(brick_other),
            (Child::Node(node), Child::Node(node_other)) => Arc::ptr_eq(node, node_other),
            _ => false,
        }
    }

    /// The child in a slot; of a collapsed node, itself.
    pub fn child(&self, slot: usize) -> &Child {
        match self {
            Child::Brick(_) => self,
            Child::Node(node) => &node.children[slot],
        }
    }

    /// Bytes on the heap below this child.
    pub fn bytes_count(&self) -> usize {
        match self {
            Child::Brick(brick) => brick.bytes_count(),
            Child::Node(node) => {
                let below: usize = node.children.iter().map(Child::bytes_count).sum();
                below + size_of::<Node>() + 2 * size_of::<usize>()
            }
        }
    }
}

impl Node {
    pub fn uniform(block: Block) -> Self {
        Self {
            children: core::array::from_fn(|_| Child::Brick(Brick::uniform(block))),
        }
    }
}

/// A cell's place in the tree: its axes from the lowest cell there can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Place {
    x: u32,
    y: u32,
    z: u32,
}

impl Place {
    #[inline]
    pub const fn of(cell: CellCoord) -> Self {
        const LOWEST: i32 = i16::MIN as i32;
        Self {
            x: cell.x.wrapping_sub(LOWEST) as u32,
            y: cell.y.wrapping_sub(LOWEST) as u32,
            z: cell.z.wrapping_sub(LOWEST) as u32,
        }
    }

    /// The slot that holds it in a node whose children have a level.
    #[inline]
    pub const fn slot(self, level: u32) -> usize {
        let mask = (1 << EDGE_BITS) - 1;
        let shift = EDGE_BITS * level;
        let x = (self.x >> shift) & mask;
        let z = (self.z >> shift) & mask;
        let y = (self.y >> shift) & mask;
        (x | z << EDGE_BITS | y << (2 * EDGE_BITS)) as usize
    }

    /// Whether both lie in the same node of a level. No place out of range shares one with a place
    /// in range.
    #[inline]
    pub const fn is_beside(self, other: Self, level: u32) -> bool {
        let different = (self.x ^ other.x) | (self.y ^ other.y) | (self.z ^ other.z);
        different >> (EDGE_BITS * level) == 0
    }

    /// The lowest place in the same node of a level.
    pub const fn aligned(self, level: u32) -> Self {
        let mask = !0 << (EDGE_BITS * level);
        Self {
            x: self.x & mask,
            y: self.y & mask,
            z: self.z & mask,
        }
    }

    pub const fn cell(self) -> CellCoord {
        const LOWEST: i32 = i16::MIN as i32;
        CellCoord::new(
            self.x as i32 + LOWEST,
            self.y as i32 + LOWEST,
            self.z as i32 + LOWEST,
        )
    }
}

const fn slots() -> [usize; CHILD_COUNT] {
    let mut slots = [0; CHILD_COUNT];
    let mut order = 0;
    while order < CHILD_COUNT {
        slots[order] =
            axis(order, 0) | axis(order, 2) << EDGE_BITS | axis(order, 1) << (2 * EDGE_BITS);
        order += 1;
    }
    slots
}

/// Every third bit from one on.
const fn axis(order: usize, first: u32) -> usize {
    let (mut bit, mut value) = (0, 0);
    while bit < EDGE_BITS {
        value |= (order >> (3 * bit + first) & 1) << bit;
        bit += 1;
    }
    value
}
