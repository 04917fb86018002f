//! The world as one shard has it: all that it owns and advances.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use spatial::{
    BlockCoord, CellCoord,
    limits::REGION_LEVEL_MAX,
    partition::{Owner, Partition},
    position::CELL_EDGE_BLOCKS,
    random::SplitMix64,
    region::RegionId,
    terrain::Terrain,
};

use crate::{
    balance::{BREATH_TICKS, SOLDIER_HEALTH_MAX},
    body::{Bodies, Body, Combat, Gear, NONE},
    dialect::Dialect,
    drops::Drops,
    effect::Outbox,
    frame::{BannerState, Frame, House, RoundState},
    generate::layout::WORLD_EDGE,
    happenings::{Counters, Happenings},
    history::History,
    limits::{ARROWS_MAX, BODIES_MAX, BOMBS_MAX},
    motion::Motion,
    player::{Player, Players},
    projectile::{Arrow, Bomb},
    publish,
    round::RoundMemory,
    seat::Seat,
    think::Thought,
};

/// What a world is made with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorldConfig {
    /// Drawn when the world was founded: tells it from all others. No rule reads it.
    pub founding: u128,
    /// Keys every draw of chance.
    pub seed: u64,
    pub soldiers_per_house: u32,
    pub score_to_win: u32,
    pub landmarks: Landmarks,
}

/// The places that rules speak of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Landmarks {
    /// Where the bodies of each house come in: a block near the ground.
    pub camps: [BlockCoord; 2],
    /// The feet of the banners' poles.
    pub banners: Vec<BlockCoord>,
}

/// All that a shard owns, and what it knows of the others. Phases change it; readers get its frames.
#[derive(Clone, Debug)]
pub struct World {
    pub config: WorldConfig,
    /// Who owns which cells in the tick under way: what the seat's frame of the last tick said.
    pub partition: Arc<Partition>,
    /// This shard's name in it.
    pub owner: Owner,
    /// What the world speaks in the tick under way: as the seat's frame of the last tick said.
    pub dialect: Dialect,
    /// And from the next tick on: another only where the seat is.
    pub dialect_next: Dialect,
    /// The tick under way, or the last one.
    pub tick: u32,
    /// Of all the world: a copy that every shard keeps by the same edits.
    pub terrain: Terrain,
    /// Of all the world, too.
    pub drops: Drops,
    pub bodies: Bodies,
    pub players: Players,
    pub arrows: Vec<Arrow>,
    pub bombs: Vec<Bomb>,
    /// On the one shard that keeps it.
    pub seat: Option<Box<Seat>>,
    /// Effects of the tick before, under application.
    pub inbox: Outbox,
    /// Effects of the tick under way.
    pub outbox: Outbox,
    pub happenings: Happenings,
    /// What all shards published of the ticks before the one under way.
    pub history: History,
    /// What this shard published last.
    pub frame: Arc<Frame>,
    pub thought: Thought,
    pub round_memory: RoundMemory,
    /// Sums what every edit and load did to the terrain, so that the world hash need not read it.
    pub terrain_hash: u64,
}

impl World {
    /// A world of one shard before its first tick. Soldiers stand by and come in as soon as the
    /// terrain of their camp is loaded. Panics when more soldiers are asked for than bodies fit.
    pub fn new(config: WorldConfig, terrain: Terrain) -> Self {
        let soldier_count = config.soldiers_per_house as usize * 2;
        assert!(
            soldier_count <= BODIES_MAX,
            "too many soldiers for one world"
        );
        let round = RoundState {
            number: 1,
            score_to_win: config.score_to_win,
            ..RoundState::default()
        };
        let seat = Seat::new(banners(&config.landmarks), round, whole_world());
        let mut world = Self::bare(config, Owner::default(), seat.partition.clone(), terrain);
        world.seat = Some(Box::new(seat));
        world.add_soldiers();
        publish::restart(&mut world);
        world
    }

    /// The same before its first tick, speaking an older dialect than this version's newest.
    pub fn speaking(mut self, dialect: Dialect) -> Self {
        assert_eq!(self.tick, 0, "a world that ticks is told by a command");
        self.speak(dialect);
        publish::restart(&mut self);
        self
    }

    /// A shard without anything but terrain.
    pub(crate) fn bare(
        config: WorldConfig,
        owner: Owner,
        partition: Arc<Partition>,
        terrain: Terrain,
    ) -> Self {
        Self {
            config,
            partition,
            owner,
            dialect: Dialect::default(),
            dialect_next: Dialect::default(),
            tick: 0,
            round_memory: RoundMemory {
                number: 1,
                start_tick: 0,
                pristine: terrain.clone(),
            },
            terrain,
            drops: Drops::with_room(),
            bodies: Bodies::new(),
            players: Players::new(),
            arrows: Vec::with_capacity(ARROWS_MAX),
            bombs: Vec::with_capacity(BOMBS_MAX),
            seat: None,
            inbox: Outbox::new(),
            outbox: Outbox::new(),
            happenings: Happenings::new(),
            history: History::new(0),
            frame: Arc::default(),
            thought: Thought::default(),
            terrain_hash: 0,
        }
    }

    /// Speaks it from now on: for worlds that are new, loaded or beside another.
    pub(crate) fn speak(&mut self, dialect: Dialect) {
        self.dialect = dialect;
        self.dialect_next = dialect;
    }

    /// Whether a cell is this shard's to decide on (R4): not another's, nor outside of the world.
    pub fn owns(&self, cell: CellCoord) -> bool {
        let region = self.partition.locate(cell);
        region.is_ok_and(|region| region.owner == self.owner)
    }

    /// Whether this shard is the whole world, and so may tick without others.
    pub fn is_whole(&self) -> bool {
        let regions = self.frame.partition.regions();
        self.seat.is_some() && regions.iter().all(|region| region.owner == self.owner)
    }

    /// What was refused, dropped or late since the world was made or loaded.
    pub const fn counters(&self) -> Counters {
        self.happenings.counters
    }

    /// Puts a body of another shard in the columns.
    pub(crate) fn bring_in(&mut self, body: Body, player: Option<Player>) {
        let slot = player.map_or(NONE, |player| self.players.add(player));
        self.bodies.arrive(body, slot);
    }

    fn add_soldiers(&mut self) {
        let seat = self.seat.as_mut().expect("a new world has its seat");
        let mut names = Vec::new();
        for number in 0..self.config.soldiers_per_house {
            for house in [House::Red, House::Blue] {
                let gear = Gear::of_soldier(number);
                let id = seat.name_body(String::new(), house, gear as u8, 0);
                let id = id.expect("the number of soldiers was checked");
                names.push((number, house, id));
            }
        }
        for (number, house, id) in names {
            let combat = Combat {
                respawn_ticks: self.first_wait_ticks(number, house),
                ..Combat::soldier(house, Gear::of_soldier(number))
            };
            let body = Body::new(id, self.motion_at_camp(house), combat);
            self.bodies.create(body, NONE);
        }
    }

    /// Where a body waits for its first return.
    pub fn motion_at_camp(&self, house: House) -> Motion {
        let position = self.config.landmarks.camps[house as usize].position();
        Motion {
            position,
            fall_from_y: position.y,
            ..Motion::default()
        }
    }

    /// Soldiers come in over the first three seconds, not all in one tick.
    fn first_wait_ticks(&self, number: u32, house: House) -> u16 {
        let keys = [self.config.seed, number as u64, house as u64];
        SplitMix64::keyed(&keys).below(60) as u16
    }
}

impl House {
    /// The house of a column's number.
    pub const fn of(number: u8) -> House {
        match number {
            0 => House::Red,
            _ => House::Blue,
        }
    }

    pub const fn other(self) -> House {
        match self {
            House::Red => House::Blue,
            House::Blue => House::Red,
        }
    }
}

impl Gear {
    /// Of thirty soldiers six fight with the bow, one with bombs, the others with the sword.
    pub const fn of_soldier(number: u32) -> Gear {
        match number % 30 {
            2 | 7 | 12 | 17 | 22 | 27 => Gear::Bow,
            14 => Gear::Sapper,
            _ => Gear::Sword,
        }
    }
}

impl Combat {
    /// A soldier who has not come in yet.
    pub fn soldier(house: House, gear: Gear) -> Self {
        Self {
            health_max: SOLDIER_HEALTH_MAX,
            breath_ticks: BREATH_TICKS,
            house,
            gear,
            holds_bow: gear == Gear::Bow,
            ..Self::default()
        }
    }
}

/// The largest region is the world, and all of it is one shard's.
const _: () = assert!(CELL_EDGE_BLOCKS << REGION_LEVEL_MAX == WORLD_EDGE);

/// The partition of a world with one shard.
pub fn whole_world() -> Partition {
    let region = RegionId::of_cell(CellCoord::new(0, 0, 0), REGION_LEVEL_MAX)
        .expect("the first cell is within space");
    Partition::new(&[region], Owner::default()).expect("one region shares no cell")
}

fn banners(landmarks: &Landmarks) -> Vec<BannerState> {
    let state = |&block: &BlockCoord| BannerState {
        block,
        owner: u8::MAX,
        taker: u8::MAX,
        progress: 0,
    };
    landmarks.banners.iter().map(state).collect()
}
