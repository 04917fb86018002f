//! Takes connections in: who it is, whether it may speak, and the first words.

use std::{net::SocketAddr, sync::Arc};

use rustls::pki_types::CertificateDer;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    identity::name_in,
    limits::{GREETING_TIMEOUT, HANDSHAKES_MAX, HANDSHAKES_TRUSTED_MAX},
    name::PeerName,
    refusal::{CloseCode, Refusal, RefusalKind},
    transport::{
        endpoint::Shared,
        peer::PeerCore,
        session::Session,
        stream::{StreamEnd, read_array, write_head},
    },
    wire::Greeting,
};

/// Takes connections in until the endpoint closes.
pub async fn accept(shared: Arc<Shared>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    while let Some(incoming) = shared.context.quinn.accept().await {
        let pending_count = HANDSHAKES_MAX - handshakes.available_permits();
        let is_crowded = pending_count >= HANDSHAKES_TRUSTED_MAX;
        if is_crowded && !incoming.remote_address_validated() && incoming.may_retry() {
            // The address proves that it is its own before it costs us anything.
            let _ = incoming.retry();
            continue;
        }
        match handshakes.clone().try_acquire_owned() {
            Ok(permit) => {
                let runtime = &shared.context.runtime;
                drop(runtime.spawn(receive(shared.clone(), incoming, permit)));
            }
            Err(_) => incoming.refuse(),
        }
    }
}

/// One connection, from its first packet to its end.
async fn receive(shared: Arc<Shared>, incoming: quinn::Incoming, permit: OwnedSemaphorePermit) {
    let address = incoming.remote_address();
    let greeted = timeout(GREETING_TIMEOUT, greet(&shared, incoming)).await;
    drop(permit);
    let silent = || Refusal::new(RefusalKind::Unreachable, "it does not greet");
    match greeted.unwrap_or_else(|_| Err(silent())) {
        Ok((peer, session)) => {
            let refusal = session.attend(&peer).await;
            peer.part(&session, refusal);
        }
        Err(refusal) => turn_away(&shared, address, refusal),
    }
}

fn turn_away(shared: &Shared, address: SocketAddr, refusal: Refusal) {
    tracing::warn!(%address, %refusal, "a stranger is turned away");
    shared.turned_away.send_modify(|turned_away| {
        turned_away.count += 1;
        turned_away.last = Some((address, refusal));
    });
}

async fn greet(
    shared: &Shared,
    incoming: quinn::Incoming,
) -> Result<(Arc<PeerCore>, Arc<Session>), Refusal> {
    let connection = incoming.await?;
    let closing = |code: CloseCode, kind, words: &str| {
        code.close(&connection, words);
        Refusal::new(kind, words)
    };
    let name = name(&shared.context.name, &connection)
        .map_err(|words| closing(CloseCode::WrongName, RefusalKind::WrongName, &words))?;
    let (mut send, greeting) = match hear(&connection).await {
        Ok(heard) => heard,
        Err(StreamEnd::Lost) => return Err(connection.closed().await.into()),
        Err(_) => {
            let words = "it does not greet as a link does";
            return Err(closing(CloseCode::Malformed, RefusalKind::Malformed, words));
        }
    };
    let peer = shared.peer(&name).ok_or_else(|| {
        closing(
            CloseCode::Crowded,
            RefusalKind::Crowded,
            "too many processes are linked already",
        )
    })?;
    let incarnation = greeting.incarnation;
    if let Err(stale) = peer.fence.admit(incarnation) {
        peer.counters.stale_refusals.add(1);
        let words = stale.to_string();
        return Err(closing(CloseCode::Stale, RefusalKind::PeerStale, &words));
    }
    let own = Greeting {
        incarnation: shared.context.incarnation,
    };
    if write_head(&peer, &mut send, &own.encode()).await.is_err() {
        return Err(connection.closed().await.into());
    }
    let _ = send.finish();
    let session = Arc::new(Session {
        connection,
        incarnation,
    });
    peer.join(&session);
    shared.announce(&peer);
    Ok((peer, session))
}

/// The name in the certificate that the handshake has verified.
fn name(own: &PeerName, connection: &quinn::Connection) -> Result<PeerName, String> {
    let identity = connection.peer_identity();
    let chain = identity.and_then(|any| any.downcast::<Vec<CertificateDer<'static>>>().ok());
    let chain = chain.expect("the handshake demands a certificate");
    let name = name_in(&chain[0]).map_err(|error| error.to_string())?;
    if !name.dials(own) {
        return Err(format!(
            "{name} does not dial {own}: the greater name dials"
        ));
    }
    Ok(name)
}

async fn hear(connection: &quinn::Connection) -> Result<(quinn::SendStream, Greeting), StreamEnd> {
    let opened = connection.accept_bi().await;
    let (send, mut receive) = opened.map_err(|_| StreamEnd::Lost)?;
    let greeting = Greeting::decode(read_array(&mut receive).await?);
    Ok((send, greeting))
}
