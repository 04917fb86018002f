//! Battles: the one that is fought is ended so that another begins, now or at a time.

use axum::{
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
};
use placement::request::BattleRow;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::{
        BATTLE_AHEAD_MAX_MS, BATTLE_NOTE_CHARS_MAX, BATTLE_TITLE_CHARS_MAX, BATTLES_SCHEDULED_MAX,
        NEXT_BATTLE_AGE_MAX_MS,
    },
    model::{
        BattleForm, BattleView, BattlesView, Done, NextBattle, NextBattleView, PresentBattle,
        ReasonForm, ScheduleState,
    },
    service::Deed,
    store::{Battle, BattleState, NewBattle},
    text,
};

/// How the battle stands, and those that were scheduled. For moderators.
#[utoipa::path(get, path = "/battles", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = BattlesView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(State(admin): State<Admin>, _: Actor) -> Result<Json<BattlesView>, AdminError> {
    let present = admin.partners.helm.battle().await.ok();
    let (mut battles, past) =
        tokio::try_join!(admin.store.battles_to_come(), admin.store.battles_past())?;
    battles.extend(past);
    Ok(Json(BattlesView {
        present: present.map(PresentBattle::from),
        battles: battles.into_iter().map(BattleView::from).collect(),
    }))
}

/// The next battle that is scheduled. For everybody, as the title of the page tells it; some seconds old.
#[utoipa::path(get, path = "/battles/next", tag = "operations", responses(
    (status = OK, body = NextBattleView), (status = 503, body = Problem)))]
pub async fn next(
    State(admin): State<Admin>,
) -> Result<([(HeaderName, String); 1], Json<NextBattleView>), AdminError> {
    let now_ms = admin.clock.now_ms();
    // Held while the store is asked: of many who ask at once the others wait for that answer, also for that there is none.
    let mut seen = admin.next_battle.lock().await;
    let view = match &*seen {
        Some((at_ms, view)) if (0..NEXT_BATTLE_AGE_MAX_MS).contains(&(now_ms - at_ms)) => {
            view.clone()
        }
        _ => {
            let asked = admin.store.battles_to_come().await;
            let view = asked.map(|battles| {
                let mut battles = battles.into_iter();
                let battle = battles.find(|it| it.start_ms > now_ms);
                NextBattleView {
                    battle: battle.map(NextBattle::from),
                }
            });
            let view = view
                .inspect_err(|error| tracing::warn!(%error, "the next battle is not known"))
                .ok();
            *seen = Some((now_ms, view.clone()));
            view
        }
    };
    let view = view.ok_or_else(|| Problem::of_status(StatusCode::SERVICE_UNAVAILABLE))?;
    let max_age = format!("public, max-age={}", NEXT_BATTLE_AGE_MAX_MS / 1_000);
    Ok(([(header::CACHE_CONTROL, max_age)], Json(view)))
}

/// Ends the battle that is fought; after the usual pause the next begins. For operators.
#[utoipa::path(post, path = "/battles/start", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn start(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    let deed = Deed {
        action: Action::StartBattle,
        target: "",
        reason: &form.reason,
    };
    let doing = async {
        let BattleRow {
            number, pause_ms, ..
        } = admin.partners.helm.battle().await?;
        if pause_ms > 0 {
            let why = format!(
                "the next battle begins in {} s anyway",
                pause_ms.div_ceil(1_000)
            );
            return Err(AdminError::conflict("between-battles", why));
        }
        admin.partners.helm.end_battle(number).await
    };
    admin.act(&actor, deed, doing).await
}

/// Has a battle begin at a time, of which players are told before. For operators.
#[utoipa::path(post, path = "/battles", tag = "operations", request_body = BattleForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn schedule(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<BattleForm>,
) -> Result<Json<Done>, AdminError> {
    actor.require(Action::ScheduleBattle.role())?;
    let title = short_line("title", &form.title, BATTLE_TITLE_CHARS_MAX)?;
    let note = match form.note.trim() {
        "" => String::new(),
        note => short_line("note", note, BATTLE_NOTE_CHARS_MAX)?,
    };
    let at_ms = admin.clock.now_ms();
    let is_ahead = form.start_ms > at_ms && form.start_ms <= at_ms + BATTLE_AHEAD_MAX_MS;
    if !is_ahead {
        return Err(Problem::invalid("start_ms", "from now on, in a year at the latest").into());
    }
    let deed = Deed {
        action: Action::ScheduleBattle,
        target: &title,
        reason: &form.reason,
    };
    let doing = async {
        if admin.store.battles_to_come().await?.len() as i64 >= BATTLES_SCHEDULED_MAX {
            let why = format!("{BATTLES_SCHEDULED_MAX} battles are scheduled already");
            return Err(AdminError::conflict("too-many-battles", why));
        }
        let battle = NewBattle {
            at_ms,
            author: actor.access.account,
            title: &title,
            note: &note,
            start_ms: form.start_ms,
        };
        let id = admin.store.schedule(battle).await?;
        let minutes = (form.start_ms - at_ms).cast_unsigned().div_ceil(60_000);
        Ok(format!("battle {id}, \"{title}\", begins in {minutes} min"))
    };
    admin.act(&actor, deed, doing).await
}

/// Takes back what was scheduled; players are told if they knew of it. For operators.
#[utoipa::path(post, path = "/battles/{battle}/cancel", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn cancel(
    State(admin): State<Admin>,
    actor: Actor,
    Path(battle): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    let id = text::id_in_path(&battle)?;
    let deed = Deed {
        action: Action::CancelBattle,
        target: &battle,
        reason: &form.reason,
    };
    let doing = async {
        let battle = admin.store.battle(id).await?;
        let battle = battle.ok_or_else(Problem::not_found)?;
        let states = (BattleState::Scheduled, BattleState::Cancelled);
        let reason = text::line_of("reason", &form.reason)?;
        if !admin.store.settle_battle(id, states, &reason).await? {
            let why = "it is not to come any more";
            return Err(AdminError::conflict("not-scheduled", why));
        }
        // Read anew: players may have been told meanwhile.
        let told = admin.store.battle(id).await?;
        if told.is_some_and(|it| it.told_minutes != i64::MAX) {
            let event = format!("admin-battle-{id:016x}-cancel");
            let words = format!("\"{}\" does not take place.", battle.title);
            admin.say_to_all(event, &words).await?;
        }
        Ok(format!("\"{}\" does not take place", battle.title))
    };
    admin.act(&actor, deed, doing).await
}

fn short_line(field: &str, words: &str, chars_max: usize) -> Result<String, Problem> {
    let line = text::line_of(field, words)?;
    match line.chars().count() <= chars_max {
        true => Ok(line),
        false => Err(Problem::invalid(
            field,
            format!("{chars_max} letters at most"),
        )),
    }
}

impl From<BattleRow> for PresentBattle {
    fn from(row: BattleRow) -> Self {
        Self {
            number: row.number,
            score: row.score,
            score_to_win: row.score_to_win,
            pause_ms: row.pause_ms,
        }
    }
}

impl From<Battle> for BattleView {
    fn from(battle: Battle) -> Self {
        Self {
            battle: battle.id.to_string(),
            title: battle.title,
            note: battle.note,
            start_ms: battle.start_ms,
            state: battle.state.into(),
            by: battle.author.to_string(),
            at_ms: battle.at_ms,
            effect: battle.effect,
        }
    }
}

impl From<Battle> for NextBattle {
    fn from(battle: Battle) -> Self {
        Self {
            title: battle.title,
            note: battle.note,
            start_ms: battle.start_ms,
        }
    }
}

impl From<BattleState> for ScheduleState {
    fn from(state: BattleState) -> Self {
        match state {
            BattleState::Scheduled => Self::Scheduled,
            BattleState::Starting => Self::Starting,
            BattleState::Started => Self::Started,
            BattleState::Cancelled => Self::Cancelled,
            BattleState::Missed => Self::Missed,
        }
    }
}
