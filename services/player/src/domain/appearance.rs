//! How a character looks, and which house it would fight for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits::{EMBLEMS, HAIRS, SKINS, TABARDS};

/// Numbers of what the client has to choose from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Appearance {
    #[schema(maximum = 15)]
    pub hair: u8,
    #[schema(maximum = 7)]
    pub skin: u8,
    /// The pattern on it; its colours are the house's.
    #[schema(maximum = 15)]
    pub tabard: u8,
    /// On its banner.
    #[schema(maximum = 31)]
    pub emblem: u8,
}

impl Appearance {
    /// The field that is out of its range.
    pub fn misfit(&self) -> Option<&'static str> {
        let fields = [
            ("hair", self.hair, HAIRS),
            ("skin", self.skin, SKINS),
            ("tabard", self.tabard, TABARDS),
            ("emblem", self.emblem, EMBLEMS),
        ];
        let misfit = fields.into_iter().find(|(_, value, count)| value >= count);
        misfit.map(|(field, ..)| field)
    }

    /// Some look, the same for the same number, for who did not choose.
    pub fn of_number(number: i64) -> Self {
        let [hair, skin, tabard, emblem, ..] = number.to_be_bytes().map(|byte| byte & 0x7f);
        Self {
            hair: hair % HAIRS,
            skin: skin % SKINS,
            tabard: tabard % TABARDS,
            emblem: emblem % EMBLEMS,
        }
    }
}

/// Whichever needs people.
pub const ANY_HOUSE: u8 = 255;

/// Red, blue, or any.
pub fn is_house(number: u8) -> bool {
    matches!(number, 0 | 1 | ANY_HOUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_gives_a_look_that_fits() {
        for number in [i64::MIN, -1, 0, 1, 0x7f7f_7f7f_7f7f_7f7f, i64::MAX] {
            assert_eq!(Appearance::of_number(number).misfit(), None, "{number}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let fits = Appearance::of_number(0);
        let misfits = [
            (
                Appearance {
                    hair: HAIRS,
                    ..fits
                },
                "hair",
            ),
            (
                Appearance {
                    skin: SKINS,
                    ..fits
                },
                "skin",
            ),
            (
                Appearance {
                    tabard: 255,
                    ..fits
                },
                "tabard",
            ),
            (
                Appearance {
                    emblem: EMBLEMS,
                    ..fits
                },
                "emblem",
            ),
        ];
        for (look, field) in misfits {
            assert_eq!(look.misfit(), Some(field));
        }
    }
}
