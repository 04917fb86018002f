//! A service as the binary mounts it.

use std::{future::Future, pin::Pin};

use axum::Router;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use web::{Check, Shell};

/// What a service is to whoever runs it, alone or beside others.
pub struct Part {
    /// Where its routes are: `/auth`.
    pub prefix: &'static str,
    pub router: OpenApiRouter,
    pub checks: Vec<Check>,
    /// What it does without being asked, until the stop signal that it was opened with.
    pub run: Pin<Box<dyn Future<Output = ()>>>,
}

/// The routes of several services, and the future that keeps them all going.
pub fn assemble(
    shell: Shell,
    parts: Vec<Part>,
    stopped: watch::Receiver<bool>,
) -> (Router, impl Future<Output = ()>) {
    let mut shell = shell;
    let mut runs = Vec::new();
    for part in parts {
        shell = shell.mount(part.prefix, part.router);
        shell = part.checks.into_iter().fold(shell, Shell::check);
        runs.push(part.run);
    }
    let run = async {
        futures_util::future::join_all(runs).await;
    };
    (shell.into_router(stopped), run)
}
