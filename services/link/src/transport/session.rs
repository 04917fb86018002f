//! One connection to a peer, from its greeting to its end: takes in the streams that the peer opens.

use std::sync::Arc;

use quinn::{RecvStream, SendStream};
use tokio::task::JoinSet;

use crate::{
    refusal::{CloseCode, Refusal},
    transport::{
        lane_in, latest_in,
        peer::PeerCore,
        requests,
        stream::{StreamEnd, read_array},
    },
    wire::{StreamKind, WireError},
};

/// See the module.
#[derive(Debug)]
pub struct Session {
    pub connection: quinn::Connection,
    /// The peer's, as it said in its greeting.
    pub incarnation: u64,
}

impl Session {
    /// Serves the peer until the connection ends; returns why it did.
    pub async fn attend(self: &Arc<Self>, peer: &Arc<PeerCore>) -> Refusal {
        // With it end the tasks that still run.
        let mut streams = JoinSet::new();
        loop {
            tokio::select! {
                opened = self.connection.accept_bi() => match opened {
                    Ok(stream) => drop(streams.spawn(both_ways(peer.clone(), self.clone(), stream))),
                    Err(error) => return error.into(),
                },
                opened = self.connection.accept_uni() => match opened {
                    Ok(stream) => drop(streams.spawn(one_way(peer.clone(), self.clone(), stream))),
                    Err(error) => return error.into(),
                },
                Some(_) = streams.join_next(), if !streams.is_empty() => (),
            }
        }
    }

    /// Judges the incarnation that a word came with: that of the greeting, as long as it holds.
    pub fn hear(&self, peer: &PeerCore, incarnation: u64) -> Result<(), StreamEnd> {
        peer.fence.check(incarnation)?;
        if incarnation != self.incarnation {
            return Err(WireError::Contradiction.into());
        }
        Ok(())
    }

    /// Draws the consequences of how a stream ended.
    pub fn conclude(&self, peer: &PeerCore, end: StreamEnd) {
        match end {
            StreamEnd::Malformed(error) => {
                peer.counters.malformed.add(1);
                tracing::warn!(peer = %peer.name, %error, "a peer says what no link says");
                CloseCode::Malformed.close(&self.connection, &error.to_string());
            }
            StreamEnd::Stale(stale) => {
                peer.counters.stale_refusals.add(1);
                tracing::warn!(peer = %peer.name, %stale, "a peer's earlier life is refused");
                CloseCode::Stale.close(&self.connection, &stale.to_string());
            }
            StreamEnd::Lost | StreamEnd::Reset(_) | StreamEnd::PortGone => (),
        }
    }
}

async fn both_ways(
    peer: Arc<PeerCore>,
    session: Arc<Session>,
    (send, mut receive): (SendStream, RecvStream),
) {
    let served = async {
        let [kind] = read_array(&mut receive).await?;
        match StreamKind::decode(kind)? {
            StreamKind::Lane => lane_in::serve(&peer, &session, send, receive).await,
            StreamKind::Request => requests::serve(&peer, &session, send, receive).await,
        }
    };
    if let Err(end) = served.await {
        session.conclude(&peer, end);
    }
}

async fn one_way(peer: Arc<PeerCore>, session: Arc<Session>, receive: RecvStream) {
    if let Err(end) = latest_in::receive(&peer, &session, receive).await {
        session.conclude(&peer, end);
    }
}
