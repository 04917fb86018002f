//! One shard of a pod and its thread: rings in and out, and the engine's tick between.

use std::{collections::VecDeque, sync::Arc};

use engine::{Command, Dialect, Frame, World, tick_beside};
use link::PeerName;
use pod::{Offered, PodState, ShardState, Station, Ticked, Turn, record::write_given};

use crate::{
    canary::Canary,
    limits::{CHECKPOINT_TICKS, FRAME_RING_MAX, TICKED_RING_MAX},
    pod_life::running::Desk,
    scene::draw_load,
    stage::Stage,
    time::{MS, Time},
    witness::{CommandName, Deed},
};

/// The length of a tick.
const TICK: Time = engine::limits::TICK_MS as Time * MS;
/// How late a tick may be before its time is moved instead of caught up.
const LATE_MAX: Time = 5 * TICK;

/// See the module.
pub struct ShardLife {
    pub world: World,
    pub station: Station,
    /// Frames of siblings and from the relay.
    arriving: VecDeque<Arc<Frame>>,
    /// Ticks for the relay.
    pub done: VecDeque<Ticked>,
    /// The commands of edges that wait in the station, in order.
    waiting: VecDeque<CommandName>,
    due_at: Time,
    turn: Turn,
}

/// What a turn came to.
pub enum Turned {
    Ticked(Arc<Frame>),
    /// To be turned again at a time.
    Early(Time),
    /// To be turned again when something comes.
    Waiting,
}

impl ShardLife {
    pub fn new(state: &PodState, shard: &ShardState, now: Time) -> Self {
        let world = shard.world.clone();
        let mut station = Station::new(world.owner, state.tick, state.members.clone());
        for sibling in &state.shards {
            station.handle_frame(sibling.world.frame.clone());
        }
        Self {
            world,
            station,
            arriving: VecDeque::new(),
            done: VecDeque::new(),
            waiting: VecDeque::new(),
            due_at: now,
            turn: Turn::default(),
        }
    }

    /// Whether the relay may hand another frame over; siblings always may, for they are in step.
    pub fn has_room(&self) -> bool {
        self.arriving.len() < FRAME_RING_MAX
    }

    /// A sibling or the relay hands a frame over.
    pub fn give(&mut self, frame: Arc<Frame>) {
        self.arriving.push_back(frame);
    }

    /// Frames that wait in the ring.
    pub fn arriving_count(&self) -> usize {
        self.arriving.len()
    }

    /// An edge's command came.
    pub fn command(&mut self, edge: &PeerName, place: link::reliable::Position, command: Command) {
        self.waiting.push_back(CommandName {
            edge: edge.clone(),
            series: place.series,
            sequence: place.next - 1,
        });
        self.station.handle_command(edge, place, command);
    }

    /// Does a tick, if it may.
    pub fn turn(&mut self, desk: &Desk, stage: &mut Stage) -> Turned {
        while let Some(frame) = self.arriving.pop_front() {
            let offered = self.station.handle_frame(frame);
            if !matches!(offered, Offered::Kept | Offered::Known) {
                stage
                    .witness
                    .fail(format!("a shard's frame is lost: {offered:?}"));
            }
        }
        if self.done.len() >= TICKED_RING_MAX {
            return Turned::Waiting;
        }
        if stage.now() < self.due_at {
            return Turned::Early(self.due_at);
        }
        if stage.random.chance(1, 200) {
            let load = draw_load(&mut stage.random);
            self.station.handle_own(load).expect("there is room");
        }
        if !self.station.poll_turn(&mut self.turn) {
            return Turned::Waiting;
        }
        let frame = self.tick(desk, stage);
        self.due_at = (self.due_at + TICK).max(stage.now().saturating_sub(LATE_MAX));
        Turned::Ticked(frame)
    }

    fn tick(&mut self, desk: &Desk, stage: &mut Stage) -> Arc<Frame> {
        let Turn {
            commands,
            siblings,
            places,
            record,
        } = &mut self.turn;
        match stage.canary {
            Some(Canary::AppliesHandoffTwice) => siblings.iter_mut().for_each(double_handoffs),
            Some(Canary::LosesForwarded) => siblings.iter_mut().for_each(lose_forwarded),
            Some(Canary::LosesHandoff) => siblings.iter_mut().for_each(lose_handoff),
            Some(Canary::MishearsDialect) => siblings.iter_mut().for_each(mishear_dialect),
            _ => {}
        }
        let read = siblings.clone();
        let frame = tick_beside(&mut self.world, commands, siblings, |_| {});
        if stage.canary == Some(Canary::KeepsOnlyTaken) {
            record.clear();
            write_given(frame.source.shard, places, commands, record);
        }
        let deed = Deed {
            // A copy, for the world uses its frames again.
            frame: Arc::new(Frame::clone(&frame)),
            taken: commands.clone(),
            commands: self.waiting.drain(..).collect(),
            series: desk.series,
        };
        stage.witness.note_deed(desk.life, &read, deed);
        self.station.handle_frame(frame.clone());
        let is_checkpoint_due = frame.tick.is_multiple_of(CHECKPOINT_TICKS);
        self.done.push_back(Ticked {
            frame: frame.clone(),
            places: std::mem::take(places),
            record: std::mem::take(record),
            world: is_checkpoint_due.then(|| Box::new(self.world.clone())),
        });
        frame
    }
}

/// A canary's: who crosses is named twice.
fn double_handoffs(frame: &mut Arc<Frame>) {
    if !frame.handoffs.bodies.is_empty() {
        let mut doubled = Frame::clone(frame);
        let again = doubled.handoffs.bodies.clone();
        doubled.handoffs.bodies.extend(again);
        *frame = Arc::new(doubled);
    }
}

/// A canary's: one who crosses never comes.
fn lose_handoff(frame: &mut Arc<Frame>) {
    if !frame.handoffs.bodies.is_empty() {
        let mut fewer = Frame::clone(frame);
        fewer.handoffs.bodies.pop();
        *frame = Arc::new(fewer);
    }
}

/// A canary's: the world speaks as it did.
fn mishear_dialect(frame: &mut Arc<Frame>) {
    if frame.dialect > Dialect::OLDEST {
        let mut misheard = Frame::clone(frame);
        misheard.dialect = Dialect::OLDEST;
        *frame = Arc::new(misheard);
    }
}

/// A canary's: what is sent on never comes.
fn lose_forwarded(frame: &mut Arc<Frame>) {
    if !frame.forwarded.is_empty() {
        let mut fewer = Frame::clone(frame);
        fewer.forwarded.clear();
        *frame = Arc::new(fewer);
    }
}
