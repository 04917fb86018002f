//! Which goal a soldier marches on: near ones, and those that need it, with chance to spread them.

use spatial::{Position, random::SplitMix64};

use super::soldier::Scene;
use crate::{
    angle,
    frame::{BannerState, House},
    generate::layout::BANNER_COUNT,
};

/// How much a banner is worth going to.
mod need {
    /// The enemy holds it, or nobody.
    pub const TO_TAKE: u64 = 10;
    /// Ours, and the enemy is taking it.
    pub const TO_SAVE: u64 = 14;
    /// Ours, and quiet.
    pub const TO_HOLD: u64 = 2;
    /// The enemy's camp: a raid, so that a house that holds all does not stand idle.
    pub const RAID: u64 = 2;
}

/// The goal for the next while.
pub fn choose(scene: &Scene, house: House, feet: Position, random: &mut SplitMix64) -> u8 {
    let raid = BANNER_COUNT + house.other() as usize;
    let banners = scene.banners.iter().take(BANNER_COUNT);
    let banners = banners.map(|banner| need_of(banner, house)).enumerate();
    let best = banners
        .chain([(raid, need::RAID)])
        .max_by_key(|&(goal, need)| {
            let place = scene.goals[goal].position();
            let way = angle::length([place.x - feet.x, 0, place.z - feet.z]) >> 12;
            let chance = u64::from(random.below(256)) + 64;
            need * chance * chance / (40 + way as u64)
        });
    best.map_or(raid, |(goal, _)| goal) as u8
}

fn need_of(banner: &BannerState, house: House) -> u64 {
    let is_ours = banner.owner == house as u8;
    let is_being_taken = banner.taker == house.other() as u8 && banner.progress > 0;
    match (is_ours, is_being_taken) {
        (true, true) => need::TO_SAVE,
        (true, false) => need::TO_HOLD,
        (false, _) => need::TO_TAKE,
    }
}
