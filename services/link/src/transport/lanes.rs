//! The lanes to one peer: made by whoever holds a port, found by the streams that the peer opens.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use rtrb::RingBuffer;
use tokio::sync::watch;

use crate::{
    limits::{INBOX_BYTES_MAX, INBOX_COUNT_MAX, LANES_MAX, OUTBOX_BYTES_MAX, OUTBOX_COUNT_MAX},
    mark::Mark,
    reliable::{Inbox, LaneId, Outbox, Position},
    room::Room,
    transport::{
        bell::Switchboard,
        context::Context,
        counters::Statistics,
        lane_in::{LaneIn, Receiving},
        lane_out::{LaneOut, Sender},
        ports::{Fault, Incoming, LaneState, Outgoing, ReliablePort, Wake},
    },
};

/// How a lane begins.
#[derive(Clone)]
pub struct LaneOptions {
    pub lane: LaneId,
    /// Where this side's numbering goes on: the oldest message that it may have to send again. A side
    /// without durable state begins a series that is above all it began before, at any sequence.
    pub send_from: Position,
    /// How far this side's durable state goes in what the peer said; none to take it as it comes.
    pub durable: Option<Position>,
    pub wake: Wake,
}

/// Why there is no port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LaneError {
    /// Its port is held already.
    Taken(LaneId),
    TooMany,
    /// The link was closed.
    Closed,
}

/// See the module.
#[derive(Default)]
pub struct Lanes {
    by_id: Mutex<BTreeMap<LaneId, Lane>>,
    is_closed: AtomicBool,
    /// Counts changes, for those who wait for a lane.
    changes: watch::Sender<u64>,
}

struct Lane {
    incoming: Arc<LaneIn>,
    outgoing_room: Arc<Room>,
    state: Arc<LaneState>,
}

impl Lanes {
    /// A new lane's port, and the task's end of what it sends.
    pub fn open(
        &self,
        context: &Context,
        options: LaneOptions,
    ) -> Result<(ReliablePort, LaneOut), LaneError> {
        let mut by_id = self.by_id.lock().expect("no holder panics");
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(LaneError::Closed);
        }
        if by_id.get(&options.lane).is_some_and(Lane::is_held) {
            return Err(LaneError::Taken(options.lane));
        }
        by_id.retain(|_, lane| lane.is_held());
        if by_id.len() >= LANES_MAX {
            return Err(LaneError::TooMany);
        }
        let state = Arc::new(LaneState::default());
        let (outgoing, lane_out) = outgoing(context, &options, &state);
        let (incoming, lane_in) = incoming(context, &options, &state);
        let lane = Lane {
            incoming: Arc::new(lane_in),
            outgoing_room: outgoing.room.clone(),
            state,
        };
        by_id.insert(options.lane, lane);
        self.changes.send_modify(|count| *count += 1);
        let port = ReliablePort { outgoing, incoming };
        Ok((port, lane_out))
    }

    /// The receiving end of a lane, once somebody holds its port.
    pub async fn incoming(&self, id: LaneId) -> Option<Arc<LaneIn>> {
        let mut changes = self.changes.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(lane) = self.by_id.lock().expect("no holder panics").get(&id)
                && !lane.state.is_incoming_gone.load(Ordering::SeqCst)
            {
                return Some(lane.incoming.clone());
            }
            changes.changed().await.ok()?;
        }
    }

    /// Ends all lanes: the peer has said that this process must stop.
    pub fn fail(&self, fault: Fault) {
        // Woken threads may come back for a lane: not while they are held.
        let by_id = self.by_id.lock().expect("no holder panics");
        let lanes: Vec<_> = by_id.values().map(|lane| lane.incoming.clone()).collect();
        drop(by_id);
        for lane in lanes {
            lane.fail(fault);
        }
    }

    /// Ends all lanes: the link is closed.
    pub fn close(&self) {
        let mut by_id = self.by_id.lock().expect("no holder panics");
        self.is_closed.store(true, Ordering::SeqCst);
        let lanes = std::mem::take(&mut *by_id);
        drop(by_id);
        for lane in lanes.into_values() {
            let wake = lane.incoming.wake.clone();
            // Its ring then has no other end, which its thread sees when it is woken.
            drop(lane);
            wake();
        }
    }

    /// Fills in what waits on all lanes.
    pub fn measure(&self, statistics: &mut Statistics) {
        for lane in self.by_id.lock().expect("no holder panics").values() {
            statistics.outbox_messages += lane.outgoing_room.count_used() as u64;
            statistics.outbox_bytes += lane.outgoing_room.bytes_used() as u64;
            statistics.inbox_messages += lane.incoming.room.count_used() as u64;
            statistics.inbox_bytes += lane.incoming.room.bytes_used() as u64;
        }
    }
}

impl Lane {
    fn is_held(&self) -> bool {
        let is_gone = self.state.is_outgoing_gone.load(Ordering::SeqCst)
            && self.state.is_incoming_gone.load(Ordering::SeqCst);
        !is_gone
    }
}

fn outgoing(
    context: &Context,
    options: &LaneOptions,
    state: &Arc<LaneState>,
) -> (Outgoing, LaneOut) {
    let (ring_in, ring_out) = RingBuffer::new(OUTBOX_COUNT_MAX);
    let line = context.board.line();
    let start = options.send_from;
    state.unacknowledged.store(start.next, Ordering::Release);
    let outgoing = Outgoing {
        ring: ring_in,
        room: Room::new(OUTBOX_BYTES_MAX, OUTBOX_COUNT_MAX),
        end: start.next,
        state: state.clone(),
        line: line.clone(),
    };
    let sender = Sender {
        lane: options.lane,
        outbox: Mutex::new(Outbox::new(context.incarnation, start)),
        state: state.clone(),
        line,
        wake: options.wake.clone(),
    };
    let lane_out = LaneOut {
        ring: ring_out,
        sender,
    };
    (outgoing, lane_out)
}

fn incoming(
    context: &Context,
    options: &LaneOptions,
    state: &Arc<LaneState>,
) -> (Incoming, LaneIn) {
    let (ring_in, ring_out) = RingBuffer::new(INBOX_COUNT_MAX);
    let board: &Switchboard = &context.board;
    let (acknowledgements, space) = (board.line(), board.line());
    let durable = Arc::new(Mark::default());
    let room = Room::new(INBOX_BYTES_MAX, INBOX_COUNT_MAX);
    let incoming = Incoming {
        ring: ring_out,
        room: room.clone(),
        state: state.clone(),
        taken: None,
        durable: durable.clone(),
        acknowledgements: acknowledgements.clone(),
        space: space.clone(),
    };
    let inbox = Inbox::new(context.incarnation, options.durable);
    let lane_in = LaneIn {
        lane: options.lane,
        inbox: Mutex::new(inbox),
        receiving: tokio::sync::Mutex::new(Receiving { ring: ring_in }),
        room,
        durable,
        state: state.clone(),
        acknowledgements,
        space,
        wake: options.wake.clone(),
    };
    (incoming, lane_in)
}

impl fmt::Display for LaneError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Taken(lane) => write!(formatter, "lane {} is held already", lane.0),
            Self::TooMany => write!(formatter, "more than {LANES_MAX} lanes to one peer"),
            Self::Closed => formatter.write_str("the link was closed"),
        }
    }
}

impl std::error::Error for LaneError {}
