//! The world: all that a shard owns and advances.

use alloc::{string::String, sync::Arc, vec::Vec};

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
    body::{Bodies, Combat, Gear, NONE, NewBody},
    effect::Outbox,
    frame::{Appearance, BannerState, Frame, House, Roster, RoundState},
    generate::layout::WORLD_EDGE,
    happenings::{Counters, Happenings},
    history::History,
    limits::{ARROWS_MAX, BODIES_MAX, BOMBS_MAX},
    motion::Motion,
    player::Players,
    projectile::{Arrow, Bomb},
    publish,
    round::RoundMemory,
    think::Thought,
};

/// What a world is made with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorldConfig {
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

/// All that a shard owns. Phases change it; readers get its frames.
#[derive(Clone, Debug)]
pub struct World {
    pub config: WorldConfig,
    /// Who owns which cells. A checkpoint does not keep it: it is [`whole_world`] until there are
    /// more shards.
    pub partition: Partition,
    /// This shard's name in it.
    pub owner: Owner,
    /// The tick under way, or the last one.
    pub tick: u32,
    pub terrain: Terrain,
    pub bodies: Bodies,
    pub players: Players,
    pub arrows: Vec<Arrow>,
    pub bombs: Vec<Bomb>,
    pub banners: Vec<BannerState>,
    pub round: RoundState,
    pub roster: Arc<Roster>,
    /// Effects of the tick before, under application.
    pub inbox: Outbox,
    /// Effects of the tick under way.
    pub outbox: Outbox,
    pub happenings: Happenings,
    pub history: History,
    pub thought: Thought,
    pub round_memory: RoundMemory,
    /// Sums what every edit and load did to the terrain, so that the world hash need not read it.
    pub terrain_hash: u64,
}

impl World {
    /// A world before its first tick. Soldiers stand by and come in as soon as the terrain of their
    /// camp is loaded. Panics when more soldiers are asked for than bodies fit.
    pub fn new(config: WorldConfig, terrain: Terrain) -> Self {
        let soldier_count = config.soldiers_per_house as usize * 2;
        assert!(
            soldier_count <= BODIES_MAX,
            "too many soldiers for one world"
        );
        let mut world = Self {
            banners: banners(&config.landmarks),
            round: RoundState {
                number: 1,
                score_to_win: config.score_to_win,
                ..RoundState::default()
            },
            config,
            partition: whole_world(),
            owner: Owner::default(),
            tick: 0,
            terrain: terrain.clone(),
            bodies: Bodies::new(),
            players: Players::new(),
            arrows: Vec::with_capacity(ARROWS_MAX),
            bombs: Vec::with_capacity(BOMBS_MAX),
            roster: Arc::default(),
            inbox: Outbox::new(),
            outbox: Outbox::new(),
            happenings: Happenings::new(),
            history: History::new(Frame::default()),
            thought: Thought::default(),
            round_memory: RoundMemory {
                start_tick: 0,
                pristine: terrain,
            },
            terrain_hash: 0,
        };
        world.add_soldiers();
        world.history = History::new(publish::first_frame(&mut world));
        world
    }

    /// Whether a cell is this shard's to write (R4): not another's, nor outside of the world.
    pub fn owns(&self, cell: CellCoord) -> bool {
        let region = self.partition.locate(cell);
        region.is_ok_and(|region| region.owner == self.owner)
    }

    /// What was refused, dropped or late since the world was made or loaded.
    pub const fn counters(&self) -> Counters {
        self.happenings.counters
    }

    /// Adds a body and its appearance; none when the world is full.
    pub fn add_body(&mut self, body: NewBody, name: String) -> Option<crate::BodyId> {
        let id = self.bodies.add(body, self.tick)?;
        let roster = Arc::make_mut(&mut self.roster);
        let index = id.index() as usize;
        if roster.appearances.len() <= index {
            roster.appearances.resize(index + 1, None);
        }
        roster.appearances[index] = Some(Appearance {
            id,
            name,
            house: body.combat.house,
            gear: body.combat.gear as u8,
        });
        roster.version += 1;
        Some(id)
    }

    /// Removes a body and its appearance.
    pub fn remove_body(&mut self, id: crate::BodyId) {
        self.bodies.remove(id, self.tick);
        let roster = Arc::make_mut(&mut self.roster);
        roster.appearances[id.index() as usize] = None;
        roster.version += 1;
    }

    fn add_soldiers(&mut self) {
        for number in 0..self.config.soldiers_per_house {
            for house in [House::Red, House::Blue] {
                let combat = Combat {
                    respawn_ticks: self.first_wait_ticks(number, house),
                    ..Combat::soldier(house, Gear::of_soldier(number))
                };
                let body = NewBody {
                    player: NONE,
                    motion: self.motion_at_camp(house),
                    combat,
                };
                self.add_body(body, String::new())
                    .expect("the number of soldiers was checked");
            }
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
