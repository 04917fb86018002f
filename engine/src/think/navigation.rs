//! Flow fields: from everywhere on the field the next step towards each banner and keep.
//!
//! One flood a few ticks, goal after goal, over the survey. Which goal is next follows from the tick
//! alone, and a flood ends in the tick it began, so nothing is ever half done between ticks.

use alloc::{vec, vec::Vec};

use spatial::{Block, BlockBox, BlockCoord, Position, terrain::Terrain};

use super::crowd::Crowd;
use super::stale::Stale;
use super::survey::{
    FLOOR_COUNT, NO_FLOOR, ROW_COUNT, SQUARE_COUNT, SWIM, Survey, WAYS, height, neighbour,
    square_at, square_block,
};
use crate::{
    generate::layout::{BANNER_COUNT, FIELD, WATER_LEVEL},
    record::{CheckpointError, Input, Record},
};

/// Where soldiers may want to go: each banner, then each house's camp.
pub const GOAL_COUNT: usize = BANNER_COUNT + 2;

/// Ticks between two floods: each goal's field is renewed every 4 s.
const FLOOD_PERIOD_TICKS: u32 = 80 / GOAL_COUNT as u32;
/// No way to the goal.
const NO_WAY: u8 = u8::MAX;
/// The goal itself.
const AT_GOAL: u8 = u8::MAX - 1;
/// How far around a goal its squares are taken as reached, in blocks.
const GOAL_REACH: i32 = 4;

const COST_STRAIGHT: u16 = 5;
const COST_DIAGONAL: u16 = 7;
/// Beside a wall or an edge: bodies keep clear of corners.
const COST_NARROW: u16 = 4;
/// In shallow water: slow.
const COST_WADE: u16 = 4;
/// In deep water: slower, and out of the fight.
const COST_SWIM: u16 = 30;
/// Through a press: many rather go around it, and so a battle spreads.
const COST_CROWD_MAX: u32 = 14;
/// Bodies in 16 m² that are no press yet.
const CROWD_FREE_COUNT: u32 = 4;
/// More than any step costs.
const BUCKET_COUNT: usize = 64;
const _: () = assert!(
    ((COST_DIAGONAL + COST_NARROW + COST_SWIM) as usize + (COST_CROWD_MAX as usize)) < BUCKET_COUNT
);

/// Where the goals are, as block coordinates of feet.
pub type Goals = [BlockCoord; GOAL_COUNT];

/// The survey and the flow fields made from it.
#[derive(Clone, Debug)]
pub struct Navigation {
    survey: Survey,
    stale: Stale,
    /// By goal, square and floor: one of [`WAYS`], [`AT_GOAL`] or [`NO_WAY`].
    ways: [Vec<[u8; FLOOR_COUNT]>; GOAL_COUNT],
    is_surveyed: bool,
    flood: Flood,
}

/// A place on the way to a goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waypoint {
    /// Middle of the square's first block; the feet's height.
    pub position: Position,
    /// Whether one has to swim or wade there.
    pub is_water: bool,
}

/// Storage of a flood, empty between floods.
#[derive(Clone, Debug, Default)]
struct Flood {
    costs: Vec<[u16; FLOOR_COUNT]>,
    /// By square: what the crowd that stands there adds to the cost.
    crowding: Vec<u8>,
    /// Places reached, by cost modulo the number of buckets.
    buckets: Vec<Vec<u32>>,
}

impl Default for Navigation {
    fn default() -> Self {
        Self {
            survey: Survey::default(),
            stale: Stale::default(),
            ways: core::array::from_fn(|_| vec![[NO_WAY; FLOOR_COUNT]; SQUARE_COUNT]),
            is_surveyed: false,
            flood: Flood::default(),
        }
    }
}

impl Navigation {
    /// Keeps up with the terrain: a bounded slice of work. The first call after the field was loaded
    /// looks at all of it.
    pub fn advance(&mut self, tick: u32, terrain: &Terrain, goals: &Goals, crowd: &Crowd) {
        if !self.is_surveyed {
            self.start(terrain, goals, crowd);
            return;
        }
        let row = tick as usize % ROW_COUNT;
        let parts = self.stale.take(row);
        self.survey.survey_row(row, parts, terrain);
        if tick.is_multiple_of(FLOOD_PERIOD_TICKS) {
            let goal = (tick / FLOOD_PERIOD_TICKS) as usize % GOAL_COUNT;
            self.flood(goal, goals[goal], crowd);
        }
    }

    /// Blocks have changed: they are looked at again. Whoever changes the terrain must say so.
    pub fn touch(&mut self, blocks: BlockBox) {
        self.stale.touch(blocks);
    }

    /// Whether the field has been looked at.
    pub fn is_surveyed(&self) -> bool {
        self.is_surveyed
    }

    /// Whether feet near here can walk to a goal.
    pub fn has_way(&self, goal: usize, from: Position) -> bool {
        self.locate(from)
            .is_some_and(|(square, floor)| self.ways[goal][square][floor] != NO_WAY)
    }

    /// Where to go next towards a goal: a few squares on, as long as the way is straight. None off
    /// the field, where no way leads, and at the goal.
    pub fn next(&self, goal: usize, from: Position) -> Option<Waypoint> {
        let (mut square, mut floor) = self.locate(from)?;
        let first = self.ways[goal][square][floor];
        for _ in 0..3 {
            let way = self.ways[goal][square][floor];
            let turns = (way.wrapping_sub(first) & 7).min(first.wrapping_sub(way) & 7);
            if way >= AT_GOAL || turns > 1 {
                break;
            }
            let Some(place) = self.survey.follow(square, floor, way as usize) else {
                break;
            };
            (square, floor) = place;
        }
        (first < AT_GOAL).then(|| self.waypoint(square, floor))
    }

    /// The height of the floor near a place, if one can stand there.
    pub fn floor(&self, near: Position) -> Option<i32> {
        let (square, floor) = self.locate(near)?;
        Some(height(self.survey.floors[square][floor]))
    }

    /// Whether a straight walk leads from one place to another, over dry ground if it starts there.
    pub fn is_open(&self, from: Position, to: Position) -> bool {
        const STRIDE_BITS: u32 = 12;
        let way = [to.x - from.x, to.z - from.z];
        let count = (way[0].abs().max(way[1].abs()) >> STRIDE_BITS) + 1;
        let mut y = from.block().y;
        let starts_wet = y <= WATER_LEVEL;
        (1..=count).all(|step| {
            let x = from.x + (i64::from(way[0]) * i64::from(step) / i64::from(count)) as i32;
            let z = from.z + (i64::from(way[1]) * i64::from(step) / i64::from(count)) as i32;
            let floor = self.floor(Position::new(x, y << 12, z));
            let climb = floor.map(|floor| floor - y);
            y = floor.unwrap_or(y);
            climb.is_some_and(|climb| climb <= 2) && (starts_wet || y > WATER_LEVEL)
        })
    }

    /// The lowest floor of a square, as the feet's block.
    pub fn ground(&self, near: Position) -> Option<i32> {
        let feet = near.block();
        let lowest = self.survey.floors[square_at(feet.x, feet.z)?][0];
        (lowest != NO_FLOOR).then(|| height(lowest))
    }

    fn locate(&self, place: Position) -> Option<(usize, usize)> {
        let feet = place.block();
        let square = square_at(feet.x, feet.z)?;
        Some((square, self.survey.floor_near(square, feet.y)?))
    }

    fn waypoint(&self, square: usize, floor: usize) -> Waypoint {
        const HALF: i32 = 1 << 11;
        let [x, z] = square_block(square);
        let y = height(self.survey.floors[square][floor]);
        let corner = BlockCoord::new(x, y, z).position();
        Waypoint {
            position: Position::new(corner.x + HALF, corner.y, corner.z + HALF),
            is_water: y <= WATER_LEVEL,
        }
    }

    /// The first look, once the goals are loaded; what is loaded later is found row by row.
    fn start(&mut self, terrain: &Terrain, goals: &Goals, crowd: &Crowd) {
        let is_ready = |goal: &BlockCoord| {
            FIELD.contains(goal.x, goal.z) && terrain.block(*goal) != Block::VOID
        };
        if !goals.iter().all(is_ready) {
            return;
        }
        self.survey.survey_all(terrain);
        for (goal, &place) in goals.iter().enumerate() {
            self.flood(goal, place, crowd);
        }
        self.is_surveyed = true;
    }

    /// Makes one goal's field anew: Dijkstra from the goal outwards over the steps that lead to it.
    fn flood(&mut self, goal: usize, place: BlockCoord, crowd: &Crowd) {
        let mut flood = core::mem::take(&mut self.flood);
        flood.clear(crowd);
        self.ways[goal].fill([NO_WAY; FLOOR_COUNT]);
        self.seed(&mut flood, goal, place);
        let mut cost = 0;
        let mut idle_count = 0;
        while idle_count < BUCKET_COUNT {
            idle_count += 1;
            while let Some(place) = flood.pop(cost) {
                idle_count = 0;
                if flood.costs[place.0][place.1] == cost {
                    self.reach_from(&mut flood, goal, place, cost);
                }
            }
            cost = cost.saturating_add(1);
        }
        self.flood = flood;
    }

    /// Starts at every square around the goal.
    fn seed(&mut self, flood: &mut Flood, goal: usize, place: BlockCoord) {
        for z in (place.z - GOAL_REACH..=place.z + GOAL_REACH).step_by(2) {
            for x in (place.x - GOAL_REACH..=place.x + GOAL_REACH).step_by(2) {
                let Some(square) = square_at(x, z) else {
                    continue;
                };
                if let Some(floor) = self.survey.floor_near(square, place.y) {
                    self.ways[goal][square][floor] = AT_GOAL;
                    flood.push(square, floor, 0);
                }
            }
        }
    }

    /// Reaches all squares that have a step to this one.
    fn reach_from(&mut self, flood: &mut Flood, goal: usize, place: (usize, usize), cost: u16) {
        let (square, floor) = place;
        for way in 0..WAYS.len() {
            let source = neighbour(square, (way + 4) % 8);
            let crowding = u16::from(flood.crowding[source]);
            for source_floor in 0..FLOOR_COUNT {
                let links = self.survey.links[source][source_floor];
                if usize::from(links >> (2 * way) & 3) != floor + 1 {
                    continue;
                }
                let y = self.survey.floors[source][source_floor];
                let cost = cost.saturating_add(step_cost(y, links, way) + crowding);
                if cost < flood.costs[source][source_floor] {
                    self.ways[goal][source][source_floor] = way as u8;
                    flood.push(source, source_floor, cost);
                }
            }
        }
    }
}

/// Nothing at all before the first look.
impl Record for Navigation {
    fn write(&self, output: &mut Vec<u8>) {
        self.is_surveyed.write(output);
        if self.is_surveyed {
            self.survey.write(output);
            self.ways.iter().for_each(|ways| ways.write(output));
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let mut navigation = Self {
            is_surveyed: Record::read(input)?,
            ..Self::default()
        };
        if navigation.is_surveyed {
            navigation.survey = Record::read(input)?;
            for ways in &mut navigation.ways {
                *ways = Record::read(input)?;
                let is_way = |&way: &u8| usize::from(way) < WAYS.len() || way >= AT_GOAL;
                if ways.len() != SQUARE_COUNT || !ways.as_flattened().iter().all(is_way) {
                    return Err(CheckpointError::Inconsistent);
                }
            }
        }
        Ok(navigation)
    }
}

/// What it costs to leave a square by one of its ways.
fn step_cost(y: u8, links: u16, way: usize) -> u16 {
    let length = if way.is_multiple_of(2) {
        COST_STRAIGHT
    } else {
        COST_DIAGONAL
    };
    let every_way = (links | links >> 1) & 0x5555;
    let narrow = if every_way == 0x5555 { 0 } else { COST_NARROW };
    let water = match y {
        _ if y & SWIM != 0 => COST_SWIM,
        _ if height(y) <= WATER_LEVEL => COST_WADE,
        _ => 0,
    };
    length + narrow + water
}

/// What a number of bodies in a tile adds to the cost of each step there.
fn crowding(count: u32) -> u8 {
    (count.saturating_sub(CROWD_FREE_COUNT) * 2).min(COST_CROWD_MAX) as u8
}

impl Flood {
    fn clear(&mut self, crowd: &Crowd) {
        self.crowding.clear();
        let crowding = |square| crowding(crowd.count_at(square_block(square)));
        self.crowding.extend((0..SQUARE_COUNT).map(crowding));
        self.costs.clear();
        self.costs.resize(SQUARE_COUNT, [u16::MAX; FLOOR_COUNT]);
        self.buckets.resize_with(BUCKET_COUNT, Vec::new);
    }

    fn push(&mut self, square: usize, floor: usize, cost: u16) {
        self.costs[square][floor] = cost;
        self.buckets[usize::from(cost) % BUCKET_COUNT].push((square * 4 + floor) as u32);
    }

    /// A place that was reached at a cost, maybe cheaper by now.
    fn pop(&mut self, cost: u16) -> Option<(usize, usize)> {
        let code = self.buckets[usize::from(cost) % BUCKET_COUNT].pop()? as usize;
        Some((code / 4, code % 4))
    }
}
