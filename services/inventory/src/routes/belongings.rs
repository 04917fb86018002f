//! What a character has, and how it came by it.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::{IntoParams, ToSchema};
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Inventory, InventoryError, limits::PAGE_ENTRIES_MAX, routes::shapes::Belongings, store::Entry,
};

/// What is in a character's bag and chest, and what it wears. Who asks for the first time is given what one
/// begins with.
#[utoipa::path(get, path = "/characters/{character}/belongings", tag = "inventory",
    security(("bearer" = [])), responses(
    (status = OK, body = Belongings), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn belongings(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<Belongings>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let now_ms = inventory.clock.now_ms();
    inventory.store.start(owner, now_ms).await?;
    inventory.belongings(owner).await.map(Json)
}

impl Inventory {
    pub async fn belongings(&self, owner: i64) -> Result<Belongings, InventoryError> {
        // The revision first: what is told is no older than it says.
        let revision = self.store.revision(owner).await?;
        let books = self.store.belongings(owner).await?;
        Ok(Belongings::new(revision, owner, &books))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Lines of batches before this one, as the last line of the page before says.
    before: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct EntryAnswer {
    /// What was done at once has the same.
    batch: String,
    at_ms: i64,
    /// `bag`, `chest`, `equipment.` and a slot; `source.` or `sink.` and why.
    place: &'static str,
    item: String,
    unique: Option<String>,
    change: i64,
}

impl From<Entry> for EntryAnswer {
    fn from(entry: Entry) -> Self {
        Self {
            batch: entry.batch.to_string(),
            at_ms: entry.at_ms,
            place: entry.place.name(),
            item: entry.thing.item.to_string(),
            unique: entry.thing.unique.map(|it| it.to_string()),
            change: entry.change,
        }
    }
}

/// A page of a character's ledger, the newest first.
#[utoipa::path(get, path = "/characters/{character}/ledger", tag = "inventory", params(Page),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<EntryAnswer>), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn ledger(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<EntryAnswer>>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let before = page.before.map(|text| {
        let id = id_of(&text);
        id.ok_or_else(|| Problem::invalid("before", "a batch's number"))
    });
    let before = before.transpose()?.unwrap_or(i64::MAX);
    let entries = inventory.store.entries(owner, before, PAGE_ENTRIES_MAX);
    let entries = entries.await?.into_iter().map(EntryAnswer::from);
    Ok(Json(entries.collect()))
}
