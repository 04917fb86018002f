//! The numbers that make the battle play as it does: gaits, weapons, healing, waits.
//!
//! Lengths are 1/4096 m, speeds 1/4096 m per tick, times ticks of 50 ms, healths points of which a
//! body has [`HEALTH_MAX`]. Bounds that guard the server are in `limits.rs`.

use spatial::position::UNITS_PER_METRE;

use crate::limits::TICK_RATE_HZ;

/// A speed in 1/4096 m per tick from one in centimetres a second.
const fn speed(centimetres_per_second: i32) -> i32 {
    centimetres_per_second * UNITS_PER_METRE / 100 / 20
}

/// A length from one in centimetres.
const fn length(centimetres: i32) -> i32 {
    centimetres * UNITS_PER_METRE / 100
}

pub const WALK_SPEED: i32 = speed(440);
pub const RUN_SPEED: i32 = speed(660);
pub const CROUCH_SPEED: i32 = speed(180);
pub const SWIM_SPEED: i32 = speed(280);

/// Gravity on bodies, per tick and tick: 22 m/s², more than Earth's so that jumps feel quick.
pub const GRAVITY: i32 = UNITS_PER_METRE * 22 / 400;
/// Nothing falls faster: 50 m/s, so that a tick's fall stays within a few blocks.
pub const FALL_SPEED_MAX: i32 = speed(5_000);
/// Nothing is pushed faster on the level: 30 m/s.
pub const PUSH_SPEED_MAX: i32 = speed(3_000);
/// The first speed of a jump; with [`GRAVITY`] its top is 1.26 m above the ground.
pub const JUMP_SPEED: i32 = 1_415;
pub const JUMP_WAIT_TICKS: u8 = 5;
/// What a walking body climbs without a jump: one block and a little.
pub const STEP_HEIGHT: i32 = length(105);

/// Share of the missing speed gained each tick on the ground, in the air and in water, in 1/256.
pub const GROUND_GRIP: i32 = 128;
pub const AIR_GRIP: i32 = 20;
pub const WATER_GRIP: i32 = 56;
/// Vertical speeds sought in water: at rest, swimming up and diving.
pub const WATER_SINK_SPEED: i32 = -speed(40);
pub const WATER_RISE_SPEED: i32 = speed(260);
pub const WATER_DIVE_SPEED: i32 = -speed(220);
/// A leap from water onto a bank one block above it.
pub const BANK_LEAP_SPEED: i32 = 1_500;
/// A body swims when water stands this high above its feet.
pub const WAIST_HEIGHT: i32 = length(85);

pub const DASH_SPEED: i32 = speed(1_600);
pub const DASH_TICKS: u8 = 5;
pub const DASH_WAIT_TICKS: u8 = 70;

/// A fall up to here is harmless: 4 m, a little more than two men.
pub const FALL_SAFE: i32 = length(400);
/// Damage of each metre beyond [`FALL_SAFE`]; 17 m kill.
pub const FALL_DAMAGE_PER_METRE: i32 = 8;

pub const HEALTH_MAX: u16 = 100;
pub const SOLDIER_HEALTH_MAX: u16 = 60;
/// A body under water holds its breath for 15 s, then loses [`DROWN_DAMAGE`] each second.
pub const BREATH_TICKS: u16 = 300;
pub const DROWN_WAIT_TICKS: u16 = 20;
pub const DROWN_DAMAGE: u16 = 10;

pub const SWORD_WAIT_TICKS: u8 = 8;
pub const SWORD_DAMAGE: u16 = 34;
pub const SOLDIER_SWORD_DAMAGE: u16 = 15;
pub const SOLDIER_SWORD_WAIT_TICKS: u8 = 20;
/// With an iron sword from the inventory: in full armour who is struck falls after three blows again, as
/// without either; the bare still take three, and soldiers two.
pub const IRON_SWORD_DAMAGE: u16 = 46;
/// How far a blade reaches from the middle of its wielder to the edge of its target.
pub const SWORD_REACH: i32 = length(240);
/// Half the arc of a swing: 60 degrees.
pub const SWORD_ARC_HALF: u16 = 10_923;
/// Bodies that one swing of a player hurts at most; a soldier's hurts one.
pub const SWORD_TARGETS_MAX: usize = 3;
pub const SWORD_PUSH_SPEED: i32 = speed(340);
pub const SWORD_LIFT_SPEED: i32 = speed(260);

/// A bow is drawn for at least 0.2 s and gains until 1 s.
pub const DRAW_TICKS_MIN: u8 = 4;
pub const DRAW_TICKS_MAX: u8 = 20;
pub const BOW_WAIT_TICKS: u8 = 6;
pub const SOLDIER_BOW_WAIT_TICKS: u8 = 60;
pub const ARROW_SPEED_MIN: i32 = speed(2_000);
pub const ARROW_SPEED_MAX: i32 = speed(5_200);
pub const ARROW_DAMAGE_MIN: u16 = 20;
pub const ARROW_DAMAGE_MAX: u16 = 45;
/// With a bow from the inventory; as much more as an iron sword does, against the same armour.
pub const YEW_BOW_DAMAGE_MIN: u16 = 23;
pub const YEW_BOW_DAMAGE_MAX: u16 = 48;
pub const SOLDIER_ARROW_DAMAGE: u16 = 16;
pub const ARROW_PUSH_SPEED: i32 = speed(120);
/// An arrow that hit nothing by then is gone: 6 s.
pub const ARROW_LIFE_TICKS: u8 = 120;
/// Added to a body's box for arrows: what looks like a graze is one.
pub const ARROW_MARGIN: i32 = length(8);

/// What armour keeps off of swords, arrows and bombs, in 1/1000 of a blow. Together a quarter: three blows of a
/// bare sword kill, and so do three arrows of a full draw; against all four pieces it is four. One alone
/// is seldom a blow more. They differ as what they are made of: eight ingots, five, seven and four of leather.
pub const BREASTPLATE_PERMILLE: u16 = 120;
pub const HELMET_PERMILLE: u16 = 60;
pub const TROUSERS_PERMILLE: u16 = 40;
pub const BOOTS_PERMILLE: u16 = 30;
/// What a shield keeps off besides, of a blow from ahead and while the hands have no bow: with full armour
/// the bare sword takes five blows, the iron one four.
pub const SHIELD_PERMILLE: u16 = 150;
/// How far to either side a shield covers: 60 degrees, as far as a sword reaches.
pub const SHIELD_ARC_HALF: u16 = SWORD_ARC_HALF;

pub const BOMBS_COUNT_MAX: u8 = 4;
/// A thrown bomb is replaced after this long.
pub const BOMB_REGAIN_TICKS: u16 = 200;
pub const BOMB_WAIT_TICKS: u8 = 16;
pub const BOMB_SPEED: i32 = speed(1_400);
pub const BOMB_FUSE_TICKS: u8 = 40;
/// What a bounce leaves of the speed, in 1/256.
pub const BOMB_BOUNCE: i32 = 110;
/// A bomb that bounces off the ground slower than this lies still: 1.5 m/s.
pub const BOMB_REST_SPEED: i32 = speed(150);
/// How far an explosion hurts, and how far it breaks.
pub const BLAST_RADIUS: i32 = length(550);
pub const BLAST_BREAK_RADIUS: i32 = length(380);
/// Damage at the centre; it falls to nothing at [`BLAST_RADIUS`]. The own house is spared, the
/// thrower takes half: a bomb can clear a crowded gate, but not be thrown at one's feet.
pub const BLAST_DAMAGE: u16 = 90;
/// The hardness that an explosion breaks at its centre, falling to nothing at the edge: brick
/// (36) breaks next to the bomb, soil (8) nearly to the edge.
pub const BLAST_HARDNESS_TICKS: i32 = 56;
pub const BLAST_PUSH_SPEED: i32 = speed(1_300);

pub const HORN_RADIUS: i32 = length(1_200);
pub const HORN_HEALING: u16 = 35;
/// 12 s: waits are told in a byte.
pub const HORN_WAIT_TICKS: u8 = 240;

pub const BLOCKS_COUNT_START: u8 = 40;
pub const BLOCKS_COUNT_MAX: u8 = 200;
pub const PLACE_WAIT_TICKS: u8 = 3;

/// From death to return: 5 s for a player; soldiers 5 s to 12 s, so that they do not come in waves.
pub const RESPAWN_TICKS: u16 = 100;
pub const SOLDIER_RESPAWN_TICKS_MIN: i32 = 100;
pub const SOLDIER_RESPAWN_TICKS_MAX: i32 = 240;
/// A body that just returned cannot be hurt for 2 s, or until it attacks.
pub const SAFE_TICKS: u8 = 40;
/// How far around a keep or banner bodies return.
pub const RESPAWN_RADIUS_BLOCKS: i32 = 7;
/// The same for soldiers, who are many.
pub const SOLDIER_RESPAWN_RADIUS_BLOCKS: i32 = 14;

pub const KILL_SCORE: u32 = 100;
pub const SOLDIER_KILL_SCORE: u32 = 20;

/// What the round's score gains by each kill, and by each banner held in each second.
pub const KILL_ROUND_SCORE: u32 = 1;
pub const BANNER_SCORE_PER_SECOND: u32 = 3;
/// A round ends after 15 minutes at the latest; 10 s later the next one starts.
pub const ROUND_TICKS_MAX: u32 = 15 * 60 * TICK_RATE_HZ;
pub const ROUND_PAUSE_TICKS: u32 = 10 * TICK_RATE_HZ;

/// The score that wins a round of some 8 minutes, whatever the number of soldiers.
pub const fn score_to_win(soldiers_per_house: u32) -> u32 {
    2_000 + 6 * soldiers_per_house
}

/// How long the hands show what they did, for the animator.
pub const HANDS_TICKS: u8 = 8;
pub const FLINCH_TICKS: u8 = 4;

const _: () = assert!(
    ARROW_SPEED_MAX < i16::MAX as i32,
    "velocities go in 16 bits on the wire"
);
const _: () = assert!(
    BREASTPLATE_PERMILLE + HELMET_PERMILLE + TROUSERS_PERMILLE + BOOTS_PERMILLE + SHIELD_PERMILLE
        < 1_000,
    "nothing keeps all of a blow off"
);
const _: () = assert!(
    DASH_SPEED < UNITS_PER_METRE,
    "a dash moves less than a block a tick"
);
