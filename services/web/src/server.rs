//! The listener: HTTP/1.1 with bounded connections, none of which may dawdle, and a stop that lets
//! requests under way end. TLS is the proxy's in front.

use std::{net::SocketAddr, pin::pin, sync::Arc};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::{Peer, limits};

/// Serves until `stop` is true, then until the requests under way are answered, but no longer than
/// [`limits::STOP_TIME_MAX`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    mut stop: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(connections_max));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = stopped(&mut stop) => break,
        };
        let (stream, peer, permit) = accepted;
        let router = router.clone();
        let stop = stop.clone();
        tokio::spawn(async move {
            connection(stream, peer, router, stop).await;
            drop(permit);
        });
    }
    drop(listener);
    let all = u32::try_from(connections_max).expect("connections are thousands");
    if timeout(limits::STOP_TIME_MAX, permits.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("stopped before every request was answered");
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let permit = permits.clone().acquire_owned().await;
    let permit = permit.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME_MAX)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .max_headers(limits::HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = grown_old(&mut stop) => {
            // The answer that is under way, if any, still goes out.
            connection.as_mut().graceful_shutdown();
            let ended = timeout(limits::REQUEST_TIME_MAX, connection).await;
            ended.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, %peer, "a connection broke");
    }
}

async fn grown_old(stop: &mut watch::Receiver<bool>) {
    let _ = timeout(limits::CONNECTION_AGE_MAX, stopped(stop)).await;
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let mut request: Request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(Peer(peer));
    router.oneshot(request).await
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Whoever could stop it has gone: then nobody does.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
