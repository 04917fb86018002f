//! What happened in a world.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::body::{Body, text_id};

/// What a character gained in the battle: sealed under a number by the shard that held it, told until it is
/// acknowledged, and applied once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Spoils {
    /// Which world, from its founding on: another world's numbers begin anew.
    pub world: String,
    #[serde(with = "text_id")]
    pub character: i64,
    /// Rises with each of a character's in a world: the tick in which they were sealed.
    pub seal: u32,
    pub at_ms: i64,
    pub deeds: Deeds,
    pub gains: Vec<Gain>,
}

/// What it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Deeds {
    pub kills: u32,
    pub deaths: u32,
    pub score: u32,
    pub blocks_dug: u32,
    pub blocks_placed: u32,
}

/// Things that came to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gain {
    /// As the item definitions name it.
    pub item: String,
    pub count: u32,
    pub source: GainSource,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GainSource {
    /// Dug out of the ground.
    Mining,
    /// Taken from the fallen.
    Loot,
}

impl Body for Spoils {
    const TOPIC: &'static str = "battle.spoils";
    const VERSION: u64 = 1;
}

/// What was seen in some ticks by one process, of the bodies that it had.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Happenings {
    pub world: String,
    pub pod: u16,
    pub tick_first: u32,
    pub tick_last: u32,
    pub at_ms: i64,
    pub kills: Vec<Kill>,
    pub wounds: Vec<Wounds>,
    pub blocks: Vec<Blocks>,
    pub visits: Vec<Visit>,
    /// Rounds that ended.
    pub rounds: Vec<Round>,
}

/// A fighter: a player's character, or a soldier that nobody plays.
pub type Fighter = Option<Character>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Character(#[serde(with = "text_id")] pub i64);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Kill {
    pub killer: Fighter,
    pub victim: Fighter,
    /// 0 or 1; none if nobody's doing.
    pub killer_house: Option<u8>,
    pub victim_house: u8,
    pub weapon: Weapon,
    pub place: [i32; 3],
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weapon {
    Sword,
    Arrow,
    Bomb,
    Fall,
    Drown,
}

/// What one character's weapon did; soldiers' by their house.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wounds {
    pub attacker: Fighter,
    pub house: Option<u8>,
    pub weapon: Weapon,
    pub count: u32,
    pub damage: u32,
}

/// Blocks that one fighter changed, by kind of block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Blocks {
    pub by: Fighter,
    pub broken: BTreeMap<String, u32>,
    pub placed: BTreeMap<String, u32>,
}

/// A character came or went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visit {
    pub character: Character,
    pub house: u8,
    pub is_there: bool,
    pub at_ms: i64,
    /// Of one that went.
    pub seconds: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Round {
    pub number: u32,
    pub winner: u8,
    pub score: [u32; 2],
    pub seconds: u32,
    pub players: [u32; 2],
}

impl Body for Happenings {
    const TOPIC: &'static str = "battle.happenings";
    const VERSION: u64 = 1;
}

/// How the ticks of one shard went over some seconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ticks {
    pub world: String,
    pub pod: u16,
    pub shard: u16,
    pub at_ms: i64,
    pub count: u32,
    pub p50_us: u32,
    pub p99_us: u32,
    pub max_us: u32,
    /// From tick to tick: longer than 50,000 while time is dilated.
    pub period_us: u32,
    pub bodies: u32,
    pub players: u32,
    /// By region that it owns: level and Morton code, and who is there.
    pub regions: Vec<Region>,
    /// Whose bodies it has, for who heard of no visit; none of a teller that does not say it yet.
    #[serde(default)]
    pub present: Vec<Character>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Region {
    pub region: String,
    /// With bodies in them; 0 of a teller that does not count them yet.
    #[serde(default)]
    pub cells: u32,
    pub bodies: u32,
    pub players: u32,
}

impl Body for Ticks {
    const TOPIC: &'static str = "battle.ticks";
    const VERSION: u64 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoils() -> Spoils {
        Spoils {
            world: "w".to_owned(),
            character: i64::MAX,
            seal: 7,
            at_ms: 1,
            deeds: Deeds::default(),
            gains: vec![Gain {
                item: "stone".to_owned(),
                count: 3,
                source: GainSource::Mining,
            }],
        }
    }

    #[test]
    fn a_body_comes_back_and_a_browser_does_not_round_its_ids() {
        let bytes = spoils().to_bytes();
        let text = String::from_utf8(bytes.clone()).expect("JSON is text");
        assert!(
            text.contains(r#""character":"9223372036854775807""#),
            "{text}"
        );
        let back = Spoils::from_bytes(&bytes);
        assert_eq!(back.expect("it is its own"), spoils());
    }

    #[test]
    fn a_region_of_the_version_before_has_no_cells() {
        let text = r#"{ "region": "5e0", "bodies": 3, "players": 1 }"#;
        let region: Region = serde_json::from_str(text).expect("it is understood");
        assert_eq!((region.cells, region.bodies), (0, 3));
    }

    #[test]
    fn ticks_of_the_version_before_say_nobody_is_present() {
        let text = r#"{ "version": 1, "world": "w", "pod": 1, "shard": 0, "at_ms": 1, "count": 200, "p50_us": 1,
            "p99_us": 1, "max_us": 1, "period_us": 50000, "bodies": 3, "players": 1, "regions": [] }"#;
        let ticks = Ticks::from_bytes(text.as_bytes()).expect("it is understood");
        assert_eq!(ticks.present, []);
    }

    #[test]
    fn what_is_newer_or_no_event_is_refused() {
        let text = String::from_utf8(spoils().to_bytes()).expect("JSON is text");
        let newer = text.replace(r#""version":1"#, r#""version":2"#);
        assert!(Spoils::from_bytes(newer.as_bytes()).is_err());
        assert!(Spoils::from_bytes(b"[]").is_err());
        assert!(Spoils::from_bytes(b"{").is_err());
    }
}
