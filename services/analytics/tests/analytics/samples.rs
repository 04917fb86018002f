//! Events as heralds and ledgers tell them.

use std::collections::BTreeMap;

use backends::broker::Event;
use events::{
    Body,
    battle::{Blocks, Character, Happenings, Kill, Region, Round, Ticks, Visit, Weapon, Wounds},
    inventory::{Flow, Flows},
};

pub fn event<B: Body>(id: &str, body: &B) -> Event {
    Event {
        id: id.to_owned(),
        topic: B::TOPIC.to_owned(),
        body: body.to_bytes(),
    }
}

pub fn happenings(at_ms: i64) -> Happenings {
    Happenings {
        world: "w".to_owned(),
        at_ms,
        ..Happenings::default()
    }
}

pub fn kill(weapon: Weapon, place: [i32; 3]) -> Kill {
    Kill {
        killer: Some(Character(7)),
        victim: None,
        killer_house: Some(0),
        victim_house: 1,
        weapon,
        place,
    }
}

/// A second in which so many were killed.
pub fn kills(id: &str, at_ms: i64, count: usize) -> Event {
    let kills = vec![kill(Weapon::Sword, [1, 2, 3]); count];
    event(
        id,
        &Happenings {
            kills,
            ..happenings(at_ms)
        },
    )
}

pub fn wounds(weapon: Weapon, count: u32, damage: u32) -> Wounds {
    Wounds {
        attacker: Some(Character(7)),
        house: Some(0),
        weapon,
        count,
        damage,
    }
}

pub fn blocks(broken: &[(&str, u32)], placed: &[(&str, u32)]) -> Blocks {
    let named = |counts: &[(&str, u32)]| -> BTreeMap<String, u32> {
        counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    };
    Blocks {
        by: None,
        broken: named(broken),
        placed: named(placed),
    }
}

/// One who came at this time, or went after so many seconds.
pub fn visit(character: i64, at_ms: i64, went_after: Option<u32>) -> Visit {
    Visit {
        character: Character(character),
        house: 1,
        is_there: went_after.is_none(),
        at_ms,
        seconds: went_after.unwrap_or(0),
    }
}

pub fn visits(id: &str, at_ms: i64, visits: Vec<Visit>) -> Event {
    event(
        id,
        &Happenings {
            visits,
            ..happenings(at_ms)
        },
    )
}

pub fn round(number: u32, winner: u8, score: [u32; 2]) -> Round {
    Round {
        number,
        winner,
        score,
        seconds: 600,
        players: [10, 12],
    }
}

pub fn ticks(at_ms: i64, (pod, shard): (u16, u16), players: u32, p50_us: u32) -> Ticks {
    Ticks {
        world: "w".to_owned(),
        pod,
        shard,
        at_ms,
        count: 200,
        p50_us,
        p99_us: 3 * p50_us,
        max_us: 10 * p50_us,
        period_us: 50_000,
        bodies: 10 * players,
        players,
        regions: vec![Region {
            region: format!("{pod}{shard}"),
            cells: 2 * players,
            bodies: 4 * players,
            players,
        }],
        present: Vec::new(),
    }
}

pub fn flows(id: &str, at_ms: i64, flows: &[(&str, &str, i64)]) -> Event {
    let flow = |(place, item, count): &(&str, &str, i64)| Flow {
        place: (*place).to_owned(),
        item: (*item).to_owned(),
        count: *count,
    };
    let flows = flows.iter().map(flow).collect();
    event(
        id,
        &Flows {
            batch: 1,
            at_ms,
            flows,
        },
    )
}
