//! Who is connected, as edges say it to who shows them a token of staff; and those who go whom no account names.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
};
use futures_util::future::join_all;
use serde::Deserialize;
use tokens::Role;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::{QUERY_CHARS_MAX, SESSIONS_PAGE_MAX},
    model::{Done, ReasonForm, SessionPage, SessionView},
    service::Deed,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What is in the name, in whatever case; all where it is not given.
    #[serde(default)]
    query: String,
    /// Those behind this session, as `next` of the page before says.
    after: Option<String>,
}

/// Who is connected to any of the edges now, by their sessions' numbers, a page at a time. For moderators.
#[utoipa::path(get, path = "/sessions", tag = "players", params(Search), security(("bearer" = [])),
    responses((status = OK, body = SessionPage), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(admin): State<Admin>,
    actor: Actor,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Result<Json<SessionPage>, AdminError> {
    actor.require(Role::Moderator)?;
    let words = search.query.trim();
    if words.contains(char::is_control) || words.chars().count() > QUERY_CHARS_MAX {
        return Err(Problem::invalid("query", "a part of a name").into());
    }
    let after = search.after.as_deref().map(session_of).transpose()?;
    let authorization = headers.get(header::AUTHORIZATION);
    let authorization = authorization.ok_or_else(Problem::unauthorized)?;
    let told = admin.roll((words, after), authorization).await;
    Ok(Json(SessionPage::of(told)))
}

/// Sends away who plays without an account, and may come back under another number. For moderators.
#[utoipa::path(post, path = "/sessions/{session}/kick", tag = "players", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn kick(
    State(admin): State<Admin>,
    actor: Actor,
    Path(session): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    let number = session_of(&session).map_err(|_| Problem::not_found())?;
    // All below are characters' numbers.
    let stranger = i64::try_from(number)
        .is_err()
        .then_some(number.cast_signed());
    let why = "an account plays it: kick that, whose role counts";
    let stranger = stranger.ok_or_else(|| Problem::invalid("session", why))?;
    let deed = Deed {
        action: Action::Kick,
        target: &session,
        reason: &form.reason,
    };
    let doing = async {
        // Edges know who has no account by the session.
        admin.expel(stranger).await?;
        Ok(format!("session {session} is sent away from all edges"))
    };
    admin.act(&actor, deed, doing).await
}

fn session_of(text: &str) -> Result<u64, Problem> {
    let session = text.parse();
    session.map_err(|_| Problem::invalid("after", "a session's number"))
}

/// What an edge says of who is connected to it.
#[derive(Deserialize)]
struct Roll {
    sessions: Vec<Guest>,
    is_cut: bool,
}

#[derive(Deserialize)]
struct Guest {
    session: String,
    account: Option<String>,
    name: String,
    transport: String,
    connected_s: u64,
}

/// Where an edge answers, and what it said.
type Told = (String, Result<Roll, String>);

impl Admin {
    /// The same page of each edge.
    async fn roll(
        &self,
        (words, after): (&str, Option<u64>),
        authorization: &HeaderValue,
    ) -> Vec<Told> {
        let mut query = vec![("query", words.to_owned())];
        query.extend(after.map(|session| ("after", session.to_string())));
        let query = &query;
        let ask = async |url: String| {
            let told = self
                .fetcher
                .get_as(authorization, &url, ("/sessions", query));
            let told = told.await;
            (url, told)
        };
        join_all(self.partners.edges.urls().into_iter().map(ask)).await
    }
}

impl SessionPage {
    /// The first of those that all edges say; whoever is behind the end of one edge's page is of the next page.
    fn of(told: Vec<Told>) -> Self {
        let mut page = Self::default();
        let mut sessions = Vec::new();
        let mut end = u64::MAX;
        let mut is_cut = false;
        for (edge, roll) in told {
            match roll {
                Ok(roll) => {
                    let guests = roll.sessions.into_iter();
                    let numbered = guests.filter_map(|it| Some((it.session.parse().ok()?, it)));
                    let numbered: Vec<(u64, Guest)> = numbered.collect();
                    if let Some((last, _)) = numbered.last().filter(|_| roll.is_cut) {
                        end = end.min(*last);
                        is_cut = true;
                    }
                    let view = |(session, guest)| (session, SessionView::of(guest, &edge));
                    sessions.extend(numbered.into_iter().map(view));
                }
                Err(error) => page.troubles.push(format!("the edge at {edge}: {error}")),
            }
        }
        sessions.sort_by_key(|(session, _)| *session);
        sessions.retain(|(session, _)| *session <= end);
        is_cut |= sessions.len() > SESSIONS_PAGE_MAX;
        sessions.truncate(SESSIONS_PAGE_MAX);
        let last = sessions.last().map(|(session, _)| session.to_string());
        page.next = last.filter(|_| is_cut);
        page.sessions = sessions.into_iter().map(|(_, view)| view).collect();
        page
    }
}

impl SessionView {
    fn of(guest: Guest, edge: &str) -> Self {
        Self {
            session: guest.session,
            account: guest.account,
            name: guest.name,
            edge: edge.to_owned(),
            transport: guest.transport,
            connected_s: guest.connected_s,
        }
    }
}
