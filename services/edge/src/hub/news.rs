//! What all clients are told alike, made once and shared: the battle, the scoreboard, the density of
//! the crowd. And what is picked for each: kills, refusals and finds. Pure: frames in, messages out.

use bytes::Bytes;
use engine::{Appearance, BodyId, Event, Frame, Piece, PlayerState, SessionId};
use protocol::{
    Encode, Encoder,
    battle::{Banner, Battle, Density, Kill, Kills, Score, Scoreboard},
    loot::{Found, Stack},
    session::{self, Refusals},
};
use spatial::Position;

use crate::{hub::drops::stack, limits};

/// The newest of each shared message, and when it was made.
pub struct News {
    pub battle: Shared<Battle>,
    pub scoreboard: Shared<Scoreboard>,
    pub density: Shared<Density>,
    encoder: Encoder,
}

/// One message for all, kept for those who join later.
pub struct Shared<M> {
    content: M,
    message: Bytes,
    made_at_tick: u32,
    is_fresh: bool,
}

/// When it is, and how long a message holds at least.
#[derive(Clone, Copy)]
struct Rhythm {
    tick: u32,
    pause_ticks: u32,
}

impl<M: Encode + PartialEq + Default + Clone> Shared<M> {
    fn new(encoder: &mut Encoder) -> Self {
        let content = M::default();
        Self {
            message: Bytes::copy_from_slice(encoder.stream(&content)),
            content,
            made_at_tick: 0,
            is_fresh: false,
        }
    }

    /// The message, for one who joins.
    pub fn message(&self) -> Bytes {
        self.message.clone()
    }

    /// The message, if it is new in this tick.
    pub fn fresh(&self) -> Option<Bytes> {
        self.is_fresh.then(|| self.message.clone())
    }

    /// Makes the message anew when `rhythm` says it is time, and keeps it if it differs. The stamp is
    /// set on what is sent, not on what is compared.
    fn update(
        &mut self,
        encoder: &mut Encoder,
        rhythm: Rhythm,
        make: impl FnOnce() -> M,
        stamp: impl FnOnce(&mut M),
    ) {
        self.is_fresh = false;
        if rhythm.tick.wrapping_sub(self.made_at_tick) < rhythm.pause_ticks {
            return;
        }
        self.made_at_tick = rhythm.tick;
        let content = make();
        if content != self.content {
            let mut stamped = content.clone();
            stamp(&mut stamped);
            self.message = Bytes::copy_from_slice(encoder.stream(&stamped));
            self.content = content;
            self.is_fresh = true;
        }
    }
}

impl News {
    pub fn new() -> Self {
        let mut encoder = Encoder::new();
        Self {
            battle: Shared::new(&mut encoder),
            scoreboard: Shared::new(&mut encoder),
            density: Shared::new(&mut encoder),
            encoder,
        }
    }

    /// Makes what is due in this frame.
    pub fn update(&mut self, frame: &Frame) {
        let tick = frame.tick;
        let every = |pause_ticks| Rhythm { tick, pause_ticks };
        self.battle.update(
            &mut self.encoder,
            every(limits::BATTLE_TICKS),
            || battle(frame),
            |battle| battle.tick = tick,
        );
        self.scoreboard.update(
            &mut self.encoder,
            every(limits::SCOREBOARD_TICKS),
            || scoreboard(frame),
            |_| (),
        );
        self.density.update(
            &mut self.encoder,
            every(limits::DENSITY_TICKS),
            || density(frame),
            |_| (),
        );
    }
}

impl Default for News {
    fn default() -> Self {
        Self::new()
    }
}

/// Without its tick, so that a battle in which nothing changed is equal to itself.
fn battle(frame: &Frame) -> Battle {
    let round = &frame.round;
    Battle {
        tick: 0,
        round: round.number,
        score: round.score,
        score_to_win: round.score_to_win,
        pause_ticks: round.pause_ticks,
        alive_count: round.alive_count,
        banners: frame
            .banners
            .iter()
            .take(protocol::limits::BANNERS_MAX)
            .map(|banner| Banner {
                block: [banner.block.x, banner.block.y, banner.block.z],
                owner: banner.owner,
                taker: banner.taker,
                progress: banner.progress,
            })
            .collect(),
    }
}

fn scoreboard(frame: &Frame) -> Scoreboard {
    let mut players: Vec<&PlayerState> = frame.players.iter().collect();
    players.sort_by_key(|player| (std::cmp::Reverse(player.score), player.session));
    players.truncate(protocol::limits::SCOREBOARD_MAX);
    let name = |body| appearance(frame, body).map_or(String::new(), |look| look.name.clone());
    let row = |player: &&PlayerState| Score {
        id: player.body.0,
        name: name(player.body),
        house: player.house as u8,
        kills: player.kills,
        deaths: player.deaths,
        score: player.score,
    };
    Scoreboard {
        rows: players.iter().map(row).collect(),
    }
}

fn density(frame: &Frame) -> Density {
    const EDGE: usize = limits::DENSITY_EDGE as usize;
    let square_units = i32::from(limits::DENSITY_SQUARE_BLOCKS) << spatial::position::UNIT_BITS;
    let mut houses = [vec![0u8; EDGE * EDGE], vec![0u8; EDGE * EDGE]];
    let bodies = &frame.bodies;
    for row in 0..bodies.id.len() {
        let [x, z] = [bodies.x[row], bodies.z[row]].map(|axis| axis.div_euclid(square_units));
        let is_inside = (0..EDGE as i32).contains(&x) && (0..EDGE as i32).contains(&z);
        if is_inside && bodies.health[row] > 0 {
            let square =
                &mut houses[usize::from(bodies.house[row] & 1)][z as usize * EDGE + x as usize];
            *square = square.saturating_add(1);
        }
    }
    let [red, blue] = houses;
    Density {
        square_blocks: limits::DENSITY_SQUARE_BLOCKS,
        edge_count: limits::DENSITY_EDGE,
        red,
        blue,
    }
}

/// How a body looks; none if it left the world.
pub fn appearance(frame: &Frame, id: BodyId) -> Option<&Appearance> {
    let looks = frame.roster.appearances.get(id.index() as usize)?;
    looks.as_ref().filter(|look| look.id == id)
}

/// An appearance as the wire tells it.
pub fn wire_appearance(look: &Appearance) -> session::Appearance {
    session::Appearance {
        id: look.id.0,
        house: look.house as u8,
        gear: gear_of(look),
        name: look.name.clone(),
    }
}

/// What a body carries and wears, in one number: WIRE.md, Appearances. A bow is seen in the hands anyway.
fn gear_of(look: &Appearance) -> u8 {
    const SHOWN: [Piece; 6] = [
        Piece::Helmet,
        Piece::Breastplate,
        Piece::Trousers,
        Piece::Boots,
        Piece::Sword,
        Piece::Shield,
    ];
    let shown = SHOWN.into_iter().zip(2..);
    let bits = shown.filter(|(piece, _)| look.worn.has(*piece));
    bits.fold(look.gear, |gear, (_, bit)| gear | 1 << bit)
}

/// Deaths of the last ticks, refusals and finds, gathered once and picked from for every client.
#[derive(Default)]
pub struct Happenings {
    /// Those that some client may not have been told of yet, in the order of their ticks.
    kills: Vec<Death>,
    /// Sorted by session.
    refusals: Vec<(SessionId, (u32, u8))>,
    /// Sorted by session.
    finds: Vec<(SessionId, Stack)>,
}

struct Death {
    tick: u32,
    kill: Kill,
    position: Position,
    is_players: bool,
}

impl Happenings {
    /// Gathers from a frame; call once for each.
    pub fn gather(&mut self, frame: &Frame) {
        let is_player = |body| appearance(frame, body).is_some_and(|look| !look.name.is_empty());
        for event in &frame.events {
            match *event {
                Event::Died {
                    target,
                    killer,
                    weapon,
                    position,
                } => self.kills.push(Death {
                    tick: frame.tick,
                    kill: Kill {
                        target: target.0,
                        killer: killer.0,
                        weapon: weapon as u8,
                    },
                    position,
                    is_players: is_player(target) || is_player(killer),
                }),
                Event::Refused {
                    session,
                    sequence,
                    reason,
                } => self.refusals.push((session, (sequence, reason as u8))),
                Event::Found { session, loot } => {
                    let stacks = loot.things().map(stack);
                    self.finds.extend(stacks.map(|stack| (session, stack)));
                }
                _ => {}
            }
        }
        self.refusals.sort_by_key(|(session, _)| *session);
        self.finds.sort_by_key(|(session, _)| *session);
    }

    /// Forgets what all clients were told, before frames after this tick are gathered.
    pub fn begin(&mut self, tick: u32) {
        let is_pending = |death: &Death| death.tick + limits::KILL_FEED_TICKS > tick;
        self.kills.retain(is_pending);
        self.refusals.clear();
        self.finds.clear();
    }

    /// The deaths after `told_tick` that matter to a body at a place: near, and a few of players far
    /// away. None while too few ticks went by, unless one concerns the body itself.
    pub fn kills_due(
        &self,
        told_tick: u32,
        tick: u32,
        body: BodyId,
        place: Position,
    ) -> Option<Kills> {
        let start = self.kills.partition_point(|death| death.tick <= told_tick);
        let kills = &self.kills[start..];
        let is_own = |death: &Death| [death.kill.target, death.kill.killer].contains(&body.0);
        let is_due = tick.saturating_sub(told_tick) >= limits::KILL_FEED_TICKS;
        if !is_due && !kills.iter().any(is_own) {
            return None;
        }
        let is_near = |death: &&Death| is_within_feed(death.position, place);
        let near = kills.iter().filter(is_near);
        let far = kills.iter().filter(|death| !is_near(death));
        let far = far
            .filter(|death| death.is_players)
            .take(limits::KILLS_FAR_MAX);
        let rows: Vec<Kill> = near
            .chain(far)
            .take(protocol::limits::KILLS_MAX)
            .map(|death| death.kill)
            .collect();
        (!rows.is_empty()).then_some(Kills { rows })
    }

    /// What one session's inputs were refused.
    pub fn refusals_of(&self, session: SessionId) -> Option<Refusals> {
        let rows = rows_of(&self.refusals, session).take(protocol::limits::REFUSALS_MAX);
        let rows: Vec<(u32, u8)> = rows.collect();
        (!rows.is_empty()).then_some(Refusals { rows })
    }

    /// What one session's player picked up.
    pub fn found_by(&self, session: SessionId) -> Option<Found> {
        let stacks = rows_of(&self.finds, session).take(protocol::limits::FOUND_MAX);
        let stacks: Vec<Stack> = stacks.collect();
        (!stacks.is_empty()).then_some(Found { stacks })
    }
}

/// One session's of rows sorted by session.
fn rows_of<Row: Copy>(
    rows: &[(SessionId, Row)],
    session: SessionId,
) -> impl Iterator<Item = Row> + '_ {
    let start = rows.partition_point(|(other, _)| *other < session);
    let rows = rows[start..].iter();
    rows.take_while(move |(other, _)| *other == session)
        .map(|(_, row)| *row)
}

fn is_within_feed(a: Position, b: Position) -> bool {
    let far = limits::KILL_FEED_BLOCKS << spatial::position::UNIT_BITS;
    a.x.abs_diff(b.x) <= far as u32 && a.z.abs_diff(b.z) <= far as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Weapon, drops::Loot, spoils::Thing};

    #[test]
    fn gear_has_the_kind_low_and_what_is_worn_above_it() {
        let look = |worn| Appearance {
            id: body(1),
            name: String::new(),
            house: engine::House::Red,
            gear: 2,
            worn,
        };
        let worn = |pieces: &[Piece]| gear_of(&look(pieces.iter().copied().collect()));
        assert_eq!(worn(&[]), 2);
        assert_eq!(worn(&[Piece::Helmet]), 2 | 4);
        assert_eq!(worn(&[Piece::Sword, Piece::Shield]), 2 | 64 | 128);
        assert_eq!(worn(&[Piece::Bow]), 2, "hands show it");
        assert_eq!(worn(&Piece::ALL), 0xfe);
    }

    fn body(index: u32) -> BodyId {
        BodyId::new(index, 0)
    }

    /// A frame in which bodies died at one place by a killer.
    fn frame(tick: u32, targets: &[u32], killer: BodyId) -> Frame {
        let died = |target: &u32| Event::Died {
            target: body(*target),
            killer,
            weapon: Weapon::Sword,
            position: Position::default(),
        };
        let mut frame = Frame {
            tick,
            ..Frame::default()
        };
        frame.events = targets.iter().map(died).collect();
        frame
    }

    /// Which deaths a witness is told of at which ticks; a death at each, the killer changes at one.
    fn told(witness: BodyId, own_at_tick: u32) -> Vec<(u32, Vec<u32>)> {
        let mut happenings = Happenings::default();
        let mut told_tick = 100;
        let mut told = Vec::new();
        for tick in 101..=120 {
            happenings.begin(tick - 1);
            let killer = if tick == own_at_tick {
                witness
            } else {
                body(9)
            };
            happenings.gather(&frame(tick, &[tick], killer));
            let place = Position::default();
            if let Some(kills) = happenings.kills_due(told_tick, tick, witness, place) {
                told_tick = tick;
                let targets = kills.rows.iter().map(|kill| BodyId(kill.target).index());
                told.push((tick, targets.collect()));
            }
        }
        told
    }

    #[test]
    fn deaths_are_told_some_ticks_together_and_each_once() {
        let told = told(body(1), 0);
        let ticks: Vec<u32> = told.iter().map(|(tick, _)| *tick).collect();
        assert_eq!(ticks, [105, 110, 115, 120]);
        let targets = told.into_iter().flat_map(|(_, targets)| targets);
        assert_eq!(targets.collect::<Vec<_>>(), (101..=120).collect::<Vec<_>>());
    }

    #[test]
    fn a_death_by_the_own_hand_is_told_at_once() {
        let told = told(body(1), 107);
        assert_eq!(told[1], (107, vec![106, 107]));
        assert_eq!(told[2].0, 112);
    }

    #[test]
    fn who_found_something_is_told_of_it_alone_and_once() {
        let found = |session, thing, count| Event::Found {
            session: SessionId(session),
            loot: Loot([Some((thing, count)), None]),
        };
        let mut happenings = Happenings::default();
        let frame = Frame {
            events: vec![
                found(2, Thing::Bread, 1),
                found(1, Thing::Arrow, 8),
                found(2, Thing::GoldCoin, 5),
            ],
            ..Frame::default()
        };
        happenings.gather(&frame);
        let told = |happenings: &Happenings, session| {
            let found = happenings.found_by(SessionId(session))?;
            let stacks = found.stacks.into_iter();
            Some(stacks.map(|it| (it.thing, it.count)).collect::<Vec<_>>())
        };
        assert_eq!(told(&happenings, 1), Some(vec![(7, 8)]));
        assert_eq!(told(&happenings, 2), Some(vec![(8, 1), (6, 5)]));
        assert_eq!(told(&happenings, 3), None);
        happenings.begin(1);
        assert_eq!(told(&happenings, 2), None);
    }
}
