//! How a process enters a world that goes on: it has every pod say from which tick it will be heard, and
//! then takes a snapshot that is new enough (see [`pod::Admission`]).

use std::time::Instant;

use bytes::Bytes;
use link::{Peer, PeerName};
use pod::{
    Admission,
    limits::SNAPSHOT_BYTES_MAX,
    word::{Listening, Piece, Question, SnapshotKind, Wish},
};
use tokio::time::sleep;

use crate::{
    limits::{ASK_PAUSE, ENTRY_PATIENCE},
    neighbours::Neighbours,
};

/// A snapshot to begin with. Asks until there is one; drop it to give up.
pub async fn snapshot(neighbours: &Neighbours, kind: SnapshotKind) -> Bytes {
    loop {
        let number = neighbours.next_snapshot();
        let begun_at = Instant::now();
        let asked = tokio::time::timeout(ENTRY_PATIENCE, try_once(neighbours, kind, number)).await;
        if let Ok(Some(bytes)) = asked {
            let seconds = begun_at.elapsed().as_secs_f32();
            tracing::info!(bytes = bytes.len(), seconds, "a snapshot came");
            return bytes;
        }
        sleep(ASK_PAUSE).await;
    }
}

/// None if a pod gave no answer.
async fn try_once(neighbours: &Neighbours, kind: SnapshotKind, number: u64) -> Option<Bytes> {
    // Who has no lease says nothing now; if it comes back it says again what is needed.
    let pods = neighbours.live_pods();
    let numbers = pods.iter().filter_map(|peer| number_of(peer.name()));
    let mut admission = Admission::new(numbers);
    for peer in &pods {
        let answer = peer.request(Question::Listen.encode()).await;
        let told = |error| tracing::debug!(peer = %peer.name(), %error, "not heard yet");
        let Listening(first_tick) = Listening::decode(&answer.map_err(told).ok()?).ok()?;
        admission.handle_answer(number_of(peer.name())?, first_tick);
    }
    let tick_min = admission.poll_tick()?;
    // Whoever has begun can make one; which of them does is left to chance.
    let count = pods.len();
    for place in 0..count {
        let peer = &pods[(place + number as usize) % count];
        let wish = Wish {
            number,
            tick_min,
            kind,
            offset: 0,
        };
        if let Some(bytes) = fetch(peer, wish).await {
            return Some(bytes);
        }
    }
    None
}

/// All pieces of a snapshot; none if the pod makes none.
async fn fetch(peer: &Peer, mut wish: Wish) -> Option<Bytes> {
    let mut whole = Vec::new();
    loop {
        wish.offset = whole.len() as u64;
        let answer = peer.request(Question::Snapshot(wish).encode()).await;
        let told = |error| tracing::debug!(peer = %peer.name(), %error, "no snapshot");
        match Piece::decode(&answer.map_err(told).ok()?).ok()? {
            Piece::NotYet => sleep(ASK_PAUSE).await,
            Piece::Part { total, bytes } => {
                if total > SNAPSHOT_BYTES_MAX || bytes.is_empty() {
                    tracing::error!(peer = %peer.name(), total, "no snapshot of ours");
                    return None;
                }
                whole.extend_from_slice(&bytes);
                if whole.len() as u64 >= total {
                    return Some(whole.into());
                }
            }
        }
    }
}

fn number_of(name: &PeerName) -> Option<u16> {
    match name {
        PeerName::Pod(number) => Some(*number),
        PeerName::Edge(_) => None,
    }
}
