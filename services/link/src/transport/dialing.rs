//! Keeps a connection to a peer that is ours to dial.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use crate::{
    backoff::Backoff,
    limits::{CONNECTION_GOOD_AFTER, GREETING_TIMEOUT},
    refusal::{CloseCode, Refusal, RefusalKind},
    transport::{
        peer::PeerCore,
        session::Session,
        stream::{StreamEnd, read_array, write_head},
    },
    wire::Greeting,
};

/// Dials again and again, until the peer says that this process is over.
pub async fn keep(peer: Arc<PeerCore>) {
    let mut addresses = peer.address.subscribe();
    let mut backoff = Backoff::default();
    while !peer.is_fenced() {
        peer.lease().await;
        let address = *addresses.borrow_and_update();
        let address = address.expect("it is set before the first dial");
        if hold(&peer, address).await >= CONNECTION_GOOD_AFTER {
            backoff.reset();
        }
        let pause = backoff.pause(peer.context.random());
        tokio::select! {
            () = sleep(pause) => (),
            _ = addresses.changed() => backoff.reset(),
        }
    }
}

/// One attempt, and the connection that comes of it; returns for how long that held.
async fn hold(peer: &Arc<PeerCore>, address: SocketAddr) -> Duration {
    let reached = timeout(GREETING_TIMEOUT, reach(peer, address)).await;
    let silent = || Refusal::new(RefusalKind::Unreachable, "it does not greet");
    match reached.unwrap_or_else(|_| Err(silent())) {
        Ok(session) => {
            let began_at = Instant::now();
            let refusal = session.attend(peer).await;
            peer.part(&session, refusal);
            began_at.elapsed()
        }
        Err(mut refusal) => {
            refusal.text = format!("{} at {address}", refusal.text);
            peer.note(refusal);
            Duration::ZERO
        }
    }
}

async fn reach(peer: &Arc<PeerCore>, address: SocketAddr) -> Result<Arc<Session>, Refusal> {
    let context = &peer.context;
    let client = context.client.lock().expect("no holder panics").clone();
    let connecting = context
        .quinn
        .connect_with(client, address, &peer.name.to_dns())
        .map_err(|error| Refusal::new(RefusalKind::Other, error.to_string()))?;
    let connection = connecting.await?;
    let greeting = match greet(peer, &connection).await {
        Ok(greeting) => greeting,
        // The reason comes with the end of the connection.
        Err(StreamEnd::Lost) => return Err(connection.closed().await.into()),
        Err(_) => {
            let words = "it does not greet as a link does";
            CloseCode::Malformed.close(&connection, words);
            return Err(Refusal::new(RefusalKind::Malformed, words));
        }
    };
    let incarnation = greeting.incarnation;
    if let Err(stale) = peer.fence.admit(incarnation) {
        peer.counters.stale_refusals.add(1);
        CloseCode::Stale.close(&connection, &stale.to_string());
        return Err(Refusal::new(RefusalKind::PeerStale, stale.to_string()));
    }
    let session = Arc::new(Session {
        connection,
        incarnation,
    });
    peer.join(&session);
    Ok(session)
}

async fn greet(peer: &PeerCore, connection: &quinn::Connection) -> Result<Greeting, StreamEnd> {
    let opened = connection.open_bi().await;
    let (mut send, mut receive) = opened.map_err(|_| StreamEnd::Lost)?;
    let incarnation = peer.context.incarnation;
    write_head(peer, &mut send, &Greeting { incarnation }.encode()).await?;
    let _ = send.finish();
    Ok(Greeting::decode(read_array(&mut receive).await?))
}
