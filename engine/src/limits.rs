//! Every bound and rate of the simulation, with its derivation (R10).

use spatial::position::UNITS_PER_METRE;

/// Ticks in a second. 20 Hz is what snapshots and inputs run at.
pub const TICK_RATE_HZ: u32 = 20;
/// One tick, in milliseconds.
pub const TICK_MS: u32 = 1_000 / TICK_RATE_HZ;

/// Frames kept for lag compensation: 500 ms are 10, the rest serves edges and neighbours that lag.
pub const FRAMES_KEPT: usize = 32;
/// How far back an attack may look: 500 ms.
pub const REWIND_TICKS_MAX: u32 = 500 / TICK_MS;

/// Bodies in one world: 10,000 players and 10,000 soldiers.
pub const BODIES_MAX: usize = 20_000;
/// Bodies of the players among them.
pub const PLAYERS_MAX: usize = 10_000;

/// Ticks in which a body's index names nobody after it left: 10 s, longer than any message of the
/// old body is on its way.
pub const BODY_INDEX_REST_TICKS: u32 = 10 * TICK_RATE_HZ;

/// Inputs a player may have waiting: a second of a server or a link that stalled. A client that keeps no
/// more than this unconfirmed is never refused one.
pub const INPUT_QUEUE_MAX: usize = 20;
/// Inputs applied in one tick at most, to catch up after a stall.
pub const INPUTS_PER_TICK_MAX: usize = 2;
/// Inputs a player may apply beyond one a tick, saved up while it sent none: 500 ms.
pub const INPUT_BURST: u8 = 10;
/// How far ahead an input's sequence may be of the last one: a minute of lost datagrams.
pub const INPUT_GAP_MAX: u32 = 60 * TICK_RATE_HZ;
/// Ticks without input after which a body gets neutral ones, so that it falls and stops.
pub const INPUT_STARVED_TICKS: u8 = 10;

/// Ticks of a player whose edge says nothing about it, after which it leaves the world: 30 s, in which
/// it may come back by any edge.
pub const RESUME_GRACE_TICKS: u16 = 30 * TICK_RATE_HZ as u16;

/// Ticks from a player's first gain until that and what came on top are sealed to be put down: 5 s, so that
/// 10,000 players who fight without a pause make 2,000 rows a second at most.
pub const SEAL_TICKS: u32 = 5 * TICK_RATE_HZ;
/// Ticks after which a frame tells again of what is sealed and not kept: 1 s. So if nobody ever keeps any,
/// a frame has those of 500 of 10,000 players: 38 KB.
pub const TELL_TICKS: u32 = TICK_RATE_HZ;
/// Spoils that a frame has room for before it grows: all that 10,000 players seal in ten ticks.
pub const SPOILS_TOLD_ROOM: usize = 1_024;
/// Estates of players who left that the seat keeps until services have put them down: as many as players,
/// 1.4 MB. Only a world whose services were away while 10,000 characters left has more; what the next of
/// them had is lost, and counted.
pub const ESTATES_MAX: usize = PLAYERS_MAX;

/// What lies in the world at most; where more falls the oldest goes. 28 KB, which a frame to another process
/// has in every tick.
pub const DROPS_MAX: usize = 1_024;
/// Ticks after which it is gone: 60 s.
pub const DROP_TICKS: u32 = 60 * TICK_RATE_HZ;
/// Ticks in which only who felled the fallen may take it: 10 s, to walk where an arrow hit.
pub const DROP_CLAIM_TICKS: u32 = 10 * TICK_RATE_HZ;
const _: () = assert!(
    DROP_TICKS + DROPS_SWEEP_TICKS < 1 << 12,
    "its name holds so many ticks"
);
/// Ticks after which it is looked at again, whether its time is over or the ground below it is gone: 0.8 s.
pub const DROPS_SWEEP_TICKS: u32 = 16;

/// Effects on their way in one tick: each of 20,000 bodies hurt twice, and the rest for hands.
pub const EFFECTS_MAX: usize = 48_000;
/// Commands that one shard forwards to others in a tick: inputs of all its players who just crossed.
pub const FORWARDED_MAX: usize = 4_096;
/// Bodies that one shard hands to others in a tick: 5,000 that cross at once are gone in a quarter
/// of a second, and no rule cares which shard they are on until then. Each costs about a microsecond
/// on either side.
pub const HANDOFFS_PER_TICK_MAX: usize = 1_024;
/// How deep in another shard's cells a body must be to be handed over: 2 m, so that one that fights
/// on a border stays where it is.
pub const HANDOFF_DEPTH: i32 = 2 * UNITS_PER_METRE;
/// Events told of one tick; more are dropped and counted.
pub const EVENTS_MAX: usize = 32_768;
/// Arrows in the air: a third of all bodies are archers who loose every 3 s and miss for 1.5 s,
/// with room to spare. A bow is not loosed when there are more.
pub const ARROWS_MAX: usize = 8_192;
/// Bombs in the air or on the ground; none is thrown when there are more.
pub const BOMBS_MAX: usize = 2_048;
/// Blocks changed in one tick; further explosions of that tick break nothing.
pub const EDITS_PER_TICK_MAX: usize = 16_384;

/// Letters of a name: fits a name plate.
pub const NAME_CHARS_MAX: usize = 20;

/// Half the width of a body: 0.3 m, so that it passes a gap of one block.
pub const BODY_HALF_WIDTH: i32 = UNITS_PER_METRE * 3 / 10;
/// Height standing: 1.8 m.
pub const BODY_HEIGHT: i32 = UNITS_PER_METRE * 18 / 10;
/// Height crouched: 1.4 m.
pub const BODY_HEIGHT_CROUCHED: i32 = UNITS_PER_METRE * 14 / 10;
/// Eye above the feet, standing: 1.62 m.
pub const EYE_HEIGHT: i32 = UNITS_PER_METRE * 162 / 100;
/// Eye above the feet, crouched: 1.27 m.
pub const EYE_HEIGHT_CROUCHED: i32 = UNITS_PER_METRE * 127 / 100;

/// How far a hand digs and builds, from the eye: 5 m.
pub const REACH: i32 = UNITS_PER_METRE * 5;

/// Arrow's fall per tick and tick: 9.8 m/s² is 9.8 / 400 m per tick².
pub const ARROW_GRAVITY: i32 = UNITS_PER_METRE * 98 / 4_000;
/// Bomb's fall per tick and tick, a little heavier so that it lands near.
pub const BOMB_GRAVITY: i32 = UNITS_PER_METRE * 120 / 4_000;
