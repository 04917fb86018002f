//! The nodes of the octree: 8³ children each, which is three levels of a plain octree in one step.
//! Reads are a fifth faster than through nodes of 4³, and an edit of a shared node costs 0.2 µs more.
//!
//! A child's slot is three bits of each axis, x lowest, then z, then y: the cheapest to find. Walks go
//! through [`SLOTS`] to meet children in Morton order.

use alloc::sync::Arc;

use super::path::Path;
use crate::{block::Block, brick::Brick, position::CellCoord};

/// log2 of the children along a node's edge.
pub const EDGE_BITS: u32 = 3;
/// Bits of Morton code that one level of nodes takes.
pub(super) const LEVEL_BITS: u32 = 3 * EDGE_BITS;
/// Children of a node.
pub(super) const CHILD_COUNT: usize = 1 << LEVEL_BITS;

/// The slots in Morton order of their children.
pub(super) const SLOTS: [usize; CHILD_COUNT] = slots();

/// What a node holds in a slot, and what the root is.
#[derive(Clone, Debug)]
pub(super) enum Child {
    /// The brick of a cell; above level 0 it is uniform and stands for a whole node. Uniform
    /// [`Block::VOID`] is what is not loaded.
    Brick(Brick),
    /// At level 1.
    Bricks(Arc<Node<Brick>>),
    /// At level 2 and above.
    Node(Arc<Node<Child>>),
}

/// The lowest nodes hold bricks alone: two thirds of the memory that children take, so more of what
/// is read often stays in the nearest cache, an edit copies less, and no read asks what they are.
#[derive(Clone, Debug)]
pub(super) struct Node<T> {
    pub children: [T; CHILD_COUNT],
}

impl Child {
    pub const VOID: Child = Child::Brick(Brick::uniform(Block::VOID));

    pub const fn borrow(&self) -> ChildRef<'_> {
        match self {
            Child::Brick(brick) => ChildRef::Brick(brick),
            Child::Bricks(node) => ChildRef::Bricks(node),
            Child::Node(node) => ChildRef::Node(node),
        }
    }

    pub fn as_uniform(&self) -> Option<Block> {
        match self {
            Child::Brick(brick) => brick.as_uniform(),
            Child::Bricks(_) | Child::Node(_) => None,
        }
    }

    /// The brick here for writing; a node, which is about to be replaced, becomes one of VOID.
    pub fn brick_mut(&mut self) -> &mut Brick {
        if !matches!(self, Child::Brick(_)) {
            *self = Child::VOID;
        }
        match self {
            Child::Brick(brick) => brick,
            Child::Bricks(_) | Child::Node(_) => unreachable!("became a brick above"),
        }
    }

    /// The node of bricks here for writing: copied if it is shared, made if it was collapsed.
    pub fn bricks_mut(&mut self) -> &mut Node<Brick> {
        if let Some(block) = self.as_uniform() {
            *self = Child::Bricks(Arc::new(Node::filled(Brick::uniform(block))));
        }
        match self {
            Child::Bricks(node) => Arc::make_mut(node),
            Child::Brick(_) | Child::Node(_) => unreachable!("level 1 holds nodes of bricks"),
        }
    }

    /// [`Self::bricks_mut`] for a node above.
    pub fn node_mut(&mut self) -> &mut Node<Child> {
        if let Some(block) = self.as_uniform() {
            let child = Child::Brick(Brick::uniform(block));
            *self = Child::Node(Arc::new(Node::filled(child)));
        }
        match self {
            Child::Node(node) => Arc::make_mut(node),
            Child::Brick(_) | Child::Bricks(_) => unreachable!("level 2 and up hold nodes"),
        }
    }

    /// Replaces a node of equal uniform children by one of them.
    pub fn collapse(&mut self) {
        let block = match self {
            Child::Brick(_) => return,
            Child::Bricks(node) => node.uniform(Brick::as_uniform),
            Child::Node(node) => node.uniform(Child::as_uniform),
        };
        if let Some(block) = block {
            *self = Child::Brick(Brick::uniform(block));
        }
    }

    /// Bytes on the heap below this child.
    pub fn bytes_count(&self) -> usize {
        match self {
            Child::Brick(brick) => brick.bytes_count(),
            Child::Bricks(node) => node.bytes_count(Brick::bytes_count),
            Child::Node(node) => node.bytes_count(Child::bytes_count),
        }
    }
}

impl<T: Clone> Node<T> {
    pub fn filled(child: T) -> Self {
        Self {
            children: core::array::from_fn(|_| child.clone()),
        }
    }
}

impl<T> Node<T> {
    /// The one block that all children are made of.
    fn uniform(&self, as_uniform: impl Fn(&T) -> Option<Block>) -> Option<Block> {
        let block = as_uniform(&self.children[0])?;
        let is_same = |child: &T| as_uniform(child) == Some(block);
        self.children.iter().all(is_same).then_some(block)
    }

    fn bytes_count(&self, below: impl Fn(&T) -> usize) -> usize {
        let below: usize = self.children.iter().map(below).sum();
        below + size_of::<Self>() + 2 * size_of::<usize>()
    }
}

/// A child of either sort of node, for walks.
#[derive(Clone, Copy)]
pub(super) enum ChildRef<'a> {
    Brick(&'a Brick),
    Bricks(&'a Arc<Node<Brick>>),
    Node(&'a Arc<Node<Child>>),
}

impl ChildRef<'_> {
    /// The child in a slot; of a collapsed node, itself.
    pub fn child(self, slot: usize) -> Self {
        match self {
            Self::Brick(_) => self,
            Self::Bricks(node) => Self::Brick(&node.children[slot]),
            Self::Node(node) => node.children[slot].borrow(),
        }
    }

    /// Whether both are known to hold the same without looking inside.
    pub fn is_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Brick(brick), Self::Brick(brick_other)) => brick.is_same(brick_other),
            (Self::Bricks(node), Self::Bricks(node_other)) => Arc::ptr_eq(node, node_other),
            (Self::Node(node), Self::Node(node_other)) => Arc::ptr_eq(node, node_other),
            _ => false,
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
    pub const fn slot(self, level: u32) -> usize {
        Path::of_cells([self.x, self.y, self.z]).slot(level)
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
