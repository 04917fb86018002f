//! The partition: the tree whose leaves are the regions of the world, each with its owner. A pure
//! state machine: it says who owns what and which changes are allowed; deciding on changes, telling
//! others and moving the contents are not its part.
//!
//! Every change gets a new **epoch**, and a region remembers the epoch of its last change. Whoever
//! asks for a change, or sends a message about a region, says up to which epoch it has seen the
//! partition; if the region has changed since, it is refused (R5). Every cell of the world is in
//! exactly one region, and so has exactly one owner, at any epoch (R4).

use alloc::vec::Vec;
use core::fmt;

use crate::{
    morton,
    position::{CellCoord, Position},
    region::{CHILD_COUNT, RegionId},
};

/// A shard of a pod.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Owner {
    pub pod: u16,
    pub shard: u16,
}

/// A count of the changes of a partition. It never goes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Epoch(pub u64);

/// A leaf of the partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    pub id: RegionId,
    pub owner: Owner,
    /// Of its last change.
    pub epoch: Epoch,
}

/// Why something was refused; nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionError {
    /// No region holds the cell.
    OutsideWorld(CellCoord),
    /// Not a region of the partition now: it may be split, merged, or outside the world.
    NotALeaf(RegionId),
    /// The region has changed since the epoch that the asker has seen.
    Stale { seen: Epoch, changed: Epoch },
    /// The asker has seen an epoch that is not here yet.
    Ahead { seen: Epoch, current: Epoch },
    /// Already of the smallest size.
    TooSmall(RegionId),
    /// Not all eighths belong to one owner.
    OwnersDiffer(RegionId),
    /// Two regions of a world share cells, one is of an epoch to come, or there is none.
    BadWorld,
}

impl fmt::Display for PartitionError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PartitionError::OutsideWorld(cell) => write!(formatter, "{cell:?} is not in the world"),
            PartitionError::NotALeaf(id) => write!(formatter, "{id} is no region now"),
            PartitionError::Stale { seen, changed } => {
                write!(
                    formatter,
                    "changed in epoch {}, after {}",
                    changed.0, seen.0
                )
            }
            PartitionError::Ahead { seen, current } => {
                write!(
                    formatter,
                    "epoch {} is still to come; this is {}",
                    seen.0, current.0
                )
            }
            PartitionError::TooSmall(id) => {
                write!(formatter, "region {id} cannot be split further")
            }
            PartitionError::OwnersDiffer(id) => {
                write!(
                    formatter,
                    "the parts of region {id} belong to several owners"
                )
            }
            PartitionError::BadWorld => {
                formatter.write_str("the regions share cells, are of an epoch to come, or are none")
            }
        }
    }
}

impl core::error::Error for PartitionError {}

/// Who owns which part of the world. The default is that of no world: it has no region.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Partition {
    /// In Morton order; they share no cell.
    regions: Vec<Region>,
    epoch: Epoch,
}

impl Partition {
    /// A world of these regions, in any order, all of one owner, in epoch 0.
    ///
    /// # Errors
    /// [`PartitionError::BadWorld`].
    pub fn new(ids: &[RegionId], owner: Owner) -> Result<Self, PartitionError> {
        let epoch = Epoch::default();
        let regions = ids.iter().map(|&id| Region { id, owner, epoch });
        Self::restore(regions.collect(), epoch)
    }

    /// A partition as it was: regions in any order, and the epoch of the last change.
    ///
    /// # Errors
    /// [`PartitionError::BadWorld`], also when a region changed after that epoch.
    pub fn restore(mut regions: Vec<Region>, epoch: Epoch) -> Result<Self, PartitionError> {
        regions.sort_unstable_by_key(|region| region.id);
        let mut pairs = regions.windows(2);
        let is_apart = pairs.all(|pair| pair[0].id.codes().end <= pair[1].id.codes().start);
        let is_past = regions.iter().all(|region| region.epoch <= epoch);
        if regions.is_empty() || !is_apart || !is_past {
            return Err(PartitionError::BadWorld);
        }
        Ok(Self { regions, epoch })
    }

    /// Of the last change.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// All regions in Morton order.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region that holds a cell.
    ///
    /// # Errors
    /// [`PartitionError::OutsideWorld`].
    pub fn locate(&self, cell: CellCoord) -> Result<&Region, PartitionError> {
        let outside = PartitionError::OutsideWorld(cell);
        let code = morton::try_encode(cell).ok_or(outside)?;
        let after = self
            .regions
            .partition_point(|region| region.id.codes().start <= code);
        let region = after.checked_sub(1).map(|number| &self.regions[number]);
        region
            .filter(|region| region.id.codes().contains(&code))
            .ok_or(outside)
    }

    /// The region that holds a position.
    ///
    /// # Errors
    /// [`PartitionError::OutsideWorld`].
    pub fn locate_position(&self, position: Position) -> Result<&Region, PartitionError> {
        self.locate(position.cell())
    }

    /// A region by name.
    ///
    /// # Errors
    /// [`PartitionError::NotALeaf`].
    pub fn region(&self, id: RegionId) -> Result<&Region, PartitionError> {
        self.number(id).map(|number| &self.regions[number])
    }

    /// The regions that touch one by a face, an edge or a corner, in Morton order.
    ///
    /// # Errors
    /// [`PartitionError::NotALeaf`].
    pub fn neighbours(
        &self,
        id: RegionId,
    ) -> Result<impl Iterator<Item = &Region>, PartitionError> {
        self.region(id)?;
        Ok(self
            .regions
            .iter()
            .filter(move |region| region.id.is_neighbour(id)))
    }

    /// The region, if it has not changed since the epoch that a message or an asker has seen.
    ///
    /// # Errors
    /// [`PartitionError::NotALeaf`], [`PartitionError::Stale`], [`PartitionError::Ahead`].
    pub fn verify(&self, id: RegionId, seen: Epoch) -> Result<&Region, PartitionError> {
        if seen > self.epoch {
            let current = self.epoch;
            return Err(PartitionError::Ahead { seen, current });
        }
        let region = self.region(id)?;
        if region.epoch > seen {
            let changed = region.epoch;
            return Err(PartitionError::Stale { seen, changed });
        }
        Ok(region)
    }

    /// Gives a region to an owner, be it the same; returns the new epoch.
    ///
    /// # Errors
    /// As of [`Self::verify`].
    pub fn assign(
        &mut self,
        id: RegionId,
        owner: Owner,
        seen: Epoch,
    ) -> Result<Epoch, PartitionError> {
        self.verify(id, seen)?;
        let number = self.number(id)?;
        let epoch = self.advance();
        self.regions[number] = Region { id, owner, epoch };
        Ok(epoch)
    }

    /// Replaces a region by its eighths, of the same owner; returns the new epoch.
    ///
    /// # Errors
    /// As of [`Self::verify`], and [`PartitionError::TooSmall`].
    pub fn split(&mut self, id: RegionId, seen: Epoch) -> Result<Epoch, PartitionError> {
        let owner = self.verify(id, seen)?.owner;
        let children = id.children().ok_or(PartitionError::TooSmall(id))?;
        let number = self.number(id)?;
        let epoch = self.advance();
        let parts = children.map(|id| Region { id, owner, epoch });
        self.regions.splice(number..=number, parts);
        Ok(epoch)
    }

    /// Replaces the eighths of a region, all of one owner, by the region; returns the new epoch.
    ///
    /// # Errors
    /// As of [`Self::verify`] for each eighth, and [`PartitionError::OwnersDiffer`].
    pub fn merge(&mut self, id: RegionId, seen: Epoch) -> Result<Epoch, PartitionError> {
        let children = id.children().ok_or(PartitionError::NotALeaf(id))?;
        let owner = self.verify(children[0], seen)?.owner;
        for child in children {
            if self.verify(child, seen)?.owner != owner {
                return Err(PartitionError::OwnersDiffer(id));
            }
        }
        let number = self.number(children[0])?;
        let epoch = self.advance();
        let whole = Region { id, owner, epoch };
        self.regions.splice(number..number + CHILD_COUNT, [whole]);
        Ok(epoch)
    }

    fn number(&self, id: RegionId) -> Result<usize, PartitionError> {
        let found = self.regions.binary_search_by_key(&id, |region| region.id);
        found.map_err(|_| PartitionError::NotALeaf(id))
    }

    fn advance(&mut self) -> Epoch {
        self.epoch.0 += 1;
        self.epoch
    }
}
