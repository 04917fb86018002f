//! Events become facts. What comes from the broker is checked like any other foreign input: a name that no
//! herald would say, a number out of range, an event that is newer than this service makes the whole
//! event one that nobody can take.

use backends::broker::Event;
use events::{
    BadBody, Body,
    battle::{Blocks, Fighter, Happenings, Ticks, Weapon},
    inventory::Flows,
};
use ring::digest::{SHA256, digest};

use crate::{
    PlayerKey,
    facts::{
        BlockChange, Damage, Economy, Facts, Kill, NO_HOUSE, RegionHealth, Round, Session,
        TickHealth,
    },
    limits::{
        CELL_BLOCKS, CLOCK_AHEAD_MAX_MS, EVENT_FACTS_MAX, FLOW_COUNT_MAX, NAME_BYTES_MAX,
        VISITS_TOLD_WITHIN_MS,
    },
};

/// Topics that are read.
pub const TOPICS: [&str; 3] = [Happenings::TOPIC, Ticks::TOPIC, Flows::TOPIC];

/// What comes of an event.
#[derive(Debug)]
pub enum Reading {
    Facts(Facts),
    /// Nothing: it is older than what is kept.
    Expired,
    /// Nobody can take it.
    Refused(String),
}

/// When facts are taken, and of which times.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub now_ms: i64,
    pub kept_from_ms: i64,
}

/// Reads an event. `taken_ms` of its facts is left to whoever keeps them.
pub fn read(event: &Event, key: &PlayerKey, times: Times) -> Reading {
    let facts = match event.topic.as_str() {
        _ if event.id.is_empty() => Err("it has no id".to_owned()),
        Happenings::TOPIC => body(event).and_then(|it| happenings(event, it, key)),
        Ticks::TOPIC => body(event).and_then(|it| ticks(event, it)),
        Flows::TOPIC => body(event).and_then(|it| flows(event, it)),
        _ => Err("nobody here reads its topic".to_owned()),
    };
    match facts {
        Err(reason) => Reading::Refused(reason),
        Ok((at_ms, _)) if at_ms > times.now_ms + CLOCK_AHEAD_MAX_MS => {
            Reading::Refused("it is of another time".to_owned())
        }
        Ok((at_ms, _)) if at_ms < times.kept_from_ms => Reading::Expired,
        Ok((_, facts)) if facts.count() > EVENT_FACTS_MAX => {
            Reading::Refused("it says too much".to_owned())
        }
        Ok((_, facts)) => Reading::Facts(facts),
    }
}

/// Of which time, and what.
type Read = Result<(i64, Facts), String>;

fn body<B: Body>(event: &Event) -> Result<B, String> {
    B::from_bytes(&event.body).map_err(|error: BadBody| error.to_string())
}

/// By which an event's facts are known again, whatever it is delivered with. 64 bits will do: two events
/// would have to be of the same millisecond too.
fn event_hash(event: &Event) -> i64 {
    let digest = digest(&SHA256, event.id.as_bytes());
    let (first, _) = digest.as_ref().split_at(8);
    i64::from_be_bytes(first.try_into().expect("it is 8 bytes"))
}

fn happenings(event: &Event, told: Happenings, key: &PlayerKey) -> Read {
    let world = name(&told.world)?;
    let writer = Writer {
        at_ms: told.at_ms,
        event: event_hash(event),
        world,
        key,
    };
    let facts = Facts {
        sessions: writer.sessions(&told)?,
        kills: writer.kills(&told)?,
        damage: writer.damage(&told)?,
        blocks: writer.blocks(&told.blocks)?,
        rounds: writer.rounds(&told)?,
        ..Facts::default()
    };
    Ok((told.at_ms, facts))
}

/// What all facts of some happenings share.
struct Writer<'a> {
    at_ms: i64,
    event: i64,
    world: String,
    key: &'a PlayerKey,
}

impl Writer<'_> {
    fn player(&self, fighter: Fighter) -> String {
        fighter.map_or_else(String::new, |it| self.key.hash(it.0))
    }

    fn sessions(&self, told: &Happenings) -> Result<Vec<Session>, String> {
        let rows = told.visits.iter().zip(0..).map(|(visit, n)| {
            let times = self.at_ms.saturating_sub(VISITS_TOLD_WITHIN_MS)..=self.at_ms;
            if !times.contains(&visit.at_ms) {
                return Err("a visit is of another time".to_owned());
            }
            Ok(Session {
                at_ms: visit.at_ms,
                event: self.event,
                n,
                taken_ms: 0,
                world: self.world.clone(),
                player: self.key.hash(visit.character.0),
                house: house(Some(visit.house))?,
                is_there: visit.is_there.into(),
                seconds: visit.seconds,
            })
        });
        rows.collect()
    }

    fn kills(&self, told: &Happenings) -> Result<Vec<Kill>, String> {
        let rows = told.kills.iter().zip(0..).map(|(kill, n)| {
            let [x, y, z] = kill.place;
            Ok(Kill {
                at_ms: self.at_ms,
                event: self.event,
                n,
                taken_ms: 0,
                world: self.world.clone(),
                killer: self.player(kill.killer),
                victim: self.player(kill.victim),
                killer_house: house(kill.killer_house)?,
                victim_house: house(Some(kill.victim_house))?,
                weapon: weapon(kill.weapon),
                x,
                y,
                z,
                cell_x: x.div_euclid(CELL_BLOCKS),
                cell_z: z.div_euclid(CELL_BLOCKS),
            })
        });
        rows.collect()
    }

    fn damage(&self, told: &Happenings) -> Result<Vec<Damage>, String> {
        let rows = told.wounds.iter().zip(0..).map(|(wounds, n)| {
            Ok(Damage {
                at_ms: self.at_ms,
                event: self.event,
                n,
                taken_ms: 0,
                world: self.world.clone(),
                attacker: self.player(wounds.attacker),
                house: house(wounds.house)?,
                weapon: weapon(wounds.weapon),
                hits: wounds.count,
                amount: wounds.damage,
            })
        });
        rows.collect()
    }

    fn blocks(&self, told: &[Blocks]) -> Result<Vec<BlockChange>, String> {
        let mut rows = Vec::new();
        for blocks in told {
            let broken = blocks
                .broken
                .iter()
                .map(|(block, count)| (block, *count, 0));
            let placed = blocks
                .placed
                .iter()
                .map(|(block, count)| (block, 0, *count));
            for (block, broken, placed) in broken.chain(placed) {
                rows.push(BlockChange {
                    at_ms: self.at_ms,
                    event: self.event,
                    n: number(rows.len()),
                    taken_ms: 0,
                    world: self.world.clone(),
                    player: self.player(blocks.by),
                    block: block_name(block)?,
                    broken,
                    placed,
                });
            }
        }
        Ok(rows)
    }

    fn rounds(&self, told: &Happenings) -> Result<Vec<Round>, String> {
        let rows = told.rounds.iter().zip(0..).map(|(round, n)| {
            Ok(Round {
                at_ms: self.at_ms,
                event: self.event,
                n,
                taken_ms: 0,
                world: self.world.clone(),
                number: round.number,
                winner: house(Some(round.winner))?,
                score_red: round.score[0],
                score_blue: round.score[1],
                seconds: round.seconds,
                players_red: round.players[0],
                players_blue: round.players[1],
            })
        });
        rows.collect()
    }
}

fn ticks(event: &Event, told: Ticks) -> Read {
    let event = event_hash(event);
    let world = name(&told.world)?;
    let regions = told.regions.iter().zip(0..).map(|(region, n)| {
        Ok(RegionHealth {
            at_ms: told.at_ms,
            event,
            n,
            taken_ms: 0,
            world: world.clone(),
            pod: told.pod,
            shard: told.shard,
            region: name(&region.region)?,
            cells: region.cells,
            share_permille: share_permille(region.bodies, told.bodies),
            p50_us: told.p50_us,
            p99_us: told.p99_us,
            max_us: told.max_us,
            bodies: region.bodies,
            players: region.players,
        })
    });
    let regions = regions.collect::<Result<_, String>>()?;
    let ticks = vec![TickHealth {
        at_ms: told.at_ms,
        event,
        n: 0,
        taken_ms: 0,
        world,
        pod: told.pod,
        shard: told.shard,
        ticks: told.count,
        p50_us: told.p50_us,
        p99_us: told.p99_us,
        max_us: told.max_us,
        period_us: told.period_us,
        bodies: told.bodies,
        players: told.players,
    }];
    let facts = Facts {
        ticks,
        regions,
        ..Facts::default()
    };
    Ok((told.at_ms, facts))
}

/// How much of a whole a part is, in thousandths; never more than all of it.
fn share_permille(part: u32, whole: u32) -> u32 {
    let share = u64::from(part) * 1_000 / u64::from(whole.max(1));
    u32::try_from(share).map_or(1_000, |share| share.min(1_000))
}

fn flows(event: &Event, told: Flows) -> Read {
    let rows = told.flows.iter().zip(0..).map(|(flow, n)| {
        let is_known = flow.place.starts_with("source.") || flow.place.starts_with("sink.");
        if !is_known {
            return Err("a flow is from a source or into a sink".to_owned());
        }
        if flow.count.unsigned_abs() > FLOW_COUNT_MAX {
            return Err("nobody has so many things".to_owned());
        }
        Ok(Economy {
            at_ms: told.at_ms,
            event: event_hash(event),
            n,
            taken_ms: 0,
            place: name(&flow.place)?,
            item: name(&flow.item)?,
            count: flow.count,
        })
    });
    let facts = Facts {
        economy: rows.collect::<Result<_, _>>()?,
        ..Facts::default()
    };
    Ok((told.at_ms, facts))
}

/// Small, and of letters that need no care wherever they are shown.
fn name(text: &str) -> Result<String, String> {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"_-.:".contains(&it);
    let is_name = !text.is_empty() && text.len() <= NAME_BYTES_MAX;
    match is_name && text.bytes().all(is_allowed) {
        true => Ok(text.to_owned()),
        false => Err("a name is none".to_owned()),
    }
}

/// Names between which one space may stand: "red cloth".
fn block_name(text: &str) -> Result<String, String> {
    if text.len() > NAME_BYTES_MAX {
        return Err("a name is none".to_owned());
    }
    text.split(' ').try_for_each(|word| name(word).map(drop))?;
    Ok(text.to_owned())
}

/// 255 is nobody's, as the battle says it.
fn house(house: Option<u8>) -> Result<i8, String> {
    match house {
        Some(house @ 0..=1) => Ok(house as i8),
        None | Some(u8::MAX) => Ok(NO_HOUSE),
        Some(_) => Err("there are two houses".to_owned()),
    }
}

const fn weapon(weapon: Weapon) -> &'static str {
    match weapon {
        Weapon::Sword => "sword",
        Weapon::Arrow => "arrow",
        Weapon::Bomb => "bomb",
        Weapon::Fall => "fall",
        Weapon::Drown => "drown",
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("an event is at most a megabyte")
}
