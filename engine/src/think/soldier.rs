//! What one soldier decides: fight who is near, shoot, throw, flee, or march on.
//!
//! Pure: a decision follows from the last frame, the soldier's own columns and chance keyed by
//! (seed, body, tick). A soldier decides every [`DECISION_TICKS`] ticks and holds its keys between.

use spatial::{Position, random::SplitMix64, terrain::Terrain};

use super::{
    aim::{self, Aim},
    crowd::{Crowd, NEAR_METRE, Near},
    navigation::{Goals, Navigation},
    objective,
    steer::{self, Press, WHOLE, Wish},
};
use crate::{
    angle,
    body::{Attack, Combat, Gear, Intent, Mind},
    frame::{BannerState, House, Roster},
    generate::layout::{BANNER_COUNT, WATER_LEVEL},
    id::BodyId,
    input::Buttons,
    motion::Motion,
};

/// Ticks between two decisions of a soldier: 0.2 s, a quick man's reaction.
pub const DECISION_TICKS: u32 = 4;

/// How near an enemy must be to be fought, in metres.
const CHASE_METRES: i32 = 13;
/// How near for a swing, in 1/64 m: a blade's reach from middle to middle.
const SWING_DISTANCE: i32 = NEAR_METRE * 235 / 100;
/// Nearer than this a swordsman steps back.
const CROWDED_DISTANCE: i32 = NEAR_METRE * 120 / 100;
/// How far archers shoot, and how near an enemy makes them give ground.
const SHOT_METRES_MAX: i32 = 52;
const SHOT_DISTANCE_MIN: i32 = NEAR_METRE * 6;
/// How far sappers throw.
const THROW_METRES_MAX: i32 = 14;
const THROW_DISTANCE_MIN: i32 = NEAR_METRE * 6;
/// Enemies together that are worth a bomb.
const THROW_CROWD_MIN: u32 = 4;
/// Within this of a banner a soldier is there, in metres.
const ARRIVED_METRES: i32 = 9;
/// Farther than this from the goal a soldier runs, in metres.
const RUN_METRES: i32 = 22;

/// How a soldier feels, for some ticks; numbers are kept in [`Mind::mood`].
pub mod mood {
    pub const CALM: u8 = 0;
    /// Goes round what it got stuck at, left or right.
    pub const AROUND_LEFT: u8 = 1;
    pub const AROUND_RIGHT: u8 = 2;
    /// Runs for its camp.
    pub const FLEE: u8 = 3;
    /// Has enemies within bowshot.
    pub const SHOOT: u8 = 4;
    /// Waits for an opening.
    pub const HESITATE: u8 = 5;
}

/// What all soldiers see in a tick.
pub struct Scene<'a> {
    pub seed: u64,
    pub tick: u32,
    pub roster: &'a Roster,
    pub crowd: &'a Crowd,
    pub navigation: &'a Navigation,
    pub terrain: &'a Terrain,
    pub banners: &'a [BannerState],
    pub goals: &'a Goals,
}

/// Who decides.
#[derive(Clone, Copy, Debug)]
pub struct Soldier<'a> {
    pub id: BodyId,
    pub motion: &'a Motion,
    pub combat: &'a Combat,
}

/// One decision under way.
struct Decision<'a> {
    scene: &'a Scene<'a>,
    soldier: Soldier<'a>,
    mind: Mind,
    random: SplitMix64,
    enemy: Option<Near>,
}

/// Decides what a soldier does until it decides again.
pub fn decide(scene: &Scene, soldier: Soldier, mind: Mind) -> (Intent, Mind) {
    let keys = [
        scene.seed,
        u64::from(soldier.id.0),
        u64::from(scene.tick),
        2,
    ];
    let mut decision = Decision {
        scene,
        soldier,
        mind,
        random: SplitMix64::keyed(&keys),
        enemy: None,
    };
    decision.prepare();
    let mut intent = decision.act();
    decision.unstick(&mut intent);
    if soldier.motion.has(Motion::FLAG_SWIMMING) {
        intent.buttons |= Buttons::JUMP;
    }
    (intent, decision.mind)
}

impl Decision<'_> {
    fn feet(&self) -> Position {
        self.soldier.motion.position
    }

    fn foe(&self) -> House {
        self.soldier.combat.house.other()
    }

    /// A number that is a soldier's own for ever.
    fn whim(&self) -> u32 {
        self.soldier.id.index().wrapping_mul(0x9e37_79b9) >> 16
    }

    /// Looks around, and lets moods pass.
    fn prepare(&mut self) {
        let mind = &mut self.mind;
        mind.mood_ticks = mind.mood_ticks.saturating_sub(DECISION_TICKS as u8);
        if mind.mood_ticks == 0 {
            mind.mood = mood::CALM;
        }
        let reach = CHASE_METRES;
        self.enemy = self.scene.crowd.nearest(self.foe(), self.feet(), reach);
        let new_goal_due = (self.scene.tick / DECISION_TICKS + self.whim()).is_multiple_of(64);
        if new_goal_due || usize::from(self.mind.goal) >= self.scene.goals.len() {
            let house = self.soldier.combat.house;
            self.mind.goal = objective::choose(self.scene, house, self.feet(), &mut self.random);
        }
    }

    fn act(&mut self) -> Intent {
        if let Some(intent) = self.flee() {
            return intent;
        }
        let from_afar = match self.soldier.combat.gear {
            Gear::Bow => self.shoot(),
            Gear::Sapper => self.throw(),
            _ => None,
        };
        if let Some(intent) = from_afar {
            return intent;
        }
        match self.enemy {
            Some(enemy) if self.can_reach(enemy) => self.fight(enemy),
            _ => self.march(usize::from(self.mind.goal)),
        }
    }

    /// The badly hurt and outnumbered lose heart, some of them.
    fn flee(&mut self) -> Option<Intent> {
        let combat = self.soldier.combat;
        let is_weak = combat.health * 3 < combat.health_max;
        if self.mind.mood != mood::FLEE && is_weak && self.enemy.is_some() {
            let crowd = self.scene.crowd;
            let foes = crowd.count_around(self.foe(), self.feet());
            let friends = crowd.count_around(combat.house, self.feet());
            if foes > friends && self.random.chance(1, 6) {
                self.feel(mood::FLEE, 70);
            }
        }
        (self.mind.mood == mood::FLEE).then(|| {
            let mut intent = self.march(BANNER_COUNT + combat.house as usize);
            intent.buttons |= Buttons::RUN;
            intent
        })
    }

    /// An archer's turn: looses at someone within bowshot, gives ground to who comes near.
    fn shoot(&mut self) -> Option<Intent> {
        let is_near = |near: &Near| near.distance() < SHOT_DISTANCE_MIN;
        if let Some(enemy) = self.enemy.filter(is_near) {
            return self.can_reach(enemy).then(|| self.give_ground(enemy));
        }
        if self.soldier.combat.bow_wait_ticks > 0 {
            let holds = self.mind.mood == mood::SHOOT;
            return holds.then(|| self.stand(self.soldier.motion.yaw));
        }
        if !self.random.chance(1, 3) {
            // Looking far costs much, and a volley is not loosed at a stroke.
            return None;
        }
        let chance = self.random.next_u32();
        let (crowd, feet) = (self.scene.crowd, self.feet());
        let target = crowd.any_within(self.foe(), feet, SHOT_METRES_MAX, chance)?;
        if !aim::is_in_sight(self.scene.terrain, feet, target.entry.feet) {
            return None;
        }
        self.feel(mood::SHOOT, 80);
        let aim = self.waver(aim::at_chest(feet, target.entry.feet), target);
        Some(Intent {
            buttons: 0,
            yaw: aim.yaw,
            pitch: aim.pitch,
            attack: Attack::Loose,
        })
    }

    /// Nobody aims like a machine; and players are spared some of it.
    fn waver(&mut self, aim: Aim, target: Near) -> Aim {
        let error = if self.is_player(target) { 900 } else { 380 };
        Aim {
            yaw: aim
                .yaw
                .wrapping_add(self.random.between(-error, error) as u16),
            pitch: aim.pitch + self.random.between(-error / 2, error / 2) as i16,
        }
    }

    /// A sapper's turn, now and then: a bomb where enemies crowd.
    fn throw(&mut self) -> Option<Intent> {
        if self.soldier.combat.bomb_wait_ticks > 0 || !self.random.chance(1, 30) {
            return None;
        }
        let chance = self.random.next_u32();
        let (crowd, feet) = (self.scene.crowd, self.feet());
        let target = crowd.any_within(self.foe(), feet, THROW_METRES_MAX, chance)?;
        let is_worth_it = target.distance() > THROW_DISTANCE_MIN
            && crowd.count_around(self.foe(), target.entry.feet) >= THROW_CROWD_MIN;
        let aim = aim::throw_at(feet, target.entry.feet).filter(|_| is_worth_it)?;
        Some(Intent {
            buttons: 0,
            yaw: aim.yaw,
            pitch: aim.pitch,
            attack: Attack::Throw,
        })
    }

    /// With the sword: close in, swing, circle, step back, and swing again.
    fn fight(&mut self, enemy: Near) -> Intent {
        let facing = angle::yaw_of(enemy.x, enemy.z);
        let ahead = steer::along(facing);
        let press = self.press(ahead);
        let distance = enemy.distance();
        let wish = if distance > SWING_DISTANCE * 9 / 10 {
            self.close_in(ahead, press)
        } else if distance < CROWDED_DISTANCE {
            [-ahead[0], -ahead[1]]
        } else {
            self.circle(ahead)
        };
        let wish = self.keep_dry(steer::add(wish, press.push));
        let runs = distance > 3 * SWING_DISTANCE && !press.is_blocked;
        Intent {
            buttons: steer::keys(wish, facing) | if runs { Buttons::RUN } else { 0 },
            yaw: facing,
            pitch: 0,
            attack: self.strike(enemy, distance),
        }
    }

    /// Straight at the enemy, or around the comrade who stands between.
    fn close_in(&mut self, ahead: Wish, press: Press) -> Wish {
        if self.mind.mood == mood::HESITATE {
            return [0, 0];
        }
        if press.is_blocked {
            let side = if self.whim() & 1 == 0 { 11_000 } else { 54_536 };
            return steer::turned(ahead, side);
        }
        if self.random.chance(1, 40) {
            self.feel(mood::HESITATE, 20);
        }
        ahead
    }

    /// A step aside, to a side that changes every few seconds.
    fn circle(&self, ahead: Wish) -> Wish {
        let turn = (self.scene.tick / 48).wrapping_add(self.whim());
        match turn % 4 {
            0 => steer::turned(ahead, 16_384),
            1 => steer::turned(ahead, 49_152),
            2 => [ahead[0] / 2, ahead[1] / 2],
            _ => [0, 0],
        }
    }

    /// Swings when the blade reaches; at players only in some seconds, so that a newcomer among
    /// many does not fall at once.
    fn strike(&self, enemy: Near, distance: i32) -> Attack {
        let spares = self.is_player(enemy)
            && !(self.scene.tick / 32)
                .wrapping_add(self.whim())
                .is_multiple_of(3);
        if distance <= SWING_DISTANCE && !spares {
            Attack::Swing
        } else {
            Attack::None
        }
    }

    /// Backs off from an enemy, and strikes when it comes too near.
    fn give_ground(&mut self, enemy: Near) -> Intent {
        let facing = angle::yaw_of(enemy.x, enemy.z);
        let ahead = steer::along(facing);
        let press = self.press(ahead);
        let back = steer::turned(
            [-ahead[0], -ahead[1]],
            (self.whim() as u16 % 16_000).wrapping_sub(8_000),
        );
        Intent {
            buttons: steer::keys(self.keep_dry(steer::add(back, press.push)), facing),
            yaw: facing,
            pitch: 0,
            attack: self.strike(enemy, enemy.distance()),
        }
    }

    /// Walks towards a goal along its flow field, or holds it when there.
    fn march(&mut self, goal: usize) -> Intent {
        let place = self.scene.goals[goal].position();
        let feet = self.feet();
        let left = angle::length([place.x - feet.x, 0, place.z - feet.z]) >> 12;
        if left < ARRIVED_METRES {
            return self.hold(place);
        }
        let waypoint = self.scene.navigation.next(goal, feet);
        let target = waypoint.map_or(place, |waypoint| self.in_lane(waypoint.position));
        let ahead = steer::towards(feet, target);
        let press = self.press(ahead);
        let mut wish = steer::add(ahead, press.push);
        if press.is_blocked {
            wish = steer::add(
                wish,
                steer::turned(ahead, 16_384 * (1 + 2 * (self.whim() as u16 & 1))),
            );
        }
        let is_wet = waypoint.is_some_and(|waypoint| waypoint.is_water);
        let wish = if is_wet { wish } else { self.keep_dry(wish) };
        let facing = angle::yaw_of(wish[0], wish[1]);
        let runs = left > RUN_METRES && !press.is_blocked && self.whim() & 3 != 0;
        Intent {
            buttons: steer::keys(wish, facing) | if runs { Buttons::RUN } else { 0 },
            yaw: facing,
            pitch: 0,
            attack: Attack::None,
        }
    }

    /// A little to a soldier's own side of the way, where there is ground: a host, not a file.
    fn in_lane(&self, waypoint: Position) -> Position {
        let feet = self.feet();
        let way = [waypoint.x - feet.x, waypoint.z - feet.z];
        let lane = (self.whim() % 13) as i32 - 6;
        let aside = Position::new(
            waypoint.x - way[1] / 8 * lane / 3,
            waypoint.y,
            waypoint.z + way[0] / 8 * lane / 3,
        );
        let navigation = self.scene.navigation;
        if navigation.is_open(waypoint, aside) {
            aside
        } else {
            waypoint
        }
    }

    /// Stands around a banner, each in a place of its own, looking out for the enemy.
    fn hold(&mut self, place: Position) -> Intent {
        let whim = self.whim();
        let post_yaw = (whim as u16)
            .wrapping_mul(25_033)
            .wrapping_add(((self.scene.tick / 200) as u16).wrapping_mul(9_000));
        let [x, z] = steer::along(post_yaw);
        let radius = 3 + (whim % 5) as i32;
        let post = Position::new(
            place.x + x * radius * 16,
            place.y,
            place.z + z * radius * 16,
        );
        let feet = self.feet();
        let left = angle::length([post.x - feet.x, 0, post.z - feet.z]);
        let ahead = if left > 6_000 {
            steer::towards(feet, post)
        } else {
            [0, 0]
        };
        let push = self.press(ahead).push;
        let facing = self.enemy.map_or_else(
            || match ahead {
                [0, 0] => post_yaw,
                [x, z] => angle::yaw_of(x, z),
            },
            |enemy| angle::yaw_of(enemy.x, enemy.z),
        );
        Intent {
            buttons: steer::keys(self.keep_dry(steer::add(ahead, push)), facing),
            yaw: facing,
            pitch: 0,
            attack: Attack::None,
        }
    }

    fn stand(&self, yaw: u16) -> Intent {
        let push = self.press(steer::along(yaw)).push;
        Intent {
            buttons: steer::keys(self.keep_dry(push), yaw),
            yaw,
            pitch: 0,
            attack: Attack::None,
        }
    }

    fn press(&self, ahead: Wish) -> Press {
        let house = self.soldier.combat.house;
        steer::press(
            self.scene.crowd,
            house,
            self.feet(),
            ahead,
            self.soldier.id.0,
        )
    }

    /// Whether a straight walk leads to an enemy: nobody runs into walls or the river for one.
    fn can_reach(&self, enemy: Near) -> bool {
        let is_at_arm = enemy.distance() <= SWING_DISTANCE;
        is_at_arm || self.scene.navigation.is_open(self.feet(), enemy.entry.feet)
    }

    /// No step of one's own will into water, unless in it already.
    fn keep_dry(&self, wish: Wish) -> Wish {
        let feet = self.feet();
        let [x, z] = wish.map(|axis| axis.clamp(-WHOLE, WHOLE) * 24);
        let next = Position::new(feet.x + x, feet.y, feet.z + z);
        let floor = self.scene.navigation.floor(next);
        let is_wet = floor.is_some_and(|y| y <= WATER_LEVEL) && feet.block().y > WATER_LEVEL;
        if is_wet { [0, 0] } else { wish }
    }

    fn is_player(&self, near: Near) -> bool {
        let id = near.entry.id;
        let appearance = self.scene.roster.appearances.get(id.index() as usize);
        appearance
            .and_then(Option::as_ref)
            .is_some_and(|appearance| appearance.gear == Gear::Player as u8)
    }

    fn feel(&mut self, mood: u8, ticks: u8) {
        self.mind.mood = mood;
        self.mind.mood_ticks = ticks;
    }

    /// Notices that it does not get on, and then goes around for a while, jumping.
    fn unstick(&mut self, intent: &mut Intent) {
        const CHECK_TICKS: u8 = 24;
        let feet = self.feet();
        let here = [(feet.x >> 10) as i16, (feet.z >> 10) as i16];
        let wants_on = intent.buttons != 0 && intent.attack == Attack::None;
        if matches!(self.mind.mood, mood::AROUND_LEFT | mood::AROUND_RIGHT) {
            let is_left = self.mind.mood == mood::AROUND_LEFT;
            let turn = if is_left { 52_000 } else { 13_500 };
            intent.yaw = intent.yaw.wrapping_add(turn);
            intent.buttons = Buttons::FORWARD | Buttons::JUMP;
        } else if wants_on {
            self.mind.stuck_ticks = self.mind.stuck_ticks.saturating_add(DECISION_TICKS as u8);
        }
        if self.mind.stuck_ticks < CHECK_TICKS {
            return;
        }
        let gone = (i32::from(here[0]) - i32::from(self.mind.stuck_x)).abs()
            + (i32::from(here[1]) - i32::from(self.mind.stuck_z)).abs();
        if gone < 4 && self.mind.mood == mood::CALM {
            let is_left = self.random.chance(1, 2);
            let mood = if is_left {
                mood::AROUND_LEFT
            } else {
                mood::AROUND_RIGHT
            };
            let ticks = self.random.between(8, 28);
            self.feel(mood, ticks as u8);
        }
        (self.mind.stuck_x, self.mind.stuck_z) = (here[0], here[1]);
        self.mind.stuck_ticks = 0;
    }
}
