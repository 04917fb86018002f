//! Positions rounded to 16 bits an axis, so that whole blocks of them are measured at a time: which
//! rows are within a sphere, and which are too near its surface to say so.
//!
//! Only differences from a sphere's centre are looked at, so what is rounded may wrap around: how
//! fine it is depends on how far a query reads, not on how large the world is.

use alloc::vec::Vec;

use crate::position::UNITS_PER_METRE;

/// Rows that are measured together, a bit for each.
pub(super) const BATCH: usize = 64;
/// Rows that the compiler makes vectors of.
const BLOCK: usize = 16;
/// Differences between what is rounded are at most one more, so that their squares add up in an
/// `i32`.
const DIFFERENCE_MAX: u64 = (1 << 14) - 1;
/// Rounding moves the difference of two points by less than the root of three: less than this.
const ERROR: i32 = 2;
/// Radius up to which rounding must serve; the smaller, the finer it is. What is larger than it serves
/// is compared exactly, which takes about three times as long.
const RADIUS_UNITS_MIN: u32 = 64 * UNITS_PER_METRE as u32;

/// How coarsely positions are rounded.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Rounding {
    /// Bits that are dropped.
    bits: u32,
    /// Up to this, differences are small enough.
    radius_units_max: u32,
}

/// Rounded positions, and a batch of nothing after them.
#[derive(Clone, Default, Debug)]
pub(super) struct Rounded {
    /// x and z in turn.
    ground: Vec<i16>,
    y: Vec<i16>,
}

/// A sphere in rounded units.
pub(super) struct RoundedSphere {
    x: i16,
    y: i16,
    z: i16,
    /// The square of the distance up to which a row is within.
    near_max: i32,
    /// The square of the distance from which on it is not.
    far_min: i32,
}

/// Rows of a batch, by bit.
pub(super) struct Measured {
    pub near: u64,
    /// What rounding cannot tell.
    pub unsettled: u64,
}

impl Rounding {
    /// For queries that read this much more than their radius, along any axis.
    pub fn new(margin_units: u32) -> Self {
        let margin = u64::from(margin_units);
        let reach = margin + u64::from(RADIUS_UNITS_MIN);
        let unit = reach.div_ceil(DIFFERENCE_MAX).next_power_of_two();
        let radius_max = DIFFERENCE_MAX * unit - margin;
        Self {
            bits: unit.trailing_zeros(),
            radius_units_max: u32::try_from(radius_max).unwrap_or(u32::MAX),
        }
    }

    /// The sphere to measure rounded positions with; none if it is too large for that.
    #[inline]
    pub fn sphere(&self, centre: [i32; 3], radius_units: u32) -> Option<RoundedSphere> {
        if radius_units > self.radius_units_max {
            return None;
        }
        let [x, y, z] = centre.map(|value| self.round(value));
        let radius = (radius_units >> self.bits) as i32;
        let near = radius - ERROR;
        let far = radius + 1 + ERROR;
        Some(RoundedSphere {
            x,
            y,
            z,
            near_max: if near < 0 { -1 } else { near * near },
            far_min: far * far,
        })
    }

    #[inline]
    fn round(&self, value: i32) -> i16 {
        (value >> self.bits) as i16
    }
}

impl Rounded {
    /// Takes on positions.
    pub fn rebuild(&mut self, rounding: Rounding, positions: &[[i32; 3]]) {
        self.ground.clear();
        let ground = positions
            .iter()
            .flat_map(|at| [rounding.round(at[0]), rounding.round(at[2])]);
        self.ground.extend(ground);
        self.ground.extend([0; 2 * BATCH]);
        self.y.clear();
        self.y
            .extend(positions.iter().map(|at| rounding.round(at[1])));
        self.y.extend([0; BATCH]);
    }

    /// Measures the rows at the first places from one on: one to a batch of them.
    #[inline]
    pub fn measure(&self, start: usize, row_count: usize, sphere: &RoundedSphere) -> Measured {
        let ground: &[i16; 2 * BATCH] = self.ground[2 * start..].first_chunk().expect("padded");
        let y: &[i16; BATCH] = self.y[start..].first_chunk().expect("padded");
        let blocks = ground.as_chunks().0.iter().zip(y.as_chunks().0);
        let (mut near, mut far) = (0, 0);
        let mut shift = 0;
        for (ground, y) in blocks.take(row_count.div_ceil(BLOCK)) {
            let bits = sphere.measure(ground, y);
            near |= u64::from(bits as u16) << shift;
            far |= u64::from(bits >> BLOCK) << shift;
            shift += BLOCK;
        }
        let rows = first_bits(row_count);
        Measured {
            near: near & rows,
            unsettled: rows & !(near | far),
        }
    }
}

impl Measured {
    /// What is known of rows that were not measured.
    #[inline]
    pub fn nothing(row_count: usize) -> Self {
        Self {
            near: 0,
            unsettled: first_bits(row_count),
        }
    }
}

/// One bit at least.
#[inline]
fn first_bits(count: usize) -> u64 {
    u64::MAX >> (BATCH - count)
}

impl RoundedSphere {
    /// The lower half: by row, whether it is within for sure; the upper half: whether it is not.
    ///
    /// What this compiles to is what a query costs. Written like this, with z before x, it takes about
    /// four instructions a row on any x86-64: squares of pairs are added in one (`pmaddwd`).
    #[inline]
    fn measure(&self, ground: &[i16; 2 * BLOCK], y: &[i16; BLOCK]) -> u32 {
        let mut bits = 0;
        for row in 0..BLOCK {
            let distance = square(ground[2 * row + 1].wrapping_sub(self.z))
                .wrapping_add(square(ground[2 * row].wrapping_sub(self.x)))
                .wrapping_add(square(y[row].wrapping_sub(self.y)));
            bits |= u32::from(distance <= self.near_max) << row;
            bits |= u32::from(distance >= self.far_min) << (row + BLOCK);
        }
        bits
    }
}

#[inline]
fn square(difference: i16) -> i32 {
    i32::from(difference) * i32::from(difference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// A point near the surface of a sphere, where all axes count, so that rounding errs most.
    fn point_near(random: &mut SplitMix64, centre: [i32; 3], radius: i32) -> [i32; 3] {
        // Of a cube's half edge to its half diagonal: 1 to the root of 3.
        let leg = (i64::from(radius) * 37_837 / 65_536) as i32;
        let slack = 1 + radius / 256;
        centre.map(|axis| {
            let leg = leg + random.between(-slack, slack);
            axis + if random.chance(1, 2) { leg } else { -leg }
        })
    }

    fn distance_squared(a: [i32; 3], b: [i32; 3]) -> i64 {
        let square = |axis: usize| (i64::from(a[axis]) - i64::from(b[axis])).pow(2);
        square(0) + square(1) + square(2)
    }

    #[test]
    fn what_is_settled_is_right() {
        let mut random = SplitMix64::new(5);
        let mut unsettled_count = 0;
        for _ in 0..4_000 {
            let rounding = Rounding::new(random.below(2_000_000));
            let centre = [(); 3].map(|()| random.between(-1_000_000_000, 1_000_000_000));
            let radius = random.below(rounding.radius_units_max.min(100_000_000));
            let points = [(); BATCH].map(|()| point_near(&mut random, centre, radius as i32));
            let mut rounded = Rounded::default();
            rounded.rebuild(rounding, &points);
            let sphere = rounding.sphere(centre, radius).expect("not too large");
            let row_count = 1 + random.below(BATCH as u32) as usize;
            let measured = rounded.measure(0, row_count, &sphere);
            for (row, &point) in points.iter().enumerate() {
                let is = |bits: u64| bits >> row & 1 == 1;
                let is_within = distance_squared(point, centre) <= i64::from(radius).pow(2);
                let may_be_near = row < row_count && is_within;
                assert!(is(measured.unsettled) || is(measured.near) == may_be_near);
                assert!(row < row_count || !is(measured.unsettled));
            }
            unsettled_count += measured.unsettled.count_ones();
        }
        assert!(unsettled_count > 0, "the border was tried");
    }

    #[test]
    fn spheres_up_to_the_least_radius_are_served_and_too_large_ones_are_not() {
        for margin_units in [0, 1, 100_000, 1 << 24, u32::MAX] {
            let rounding = Rounding::new(margin_units);
            let sphere = |radius_units: u32| rounding.sphere([0; 3], radius_units);
            assert!(sphere(RADIUS_UNITS_MIN).is_some());
            let reach = u64::from(margin_units) + u64::from(rounding.radius_units_max);
            assert!(reach >> rounding.bits <= DIFFERENCE_MAX);
            assert!(rounding.radius_units_max == u32::MAX || sphere(u32::MAX).is_none());
        }
    }
}
