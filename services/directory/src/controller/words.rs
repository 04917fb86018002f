//! How the controller's reasons name things.

use spatial::{partition::Owner, position::CELL_EDGE_BLOCKS, region::RegionId};

use super::{load::Load, view::Shard};

pub fn shard(owner: Owner) -> String {
    format!("shard {}/{}", owner.pod, owner.shard)
}

/// Its name as operators write it, its edge and its lowest block.
pub fn region(id: RegionId) -> String {
    let cell = id.first_cell();
    let [x, y, z] = [cell.x, cell.y, cell.z].map(|axis| axis * CELL_EDGE_BLOCKS);
    let (bits, edge) = (id.to_bits(), id.edge_metres());
    format!("region {bits:x} ({edge} m at {x}, {y}, {z})")
}

pub fn share(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

pub fn load(load: Load) -> String {
    let Load {
        tick_us,
        egress,
        bodies,
    } = load;
    format!("{tick_us} µs a tick, {egress} B/s, {bodies} bodies")
}

pub fn shard_load(of: &Shard) -> String {
    let limits = of.limits;
    format!(
        "{} is at {}: {} of {} µs a tick, {} of {} B/s",
        shard(of.owner),
        share(of.permille()),
        of.load.tick_us,
        limits.tick_us,
        of.load.egress,
        limits.egress
    )
}
