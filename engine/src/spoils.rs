//! Spoils: what a player's deeds bring in, held here until services have put it down for good.
//!
//! They are in two halves. What is gained goes to the *open* half. A while after its first gain it is
//! *sealed* under the number of the tick, and the frame tells of it now and then until a command says
//! that it is kept; then the next half may be sealed. So nothing that is told ever changes, a number
//! names it in this world for ever, and if nobody listens two halves grow no further than two counts of
//! each kind (R6, R12).
//!
//! Spoils go with their player from shard to shard. Of one who leaves the seat keeps them, as an
//! *estate*, until they are kept or the session comes back.

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, random::SplitMix64};

use crate::{
    drops::Loot,
    id::{BodyId, SessionId},
    limits::{ESTATES_MAX, SEAL_TICKS, TELL_TICKS},
    worn::Dress,
};

/// What there is to gain; the inventory's definitions know each by [`Thing::name`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Thing {
    Stone = 0,
    Dirt = 1,
    Sand = 2,
    OakLog = 3,
    Coal = 4,
    IronOre = 5,
    GoldCoin = 6,
    Arrow = 7,
    Bread = 8,
    Leather = 9,
    HealingDraught = 10,
}

/// Where a thing comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    Mining,
    Loot,
}

impl Thing {
    pub const COUNT: usize = 11;

    /// By number.
    pub const ALL: [Thing; Self::COUNT] = [
        Thing::Stone,
        Thing::Dirt,
        Thing::Sand,
        Thing::OakLog,
        Thing::Coal,
        Thing::IronOre,
        Thing::GoldCoin,
        Thing::Arrow,
        Thing::Bread,
        Thing::Leather,
        Thing::HealingDraught,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Thing::Stone => "stone",
            Thing::Dirt => "dirt",
            Thing::Sand => "sand",
            Thing::OakLog => "oak_log",
            Thing::Coal => "coal",
            Thing::IronOre => "iron_ore",
            Thing::GoldCoin => "gold_coin",
            Thing::Arrow => "arrow",
            Thing::Bread => "bread",
            Thing::Leather => "leather",
            Thing::HealingDraught => "healing_draught",
        }
    }

    pub const fn source(self) -> Source {
        match self {
            Thing::Stone
            | Thing::Dirt
            | Thing::Sand
            | Thing::OakLog
            | Thing::Coal
            | Thing::IronOre => Source::Mining,
            Thing::GoldCoin
            | Thing::Arrow
            | Thing::Bread
            | Thing::Leather
            | Thing::HealingDraught => Source::Loot,
        }
    }

    /// What a block yields to who digs it. Where coal and iron are in the stone is the world's seed's to
    /// say; no hand places stone, so none can be dug twice.
    pub fn of_block(seed: u64, at: BlockCoord, was: Block) -> Option<Thing> {
        match was {
            Block::STONE => Some(vein(seed, at)),
            Block::COBBLE => Some(Thing::Stone),
            Block::SOIL | Block::GRASS => Some(Thing::Dirt),
            Block::SAND => Some(Thing::Sand),
            Block::TIMBER => Some(Thing::OakLog),
            _ => None,
        }
    }
}

/// Of 64 blocks of stone three are coal and two are iron.
fn vein(seed: u64, at: BlockCoord) -> Thing {
    let axes = [at.x, at.y, at.z].map(|axis| axis as u32 as u64);
    let mut random = SplitMix64::keyed(&[seed, axes[0], axes[1], axes[2]]);
    match random.below(64) {
        0..3 => Thing::Coal,
        3..5 => Thing::IronOre,
        _ => Thing::Stone,
    }
}

/// What a player did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Deeds {
    pub kills: u32,
    pub deaths: u32,
    pub score: u32,
    pub blocks_dug: u32,
    pub blocks_placed: u32,
}

/// Counts of deeds and things; 64 bytes. They saturate, which takes one who digs and fights without a
/// pause years: nothing is counted more than twenty times a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gains {
    pub deeds: Deeds,
    /// By [`Thing`].
    pub things: [u32; Thing::COUNT],
}

impl Gains {
    /// The things that are any.
    pub fn things(&self) -> impl Iterator<Item = (Thing, u32)> + '_ {
        let counts = Thing::ALL.into_iter().zip(self.things);
        counts.filter(|(_, count)| *count > 0)
    }

    /// Adds a thing or several.
    pub fn add(&mut self, thing: Thing, count: u32) {
        add(&mut self.things[thing as usize], count);
    }

    pub(crate) fn dig(&mut self, thing: Option<Thing>) {
        add(&mut self.deeds.blocks_dug, 1);
        if let Some(thing) = thing {
            self.add(thing, 1);
        }
    }

    pub(crate) fn place(&mut self) {
        add(&mut self.deeds.blocks_placed, 1);
    }

    pub(crate) fn die(&mut self) {
        add(&mut self.deeds.deaths, 1);
    }

    pub(crate) fn kill(&mut self, score: u32) {
        add(&mut self.deeds.kills, 1);
        add(&mut self.deeds.score, score);
    }

    /// What lay on the ground.
    pub(crate) fn find(&mut self, loot: Loot) {
        for (thing, count) in loot.things() {
            self.add(thing, count.into());
        }
    }
}

fn add(sum: &mut u32, count: u32) {
    *sum = sum.saturating_add(count);
}

/// A body that fell, and when its killer hears of it: the key of what it had (R2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fallen {
    pub seed: u64,
    pub body: BodyId,
    pub tick: u32,
}

/// Keeps these draws apart from others of the same body in the same tick.
const LOOT_KEY: u64 = u64::from_be_bytes(*b"the loot");
/// Weight, thing, least and most of it, of each of a body's [`LOOT_DRAWS`]. As the inventory's table of what a
/// soldier has.
pub const LOOT: [(u32, Thing, i32, i32); 5] = [
    (30, Thing::GoldCoin, 1, 5),
    (20, Thing::Arrow, 2, 8),
    (12, Thing::Bread, 1, 1),
    (8, Thing::Leather, 1, 2),
    (4, Thing::HealingDraught, 1, 1),
];
/// Of nothing.
pub const LOOT_NOTHING_WEIGHT: u32 = 40;
pub const LOOT_DRAWS: usize = 2;

impl Fallen {
    pub fn loot(self) -> Loot {
        let keys = [self.seed, self.body.0.into(), self.tick.into(), LOOT_KEY];
        let mut random = SplitMix64::keyed(&keys);
        Loot(core::array::from_fn(|_| draw(&mut random)))
    }
}

fn draw(random: &mut SplitMix64) -> Option<(Thing, u8)> {
    let weights: u32 = LOOT.iter().map(|(weight, ..)| weight).sum();
    let mut place = random.below(weights + LOOT_NOTHING_WEIGHT);
    for (weight, thing, min, max) in LOOT {
        if place < weight {
            return Some((thing, random.between(min, max) as u8));
        }
        place -= weight;
    }
    None
}

/// Both halves; see the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spoils {
    pub(crate) open: Gains,
    /// The tick from which the open half may be sealed; 0 while it is empty.
    pub(crate) due_tick: u32,
    pub(crate) sealed: Gains,
    /// The number of the sealed half: the tick in which that was done; 0 while there is none.
    pub(crate) seal: u32,
}

/// A sealed half, as a frame tells of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sealed {
    pub session: SessionId,
    /// Rises with each of the session's in a world.
    pub seal: u32,
    pub gains: Gains,
}

impl Spoils {
    /// The open half, and the sealed one.
    pub fn halves(&self) -> [&Gains; 2] {
        [&self.open, &self.sealed]
    }

    /// The number of the sealed half; 0 while there is none.
    pub fn seal(&self) -> u32 {
        self.seal
    }

    /// Whether both halves are empty.
    #[inline]
    pub fn are_none(&self) -> bool {
        self.due_tick == 0 && self.seal == 0
    }

    /// Notes what was gained in a tick.
    pub(crate) fn gain(&mut self, tick: u32, what: impl FnOnce(&mut Gains)) {
        what(&mut self.open);
        if self.due_tick == 0 {
            self.due_tick = tick.saturating_add(SEAL_TICKS);
        }
    }

    /// Seals the open half if its time has come and the last one is kept.
    #[inline]
    pub(crate) fn seal_if_due(&mut self, tick: u32) {
        let is_due = self.due_tick != 0 && self.due_tick <= tick;
        if is_due && self.seal == 0 {
            self.sealed = core::mem::take(&mut self.open);
            self.due_tick = 0;
            self.seal = tick;
        }
    }

    /// Forgets the sealed half of this number, which is put down elsewhere; false if there is none.
    pub(crate) fn keep(&mut self, seal: u32) -> bool {
        let is_kept = seal != 0 && self.seal == seal;
        if is_kept {
            self.sealed = Gains::default();
            self.seal = 0;
        }
        is_kept
    }

    /// What the frame of a tick tells of them.
    #[inline]
    pub(crate) fn told(&self, session: SessionId, tick: u32) -> Option<Sealed> {
        let is_told = self.seal != 0 && tick.wrapping_sub(self.seal).is_multiple_of(TELL_TICKS);
        is_told.then_some(Sealed {
            session,
            seal: self.seal,
            gains: self.sealed,
        })
    }
}

/// Spoils of a session that left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Estate {
    pub session: SessionId,
    pub spoils: Spoils,
    /// What it wore and had eaten: who is back before all is put down wears it at once.
    pub dress: Dress,
}

/// All estates, in order of their sessions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Estates(pub(crate) Vec<Estate>);

impl Estates {
    pub fn all(&self) -> &[Estate] {
        &self.0
    }

    pub fn has(&self, session: SessionId) -> bool {
        self.place_of(session).is_ok()
    }

    /// Takes one in; false if there are too many, and then it is lost.
    pub(crate) fn add(&mut self, estate: Estate) -> bool {
        match self.place_of(estate.session) {
            Ok(place) => self.0[place] = estate,
            Err(_) if self.0.len() >= ESTATES_MAX => return false,
            Err(place) => self.0.insert(place, estate),
        }
        true
    }

    /// Gives a session that comes back what is its own.
    pub(crate) fn take(&mut self, session: SessionId) -> Estate {
        let place = self.place_of(session);
        place.map_or_else(|_| Estate::default(), |place| self.0.remove(place))
    }

    pub(crate) fn seal_due(&mut self, tick: u32) {
        for estate in &mut self.0 {
            estate.spoils.seal_if_due(tick);
        }
    }

    /// See [`Spoils::keep`]; one of which nothing is left is gone.
    pub(crate) fn keep(&mut self, session: SessionId, seal: u32) -> bool {
        let Ok(place) = self.place_of(session) else {
            return false;
        };
        let is_kept = self.0[place].spoils.keep(seal);
        if self.0[place].spoils.are_none() {
            self.0.remove(place);
        }
        is_kept
    }

    fn place_of(&self, session: SessionId) -> Result<usize, usize> {
        self.0
            .binary_search_by_key(&session, |estate| estate.session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_stands_until_it_is_kept_and_the_rest_waits() {
        let mut spoils = Spoils::default();
        spoils.gain(10, |open| open.dig(Some(Thing::Sand)));
        spoils.seal_if_due(9 + SEAL_TICKS);
        assert_eq!(spoils.seal, 0, "not yet");
        let seal = 10 + SEAL_TICKS;
        spoils.seal_if_due(seal);
        let told = spoils.told(SessionId(1), seal).expect("it was just sealed");
        spoils.gain(seal, |open| open.dig(Some(Thing::Sand)));
        spoils.seal_if_due(seal + 10 * SEAL_TICKS);
        let again = spoils.told(SessionId(1), seal + TELL_TICKS);
        assert_eq!(again, Some(told), "it does not change");
        assert!(!spoils.keep(seal + 1), "another number");
        assert!(spoils.keep(seal) && !spoils.keep(seal), "once");
        spoils.seal_if_due(seal + 10 * SEAL_TICKS);
        let next = spoils.told(SessionId(1), seal + 10 * SEAL_TICKS);
        let next = next.expect("it waited long enough");
        assert!(next.seal > told.seal && next.gains == told.gains);
    }

    #[test]
    fn an_estate_goes_back_to_its_session_and_is_gone_when_it_is_kept() {
        let mut estates = Estates::default();
        for session in [5, 1, 3] {
            let mut spoils = Spoils::default();
            spoils.gain(session as u32, |open| open.die());
            assert!(estates.add(Estate {
                session: SessionId(session),
                spoils,
                ..Estate::default()
            }));
        }
        assert!(estates.0.is_sorted_by_key(|estate| estate.session));
        assert_eq!(estates.take(SessionId(3)).spoils.open.deeds.deaths, 1);
        assert!(estates.take(SessionId(3)).spoils.are_none());
        let seal = 5 + SEAL_TICKS;
        estates.seal_due(seal);
        assert!(estates.keep(SessionId(1), seal) && !estates.has(SessionId(1)));
        assert_eq!(estates.all().len(), 1);
    }

    #[test]
    fn the_fallen_have_what_the_table_says() {
        let mut sum = Gains::default();
        for tick in 0..2_000 {
            let body = BodyId::new(7, 1);
            let fallen = Fallen {
                seed: 1,
                body,
                tick,
            };
            sum.kill(10);
            sum.find(fallen.loot());
            assert_eq!(fallen.loot(), fallen.loot());
        }
        let drawn = sum.things().map(|(thing, _)| thing);
        assert!(
            drawn.eq(LOOT.map(|(_, thing, ..)| thing)),
            "all of it, and no more"
        );
        assert_eq!((sum.deeds.kills, sum.deeds.score), (2_000, 20_000));
    }
}
