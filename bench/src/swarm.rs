//! What libraries of replication bench themselves by: a thousand things that all change, told to so many
//! clients, in every tick all of them to each. Here are the things, in plain numbers for every side; ours is
//! [`crate::telling`], those of others are in the crate `replication`.

use spatial::random::SplitMix64;

pub const BODIES_COUNT: usize = 1_000;

/// The box all are in: 2 × 2 cells, so that each is next to every other and we tell of it every tick.
const EDGES_CM: [i32; 3] = [3_200, 400, 3_200];
/// Its corner, as far from the world's as most places are.
const CORNER_CM: [i32; 3] = [40_000, 4_000, 30_400];
/// How far a body goes in a tick along each axis, at most: somebody who runs.
const STEP_CM: i32 = 25;
const SEED: u64 = 4;

/// A body's state, as fine as all sides send it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Body {
    pub position_cm: [i32; 3],
    /// 256 to a full turn.
    pub yaw: u8,
    pub pose: u8,
    pub health: u8,
}

/// A thousand bodies.
pub struct Swarm {
    pub bodies: Vec<Body>,
    random: SplitMix64,
}

impl Default for Swarm {
    fn default() -> Self {
        let mut random = SplitMix64::new(SEED);
        let mut body = || Body {
            position_cm: EDGES_CM.map(|edge| random.between(0, edge - 1)),
            ..Body::default()
        };
        let mut bodies: Vec<Body> = (0..BODIES_COUNT).map(|_| body()).collect();
        for body in &mut bodies {
            for (axis, corner) in CORNER_CM.into_iter().enumerate() {
                body.position_cm[axis] += corner;
            }
        }
        Self { bodies, random }
    }
}

impl Swarm {
    /// Changes all there is of every body.
    pub fn advance(&mut self) {
        let random = &mut self.random;
        for body in &mut self.bodies {
            for axis in 0..3 {
                let range = CORNER_CM[axis]..CORNER_CM[axis] + EDGES_CM[axis];
                let at = &mut body.position_cm[axis];
                let way = if random.chance(1, 2) { 1 } else { -1 };
                let step = way * random.between(1, STEP_CM);
                *at += if range.contains(&(*at + step)) {
                    step
                } else {
                    -step
                };
            }
            for value in [&mut body.yaw, &mut body.pose, &mut body.health] {
                *value = value.wrapping_add(random.between(1, 255) as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_changes_and_nobody_leaves() {
        let mut swarm = Swarm::default();
        for _ in 0..20 {
            let before = swarm.bodies.clone();
            swarm.advance();
            for (body, before) in swarm.bodies.iter().zip(before) {
                for axis in 0..3 {
                    let offset = body.position_cm[axis] - CORNER_CM[axis];
                    assert!((0..EDGES_CM[axis]).contains(&offset));
                    assert_ne!(body.position_cm[axis], before.position_cm[axis]);
                }
                assert!(body.yaw != before.yaw && body.pose != before.pose);
                assert_ne!(body.health, before.health);
            }
        }
    }
}
