//! From where a soldier wants to go to the keys it holds: keeping clear of comrades, facing, gaits.

use spatial::Position;

use super::crowd::{Crowd, NEAR_METRE};
use crate::{angle, frame::House, input::Buttons};

/// A level direction with a weight; 256 is one whole wish.
pub type Wish = [i32; 2];

/// One whole wish.
pub const WHOLE: i32 = 256;
/// Comrades nearer than this are in the way, in 1/64 m: 1.1 m.
const ELBOW_ROOM: i32 = NEAR_METRE * 110 / 100;

/// A whole wish along a yaw.
pub fn along(yaw: u16) -> Wish {
    angle::forward(yaw).map(|axis| axis >> (angle::ONE_BITS - 8))
}

/// A whole wish from one place towards another; none when there.
pub fn towards(from: Position, to: Position) -> Wish {
    let way = [to.x - from.x, 0, to.z - from.z];
    let [x, _, z] = angle::with_length(way, WHOLE);
    [x, z]
}

pub fn add(a: Wish, b: Wish) -> Wish {
    [a[0] + b[0], a[1] + b[1]]
}

/// A wish turned by a part of a circle, 65,536 for all of it.
pub fn turned(wish: Wish, by: u16) -> Wish {
    let (sine, cosine) = (angle::sine(by), angle::cosine(by));
    let [x, z] = wish;
    [
        (x * cosine - z * sine) >> angle::ONE_BITS,
        (x * sine + z * cosine) >> angle::ONE_BITS,
    ]
}

/// What comrades near a soldier do to its wishes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Press {
    /// Away from those who are too near.
    pub push: Wish,
    /// Whether one stands right ahead.
    pub is_blocked: bool,
}

/// Looks at the comrades around. `id` settles where to go from one who stands in the same place.
pub fn press(crowd: &Crowd, house: House, feet: Position, ahead: Wish, id: u32) -> Press {
    let mut press = Press::default();
    crowd.for_each_around(house, feet, ELBOW_ROOM << 6, |near| {
        const ROOM_SQUARE: u32 = (ELBOW_ROOM * ELBOW_ROOM) as u32;
        if near.square >= ROOM_SQUARE {
            return;
        }
        if near.square == 0 {
            if near.entry.feet != feet {
                press.push = add(press.push, along((id as u16).wrapping_mul(40_503)));
            }
            return;
        }
        let distance = near.distance().max(1);
        let weight = (ELBOW_ROOM - distance) * WHOLE / ELBOW_ROOM;
        press.push[0] -= near.x * weight / distance;
        press.push[1] -= near.z * weight / distance;
        press.is_blocked |= near.x * ahead[0] + near.z * ahead[1] > distance * WHOLE * 3 / 4;
    });
    press.push = press.push.map(|axis| axis.clamp(-2 * WHOLE, 2 * WHOLE));
    press
}

/// The keys that walk along a wish while looking along a yaw; none for a wish too weak to follow.
pub fn keys(wish: Wish, facing: u16) -> u16 {
    const OCTANTS: [u16; 8] = [
        Buttons::FORWARD,
        Buttons::FORWARD | Buttons::RIGHT,
        Buttons::RIGHT,
        Buttons::BACK | Buttons::RIGHT,
        Buttons::BACK,
        Buttons::BACK | Buttons::LEFT,
        Buttons::LEFT,
        Buttons::FORWARD | Buttons::LEFT,
    ];
    if wish[0].abs() + wish[1].abs() < WHOLE / 3 {
        return 0;
    }
    let aside = angle::yaw_of(wish[0], wish[1]).wrapping_sub(facing);
    OCTANTS[(aside.wrapping_add(4_096) >> 13) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_the_wish_whatever_the_facing() {
        for facing in [0_u16, 16_384, 40_000] {
            assert_eq!(keys(along(facing), facing), Buttons::FORWARD);
            let right = along(facing.wrapping_add(16_384));
            assert_eq!(keys(right, facing), Buttons::RIGHT);
            let back = along(facing.wrapping_add(32_768));
            assert_eq!(keys(back, facing), Buttons::BACK);
        }
        assert_eq!(keys([3, -4], 0), 0);
    }

    #[test]
    fn a_quarter_turn_goes_clockwise_from_above() {
        assert_eq!(turned([0, -256], 16_384), [256, 0]);
        assert_eq!(along(16_384), [256, 0]);
    }
}
