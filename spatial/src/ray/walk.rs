//! A point that goes along a ray from plane to plane between blocks. When it crosses a plane is counted in a
//! unit in which all planes of the ray are crossed at whole numbers, so that comparing is exact and a step
//! is an addition.
//!
//! Axes along which the ray goes down are mirrored (`-p`, blocks `-b - 1`), so that all go up. It does
//! not know what is in a block.

use core::{
    hint::select_unpredictable,
    ops::{Add, Div, Mul, Sub},
};

use super::{Ray, RayHit};
use crate::{
    block::Block,
    face::Face,
    limits::{RAY_QUICK_DIRECTION_MAX, RAY_QUICK_UNITS_MAX},
    position::{BlockCoord, Position, UNIT_BITS, UNITS_PER_METRE},
};

/// When a plane is crossed: how far along its axis it is from the origin, times the direction's other
/// components that are not zero.
pub(super) trait Time:
    Copy
    + Ord
    + From<i64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// Whether these numbers are wide enough for a ray.
    fn holds(ray: &Ray) -> bool;

    /// As a number of planes.
    fn count(self) -> i32;
}

impl Time for i64 {
    fn holds(ray: &Ray) -> bool {
        let is_short = |axis: &i32| axis.unsigned_abs() <= RAY_QUICK_DIRECTION_MAX;
        ray.distance_units_max <= RAY_QUICK_UNITS_MAX && ray.direction.iter().all(is_short)
    }

    fn count(self) -> i32 {
        self as i32
    }
}

impl Time for i128 {
    /// Planes at most 2^34 units away and components of 2^24: 82 bits.
    fn holds(_: &Ray) -> bool {
        true
    }

    fn count(self) -> i32 {
        self as i32
    }
}

#[derive(Clone, Copy)]
pub(super) struct Walk<T> {
    /// All ones for an axis that is mirrored, else zero.
    mirror: [i32; 3],
    /// Mirrored.
    block: [i32; 3],
    /// When the next plane along each axis is crossed; after the end for an axis along which nothing moves.
    next: [T; 3],
    /// From plane to plane.
    step: [T; 3],
    end: T,
    /// The axis crossed last.
    crossed: Option<usize>,
}

impl<T: Time> Walk<T> {
    pub fn new(ray: &Ray) -> Self {
        let mirror = ray.direction.map(|axis| axis >> (i32::BITS - 1));
        let origin = origin(ray);
        let direction = ray.direction.map(|axis| i64::from(axis.unsigned_abs()));
        let factor = direction.map(|axis| T::from(axis.max(1)));
        let others = [
            factor[1] * factor[2],
            factor[0] * factor[2],
            factor[0] * factor[1],
        ];
        let zero = T::from(0);
        let end = match length(ray) {
            0 => zero,
            length => {
                T::from(i64::from(ray.distance_units_max)) * others[0] * factor[0] / T::from(length)
            }
        };
        let block = origin.map(|axis| axis >> UNIT_BITS);
        let is_moving = |axis: usize| direction[axis] != 0;
        let first = |axis: usize| {
            let along = ((block[axis] + 1) << UNIT_BITS) - origin[axis];
            T::from(along) * others[axis]
        };
        let never = end + T::from(1);
        let step = |axis: usize| T::from(i64::from(UNITS_PER_METRE)) * others[axis];
        Self {
            mirror,
            block: block.map(|axis| axis as i32),
            next: [0, 1, 2].map(|axis| if is_moving(axis) { first(axis) } else { never }),
            step: [0, 1, 2].map(|axis| if is_moving(axis) { step(axis) } else { zero }),
            end,
            crossed: None,
        }
    }

    #[inline]
    pub fn block(&self) -> BlockCoord {
        let [x, y, z] = self.block;
        let mirror = self.mirror;
        BlockCoord::new(x ^ mirror[0], y ^ mirror[1], z ^ mirror[2])
    }

    /// Whether this block lies in another aligned cube than the one before.
    #[inline]
    pub fn has_left(&self, before: &Self, edge_bits: u32) -> bool {
        let different = |axis: usize| self.block[axis] ^ before.block[axis];
        (different(0) | different(1) | different(2)) >> edge_bits != 0
    }

    /// Goes to the next block; false at the ray's end. Which axis it goes along nothing foretells, so it
    /// does not branch on that.
    #[inline]
    pub fn step(&mut self) -> bool {
        let (axes, time) = first(self.next);
        if time > self.end {
            return false;
        }
        for (axis, is_crossed) in axes.into_iter().enumerate() {
            let by = select_unpredictable(is_crossed, self.step[axis], T::from(0));
            self.next[axis] = self.next[axis] + by;
            self.block[axis] += i32::from(is_crossed);
        }
        self.crossed = Some(usize::from(axes[1]) + 2 * usize::from(axes[2]));
        true
    }

    /// Goes to the first block outside the aligned cube around this one; false at the ray's end.
    pub fn leave_cube(&mut self, edge_bits: u32) -> bool {
        let edge_mask = ((1i64 << edge_bits) - 1) as i32;
        // Planes within the cube ahead of this block.
        let inside = self.block.map(|axis| edge_mask - (axis & edge_mask));
        let exit =
            |axis: usize| self.next[axis] + T::from(i64::from(inside[axis])) * self.step[axis];
        let (axes, time) = first([exit(0), exit(1), exit(2)]);
        if time > self.end {
            return false;
        }
        let crossed = usize::from(axes[1]) + 2 * usize::from(axes[2]);
        for (axis, inside) in inside.into_iter().enumerate() {
            let planes_count = if axis == crossed {
                inside + 1
            } else {
                self.planes_until(axis, time, axis < crossed)
            };
            self.block[axis] += planes_count;
            self.next[axis] = self.next[axis] + T::from(i64::from(planes_count)) * self.step[axis];
        }
        self.crossed = Some(crossed);
        true
    }

    /// How many planes along an axis are crossed before a time, or at it.
    fn planes_until(&self, axis: usize, time: T, is_included: bool) -> i32 {
        let time = if is_included { time } else { time - T::from(1) };
        if time < self.next[axis] {
            return 0;
        }
        ((time - self.next[axis]) / self.step[axis]).count() + 1
    }

    /// What the ray met, in the block that it is in.
    pub fn hit(&self, ray: &Ray, block: Block) -> RayHit {
        let at = self.block();
        let Some(axis) = self.crossed else {
            return RayHit {
                at,
                block,
                face: None,
                distance_units: 0,
                position: ray.origin,
            };
        };
        let plane = i64::from(self.block[axis]) << UNIT_BITS;
        let along = plane - origin(ray)[axis];
        let speed = i64::from(ray.direction[axis].unsigned_abs());
        RayHit {
            at,
            block,
            face: Some(Face::of_axis(axis, self.mirror[axis] != 0)),
            distance_units: (along * length(ray) / speed) as u32,
            position: position(ray, along, speed),
        }
    }
}

/// The axis that is crossed first, x before y before z where they meet, and when.
#[inline]
fn first<T: Time>([x, y, z]: [T; 3]) -> ([bool; 3], T) {
    let is_x = (x <= y) & (x <= z);
    let is_y = !is_x & (y <= z);
    let of_two = select_unpredictable(is_y, y, z);
    let time = select_unpredictable(is_x, x, of_two);
    ([is_x, is_y, !(is_x | is_y)], time)
}

/// A ray's origin, mirrored.
fn origin(ray: &Ray) -> [i64; 3] {
    let origin = [ray.origin.x, ray.origin.y, ray.origin.z];
    let mirrored = |axis: usize| {
        let value = i64::from(origin[axis]);
        if ray.direction[axis] < 0 {
            -value
        } else {
            value
        }
    };
    [mirrored(0), mirrored(1), mirrored(2)]
}

/// A direction's length, in its own unit.
fn length(ray: &Ray) -> i64 {
    let squares = ray.direction.map(|axis| i64::from(axis) * i64::from(axis));
    squares.iter().sum::<i64>().isqrt()
}

/// Where the ray is when it has gone so far along an axis of such a component.
fn position(ray: &Ray, along: i64, speed: i64) -> Position {
    let moved = ray
        .direction
        .map(|axis| (along * i64::from(axis)).div_euclid(speed) as i32);
    let Position { x, y, z } = ray.origin;
    Position::new(
        x.wrapping_add(moved[0]),
        y.wrapping_add(moved[1]),
        z.wrapping_add(moved[2]),
    )
}
