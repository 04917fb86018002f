//! What makes the field a place where people lived, and camp now: a windmill, hamlets before the
//! keeps, broken towers by the river, tents and stakes behind the front.

use spatial::Block;

use super::{
    canvas::Material,
    ground::Ground,
    layout::{cloth, facing},
    noise::scatter,
    plan::{Plan, Site},
};
use crate::frame::House;

/// Keeps the decay of towers apart from all other noise.
const SALT_DECAY: u32 = 41;

/// Cottages that still stand: x, z, and which way the door looks.
const COTTAGES: [[i32; 4]; 10] = [
    [372, 470, 0, 1],
    [384, 480, -1, 0],
    [362, 552, 0, -1],
    [376, 562, 1, 0],
    [352, 562, 1, 0],
    [652, 554, 0, -1],
    [640, 544, 1, 0],
    [662, 470, 0, 1],
    [648, 462, -1, 0],
    [672, 460, -1, 0],
];
/// Broken round towers: x, z, radius, height where they stand tallest.
const TOWERS: [[i32; 4]; 4] = [
    [470, 434, 4, 13],
    [556, 586, 4, 12],
    [412, 608, 3, 9],
    [606, 428, 3, 10],
];
const WINDMILLS: [[i32; 3]; 2] = [[398, 446, 1], [628, 578, -1]];
/// Tents of a camp, from its house's side: metres back from the middle of the field, z.
const TENTS: [[i32; 2]; 9] = [
    [98, 470],
    [108, 480],
    [100, 528],
    [112, 534],
    [124, 524],
    [122, 494],
    [134, 486],
    [136, 532],
    [104, 548],
];
/// Stakes before the camps: metres back, z from and to.
const STAKES: [[i32; 3]; 4] = [
    [90, 462, 474],
    [90, 520, 536],
    [94, 544, 556],
    [60, 462, 470],
];

pub fn build(plan: &mut Plan, ground: &Ground) {
    let mut on_ground = |x: i32, z: i32, ahead: [i32; 2], draw: &mut dyn FnMut(&mut Site)| {
        let origin = [x, ground.height(x, z), z];
        draw(&mut Site::new(plan, ground, origin, ahead));
    };
    for [x, z, ahead_x, ahead_z] in COTTAGES {
        on_ground(x, z, [ahead_x, ahead_z], &mut cottage);
    }
    for [x, z, radius, height] in TOWERS {
        on_ground(x, z, [1, 0], &mut |site| broken_tower(site, radius, height));
    }
    for [x, z, ahead] in WINDMILLS {
        on_ground(x, z, [ahead, 0], &mut windmill);
    }
    for house in [House::Red, House::Blue] {
        let from_middle = |back: i32| super::layout::MIDDLE - facing(house) * back;
        for [back, z] in TENTS {
            let ahead = [facing(house), 0];
            on_ground(from_middle(back), z, ahead, &mut |site| tent(site, house));
        }
        for [back, z, z_end] in STAKES {
            for z in (z..=z_end).step_by(2) {
                on_ground(from_middle(back), z, [facing(house), 0], &mut stake);
            }
        }
    }
}

/// A timber house under thatch, with a chimney and a lamp by the door.
fn cottage(site: &mut Site) {
    site.clear([-8, -7], [8, 7]);
    site.block([-5, -3, -4], [5, 0, 4], Block::COBBLE);
    site.dig([-7, 1, -6], [7, 10, 6]);
    site.fill(
        [-5, 1, -4],
        [5, 2, 4],
        Material::Mixed(Block::COBBLE, Block::STONE, 40),
    );
    site.block([-5, 3, -4], [5, 4, 4], Block::PLANK);
    for [u, v] in [[-5, -4], [-5, 4], [5, -4], [5, 4], [0, -4], [0, 4]] {
        site.block([u, 1, v], [u, 4, v], Block::TIMBER);
    }
    site.dig([-4, 1, -3], [4, 4, 3]);
    site.block([-4, 0, -3], [4, 0, 3], Block::PLANK);
    site.dig([5, 1, -1], [5, 3, 0]);
    site.dig([-5, 1, 0], [-5, 3, 1]);
    for u in [-3, 3] {
        site.block([u, 2, -4], [u, 3, -4], Block::GLASS);
        site.block([u, 2, 4], [u, 3, 4], Block::GLASS);
    }
    for rise in 0..=5 {
        let half = 5 - rise;
        site.block([-6, 5 + rise, -half], [6, 5 + rise, half], Block::THATCH);
        if half > 0 {
            let inside = (half - 1).max(0);
            site.block([-5, 5 + rise, -inside], [5, 5 + rise, inside], Block::PLANK);
            site.dig([-4, 5 + rise, -inside], [4, 5 + rise, inside]);
        }
    }
    site.block([-3, 1, -3], [-3, 12, -3], Block::BRICK);
    site.set([6, 3, 1], Block::LAMP);
    site.set([0, 4, 0], Block::LAMP);
}

/// A round tower of which a side has fallen.
fn broken_tower(site: &mut Site, radius: i32, height: i32) {
    site.clear([-radius - 3, -radius - 3], [radius + 3, radius + 3]);
    let rubble = Material::Mixed(Block::COBBLE, Block::GRAVEL, 30);
    site.cylinder([0, -3, 0], radius + 1, 4, rubble);
    site.cylinder(
        [0, 1, 0],
        radius + 1,
        height + 2,
        Material::Plain(Block::AIR),
    );
    for u in -radius..=radius {
        for v in -radius..=radius {
            let square = u * u + v * v;
            let is_wall = square <= radius * radius + radius && square > (radius - 1) * radius;
            if is_wall {
                let [x, _, z] = site.world([u, 0, v]);
                let chipped = (scatter(3, SALT_DECAY, x, 0, z) % 3) as i32;
                let fallen = (u + radius) * height / (3 * radius);
                let top = (height - fallen - chipped).max(1);
                site.fill([u, 1, v], [u, top, v], Material::Masonry);
            }
        }
    }
    site.dig([-1, 1, -radius - 1], [0, 3, -radius + 1]);
    site.dig([-1, 1, radius - 1], [0, 3, radius + 1]);
    site.fill(
        [-radius + 1, 6, -2],
        [0, 6, 2],
        Material::Ruined(Block::PLANK, 30),
    );
}

/// A tapering tower of planks on a stone foot, with four sails towards the field.
fn windmill(site: &mut Site) {
    site.clear([-9, -12], [12, 12]);
    site.cylinder([0, -3, 0], 6, 4, Material::Plain(Block::COBBLE));
    site.cylinder([0, 1, 0], 7, 26, Material::Plain(Block::AIR));
    site.cylinder([0, 1, 0], 5, 4, Material::Masonry);
    site.cylinder(
        [0, 5, 0],
        4,
        9,
        Material::Mixed(Block::PLANK, Block::TIMBER, 8),
    );
    site.cylinder([0, 1, 0], 3, 12, Material::Plain(Block::AIR));
    site.cylinder([0, 14, 0], 5, 1, Material::Plain(Block::TIMBER));
    site.cone([0, 15, 0], 4, 1, Material::Plain(Block::THATCH));
    site.dig([3, 1, -1], [6, 3, 0]);
    site.dig([-6, 1, 0], [-3, 3, 1]);
    for y in [7, 11] {
        site.block([0, y, -4], [0, y + 1, -4], Block::GLASS);
        site.block([0, y, 4], [0, y + 1, 4], Block::GLASS);
    }
    site.block([4, 12, 0], [7, 12, 0], Block::TIMBER);
    for reach in 1..=9 {
        for [y, v] in [[reach, 0], [-reach, 0], [0, reach], [0, -reach]] {
            site.set([7, 12 + y, v], Block::TIMBER);
            if reach > 2 {
                let [wide_y, wide_v] = if y == 0 {
                    [v.signum(), 0]
                } else {
                    [0, -y.signum()]
                };
                let from = [7, 12 + y + wide_y, v + wide_v];
                let to = [7, 12 + y + 2 * wide_y, v + 2 * wide_v];
                site.block(from, to, Block::CLOTH_WHITE);
            }
        }
    }
}

/// A ridge tent of the house's cloth, open to both ends.
fn tent(site: &mut Site, house: House) {
    site.clear([-6, -5], [6, 5]);
    site.dig([-4, 1, -4], [4, 6, 4]);
    site.block([-3, 0, -2], [3, 0, 2], Block::SOIL);
    for rise in 0..4 {
        let aside = 3 - rise;
        let stripe = if rise == 1 {
            Block::CLOTH_WHITE
        } else {
            cloth(house)
        };
        site.block([-3, 1 + rise, -aside], [3, 1 + rise, -aside], stripe);
        site.block([-3, 1 + rise, aside], [3, 1 + rise, aside], stripe);
    }
    site.block([-4, 1, 0], [-4, 5, 0], Block::TIMBER);
    site.block([4, 1, 3], [4, 2, 3], Block::TIMBER);
    site.set([4, 3, 3], Block::LAMP);
}

/// One of a row of sharpened logs.
fn stake(site: &mut Site) {
    site.clear([-2, -2], [2, 2]);
    site.block([0, 0, 0], [0, 1, 0], Block::TIMBER);
    site.set([1, 2, 0], Block::TIMBER);
}
