//! What is found. A draw depends on nothing but what it is for, so a shard that lives a tick again finds
//! the same, and the same unique things, which the ledger then knows.

use spatial::random::SplitMix64;

use crate::domain::{
    Account, Definitions, LootEntry, LootTable, Lot, Move, Place, Source, crafting::new_lots,
};

/// What a draw is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LootKey {
    pub world_seed: u64,
    /// The body, chest or block that gives it.
    pub source: u64,
    pub tick: u64,
}

/// What a table gives for this key: of each draw one entry, or nothing.
pub fn loot(definitions: &Definitions, table: &LootTable, key: LootKey) -> Vec<Lot> {
    let mut random = SplitMix64::keyed(&[key.world_seed, key.source, key.tick]);
    let mut lots = Vec::new();
    for _ in 0..table.draws {
        let Some(entry) = draw(table, &mut random) else {
            continue;
        };
        let spread = entry.count_max - entry.count_min + 1;
        let count = entry.count_min + random.below(spread);
        let new_id = || (random.next_u64() >> 1).max(1).cast_signed();
        lots.extend(new_lots(definitions, &entry.item, count, new_id));
    }
    lots
}

/// Into an account, from the world.
pub fn find_moves(lots: Vec<Lot>, to: Account) -> Vec<Move> {
    let from = Account::new(to.owner, Place::Source(Source::Loot));
    lots.into_iter().map(|lot| Move { lot, from, to }).collect()
}

fn draw<'a>(table: &'a LootTable, random: &mut SplitMix64) -> Option<&'a LootEntry> {
    let weights = table.entries.iter().map(|entry| entry.weight);
    let mut drawn = random.below(weights.sum::<u32>() + table.nothing_weight);
    table.entries.iter().find(|entry| {
        let is_it = drawn < entry.weight;
        drawn = drawn.wrapping_sub(entry.weight);
        is_it
    })
}
