//! What a character has, how that came about, and going back to a point.

use axum::extract::{Path, Query, State};
use inventory::{
    InventoryError,
    store::{Answer, Entry, Order, Outcome, Point},
};
use serde::Deserialize;
use tokens::Role;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::{KEY_CHARS_MAX, KEY_CHARS_MIN, PAGE_LINES_MAX},
    model::{
        Done, LedgerLine, LedgerPage, RollbackForm, RollbackItem, RollbackPoint, RollbackPreview,
    },
    service::Deed,
    text,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// One of the account's.
    character: String,
    /// Lines before a page's end, as that page's `next` says.
    before: Option<String>,
}

/// A character's ledger, the newest first. For operators.
#[utoipa::path(get, path = "/players/{account}/ledger", tag = "players", params(Page),
    security(("bearer" = [])), responses((status = OK, body = LedgerPage),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn lines(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<LedgerPage>, AdminError> {
    actor.require(Role::Operator)?;
    let character = admin.character_of(&account, &page.character).await?;
    let before = page.before.as_deref().map(|it| text::id_in("before", it));
    let before = before.transpose()?.unwrap_or(i64::MAX);
    let ledger = &admin.partners.ledger;
    let entries = ledger.entries(character, before, PAGE_LINES_MAX as u32);
    let entries = entries.await?;
    let is_full = entries.len() as i64 >= PAGE_LINES_MAX;
    let last = entries.last().filter(|_| is_full);
    Ok(Json(LedgerPage {
        character: page.character,
        next: last.map(|entry| entry.batch.to_string()),
        lines: entries.into_iter().map(LedgerLine::from).collect(),
    }))
}

impl From<Entry> for LedgerLine {
    fn from(entry: Entry) -> Self {
        Self {
            batch: entry.batch.to_string(),
            at_ms: entry.at_ms,
            place: entry.place.name().to_owned(),
            item: entry.thing.item.to_string(),
            unique: entry.thing.unique.map(|it| it.to_string()),
            change: entry.change,
        }
    }
}

/// What going back to a point would change; changes nothing. For operators.
#[utoipa::path(post, path = "/players/{account}/rollback/preview", tag = "players",
    request_body = RollbackPoint, security(("bearer" = [])), responses(
    (status = OK, body = RollbackPreview), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn preview(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<RollbackPoint>,
) -> Result<Json<RollbackPreview>, AdminError> {
    actor.require(Role::Operator)?;
    let owner = admin.character_of(&account, &form.character).await?;
    let after_batch = text::id_in("after_batch", &form.after_batch)?;
    let point = Point { owner, after_batch };
    let preview = admin.partners.ledger.preview_rollback(point).await?;
    let preview = preview.map_err(InventoryError::from)?;
    let items = preview.reversals.into_iter().map(|it| RollbackItem {
        item: it.thing.item.to_string(),
        unique: it.thing.unique.map(|it| it.to_string()),
        change: it.change,
        short: it.short,
        passed_on: it.passed_on,
    });
    Ok(Json(RollbackPreview {
        character: form.character,
        after_batch: form.after_batch,
        revision: preview.revision,
        items: items.collect(),
    }))
}

/// Goes back to a point, as the preview said, as one batch of the ledger; the same key twice is done once. For
/// operators.
#[utoipa::path(post, path = "/players/{account}/rollback", tag = "players",
    request_body = RollbackForm, security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn roll_back(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<RollbackForm>,
) -> Result<Json<Done>, AdminError> {
    actor.require(Action::Rollback.role())?;
    let owner = admin.character_of(&account, &form.character).await?;
    let after_batch = text::id_in("after_batch", &form.after_batch)?;
    let point = Point { owner, after_batch };
    let key = key_of(&form.key)?;
    let deed = Deed {
        action: Action::Rollback,
        target: &account,
        reason: &form.reason,
    };
    let doing = async {
        let digest = format!("rollback after {after_batch}");
        let order = Order {
            author: owner,
            key: &key,
            digest: &digest,
            at_ms: admin.clock.now_ms(),
        };
        let ledger = &admin.partners.ledger;
        let answer = ledger.roll_back(order, point, form.revision).await?;
        let character = &form.character;
        match answer {
            Answer::New(Outcome::Done { batch }) => Ok(format!(
                "character {character} is back behind batch {after_batch}, by batch {batch}"
            )),
            Answer::Repeated(Outcome::Done { batch }) => Ok(format!(
                "character {character} was taken back before, by batch {batch}"
            )),
            Answer::New(Outcome::Refused(refusal))
            | Answer::Repeated(Outcome::Refused(refusal)) => {
                Err(InventoryError::from(refusal).into())
            }
            Answer::KeyReused => {
                Err(Problem::invalid("key", "it was used for something else").into())
            }
        }
    };
    admin.act(&actor, deed, doing).await
}

/// Apart from the keys that players choose.
fn key_of(key: &str) -> Result<String, Problem> {
    let is_sound = (KEY_CHARS_MIN..=KEY_CHARS_MAX).contains(&key.len())
        && key
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-');
    match is_sound {
        true => Ok(format!("rollback {key}")),
        false => Err(Problem::invalid(
            "key",
            "8 to 64 letters, digits and hyphens",
        )),
    }
}

impl Admin {
    /// A character of an account.
    async fn character_of(&self, account: &str, character: &str) -> Result<i64, AdminError> {
        let account = text::id_in_path(account)?;
        let character = text::id_in("character", character)?;
        match self.partners.players.owns(account, character).await? {
            true => Ok(character),
            false => Err(Problem::not_found().into()),
        }
    }
}
