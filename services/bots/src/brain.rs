//! What a bot does: run towards the battle, fight what is near, shoot what is farther, and now and
//! then dig, build or throw a bomb. Plausible rather than clever.

use engine::{Buttons, Slot};
use protocol::up::InputRecord;
use spatial::{
    position::{UNIT_BITS, UNITS_PER_METRE},
    random::SplitMix64,
};

use crate::senses::Senses;

/// What it is busy with; ticks left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Activity {
    March,
    Fight,
    /// Draws the bow and lets go at the end.
    Shoot(u8),
    Throw,
    Dig(u8),
    Build,
    /// Turns away from what it bumps into.
    Evade(u8),
}

/// One bot's mind.
pub struct Brain {
    random: SplitMix64,
    activity: Activity,
    yaw: u16,
    /// Where it was when last looked at, to notice that it is stuck.
    place_before: [i32; 3],
    ticks: u32,
}

/// How near an enemy must be for the sword, and how far the bow is tried: metres.
const SWORD_METRES: i32 = 3;
const BOW_METRES: i32 = 50;
/// Ticks to draw a bow in full.
const DRAW_TICKS: u8 = 20;
/// Ticks to dig through soil.
const DIG_TICKS: u8 = 30;
/// Frames that a player sees are this many ticks old.
const VIEW_TICKS: u32 = 2;
/// How far it must get in [`STUCK_CHECK_TICKS`] not to be stuck: 1/2 m.
const STUCK_UNITS: i32 = UNITS_PER_METRE / 2;
const STUCK_CHECK_TICKS: u32 = 10;
/// Straight down, a little less than is allowed.
const LOOK_DOWN: i16 = -16_000;

impl Brain {
    pub fn new(seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        Self {
            activity: Activity::March,
            yaw: random.next_u32() as u16,
            place_before: [0; 3],
            ticks: 0,
            random,
        }
    }

    /// The next movement step.
    pub fn next(&mut self, senses: &Senses, sequence: u32) -> InputRecord {
        self.ticks += 1;
        let mut input = InputRecord {
            sequence,
            view_tick: senses.tick.saturating_sub(VIEW_TICKS),
            view_fraction: 128,
            respawn_banner: 255,
            ..InputRecord::default()
        };
        let Some(own) = senses.own.filter(|own| own.alive) else {
            self.activity = Activity::March;
            return input;
        };
        self.decide(senses, own.position);
        input.yaw = self.yaw;
        self.act(own.position, &mut input);
        input
    }

    fn decide(&mut self, senses: &Senses, place: [i32; 3]) {
        if let Activity::Shoot(1..) | Activity::Dig(1..) | Activity::Evade(1..) = self.activity {
            return;
        }
        if self.ticks.is_multiple_of(STUCK_CHECK_TICKS) && self.is_stuck(place) {
            self.yaw = self
                .yaw
                .wrapping_add(self.random.between(8_000, 24_000) as u16);
            self.activity = Activity::Evade(self.random.between(8, 24) as u8);
            return;
        }
        let nearest = senses
            .enemies()
            .map(|enemy| (metres_between(place, enemy), enemy))
            .min();
        self.activity = match nearest {
            Some((metres, enemy)) if metres <= SWORD_METRES => {
                self.yaw = yaw_towards(place, enemy);
                Activity::Fight
            }
            Some((metres, enemy)) if metres <= BOW_METRES && self.random.chance(1, 12) => {
                self.yaw = yaw_towards(place, enemy);
                self.ranged(metres)
            }
            Some((_, enemy)) => {
                self.yaw = yaw_towards(place, enemy);
                self.pastime()
            }
            None => {
                self.turn_to_banner(senses, place);
                self.pastime()
            }
        };
    }

    fn ranged(&mut self, metres: i32) -> Activity {
        if metres < BOW_METRES / 2 && self.random.chance(1, 4) {
            Activity::Throw
        } else {
            Activity::Shoot(DRAW_TICKS)
        }
    }

    /// Now and then digs or builds on the way.
    fn pastime(&mut self) -> Activity {
        match self.random.below(200) {
            0 => Activity::Dig(DIG_TICKS),
            1 => Activity::Build,
            _ => Activity::March,
        }
    }

    fn is_stuck(&mut self, place: [i32; 3]) -> bool {
        let before = std::mem::replace(&mut self.place_before, place);
        let moved = (0..3).map(|axis| (place[axis] - before[axis]).abs()).max();
        self.activity == Activity::March && moved < Some(STUCK_UNITS)
    }

    fn turn_to_banner(&mut self, senses: &Senses, place: [i32; 3]) {
        let banners = senses.banners.iter();
        let foreign = banners.filter(|banner| banner.owner != senses.house);
        let places = foreign.map(|banner| banner.block.map(|axis| axis << UNIT_BITS));
        let nearest = places.min_by_key(|&banner| metres_between(place, banner));
        if let Some(banner) = nearest {
            self.yaw = yaw_towards(place, banner);
        }
    }

    fn act(&mut self, place: [i32; 3], input: &mut InputRecord) {
        input.slot = Slot::SWORD.0;
        match &mut self.activity {
            Activity::March => {
                input.buttons = Buttons::FORWARD | Buttons::RUN;
                if self.random.chance(1, 60) {
                    input.buttons |= Buttons::JUMP;
                }
                if self.random.chance(1, 200) {
                    input.buttons |= Buttons::DASH;
                }
            }
            Activity::Fight => {
                input.buttons = Buttons::PRIMARY;
                if self.random.chance(1, 3) {
                    input.buttons |= Buttons::FORWARD;
                }
            }
            Activity::Shoot(ticks) => {
                *ticks -= 1;
                input.slot = Slot::BOW.0;
                input.pitch = 900;
                input.buttons = if *ticks > 0 { Buttons::PRIMARY } else { 0 };
            }
            Activity::Throw => {
                input.slot = Slot::BOMB.0;
                input.pitch = 2_000;
                input.buttons = Buttons::PRIMARY;
            }
            Activity::Dig(ticks) => {
                *ticks -= 1;
                input.slot = Slot::PICK.0;
                input.pitch = LOOK_DOWN;
                input.buttons = Buttons::PRIMARY;
                input.target = Some((block_below(place), FACE_TOP));
            }
            Activity::Build => {
                let kinds = u32::from(Slot::COUNT - Slot::PLACE_FIRST.0);
                input.slot = Slot::PLACE_FIRST.0 + self.random.below(kinds) as u8;
                input.pitch = LOOK_DOWN / 2;
                input.buttons = Buttons::PRIMARY;
                input.target = Some((block_ahead(place, self.yaw), FACE_TOP));
            }
            Activity::Evade(ticks) => {
                *ticks -= 1;
                input.buttons = Buttons::FORWARD | Buttons::RUN | Buttons::JUMP;
            }
        }
    }
}

/// The upper face of a block.
const FACE_TOP: u8 = 2;

/// The block that its feet stand on.
fn block_below(place: [i32; 3]) -> [i32; 3] {
    let [x, y, z] = place.map(|axis| axis >> UNIT_BITS);
    [x, y - 1, z]
}

/// The block two metres ahead, one below the feet.
fn block_ahead(place: [i32; 3], yaw: u16) -> [i32; 3] {
    let angle = f64::from(yaw) / 65_536.0 * std::f64::consts::TAU;
    let ahead = |share: f64| (share * 2.0).round() as i32;
    let [x, y, z] = block_below(place);
    [x + ahead(angle.sin()), y, z - ahead(angle.cos())]
}

fn metres_between(a: [i32; 3], b: [i32; 3]) -> i32 {
    let square = |axis: usize| (i64::from(a[axis]) - i64::from(b[axis])).pow(2);
    let units = ((square(0) + square(1) + square(2)) as f64).sqrt();
    (units / f64::from(UNITS_PER_METRE)) as i32
}

/// 0 looks to -z, growing clockwise seen from above.
fn yaw_towards(from: [i32; 3], to: [i32; 3]) -> u16 {
    let (x, z) = (f64::from(to[0] - from[0]), f64::from(to[2] - from[2]));
    let turn = x.atan2(-z) / std::f64::consts::TAU;
    (turn.rem_euclid(1.0) * 65_536.0) as u32 as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaw_grows_clockwise_from_north() {
        let metre = UNITS_PER_METRE;
        assert_eq!(yaw_towards([0; 3], [0, 0, -metre]), 0);
        assert_eq!(yaw_towards([0; 3], [metre, 0, 0]), 16_384);
        assert_eq!(yaw_towards([0; 3], [0, 0, metre]), 32_768);
        assert_eq!(yaw_towards([0; 3], [-metre, 0, 0]), 49_152);
    }

    #[test]
    fn it_builds_where_it_looks() {
        let place = [10 << UNIT_BITS, 5 << UNIT_BITS, 10 << UNIT_BITS];
        assert_eq!(block_ahead(place, 0), [10, 4, 8]);
        assert_eq!(block_ahead(place, 16_384), [12, 4, 10]);
        assert_eq!(block_below(place), [10, 4, 10]);
    }
}
