//! Health, status and metrics of a process that has shards and no edges: on a thread of its own.

use std::{io, net::TcpListener, thread, time::Instant};

use axum::{Router, extract::State, routing::get};
use serde_json::Value;
use world::PodStatus;

use crate::http::{metrics, status};

/// Answers for as long as the process lives.
///
/// # Errors
/// If the system gives no thread.
pub fn serve(listener: TcpListener, pod: PodStatus) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let router = router(pod, Instant::now());
    thread::Builder::new()
        .name("status".into())
        .spawn(move || {
            runtime.block_on(async {
                let served = match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => axum::serve(listener, router).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = served {
                    tracing::error!(%error, "status and metrics are told no more");
                }
            });
        })?;
    Ok(())
}

fn router(pod: PodStatus, started_at: Instant) -> Router {
    let status_page = move |State(pod): State<PodStatus>| async move {
        super::json(&Value::Object(status::pod_json(&pod, started_at)))
    };
    let health = |State(pod): State<PodStatus>| async move { status::health(&pod) };
    let metrics_page = |State(pod): State<PodStatus>| async move { metrics::of_pod(&pod) };
    Router::new()
        .route("/healthz", get(health))
        .route("/status", get(status_page))
        .route("/metrics", get(metrics_page))
        .with_state(pod)
}
