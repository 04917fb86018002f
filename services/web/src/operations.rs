//! What operators ask: whether it lives, whether it is ready, what it counted, and what its routes are.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};
use utoipa::openapi::OpenApi;

use crate::{Json, Metrics, document, limits::CHECK_TIME_MAX};

type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something without which the service is of no use, such as its database.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    ask: Arc<dyn Fn() -> Answer + Send + Sync>,
}

impl Check {
    /// `ask` says what is wrong. It is called every few seconds and should ask, not work.
    pub fn new<F, T>(name: &'static str, ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<(), String>> + Send + 'static,
    {
        let ask = Arc::new(move || Box::pin(ask()) as Answer);
        Self { name, ask }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Asks; what takes too long has failed.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn run(&self) -> Result<(), String> {
        let answer = timeout(CHECK_TIME_MAX, (self.ask)()).await;
        answer.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }
}

#[derive(Clone)]
pub(crate) struct Operations {
    pub checks: Arc<[Check]>,
    pub metrics: Metrics,
    pub document: Arc<str>,
    pub stop: watch::Receiver<bool>,
}

impl Operations {
    pub fn document(api: &OpenApi) -> Arc<str> {
        let mut document = serde_json::to_value(api).expect("a document is JSON");
        document::complete(&mut document);
        document.to_string().into()
    }

    pub fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .route("/openapi.json", get(openapi))
            .with_state(self)
    }
}

/// 200 when every check passes and no stop has begun. What is wrong goes to the log: the reasons of a
/// database are not for the public.
async fn readyz(State(state): State<Operations>) -> Response {
    let mut checks = serde_json::Map::new();
    let mut is_ready = !*state.stop.borrow();
    for check in state.checks.iter() {
        let result = check.run().await;
        if let Err(error) = &result {
            tracing::warn!(check = check.name, error, "not ready");
        }
        is_ready &= result.is_ok();
        checks.insert(check.name.to_owned(), Value::Bool(result.is_ok()));
    }
    let status = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({ "ready": is_ready, "checks": checks });
    (status, Json(body)).into_response()
}

async fn metrics(State(state): State<Operations>) -> Response {
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], state.metrics.page()).into_response()
}

async fn openapi(State(state): State<Operations>) -> Response {
    let content_type = HeaderValue::from_static("application/json");
    let document = state.document.to_string();
    ([(header::CONTENT_TYPE, content_type)], document).into_response()
}
