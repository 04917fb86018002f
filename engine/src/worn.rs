//! What a character wears and has eaten, as far as the battle asks: a set of pieces, what they do to a blow,
//! and how much healing there was in the food.
//!
//! Who wears and ate what is the inventory's to say, by [`Command::Wear`](crate::input::Command::Wear); its
//! definitions know each piece by [`Piece::name`], and what heals how much. What a piece does stands in
//! `balance.rs`.

use crate::{
    angle,
    balance::{
        ARROW_DAMAGE_MAX, ARROW_DAMAGE_MIN, BOOTS_PERMILLE, BREASTPLATE_PERMILLE, HELMET_PERMILLE,
        IRON_SWORD_DAMAGE, SHIELD_ARC_HALF, SHIELD_PERMILLE, SWORD_DAMAGE, TROUSERS_PERMILLE,
        YEW_BOW_DAMAGE_MAX, YEW_BOW_DAMAGE_MIN,
    },
    dialect::Dialect,
    event::Weapon,
};

/// Something to wear that the battle knows; the number is its bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Piece {
    Helmet = 0,
    Breastplate = 1,
    Trousers = 2,
    Boots = 3,
    Sword = 4,
    Shield = 5,
    Bow = 6,
}

impl Piece {
    pub const COUNT: usize = 7;

    /// By number.
    pub const ALL: [Piece; Self::COUNT] = [
        Piece::Helmet,
        Piece::Breastplate,
        Piece::Trousers,
        Piece::Boots,
        Piece::Sword,
        Piece::Shield,
        Piece::Bow,
    ];

    /// As the inventory knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Piece::Helmet => "iron_helmet",
            Piece::Breastplate => "iron_breastplate",
            Piece::Trousers => "leather_trousers",
            Piece::Boots => "leather_boots",
            Piece::Sword => "iron_sword",
            Piece::Shield => "wooden_shield",
            Piece::Bow => "bow",
        }
    }

    /// The piece of an item; none of what changes nothing in the battle.
    pub fn named(name: &str) -> Option<Piece> {
        Self::ALL.into_iter().find(|piece| piece.name() == name)
    }

    /// What it keeps off of a blow, in 1/1000; a shield only of one from ahead.
    pub const fn protection_permille(self) -> u16 {
        match self {
            Piece::Helmet => HELMET_PERMILLE,
            Piece::Breastplate => BREASTPLATE_PERMILLE,
            Piece::Trousers => TROUSERS_PERMILLE,
            Piece::Boots => BOOTS_PERMILLE,
            Piece::Shield => SHIELD_PERMILLE,
            Piece::Sword | Piece::Bow => 0,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of pieces.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Worn(u8);

/// What a character wears and has eaten, and how often what it has had changed by then: of two words about it
/// the one with the greater revision counts. Before the first word it wears nothing, at 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Dress {
    pub worn: Worn,
    pub revision: u32,
    /// Points of health that were in all that the character ever ate and drank; none while nobody said. What a
    /// word has more of than the one before heals: told twice, late or not at all it is the same in the end.
    pub eaten: Option<u32>,
}

impl Dress {
    /// As a world of a dialect hears it: the first has no word for what is eaten.
    pub const fn spoken_in(self, dialect: Dialect) -> Self {
        match dialect.has_food() {
            true => self,
            false => Self {
                eaten: None,
                ..self
            },
        }
    }

    /// Whether it tells more than what is held: a later state, or of the same what was eaten, too.
    pub const fn is_news_to(self, held: Self) -> bool {
        self.revision > held.revision
            || (self.revision == held.revision && self.eaten.is_some() && held.eaten.is_none())
    }

    /// What is to be healed where this was held. Where nothing was said of food nobody knows what was eaten when.
    pub(crate) fn healing_until(self, next: Self) -> u16 {
        let points = match (self.eaten, next.eaten) {
            (Some(held), Some(now)) => now.saturating_sub(held),
            _ => 0,
        };
        u16::try_from(points).unwrap_or(u16::MAX)
    }
}

impl Worn {
    pub const NOTHING: Worn = Worn(0);
    /// What is worn on the body, whatever the hands do.
    const ARMOUR: [Piece; 4] = [
        Piece::Helmet,
        Piece::Breastplate,
        Piece::Trousers,
        Piece::Boots,
    ];

    /// None if a bit has no meaning.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits >> Piece::COUNT {
            0 => Some(Self(bits)),
            _ => None,
        }
    }

    pub const fn bits(self) -> u8 {
        self.0
    }

    #[inline]
    pub const fn has(self, piece: Piece) -> bool {
        self.0 & piece.bit() != 0
    }

    /// What a swing of the own sword does.
    pub(crate) const fn sword_damage(self) -> u16 {
        match self.has(Piece::Sword) {
            true => IRON_SWORD_DAMAGE,
            false => SWORD_DAMAGE,
        }
    }

    /// What an arrow of the own bow does, of the shortest and of a full draw.
    pub(crate) const fn arrow_damages(self) -> [u16; 2] {
        match self.has(Piece::Bow) {
            true => [YEW_BOW_DAMAGE_MIN, YEW_BOW_DAMAGE_MAX],
            false => [ARROW_DAMAGE_MIN, ARROW_DAMAGE_MAX],
        }
    }

    /// What is left of a blow, at least a point of one that hurts at all. Nothing helps against a fall or
    /// against water.
    #[inline]
    pub(crate) fn soften(self, damage: u16, weapon: Weapon, is_shielded: bool) -> u16 {
        if self == Self::NOTHING || damage == 0 || matches!(weapon, Weapon::Fall | Weapon::Drown) {
            return damage;
        }
        let worn = Self::ARMOUR.into_iter().filter(|piece| self.has(*piece));
        let armour: u16 = worn.map(Piece::protection_permille).sum();
        let shield = match is_shielded && self.has(Piece::Shield) {
            true => SHIELD_PERMILLE,
            false => 0,
        };
        let left = u32::from(damage) * u32::from(1_000 - armour - shield) / 1_000;
        left.max(1) as u16
    }
}

/// Whether a blow that pushes along `push` comes from where a body looks.
pub(crate) fn is_from_ahead(push: [i32; 3], yaw: u16) -> bool {
    let [x, _, z] = push;
    (x, z) != (0, 0) && angle::yaw_distance(angle::yaw_of(-x, -z), yaw) <= SHIELD_ARC_HALF
}

impl FromIterator<Piece> for Worn {
    fn from_iter<T: IntoIterator<Item = Piece>>(pieces: T) -> Self {
        let bits = pieces.into_iter().map(Piece::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balance::{ARROW_DAMAGE_MAX, HEALTH_MAX, SOLDIER_HEALTH_MAX};

    fn all() -> Worn {
        Piece::ALL.into_iter().collect()
    }

    /// Blows of a weapon until nothing is left of a health.
    fn blows(damage: u16, health: u16, worn: Worn, is_shielded: bool) -> u16 {
        health.div_ceil(worn.soften(damage, Weapon::Sword, is_shielded))
    }

    #[test]
    fn bits_and_names_lead_back_to_their_pieces() {
        for piece in Piece::ALL {
            let alone: Worn = [piece].into_iter().collect();
            assert_eq!(Worn::from_bits(alone.bits()), Some(alone));
            assert_eq!(
                Piece::ALL.into_iter().filter(|it| alone.has(*it)).count(),
                1
            );
            assert_eq!(Piece::named(piece.name()), Some(piece));
        }
        assert_eq!(Worn::from_bits(1 << Piece::COUNT), None);
        assert_eq!(Piece::named("bread"), None, "nobody wears it");
    }

    /// The derivation of the numbers in `balance.rs`.
    #[test]
    fn each_side_is_a_blow_ahead_of_what_it_is_made_against() {
        let armour: Worn = Worn::ARMOUR.into_iter().collect();
        let bare = Worn::NOTHING;
        assert_eq!(blows(SWORD_DAMAGE, HEALTH_MAX, bare, false), 3);
        assert_eq!(blows(SWORD_DAMAGE, HEALTH_MAX, armour, false), 4);
        assert_eq!(blows(SWORD_DAMAGE, HEALTH_MAX, all(), true), 5);
        assert_eq!(blows(IRON_SWORD_DAMAGE, HEALTH_MAX, bare, false), 3);
        assert_eq!(blows(IRON_SWORD_DAMAGE, HEALTH_MAX, armour, false), 3);
        assert_eq!(blows(IRON_SWORD_DAMAGE, HEALTH_MAX, all(), true), 4);
        assert_eq!(blows(ARROW_DAMAGE_MAX, HEALTH_MAX, armour, false), 4);
        assert_eq!(blows(YEW_BOW_DAMAGE_MAX, HEALTH_MAX, bare, false), 3);
        assert_eq!(blows(YEW_BOW_DAMAGE_MAX, HEALTH_MAX, armour, false), 3);
        for damage in [SWORD_DAMAGE, IRON_SWORD_DAMAGE, YEW_BOW_DAMAGE_MAX] {
            assert_eq!(
                blows(damage, SOLDIER_HEALTH_MAX, bare, false),
                2,
                "soldiers"
            );
        }
    }

    #[test]
    fn a_blow_hurts_no_more_for_what_is_worn_and_always_a_little() {
        for damage in 0..=u16::from(u8::MAX) {
            let mut last = damage;
            for count in 0..=Piece::COUNT {
                let worn: Worn = Piece::ALL.into_iter().take(count).collect();
                let left = worn.soften(damage, Weapon::Arrow, true);
                assert!(left <= last && (left > 0) == (damage > 0));
                last = left;
            }
            for weapon in [Weapon::Fall, Weapon::Drown] {
                assert_eq!(all().soften(damage, weapon, true), damage);
            }
        }
    }

    #[test]
    fn a_shield_is_before_its_bearer() {
        // One who looks north is struck from the north: the blow pushes south.
        assert!(is_from_ahead([0, 900, 100], 0));
        assert!(!is_from_ahead([0, 900, -100], 0));
        assert!(!is_from_ahead([100, 0, 0], 0), "from the side");
        assert!(!is_from_ahead([0, 900, 0], 0), "from nowhere");
    }
}
