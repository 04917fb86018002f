//! Banners: who stands around them takes them.
//!
//! Counted in the last frame, like all that one reads of others (R1). The house with more living
//! bodies near a banner takes it; the more they outnumber the others, the faster. Not responsible for
//! what a banner is worth: `round.rs` scores.

use spatial::{Block, BlockCoord, Position, position::UNITS_PER_METRE};

use crate::{
    effect::{Change, Effect, EffectTarget, Origin, Outbox, sequence},
    event::Event,
    frame::{BannerState, Frame, House},
    generate::layout::{banner_cloth, cloth},
    history::Sight,
    id::BodyId,
    world::World,
};

/// Nobody's.
pub const NO_HOUSE: u8 = u8::MAX;

/// How near bodies must be to count, on the level; 10 m.
const RADIUS: i32 = 10 * UNITS_PER_METRE;
/// And how much higher or lower; 6 m.
const HEIGHT: i32 = 6 * UNITS_PER_METRE;
/// Banners are counted every 4 ticks, each in a tick of its own.
const COUNT_PERIOD_TICKS: u32 = 4;
/// Progress of one count with the barest majority, and what a lone house gains on top: a banner is
/// taken in 4 s to 17 s.
const PROGRESS_MIN: u32 = 3;
const PROGRESS_GAIN: u32 = 10;
/// Progress lost by one count when nobody is there.
const PROGRESS_DECAY: u8 = 2;
const PROGRESS_FULL: u8 = u8::MAX;

/// Counts and takes banners, on the shard that keeps the seat.
pub fn phase(world: &mut World) {
    let Some(seat) = world.seat.as_deref_mut() else {
        return;
    };
    if seat.round.pause_ticks > 0 {
        return;
    }
    for (banner, state) in seat.banners.iter_mut().enumerate() {
        if !(world.tick + banner as u32).is_multiple_of(COUNT_PERIOD_TICKS) {
            continue;
        }
        let counts = count(world.history.newest(), state.block);
        if let Some(house) = advance(state, counts) {
            hoist(&mut world.outbox, banner, state);
            world.happenings.tell(Event::BannerTaken {
                banner: banner as u8,
                house: house as u8,
            });
        }
    }
}

/// Takes all banners down, for a new round.
pub fn reset(banners: &mut [BannerState], outbox: &mut Outbox) {
    for (banner, state) in banners.iter_mut().enumerate() {
        state.owner = NO_HOUSE;
        state.taker = NO_HOUSE;
        state.progress = 0;
        hoist(outbox, banner, state);
    }
}

/// Living bodies of each house around a banner.
fn count(sight: &Sight, block: BlockCoord) -> [u32; 2] {
    let corner = block.position();
    let half = UNITS_PER_METRE / 2;
    let foot = Position::new(corner.x + half, corner.y, corner.z + half);
    let mut counts = [0; 2];
    for frame in sight.frames() {
        count_in(frame, foot, &mut counts);
    }
    counts
}

fn count_in(frame: &Frame, foot: Position, counts: &mut [u32; 2]) {
    frame.each_rows_near(foot, RADIUS, |rows| {
        for row in rows {
            let x = i64::from(frame.bodies.x[row] - foot.x);
            let z = i64::from(frame.bodies.z[row] - foot.z);
            let is_level = (frame.bodies.y[row] - foot.y).abs() <= HEIGHT;
            let is_near = x * x + z * z <= i64::from(RADIUS).pow(2);
            let is_counted = is_level && is_near && frame.bodies.health[row] > 0;
            counts[House::of(frame.bodies.house[row]) as usize] += u32::from(is_counted);
        }
    });
}

/// Moves a banner's progress by one count; returns the house that just took it.
fn advance(state: &mut BannerState, counts: [u32; 2]) -> Option<House> {
    let Some((house, gain)) = majority(counts) else {
        if counts == [0, 0] {
            lose(state, PROGRESS_DECAY);
        }
        return None;
    };
    let is_resisted = state.owner == house as u8 || state.taker == house.other() as u8;
    if is_resisted {
        lose(state, gain);
        return None;
    }
    state.taker = house as u8;
    state.progress = state.progress.saturating_add(gain);
    if state.progress < PROGRESS_FULL {
        return None;
    }
    state.owner = house as u8;
    state.taker = NO_HOUSE;
    state.progress = 0;
    Some(house)
}

/// The house with more bodies, and the progress that it makes.
fn majority([red, blue]: [u32; 2]) -> Option<(House, u8)> {
    if red == blue {
        return None;
    }
    let house = House::of(u8::from(blue > red));
    let gain = PROGRESS_MIN + PROGRESS_GAIN * red.abs_diff(blue) / (red + blue);
    Some((house, gain as u8))
}

fn lose(state: &mut BannerState, progress: u8) {
    state.progress = state.progress.saturating_sub(progress);
    if state.progress == 0 {
        state.taker = NO_HOUSE;
    }
}

/// Has the cloth show the owner's colour.
fn hoist(outbox: &mut Outbox, banner: usize, state: &BannerState) {
    let now = match state.owner {
        NO_HOUSE => Block::CLOTH_WHITE,
        owner => cloth(House::of(owner)),
    };
    for (number, block) in banner_cloth(state.block).enumerate() {
        outbox.push(Effect {
            target: EffectTarget::of_cell(block.cell()),
            source: BodyId::NOBODY,
            sequence: sequence(Origin::Banner, (banner << 8 | number) as u32),
            change: Change::Restore { block, now },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neutral() -> BannerState {
        BannerState {
            block: BlockCoord::default(),
            owner: NO_HOUSE,
            taker: NO_HOUSE,
            progress: 0,
        }
    }

    fn counts_until_taken(state: &mut BannerState, counts: [u32; 2]) -> u32 {
        (1..1_000)
            .find(|_| advance(state, counts).is_some())
            .expect("a majority takes a banner")
    }

    #[test]
    fn a_majority_takes_it_faster_the_greater_it_is() {
        let alone = counts_until_taken(&mut neutral(), [5, 0]);
        let barely = counts_until_taken(&mut neutral(), [51, 50]);
        assert!(alone * 3 < barely, "{alone} and {barely} counts");
        assert!((16..=120).contains(&alone) && barely <= 100);
    }

    #[test]
    fn the_owner_wipes_out_what_the_other_gained() {
        let mut state = neutral();
        counts_until_taken(&mut state, [0, 3]);
        assert_eq!((state.owner, state.progress), (House::Blue as u8, 0));
        for _ in 0..5 {
            assert_eq!(advance(&mut state, [9, 1]), None);
        }
        assert_eq!(state.taker, House::Red as u8);
        while state.progress > 0 {
            assert_eq!(advance(&mut state, [1, 2]), None);
        }
        assert_eq!((state.owner, state.taker), (House::Blue as u8, NO_HOUSE));
    }

    #[test]
    fn nobody_takes_what_is_even_or_deserted() {
        let mut state = neutral();
        advance(&mut state, [4, 0]);
        let progress = state.progress;
        assert_eq!(advance(&mut state, [7, 7]), None);
        assert_eq!(state.progress, progress);
        for _ in 0..100 {
            assert_eq!(advance(&mut state, [0, 0]), None);
        }
        assert_eq!(state, neutral());
    }
}
