//! Server to client on the control stream: how the battle stands.

use alloc::{string::String, vec::Vec};

use crate::{
    down_stream_generated::voxelheim::wire,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits,
    session::{names, write_names},
    verify::{copy, count, range, root, same},
};

/// One banner. A house is 0 or 1; 255 is nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Banner {
    /// Block at the foot of its pole.
    pub block: [i32; 3],
    pub owner: u8,
    pub taker: u8,
    /// 0..=255.
    pub progress: u8,
}

/// Banners, score and the round.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Battle {
    pub tick: u32,
    pub round: u32,
    pub score: [u32; 2],
    pub score_to_win: u32,
    /// Ticks until the next round; 0 while one is fought.
    pub pause_ticks: u32,
    pub alive_count: [u32; 2],
    pub banners: Vec<Banner>,
}

/// One death, for the kill feed; the weapon is the engine's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kill {
    pub target: u32,
    pub killer: u32,
    pub weapon: u8,
}

/// Deaths that matter to a client.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kills {
    pub rows: Vec<Kill>,
}

/// A player's line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Score {
    pub id: u32,
    pub name: String,
    pub house: u8,
    pub kills: u16,
    pub deaths: u16,
    pub score: u32,
}

/// Players by score.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scoreboard {
    pub rows: Vec<Score>,
}

/// Bodies per square of the map, rows from north to south.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Density {
    pub square_blocks: u16,
    pub edge_count: u16,
    pub red: Vec<u8>,
    pub blue: Vec<u8>,
}

impl Battle {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Battle;
        let wire = root::<wire::Battle>(KIND, table)?;
        let banner_count = count(&wire.banner_owner());
        same(KIND, banner_count <= limits::BANNERS_MAX)?;
        same(KIND, count(&wire.banner_block()) == 3 * banner_count)?;
        same(KIND, count(&wire.banner_taker()) == banner_count)?;
        same(KIND, count(&wire.banner_progress()) == banner_count)?;
        let houses = |column| <[u32; 2]>::try_from(copy(column));
        let blocks = copy(wire.banner_block());
        let owners = copy(wire.banner_owner());
        let takers = copy(wire.banner_taker());
        let progress = copy(wire.banner_progress());
        let banner = |index: usize| Banner {
            block: [
                blocks[3 * index],
                blocks[3 * index + 1],
                blocks[3 * index + 2],
            ],
            owner: owners[index],
            taker: takers[index],
            progress: progress[index],
        };
        Ok(Battle {
            tick: wire.tick(),
            round: wire.round(),
            score: houses(wire.score()).map_err(|_| WireError::Columns(KIND))?,
            score_to_win: wire.score_to_win(),
            pause_ticks: wire.pause_ticks(),
            alive_count: houses(wire.alive_count()).map_err(|_| WireError::Columns(KIND))?,
            banners: (0..banner_count).map(banner).collect(),
        })
    }
}

impl Encode for Battle {
    const KIND: Kind = Kind::Battle;

    fn write(&self, builder: &mut Builder) -> Table {
        let banners = &self.banners;
        assert!(
            banners.len() <= limits::BANNERS_MAX,
            "a world has few banners"
        );
        let score = builder.create_vector(&self.score);
        let alive_count = builder.create_vector(&self.alive_count);
        let mut blocks = [0; 3 * limits::BANNERS_MAX];
        for (axes, banner) in blocks.chunks_exact_mut(3).zip(banners) {
            axes.copy_from_slice(&banner.block);
        }
        let banner_block = builder.create_vector(&blocks[..3 * banners.len()]);
        let owners = banners.iter().map(|banner| banner.owner);
        let banner_owner = builder.create_vector_from_iter(owners);
        let takers = banners.iter().map(|banner| banner.taker);
        let banner_taker = builder.create_vector_from_iter(takers);
        let progress = banners.iter().map(|banner| banner.progress);
        let banner_progress = builder.create_vector_from_iter(progress);
        let args = wire::BattleArgs {
            tick: self.tick,
            round: self.round,
            score: Some(score),
            score_to_win: self.score_to_win,
            pause_ticks: self.pause_ticks,
            alive_count: Some(alive_count),
            banner_block: Some(banner_block),
            banner_owner: Some(banner_owner),
            banner_taker: Some(banner_taker),
            banner_progress: Some(banner_progress),
        };
        wire::Battle::create(builder, &args).as_union_value()
    }
}

impl Kills {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Kills>(Kind::Kills, table)?;
        let row_count = count(&wire.target());
        same(Kind::Kills, row_count <= limits::KILLS_MAX)?;
        same(Kind::Kills, count(&wire.killer()) == row_count)?;
        same(Kind::Kills, count(&wire.weapon()) == row_count)?;
        let pairs = wire.target().into_iter().flatten();
        let pairs = pairs.zip(wire.killer().into_iter().flatten());
        let rows = pairs.zip(wire.weapon().into_iter().flatten());
        let rows = rows.map(|((target, killer), weapon)| Kill {
            target,
            killer,
            weapon,
        });
        Ok(Kills {
            rows: rows.collect(),
        })
    }
}

impl Encode for Kills {
    const KIND: Kind = Kind::Kills;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(self.rows.len() <= limits::KILLS_MAX, "split by the caller");
        let target = builder.create_vector_from_iter(self.rows.iter().map(|row| row.target));
        let killer = builder.create_vector_from_iter(self.rows.iter().map(|row| row.killer));
        let weapon = builder.create_vector_from_iter(self.rows.iter().map(|row| row.weapon));
        let args = wire::KillsArgs {
            target: Some(target),
            killer: Some(killer),
            weapon: Some(weapon),
        };
        wire::Kills::create(builder, &args).as_union_value()
    }
}

impl Scoreboard {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Scoreboard;
        let wire = root::<wire::Scoreboard>(KIND, table)?;
        let row_count = count(&wire.id());
        same(KIND, row_count <= limits::SCOREBOARD_MAX)?;
        same(KIND, count(&wire.name()) == row_count)?;
        same(KIND, count(&wire.house()) == row_count)?;
        same(KIND, count(&wire.kills()) == row_count)?;
        same(KIND, count(&wire.deaths()) == row_count)?;
        same(KIND, count(&wire.score()) == row_count)?;
        let ids = copy(wire.id());
        let houses = copy(wire.house());
        let kills = copy(wire.kills());
        let deaths = copy(wire.deaths());
        let scores = copy(wire.score());
        let rows = names(wire.name())?.into_iter().enumerate();
        let rows = rows.map(|(row, name)| Score {
            id: ids[row],
            name,
            house: houses[row],
            kills: kills[row],
            deaths: deaths[row],
            score: scores[row],
        });
        Ok(Scoreboard {
            rows: rows.collect(),
        })
    }
}

impl Encode for Scoreboard {
    const KIND: Kind = Kind::Scoreboard;

    fn write(&self, builder: &mut Builder) -> Table {
        let rows = &self.rows;
        assert!(rows.len() <= limits::SCOREBOARD_MAX, "cut by the caller");
        let name = write_names(builder, rows.iter().map(|row| row.name.as_str()));
        let id = builder.create_vector_from_iter(rows.iter().map(|row| row.id));
        let house = builder.create_vector_from_iter(rows.iter().map(|row| row.house));
        let kills = builder.create_vector_from_iter(rows.iter().map(|row| row.kills));
        let deaths = builder.create_vector_from_iter(rows.iter().map(|row| row.deaths));
        let score = builder.create_vector_from_iter(rows.iter().map(|row| row.score));
        let args = wire::ScoreboardArgs {
            id: Some(id),
            name: Some(name),
            house: Some(house),
            kills: Some(kills),
            deaths: Some(deaths),
            score: Some(score),
        };
        wire::Scoreboard::create(builder, &args).as_union_value()
    }
}

impl Density {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Density>(Kind::Density, table)?;
        let edge_count = usize::from(wire.edge_count());
        range("edge_count", edge_count <= limits::DENSITY_EDGE_MAX)?;
        same(Kind::Density, count(&wire.red()) == edge_count * edge_count)?;
        same(
            Kind::Density,
            count(&wire.blue()) == edge_count * edge_count,
        )?;
        Ok(Density {
            square_blocks: wire.square_blocks(),
            edge_count: wire.edge_count(),
            red: copy(wire.red()),
            blue: copy(wire.blue()),
        })
    }
}

impl Encode for Density {
    const KIND: Kind = Kind::Density;

    fn write(&self, builder: &mut Builder) -> Table {
        let red = builder.create_vector(&self.red);
        let blue = builder.create_vector(&self.blue);
        let args = wire::DensityArgs {
            square_blocks: self.square_blocks,
            edge_count: self.edge_count,
            red: Some(red),
            blue: Some(blue),
        };
        wire::Density::create(builder, &args).as_union_value()
    }
}
