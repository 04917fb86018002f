//! What one bot knows: its own body, the bodies it was told of, and how old that is.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use engine::BodyId;
use protocol::{
    battle::Banner,
    own::Own,
    session::{Appearances, Welcome},
    snapshot::{BodyRow, Snapshot},
};
use spatial::position::UNITS_PER_METRE;

use crate::{figures::Measured, limits};

/// A body as it was told last.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub position: [i32; 3],
    pub pose: u8,
    tick: u32,
    heard_at: Option<Instant>,
}

const UNSEEN: Seen = Seen {
    position: [0; 3],
    pose: 0,
    tick: 0,
    heard_at: None,
};

/// One bot's knowledge.
pub struct Senses {
    pub house: u8,
    pub own: Option<Own>,
    pub banners: Vec<Banner>,
    /// The newest tick heard of.
    pub tick: u32,
    bodies: Vec<Seen>,
    /// Houses by body index.
    houses: HashMap<u32, u8>,
    view_metres: i32,
    tick_heard_at: Option<Instant>,
}

impl Senses {
    pub fn new(welcome: &Welcome) -> Self {
        Self {
            house: welcome.house,
            own: None,
            banners: Vec::new(),
            tick: welcome.tick,
            bodies: Vec::new(),
            houses: HashMap::new(),
            view_metres: welcome.view_distance_blocks.into(),
            tick_heard_at: None,
        }
    }

    pub fn appearances(&mut self, appearances: &Appearances) {
        for row in &appearances.rows {
            self.houses.insert(BodyId(row.id).index(), row.house);
        }
        for &gone in &appearances.gone {
            let index = BodyId(gone).index();
            self.houses.remove(&index);
            if let Some(seen) = self.bodies.get_mut(index as usize) {
                *seen = UNSEEN;
            }
        }
    }

    /// Takes a snapshot in and measures how old what it replaces was.
    pub fn snapshot(&mut self, snapshot: &Snapshot<'_>, now: Instant, measured: &mut Measured) {
        if let Some(own) = snapshot.own() {
            self.new_tick(snapshot.tick(), own, now, measured);
        }
        let tick = snapshot.tick();
        for body in snapshot.bodies() {
            self.body(&body, tick, now, measured);
        }
    }

    fn new_tick(&mut self, tick: u32, own: Own, now: Instant, measured: &mut Measured) {
        if self.own.is_some() && tick <= self.tick {
            return;
        }
        let before = self.own.replace(own);
        if before.is_some_and(|before| is_leap(before.position, own.position, TICK)) {
            // It came back to life elsewhere: it sees other bodies now.
            self.bodies.fill(UNSEEN);
        }
        self.tick = tick;
        measured.snapshots += 1;
        if let Some(before) = self.tick_heard_at.replace(now) {
            measured.snapshot_interval.record(now - before);
        }
    }

    fn body(&mut self, body: &BodyRow, tick: u32, now: Instant, measured: &mut Measured) {
        let index = body.index as usize;
        if index >= limits::BODY_INDEX_MAX {
            return;
        }
        if index >= self.bodies.len() {
            self.bodies.resize(index + 1, UNSEEN);
        }
        let before = self.bodies[index];
        if before.tick >= tick && before.heard_at.is_some() {
            return;
        }
        measured.updates += 1;
        if let Some(heard_at) = before.heard_at {
            let age = now - heard_at;
            let was_elsewhere = is_leap(before.position, body.position, age);
            if self.is_well_in_view(before.position) && !was_elsewhere {
                measured.staleness.record(age);
            }
        }
        self.bodies[index] = Seen {
            position: body.position,
            pose: body.pose,
            tick,
            heard_at: Some(now),
        };
    }

    /// Two cells within the view: so far in that it did not leave the view in between.
    fn is_well_in_view(&self, position: [i32; 3]) -> bool {
        let Some(own) = self.own else {
            return false;
        };
        let axis = |axis: usize| (position[axis] - own.position[axis]) / UNITS_PER_METRE;
        let (x, z) = (axis(0), axis(2));
        let reach = self.view_metres - 32;
        reach > 0 && x * x + z * z < reach * reach
    }

    /// Living bodies of the other house that were heard of in the last second.
    pub fn enemies(&self, now: Instant) -> impl Iterator<Item = [i32; 3]> {
        let bodies = self.bodies.iter().enumerate();
        bodies.filter_map(move |(index, seen)| {
            let age = now.duration_since(seen.heard_at?);
            let house = self.houses.get(&(index as u32))?;
            let is_alive = seen.pose & 0x0f != engine::frame::pose::DEAD;
            let is_enemy = *house != self.house && is_alive && age.as_secs() < 1;
            is_enemy.then_some(seen.position)
        })
    }
}

/// A tick, with some of the next that may have been lost.
const TICK: Duration = Duration::from_millis(200);
/// Nothing moves faster on the level for long, in metres a second: a dash is 16.
const SPEED_MAX: f64 = 16.0;
/// What a blast may add, in metres.
const PUSH_MAX: f64 = 8.0;

/// Whether a body cannot have gone from here to there in this time: it died and came back.
fn is_leap(from: [i32; 3], to: [i32; 3], time: Duration) -> bool {
    let metres = |axis: usize| f64::from(to[axis] - from[axis]) / f64::from(UNITS_PER_METRE);
    metres(0).hypot(metres(2)) > PUSH_MAX + SPEED_MAX * time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use protocol::{
        header::Header,
        session::Appearance,
        snapshot::{Bodies, CellRows, SnapshotColumns, SnapshotParts},
    };

    use super::*;

    /// Two bodies in the first cell, told at a tick.
    fn snapshot(tick: u32) -> Vec<u8> {
        let mut columns = SnapshotColumns::default();
        columns.set(&Bodies {
            index: &[4, 9],
            x: &[4_096, 8_192],
            y: &[0, 0],
            z: &[4_096, 4_096],
            yaw: &[0, 0],
            pose: &[0, engine::frame::pose::DEAD],
            health: &[255, 0],
        });
        let near = [CellRows {
            relative: [0; 3],
            row_count: 2,
            row_first: 0,
        }];
        let own = Own::default().encode();
        let parts = SnapshotParts {
            tick,
            own: Some(&own),
            near: &near,
            ..SnapshotParts::default()
        };
        let mut message = Vec::new();
        parts.write(&columns, &mut message);
        message.split_off(Header::BYTES)
    }

    #[test]
    fn staleness_is_the_age_of_what_is_replaced() {
        let welcome = Welcome {
            view_distance_blocks: 160,
            ..Welcome::default()
        };
        let mut senses = Senses::new(&welcome);
        let mut measured = Measured::new();
        let start = Instant::now();
        let mut hear = |senses: &mut Senses, tick: u32, ms: u64| {
            let bytes = snapshot(tick);
            let snapshot = Snapshot::decode(&bytes).expect("ours");
            senses.snapshot(&snapshot, start + Duration::from_millis(ms), &mut measured);
        };
        hear(&mut senses, 10, 0);
        hear(&mut senses, 12, 100);
        // Late and out of order: nothing is replaced.
        hear(&mut senses, 11, 110);
        hear(&mut senses, 16, 300);
        assert_eq!((measured.snapshots, measured.updates), (3, 6));
        let about = |ms: f64, expected: f64| (ms - expected).abs() < 1.0;
        assert!(about(measured.staleness.quantile_ms(0.25), 100.0));
        assert!(about(measured.staleness.max_ms(), 200.0));
        assert!(about(measured.snapshot_interval.max_ms(), 200.0));
    }

    #[test]
    fn who_dies_and_comes_back_elsewhere_was_not_stale() {
        let metre = UNITS_PER_METRE;
        let second = Duration::from_secs(1);
        assert!(!is_leap([0; 3], [10 * metre, 0, 10 * metre], second));
        assert!(is_leap([0; 3], [0, 0, -60 * metre], second));
        assert!(
            !is_leap([0; 3], [0, 90 * metre, 0], second),
            "falls are fast"
        );
    }

    #[test]
    fn enemies_are_the_living_of_the_other_house() {
        let mut senses = Senses::new(&Welcome::default());
        let now = Instant::now();
        let bytes = snapshot(10);
        let snapshot = Snapshot::decode(&bytes).expect("ours");
        senses.snapshot(&snapshot, now, &mut Measured::new());
        assert_eq!(
            senses.enemies(now).count(),
            0,
            "their houses are not known yet"
        );
        let row = |id, house| Appearance {
            id,
            house,
            ..Appearance::default()
        };
        let rows = vec![row(4, 1), row(9, 1)];
        let gone = Vec::new();
        senses.appearances(&Appearances { rows, gone });
        assert_eq!(senses.enemies(now).collect::<Vec<_>>(), [[4_096, 0, 4_096]]);
        assert_eq!(
            senses.enemies(now + Duration::from_secs(2)).count(),
            0,
            "too long ago"
        );
    }
}
