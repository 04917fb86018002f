//! A house's keep: curtain walls with towers and gates, a hall and its tall tower in the yard.
//!
//! Built in the site's coordinates: the middle of the yard's floor is the origin, u points to the
//! enemy. Everything stands on level ground (see `ground::height`).

use spatial::Block;

use super::{
    canvas::Material,
    ground::Ground,
    layout::{KEEP_FLOOR, KEEP_HALF, cloth, facing, keep_middle},
    plan::{Plan, Site},
};
use crate::frame::House;

/// The walk on the curtain wall, above the yard's floor.
const WALL_HEIGHT: i32 = 9;
/// Thickness of the curtain wall.
const WALL_DEPTH: i32 = 3;
const TOWER_RADIUS: i32 = 5;
const TOWER_HEIGHT: i32 = 15;
/// Half the passage through the main gate: 5 blocks wide.
const GATE_HALF: i32 = 2;
/// Height of the passage.
const GATE_HEIGHT: i32 = 5;

pub fn build(plan: &mut Plan, ground: &Ground, house: House) {
    let [x, z] = keep_middle(house);
    let mut site = Site::new(plan, ground, [x, KEEP_FLOOR, z], [facing(house), 0]);
    let reach = KEEP_HALF + 10;
    site.clear([-reach, -reach], [reach + 22, reach]);
    yard(&mut site);
    for [end_u, end_v, along_u, along_v] in
        [[1, -1, 0, 1], [-1, -1, 0, 1], [-1, -1, 1, 0], [-1, 1, 1, 0]]
    {
        curtain(&mut site, [end_u, end_v], [along_u, along_v]);
    }
    for [u, v] in [[1, 1], [1, -1], [-1, 1], [-1, -1]] {
        corner_tower(&mut site, [u * (KEEP_HALF - 2), v * (KEEP_HALF - 2)], house);
    }
    gatehouse(&mut site, house);
    for side in [-1, 1] {
        postern(&mut site, side);
        stairs(&mut site, side);
        cottage(&mut site.at([6, 0, side * 16]));
    }
    hall(&mut site, house);
    great_tower(&mut site, house);
    well(&mut site);
}

fn yard(site: &mut Site) {
    let inner = KEEP_HALF - WALL_DEPTH;
    let worn = Material::Mixed(Block::GRAVEL, Block::SOIL, 12);
    let lawn = Material::Mixed(Block::GRASS, Block::GRAVEL, 8);
    site.fill([-inner, 0, -inner], [inner, 0, inner], lawn);
    site.fill([-6, 0, -4], [KEEP_HALF + 8, 0, 4], worn);
    site.fill([-2, 0, -KEEP_HALF - 4], [2, 0, KEEP_HALF + 4], worn);
    site.dig([-KEEP_HALF, 1, -KEEP_HALF], [KEEP_HALF + 8, 40, KEEP_HALF]);
}

/// One side of the curtain: from a corner (in signs) along an axis.
fn curtain(site: &mut Site, corner: [i32; 2], along: [i32; 2]) {
    let place = |distance: i32, depth: i32, y: i32| {
        let outer = KEEP_HALF - depth;
        if along[0] == 1 {
            [distance, y, corner[1] * outer]
        } else {
            [corner[0] * outer, y, distance]
        }
    };
    let masonry = Material::Masonry;
    let (start, end) = (-KEEP_HALF, KEEP_HALF);
    site.fill(
        place(start, 0, -4),
        place(end, WALL_DEPTH - 1, WALL_HEIGHT),
        masonry,
    );
    site.block(place(start, -1, -4), place(end, -1, 1), Block::COBBLE);
    site.block(
        place(start, 0, WALL_HEIGHT),
        place(end, 0, WALL_HEIGHT),
        Block::COBBLE,
    );
    site.block(
        place(start, 0, WALL_HEIGHT + 1),
        place(end, 0, WALL_HEIGHT + 1),
        Block::STONE,
    );
    for merlon in (start..end).step_by(4) {
        let top = WALL_HEIGHT + 2;
        site.block(
            place(merlon, 0, top),
            place(merlon + 1, 0, top),
            Block::STONE,
        );
    }
    for slit in (start + 12..end - 10).step_by(8) {
        site.dig(place(slit, 0, 5), place(slit, 0, 6));
    }
}

fn corner_tower(site: &mut Site, [u, v]: [i32; 2], house: House) {
    let radius = TOWER_RADIUS;
    site.cylinder(
        [u, -4, v],
        radius + 1,
        6,
        Material::Mixed(Block::COBBLE, Block::STONE, 30),
    );
    site.cylinder([u, 1, v], radius, TOWER_HEIGHT, Material::Masonry);
    site.cylinder(
        [u, TOWER_HEIGHT, v],
        radius + 1,
        1,
        Material::Plain(Block::COBBLE),
    );
    let inner = Material::Plain(Block::AIR);
    site.cylinder(
        [u, WALL_HEIGHT + 1, v],
        radius - 2,
        TOWER_HEIGHT - WALL_HEIGHT - 2,
        inner,
    );
    site.cylinder([u, TOWER_HEIGHT + 1, v], radius - 1, 3, Material::Masonry);
    site.cylinder([u, TOWER_HEIGHT + 1, v], radius - 2, 3, inner);
    tower_openings(site, [u, v]);
    let roof = Material::Mixed(cloth(house), Block::BRICK, 0);
    site.cone([u, TOWER_HEIGHT + 4, v], radius, 2, roof);
    flag(site, [u, TOWER_HEIGHT + 4 + 2 * radius, v], house);
}

/// Doors to the walls' walk, and windows under the roof.
fn tower_openings(site: &mut Site, [u, v]: [i32; 2]) {
    let (door_u, door_v) = (-u.signum(), -v.signum());
    let low = WALL_HEIGHT + 1;
    site.dig(
        [u + door_u * 2, low, v + v.signum()],
        [u + door_u * 6, low + 2, v + v.signum()],
    );
    site.dig(
        [u + u.signum(), low, v + door_v * 2],
        [u + u.signum(), low + 2, v + door_v * 6],
    );
    let high = TOWER_HEIGHT + 2;
    site.dig([u - 5, high, v], [u + 5, high + 1, v]);
    site.dig([u, high, v - 5], [u, high + 1, v + 5]);
    site.set([u, WALL_HEIGHT + 4, v], Block::LAMP);
}

fn flag(site: &mut Site, [u, y, v]: [i32; 3], house: House) {
    site.block([u, y, v], [u, y + 5, v], Block::TIMBER);
    site.block([u, y + 3, v + 1], [u, y + 5, v + 3], cloth(house));
    site.block([u, y + 4, v + 4], [u, y + 5, v + 4], cloth(house));
}

/// Two square towers with the main passage between them.
fn gatehouse(site: &mut Site, house: House) {
    let (back, front) = (KEEP_HALF - 5, KEEP_HALF + 3);
    let top = WALL_HEIGHT + 4;
    site.fill([back, -4, -9], [front, top, 9], Material::Masonry);
    site.block([back - 1, -4, -10], [front + 1, 1, 10], Block::COBBLE);
    crenels(site, [back, -9], [front, 9], top + 1);
    let passage = GATE_HEIGHT;
    site.dig([back - 1, 1, -GATE_HALF], [front + 1, passage, GATE_HALF]);
    site.block(
        [back, passage + 1, -GATE_HALF],
        [front, passage + 1, GATE_HALF],
        Block::TIMBER,
    );
    site.block(
        [back - 1, 0, -GATE_HALF],
        [front + 4, 0, GATE_HALF],
        Block::COBBLE,
    );
    site.dig([back, WALL_HEIGHT + 1, -9], [back + 3, WALL_HEIGHT + 3, 9]);
    for side in [-1, 1] {
        let hang = side * 6;
        site.block(
            [front + 1, 4, hang - 1],
            [front + 1, 11, hang + 1],
            cloth(house),
        );
        site.set([front + 1, 3, hang], cloth(house));
        site.set([front + 1, 4, side * 3], Block::LAMP);
        site.set([back + 4, 3, side * 3], Block::LAMP);
    }
    site.block([front + 1, 8, -1], [front + 1, 11, 1], cloth(house));
    site.block([front + 1, 9, 0], [front + 1, 10, 0], Block::CLOTH_WHITE);
}

/// Merlons along a rectangle's edge, with a parapet below them.
fn crenels(site: &mut Site, [from_u, from_v]: [i32; 2], [to_u, to_v]: [i32; 2], y: i32) {
    for v in from_v..=to_v {
        let height = i32::from((v - from_v) % 4 < 2);
        site.block([to_u, y, v], [to_u, y + height, v], Block::STONE);
        site.block([from_u, y, v], [from_u, y + height, v], Block::STONE);
    }
    for u in from_u..=to_u {
        let height = i32::from((u - from_u) % 4 < 2);
        site.block([u, y, from_v], [u, y + height, from_v], Block::STONE);
        site.block([u, y, to_v], [u, y + height, to_v], Block::STONE);
    }
}

/// A lesser gate in a side wall, 3 wide and 4 high.
fn postern(site: &mut Site, side: i32) {
    let wall = side * KEEP_HALF;
    let frame = Material::Plain(Block::COBBLE);
    site.fill([-3, 1, wall + side], [3, 6, wall - side * 3], frame);
    site.dig([-1, 1, wall + side * 2], [1, 4, wall - side * 4]);
    site.block([-1, 5, wall + side], [1, 5, wall - side * 3], Block::TIMBER);
}

/// A flight of stairs from the yard to the walk, along the back wall.
fn stairs(site: &mut Site, side: i32) {
    let u = -KEEP_HALF + WALL_DEPTH;
    for step in 0..WALL_HEIGHT {
        let v = side * (8 + step);
        site.block([u, 1, v], [u + 1, step + 1, v], Block::COBBLE);
    }
}

/// The lord's hall: stone below, a steep roof of planks.
fn hall(site: &mut Site, house: House) {
    let (back, front, half) = (-20, -6, 7);
    site.fill([back, 0, -half], [front, 8, half], Material::Masonry);
    site.dig([back + 1, 1, -half + 1], [front - 1, 8, half - 1]);
    site.block(
        [back + 1, 0, -half + 1],
        [front - 1, 0, half - 1],
        Block::PLANK,
    );
    site.dig([front, 1, -1], [front, 4, 1]);
    for u in [back + 3, back + 7, back + 11] {
        site.block([u, 3, -half], [u, 5, -half], Block::GLASS);
        site.block([u, 3, half], [u, 5, half], Block::GLASS);
        site.set([u, 5, 0], Block::LAMP);
    }
    for rise in 0..=half {
        let aside = half + 1 - rise;
        let y = 8 + rise;
        site.block([back - 1, y, -aside], [front + 1, y, -aside], Block::PLANK);
        site.block([back - 1, y, aside], [front + 1, y, aside], Block::PLANK);
        site.block([back, y, -aside + 1], [back, y, aside - 1], Block::BRICK);
        site.block([front, y, -aside + 1], [front, y, aside - 1], Block::BRICK);
    }
    site.block([back - 1, 16, 0], [front + 1, 16, 0], Block::TIMBER);
    for side in [-1, 1] {
        site.block(
            [front + 1, 3, side * 4],
            [front + 1, 7, side * 4],
            cloth(house),
        );
    }
}

/// The tall tower behind the hall, seen from the whole field.
fn great_tower(site: &mut Site, house: House) {
    let (u, half, top) = (-18, 5, 24);
    site.fill(
        [u - half, -2, -half],
        [u + half, top, half],
        Material::Masonry,
    );
    for [corner_u, corner_v] in [[1, 1], [1, -1], [-1, 1], [-1, -1]] {
        let (edge_u, edge_v) = (u + corner_u * half, corner_v * half);
        site.block([edge_u, 0, edge_v], [edge_u, top, edge_v], Block::COBBLE);
    }
    site.block(
        [u - half - 1, top, -half - 1],
        [u + half + 1, top, half + 1],
        Block::COBBLE,
    );
    crenels(
        site,
        [u - half - 1, -half - 1],
        [u + half + 1, half + 1],
        top + 1,
    );
    for y in [14, 19] {
        site.block([u + half, y, 0], [u + half, y + 2, 0], Block::GLASS);
        site.block([u, y, -half], [u, y + 2, -half], Block::GLASS);
        site.block([u, y, half], [u, y + 2, half], Block::GLASS);
    }
    site.block(
        [u + half + 1, top - 8, -2],
        [u + half + 1, top - 2, 2],
        cloth(house),
    );
    site.block(
        [u + half + 1, top - 6, 0],
        [u + half + 1, top - 4, 0],
        Block::CLOTH_WHITE,
    );
    site.cylinder([u, top + 1, 0], 3, 4, Material::Masonry);
    site.cone([u, top + 5, 0], 4, 2, Material::Plain(cloth(house)));
    flag(site, [u, top + 13, 0], house);
}

/// A small timber house in the yard.
fn cottage(site: &mut Site) {
    site.block([-4, 0, -4], [4, 0, 4], Block::COBBLE);
    site.block([-4, 1, -4], [4, 4, 4], Block::PLANK);
    for [u, v] in [[-4, -4], [-4, 4], [4, -4], [4, 4]] {
        site.block([u, 1, v], [u, 4, v], Block::TIMBER);
    }
    site.dig([-3, 1, -3], [3, 4, 3]);
    site.dig([4, 1, 0], [4, 3, 0]);
    site.dig([-4, 1, 0], [-4, 3, 0]);
    for v in [-2, 2] {
        site.set([4, 3, v], Block::GLASS);
        site.set([-4, 3, v], Block::GLASS);
    }
    for rise in 0..=5 {
        let half = 5 - rise;
        site.block([-5, 5 + rise, -half], [5, 5 + rise, half], Block::THATCH);
        if half > 1 {
            site.dig([-4, 5 + rise, -half + 1], [4, 5 + rise, half - 1]);
        }
    }
    site.block([4, 5, -3], [4, 7, 3], Block::PLANK);
    site.block([-4, 5, -3], [-4, 7, 3], Block::PLANK);
    site.set([0, 4, 3], Block::LAMP);
}

fn well(site: &mut Site) {
    site.cylinder([14, -3, -9], 2, 5, Material::Plain(Block::COBBLE));
    site.cylinder([14, -3, -9], 1, 4, Material::Plain(Block::WATER));
    site.dig([13, 1, -10], [15, 1, -8]);
    for v in [-11, -7] {
        site.block([14, 2, v], [14, 4, v], Block::TIMBER);
    }
    site.block([13, 5, -11], [15, 5, -7], Block::THATCH);
}
