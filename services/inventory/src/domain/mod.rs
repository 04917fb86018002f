//! The rules, as data and functions: what things there are, how they move between accounts, and what may be
//! crafted, worn, found and traded. No clock, no I/O and no chance but what is keyed: the caller gives the
//! time and the ids. The store holds the same rules in a database, and tests hold one against the other.

mod account;
mod books;
mod crafting;
mod definitions;
mod equipment;
mod movement;
mod parsing;
mod refusal;
mod rollback;
mod spoils;
mod start;
mod storage;
mod trade;
mod using;

pub use account::{Account, Place, Sink, Slot, Source};
pub use books::{Books, slots_used};
pub use crafting::craft;
pub use definitions::{Definitions, Effect, Item, ItemDefinition, LootEntry, LootTable, Recipe};
pub use equipment::{equip, unequip};
pub use movement::{Changes, Lot, Move, Thing, births, check, net};
pub use parsing::DefinitionFaults;
pub use refusal::Refusal;
pub use rollback::{Change, Reversal, reversals, roll_back};
pub use spoils::{Find, put_away};
pub use start::start;
pub use storage::shift;
pub use trade::{End, Side, State, Step, Trade};
pub use using::{consume, discard};
