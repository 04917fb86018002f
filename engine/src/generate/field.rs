//! What stands on the field between the keeps: bridges, banners, ruined houses, walls and fences.

use spatial::{Block, BlockCoord};

use super::{
    canvas::Material,
    ground::{Ground, bridge_span},
    layout::{
        BANNER_COUNT, BANNER_PLACES, BANNER_POLE_HEIGHT, BRIDGE_DECK, BRIDGE_STONE, BRIDGES_TIMBER,
        Bridge, WATER_LEVEL, banner_cloth,
    },
    noise::scatter,
    plan::{Plan, Site},
};

/// Keeps the decay of ruins apart from all other noise.
const SALT_DECAY: u32 = 40;

/// Ruined houses: x, z, half of each edge, and which way the door looks.
const RUINS: [[i32; 6]; 18] = [
    [462, 476, 4, 5, 1, 0],
    [456, 528, 5, 4, 0, -1],
    [470, 544, 4, 4, 1, 0],
    [414, 516, 5, 4, 1, 0],
    [408, 470, 4, 4, 0, 1],
    [440, 566, 4, 5, 0, -1],
    [386, 540, 5, 5, 1, 0],
    [444, 446, 5, 4, 0, 1],
    [480, 574, 4, 4, 1, 0],
    [562, 548, 4, 5, -1, 0],
    [568, 496, 5, 4, 0, 1],
    [554, 480, 4, 4, -1, 0],
    [610, 508, 5, 4, -1, 0],
    [616, 554, 4, 4, 0, -1],
    [566, 464, 4, 5, 0, 1],
    [638, 484, 5, 5, -1, 0],
    [580, 578, 5, 4, 0, -1],
    [546, 434, 4, 4, -1, 0],
];

/// Low walls and fences that follow the land: ends of straight lines, kind by position in the list.
const WALLS: [[i32; 4]; 16] = [
    [452, 494, 452, 510],
    [446, 500, 430, 506],
    [474, 496, 474, 508],
    [474, 518, 474, 532],
    [420, 478, 442, 474],
    [424, 548, 446, 548],
    [396, 506, 396, 524],
    [464, 456, 478, 448],
    [572, 514, 572, 530],
    [578, 524, 594, 518],
    [550, 516, 550, 528],
    [550, 492, 550, 506],
    [582, 546, 604, 550],
    [578, 476, 600, 476],
    [628, 500, 628, 518],
    [546, 568, 560, 576],
];

/// What is left of a ruined house.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Decay {
    /// Brick and planks, with a bit of thatch.
    Roofed,
    /// Tall walls of stone.
    Stone,
    /// Charred posts over low walls.
    Burnt,
}

pub fn build(plan: &mut Plan, ground: &Ground) {
    for (index, [x, z, half_u, half_v, ahead_x, ahead_z]) in RUINS.into_iter().enumerate() {
        let floor = ground.height(x, z);
        let mut site = Site::new(plan, ground, [x, floor, z], [ahead_x, ahead_z]);
        let decay = [Decay::Roofed, Decay::Stone, Decay::Burnt][index % 3];
        ruin(&mut site, [half_u, half_v], decay);
    }
    let mut site = Site::new(plan, ground, [0, 0, 0], [1, 0]);
    for (index, [x, z, end_x, end_z]) in WALLS.into_iter().enumerate() {
        boundary(&mut site, [x, z], [end_x, end_z], index % 3 == 2);
    }
    stone_bridge(&mut site);
    for bridge in BRIDGES_TIMBER {
        timber_bridge(&mut site, bridge);
    }
    for banner in 0..BANNER_COUNT {
        banner_place(&mut site, banner_foot(ground, banner));
    }
}

/// The lowest block of a banner's pole.
pub fn banner_foot(ground: &Ground, banner: usize) -> BlockCoord {
    let [x, z] = BANNER_PLACES[banner];
    BlockCoord::new(x, ground.banner_floor(banner) + 2, z)
}

/// A low round platform of stone with the pole, its flag and four lamps.
fn banner_place(site: &mut Site, foot: BlockCoord) {
    let BlockCoord { x, y, z } = foot;
    site.clear([x - 14, z - 14], [x + 14, z + 14]);
    site.cylinder([x, y - 4, z], 6, 3, Material::Plain(Block::COBBLE));
    site.cylinder(
        [x, y - 1, z],
        5,
        1,
        Material::Mixed(Block::STONE, Block::COBBLE, 35),
    );
    let top = y + BANNER_POLE_HEIGHT;
    site.block([x, y, z], [x, top, z], Block::TIMBER);
    site.set([x, top + 1, z], Block::LAMP);
    for [u, v] in [[4, 3], [-4, 3], [4, -3], [-4, -3]] {
        site.set([x + u, y, z + v], Block::COBBLE);
        site.set([x + u, y + 1, z + v], Block::LAMP);
    }
    for block in banner_cloth(foot) {
        site.set([block.x, block.y, block.z], Block::CLOTH_WHITE);
    }
}

/// Arches of stone from bank to islet and on to the other bank.
fn stone_bridge(site: &mut Site) {
    let Bridge { z, half_width } = BRIDGE_STONE;
    let [start, end] = bridge_span(site.ground, BRIDGE_STONE);
    let deck = BRIDGE_DECK;
    site.clear([start - 6, z - 12], [end + 6, z + 12]);
    site.dig(
        [start, deck + 1, z - half_width],
        [end, deck + 8, z + half_width],
    );
    for x in start..=end {
        let along = (x - start) % 10;
        let from_pier = along.min(10 - along);
        let thickness = [6, 3, 2, 1, 1, 1][from_pier as usize];
        let under = if along == 0 {
            WATER_LEVEL - 8
        } else {
            deck - thickness
        };
        site.fill(
            [x, under, z - half_width],
            [x, deck, z + half_width],
            Material::Masonry,
        );
        let worn = Material::Mixed(Block::COBBLE, Block::GRAVEL, 30);
        site.fill(
            [x, deck, z - half_width + 1],
            [x, deck, z + half_width - 1],
            worn,
        );
        for side in [-half_width, half_width] {
            site.set([x, deck + 1, z + side], Block::STONE);
            if along == 0 {
                site.set([x, deck + 2, z + side], Block::COBBLE);
                site.set([x, deck + 3, z + side], Block::LAMP);
            }
        }
    }
    let islet = 10;
    let (low, high) = (super::layout::MIDDLE - islet, super::layout::MIDDLE + islet);
    site.dig(
        [low, deck + 1, z - half_width],
        [high, deck + 3, z + half_width],
    );
}

/// A plank deck on piles, with rails.
fn timber_bridge(site: &mut Site, bridge: Bridge) {
    let Bridge { z, half_width } = bridge;
    let [start, end] = bridge_span(site.ground, bridge);
    let deck = BRIDGE_DECK;
    site.clear([start - 8, z - 9], [end + 8, z + 9]);
    site.dig(
        [start, deck + 1, z - half_width],
        [end, deck + 8, z + half_width],
    );
    site.block(
        [start, deck, z - half_width],
        [end, deck, z + half_width],
        Block::PLANK,
    );
    for side in [-half_width, half_width] {
        site.block(
            [start, deck - 1, z + side],
            [end, deck - 1, z + side],
            Block::TIMBER,
        );
        for x in (start..=end).step_by(5) {
            site.block(
                [x, WATER_LEVEL - 8, z + side],
                [x, deck + 2, z + side],
                Block::TIMBER,
            );
            if (x - start) % 15 == 0 {
                site.set([x, deck + 3, z + side], Block::LAMP);
            }
        }
        for x in (start..=end).filter(|x| (x - start) % 5 != 0) {
            site.set([x, deck + 1, z + side], Block::PLANK);
        }
    }
}

/// Four walls that time has bitten into, with doorways, windows and what is left of a floor. Some
/// still bear a bit of roof.
fn ruin(site: &mut Site, [half_u, half_v]: [i32; 2], decay: Decay) {
    site.clear([-half_u - 3, -half_v - 3], [half_u + 3, half_v + 3]);
    let floor = Material::Mixed(Block::COBBLE, Block::GRAVEL, 35);
    site.fill([-half_u, -3, -half_v], [half_u, 0, half_v], floor);
    let boards = Material::Mixed(Block::PLANK, Block::SOIL, 40);
    site.fill(
        [-half_u + 1, 0, -half_v + 1],
        [half_u - 1, 0, half_v - 1],
        boards,
    );
    site.dig([-half_u, 1, -half_v], [half_u, 9, half_v]);
    for u in -half_u..=half_u {
        for v in -half_v..=half_v {
            if u.abs() == half_u || v.abs() == half_v {
                ruin_wall(site, [u, v], [half_u, half_v], decay);
            }
        }
    }
    site.dig([half_u, 1, -1], [half_u, 3, 0]);
    site.dig([-half_u, 1, 0], [-half_u, 3, 1]);
    if decay == Decay::Roofed {
        let rafters = Material::Ruined(Block::TIMBER, 30);
        for v in [-half_v + 2, 0, half_v - 2] {
            site.fill([-half_u, 5, v], [half_u / 2, 5, v], rafters);
        }
        let thatch = Material::Ruined(Block::THATCH, 25);
        site.fill([-half_u, 6, -half_v], [-half_u + 2, 6, half_v], thatch);
    }
}

/// One column of a ruin's wall: tall at the back, fallen towards one corner.
fn ruin_wall(site: &mut Site, [u, v]: [i32; 2], [half_u, half_v]: [i32; 2], decay: Decay) {
    let [x, y, z] = site.world([u, 0, v]);
    let bitten = (scatter(u64::from(y as u32), SALT_DECAY, x / 2, 0, z / 2) % 4) as i32;
    let fallen = (u + half_u) * 3 / (2 * half_u) + (v + half_v) / (2 * half_v);
    let tall = if decay == Decay::Stone { 8 } else { 6 };
    let height = (tall - fallen - bitten / 2).clamp(1, tall - 1);
    let corner = u.abs() == half_u && v.abs() == half_v;
    match decay {
        Decay::Stone => site.fill([u, 0, v], [u, height, v], Material::Masonry),
        _ if corner => site.block([u, 0, v], [u, height, v], Block::TIMBER),
        Decay::Burnt => site.fill([u, 0, v], [u, height.min(2) - bitten / 3, v], {
            Material::Mixed(Block::COBBLE, Block::SOIL, 30)
        }),
        Decay::Roofed => {
            let wall = Material::Mixed(Block::BRICK, Block::COBBLE, 30);
            site.fill([u, 0, v], [u, height.min(2), v], wall);
            site.block([u, height.min(3), v], [u, height, v], Block::PLANK);
        }
    }
    let window = (u + v) % 3 == 0 && !corner;
    if window && height > 3 {
        site.dig([u, 2, v], [u, 3, v]);
    }
}

/// A low wall of cobble or a fence along a line, with gaps to slip through.
fn boundary(site: &mut Site, start: [i32; 2], end: [i32; 2], fence: bool) {
    let steps = (end[0] - start[0]).abs().max((end[1] - start[1]).abs());
    for step in 0..=steps {
        let x = start[0] + (end[0] - start[0]) * step / steps;
        let z = start[1] + (end[1] - start[1]) * step / steps;
        let y = site.ground.height(x, z);
        let chance = scatter(7, SALT_DECAY, x, 0, z) % 8;
        if step % 9 > 6 || y <= WATER_LEVEL {
            continue;
        }
        site.clear([x - 2, z - 2], [x + 2, z + 2]);
        if fence {
            let height = if step % 3 == 0 { 2 } else { 1 };
            let block = if step % 3 == 0 {
                Block::TIMBER
            } else {
                Block::PLANK
            };
            site.block([x, y + 1, z], [x, y + height, z], block);
        } else {
            let height = 2 - i32::from(chance < 3);
            site.fill([x, y - 1, z], [x, y + height, z], {
                Material::Mixed(Block::COBBLE, Block::STONE, 30)
            });
        }
    }
}
