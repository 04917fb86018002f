//! Which region belongs to whom. The rules are those of [`spatial::partition`], run on what the
//! database holds: a change reads the partition, asks the pure state machine, and writes what it
//! changed, all in one transaction. Added here is only who may ask.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;

use spatial::{
    partition::{Epoch, Owner, Partition, PartitionError, Region},
    region::RegionId,
};

use crate::{
    DirectoryError, Fence,
    row::{number, region_bits, region_id, signed},
    store::{Directory, Write},
};

/// The partition, and what operators said of its regions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    pub partition: Partition,
    /// Regions that the controller must leave as they are.
    pub pinned: BTreeSet<RegionId>,
}

/// What became of a dead pod's regions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakeOver {
    /// In Morton order.
    pub regions: Vec<RegionId>,
    /// After the last of them.
    pub epoch: Epoch,
}

impl Directory {
    /// Makes a world of these regions, all of one owner, in epoch 0.
    ///
    /// # Errors
    /// [`DirectoryError::WorldExists`], [`DirectoryError::UnknownShard`],
    /// [`DirectoryError::LeaseLost`], [`PartitionError::BadWorld`], [`DirectoryError::Database`].
    pub async fn found_world(
        &self,
        ids: &[RegionId],
        owner: Owner,
        by: Fence,
    ) -> Result<(), DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(by).await?;
        match write.layout().await {
            Err(DirectoryError::NoWorld) => {}
            Ok(_) => return Err(DirectoryError::WorldExists),
            Err(error) => return Err(error),
        }
        write.require_shard(owner).await?;
        let world = Partition::new(ids, owner)?;
        for region in world.regions() {
            write.insert_region(region, false).await?;
        }
        write.commit().await
    }

    /// Who owns what.
    ///
    /// # Errors
    /// [`DirectoryError::NoWorld`], [`DirectoryError::Corrupt`], [`DirectoryError::Database`].
    pub async fn partition(&self) -> Result<Partition, DirectoryError> {
        Ok(self.layout().await?.partition)
    }

    /// The partition and its pins, both of one moment.
    ///
    /// # Errors
    /// As of [`Self::partition`].
    pub async fn layout(&self) -> Result<Layout, DirectoryError> {
        let rows = sqlx::query(LAYOUT).fetch_all(self.pool()).await?;
        read_layout(&rows)
    }

    /// The epoch of the last change; a query of one row.
    ///
    /// # Errors
    /// [`DirectoryError::Database`].
    pub async fn epoch(&self) -> Result<Epoch, DirectoryError> {
        let row = sqlx::query("SELECT epoch FROM directory_world WHERE id = 1")
            .fetch_one(self.pool())
            .await?;
        Ok(Epoch(number(&row, "epoch")?))
    }

    /// Gives a region to an owner, be it the same; returns the new epoch.
    ///
    /// # Errors
    /// As of [`Partition::assign`]; [`DirectoryError::LeaseLost`], [`DirectoryError::NotOwner`],
    /// [`DirectoryError::UnknownShard`], [`DirectoryError::NoWorld`], [`DirectoryError::Database`].
    pub async fn assign(
        &self,
        id: RegionId,
        owner: Owner,
        seen: Epoch,
        by: Fence,
    ) -> Result<Epoch, DirectoryError> {
        let assign = |partition: &mut Partition| partition.assign(id, owner, seen);
        self.change(by, Some(owner), assign).await
    }

    /// Replaces a region by its eighths, of the same owner; returns the new epoch. They are pinned
    /// if it was.
    ///
    /// # Errors
    /// As of [`Partition::split`]; [`DirectoryError::LeaseLost`], [`DirectoryError::NotOwner`],
    /// [`DirectoryError::NoWorld`], [`DirectoryError::Database`].
    pub async fn split(
        &self,
        id: RegionId,
        seen: Epoch,
        by: Fence,
    ) -> Result<Epoch, DirectoryError> {
        let split = |partition: &mut Partition| partition.split(id, seen);
        self.change(by, None, split).await
    }

    /// Replaces the eighths of a region, all of one owner, by the region; returns the new epoch. It
    /// is pinned if one of them was.
    ///
    /// # Errors
    /// As of [`Partition::merge`]; [`DirectoryError::LeaseLost`], [`DirectoryError::NotOwner`],
    /// [`DirectoryError::NoWorld`], [`DirectoryError::Database`].
    pub async fn merge(
        &self,
        id: RegionId,
        seen: Epoch,
        by: Fence,
    ) -> Result<Epoch, DirectoryError> {
        let merge = |partition: &mut Partition| partition.merge(id, seen);
        self.change(by, None, merge).await
    }

    /// Gives all regions of a pod whose lease is over to an owner, one after the other in Morton
    /// order, and marks the pod as gone: whatever that incarnation asks for later is refused. Of two
    /// who take over at once, the second finds nothing left.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseHeld`] while the lease lasts, [`DirectoryError::UnknownPod`],
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::UnknownShard`],
    /// [`DirectoryError::NoWorld`], [`DirectoryError::Database`].
    pub async fn take_over(
        &self,
        dead: u16,
        owner: Owner,
        by: Fence,
    ) -> Result<TakeOver, DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(by).await?;
        write.require_shard(owner).await?;
        write.bury(dead).await?;
        let before = write.layout().await?;
        let mut after = before.partition.clone();
        let regions = regions_of(&before.partition, dead);
        for &id in &regions {
            after.assign(id, owner, after.epoch())?;
        }
        write.save(&before, &after).await?;
        write.commit().await?;
        let epoch = after.epoch();
        Ok(TakeOver { regions, epoch })
    }

    /// Forbids the controller to split, merge or move a region, or allows it again. People may still.
    ///
    /// # Errors
    /// [`PartitionError::NotALeaf`], [`DirectoryError::Database`].
    pub async fn set_pin(&self, id: RegionId, is_pinned: bool) -> Result<(), DirectoryError> {
        let pinned = sqlx::query("UPDATE directory_regions SET is_pinned = $1 WHERE id = $2")
            .bind(i64::from(is_pinned))
            .bind(region_bits(id))
            .execute(self.pool())
            .await?;
        match pinned.rows_affected() {
            0 => Err(PartitionError::NotALeaf(id).into()),
            _ => Ok(()),
        }
    }

    async fn change(
        &self,
        by: Fence,
        owner_new: Option<Owner>,
        change: impl FnOnce(&mut Partition) -> Result<Epoch, PartitionError>,
    ) -> Result<Epoch, DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(by).await?;
        let before = write.layout().await?;
        let mut after = before.partition.clone();
        let epoch = change(&mut after)?;
        write.require_owner(&before.partition, &after, by).await?;
        if let Some(owner) = owner_new {
            write.require_shard(owner).await?;
        }
        write.save(&before, &after).await?;
        write.commit().await?;
        Ok(epoch)
    }
}

/// One statement, so that the epoch and the regions are of one moment.
const LAYOUT: &str = "SELECT w.epoch AS world_epoch, r.id, r.owner_pod, r.owner_shard, r.epoch, \
    r.is_pinned FROM directory_regions r INNER JOIN directory_world w ON w.id = 1";

fn read_layout(rows: &[AnyRow]) -> Result<Layout, DirectoryError> {
    let Some(first) = rows.first() else {
        return Err(DirectoryError::NoWorld);
    };
    let epoch = Epoch(number(first, "world_epoch")?);
    let mut regions = Vec::with_capacity(rows.len());
    let mut pinned = BTreeSet::new();
    for row in rows {
        let region = read_region(row)?;
        if number::<u8>(row, "is_pinned")? == 1 {
            pinned.insert(region.id);
        }
        regions.push(region);
    }
    let partition = Partition::restore(regions, epoch)
        .map_err(|error| DirectoryError::Corrupt(error.to_string()))?;
    Ok(Layout { partition, pinned })
}

fn read_region(row: &AnyRow) -> Result<Region, DirectoryError> {
    Ok(Region {
        id: region_id(row, "id")?,
        owner: Owner {
            pod: number(row, "owner_pod")?,
            shard: number(row, "owner_shard")?,
        },
        epoch: Epoch(number(row, "epoch")?),
    })
}

fn regions_of(partition: &Partition, pod: u16) -> Vec<RegionId> {
    let regions = partition.regions().iter();
    regions
        .filter(|region| region.owner.pod == pod)
        .map(|region| region.id)
        .collect()
}

/// The regions of one partition that another does not have just so.
fn changed<'a>(of: &'a Partition, than: &'a Partition) -> impl Iterator<Item = &'a Region> {
    let regions = of.regions().iter();
    regions.filter(|region| than.region(region.id) != Ok(*region))
}

impl Write {
    async fn layout(&mut self) -> Result<Layout, DirectoryError> {
        let rows = sqlx::query(LAYOUT)
            .fetch_all(&mut *self.transaction)
            .await?;
        read_layout(&rows)
    }

    /// Whoever changes regions owns all of them, or leads.
    async fn require_owner(
        &mut self,
        before: &Partition,
        after: &Partition,
        by: Fence,
    ) -> Result<(), DirectoryError> {
        let foreign = changed(before, after).find(|region| region.owner.pod != by.pod);
        match foreign {
            Some(region) if !self.is_leader(by).await? => Err(DirectoryError::NotOwner {
                pod: by.pod,
                region: region.id,
            }),
            _ => Ok(()),
        }
    }

    /// Nothing is given to the dead.
    async fn require_shard(&mut self, owner: Owner) -> Result<(), DirectoryError> {
        let shard = sqlx::query("SELECT shard FROM directory_shards WHERE pod = $1 AND shard = $2")
            .bind(i64::from(owner.pod))
            .bind(i64::from(owner.shard))
            .fetch_optional(&mut *self.transaction)
            .await?;
        let pod = self.pod_row(owner.pod).await?;
        match pod {
            Some(pod) if shard.is_some() && pod.is_held(self.now_ms) => Ok(()),
            _ => Err(DirectoryError::UnknownShard(owner)),
        }
    }

    /// Ends a pod for good, if its lease is over. The condition is repeated where it is written: a
    /// renewal does not wait in line, and may have come since the lease was read.
    async fn bury(&mut self, dead: u16) -> Result<(), DirectoryError> {
        let pod = self.pod_row(dead).await?;
        let pod = pod.ok_or(DirectoryError::UnknownPod(dead))?;
        pod.require_over(self.now_ms)?;
        let buried = sqlx::query(
            "UPDATE directory_pods SET state = 'gone' \
             WHERE id = $1 AND (state = 'gone' OR lease_until_ms <= $2)",
        )
        .bind(i64::from(dead))
        .bind(self.now_ms)
        .execute(&mut *self.transaction)
        .await?;
        match buried.rows_affected() {
            0 => Err(DirectoryError::LeaseHeld {
                pod: dead,
                remaining: crate::limits::LEASE_TTL,
            }),
            _ => Ok(()),
        }
    }

    /// Writes the difference of two partitions.
    async fn save(&mut self, before: &Layout, after: &Partition) -> Result<(), DirectoryError> {
        for region in changed(&before.partition, after) {
            match after.region(region.id) {
                Ok(now) => self.update_region(region, now).await?,
                Err(_) => self.delete_region(region).await?,
            }
        }
        for region in changed(after, &before.partition) {
            if before.partition.region(region.id).is_err() {
                let mut pinned = before.pinned.iter();
                let is_pinned = pinned.any(|pinned| shares_cells(*pinned, region.id));
                self.insert_region(region, is_pinned).await?;
            }
        }
        self.update_epoch(before.partition.epoch(), after.epoch())
            .await
    }

    async fn update_region(
        &mut self,
        before: &Region,
        after: &Region,
    ) -> Result<(), DirectoryError> {
        let updated = sqlx::query(
            "UPDATE directory_regions SET owner_pod = $1, owner_shard = $2, epoch = $3 \
             WHERE id = $4 AND epoch = $5",
        )
        .bind(i64::from(after.owner.pod))
        .bind(i64::from(after.owner.shard))
        .bind(signed(after.epoch.0))
        .bind(region_bits(before.id))
        .bind(signed(before.epoch.0))
        .execute(&mut *self.transaction)
        .await?;
        require_one(updated.rows_affected())
    }

    async fn delete_region(&mut self, region: &Region) -> Result<(), DirectoryError> {
        let deleted = sqlx::query("DELETE FROM directory_regions WHERE id = $1 AND epoch = $2")
            .bind(region_bits(region.id))
            .bind(signed(region.epoch.0))
            .execute(&mut *self.transaction)
            .await?;
        require_one(deleted.rows_affected())
    }

    async fn insert_region(
        &mut self,
        region: &Region,
        is_pinned: bool,
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "INSERT INTO directory_regions (id, owner_pod, owner_shard, epoch, is_pinned) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(region_bits(region.id))
        .bind(i64::from(region.owner.pod))
        .bind(i64::from(region.owner.shard))
        .bind(signed(region.epoch.0))
        .bind(i64::from(is_pinned))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn update_epoch(&mut self, before: Epoch, after: Epoch) -> Result<(), DirectoryError> {
        let updated =
            sqlx::query("UPDATE directory_world SET epoch = $1 WHERE id = 1 AND epoch = $2")
                .bind(signed(after.0))
                .bind(signed(before.0))
                .execute(&mut *self.transaction)
                .await?;
        require_one(updated.rows_affected())
    }
}

fn shares_cells(one: RegionId, other: RegionId) -> bool {
    let (one, other) = (one.codes(), other.codes());
    one.start < other.end && other.start < one.end
}

/// Changes wait in line, so what was read in this one is still so; else another program writes here.
fn require_one(row_count: u64) -> Result<(), DirectoryError> {
    match row_count {
        1 => Ok(()),
        _ => Err(DirectoryError::Corrupt(format!(
            "a region or the epoch changed within a change ({row_count} rows)"
        ))),
    }
}
