//! What shards ask: to hold characters, and to write what happened to their things. Between processes of ours
//! numbers are numbers.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Inventory, InventoryError,
    domain::{Account, Books, Item, Lot, Move, Place, Thing},
    gate::Insider,
    limits::CLAIMS_MAX,
    routes::shapes::Asked,
    store::{Claim, Outcome, ShardBatch},
};

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
pub struct ClaimForm {
    character: i64,
    /// Rises whenever the character comes to a shard.
    epoch: i64,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct AccountForm {
    owner: i64,
    #[schema(value_type = String)]
    place: Place,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct MoveForm {
    item: String,
    unique: Option<i64>,
    count: u32,
    from: AccountForm,
    to: AccountForm,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct BatchForm {
    shard: i64,
    /// The shard, or the one character that the batch is about: then whoever holds it next may send it.
    author: i64,
    /// 1 to 64 letters, digits, `-` and `_`.
    key: String,
    /// Of each character whose things are moved.
    claims: Vec<ClaimForm>,
    moves: Vec<MoveForm>,
}

#[derive(Serialize, ToSchema)]
pub struct BatchAnswer {
    /// As ledgers name it; none if it was refused.
    batch: Option<i64>,
    /// `reason`, and what it is about; none if it was done.
    #[schema(value_type = Option<Object>)]
    refusal: Option<serde_json::Value>,
    /// Whether it was answered before.
    repeated: bool,
}

/// Does a batch, whole or not at all, and once: asked again it is answered as before.
#[utoipa::path(post, path = "/batches", tag = "shards", request_body = BatchForm,
    security(("bearer" = [])), responses(
    (status = OK, body = BatchAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn apply(
    State(inventory): State<Inventory>,
    Bearer(Insider): Bearer<Insider>,
    Json(form): Json<BatchForm>,
) -> Result<Json<BatchAnswer>, InventoryError> {
    let asked = Asked::new("shard", &form.key, &(&form.moves, form.author))?;
    let batch = ShardBatch {
        shard: form.shard,
        claims: claims_of(form.shard, &form.claims)?,
        moves: form.moves.into_iter().map(Move::from).collect(),
    };
    let order = asked.order(form.author, inventory.clock.now_ms());
    let answer = inventory.store.apply(order, &batch).await?;
    let (outcome, is_repeated) = inventory.count(answer)?;
    let (batch, refusal) = match outcome {
        Outcome::Done { batch } => (Some(batch), None),
        Outcome::Refused(refusal) => {
            let refusal = serde_json::to_value(&refusal);
            (None, Some(refusal.expect("names and numbers are JSON")))
        }
    };
    Ok(Json(BatchAnswer {
        batch,
        refusal,
        repeated: is_repeated,
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct ClaimsForm {
    shard: i64,
    claims: Vec<ClaimForm>,
}

#[derive(Serialize, ToSchema)]
pub struct HoldingAnswer {
    character: i64,
    revision: i64,
    contents: Vec<ContentAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct ContentAnswer {
    place: &'static str,
    item: String,
    unique: Option<i64>,
    count: i64,
}

/// Takes characters over for a shard, all or none, and what they have.
#[utoipa::path(post, path = "/claims", tag = "shards", request_body = ClaimsForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<HoldingAnswer>), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn claim(
    State(inventory): State<Inventory>,
    Bearer(Insider): Bearer<Insider>,
    Json(form): Json<ClaimsForm>,
) -> Result<Json<Vec<HoldingAnswer>>, InventoryError> {
    let claims = claims_of(form.shard, &form.claims)?;
    let holdings = inventory.store.claim(form.shard, &claims).await??;
    let answers = holdings.into_iter().map(|it| HoldingAnswer {
        character: it.character,
        revision: it.revision,
        contents: contents_of(&it.books),
    });
    Ok(Json(answers.collect()))
}

/// What an owner has: a character, or a drop on the ground.
#[utoipa::path(get, path = "/owners/{owner}", tag = "shards", security(("bearer" = [])), responses(
    (status = OK, body = Vec<ContentAnswer>), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn contents(
    State(inventory): State<Inventory>,
    Bearer(Insider): Bearer<Insider>,
    Path(owner): Path<String>,
) -> Result<Json<Vec<ContentAnswer>>, InventoryError> {
    let owner = id_of(&owner).ok_or_else(Problem::not_found)?;
    let books = inventory.store.belongings(owner).await?;
    Ok(Json(contents_of(&books)))
}

#[derive(Serialize, ToSchema)]
pub struct AuditAnswer {
    /// Whether all books add up to zero, and nobody owes.
    closed: bool,
    unbalanced: Vec<Imbalance>,
    overdrawn_count: i64,
    doubled: Vec<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct Imbalance {
    item: String,
    sum: i64,
}

/// Checks all books now.
#[utoipa::path(get, path = "/audit", tag = "shards", security(("bearer" = [])), responses(
    (status = OK, body = AuditAnswer), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub async fn audit(
    State(inventory): State<Inventory>,
    Bearer(Insider): Bearer<Insider>,
) -> Result<Json<AuditAnswer>, InventoryError> {
    let audit = inventory.audit().await?;
    let unbalanced = audit.unbalanced.iter().map(|(item, sum)| Imbalance {
        item: item.to_string(),
        sum: *sum,
    });
    Ok(Json(AuditAnswer {
        closed: audit.is_closed(),
        unbalanced: unbalanced.collect(),
        overdrawn_count: audit.overdrawn_count,
        doubled: audit.doubled.clone(),
    }))
}

fn claims_of(shard: i64, forms: &[ClaimForm]) -> Result<Vec<Claim>, Problem> {
    if shard <= 0 {
        return Err(Problem::invalid("shard", "a number above zero"));
    }
    if forms.len() > CLAIMS_MAX {
        return Err(Problem::invalid("claims", "1,000 at most"));
    }
    let mut characters: Vec<_> = forms.iter().map(|it| it.character).collect();
    characters.sort_unstable();
    let count = characters.len();
    characters.dedup();
    if characters.len() < count {
        return Err(Problem::invalid("claims", "each character once"));
    }
    let is_sound = |it: &ClaimForm| it.character > 0 && it.epoch > 0;
    if !forms.iter().all(is_sound) {
        return Err(Problem::invalid("claims", "numbers above zero"));
    }
    let claims = forms.iter().map(|it| Claim {
        character: it.character,
        epoch: it.epoch,
    });
    Ok(claims.collect())
}

fn contents_of(books: &Books) -> Vec<ContentAnswer> {
    let contents = books.iter().map(|(account, thing, count)| ContentAnswer {
        place: account.place.name(),
        item: thing.item.to_string(),
        unique: thing.unique,
        count,
    });
    contents.collect()
}

impl From<AccountForm> for Account {
    fn from(form: AccountForm) -> Self {
        Self::new(form.owner, form.place)
    }
}

impl From<MoveForm> for Move {
    fn from(form: MoveForm) -> Self {
        let thing = Thing {
            item: Item::from(form.item),
            unique: form.unique,
        };
        Self {
            lot: Lot::new(thing, form.count),
            from: form.from.into(),
            to: form.to.into(),
        }
    }
}
