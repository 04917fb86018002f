//! Every bound of the inventory service, with its derivation and what happens at it (R10).

use std::time::Duration;

/// Definitions: a few hundred kinds of things are what a player can tell apart; more are refused at start.
pub const ITEMS_MAX: usize = 2_000;
pub const RECIPES_MAX: usize = 2_000;
pub const LOOT_TABLES_MAX: usize = 500;
/// A name of an item, recipe or loot table: two or three words.
pub const NAME_BYTES_MAX: usize = 40;
/// What lies on one place of a bag.
pub const STACK_MAX: u32 = 999;
/// How much an effect is: nothing keeps all of a blow off.
pub const EFFECT_MAX: u16 = 999;
/// Kinds that a recipe needs or gives, and that one begins with: a grid of three by three.
pub const RECIPE_LOTS_MAX: usize = 9;
/// Draws of one loot table, and the sum of its weights, which a draw of 32 bits divides evenly enough.
pub const LOOT_DRAWS_MAX: u32 = 16;
pub const LOOT_WEIGHT_MAX: u32 = 1_000_000;

/// Characters whose equipment one statement asks for: below the 32,766 values that SQLite binds.
pub const EQUIPMENT_OWNERS_MAX: usize = 1_000;

/// Transactions of spoils at once: each waits for a disk, and none for another.
pub const SPOILS_HANDS: usize = 4;
/// Spoils of one transaction, and how long more are waited for once there is one.
pub const SPOILS_AT_ONCE: u16 = 100;
pub const SPOILS_SPAN: Duration = Duration::from_millis(5);

/// Places of a bag and of a chest: four and six rows of nine.
pub const BAG_SLOTS: u64 = 36;
pub const CHEST_SLOTS: u64 = 54;
/// How often one call crafts a recipe: a stack of the smallest stacks.
pub const CRAFT_TIMES_MAX: u32 = 64;

/// One move: far more than a bag holds, far less than would overflow in the life of a world.
pub const MOVE_COUNT_MAX: u32 = 1_000_000;
/// Moves of one batch: a second of 1,000 busy players. A larger batch is refused whole.
pub const BATCH_MOVES_MAX: usize = 2_000;
/// Rows of one statement: eight values each, below the 32,766 that SQLite binds and the 65,535 of PostgreSQL.
pub const STATEMENT_ROWS_MAX: usize = 500;
/// A key by which a repeated batch is known: a UUID is 36.
pub const KEY_BYTES_MAX: usize = 64;
/// A shard's secret: 32 hexadecimal digits are 128 bits.
pub const SHARD_TOKEN_BYTES_MIN: usize = 32;
/// How long a batch's answer is remembered: whoever repeats one does so within minutes, but a shard may
/// lie for a weekend before it recovers its journal.
pub const ANSWER_MEMORY_MS: i64 = 7 * 24 * 3_600 * 1_000;
/// Batches of an author from one sweep of its old answers to the next.
pub const BATCHES_PER_SWEEP: i64 = 256;
/// Tries of a change that another was in the way of; then it is answered 503.
pub const CONFLICT_TRIES: u32 = 5;

/// Lots that one side of a trade offers: half a bag.
pub const TRADE_LOTS_MAX: usize = 16;
/// A trade that nobody touches ends: two minutes are a long time to think about one.
pub const TRADE_LIFE_MS: i64 = 120_000;

/// From one thing that is eaten or drunk to the next: a bag full of draughts is no second life in one fight.
pub const MEAL_PAUSE_MS: i64 = 10_000;

/// Entries of one page of a ledger.
pub const PAGE_ENTRIES_MAX: u32 = 100;
/// Characters whose holders one call sets: a shard that recovers has some hundred.
pub const CLAIMS_MAX: usize = 1_000;
/// The body of a shard's batch: 2,000 moves of some 200 bytes.
pub const BATCH_BODY_BYTES_MAX: usize = 512 * 1_024;
/// From one check of the books to the next.
pub const AUDIT_PERIOD: Duration = Duration::from_secs(60);
/// Items that a check names when the books do not close.
pub const AUDIT_ITEMS_MAX: i64 = 20;
/// Sums by place and item that staff are shown: 22 places of some hundred items.
pub const FLOWS_MAX: i64 = 4_096;

const _: () = {
    assert!(STATEMENT_ROWS_MAX * 8 <= 32_766);
    // A batch's moves of the largest count cannot overflow a balance that no world reaches.
    assert!((BATCH_MOVES_MAX as i64) * (MOVE_COUNT_MAX as i64) < i64::MAX / 1_000_000);
};
