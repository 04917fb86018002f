//! One movement step of one body: what the server applies for each input and the browser predicts
//! with, bit for bit.
//!
//! Walking, running, crouching, jumping, dashing, swimming, falling. It reads blocks only: bodies do
//! not collide with each other, and blows change a velocity between steps, not here.

mod glide;

use spatial::{
    Block, Position,
    position::UNITS_PER_METRE,
    sweep::{BodyBox, Sweep, Swept},
    terrain::{BlockReader, Terrain},
};

use crate::{
    angle,
    balance::{
        AIR_GRIP, BANK_LEAP_SPEED, CROUCH_SPEED, DASH_SPEED, DASH_TICKS, DASH_WAIT_TICKS,
        FALL_DAMAGE_PER_METRE, FALL_SAFE, FALL_SPEED_MAX, GRAVITY, GROUND_GRIP, JUMP_SPEED,
        JUMP_WAIT_TICKS, RUN_SPEED, STEP_HEIGHT, SWIM_SPEED, WAIST_HEIGHT, WALK_SPEED,
        WATER_DIVE_SPEED, WATER_GRIP, WATER_RISE_SPEED, WATER_SINK_SPEED,
    },
    input::Buttons,
    limits::{BODY_HALF_WIDTH, BODY_HEIGHT, BODY_HEIGHT_CROUCHED, EYE_HEIGHT, EYE_HEIGHT_CROUCHED},
    motion::Motion,
};

/// What steers one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MovementInput {
    pub buttons: Buttons,
    /// 65,536 is a full turn; 0 looks to -z.
    pub yaw: u16,
}

/// What a step did beside moving.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MovementOutcome {
    /// Health lost by a fall that ended in this step.
    pub fall_damage: u16,
    pub has_jumped: bool,
    pub has_dashed: bool,
}

/// Advances a body by one tick (50 ms).
pub fn step(motion: &mut Motion, input: MovementInput, terrain: &Terrain) -> MovementOutcome {
    let mut outcome = MovementOutcome::default();
    motion.yaw = input.yaw;
    motion.dash_wait_ticks = motion.dash_wait_ticks.saturating_sub(1);
    motion.jump_wait_ticks = motion.jump_wait_ticks.saturating_sub(1);
    let mut reader = terrain.reader();
    let is_swimming = is_swimming(motion, &mut reader);
    set_flag(motion, Motion::FLAG_SWIMMING, is_swimming);
    take_stance(motion, input.buttons, terrain);
    outcome.has_dashed = start_dash(motion, input);
    if motion.dash_ticks > 0 {
        dash(motion);
    } else {
        steer(motion, input);
        outcome.has_jumped = rise_or_fall(motion, input.buttons);
    }
    travel(motion, input.buttons, &mut reader);
    outcome.fall_damage = land(motion);
    outcome
}

/// The box of a body as it stands or crouches.
pub const fn body_box(is_crouched: bool) -> BodyBox {
    BodyBox {
        half_width_units: BODY_HALF_WIDTH,
        height_units: if is_crouched {
            BODY_HEIGHT_CROUCHED
        } else {
            BODY_HEIGHT
        },
    }
}

/// Where a body's eye is.
pub const fn eye(feet: Position, is_crouched: bool) -> Position {
    let height = if is_crouched {
        EYE_HEIGHT_CROUCHED
    } else {
        EYE_HEIGHT
    };
    Position::new(feet.x, feet.y + height, feet.z)
}

fn is_swimming(motion: &Motion, reader: &mut BlockReader) -> bool {
    let feet = motion.position;
    let waist = Position::new(feet.x, feet.y + WAIST_HEIGHT, feet.z);
    reader.block(waist.block()) == Block::WATER
}

/// Crouches, and stands up only where there is room.
fn take_stance(motion: &mut Motion, buttons: Buttons, terrain: &Terrain) {
    let is_swimming = motion.has(Motion::FLAG_SWIMMING);
    let wants_crouch = buttons.has(Buttons::CROUCH) && !is_swimming;
    let is_crouched = wants_crouch
        || motion.has(Motion::FLAG_CROUCHED) && !body_box(false).is_free(terrain, motion.position);
    set_flag(motion, Motion::FLAG_CROUCHED, is_crouched);
    let runs = buttons.has(Buttons::RUN) && !is_crouched && !is_swimming;
    set_flag(motion, Motion::FLAG_RUNNING, runs);
}

/// The level direction that the keys ask for, Q14; zeros for none.
fn wish(input: MovementInput) -> [i32; 2] {
    let axis = |plus, minus| input.buttons.has(plus) as i32 - input.buttons.has(minus) as i32;
    let ahead = axis(Buttons::FORWARD, Buttons::BACK);
    let aside = axis(Buttons::RIGHT, Buttons::LEFT);
    let [x, z] = angle::forward(input.yaw);
    let (wish_x, wish_z) = (x * ahead - z * aside, z * ahead + x * aside);
    if ahead != 0 && aside != 0 {
        // Both axes together would be faster by the root of two: 181 / 256 is its inverse.
        return [(wish_x * 181) >> 8, (wish_z * 181) >> 8];
    }
    [wish_x, wish_z]
}

/// Begins a dash along the keys held, or ahead when none is.
fn start_dash(motion: &mut Motion, input: MovementInput) -> bool {
    let may_dash = motion.dash_wait_ticks == 0 && !motion.has(Motion::FLAG_CROUCHED);
    if !input.buttons.has(Buttons::DASH) || !may_dash {
        return false;
    }
    let yaw = match wish(input) {
        [0, 0] => input.yaw,
        [x, z] => angle::yaw_of(x, z),
    };
    motion.dash_yaw = (yaw >> 8) as u8;
    motion.dash_ticks = DASH_TICKS;
    motion.dash_wait_ticks = DASH_WAIT_TICKS;
    true
}

/// A dash flies level; its last tick leaves the speed of a run.
fn dash(motion: &mut Motion) {
    motion.dash_ticks -= 1;
    let speed = if motion.dash_ticks == 0 {
        RUN_SPEED
    } else {
        DASH_SPEED
    };
    let [x, z] = angle::forward((motion.dash_yaw as u16) << 8);
    motion.velocity = [scale(x, speed), -GRAVITY, scale(z, speed)];
}

/// Brings the level velocity nearer to what the keys ask for.
fn steer(motion: &mut Motion, input: MovementInput) {
    let [x, z] = wish(input);
    let speed = gait_speed(motion);
    let grip = if motion.has(Motion::FLAG_SWIMMING) {
        WATER_GRIP
    } else if motion.has(Motion::FLAG_GROUNDED) {
        GROUND_GRIP
    } else if x == 0 && z == 0 {
        // Nothing in the air brakes a body that does not steer.
        0
    } else {
        AIR_GRIP
    };
    motion.velocity[0] = approach(motion.velocity[0], scale(x, speed), grip);
    motion.velocity[2] = approach(motion.velocity[2], scale(z, speed), grip);
}

fn gait_speed(motion: &Motion) -> i32 {
    if motion.has(Motion::FLAG_SWIMMING) {
        SWIM_SPEED
    } else if motion.has(Motion::FLAG_CROUCHED) {
        CROUCH_SPEED
    } else if motion.has(Motion::FLAG_RUNNING) {
        RUN_SPEED
    } else {
        WALK_SPEED
    }
}

/// The vertical velocity: swimming, jumping or falling. Returns whether it jumped.
fn rise_or_fall(motion: &mut Motion, buttons: Buttons) -> bool {
    if motion.has(Motion::FLAG_SWIMMING) {
        let sought = if buttons.has(Buttons::JUMP) {
            WATER_RISE_SPEED
        } else if buttons.has(Buttons::CROUCH) {
            WATER_DIVE_SPEED
        } else {
            WATER_SINK_SPEED
        };
        motion.velocity[1] = approach(motion.velocity[1], sought, WATER_GRIP);
        return false;
    }
    let may_jump = motion.has(Motion::FLAG_GROUNDED) && motion.jump_wait_ticks == 0;
    if buttons.has(Buttons::JUMP) && may_jump {
        motion.velocity[1] = JUMP_SPEED;
        motion.jump_wait_ticks = JUMP_WAIT_TICKS;
        set_flag(motion, Motion::FLAG_GROUNDED, false);
        return true;
    }
    motion.velocity[1] = (motion.velocity[1] - GRAVITY).max(-FALL_SPEED_MAX);
    false
}

/// Moves by the velocity, and takes from it what was blocked.
fn travel(motion: &mut Motion, buttons: Buttons, reader: &mut BlockReader) {
    let is_swimming = motion.has(Motion::FLAG_SWIMMING);
    let is_grounded = motion.has(Motion::FLAG_GROUNDED);
    if is_grounded && motion.has(Motion::FLAG_CROUCHED) {
        hold_at_edge(motion, reader.terrain());
    }
    let sweep = Sweep {
        body: body_box(motion.has(Motion::FLAG_CROUCHED)),
        feet: motion.position,
        delta: motion.velocity,
        step_units_max: STEP_HEIGHT,
        is_grounded: is_grounded || is_swimming,
    };
    let swept = glide::glide(&sweep, reader).unwrap_or_else(|| sweep.run(reader.terrain()));
    motion.position = swept.feet;
    for axis in 0..3 {
        if swept.is_blocked[axis] {
            motion.velocity[axis] = 0;
        }
    }
    leap_ashore(motion, buttons, &swept);
    let stands = swept.is_grounded && motion.velocity[1] <= 0;
    set_flag(motion, Motion::FLAG_GROUNDED, stands);
}

/// A swimmer who holds jump against a bank leaps onto it.
fn leap_ashore(motion: &mut Motion, buttons: Buttons, swept: &Swept) {
    let is_at_bank = swept.is_blocked[0] || swept.is_blocked[2];
    let leaps = is_at_bank && buttons.has(Buttons::JUMP) && motion.has(Motion::FLAG_SWIMMING);
    if leaps {
        motion.velocity[1] = BANK_LEAP_SPEED;
    }
}

/// Takes from a crouched body's velocity what would carry it over an edge.
fn hold_at_edge(motion: &mut Motion, terrain: &Terrain) {
    let [x, _, z] = motion.velocity;
    let body = body_box(true);
    let stands_after = |[x, z]: [i32; 2]| {
        let feet = motion.position;
        let below = Position::new(feet.x + x, feet.y - 1, feet.z + z);
        !body.is_free(terrain, below)
    };
    let held = [[x, z], [x, 0], [0, z]]
        .into_iter()
        .find(|&way| stands_after(way));
    let [x, z] = held.unwrap_or([0, 0]);
    (motion.velocity[0], motion.velocity[2]) = (x, z);
}

/// Keeps the height from which a fall counts; returns the damage of one that ended.
fn land(motion: &mut Motion) -> u16 {
    let y = motion.position.y;
    let is_held = motion.has(Motion::FLAG_GROUNDED) || motion.has(Motion::FLAG_SWIMMING);
    if !is_held {
        motion.fall_from_y = motion.fall_from_y.max(y);
        return 0;
    }
    let fallen = motion.fall_from_y.saturating_sub(y);
    motion.fall_from_y = y;
    if motion.has(Motion::FLAG_SWIMMING) || fallen <= FALL_SAFE {
        return 0;
    }
    let damage = (fallen - FALL_SAFE) as i64 * FALL_DAMAGE_PER_METRE as i64;
    (damage / UNITS_PER_METRE as i64).min(u16::MAX as i64) as u16
}

fn set_flag(motion: &mut Motion, flag: u8, is_set: bool) {
    if is_set {
        motion.flags |= flag;
    } else {
        motion.flags &= !flag;
    }
}

/// Gains a share (in 1/256) of what is missing, and the last bit at once, so that it arrives.
fn approach(value: i32, sought: i32, share: i32) -> i32 {
    let missing = sought - value;
    let gain = missing * share / 256;
    if gain == 0 && share > 0 {
        sought
    } else {
        value + gain
    }
}

/// A Q14 component of a direction at a speed.
fn scale(component: i32, speed: i32) -> i32 {
    (component * speed) >> angle::ONE_BITS
}
