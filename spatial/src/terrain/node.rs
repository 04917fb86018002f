//! The nodes of the octree: 4³ children each, which is two levels of a plain octree in one step.
//!
//! A child's slot is two bits of each axis in Morton order, so the path to a cell is its Morton code,
//! six bits a level, and walking slots in order walks space in Morton order.

use alloc::sync::Arc;

use crate::{block::Block, brick::Brick};

/// Bits of Morton code that one level of nodes takes.
pub(super) const LEVEL_BITS: u32 = 6;
/// Children of a node.
pub(super) const CHILD_COUNT: usize = 1 << LEVEL_BITS;

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
            children: [const { Child::VOID }; CHILD_COUNT]
                .map(|_| Child::Brick(Brick::uniform(block))),
        }
    }
}

/// The slot, in a node whose children have `level`, of the child that holds a code.
#[inline]
pub(super) const fn slot(code: u64, level: u32) -> usize {
    (code >> (LEVEL_BITS * level)) as usize % CHILD_COUNT
}
