//! Sums up what the frames show. Frames and the time of day in, events out.

use std::{collections::BTreeMap, mem, sync::Arc};

use engine::{BodyId, Event, Frame, SessionId};
use events::battle::{Blocks, Fighter, Happenings, Kill, Round, Visit, Weapon, Wounds};
use spatial::{Block, Position};

use crate::{
    limits::{FACTS_PER_EVENT_MAX, TELL_TICKS},
    sight::{Seen, Sight, character_of, house_of},
};

/// Nobody's house, as a kill's victim whose body is gone already.
const NO_HOUSE: u8 = u8::MAX;
const SECOND_MS: i64 = 1_000;

/// Who observes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    pub world: String,
    pub pod: u16,
}

/// See the module.
#[derive(Debug)]
pub struct Aggregator {
    origin: Origin,
    sight: Sight,
    /// Since when each session is there, as far as was seen.
    since_ms: BTreeMap<SessionId, i64>,
    round_since_ms: Option<i64>,
    tick_last: Option<u32>,
    frames_skipped: u64,
    sums: Sums,
}

/// What was seen since it was told last.
#[derive(Debug, Default)]
struct Sums {
    tick_first: Option<u32>,
    kills: Vec<Kill>,
    wounds: BTreeMap<(Fighter, Option<u8>, Weapon), (u32, u32)>,
    blocks: BTreeMap<Fighter, Blocks>,
    visits: Vec<Visit>,
    rounds: Vec<Round>,
}

impl Aggregator {
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            sight: Sight::default(),
            since_ms: BTreeMap::new(),
            round_since_ms: None,
            tick_last: None,
            frames_skipped: 0,
            sums: Sums::default(),
        }
    }

    /// Ticks of which nothing was seen.
    pub fn frames_skipped(&self) -> u64 {
        self.frames_skipped
    }

    /// Takes the frames that all shards published of one tick; what there is to tell, mostly nothing.
    pub fn see(&mut self, frames: &[Arc<Frame>], at_ms: i64) -> Vec<Happenings> {
        let Some(tick) = frames.first().map(|frame| frame.tick) else {
            return Vec::new();
        };
        if let Some(last) = self.tick_last {
            let gap = tick.saturating_sub(last).saturating_sub(1);
            self.frames_skipped += u64::from(gap);
        }
        self.tick_last = Some(tick);
        let tick_first = *self.sums.tick_first.get_or_insert(tick);
        let before = self.sight.look(frames);
        self.note_visits(&before, at_ms);
        let pod = self.origin.pod;
        for frame in frames.iter().filter(|it| it.source.pod == pod) {
            for event in &frame.events {
                self.note(event, frame, frames, at_ms);
            }
        }
        match tick.saturating_sub(tick_first) + 1 < TELL_TICKS {
            true => Vec::new(),
            false => self.tell(at_ms),
        }
    }

    /// All that was not told yet.
    pub fn tell(&mut self, at_ms: i64) -> Vec<Happenings> {
        let sums = mem::take(&mut self.sums);
        let (Some(tick_first), Some(tick_last)) = (sums.tick_first, self.tick_last) else {
            return Vec::new();
        };
        let empty = Happenings {
            world: self.origin.world.clone(),
            pod: self.origin.pod,
            tick_first,
            tick_last,
            at_ms,
            ..Happenings::default()
        };
        sums.into_events(&empty)
    }

    /// A process tells of those who came to its shards, and of those who were last on them.
    fn note_visits(&mut self, before: &BTreeMap<SessionId, Seen>, at_ms: i64) {
        let now = self.sight.players();
        let came = now.iter().filter(|(it, _)| !before.contains_key(it));
        let went = before.iter().filter(|(it, _)| !now.contains_key(it));
        let visits = came.map(|it| (it, true)).chain(went.map(|it| (it, false)));
        for ((session, seen), is_there) in visits {
            let since_ms = match is_there {
                true => *self.since_ms.entry(*session).or_insert(at_ms),
                false => self.since_ms.remove(session).unwrap_or(at_ms),
            };
            let character = character_of(*session);
            let Some(character) = character.filter(|_| seen.pod == self.origin.pod) else {
                continue;
            };
            self.sums.visits.push(Visit {
                character,
                house: seen.house as u8,
                is_there,
                at_ms,
                seconds: seconds(at_ms - since_ms),
            });
        }
    }

    fn note(&mut self, event: &Event, frame: &Frame, frames: &[Arc<Frame>], at_ms: i64) {
        match *event {
            Event::Died {
                target,
                killer,
                weapon,
                position,
            } => {
                let kill = self.kill((killer, target), weapon, position, frames);
                self.sums.kills.push(kill);
            }
            Event::Hurt {
                attacker,
                weapon,
                damage,
                ..
            } => {
                let fighter = self.sight.fighter(attacker);
                let key = (fighter, house_of(frames, attacker), weapon_of(weapon));
                let (count, sum) = self.sums.wounds.entry(key).or_default();
                *count += 1;
                *sum = sum.saturating_add(damage.into());
            }
            Event::BlockBroken { was, by, .. } => {
                count_block(&mut self.blocks(by).broken, was);
            }
            Event::BlockPlaced { now, by, .. } => {
                count_block(&mut self.blocks(by).placed, now);
            }
            Event::RoundStarted { .. } => self.round_since_ms = Some(at_ms),
            Event::RoundEnded { winner } => {
                let round = self.round(frame, winner, at_ms);
                self.sums.rounds.push(round);
            }
            _ => {}
        }
    }

    fn kill(
        &self,
        (killer, victim): (BodyId, BodyId),
        weapon: engine::Weapon,
        position: Position,
        frames: &[Arc<Frame>],
    ) -> Kill {
        let block = position.block();
        Kill {
            killer: self.sight.fighter(killer),
            victim: self.sight.fighter(victim),
            killer_house: house_of(frames, killer),
            victim_house: house_of(frames, victim).unwrap_or(NO_HOUSE),
            weapon: weapon_of(weapon),
            place: [block.x, block.y, block.z],
        }
    }

    fn blocks(&mut self, by: BodyId) -> &mut Blocks {
        let by = self.sight.fighter(by);
        self.sums.blocks.entry(by).or_insert_with(|| Blocks {
            by,
            broken: BTreeMap::new(),
            placed: BTreeMap::new(),
        })
    }

    /// Of a round whose start was not seen, as long as it was.
    fn round(&self, seat: &Frame, winner: u8, at_ms: i64) -> Round {
        let mut players = [0; 2];
        for seen in self.sight.players().values() {
            players[seen.house as usize] += 1;
        }
        Round {
            number: seat.round.number,
            winner,
            score: seat.round.score,
            seconds: seconds(at_ms - self.round_since_ms.unwrap_or(at_ms)),
            players,
        }
    }
}

impl Sums {
    /// As many as hold it; none if there is nothing.
    fn into_events(self, empty: &Happenings) -> Vec<Happenings> {
        let mut events = Events {
            empty,
            done: Vec::new(),
            room: 0,
        };
        for kill in self.kills {
            events.with_room(1).kills.push(kill);
        }
        for ((attacker, house, weapon), (count, damage)) in self.wounds {
            events.with_room(1).wounds.push(Wounds {
                attacker,
                house,
                weapon,
                count,
                damage,
            });
        }
        for blocks in self.blocks.into_values() {
            let kinds = blocks.broken.len() + blocks.placed.len();
            events.with_room(kinds).blocks.push(blocks);
        }
        for visit in self.visits {
            events.with_room(1).visits.push(visit);
        }
        for round in self.rounds {
            events.with_room(1).rounds.push(round);
        }
        events.done
    }
}

/// Events as they are filled.
struct Events<'a> {
    empty: &'a Happenings,
    done: Vec<Happenings>,
    /// Facts that the last still takes.
    room: usize,
}

impl Events<'_> {
    /// The last event, or a new one if so many facts do not fit it any more.
    fn with_room(&mut self, facts: usize) -> &mut Happenings {
        if self.room < facts || self.done.is_empty() {
            self.done.push(self.empty.clone());
            self.room = FACTS_PER_EVENT_MAX;
        }
        self.room -= facts;
        self.done
            .last_mut()
            .expect("it was pushed if there was none")
    }
}

fn count_block(counts: &mut BTreeMap<String, u32>, block: Block) {
    let name = block.kind().name;
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

fn weapon_of(weapon: engine::Weapon) -> Weapon {
    match weapon {
        engine::Weapon::Sword => Weapon::Sword,
        engine::Weapon::Arrow => Weapon::Arrow,
        engine::Weapon::Bomb => Weapon::Bomb,
        engine::Weapon::Fall => Weapon::Fall,
        engine::Weapon::Drown => Weapon::Drown,
    }
}

fn seconds(span_ms: i64) -> u32 {
    u32::try_from(span_ms / SECOND_MS).unwrap_or(0)
}
