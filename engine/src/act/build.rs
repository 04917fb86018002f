//! Digging and placing blocks. Reach and line of sight are those of the world that the player saw;
//! whether the block is still there is decided when the effect is applied.

use spatial::{
    Block, BlockCoord, Position, block::UNBREAKABLE, position::UNITS_PER_METRE, ray::Ray,
};

use crate::{
    act::hands::Hands,
    angle,
    balance::{HANDS_TICKS, PLACE_WAIT_TICKS},
    edit::is_free_of_bodies,
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::RefusalReason,
    frame::pose,
    input::{BlockTarget, Slot},
    limits::REACH,
    projectile::between,
    stage::Actor,
};

/// Spends a tick on the block aimed at; the last one breaks it.
pub fn dig(hands: &mut Hands) {
    let Some(target) = aim(hands) else {
        hands.player.dig = None;
        return;
    };
    let kind = hands.stage.terrain.block(target.block).kind();
    if kind.hardness_ticks == UNBREAKABLE && kind.solid {
        return hands.refuse(RefusalReason::Blocked);
    }
    let spent_ticks = match hands.player.dig {
        Some((block, ticks)) if block == target.block => ticks + 1,
        _ => 1,
    };
    hands.combat.show_hands(pose::HANDS_DIG, HANDS_TICKS);
    if spent_ticks < kind.hardness_ticks {
        hands.player.dig = Some((target.block, spent_ticks));
        return;
    }
    hands.player.dig = None;
    send(
        hands,
        target.block,
        Change::Break {
            block: target.block,
        },
    );
}

/// Puts a block before the face aimed at.
pub fn place(hands: &mut Hands) {
    if hands.combat.pick_wait_ticks > 0 {
        return;
    }
    let Some(target) = aim(hands) else { return };
    if hands.player.blocks_count == 0 {
        return hands.refuse(RefusalReason::Empty);
    }
    let block = target.beyond();
    if !may_hold_block(hands, target, block) {
        return hands.refuse(RefusalReason::Blocked);
    }
    hands.combat.pick_wait_ticks = PLACE_WAIT_TICKS;
    hands.combat.show_hands(pose::HANDS_DIG, HANDS_TICKS);
    hands.player.blocks_count -= 1;
    let now = Slot::PLACED[(hands.input.slot.0 - Slot::PLACE_FIRST.0) as usize];
    send(hands, block, Change::Place { block, now });
}

/// How far a block has been dug, 0..255.
pub fn progress(dig: Option<(BlockCoord, u16)>, terrain: &spatial::Terrain) -> u8 {
    let Some((block, spent_ticks)) = dig else {
        return 0;
    };
    let hardness_ticks = terrain.block(block).kind().hardness_ticks.max(1);
    (spent_ticks as u32 * 255 / hardness_ticks as u32).min(255) as u8
}

/// The block aimed at, if the player could reach and see that face of it; refused else.
fn aim(hands: &mut Hands) -> Option<BlockTarget> {
    let target = hands.input.target?;
    if !hands.look_back() {
        return None;
    }
    if !is_in_reach(&hands.actor, target.block) {
        hands.refuse(RefusalReason::OutOfReach);
        return None;
    }
    let seen = hands.stage.history.seen(hands.actor.lag, hands.stage.tick);
    if !is_in_sight(&hands.actor, target, seen.terrain()) {
        hands.refuse(RefusalReason::NoLineOfSight);
        return None;
    }
    Some(target)
}

/// Whether the nearest point of a block is within reach of the eye.
fn is_in_reach(actor: &Actor, block: BlockCoord) -> bool {
    let eye = actor.eye();
    let miss = |eye: i32, block: i32| {
        let low = block as i64 * UNITS_PER_METRE as i64;
        let eye = eye as i64;
        (low - eye).max(eye - low - UNITS_PER_METRE as i64).max(0)
    };
    let way = [
        miss(eye.x, block.x),
        miss(eye.y, block.y),
        miss(eye.z, block.z),
    ];
    let reach = REACH as i64;
    way.iter().all(|&axis| axis <= reach)
        && way.iter().map(|axis| axis * axis).sum::<i64>() <= reach * reach
}

/// Whether any of five points of the face is the first solid thing on the way from the eye.
fn is_in_sight(actor: &Actor, target: BlockTarget, terrain: &spatial::Terrain) -> bool {
    const NEAR: i32 = UNITS_PER_METRE / 8;
    const FAR: i32 = UNITS_PER_METRE - NEAR;
    const MIDDLE: i32 = UNITS_PER_METRE / 2;
    let points = [
        (MIDDLE, MIDDLE),
        (NEAR, NEAR),
        (NEAR, FAR),
        (FAR, NEAR),
        (FAR, FAR),
    ];
    points.into_iter().any(|(across, along)| {
        let point = target.point(across, along);
        let way = between(actor.eye(), point);
        let ray = Ray {
            origin: actor.eye(),
            direction: way,
            distance_units_max: angle::length(way) as u32 + UNITS_PER_METRE as u32 / 4,
        };
        ray.cast_solid(terrain)
            .is_some_and(|hit| hit.at == target.block)
    })
}

fn may_hold_block(hands: &Hands, target: BlockTarget, block: BlockCoord) -> bool {
    let terrain = hands.stage.terrain;
    let is_empty = matches!(terrain.block(block), Block::AIR | Block::WATER);
    is_empty
        && terrain.block(target.block).is_solid()
        && is_free_of_bodies(hands.stage.history, hands.stage.tick, block)
}

fn send(hands: &mut Hands, block: BlockCoord, change: Change) {
    hands.stage.outbox.push(Effect {
        target: EffectTarget::of_cell(block.cell()),
        source: hands.actor.id,
        sequence: sequence(Origin::Hand, hands.input.sequence),
        change,
    });
}

impl BlockTarget {
    /// Outwards from the face: axis and sign.
    fn normal(&self) -> (usize, i32) {
        (self.face as usize / 2, 1 - 2 * (self.face as i32 & 1))
    }

    /// The block before the face.
    pub fn beyond(&self) -> BlockCoord {
        let (axis, sign) = self.normal();
        let mut block = [self.block.x, self.block.y, self.block.z];
        block[axis] += sign;
        BlockCoord::new(block[0], block[1], block[2])
    }

    /// A point of the face, slightly inside the block so that a ray to it ends in the block.
    fn point(&self, across: i32, along: i32) -> Position {
        const DEPTH: i32 = 8;
        let (axis, sign) = self.normal();
        let low = self.block.position();
        let mut point = [low.x, low.y, low.z];
        point[axis] += if sign > 0 {
            UNITS_PER_METRE - DEPTH
        } else {
            DEPTH
        };
        point[(axis + 1) % 3] += across;
        point[(axis + 2) % 3] += along;
        Position::new(point[0], point[1], point[2])
    }
}
