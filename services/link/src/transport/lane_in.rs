//! Receives what a peer says on a lane, over one stream after the other, and hands it to the lane's
//! thread; takes the thread's acknowledgements back.

use std::sync::{Arc, Mutex, MutexGuard, atomic::Ordering};

use bytes::Bytes;
use quinn::{RecvStream, SendStream};
use rtrb::Producer;

use crate::{
    mark::Mark,
    reassembly::{Piece, Reassembly},
    reliable::{Inbox, LaneId, Open, OpenRefusal, Verdict},
    room::{Claim, Parcel, Room},
    transport::{
        bell::Line,
        peer::PeerCore,
        ports::{Delivery, Fault, LaneState, Wake},
        session::Session,
        stream::{CODE_PORT_GONE, PRIORITY_ACKNOWLEDGEMENTS, StreamEnd, read_array, write_head},
    },
    wire::{MessageHead, WireError, open_reply},
};

/// See the module.
pub struct LaneIn {
    pub lane: LaneId,
    /// The lock is for the two halves of the task that serves the lane, and never held while one waits.
    pub inbox: Mutex<Inbox>,
    /// Held by the stream that is served now; the next waits for its end.
    pub receiving: tokio::sync::Mutex<Receiving>,
    pub room: Arc<Room>,
    pub durable: Arc<Mark>,
    pub state: Arc<LaneState>,
    pub acknowledgements: Arc<Line>,
    pub space: Arc<Line>,
    pub wake: Wake,
}

/// Packets' worth taken from a stream at once: each time costs a look at the whole connection.
const CHUNKS_AT_ONCE: usize = 32;

/// The way to the thread.
pub struct Receiving {
    pub ring: Producer<Delivery>,
}

/// Serves a stream of a lane that the peer has opened.
pub async fn serve(
    peer: &PeerCore,
    session: &Session,
    mut send: SendStream,
    mut receive: RecvStream,
) -> Result<(), StreamEnd> {
    let (id, open) = Open::decode(read_array(&mut receive).await?);
    session.hear(peer, open.incarnation)?;
    let Some(lane) = peer.lanes.incoming(id).await else {
        return Err(StreamEnd::PortGone);
    };
    let mut receiving = lane.receiving.lock().await;
    let _ = send.set_priority(PRIORITY_ACKNOWLEDGEMENTS);
    let reply = lane.inbox().on_open(open);
    write_head(peer, &mut send, &open_reply::encode(reply)).await?;
    if let Err(refusal) = reply {
        return lane.refuse(peer, &mut send, refusal).await;
    }
    let ended = tokio::select! {
        ended = lane.receive((peer, session), &mut receiving.ring, &mut receive) => ended,
        ended = lane.acknowledge(peer, &mut send) => ended,
    };
    if let Err(StreamEnd::PortGone) = ended {
        let _ = receive.stop(CODE_PORT_GONE.into());
        let _ = send.reset(CODE_PORT_GONE.into());
    }
    ended
}

impl LaneIn {
    /// Tells the thread that nothing more is sent.
    pub fn fail(&self, fault: Fault) {
        let _ = self.state.fault.set(fault);
        (self.wake)();
    }

    async fn refuse(
        &self,
        peer: &PeerCore,
        send: &mut SendStream,
        refusal: OpenRefusal,
    ) -> Result<(), StreamEnd> {
        tracing::error!(peer = %peer.name, lane = self.lane.0, %refusal, "a lane is refused");
        let _ = self.state.refused.set(refusal);
        (self.wake)();
        let _ = send.finish();
        let _ = send.stopped().await;
        Ok(())
    }

    async fn receive(
        &self,
        (peer, session): (&PeerCore, &Session),
        ring: &mut Producer<Delivery>,
        stream: &mut RecvStream,
    ) -> Result<(), StreamEnd> {
        let mut reassembly = Reassembly::default();
        let mut claim = None;
        let mut chunks = [const { Bytes::new() }; CHUNKS_AT_ONCE];
        while let Some(count) = stream.read_chunks(&mut chunks).await? {
            for chunk in &mut chunks[..count] {
                let mut bytes = std::mem::take(chunk);
                while let Some(piece) = reassembly.feed(&mut bytes)? {
                    match piece {
                        Piece::Head(head) => claim = Some(self.claim(head.bytes).await?),
                        Piece::Whole(head, bytes) => {
                            let claim = claim.take().expect("its head came first");
                            self.judge((peer, session), ring, head, Parcel { bytes, claim })?;
                        }
                    }
                }
            }
        }
        let is_whole = reassembly.is_between_messages();
        is_whole.then_some(()).ok_or(WireError::Truncated.into())
    }

    /// Waits until the thread has made room.
    async fn claim(&self, bytes: usize) -> Result<Claim, StreamEnd> {
        loop {
            if let Ok(claim) = self.room.claim(bytes) {
                return Ok(claim);
            }
            self.room.want();
            if let Ok(claim) = self.room.claim(bytes) {
                return Ok(claim);
            }
            if self.is_port_gone() {
                return Err(StreamEnd::PortGone);
            }
            self.space.rung().await;
        }
    }

    fn judge(
        &self,
        (peer, session): (&PeerCore, &Session),
        ring: &mut Producer<Delivery>,
        head: MessageHead,
        parcel: Parcel,
    ) -> Result<(), StreamEnd> {
        session.hear(peer, head.id.incarnation)?;
        let mut inbox = self.inbox();
        match inbox.on_message(head.id) {
            Verdict::Deliver => {}
            Verdict::Duplicate => {
                peer.counters.duplicates.add(1);
                return Ok(());
            }
            // Streams are in order, and of one life.
            Verdict::Early | Verdict::Stale => return Err(WireError::Contradiction.into()),
        }
        let expected = inbox.expected().expect("it is open");
        drop(inbox);
        let delivery = Delivery {
            series: expected.series,
            id: head.id,
            parcel,
        };
        ring.push(delivery)
            .unwrap_or_else(|_| unreachable!("the ring holds as many as there is room for"));
        peer.counters.messages_received.add(1);
        (self.wake)();
        Ok(())
    }

    async fn acknowledge(&self, peer: &PeerCore, send: &mut SendStream) -> Result<(), StreamEnd> {
        loop {
            let word = self.inbox().acknowledge(self.durable.read());
            if let Some(word) = word {
                write_head(peer, send, &word.encode()).await?;
                continue;
            }
            if self.is_port_gone() {
                return Err(StreamEnd::PortGone);
            }
            self.acknowledgements.rung().await;
        }
    }

    fn is_port_gone(&self) -> bool {
        self.state.is_incoming_gone.load(Ordering::SeqCst)
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().expect("no holder panics")
    }
}
