//! Trades: a character is in one at a time, and both see the same.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Inventory, InventoryError,
    domain::{Account, End, Lot, Refusal, Side, State as TradeState, Step},
    limits::TRADE_LIFE_MS,
    routes::shapes::{LotAnswer, LotForm},
    store::KeptTrade,
};

#[derive(Serialize, ToSchema)]
pub struct TradeAnswer {
    trade: String,
    /// `open`, `done`, `cancelled`, `timed_out`, `lacking` or `no_room`.
    state: &'static str,
    /// To be confirmed; another offer makes it another.
    offers_revision: u32,
    sides: Vec<SideAnswer>,
    /// Until somebody does something, milliseconds since 1970.
    ends_ms: i64,
    /// The same from now on: clocks of players differ.
    left_ms: i64,
}

#[derive(Serialize, ToSchema)]
pub struct SideAnswer {
    character: String,
    confirmed: bool,
    offer: Vec<LotAnswer>,
}

impl TradeAnswer {
    fn new(kept: KeptTrade, now_ms: i64) -> Self {
        let trade = kept.trade;
        let ends_ms = trade.touched_ms + TRADE_LIFE_MS;
        Self {
            trade: kept.id.to_string(),
            state: state_name(trade.state),
            offers_revision: trade.offers_revision,
            ends_ms,
            left_ms: (ends_ms - now_ms).max(0),
            sides: trade.sides.into_iter().map(SideAnswer::from).collect(),
        }
    }
}

impl From<Side> for SideAnswer {
    fn from(side: Side) -> Self {
        let offer = side.offer.iter();
        Self {
            character: side.character.to_string(),
            confirmed: side.is_confirmed,
            offer: offer
                .map(|lot| LotAnswer::new(&lot.thing, lot.count.into()))
                .collect(),
        }
    }
}

const fn state_name(state: TradeState) -> &'static str {
    match state {
        TradeState::Open => "open",
        TradeState::Done => "done",
        TradeState::Ended(End::Cancelled) => "cancelled",
        TradeState::Ended(End::TimedOut) => "timed_out",
        TradeState::Ended(End::Lacking) => "lacking",
        TradeState::Ended(End::NoRoom) => "no_room",
    }
}

/// The trade that a character is in, or was in last.
#[utoipa::path(get, path = "/characters/{character}/trades", tag = "trade",
    security(("bearer" = [])), responses(
    (status = OK, body = TradeAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn current(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<TradeAnswer>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let now_ms = inventory.clock.now_ms();
    let kept = inventory.store.trade_of(owner, now_ms).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    Ok(Json(TradeAnswer::new(kept, now_ms)))
}

#[derive(Deserialize, ToSchema)]
pub struct OpenForm {
    /// The other character.
    with: String,
}

/// Begins a trade with another character, if both are in none, and neither has blocked the other.
#[utoipa::path(post, path = "/characters/{character}/trades", tag = "trade",
    request_body = OpenForm, security(("bearer" = [])), responses(
    (status = OK, body = TradeAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn open(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OpenForm>,
) -> Result<Json<TradeAnswer>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let with = id_of(&form.with);
    let with = with.ok_or_else(|| Problem::invalid("with", "a character's number"))?;
    inventory.require_acquaintance(owner, with).await?;
    let now_ms = inventory.clock.now_ms();
    let opened = inventory.store.open_trade([owner, with], now_ms).await?;
    Ok(Json(TradeAnswer::new(opened?, now_ms)))
}

#[derive(Deserialize, ToSchema)]
pub struct OfferForm {
    /// In place of what was offered before.
    lots: Vec<LotForm>,
}

/// Offers something; both have to confirm anew.
#[utoipa::path(put, path = "/characters/{character}/trades/{trade}/offer", tag = "trade",
    request_body = OfferForm, security(("bearer" = [])), responses(
    (status = OK, body = TradeAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn offer(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path((character, trade)): Path<(String, String)>,
    Json(form): Json<OfferForm>,
) -> Result<Json<TradeAnswer>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let definitions = inventory.store.definitions();
    let lots = form.lots.iter().map(|it| it.lot(definitions));
    let lots: Vec<Lot> = lots.collect::<Result<_, _>>()?;
    inventory.require_has(owner, &lots).await?;
    inventory.step(owner, &trade, Step::Offer(lots)).await
}

#[derive(Deserialize, ToSchema)]
pub struct ConfirmForm {
    /// Of the offers that were seen.
    offers_revision: u32,
}

/// Confirms both offers; when both sides have, they are exchanged.
#[utoipa::path(post, path = "/characters/{character}/trades/{trade}/confirm", tag = "trade",
    request_body = ConfirmForm, security(("bearer" = [])), responses(
    (status = OK, body = TradeAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn confirm(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path((character, trade)): Path<(String, String)>,
    Json(form): Json<ConfirmForm>,
) -> Result<Json<TradeAnswer>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    let offers_revision = form.offers_revision;
    let step = Step::Confirm { offers_revision };
    inventory.step(owner, &trade, step).await
}

/// Ends the trade; nothing is exchanged.
#[utoipa::path(post, path = "/characters/{character}/trades/{trade}/cancel", tag = "trade",
    security(("bearer" = [])), responses(
    (status = OK, body = TradeAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn cancel(
    State(inventory): State<Inventory>,
    Bearer(access): Bearer<Access>,
    Path((character, trade)): Path<(String, String)>,
) -> Result<Json<TradeAnswer>, InventoryError> {
    let owner = inventory.own(&access, &character).await?;
    inventory.step(owner, &trade, Step::Cancel).await
}

impl Inventory {
    async fn step(
        &self,
        by: i64,
        trade: &str,
        step: Step,
    ) -> Result<Json<TradeAnswer>, InventoryError> {
        let id = id_of(trade).ok_or_else(Problem::not_found)?;
        let now_ms = self.clock.now_ms();
        let stepped = self.store.step_trade(id, by, &step, now_ms).await?;
        let kept = stepped.ok_or_else(Problem::not_found)??;
        Ok(Json(TradeAnswer::new(kept, now_ms)))
    }

    /// Refuses early what would be refused in the end. What counts is what they have then.
    async fn require_has(&self, owner: i64, lots: &[Lot]) -> Result<(), InventoryError> {
        let books = self.store.belongings(owner).await?;
        let account = Account::bag(owner);
        let lacks = |lot: &&Lot| books.balance(account, &lot.thing) < i64::from(lot.count);
        match lots.iter().find(lacks) {
            Some(lot) => {
                let thing = lot.thing.clone();
                Err(Refusal::Lacking { account, thing }.into())
            }
            None => Ok(()),
        }
    }
}
