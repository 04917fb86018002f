//! What a process keeps of the others: whom it speaks to, the fences, and the lanes, which are the
//! machines of [`link::reliable`]. The simulated counterpart of `link`'s transport, with packets that
//! may come in any order where that has streams.

use std::collections::BTreeMap;

use bytes::Bytes;
use link::{
    PeerName,
    fence::Fence,
    reliable::{Inbox, LaneId, MessageId, Open, OpenRefusal, Outbox, Position, Verdict},
};

use crate::{
    canary::Canary,
    limits::{LANE_PATIENCE, OUTBOX_MAX},
    occurrences::Occurrence,
    stage::Stage,
    time::Time,
    word::{LifeId, Packet, Speaker, Word},
};

/// What a process makes of lanes that others open to it.
pub trait Host {
    /// Whether a lane is taken up now; if not, it is opened again later.
    fn takes_up(&self, from: &PeerName, lane: LaneId) -> bool;

    /// Where a lane goes on: what is durable of it.
    fn place_of(&self, from: &PeerName, lane: LaneId) -> Option<Position>;

    /// Whether there is room for a message of this number; if not, it is sent again later.
    fn has_room(&self, from: &PeerName, lane: LaneId, sequence: u64) -> bool;

    fn take(&mut self, message: Message, stage: &mut Stage);

    /// What is expected on a lane is lost for good; `offered` is the first that its sender has.
    fn handle_gap(&mut self, offered: u64);
}

/// A message of a lane, taken once.
#[derive(Clone, Debug)]
pub struct Message {
    pub from: Speaker,
    pub lane: LaneId,
    /// The place after it.
    pub place: Position,
    pub bytes: Bytes,
}

/// What a packet came to.
#[derive(Clone, Debug)]
pub enum Heard {
    Done,
    /// A later life of this process has been heard: this one must stop.
    Fenced,
    /// There is a connection now to a life that there was none to.
    Linked(PeerName),
    /// A question or an answer that is none of a lane's.
    Word(PeerName, Word),
}

/// See the module.
#[derive(Debug, Default)]
pub struct Peers {
    peers: BTreeMap<PeerName, Peer>,
}

#[derive(Debug, Default)]
struct Peer {
    /// Whom words go to and come from.
    session: Option<LifeId>,
    fence: Fence,
    lanes_out: BTreeMap<LaneId, LaneOut>,
    lanes_in: BTreeMap<LaneId, Inbox>,
}

#[derive(Debug)]
struct LaneOut {
    outbox: Outbox<Bytes>,
    /// When something was acknowledged, or the lane was opened.
    moved_at: Time,
}

/// A canary's: whoever speaks is taken for the same.
const ANY_INCARNATION: u64 = 1;

impl Peers {
    /// Whether there is a connection.
    pub fn is_linked(&self, name: &PeerName) -> bool {
        self.peers.get(name).is_some_and(|it| it.session.is_some())
    }

    /// Ends all that was done for a process that left.
    pub fn forget(&mut self, name: &PeerName) {
        self.peers.remove(name);
    }

    /// Takes all lanes up anew, as if nothing had come.
    pub fn drop_lanes_in(&mut self) {
        let peers = self.peers.values_mut();
        peers.for_each(|peer| peer.lanes_in.clear());
    }

    pub fn names(&self) -> Vec<PeerName> {
        self.peers.keys().cloned().collect()
    }

    /// Begins a lane to a process, unless there is one.
    pub fn begin_lane(
        &mut self,
        to: &PeerName,
        lane: LaneId,
        begin: impl FnOnce() -> Outbox<Bytes>,
    ) {
        let peer = self.peers.entry(to.clone()).or_default();
        peer.lanes_out.entry(lane).or_insert_with(|| LaneOut {
            outbox: begin(),
            moved_at: 0,
        });
    }

    /// The oldest message that a lane still has, or the next it will have.
    pub fn first_of(&self, to: &PeerName, lane: LaneId) -> Option<u64> {
        let lane = self.peers.get(to)?.lanes_out.get(&lane)?;
        Some(lane.outbox.end() - lane.outbox.len() as u64)
    }

    /// What was acknowledged on all lanes to a process: all before is durable there.
    pub fn unacknowledged(&self, to: &PeerName) -> Option<u64> {
        let lanes = self.peers.get(to)?.lanes_out.values();
        lanes.map(|lane| lane.outbox.unacknowledged()).min()
    }

    /// What a lane expects next.
    pub fn expected(&self, from: &PeerName, lane: LaneId) -> Option<Position> {
        self.peers.get(from)?.lanes_in.get(&lane)?.expected()
    }

    /// The most messages that any lane keeps.
    pub fn outbox_count_max(&self) -> usize {
        let lanes = self.peers.values().flat_map(|it| it.lanes_out.values());
        lanes.map(|lane| lane.outbox.len()).max().unwrap_or(0)
    }

    /// Puts a message on a lane; false if the lane is full.
    pub fn say(
        &mut self,
        own: &Speaker,
        (to, lane): (&PeerName, LaneId),
        bytes: Bytes,
        stage: &mut Stage,
    ) -> bool {
        let Some(peer) = self.peers.get_mut(to) else {
            return false;
        };
        let Some(out) = peer.lanes_out.get_mut(&lane) else {
            return false;
        };
        if out.outbox.len() >= OUTBOX_MAX {
            return false;
        }
        out.outbox.push(bytes);
        out.transmit(own, to, lane, peer.session, stage);
        true
    }

    /// Forgets what a listener that is too far behind did not get: it will find a gap.
    pub fn cut_lane(&mut self, to: &PeerName, lane: LaneId, begin: impl FnOnce() -> Outbox<Bytes>) {
        if let Some(peer) = self.peers.get_mut(to) {
            peer.lanes_out.remove(&lane);
        }
        self.begin_lane(to, lane, begin);
    }

    /// Whether a lane to a process has no room for another message.
    pub fn is_full(&self, to: &PeerName, lane: LaneId) -> bool {
        let lane = self.peers.get(to).and_then(|it| it.lanes_out.get(&lane));
        lane.is_some_and(|lane| lane.outbox.len() >= OUTBOX_MAX)
    }

    /// Tells a process that all before a place on its lane is durable here.
    pub fn acknowledge(
        &mut self,
        own: &Speaker,
        (to, lane): (&PeerName, LaneId),
        place: Position,
        stage: &mut Stage,
    ) {
        let Some(peer) = self.peers.get_mut(to) else {
            return;
        };
        let word = peer
            .lanes_in
            .get_mut(&lane)
            .and_then(|inbox| inbox.acknowledge(place));
        if let (Some(word), Some(life)) = (word, peer.session) {
            stage.send(own, to, life, Word::Acknowledgement(lane, word));
        }
    }

    /// A word for the process at the other end of the connection, if there is one.
    pub fn ask(&self, own: &Speaker, to: &PeerName, word: Word, stage: &mut Stage) {
        if let Some(life) = self.peers.get(to).and_then(|peer| peer.session) {
            stage.send(own, to, life, word);
        }
    }

    /// Greets whoever is new, and opens lanes anew on which nothing moves.
    pub fn tend(&mut self, own: &Speaker, stage: &mut Stage) {
        let entries = stage.registry.entries();
        let others = entries.filter(|(name, _)| **name != own.name);
        let others: Vec<_> = others
            .map(|(name, entry)| (name.clone(), entry.life))
            .collect();
        for (name, life) in others {
            let peer = self.peers.entry(name.clone()).or_default();
            if peer.session != Some(life) {
                stage.send(own, &name, life, Word::Greeting);
            }
        }
        let now = stage.schedule.now();
        for (name, peer) in &mut self.peers {
            let Some(life) = peer.session else { continue };
            for (lane, out) in &mut peer.lanes_out {
                let is_stuck = !out.outbox.is_empty() || out.moved_at == 0;
                if is_stuck && now >= out.moved_at + LANE_PATIENCE {
                    out.open(own, name, *lane, life, stage);
                }
            }
        }
    }

    /// Takes a packet in.
    pub fn handle(
        &mut self,
        own: &Speaker,
        packet: Packet,
        host: &mut impl Host,
        stage: &mut Stage,
    ) -> Heard {
        let Packet { from, word, .. } = packet;
        let is_credulous = stage.canary == Some(Canary::AdmitsStale);
        let peer = self.peers.entry(from.name.clone()).or_default();
        if matches!(word, Word::Stale) {
            // Whoever says it need not be anybody that this life knows.
            return Heard::Fenced;
        }
        if peer.fence.check(from.incarnation).is_err() && !is_credulous {
            stage.occurrences.note(Occurrence::StaleWord);
            stage.send(own, &from.name, from.life, Word::Stale);
            return Heard::Done;
        }
        if matches!(word, Word::Greeting | Word::Greeted) {
            return peer.link(own, &from, &word, stage);
        }
        if peer.session != Some(from.life) && !is_credulous {
            return Heard::Done;
        }
        peer.handle_lane(own, from, word, host, stage)
    }
}

impl Peer {
    fn link(&mut self, own: &Speaker, from: &Speaker, word: &Word, stage: &mut Stage) -> Heard {
        if self.fence.admit(from.incarnation).is_err() {
            return Heard::Done;
        }
        stage.witness.note_greeting(own.life, from);
        if matches!(word, Word::Greeting) {
            stage.send(own, &from.name, from.life, Word::Greeted);
        }
        if self.session == Some(from.life) {
            return Heard::Done;
        }
        self.session = Some(from.life);
        for (lane, out) in &mut self.lanes_out {
            out.open(own, &from.name, *lane, from.life, stage);
        }
        Heard::Linked(from.name.clone())
    }

    fn handle_lane(
        &mut self,
        own: &Speaker,
        from: Speaker,
        word: Word,
        host: &mut impl Host,
        stage: &mut Stage,
    ) -> Heard {
        match word {
            Word::Open(lane, open) => self.handle_open(own, &from, (lane, open), host, stage),
            Word::Message(lane, id, bytes) => {
                self.handle_message(own, from, (lane, id, bytes), host, stage);
            }
            Word::Refused(lane) | Word::Reopen(lane) => {
                if let (Some(out), Some(life)) = (self.lanes_out.get_mut(&lane), self.session) {
                    let is_late = stage.schedule.now() >= out.moved_at + LANE_PATIENCE;
                    if is_late {
                        out.open(own, &from.name, lane, life, stage);
                    }
                }
            }
            Word::Resume(lane, resume) => {
                // A word that was late says nothing any more, and is refused.
                if let Some(out) = self.lanes_out.get_mut(&lane)
                    && out.outbox.on_resume(resume).is_ok()
                {
                    out.moved_at = stage.schedule.now();
                    out.transmit(own, &from.name, lane, self.session, stage);
                }
            }
            Word::Acknowledgement(lane, word) => {
                if let Some(out) = self.lanes_out.get_mut(&lane)
                    && out.outbox.on_acknowledgement(word).is_ok()
                {
                    out.moved_at = stage.schedule.now();
                }
            }
            other => return Heard::Word(from.name, other),
        }
        Heard::Done
    }

    fn handle_open(
        &mut self,
        own: &Speaker,
        from: &Speaker,
        (lane, mut open): (LaneId, Open),
        host: &mut impl Host,
        stage: &mut Stage,
    ) {
        if !host.takes_up(&from.name, lane) {
            return;
        }
        if stage.canary == Some(Canary::AdmitsStale) {
            open.incarnation = ANY_INCARNATION;
        }
        let inbox = self
            .lanes_in
            .entry(lane)
            .or_insert_with(|| Inbox::new(own.incarnation, host.place_of(&from.name, lane)));
        let word = match inbox.on_open(open) {
            Ok(resume) => Word::Resume(lane, resume),
            Err(refusal) => {
                if let OpenRefusal::Gap(gap) = refusal {
                    host.handle_gap(gap.offered);
                }
                Word::Refused(lane)
            }
        };
        stage.send(own, &from.name, from.life, word);
    }

    fn handle_message(
        &mut self,
        own: &Speaker,
        from: Speaker,
        (lane, mut id, bytes): (LaneId, MessageId, Bytes),
        host: &mut impl Host,
        stage: &mut Stage,
    ) {
        let Some(inbox) = self.lanes_in.get_mut(&lane) else {
            stage.send(own, &from.name, from.life, Word::Reopen(lane));
            return;
        };
        if !host.has_room(&from.name, lane, id.sequence) {
            return;
        }
        if stage.canary == Some(Canary::AdmitsStale) {
            id.incarnation = ANY_INCARNATION;
        }
        let is_taken = match inbox.on_message(id) {
            Verdict::Deliver => true,
            Verdict::Duplicate => stage.canary == Some(Canary::ForgetsDedupe),
            Verdict::Stale => false,
            Verdict::Early => {
                stage.send(own, &from.name, from.life, Word::Reopen(lane));
                false
            }
        };
        if is_taken {
            let series = inbox.expected().expect("it is open").series;
            let next = id.sequence + 1;
            stage.witness.note_delivery(own.life, &from);
            let message = Message {
                from,
                lane,
                place: Position { series, next },
                bytes,
            };
            host.take(message, stage);
        }
    }
}

impl LaneOut {
    fn open(
        &mut self,
        own: &Speaker,
        to: &PeerName,
        lane: LaneId,
        life: LifeId,
        stage: &mut Stage,
    ) {
        self.moved_at = stage.schedule.now();
        let open = self.outbox.open();
        stage.send(own, to, life, Word::Open(lane, open));
    }

    fn transmit(
        &mut self,
        own: &Speaker,
        to: &PeerName,
        lane: LaneId,
        session: Option<LifeId>,
        stage: &mut Stage,
    ) {
        let Some(life) = session else { return };
        while let Some((id, bytes)) = self.outbox.next_to_send() {
            let bytes = bytes.clone();
            stage.send(own, to, life, Word::Message(lane, id, bytes));
        }
    }
}
