//! The list of everything that is built, in the order of drawing, and a site's own coordinates.

use alloc::vec::Vec;

use spatial::Block;

use super::{
    canvas::{Canvas, Fill, Material},
    ground::Ground,
    layout::Rectangle,
};

/// All buildings of a world.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    fills: Vec<Fill>,
    /// Where no tree may grow.
    clearings: Vec<Rectangle>,
}

impl Plan {
    /// Draws what lies in the column, later fills over earlier ones.
    pub fn draw(&self, canvas: &mut Canvas) {
        let area = canvas.area();
        let touches = |fill: &&Fill| {
            fill.min[0] <= area.max_x
                && fill.max[0] >= area.min_x
                && fill.min[2] <= area.max_z
                && fill.max[2] >= area.min_z
        };
        for fill in self.fills.iter().filter(touches) {
            canvas.fill(fill);
        }
    }

    /// Keeps trees out of a rectangle.
    pub fn clear(&mut self, area: Rectangle) {
        self.clearings.push(area);
    }

    pub fn is_clear_of_buildings(&self, x: i32, z: i32) -> bool {
        !self.clearings.iter().any(|area| area.contains(x, z))
    }

    fn push(&mut self, min: [i32; 3], max: [i32; 3], material: Material) {
        self.fills.push(Fill { min, max, material });
    }
}

/// A building's own coordinates: u ahead, y up from the origin, v aside. The hand that builds.
pub struct Site<'plan> {
    plan: &'plan mut Plan,
    pub ground: &'plan Ground,
    origin: [i32; 3],
    /// World x and z of one step along u; v is a quarter turn from it.
    ahead: [i32; 2],
}

impl<'plan> Site<'plan> {
    /// `ahead` is a unit step along x or z.
    pub fn new(
        plan: &'plan mut Plan,
        ground: &'plan Ground,
        origin: [i32; 3],
        ahead: [i32; 2],
    ) -> Self {
        Self {
            plan,
            ground,
            origin,
            ahead,
        }
    }

    /// The same hand at a place of this site.
    pub fn at(&mut self, place: [i32; 3]) -> Site<'_> {
        let origin = self.world(place);
        Site::new(self.plan, self.ground, origin, self.ahead)
    }

    /// World coordinates of a place.
    pub fn world(&self, [u, y, v]: [i32; 3]) -> [i32; 3] {
        let [ahead_x, ahead_z] = self.ahead;
        [
            self.origin[0] + u * ahead_x - v * ahead_z,
            self.origin[1] + y,
            self.origin[2] + u * ahead_z + v * ahead_x,
        ]
    }

    /// Fills a box between two corners, in any order.
    pub fn fill(&mut self, from: [i32; 3], to: [i32; 3], material: Material) {
        let (a, b) = (self.world(from), self.world(to));
        let min = [a[0].min(b[0]), a[1].min(b[1]), a[2].min(b[2])];
        let max = [a[0].max(b[0]), a[1].max(b[1]), a[2].max(b[2])];
        self.plan.push(min, max, material);
    }

    /// Fills a box with one block.
    pub fn block(&mut self, from: [i32; 3], to: [i32; 3], block: Block) {
        self.fill(from, to, Material::Plain(block));
    }

    pub fn set(&mut self, place: [i32; 3], block: Block) {
        self.block(place, place, block);
    }

    pub fn dig(&mut self, from: [i32; 3], to: [i32; 3]) {
        self.block(from, to, Block::AIR);
    }

    /// An upright cylinder around a middle, from its lowest layer up.
    pub fn cylinder(&mut self, middle: [i32; 3], radius: i32, height: i32, material: Material) {
        let [u, y, v] = middle;
        for aside in -radius..=radius {
            let half = (radius * radius + radius - aside * aside).isqrt();
            let from = [u - half, y, v + aside];
            self.fill(from, [u + half, y + height - 1, v + aside], material);
        }
    }

    /// A pointed roof on a round tower: `steepness` layers for each block of radius.
    pub fn cone(&mut self, middle: [i32; 3], radius: i32, steepness: i32, material: Material) {
        let [u, y, v] = middle;
        for step in 0..=radius {
            let layer = [u, y + step * steepness, v];
            self.cylinder(layer, radius - step, steepness, material);
        }
    }

    /// Keeps trees out of a rectangle between two corners.
    pub fn clear(&mut self, [from_u, from_v]: [i32; 2], [to_u, to_v]: [i32; 2]) {
        let (a, b) = (self.world([from_u, 0, from_v]), self.world([to_u, 0, to_v]));
        self.plan.clear(Rectangle {
            min_x: a[0].min(b[0]),
            min_z: a[2].min(b[2]),
            max_x: a[0].max(b[0]),
            max_z: a[2].max(b[2]),
        });
    }
}
