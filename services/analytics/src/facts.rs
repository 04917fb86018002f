//! Facts as the warehouse keeps them: rows of numbers and names. None of it says who a player is.

use serde::Serialize;

/// Nobody's house in a row, also of an undecided round.
pub const NO_HOUSE: i8 = -1;

/// A kind of fact: a row, and the table that it is kept in.
pub trait Fact: Serialize {
    const TABLE: &'static str;

    /// When it is put down.
    fn set_taken(&mut self, now_ms: i64);
}

/// Makes a row of its own columns, and those that all have: when it happened; in which event and at which place in
/// it, by which it is known again; and when the service put it down.
macro_rules! fact {
    ($(#[$about:meta])* $name:ident in $table:literal { $($(#[$note:meta])* $column:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Debug, Serialize)]
        pub struct $name {
            pub at_ms: i64,
            pub event: i64,
            pub n: u32,
            pub taken_ms: i64,
            $($(#[$note])* pub $column: $type,)*
        }

        impl Fact for $name {
            const TABLE: &'static str = $table;

            fn set_taken(&mut self, now_ms: i64) {
                self.taken_ms = now_ms;
            }
        }
    };
}

fact!(
    /// A player came or went.
    Session in "sessions" {
        world: String,
        player: String,
        house: i8,
        is_there: u8,
        seconds: u32,
    }
);
fact!(Kill in "kills" {
    world: String,
    /// Empty if it was no player's character; so with all that follow.
    killer: String,
    victim: String,
    killer_house: i8,
    victim_house: i8,
    weapon: &'static str,
    x: i32,
    y: i32,
    z: i32,
    /// Of the map of kills.
    cell_x: i32,
    cell_z: i32,
});
fact!(
    /// What one attacker's weapon did in a second.
    Damage in "damage" {
        world: String,
        attacker: String,
        house: i8,
        weapon: &'static str,
        hits: u32,
        amount: u32,
    }
);
fact!(
    /// Blocks of one kind that one player changed in a second.
    BlockChange in "blocks" {
        world: String,
        player: String,
        block: String,
        broken: u32,
        placed: u32,
    }
);
fact!(Economy in "economy" {
    place: String,
    item: String,
    count: i64,
});
fact!(
    /// How a shard's ticks went.
    TickHealth in "tick_health" {
        world: String,
        pod: u16,
        shard: u16,
        ticks: u32,
        p50_us: u32,
        p99_us: u32,
        max_us: u32,
        period_us: u32,
        bodies: u32,
        players: u32,
    }
);
fact!(
    /// How the ticks of the shard that had a region went, and how much of them was the region's.
    RegionHealth in "region_health" {
        world: String,
        pod: u16,
        shard: u16,
        region: String,
        cells: u32,
        /// Of its shard's bodies: what of the shard's ticks it takes, as if all bodies cost the same, which is how
        /// the placement controller reckons.
        share_permille: u32,
        p50_us: u32,
        p99_us: u32,
        max_us: u32,
        bodies: u32,
        players: u32,
    }
);
fact!(
    /// A round that ended.
    Round in "rounds" {
        world: String,
        number: u32,
        winner: i8,
        score_red: u32,
        score_blue: u32,
        seconds: u32,
        players_red: u32,
        players_blue: u32,
    }
);

/// Facts of some events.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    pub sessions: Vec<Session>,
    pub kills: Vec<Kill>,
    pub damage: Vec<Damage>,
    pub blocks: Vec<BlockChange>,
    pub economy: Vec<Economy>,
    pub ticks: Vec<TickHealth>,
    pub regions: Vec<RegionHealth>,
    pub rounds: Vec<Round>,
}

impl Facts {
    pub fn count(&self) -> usize {
        let Self {
            sessions,
            kills,
            damage,
            blocks,
            economy,
            ticks,
            regions,
            rounds,
        } = self;
        let battle = sessions.len() + kills.len() + damage.len() + blocks.len() + rounds.len();
        battle + economy.len() + ticks.len() + regions.len()
    }

    pub fn append(&mut self, mut other: Self) {
        self.sessions.append(&mut other.sessions);
        self.kills.append(&mut other.kills);
        self.damage.append(&mut other.damage);
        self.blocks.append(&mut other.blocks);
        self.economy.append(&mut other.economy);
        self.ticks.append(&mut other.ticks);
        self.regions.append(&mut other.regions);
        self.rounds.append(&mut other.rounds);
    }
}
