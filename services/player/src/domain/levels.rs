//! What deeds are worth, and how far one gets by them. Whole numbers only, and never less for more.
//!
//! A kill is worth 20, a point of score 1, a block dug 1, a block placed 2; dying costs nothing but the time.
//! From level `n` to the next it takes `100·n`, so level `n` is reached at `50·n·(n−1)`: the second after five
//! kills, the tenth at 4,500, the sixtieth and last at 177,000, some 60 evenings of 3,000.

use events::battle::Deeds;

use crate::limits::LEVEL_MAX;

const A_KILL: i64 = 20;
const A_POINT: i64 = 1;
const A_BLOCK_DUG: i64 = 1;
const A_BLOCK_PLACED: i64 = 2;
/// From a level to the next, times the level.
const A_LEVEL: i64 = 100;

/// What deeds are worth.
pub fn experience_of(deeds: &Deeds) -> i64 {
    i64::from(deeds.kills) * A_KILL
        + i64::from(deeds.score) * A_POINT
        + i64::from(deeds.blocks_dug) * A_BLOCK_DUG
        + i64::from(deeds.blocks_placed) * A_BLOCK_PLACED
}

/// The experience at which a level is reached.
pub fn experience_at(level: u32) -> i64 {
    let level = i64::from(level.min(LEVEL_MAX));
    A_LEVEL / 2 * level * (level - 1).max(0)
}

/// From 1 to [`LEVEL_MAX`].
pub fn level_of(experience: i64) -> u32 {
    let levels = (2..=LEVEL_MAX).take_while(|level| experience_at(*level) <= experience);
    levels.last().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_begins_where_it_says() {
        assert_eq!([1, 2, 10, 60].map(experience_at), [0, 100, 4_500, 177_000]);
        for level in 2..=LEVEL_MAX {
            let at = experience_at(level);
            assert_eq!((level_of(at - 1), level_of(at)), (level - 1, level));
        }
    }

    #[test]
    fn more_experience_is_never_a_lower_level_and_there_is_a_last() {
        let levels: Vec<u32> = (-5..200_000).map(level_of).collect();
        assert!(levels.is_sorted());
        assert_eq!((levels[0], level_of(i64::MIN)), (1, 1));
        assert_eq!(level_of(i64::MAX), LEVEL_MAX);
    }

    #[test]
    fn more_deeds_are_never_worth_less() {
        let one = Deeds {
            kills: 1,
            deaths: 9,
            score: 10,
            blocks_dug: 3,
            blocks_placed: 4,
        };
        assert_eq!(experience_of(&one), 20 + 10 + 3 + 8);
        let more = [
            Deeds { kills: 2, ..one },
            Deeds { score: 11, ..one },
            Deeds {
                blocks_dug: 4,
                ..one
            },
            Deeds {
                blocks_placed: 5,
                ..one
            },
        ];
        assert!(
            more.iter()
                .all(|it| experience_of(it) > experience_of(&one))
        );
        let deaths = Deeds { deaths: 10, ..one };
        assert_eq!(experience_of(&deaths), experience_of(&one));
        let all = Deeds {
            kills: u32::MAX,
            deaths: u32::MAX,
            score: u32::MAX,
            blocks_dug: u32::MAX,
            blocks_placed: u32::MAX,
        };
        assert_eq!(experience_of(&all), 24 * i64::from(u32::MAX));
    }
}
