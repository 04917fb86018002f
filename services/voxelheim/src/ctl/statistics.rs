//! What `ctl statistics` asks of the analytics service.

use web::Clock;

use crate::ctl::{
    arguments::{Question, StatisticsArguments},
    calls::{self, Call},
};

const HOUR_MS: i64 = 3_600_000;

/// The route of a question, and whether it is answered in steps of a minute or an hour.
fn route(question: Question) -> (&'static str, bool) {
    match question {
        Question::Players => ("/players/concurrent", true),
        Question::Retention => ("/players/retention", false),
        Question::Balance => ("/rounds/balance", false),
        Question::Weapons => ("/weapons", false),
        Question::Kills => ("/kills/map", false),
        Question::Blocks => ("/blocks", false),
        Question::Economy => ("/economy", false),
        Question::Shards => ("/ticks/shards", true),
        Question::Regions => ("/ticks/regions", true),
    }
}

/// Up to now, by this machine's clock. What a question does not take the service refuses, by name.
pub fn call(asked: &StatisticsArguments) -> Call {
    let to_ms = Clock::system().now_ms();
    let from_ms = to_ms.saturating_sub(i64::from(asked.hours) * HOUR_MS);
    let (path, is_stepped) = route(asked.question);
    let step = match asked.minutes {
        true => Some("minute"),
        false => is_stepped.then_some("hour"),
    };
    let words = [
        ("from_ms", Some(from_ms.to_string())),
        ("to_ms", Some(to_ms.to_string())),
        ("step", step.map(str::to_owned)),
        ("world", asked.world.clone()),
        ("weapon", asked.weapon.clone()),
        ("cell", asked.cell.map(|blocks| blocks.to_string())),
    ];
    let words = words.each_ref();
    let words = words.map(|(name, value)| (*name, value.as_ref()));
    calls::get(format!("{path}{}", calls::query(&words)))
}
