//! Settings that follow the account.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{Player, PlayerError, limits::SETTINGS_BYTES_MAX};

/// A document, and how often it was changed.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SettingsForm {
    /// Of the document that was read; 0 where there was none.
    revision: i64,
    /// The client's own; 16 KiB at most, as JSON without spaces.
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

/// The settings of the account; empty, of revision 0, where there are none.
#[utoipa::path(get, path = "/settings", tag = "settings", security(("bearer" = [])), responses(
    (status = OK, body = SettingsForm), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub async fn settings(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<SettingsForm>, PlayerError> {
    let kept = player.store.settings(access.account).await?;
    let settings = serde_json::from_str(&kept.body);
    let settings = settings.map_err(|_| backends::sql::row::corrupt("body", &kept.body))?;
    Ok(Json(SettingsForm {
        revision: kept.revision,
        settings,
    }))
}

#[derive(Serialize, ToSchema)]
pub struct SetAnswer {
    /// From now on.
    revision: i64,
}

/// Puts settings in place of those that were read; 409 if they were changed elsewhere meanwhile.
#[utoipa::path(put, path = "/settings", tag = "settings", request_body = SettingsForm,
    security(("bearer" = [])), responses(
    (status = OK, body = SetAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn set(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Json(form): Json<SettingsForm>,
) -> Result<Json<SetAnswer>, PlayerError> {
    let body = Value::Object(form.settings).to_string();
    if body.len() > SETTINGS_BYTES_MAX {
        return Err(Problem::invalid("settings", "16 KiB at most").into());
    }
    let set = player
        .store
        .set_settings(access.account, form.revision, &body);
    Ok(Json(SetAnswer {
        revision: set.await?,
    }))
}
