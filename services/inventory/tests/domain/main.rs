//! The rules by themselves: definitions, the ledger against a naive twin, crafting, loot and trades, over
//! seeds.

mod common;
mod decisions;
mod definitions;
mod ledger;
mod loot;
mod spoils;
mod trade;
