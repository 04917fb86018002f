//! Players: found, looked at, and told something.

use axum::extract::{Path, Query, State};
use backends::broker::Event;
use chat_service::topics::{self, Announcement};
use futures_util::future::{join_all, try_join_all};
use player::store::{Card, Character};
use serde::Deserialize;
use tokens::Role;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::{FOUND_MAX, PLAYER_LINES_MAX, QUERY_CHARS_MAX},
    model::{
        AuditLine, CharacterView, Done, MuteView, PlayerFound, PlayerView, PlayersFound,
        SanctionView, TellForm,
    },
    service::Deed,
    store::Filter,
    text,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The beginning of a name, an account's or character's number, or for operators a mail address.
    query: String,
}

/// Looks for players. For moderators.
#[utoipa::path(get, path = "/players", tag = "players", params(Search), security(("bearer" = [])),
    responses((status = OK, body = PlayersFound), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn find(
    State(admin): State<Admin>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Result<Json<PlayersFound>, AdminError> {
    let query = search.query.trim();
    let is_sound = !query.contains(char::is_control) && query.chars().count() <= QUERY_CHARS_MAX;
    if query.is_empty() || !is_sound {
        return Err(Problem::invalid("query", "a name, a number or a mail address").into());
    }
    let mut players = admin.accounts_like(&actor, query).await?;
    let named = admin.partners.players.named_like(query, FOUND_MAX + 1);
    let named = named.await?;
    let is_cut = named.len() > FOUND_MAX;
    let named = named.into_iter().take(FOUND_MAX);
    let found = named.map(|(account, card)| admin.found(account, card));
    players.extend(join_all(found).await);
    Ok(Json(PlayersFound { players, is_cut }))
}

impl Admin {
    /// By a number or a mail address.
    async fn accounts_like(
        &self,
        actor: &Actor,
        query: &str,
    ) -> Result<Vec<PlayerFound>, AdminError> {
        let magistrate = &self.partners.magistrate;
        let mut accounts = Vec::new();
        if let Some(id) = web::ids::id_of(query) {
            accounts.extend(magistrate.account(id).await?.map(|it| it.account));
            accounts.extend(self.partners.players.account_of(id).await?);
        } else if query.contains('@') && actor.access.role >= Role::Operator {
            let found = magistrate.account_of_email(query).await?;
            accounts.extend(found.map(|it| it.account));
        }
        let found = accounts.into_iter().map(|account| PlayerFound {
            account: account.to_string(),
            character: None,
            name: None,
            is_there: false,
        });
        Ok(found.collect())
    }

    async fn found(&self, account: i64, card: Card) -> PlayerFound {
        PlayerFound {
            account: account.to_string(),
            character: Some(card.id.to_string()),
            name: Some(card.name),
            is_there: self.is_there(card.id).await,
        }
    }

    async fn is_there(&self, character: i64) -> bool {
        self.partners.presence.place(character).await.is_some()
    }
}

/// A player, and what staff did about it. For moderators.
#[utoipa::path(get, path = "/players/{account}", tag = "players", security(("bearer" = [])), responses(
    (status = OK, body = PlayerView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn inspect(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
) -> Result<Json<PlayerView>, AdminError> {
    let id = text::id_in_path(&account)?;
    let partners = &admin.partners;
    let card = partners.magistrate.account(id).await?;
    let card = card.ok_or_else(Problem::not_found)?;
    let characters = partners.players.characters(id).await?;
    let characters = characters.into_iter().map(|it| admin.character(it));
    let now_ms = admin.clock.now_ms();
    let mute = partners.chat.mute_of(id.cast_unsigned(), now_ms).await?;
    let sanctions = partners.magistrate.sanctions(id).await?.into_iter();
    let log = admin.store.log(Filter {
        actor: None,
        target: Some(&account),
        before: i64::MAX,
        count: PLAYER_LINES_MAX,
    });
    Ok(Json(PlayerView {
        role: card.role.name().to_owned(),
        is_guest: card.is_guest,
        created_ms: card.created_ms,
        email: card.email.filter(|_| actor.access.role >= Role::Operator),
        sessions: partners.magistrate.sessions_count(id).await?,
        characters: try_join_all(characters).await?,
        mute: mute.map(|mute| MuteView {
            until_ms: mute.until_ms,
            reason: mute.reason,
            by: mute.changed_by.to_string(),
        }),
        sanctions: sanctions.map(|it| SanctionView::of(it, now_ms)).collect(),
        log: log.await?.into_iter().map(AuditLine::from).collect(),
        account,
    }))
}

impl Admin {
    async fn character(&self, character: Character) -> Result<CharacterView, AdminError> {
        let Character { card, created_ms } = character;
        let progress = self.partners.players.progress(card.id).await?;
        Ok(CharacterView {
            character: card.id.to_string(),
            name: card.name,
            house: card.house,
            created_ms,
            is_there: self.is_there(card.id).await,
            kills: progress.kills,
            deaths: progress.deaths,
            score: progress.score,
        })
    }
}

impl SanctionView {
    fn of(sanction: auth::Sanction, now_ms: i64) -> Self {
        Self {
            is_in_force: sanction.is_in_force(now_ms),
            sanction: sanction.id.to_string(),
            kind: sanction.kind.name().to_owned(),
            reason: sanction.reason,
            by: sanction.by.to_string(),
            from_ms: sanction.from_ms,
            until_ms: sanction.until_ms,
        }
    }
}

/// Tells all characters of a player something, in the server's name. Who is not there does not hear it. For
/// moderators.
#[utoipa::path(post, path = "/players/{account}/message", tag = "players", request_body = TellForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn message(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<TellForm>,
) -> Result<Json<Done>, AdminError> {
    let id = text::id_in_path(&account)?;
    let words = text::line_of("text", &form.text)?;
    admin.require_account(id).await?;
    let deed = Deed {
        action: Action::Message,
        target: &account,
        reason: &form.reason,
    };
    let doing = async {
        let characters = admin.partners.players.characters(id).await?;
        let characters: Vec<i64> = characters.iter().map(|it| it.card.id).collect();
        let events = characters.iter().map(|it| admin.words_to(*it, &words));
        let events: Vec<Event> = events.collect();
        admin.partners.broker.publish(&events).await?;
        let there = join_all(characters.iter().map(|it| admin.is_there(*it))).await;
        let there_count = there.into_iter().filter(|is_there| *is_there).count();
        Ok(match there_count {
            0 => format!("nobody of account {account} is in the battle: \"{words}\" was not heard"),
            _ => format!("account {account} was told: \"{words}\""),
        })
    };
    admin.act(&actor, deed, doing).await
}

impl Admin {
    /// # Errors
    /// 404.
    pub async fn require_account(&self, account: i64) -> Result<auth::AccountCard, AdminError> {
        let card = self.partners.magistrate.account(account).await?;
        Ok(card.ok_or_else(Problem::not_found)?)
    }

    fn words_to(&self, character: i64, words: &str) -> Event {
        let now_ms = self.clock.now_ms();
        let to = Some(character.cast_unsigned());
        let announcement = Announcement::new(words.to_owned(), to, now_ms.cast_unsigned());
        let id = format!("admin-words-{:016x}", web::ids::ordered_id(now_ms));
        topics::event(id, topics::SYSTEM.to_owned(), &announcement)
    }
}
