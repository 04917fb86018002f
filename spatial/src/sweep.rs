//! Moving a box through the terrain: it slides along what it meets, steps up where it may, and never
//! passes through a block at any speed up to [`SWEEP_DELTA_UNITS_MAX`]. Exact in integers, so that the
//! browser and the server agree bit for bit. It knows blocks only; velocity, gravity and water are
//! the engine's.

use crate::{
    block_box::BlockBox,
    limits::SWEEP_DELTA_UNITS_MAX,
    position::{BlockCoord, Position, UNIT_BITS, UNITS_PER_METRE},
    terrain::{BlockReader, Terrain},
};

/// A standing box: a square of twice `half_width_units` around the feet, `height_units` upwards.
/// It holds its lower faces and not its upper ones, so a box may touch a wall on either side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BodyBox {
    pub half_width_units: i32,
    pub height_units: i32,
}

impl BodyBox {
    /// The blocks that it overlaps when its feet are at a position.
    pub fn blocks(&self, feet: Position) -> BlockBox {
        Bounds::new(*self, feet).blocks()
    }

    /// Whether it overlaps nothing solid there; what is not loaded is solid.
    pub fn is_free(&self, terrain: &Terrain, feet: Position) -> bool {
        !terrain.reader().has_solid(self.blocks(feet))
    }
}

/// A box about to move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sweep {
    pub body: BodyBox,
    /// The middle of the box's bottom.
    pub feet: Position,
    /// How far it would move along x, y, z, in 1/4096 m; beyond [`SWEEP_DELTA_UNITS_MAX`] it is cut.
    pub delta: [i32; 3],
    /// How high it may step onto what blocks it, in 1/4096 m; 0 for never. It steps only from the
    /// ground and not while it rises.
    pub step_units_max: i32,
    pub is_grounded: bool,
}

/// Where a box came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swept {
    pub feet: Position,
    /// Along which of x, y, z something stopped it.
    pub is_blocked: [bool; 3],
    /// Whether it stands on something solid.
    pub is_grounded: bool,
    /// How much of its rise came from stepping up, in 1/4096 m.
    pub step_units: i32,
}

impl Sweep {
    /// Moves in pieces of at most a block, so that it meets what lies on its way and not what lies
    /// around a corner; in each first along y, then along the longer of x and z, then the other.
    pub fn run(&self, terrain: &Terrain) -> Swept {
        let delta = self
            .delta
            .map(|axis| axis.clamp(-SWEEP_DELTA_UNITS_MAX, SWEEP_DELTA_UNITS_MAX));
        let longest = delta.iter().map(|axis| axis.unsigned_abs()).max();
        let piece_count = longest.unwrap_or(0).div_ceil(UNITS_PER_METRE as u32) as i32;
        let mut mover = Mover::new(self, terrain);
        let mut moved = [0; 3];
        for piece in 1..=piece_count {
            // Multiples of the whole are rounded, not the piece, so that pieces add up exactly.
            let by_then = delta.map(|axis| axis * piece / piece_count);
            mover.advance([0, 1, 2].map(|axis| by_then[axis] - moved[axis]));
            moved = by_then;
        }
        mover.finish()
    }
}

/// A box on its way.
struct Mover<'a> {
    reader: BlockReader<'a>,
    bounds: Bounds,
    is_blocked: [bool; 3],
    is_grounded: bool,
    step_units_max: i32,
    step_units: i32,
}

impl<'a> Mover<'a> {
    fn new(sweep: &Sweep, terrain: &'a Terrain) -> Self {
        Self {
            reader: terrain.reader(),
            bounds: Bounds::new(sweep.body, sweep.feet),
            is_blocked: [false; 3],
            is_grounded: sweep.is_grounded && sweep.delta[1] <= 0,
            step_units_max: sweep.step_units_max,
            step_units: 0,
        }
    }

    /// Moves one piece, without the axes that are blocked already.
    fn advance(&mut self, piece: [i32; 3]) {
        if !self.is_blocked[1] {
            let moved = self.bounds.travel(&mut self.reader, 1, piece[1]);
            self.bounds.shift(1, moved);
            self.is_blocked[1] = moved != piece[1];
            self.is_grounded = match piece[1] {
                0 => self.is_grounded,
                _ => self.is_blocked[1] && piece[1] < 0,
            };
        }
        let unless_blocked = |axis: usize| {
            if self.is_blocked[axis] {
                0
            } else {
                piece[axis]
            }
        };
        self.advance_level([unless_blocked(0), unless_blocked(2)]);
    }

    /// Moves along x and z, and up a step if that leads farther.
    fn advance_level(&mut self, wanted: [i32; 2]) {
        let (mut bounds, mut moved) = slide(self.bounds, &mut self.reader, wanted);
        if moved != wanted && self.is_grounded {
            let stepped = self.step(wanted);
            let reach = |moved: [i32; 2]| moved[0].abs() + moved[1].abs();
            if reach(stepped.1) > reach(moved) {
                self.step_units += (stepped.0.min[1] - bounds.min[1]) as i32;
                (bounds, moved) = stepped;
            }
        }
        self.bounds = bounds;
        self.is_blocked[0] |= moved[0] != wanted[0];
        self.is_blocked[2] |= moved[1] != wanted[1];
    }

    /// Up, along, and down again.
    fn step(&mut self, wanted: [i32; 2]) -> (Bounds, [i32; 2]) {
        let mut bounds = self.bounds;
        let up = bounds.travel(&mut self.reader, 1, self.step_units_max);
        bounds.shift(1, up);
        let (mut bounds, moved) = slide(bounds, &mut self.reader, wanted);
        let down = bounds.travel(&mut self.reader, 1, -up);
        bounds.shift(1, down);
        (bounds, moved)
    }

    fn finish(mut self) -> Swept {
        Swept {
            feet: self.bounds.feet(),
            is_blocked: self.is_blocked,
            is_grounded: self.bounds.travel(&mut self.reader, 1, -1) == 0,
            step_units: self.step_units,
        }
    }
}

/// Moves along x and z, the longer first; returns how far it came.
fn slide(mut bounds: Bounds, reader: &mut BlockReader, wanted: [i32; 2]) -> (Bounds, [i32; 2]) {
    let mut moved = [0; 2];
    let first = usize::from(wanted[1].abs() > wanted[0].abs());
    for side in [first, 1 - first] {
        moved[side] = bounds.travel(reader, 2 * side, wanted[side]);
        bounds.shift(2 * side, moved[side]);
    }
    (bounds, moved)
}

/// A box in position units; `max` is just outside. Wide enough to reach over the world's edge.
#[derive(Clone, Copy)]
struct Bounds {
    half_width: i64,
    min: [i64; 3],
    max: [i64; 3],
}

impl Bounds {
    fn new(body: BodyBox, feet: Position) -> Self {
        let feet = [feet.x, feet.y, feet.z].map(i64::from);
        let half_width = i64::from(body.half_width_units);
        let top = feet[1] + i64::from(body.height_units);
        Self {
            half_width,
            min: [feet[0] - half_width, feet[1], feet[2] - half_width],
            max: [feet[0] + half_width, top, feet[2] + half_width],
        }
    }

    fn feet(&self) -> Position {
        let within_world =
            |value: i64| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        Position::new(
            within_world(self.min[0] + self.half_width),
            within_world(self.min[1]),
            within_world(self.min[2] + self.half_width),
        )
    }

    fn blocks(&self) -> BlockBox {
        let (low, high) = (self.min.map(first_block), self.max.map(last_block));
        BlockBox {
            min: BlockCoord::new(low[0], low[1], low[2]),
            max: BlockCoord::new(high[0], high[1], high[2]),
        }
    }

    fn shift(&mut self, axis: usize, by: i32) {
        self.min[axis] += i64::from(by);
        self.max[axis] += i64::from(by);
    }

    /// How much of a distance along an axis it can go before something solid. Blocks that it
    /// overlaps already do not hold it.
    #[inline]
    fn travel(&self, reader: &mut BlockReader, axis: usize, distance: i32) -> i32 {
        let far = i64::from(distance);
        if distance > 0 {
            let (from, to) = (last_block(self.max[axis]), last_block(self.max[axis] + far));
            // Most steps enter no block that the box is not in already.
            if from == to {
                return distance;
            }
            let met = first_solid(reader, self.blocks(), axis, from + 1..=to);
            met.map_or(distance, |index| {
                ((i64::from(index) << UNIT_BITS) - self.max[axis]) as i32
            })
        } else {
            let (from, to) = (
                first_block(self.min[axis]),
                first_block(self.min[axis] + far),
            );
            if from == to {
                return distance;
            }
            let met = first_solid(reader, self.blocks(), axis, (to..from).rev());
            met.map_or(distance, |index| {
                ((i64::from(index + 1) << UNIT_BITS) - self.min[axis]) as i32
            })
        }
    }
}

/// The block in which a lower face lies, which is in the box.
const fn first_block(face: i64) -> i32 {
    (face >> UNIT_BITS) as i32
}

/// The block below an upper face, which is not in the box.
const fn last_block(face: i64) -> i32 {
    ((face - 1) >> UNIT_BITS) as i32
}

/// The first of these layers across an axis that has something solid where the box would be.
fn first_solid(
    reader: &mut BlockReader,
    mut layer: BlockBox,
    axis: usize,
    mut layers: impl Iterator<Item = i32>,
) -> Option<i32> {
    layers.find(|&index| {
        set_layer(&mut layer, axis, index);
        reader.has_solid(layer)
    })
}

/// Makes a box one block thick along an axis.
fn set_layer(layer: &mut BlockBox, axis: usize, index: i32) {
    for corner in [&mut layer.min, &mut layer.max] {
        match axis {
            0 => corner.x = index,
            1 => corner.y = index,
            _ => corner.z = index,
        }
    }
}
