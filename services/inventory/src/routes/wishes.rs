//! What players do with what they have, each under a key of their own: whoever asks again, because the answer
//! was lost, is told what was told before.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use web::ids::new_id;

use crate::{
    Inventory, InventoryError,
    domain::{self, Books, Move, Place, Refusal, Slot},
    routes::shapes::{Asked, Belongings, LotForm, item_of, thing_of},
};

#[derive(Serialize, ToSchema)]
pub struct Changed {
    /// As the ledger names it.
    batch: String,
    /// Whether it was done before, under the same key.
    repeated: bool,
    belongings: Belongings,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct CraftForm {
    /// Chosen anew for each wish: 1 to 64 letters, digits, `-` and `_`.
    key: String,
    recipe: String,
    times: u32,
}

/// Crafts a recipe so many times, out of the bag into it.
#[utoipa::path(post, path = "/characters/{character}/crafts", tag = "inventory",
    request_body = CraftForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn craft(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<CraftForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("craft", &form.key, &form)?;
    let definitions = inventory.store.definitions();
    let wish = (owner, form.recipe.as_str(), form.times);
    let decide = |books: &Books| domain::craft(definitions, books, wish, new_id);
    inventory.fulfil(owner, &asked, &decide).await
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct EquipForm {
    key: String,
    /// `hand`, `off_hand`, `head`, `chest`, `legs` or `feet`.
    slot: String,
    item: String,
    unique: Option<String>,
}

/// Puts something from the bag on; what was worn there goes into the bag.
#[utoipa::path(post, path = "/characters/{character}/equipment", tag = "inventory",
    request_body = EquipForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn equip(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<EquipForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("equip", &form.key, &form)?;
    let definitions = inventory.store.definitions();
    let slot = slot_of(&form.slot)?;
    let thing = thing_of(definitions, &form.item, form.unique.as_deref())?;
    let decide = |books: &Books| domain::equip(definitions, books, owner, slot, &thing);
    inventory.fulfil(owner, &asked, &decide).await
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct UnequipForm {
    key: String,
    slot: String,
}

/// Puts what is worn into the bag.
#[utoipa::path(post, path = "/characters/{character}/equipment/off", tag = "inventory",
    request_body = UnequipForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn unequip(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<UnequipForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("unequip", &form.key, &form)?;
    let definitions = inventory.store.definitions();
    let slot = slot_of(&form.slot)?;
    let decide = |books: &Books| domain::unequip(definitions, books, owner, slot);
    inventory.fulfil(owner, &asked, &decide).await
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    In,
    Out,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct ShiftForm {
    key: String,
    /// Into the chest, or out of it.
    direction: Direction,
    lot: LotForm,
}

/// Carries something between the bag and the chest.
#[utoipa::path(post, path = "/characters/{character}/chest", tag = "inventory",
    request_body = ShiftForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn shift(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<ShiftForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("chest", &form.key, &form)?;
    let definitions = inventory.store.definitions();
    let lot = form.lot.lot(definitions)?;
    let (from, to) = match form.direction {
        Direction::In => (Place::Bag, Place::Chest),
        Direction::Out => (Place::Chest, Place::Bag),
    };
    let decide = |books: &Books| domain::shift(definitions, books, (owner, from, to), lot.clone());
    inventory.fulfil(owner, &asked, &decide).await
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct MealForm {
    key: String,
    item: String,
}

/// Eats or drinks one of something in the bag; the battle gives health back for it. Not less than 10 s after the
/// last meal.
#[utoipa::path(post, path = "/characters/{character}/meals", tag = "inventory",
    request_body = MealForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn eat(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<MealForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("meal", &form.key, &form)?;
    let item = item_of(inventory.store.definitions(), &form.item)?;
    let order = asked.order(owner, inventory.clock.now_ms());
    let answer = inventory.store.eat(order, &item).await?;
    let done = inventory.settle(answer)?;
    inventory.changed(owner, done).await
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct DiscardForm {
    key: String,
    lot: LotForm,
}

/// Throws something in the bag away, for good.
#[utoipa::path(post, path = "/characters/{character}/discards", tag = "inventory",
    request_body = DiscardForm, security(("bearer" = [])), responses(
    (status = OK, body = Changed), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn discard(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<DiscardForm>,
) -> Result<Json<Changed>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let asked = Asked::new("discard", &form.key, &form)?;
    let definitions = inventory.store.definitions();
    let lot = form.lot.lot(definitions)?;
    let decide = |books: &Books| domain::discard(definitions, books, owner, lot.clone());
    inventory.fulfil(owner, &asked, &decide).await
}

fn slot_of(text: &str) -> Result<Slot, Problem> {
    let slot = text.parse();
    slot.map_err(|()| Problem::invalid("slot", "there is no such slot"))
}

impl Inventory {
    async fn fulfil(
        &self,
        owner: i64,
        asked: &Asked,
        decide: &(dyn Fn(&Books) -> Result<Vec<Move>, Refusal> + Sync),
    ) -> Result<Json<Changed>, InventoryError> {
        let order = asked.order(owner, self.clock.now_ms());
        let done = self.decide(order, decide).await?;
        self.changed(owner, done).await
    }

    async fn changed(
        &self,
        owner: i64,
        (batch, is_repeated): (i64, bool),
    ) -> Result<Json<Changed>, InventoryError> {
        Ok(Json(Changed {
            batch: batch.to_string(),
            repeated: is_repeated,
            belongings: self.belongings(owner).await?,
        }))
    }
}
