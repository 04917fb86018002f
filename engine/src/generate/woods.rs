//! Trees and bushes: at most one in each square of a grid, chosen and shaped by its own numbers, so
//! that neighbouring columns draw the same tree without asking each other.

use spatial::Block;

use super::{
    canvas::Canvas,
    ground::Ground,
    layout::{MIDDLE, WATER_LEVEL},
    noise::{ONE, gradient, scatter},
    plan::Plan,
};

/// Edge of the squares that hold at most one tree.
const SQUARE: i32 = 5;
/// No branch reaches farther from its trunk.
const REACH: i32 = 5;
/// Above it grow only pines, and nothing above the second.
const PINE_LINE: i32 = 66;
const TREE_LINE: i32 = 96;

mod salt {
    pub const PLACE: u32 = 20;
    pub const DENSITY: u32 = 21;
    pub const KIND: u32 = 22;
    pub const LEAF: u32 = 23;
}

/// A tree about to be drawn: its foot and 32 bits of chance for its shape.
#[derive(Clone, Copy)]
struct Tree {
    x: i32,
    y: i32,
    z: i32,
    chance: u32,
}

/// Draws every tree that reaches into the column.
pub fn draw(seed: u64, ground: &Ground, plan: &Plan, canvas: &mut Canvas) {
    let area = canvas.area().grown(REACH);
    for row in area.min_z.div_euclid(SQUARE)..=area.max_z.div_euclid(SQUARE) {
        for column in area.min_x.div_euclid(SQUARE)..=area.max_x.div_euclid(SQUARE) {
            let chance = scatter(seed, salt::PLACE, column, 0, row);
            let x = column * SQUARE + (chance % SQUARE as u32) as i32;
            let z = row * SQUARE + (chance / 8 % SQUARE as u32) as i32;
            if grows(seed, ground, plan, [x, z]) {
                let tree = Tree {
                    x,
                    y: ground.height(x, z),
                    z,
                    chance: scatter(seed, salt::KIND, x, 0, z),
                };
                draw_tree(tree, seed, canvas);
            }
        }
    }
}

/// Whether a tree stands there: by the woods' density, and never in the way.
fn grows(seed: u64, ground: &Ground, plan: &Plan, [x, z]: [i32; 2]) -> bool {
    let remoteness = ground.remoteness(x, z);
    let wooded =
        gradient(seed, salt::DENSITY, x, z, 6) * 2 + gradient(seed, salt::DENSITY, x, z, 5);
    let lean = if remoteness < 118 {
        -ONE * 7 / 8
    } else {
        ONE / 8
    };
    let percent = ((wooded + lean) * 90 / ONE).clamp(if remoteness < 118 { 1 } else { 3 }, 80);
    if (scatter(seed, salt::DENSITY, x, 1, z) % 100) as i32 >= percent {
        return false;
    }
    let y = ground.height(x, z);
    let steep = (ground.height(x + 2, z) - ground.height(x - 2, z)).abs()
        + (ground.height(x, z + 2) - ground.height(x, z - 2)).abs();
    y > WATER_LEVEL + 2
        && y < TREE_LINE
        && steep < 7
        && plan.is_clear_of_buildings(x, z)
        && !ground.is_near_path(x, z)
        && ((x - MIDDLE).abs() > 46 || (z - MIDDLE).abs() > 30)
}

fn draw_tree(tree: Tree, seed: u64, canvas: &mut Canvas) {
    let kind = tree.chance % 100;
    let high = tree.y + (tree.chance >> 8 & 7) as i32 - 4;
    match kind {
        _ if high > PINE_LINE => draw_pine(tree, seed, canvas),
        0..=7 => draw_bare(tree, canvas),
        8..=21 => draw_bush(tree, seed, canvas),
        22..=44 => draw_pine(tree, seed, canvas),
        _ => draw_oak(tree, seed, canvas),
    }
}

fn trunk(tree: Tree, height: i32, canvas: &mut Canvas) {
    for up in 0..=height {
        canvas.set([tree.x, tree.y + up, tree.z], Block::TIMBER);
    }
}

/// A ball of leaves with a ragged edge, flattened a little.
fn crown(seed: u64, middle: [i32; 3], radius: i32, canvas: &mut Canvas) {
    let [x, y, z] = middle;
    let reach = radius * radius * 4 + radius * 3;
    for up in -radius..=radius {
        for south in -radius..=radius {
            for east in -radius..=radius {
                let place = [x + east, y + up, z + south];
                let distance = 4 * (east * east + south * south) + 6 * up * up;
                let ragged = scatter(seed, salt::LEAF, place[0], place[1], place[2]) % 12;
                if distance + ragged as i32 <= reach {
                    canvas.set_in_air(place, Block::LEAVES);
                }
            }
        }
    }
}

fn draw_oak(tree: Tree, seed: u64, canvas: &mut Canvas) {
    let height = 5 + (tree.chance >> 12 & 3) as i32;
    let radius = 3 + (tree.chance >> 16 & 3 == 0) as i32;
    let Tree { x, y, z, .. } = tree;
    trunk(tree, height, canvas);
    crown(seed, [x, y + height, z], radius, canvas);
    let side = [[1, 1], [-1, 1], [1, -1], [-1, -1]][(tree.chance >> 20 & 3) as usize];
    crown(
        seed,
        [x + side[0] * 2, y + height - 1, z + side[1] * 2],
        2,
        canvas,
    );
    crown(seed, [x - side[0], y + height + 2, z - side[1]], 2, canvas);
}

fn draw_pine(tree: Tree, seed: u64, canvas: &mut Canvas) {
    let height = 8 + (tree.chance >> 12 & 7) as i32;
    let Tree { x, y, z, .. } = tree;
    trunk(tree, height, canvas);
    for up in 2..=height + 2 {
        let left = height + 2 - up;
        let radius = ((left * 4 / 9).min(3) + (left & 1)).min(4);
        for south in -radius..=radius {
            for east in -radius..=radius {
                let ragged = (scatter(seed, salt::LEAF, x + east, up, z + south) & 1) as i32;
                if east * east + south * south <= radius * radius + ragged {
                    canvas.set_in_air([x + east, y + up, z + south], Block::LEAVES);
                }
            }
        }
    }
}

/// A dead trunk with two stumps of branches.
fn draw_bare(tree: Tree, canvas: &mut Canvas) {
    let height = 4 + (tree.chance >> 12 & 3) as i32;
    let Tree { x, y, z, .. } = tree;
    trunk(tree, height, canvas);
    canvas.set_in_air([x + 1, y + height - 1, z], Block::TIMBER);
    canvas.set_in_air([x + 2, y + height, z], Block::TIMBER);
    canvas.set_in_air([x, y + height - 2, z - 1], Block::TIMBER);
    canvas.set_in_air([x, y + height - 1, z - 2], Block::TIMBER);
}

fn draw_bush(tree: Tree, seed: u64, canvas: &mut Canvas) {
    let radius = 1 + (tree.chance >> 12 & 1) as i32;
    crown(seed, [tree.x, tree.y + 1, tree.z], radius, canvas);
}
