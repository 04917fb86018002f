//! The world hash: over all that the rules read, at the end of a tick.
//!
//! Parts are hashed one by one and summed, so that neither the order of rows nor the number of
//! shards matters (R2). Every struct is taken apart in full: a new field does not compile until it
//! is hashed here or named as none of the rules' business.

use spatial::{Block, BlockCoord, CellCoord};

use crate::{
    body::{Bodies, Combat, Intent, Mind, NONE},
    dialect::Dialect,
    drops::Drop,
    effect::{Change, Effect, EffectTarget, Work},
    frame::{BannerState, RoundState},
    input::PlayerInput,
    motion::Motion,
    player::Player,
    projectile::{Arrow, Bomb},
    spoils::{Deeds, Estate, Gains, Spoils},
    world::World,
    worn::Dress,
};

/// The hash of the world at a tick, from the sum of what its shards add.
pub fn of_sum(tick: u32, seed: u64, sum: u64) -> u64 {
    Digest::new(Kind::World)
        .word(tick as u64)
        .word(seed)
        .word(sum)
        .end()
}

/// What a shard adds: all that it owns; the terrain, of which all have a copy, the seat adds.
pub fn sum_of_shard(world: &World) -> u64 {
    let mut sum = 0_u64;
    let mut add = |hash: u64| sum = sum.wrapping_add(hash);
    add(of_bodies(&world.bodies));
    for (_, slot) in world.players.order() {
        add(of_player(world.players.get(*slot)));
    }
    world.arrows.iter().for_each(|arrow| add(of_arrow(arrow)));
    world.bombs.iter().for_each(|bomb| add(of_bomb(bomb)));
    let effects = world.outbox.effects();
    effects.iter().for_each(|effect| add(of_effect(effect)));
    let arriving = &world.happenings.arriving;
    arriving.iter().for_each(|(cell, _)| add(of_load(*cell)));
    let leaving = &world.happenings.estates;
    leaving.iter().for_each(|it| add(of_estate(it)));
    if let Some(seat) = &world.seat {
        add(world.terrain_hash);
        world.drops.all().iter().for_each(|it| add(of_drop(it)));
        seat.banners.iter().for_each(|it| add(of_banner(it)));
        add(of_round(&seat.round));
        add(of_dialect(world.dialect_next));
        let estates = seat.estates.all();
        estates.iter().for_each(|it| add(of_estate(it)));
    }
    sum
}

/// The version before adds nothing, and its hashes are to be the same.
fn of_dialect(dialect: Dialect) -> u64 {
    match dialect {
        Dialect::OLDEST => 0,
        newer => Digest::new(Kind::Dialect).word(newer.number().into()).end(),
    }
}

/// What an edit adds to [`World::terrain_hash`].
pub fn of_edit(block: BlockCoord, now: Block) -> u64 {
    Digest::new(Kind::Edit)
        .pair(block.x as u32, block.z as u32)
        .pair(block.y as u32, now.0 as u32)
        .end()
}

/// What loading a cell adds to [`World::terrain_hash`].
pub fn of_load(cell: CellCoord) -> u64 {
    Digest::new(Kind::Load)
        .pair(cell.x as u32, cell.z as u32)
        .word(cell.y as u32 as u64)
        .end()
}

/// Keeps equal bits of different things from hashing alike.
#[derive(Clone, Copy)]
enum Kind {
    World = 1,
    Body,
    Player,
    Arrow,
    Bomb,
    Effect,
    Banner,
    Round,
    Edit,
    Load,
    Estate,
    Drop,
    Dialect,
}

/// A multiply and fold for each word: quick, and every bit of a word reaches every bit of the end.
/// Not for secrets.
struct Digest(u64);

impl Digest {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

    fn new(kind: Kind) -> Self {
        Self(kind as u64).word(Self::MULTIPLIER)
    }

    #[inline]
    fn word(self, word: u64) -> Self {
        let product = (self.0 ^ word) as u128 * Self::MULTIPLIER as u128;
        Self((product as u64 ^ (product >> 64) as u64).wrapping_add(word))
    }

    #[inline]
    fn pair(self, low: u32, high: u32) -> Self {
        self.word(low as u64 | (high as u64) << 32)
    }

    #[inline]
    fn bytes(self, bytes: [u8; 8]) -> Self {
        self.word(u64::from_le_bytes(bytes))
    }

    #[inline]
    fn halves(self, halves: [u16; 4]) -> Self {
        let [a, b, c, d] = halves.map(u64::from);
        self.word(a | b << 16 | c << 32 | d << 48)
    }

    #[inline]
    fn vector(self, vector: [i32; 3]) -> Self {
        let [x, y, z] = vector.map(|axis| axis as u32);
        self.pair(x, y).word(z as u64)
    }

    fn end(self) -> u64 {
        let high = self.0 >> 32;
        self.word(high).0
    }
}

fn of_bodies(bodies: &Bodies) -> u64 {
    let mut sum = 0_u64;
    for row in 0..bodies.count() {
        let is_player = bodies.player[row] != NONE;
        let digest = Digest::new(Kind::Body).pair(bodies.id[row].0, is_player as u32);
        let digest = motion(digest, &bodies.motion[row]);
        let digest = combat(digest, &bodies.combat[row]);
        let digest = intent(digest, &bodies.intent[row]);
        sum = sum.wrapping_add(mind(digest, &bodies.mind[row]).end());
    }
    sum
}

fn motion(digest: Digest, motion: &Motion) -> Digest {
    let Motion {
        position,
        velocity: [velocity_x, velocity_y, velocity_z],
        fall_from_y,
        yaw,
        flags,
        dash_ticks,
        dash_wait_ticks,
        jump_wait_ticks,
        dash_yaw,
        reserved,
    } = *motion;
    let [yaw_low, yaw_high] = yaw.to_le_bytes();
    digest
        .pair(position.x as u32, position.y as u32)
        .pair(position.z as u32, velocity_x as u32)
        .pair(velocity_y as u32, velocity_z as u32)
        .word(fall_from_y as u32 as u64)
        .bytes([
            yaw_low,
            yaw_high,
            flags,
            dash_ticks,
            dash_wait_ticks,
            jump_wait_ticks,
            dash_yaw,
            reserved,
        ])
}

fn combat(digest: Digest, combat: &Combat) -> Digest {
    let Combat {
        health,
        health_max,
        respawn_ticks,
        breath_ticks,
        house,
        gear,
        safe_ticks,
        hands,
        hands_ticks,
        sword_wait_ticks,
        bow_wait_ticks,
        bomb_wait_ticks,
        pick_wait_ticks,
        horn_wait_ticks,
        holds_bow,
        worn,
    } = *combat;
    digest
        .halves([health, health_max, respawn_ticks, breath_ticks])
        .bytes([
            house as u8,
            gear as u8,
            safe_ticks,
            hands,
            hands_ticks,
            sword_wait_ticks,
            bow_wait_ticks,
            bomb_wait_ticks,
        ])
        .bytes([
            pick_wait_ticks,
            horn_wait_ticks,
            holds_bow as u8,
            worn.bits(),
            0,
            0,
            0,
            0,
        ])
}

fn intent(digest: Digest, intent: &Intent) -> Digest {
    let Intent {
        buttons,
        yaw,
        pitch,
        attack,
    } = *intent;
    digest.halves([buttons, yaw, pitch as u16, attack as u16])
}

fn mind(digest: Digest, mind: &Mind) -> Digest {
    let Mind {
        goal,
        mood,
        mood_ticks,
        stuck_ticks,
        stuck_x,
        stuck_z,
    } = *mind;
    digest
        .bytes([goal, mood, mood_ticks, stuck_ticks, 0, 0, 0, 0])
        .pair(stuck_x as u32, stuck_z as u32)
}

/// Without the name, which no rule reads.
fn of_player(player: &Player) -> u64 {
    let dig = player.dig.map(|(block, ticks)| (block.position(), ticks));
    let (dug, dug_ticks) = dig.unwrap_or_default();
    let mut digest = Digest::new(Kind::Player)
        .word(player.session.0)
        .pair(player.body.0, player.queue.sequence_received)
        .pair(player.queue.sequence_applied, player.score)
        .vector([dug.x, dug.y, dug.z])
        .halves([
            dug_ticks,
            player.bomb_regain_ticks,
            player.kills,
            player.deaths,
        ])
        .halves([
            player.push_count,
            player.queue.yaw,
            player.silent_ticks,
            player.attachments_count,
        ])
        // What it wears its body says.
        .pair(player.attachment.0, player.dress.revision)
        .bytes([
            player.slot.0,
            player.draw_ticks,
            player.was_primary as u8 | (player.was_horn as u8) << 1,
            player.bombs_count,
            player.blocks_count,
            player.respawn_banner,
            player.queue.starved_ticks,
            player.queue.tokens_count(),
        ]);
    for input in player.queue.inputs() {
        digest = of_input(digest, input);
    }
    let digest = eaten(digest, player.dress);
    spoils(digest, &player.spoils).end()
}

fn of_estate(estate: &Estate) -> u64 {
    let Estate {
        session,
        spoils: gained,
        dress,
    } = estate;
    let digest = Digest::new(Kind::Estate)
        .word(session.0)
        .pair(dress.revision, u32::from(dress.worn.bits()));
    spoils(eaten(digest, *dress), gained).end()
}

/// Nothing where nobody said: the first dialect has no word for it.
fn eaten(digest: Digest, dress: Dress) -> Digest {
    match dress.eaten {
        None => digest,
        Some(eaten) => digest.pair(eaten, 110),
    }
}

/// Of a half that is empty its number says so.
fn spoils(digest: Digest, spoils: &Spoils) -> Digest {
    let Spoils {
        ref open,
        due_tick,
        ref sealed,
        seal,
    } = *spoils;
    let mut digest = digest.pair(due_tick, seal);
    if due_tick != 0 {
        digest = gains(digest, open);
    }
    if seal != 0 {
        digest = gains(digest, sealed);
    }
    digest
}

fn gains(digest: Digest, gains: &Gains) -> Digest {
    let Deeds {
        kills,
        deaths,
        score,
        blocks_dug,
        blocks_placed,
    } = gains.deeds;
    let [first, pairs @ ..] = &gains.things;
    let digest = digest
        .pair(kills, deaths)
        .pair(score, blocks_dug)
        .pair(blocks_placed, *first);
    let (pairs, []) = pairs.as_chunks() else {
        unreachable!("an even number is left")
    };
    pairs
        .iter()
        .fold(digest, |digest, [low, high]| digest.pair(*low, *high))
}

fn of_input(digest: Digest, input: &PlayerInput) -> Digest {
    let PlayerInput {
        sequence,
        view_tick,
        view_fraction,
        buttons,
        yaw,
        pitch,
        slot,
        target,
        respawn_banner,
    } = *input;
    let face = target.map_or(u8::MAX, |target| target.face);
    let block = target.map_or(BlockCoord::default(), |target| target.block);
    digest
        .pair(sequence, view_tick)
        .halves([buttons.0, yaw, pitch as u16, 0])
        .bytes([view_fraction, slot.0, respawn_banner, face, 0, 0, 0, 0])
        .vector([block.x, block.y, block.z])
}

fn of_arrow(arrow: &Arrow) -> u64 {
    let Arrow {
        id,
        shooter,
        house,
        position,
        velocity,
        damage,
        lag,
        age_ticks,
    } = *arrow;
    Digest::new(Kind::Arrow)
        .pair(id, shooter.0)
        .vector([position.x, position.y, position.z])
        .vector(velocity)
        .halves([damage, lag.0, age_ticks as u16, house as u16])
        .end()
}

fn of_bomb(bomb: &Bomb) -> u64 {
    let Bomb {
        id,
        thrower,
        house,
        position,
        velocity,
        fuse_ticks,
    } = *bomb;
    Digest::new(Kind::Bomb)
        .pair(id, thrower.0)
        .vector([position.x, position.y, position.z])
        .vector(velocity)
        .halves([fuse_ticks as u16, house as u16, 0, 0])
        .end()
}

fn of_effect(effect: &Effect) -> u64 {
    let (kind, target) = match effect.target {
        EffectTarget::Body(id) => (0, id.0 as u64),
        EffectTarget::Cell(code) => (1, code),
        EffectTarget::Seat => (2, 0),
    };
    let digest = Digest::new(Kind::Effect)
        .word(target)
        .pair(effect.source.0, kind)
        .word(effect.sequence);
    let digest = match effect.change {
        Change::Hurt {
            damage,
            weapon,
            push,
        } => digest.pair(damage as u32, weapon as u32).vector(push),
        Change::Heal { amount } => digest.pair(amount as u32, 100),
        Change::Credit { score, at } => digest.pair(score, 101).vector([at.x, at.y, at.z]),
        Change::Grant { work } => digest.pair(of_work(work), 102),
        Change::Break { block } => digest.word(103).vector([block.x, block.y, block.z]),
        Change::Place { block, now } => digest
            .pair(now.0 as u32, 104)
            .vector([block.x, block.y, block.z]),
        Change::Blast { centre } => digest.word(105).vector([centre.x, centre.y, centre.z]),
        Change::Restore { block, now } => digest
            .pair(now.0 as u32, 106)
            .vector([block.x, block.y, block.z]),
        Change::Forget { session } => digest.word(107).word(session.0),
        Change::Dress { worn } => digest.pair(u32::from(worn.bits()), 108),
        Change::Lay { loot, at } => digest.pair(loot.bits(), 109).vector([at.x, at.y, at.z]),
        Change::Take { drop } => digest.pair(drop, 110),
    };
    digest.end()
}

fn of_work(work: Work) -> u32 {
    match work {
        Work::GivenBack => 1,
        Work::Placed => 2,
        Work::Dug { thing: None } => 3,
        Work::Dug { thing: Some(thing) } => 4 + thing as u32,
        Work::Found { loot } => 1 << 31 | loot.bits(),
    }
}

fn of_drop(drop: &Drop) -> u64 {
    let Drop {
        id,
        position,
        loot,
        finder,
        tick,
    } = *drop;
    Digest::new(Kind::Drop)
        .pair(id, loot.bits())
        .pair(finder.0, tick)
        .vector([position.x, position.y, position.z])
        .end()
}

fn of_banner(banner: &BannerState) -> u64 {
    let BannerState {
        block,
        owner,
        taker,
        progress,
    } = *banner;
    Digest::new(Kind::Banner)
        .vector([block.x, block.y, block.z])
        .bytes([owner, taker, progress, 0, 0, 0, 0, 0])
        .end()
}

/// Without the count of the living, which the bodies tell.
fn of_round(round: &RoundState) -> u64 {
    Digest::new(Kind::Round)
        .pair(round.number, round.pause_ticks)
        .pair(round.score[0], round.score[1])
        .word(round.score_to_win as u64)
        .end()
}
