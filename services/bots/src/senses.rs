//! What one bot knows: its own body, the bodies it was told of, and how old that is.

use std::time::{Duration, Instant};

use engine::BodyId;
use protocol::{
    battle::Banner,
    own::Own,
    session::{Appearances, Welcome},
    snapshot::{BodyRow, Snapshot},
};
use spatial::Position;

use crate::{census::Census, debt::Debt, figures::Measured, limits, outlook::Outlook};

/// A body as it was told last.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub position: [i32; 3],
    pub pose: u8,
    house: u8,
    /// 0 while it was not told of.
    tick: u32,
}

const UNSEEN: Seen = Seen {
    position: [0; 3],
    pose: 0,
    house: HOUSE_UNKNOWN,
    tick: 0,
};

const HOUSE_UNKNOWN: u8 = u8::MAX;

/// What was heard within so many ticks is still there: 1 s.
const FRESH_TICKS: u32 = engine::limits::TICK_RATE_HZ;

/// A tick as time.
const TICK: Duration = Duration::from_millis(engine::limits::TICK_MS as u64);

/// What all bots of a run write down together.
pub struct Notes {
    pub measured: Measured,
    pub census: Census,
}

/// One bot's knowledge.
pub struct Senses {
    pub house: u8,
    pub own: Option<Own>,
    pub banners: Vec<Banner>,
    /// The newest tick heard of.
    pub tick: u32,
    body_index: usize,
    bodies: Vec<Seen>,
    /// Whether it writes down how old what it knows is: it costs as much as all else that a bot does.
    is_witness: bool,
    /// When a witness was told of a body, by its index.
    heard_at: Vec<Option<Instant>>,
    outlook: Outlook,
    staleness_ticks_max: u32,
    tick_heard_at: Option<Instant>,
}

impl Senses {
    /// A witness also measures staleness and age.
    pub fn new(welcome: &Welcome, is_witness: bool) -> Self {
        Self {
            house: welcome.house,
            own: None,
            banners: Vec::new(),
            tick: welcome.tick,
            body_index: BodyId(welcome.body).index() as usize,
            bodies: Vec::new(),
            is_witness,
            heard_at: Vec::new(),
            outlook: Outlook::new(welcome.view_distance_blocks),
            staleness_ticks_max: welcome.staleness_ticks_max.into(),
            tick_heard_at: None,
        }
    }

    /// The bound of staleness is another from now on.
    pub fn heed(&mut self, staleness_ticks_max: u16) {
        self.staleness_ticks_max = staleness_ticks_max.into();
    }

    pub fn appearances(&mut self, appearances: &Appearances, census: &mut Census) {
        for row in &appearances.rows {
            if let Some(seen) = self.seen(BodyId(row.id).index()) {
                seen.house = row.house;
            }
        }
        for &gone in &appearances.gone {
            let index = BodyId(gone).index();
            census.forget(index as usize);
            if let Some(seen) = self.seen(index) {
                *seen = UNSEEN;
            }
        }
    }

    /// What is known of a body; none for one beyond what is remembered.
    fn seen(&mut self, index: u32) -> Option<&mut Seen> {
        let index = index as usize;
        if index >= limits::BODY_INDEX_MAX {
            return None;
        }
        if index >= self.bodies.len() {
            self.bodies.resize(index + 1, UNSEEN);
        }
        Some(&mut self.bodies[index])
    }

    /// Takes a snapshot in; a witness measures how old what it replaces was.
    pub fn snapshot(&mut self, snapshot: &Snapshot<'_>, now: Instant, notes: &mut Notes) {
        let tick = snapshot.tick();
        let own_cell = snapshot.base().map(i32::from);
        self.outlook.stand(tick, own_cell);
        notes.census.see(self.body_index, tick, own_cell);
        if let Some(own) = snapshot.own() {
            self.new_tick(tick, own, now, &mut notes.measured);
        }
        for body in snapshot.bodies() {
            self.body(&body, tick, now, notes);
        }
    }

    fn new_tick(&mut self, tick: u32, own: Own, now: Instant, measured: &mut Measured) {
        if self.own.is_some() && tick <= self.tick {
            return;
        }
        self.own = Some(own);
        self.tick = tick;
        measured.snapshots += 1;
        if let Some(before) = self.tick_heard_at.replace(now) {
            measured.snapshot_interval.record(now - before);
        }
    }

    fn body(&mut self, body: &BodyRow, tick: u32, now: Instant, notes: &mut Notes) {
        let Some(seen) = self.seen(body.index) else {
            return;
        };
        if seen.tick >= tick {
            return;
        }
        let before = seen.tick;
        notes.measured.updates += 1;
        if self.is_witness {
            self.witness(body, (before, tick), now, notes);
        }
        let seen = &mut self.bodies[body.index as usize];
        seen.position = body.position;
        seen.pose = body.pose;
        seen.tick = tick;
    }

    /// Writes down how old what was known of a body since tick `before` is at `tick`.
    fn witness(
        &mut self,
        body: &BodyRow,
        (before, tick): (u32, u32),
        now: Instant,
        notes: &mut Notes,
    ) {
        let index = body.index as usize;
        let cell = cell(body.position);
        notes.census.see(index, tick, cell);
        let Notes { measured, census } = notes;
        let debt = self.debt(census, index, tick, cell);
        self.heard_at.resize(self.bodies.len(), None);
        let heard_at = self.heard_at[index].replace(now);
        debt.pay(self.staleness_ticks_max, measured, |since| match heard_at {
            Some(heard_at) if before == since => now - heard_at,
            _ => TICK * (tick - since),
        });
    }

    /// What the server owes this bot, who hears (or should) that a body is in this cell at `tick`.
    fn debt(&self, census: &Census, index: usize, tick: u32, cell: [i32; 3]) -> Debt {
        let told = self.bodies.get(index).map_or(0, |seen| seen.tick);
        Debt::of(census.way(index, tick, cell), &self.outlook, told, tick)
    }

    /// Measures what is still owed when the run ends; or who is never told of would not count.
    pub fn close(&self, notes: &mut Notes) {
        if !self.is_witness {
            return;
        }
        let Notes { measured, census } = notes;
        for (index, stay) in census.newest() {
            let debt = self.debt(census, index, stay.seen, stay.cell);
            debt.pay(self.staleness_ticks_max, measured, |since| {
                TICK * (stay.seen - since)
            });
        }
    }

    /// Living bodies of the other house that were heard of in the last second.
    pub fn enemies(&self) -> impl Iterator<Item = [i32; 3]> {
        self.bodies.iter().filter_map(move |seen| {
            let is_fresh = seen.tick != 0 && seen.tick + FRESH_TICKS > self.tick;
            let is_other = seen.house != self.house && seen.house != HOUSE_UNKNOWN;
            let is_alive = seen.pose & 0x0f != engine::frame::pose::DEAD;
            (is_fresh && is_other && is_alive).then_some(seen.position)
        })
    }
}

fn cell([x, y, z]: [i32; 3]) -> [i32; 3] {
    let cell = Position::new(x, y, z).cell();
    [cell.x, cell.y, cell.z]
}

#[cfg(test)]
mod tests {
    use protocol::{
        header::Header,
        session::Appearance,
        snapshot::{Bodies, CellRows, SnapshotColumns, SnapshotParts},
    };

    use super::*;
    use crate::figures::Times;

    const ELSEWHERE: [i32; 3] = [90, 0, 90];
    const OWN_INDEX: u32 = 1;
    /// Bodies that are told of, the second of them dead.
    const INDICES: [u32; 2] = [4, 9];

    /// One snapshot of a client in a cell; `INDICES` stand in `told`, if anywhere.
    fn snapshot(tick: u32, base: [i32; 3], told: Option<[i32; 3]>) -> Vec<u8> {
        let mut columns = SnapshotColumns::default();
        columns.set(&Bodies {
            index: &INDICES,
            x: &[4_096, 8_192],
            y: &[0, 0],
            z: &[4_096, 4_096],
            yaw: &[0, 0],
            pose: &[0, engine::frame::pose::DEAD],
            health: &[255, 0],
        });
        let near = told.map(|cell| CellRows {
            relative: [0, 1, 2].map(|axis| (cell[axis] - base[axis]) as i8),
            row_count: 2,
            row_first: 0,
        });
        let own = Own::default().encode();
        let parts = SnapshotParts {
            tick,
            base: base.map(|axis| axis as i16),
            own: Some(&own),
            near: near.as_slice(),
            ..SnapshotParts::default()
        };
        let mut message = Vec::new();
        parts.write(&columns, &mut message);
        message.split_off(Header::BYTES)
    }

    /// A bot that is promised 40 ticks and sees 160 m far, and what its run writes down.
    struct Ear {
        senses: Senses,
        notes: Notes,
        start: Instant,
    }

    impl Ear {
        fn new() -> Self {
            let welcome = Welcome {
                body: BodyId::new(OWN_INDEX, 0).0,
                view_distance_blocks: 160,
                staleness_ticks_max: 40,
                ..Welcome::default()
            };
            let mut census = Census::default();
            census.heed(40);
            Self {
                senses: Senses::new(&welcome, true),
                notes: Notes {
                    measured: Measured::new(),
                    census,
                },
                start: Instant::now(),
            }
        }

        /// Standing in cell 0, without delay.
        fn hear(&mut self, tick: u32, told: Option<[i32; 3]>) {
            self.hear_from(tick, [0; 3], told);
        }

        fn hear_from(&mut self, tick: u32, base: [i32; 3], told: Option<[i32; 3]>) {
            let bytes = snapshot(tick, base, told);
            let snapshot = Snapshot::decode(&bytes).expect("ours");
            let now = self.start + TICK * tick;
            self.senses.snapshot(&snapshot, now, &mut self.notes);
        }

        /// Another bot saw the bodies there.
        fn other_sees(&mut self, tick: u32, cell: [i32; 3]) {
            for index in INDICES {
                self.notes.census.see(index as usize, tick, cell);
            }
        }

        /// The largest staleness in ticks, and how often the promise was broken.
        fn worst(&self) -> (u64, u64) {
            let measured = &self.notes.measured;
            (ticks(&measured.staleness), measured.staleness_broken)
        }
    }

    fn ticks(longest: &Times) -> u64 {
        (longest.max_ms() / TICK.as_millis() as f64).round() as u64
    }

    #[test]
    fn staleness_is_the_age_of_what_is_replaced() {
        let mut ear = Ear::new();
        let cell = Some([1, 0, 0]);
        ear.hear(10, cell);
        ear.hear(12, cell);
        // Late and out of order: nothing is replaced.
        ear.hear(11, cell);
        ear.hear(16, cell);
        let measured = &ear.notes.measured;
        assert_eq!((measured.snapshots, measured.updates), (3, 6));
        let about = |ms: f64, expected: f64| (ms - expected).abs() < 1.0;
        assert!(about(measured.staleness.quantile_ms(0.25), 100.0));
        assert!(about(measured.age.quantile_ms(0.25), 100.0));
        assert!(about(measured.staleness.max_ms(), 200.0));
        assert!(about(measured.snapshot_interval.max_ms(), 200.0));
    }

    #[test]
    fn a_server_that_keeps_what_others_are_told_is_caught() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        for tick in (110..=500).step_by(10) {
            ear.other_sees(tick, [1, 0, 0]);
            ear.hear(tick, None);
        }
        ear.hear(505, Some([1, 0, 0]));
        assert_eq!(ear.worst(), (405, 2));
    }

    #[test]
    fn a_server_that_never_tells_is_caught_at_the_end() {
        let mut ear = Ear::new();
        for tick in (100..=300).step_by(10) {
            ear.hear(tick, None);
            ear.other_sees(tick, [1, 0, 0]);
        }
        assert_eq!(ear.worst(), (0, 0));
        ear.senses.close(&mut ear.notes);
        assert_eq!(ear.worst(), (200, 3), "its own body among them");
    }

    #[test]
    fn who_died_and_came_back_from_afar_was_not_stale() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        // It came back to life out of view, where another bot saw it, and walked here.
        for (tick, cell) in [(200, ELSEWHERE), (230, ELSEWHERE), (260, [11, 0, 0])] {
            ear.other_sees(tick, cell);
        }
        ear.hear(265, Some([10, 0, 0]));
        assert_eq!(ear.worst(), (4, 0), "owed since it may have come into view");
    }

    #[test]
    fn whom_nobody_saw_for_longer_than_is_promised_was_not_in_view() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        ear.hear(141, Some([1, 0, 0]));
        assert_eq!(ear.worst(), (0, 0));
        ear.hear(181, Some([1, 0, 0]));
        assert_eq!(ear.worst(), (40, 0));
    }

    #[test]
    fn who_walks_to_the_next_cell_is_owed_anew_but_ages() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        ear.other_sees(130, [1, 0, 0]);
        ear.other_sees(150, [2, 0, 0]);
        ear.hear(165, Some([2, 0, 0]));
        assert_eq!(ear.worst(), (34, 0), "at the worst it left after 130");
        assert_eq!(ticks(&ear.notes.measured.age), 65);
    }

    #[test]
    fn who_died_and_came_back_nearby_does_not_age() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        ear.other_sees(130, [1, 0, 0]);
        ear.hear(165, Some([3, 0, 0]));
        assert_eq!(ticks(&ear.notes.measured.age), 34);
    }

    #[test]
    fn a_bot_that_went_away_and_came_back_is_owed_since_then() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        for tick in (110..=500).step_by(10) {
            ear.other_sees(tick, [1, 0, 0]);
        }
        ear.hear_from(200, ELSEWHERE, None);
        ear.hear_from(490, [10, 0, 0], None);
        ear.hear_from(505, [10, 0, 0], Some([1, 0, 0]));
        assert_eq!(ear.worst(), (15, 0));
    }

    #[test]
    fn an_index_that_another_body_got_is_another_body() {
        let mut ear = Ear::new();
        ear.hear(100, Some([1, 0, 0]));
        ear.other_sees(130, [1, 0, 0]);
        let gone = INDICES.map(|index| BodyId::new(index, 0).0).to_vec();
        let rows = Vec::new();
        let gone = Appearances { rows, gone };
        ear.senses.appearances(&gone, &mut ear.notes.census);
        ear.hear(150, Some([1, 0, 0]));
        assert_eq!(ear.worst(), (0, 0));
    }

    #[test]
    fn enemies_are_the_living_of_the_other_house() {
        let mut ear = Ear::new();
        ear.hear(10, Some([0; 3]));
        let enemies = |ear: &Ear| ear.senses.enemies().collect::<Vec<_>>();
        assert!(enemies(&ear).is_empty(), "houses are not known yet");
        let row = |index| Appearance {
            id: BodyId::new(index, 0).0,
            house: 1,
            ..Appearance::default()
        };
        let rows = INDICES.map(row).to_vec();
        let gone = Vec::new();
        let looks = Appearances { rows, gone };
        ear.senses.appearances(&looks, &mut ear.notes.census);
        assert_eq!(enemies(&ear), [[4_096, 0, 4_096]]);
        ear.hear(10 + FRESH_TICKS, None);
        assert!(enemies(&ear).is_empty(), "too long ago");
    }

    #[test]
    fn who_is_no_witness_counts_and_writes_no_ages_down() {
        let mut ear = Ear::new();
        ear.senses.is_witness = false;
        ear.hear(10, Some([1, 0, 0]));
        ear.hear(200, Some([1, 0, 0]));
        ear.senses.close(&mut ear.notes);
        assert_eq!(ear.notes.measured.updates, 4);
        assert_eq!(ear.worst(), (0, 0));
    }
}
