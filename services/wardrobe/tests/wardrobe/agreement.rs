//! The inventory's definitions and the battle's balance say the same of each piece.

use engine::{
    Piece,
    balance::{
        ARROW_DAMAGE_MAX, ARROW_DAMAGE_MIN, IRON_SWORD_DAMAGE, SWORD_DAMAGE, YEW_BOW_DAMAGE_MAX,
        YEW_BOW_DAMAGE_MIN,
    },
};
use inventory::domain::{Definitions, Effect, Slot};

/// Where a piece is worn, and what the battle has it do.
fn wanted(piece: Piece) -> (Slot, Effect) {
    let permille = piece.protection_permille();
    match piece {
        Piece::Helmet => (Slot::Head, Effect::Armour(permille)),
        Piece::Breastplate => (Slot::Chest, Effect::Armour(permille)),
        Piece::Trousers => (Slot::Legs, Effect::Armour(permille)),
        Piece::Boots => (Slot::Feet, Effect::Armour(permille)),
        Piece::Shield => (Slot::OffHand, Effect::Shield(permille)),
        Piece::Sword => (Slot::Hand, Effect::Blow(IRON_SWORD_DAMAGE - SWORD_DAMAGE)),
        Piece::Bow => {
            let more = YEW_BOW_DAMAGE_MAX - ARROW_DAMAGE_MAX;
            assert_eq!(more, YEW_BOW_DAMAGE_MIN - ARROW_DAMAGE_MIN, "of any draw");
            (Slot::Hand, Effect::Arrow(more))
        }
    }
}

#[test]
fn what_players_read_of_an_item_is_what_it_does() {
    let definitions = Definitions::embedded();
    for piece in Piece::ALL {
        let item = definitions.items.get(piece.name());
        let item = item.unwrap_or_else(|| panic!("there is no {}", piece.name()));
        let (slot, effect) = wanted(piece);
        assert_eq!(item.slot, Some(slot), "{}", piece.name());
        assert_eq!(item.effect, Some(effect), "{}", piece.name());
    }
    for (item, definition) in &definitions.items {
        let is_known = Piece::named(item.name()).is_some();
        assert!(
            definition.effect.is_none() || is_known,
            "{item} does nothing"
        );
    }
}
