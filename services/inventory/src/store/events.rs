//! What others are told of a change: the economy, what came from the world and went back to it; and the battle, who
//! wears something else or has eaten.

use std::collections::{BTreeMap, BTreeSet};

use backends::{broker::Event, outbox::Outbox, sql::SqlError, sql::Transaction};
use events::{Body, inventory::Dressed};
use serde_json::json;

use crate::{
    domain::{Changes, Item, Place, Sink},
    store::posting::Stamp,
};

const FLOWS_TOPIC: &str = "inventory.flows";

/// Puts the events down, to happen with the change.
pub async fn put(
    outbox: &Outbox,
    transaction: &mut Transaction,
    stamp: Stamp,
    changes: &Changes,
) -> Result<(), SqlError> {
    let flows = flows(changes);
    if !flows.is_empty() {
        let flows: Vec<_> = flows
            .iter()
            .map(|((place, item), count)| json!({ "place": place, "item": item, "count": count }))
            .collect();
        let body =
            json!({ "version": 1, "batch": stamp.batch, "at_ms": stamp.at_ms, "flows": flows });
        let event = Event {
            id: event_id(stamp, "flows"),
            topic: FLOWS_TOPIC.to_owned(),
            body: body.to_string().into_bytes(),
        };
        outbox.put(transaction, stamp.batch, &event).await?;
    }
    for character in dressed(changes) {
        let event = Event {
            id: event_id(stamp, &format!("{character}-dressed")),
            topic: Dressed::TOPIC.to_owned(),
            body: Dressed { character }.to_bytes(),
        };
        outbox.put(transaction, character, &event).await?;
    }
    Ok(())
}

/// Whose equipment is another now, and who has eaten.
fn dressed(changes: &Changes) -> BTreeSet<i64> {
    let accounts = changes.keys().map(|(account, _)| account);
    let is_felt = |it: &Place| matches!(it, Place::Equipment(_) | Place::Sink(Sink::Used));
    let worn = accounts.filter(|it| is_felt(&it.place));
    worn.map(|it| it.owner).collect()
}

/// Out of sources below zero, into sinks above.
fn flows(changes: &Changes) -> BTreeMap<(&'static str, &Item), i64> {
    let mut flows = BTreeMap::new();
    for ((account, thing), change) in changes {
        if let Place::Source(_) | Place::Sink(_) = account.place {
            *flows
                .entry((account.place.name(), &thing.item))
                .or_default() += change;
        }
    }
    flows
}

/// Batches rise, so events of one owner do.
fn event_id(stamp: Stamp, part: &str) -> String {
    format!("inventory-{:016x}-{part}", stamp.batch)
}
