//! Sends what a thread puts into a lane, over one connection after the other.

use std::sync::{Arc, Mutex, MutexGuard, atomic::Ordering};

use quinn::{RecvStream, SendStream};
use rtrb::Consumer;
use tokio::time::sleep;

use crate::{
    batch::Batch,
    limits::LANE_PAUSE,
    reliable::{Acknowledgement, LaneId, Open, OpenRefusal, Outbox},
    room::Parcel,
    transport::{
        bell::Line,
        peer::PeerCore,
        ports::{Fault, LaneState, Wake},
        session::Session,
        stream::{PRIORITY_LANES, StreamEnd, read_array, write, write_head},
    },
    wire::{StreamKind, WireError, open_reply},
};

/// What a thread puts in, and who sends it.
pub struct LaneOut {
    pub ring: Consumer<Parcel>,
    pub sender: Sender,
}

/// See the module.
pub struct Sender {
    pub lane: LaneId,
    /// Of one task; the lock is for its two halves, and never held while one waits.
    pub outbox: Mutex<Outbox<Parcel>>,
    pub state: Arc<LaneState>,
    pub line: Arc<Line>,
    pub wake: Wake,
}

/// Why a lane is over: on this connection, or for good.
enum End {
    Stream(StreamEnd),
    Fault(Fault),
}

impl<E: Into<StreamEnd>> From<E> for End {
    fn from(end: E) -> Self {
        Self::Stream(end.into())
    }
}

impl LaneOut {
    /// Runs until the port is gone, or the peer refuses the lane for good.
    pub async fn run(self, peer: Arc<PeerCore>) {
        let Self { mut ring, sender } = self;
        loop {
            let session = tokio::select! {
                session = peer.session() => session,
                () = sender.port_gone() => return,
            };
            let end = tokio::select! {
                end = sender.attend(&peer, &session, &mut ring) => end,
                _ = session.connection.closed() => End::Stream(StreamEnd::Lost),
            };
            match end {
                End::Fault(fault) => return sender.fail(&peer, fault),
                End::Stream(StreamEnd::PortGone) => return,
                End::Stream(end) => session.conclude(&peer, end),
            }
            sleep(LANE_PAUSE).await;
        }
    }
}

impl Sender {
    async fn port_gone(&self) {
        while !self.is_port_gone() {
            self.line.rung().await;
        }
    }

    fn is_port_gone(&self) -> bool {
        self.state.is_outgoing_gone.load(Ordering::SeqCst)
    }

    fn fail(&self, peer: &PeerCore, fault: Fault) {
        tracing::error!(peer = %peer.name, lane = self.lane.0, %fault, "a lane has ended");
        let _ = self.state.fault.set(fault);
        (self.wake)();
    }

    async fn attend(&self, peer: &PeerCore, session: &Session, ring: &mut Consumer<Parcel>) -> End {
        let (mut send, mut receive) = match self.open(peer, session).await {
            Ok(streams) => streams,
            Err(end) => return end,
        };
        let ended = tokio::select! {
            ended = self.write_messages(peer, ring, &mut send) => ended,
            ended = self.read_acknowledgements(peer, session, &mut receive) => ended,
        };
        match ended {
            Ok(()) => End::Stream(StreamEnd::Lost),
            Err(end) => End::Stream(end),
        }
    }

    /// Opens the lane's stream, and learns from where to go on.
    async fn open(
        &self,
        peer: &PeerCore,
        session: &Session,
    ) -> Result<(SendStream, RecvStream), End> {
        let opened = session.connection.open_bi().await;
        let (mut send, mut receive) = opened.map_err(|_| StreamEnd::Lost)?;
        let _ = send.set_priority(PRIORITY_LANES);
        let open = self.outbox().open();
        let mut head = [0; 1 + Open::BYTES];
        head[0] = StreamKind::Lane.encode();
        head[1..].copy_from_slice(&open.encode(self.lane));
        write_head(peer, &mut send, &head).await?;
        // The peer may answer late: when a thread of its takes the lane up.
        let reply = tokio::select! {
            reply = read_array(&mut receive) => open_reply::decode(reply?)?,
            () = self.port_gone() => return Err(StreamEnd::PortGone.into()),
        };
        let resume = reply.map_err(|refusal| {
            End::Fault(match refusal {
                OpenRefusal::Stale { .. } => Fault::Fenced,
                _ => Fault::Refused(refusal),
            })
        })?;
        let resumed = self.outbox().on_resume(resume);
        resumed.map_err(|_| WireError::Contradiction)?;
        self.tell_progress();
        Ok((send, receive))
    }

    async fn write_messages(
        &self,
        peer: &PeerCore,
        ring: &mut Consumer<Parcel>,
        send: &mut SendStream,
    ) -> Result<(), StreamEnd> {
        let mut batch = Batch::default();
        loop {
            let count = self.fill(peer, ring, &mut batch);
            if count == 0 {
                if self.is_port_gone() {
                    return Err(StreamEnd::PortGone);
                }
                self.line.rung().await;
                continue;
            }
            write(peer, send, &mut batch.take()).await?;
            peer.counters.messages_sent.add(count);
        }
    }

    /// Moves what the thread has put in to the outbox, and what is to be sent next into the batch;
    /// returns how many that is.
    fn fill(&self, peer: &PeerCore, ring: &mut Consumer<Parcel>, batch: &mut Batch) -> u64 {
        let mut outbox = self.outbox();
        while let Ok(parcel) = ring.pop() {
            outbox.push(parcel);
        }
        let resends_before = outbox.resends_count();
        let mut count = 0;
        while !batch.is_full()
            && let Some((id, parcel)) = outbox.next_to_send()
        {
            batch.add(id, &parcel.bytes);
            count += 1;
        }
        let resends = outbox.resends_count() - resends_before;
        peer.counters.resends.add(resends);
        count
    }

    async fn read_acknowledgements(
        &self,
        peer: &PeerCore,
        session: &Session,
        receive: &mut RecvStream,
    ) -> Result<(), StreamEnd> {
        loop {
            let word = Acknowledgement::decode(read_array(receive).await?);
            // A receiver whose lease is lost may have lost what it calls durable.
            session.hear(peer, word.incarnation)?;
            let taken = self.outbox().on_acknowledgement(word);
            taken.map_err(|_| WireError::Contradiction)?;
            self.tell_progress();
        }
    }

    /// Tells the thread how far the peer is.
    fn tell_progress(&self) {
        let unacknowledged = self.outbox().unacknowledged();
        let told = &self.state.unacknowledged;
        told.store(unacknowledged, Ordering::Release);
        (self.wake)();
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox<Parcel>> {
        self.outbox.lock().expect("no holder panics")
    }
}
