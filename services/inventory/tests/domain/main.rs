//! The rules by themselves: definitions, the ledger against a naive twin, crafting and trades, over seeds.

mod common;
mod decisions;
mod definitions;
mod ledger;
mod spoils;
mod trade;
