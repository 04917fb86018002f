//! What a frame means for each client: the Welcome, snapshots and events, appearances, terrain, and
//! the news. What is the same for all is made once in [`Hub::begin_frame`].

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use engine::{
    BodyId, Command, Frame, PlayerState,
    generate::layout::{WORLD_EDGE, WORLD_HEIGHT},
    limits::TICK_RATE_HZ,
};
use protocol::{
    Encode, Encoder, Kind, header,
    session::{Appearances, CloseReason, Overload, Welcome},
};
use spatial::terrain::diff_bricks;
use world::{EdgePort, Steps};

use crate::{
    Bounds,
    counters::{Cause, Counters, add},
    hub::{
        Hub,
        bodies::RosterChanges,
        chat::Chat,
        client::Client,
        columns::Column,
        drops::{DropsTeller, DropsTold},
        inputs::InputGate,
        news::{self, Happenings, News},
        player,
        population::name,
        terrain::{ColumnCache, Reach, TickEdits},
    },
    interest::{Interest, View, own_state, policy::staleness_ticks_promised},
    limits,
    overload::{Told, rate_permille, slowing_of},
    session::{Ending, outbox::TooSlow},
    work::{Part, Queue, Stopwatch, Work},
};

/// The unit of a tick's cost on the wire: 1/16 ms.
const TICK_COST_US: u128 = 1_000 / 16;

/// What all clients of an edge share in telling a frame.
pub struct Teller {
    bounds: Bounds,
    encoder: Encoder,
    interest: Interest,
    /// The simulation's time for the last tick, in 1/16 ms; 255 is that or more.
    tick_cost: u8,
    steps: Steps,
    /// How fast the world runs, in thousandths of real time.
    rate_permille: u16,
    news: News,
    happenings: Happenings,
    roster: RosterChanges,
    drops: DropsTeller,
    columns: ColumnCache,
    /// Columns that changed in a way that edits do not tell, in the frames under way.
    columns_changed: Vec<Column>,
    edits: Vec<TickEdits>,
    /// Terrain bytes that may still be handed out in this tick, to all clients together.
    terrain_bytes_left: usize,
}

impl Teller {
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            encoder: Encoder::new(),
            interest: Interest::new(),
            tick_cost: 0,
            steps: Steps::default(),
            rate_permille: 1_000,
            news: News::new(),
            happenings: Happenings::default(),
            roster: RosterChanges::default(),
            drops: DropsTeller::default(),
            columns: ColumnCache::new(),
            columns_changed: Vec::new(),
            edits: Vec::new(),
            terrain_bytes_left: 0,
        }
    }

    pub fn roster(&self) -> &RosterChanges {
        &self.roster
    }

    pub fn set_steps(&mut self, steps: Steps) {
        self.steps = steps;
        self.interest.set_slowing(slowing_of(steps));
    }

    /// Gets ready for the frames after this tick.
    fn begin(&mut self, tick: u32) {
        self.happenings.begin(tick);
        self.columns_changed.clear();
        self.edits.clear();
        self.terrain_bytes_left = limits::TERRAIN_BYTES_PER_TICK_ALL;
    }

    /// Takes in one frame; several may come at once when this edge was late.
    fn take(&mut self, last: &Frame, frame: &Frame) {
        self.happenings.gather(frame);
        if !frame.edits.is_empty() {
            self.edits
                .push(self.columns.change(frame.tick, &frame.edits));
        }
        if frame.tick != last.tick + 1 {
            self.take_over_gap(last, frame);
        }
        for column in frame.loaded.iter().filter_map(|cell| Column::of(*cell)) {
            self.change_whole(column);
        }
    }

    fn change_whole(&mut self, column: Column) {
        self.columns.invalidate(column);
        // The cells of a column come one behind the other.
        if self.columns_changed.last() != Some(&column) {
            self.columns_changed.push(column);
        }
    }

    /// Frames were skipped: what differs between the two terrains goes out whole.
    fn take_over_gap(&mut self, last: &Frame, frame: &Frame) {
        diff_bricks(&last.terrain, &frame.terrain, |change| {
            if let Some(column) = Column::of(change.cell) {
                self.change_whole(column);
            }
        });
    }
}

impl Hub {
    /// Takes the waiting frames in and makes what all clients share; false if none waits.
    pub fn begin_frame(&mut self, work: &Work) -> bool {
        self.send_retries();
        work.depth(Queue::Retries, self.retries.len());
        work.depth(Queue::Frames, self.port.frames_waiting());
        self.teller.begin(self.frame.tick);
        let mut is_new = false;
        for _ in 0..limits::FRAMES_PER_WAKE_MAX {
            let Some(frame) = self.port.frame() else {
                break;
            };
            if is_new {
                self.teller.interest.skip_tick(&self.frame);
            }
            self.teller.take(&self.frame, &frame);
            self.frame = frame;
            is_new = true;
        }
        if is_new {
            self.slot_first = (self.slot_first + 1) % self.slots.len().max(1);
            let tick_cost = self.port.tick_duration().as_micros() / TICK_COST_US;
            self.teller.tick_cost = tick_cost.min(255) as u8;
            self.teller.rate_permille = rate_permille(self.port.tick_period()) as u16;
            self.teller.interest.begin_tick(&self.frame);
            self.teller.news.update(&self.frame);
            self.teller.roster.update(&self.frame.roster);
            self.teller.drops.begin();
            self.heed_notices();
            self.heed_expulsions();
        }
        is_new
    }

    /// Slots there are, taken or free; what [`Self::tell`] goes over.
    pub fn slots_count(&self) -> usize {
        self.slots.len()
    }

    /// Tells the newest frame to the clients in these slots, counted from another first one in every
    /// frame. Who cannot keep up is ended.
    pub fn tell(&mut self, slots: Range<usize>, work: &Work) {
        let count = self.slots.len();
        let frame = self.frame.clone();
        for place in slots.start..slots.end.min(count) {
            let slot = (self.slot_first + place) % count;
            let Some(client) = &mut self.slots[slot].client else {
                continue;
            };
            let mut telling = Telling {
                teller: &mut self.teller,
                chat: &self.chat,
                frame: &frame,
                counters: &self.counters,
                work,
                slot,
            };
            if telling.tell(client, work.stopwatch(place)).is_err() {
                give_up(client, &self.counters);
            }
            speak_for(client, frame.tick, &mut self.port);
        }
    }
}

/// How far land may be sent, in columns, with so much left in the edge's pot for this tick.
fn reach(bytes_left: usize) -> Reach {
    match bytes_left {
        0 => Reach::Nothing,
        bytes_left if bytes_left <= limits::TERRAIN_BYTES_PER_TICK_ALL / 2 => Reach::Near,
        _ => Reach::All,
    }
}

/// A client's own player, once this connection speaks for it. One that did and does no more is ended.
fn own_player<'a>(frame: &'a Frame, client: &Client) -> Option<&'a PlayerState> {
    let player = player(frame, client.session);
    let own = player.filter(|player| player.attachment == client.attachment);
    if own.is_none() && client.body.is_some() {
        client.end.end(match player {
            Some(_) => Ending::replaced(),
            None => gone(),
        });
    }
    own
}

/// Its body left the world without a word of its own: the client may come in anew.
fn gone() -> Ending {
    let text = "Your fighter left the battle. You come in anew.";
    Ending::closed(CloseReason::None, text)
}

fn give_up(client: &Client, counters: &Arc<Counters>) {
    let text = "Your connection is too slow to follow the battle.";
    if client.end.end(Ending::closed(CloseReason::None, text)) {
        counters.drop_one(Cause::SlowClient);
    }
}

/// Now and then tells the shard that a client is still there, whether it does anything or not. When the
/// ring is full the next tick is soon enough.
fn speak_for(client: &mut Client, tick: u32, port: &mut EdgePort) {
    let is_due = tick.saturating_sub(client.present_at_tick) >= limits::PRESENT_TICKS;
    if client.body.is_none() || !is_due {
        return;
    }
    let present = Command::Present {
        session: client.session,
        attachment: client.attachment,
    };
    if port.send(present).is_ok() {
        client.present_at_tick = tick;
    }
}

/// One frame on its way to one client.
struct Telling<'a> {
    teller: &'a mut Teller,
    chat: &'a Chat,
    frame: &'a Frame,
    counters: &'a Counters,
    work: &'a Work,
    /// The client's.
    slot: usize,
}

impl Telling<'_> {
    fn tell(&mut self, client: &mut Client, mut watch: Stopwatch) -> Result<(), TooSlow> {
        let Some(player) = own_player(self.frame, client) else {
            return Ok(());
        };
        if client.body != Some(player.body) {
            self.welcome(client, player)?;
        }
        let budget_max = self.teller.bounds.budget_bytes_per_second_max();
        client.apply_settings(self.frame.tick, budget_max);
        self.tell_overload(client)?;
        let waiting_count = player.input_queue_count;
        client
            .inputs
            .heard(self.frame.tick, player.input_sequence, waiting_count);
        self.tell_news(client, player)?;
        self.tell_drops(client, player)?;
        watch.lap(Part::Control);
        self.tell_snapshot(client, player);
        watch.lap(Part::Interest);
        self.tell_appearances(client)?;
        watch.lap(Part::Control);
        self.tell_terrain(client, player);
        watch.lap(Part::Terrain);
        Ok(())
    }

    /// You are in; and how things stand.
    fn welcome(&mut self, client: &mut Client, player: &PlayerState) -> Result<(), TooSlow> {
        // What admission saw may be older: the world knows who was there before.
        let is_resumed = player.attachments_count > 1;
        let counter = match is_resumed {
            true => &self.counters.resumed,
            false => &self.counters.joined,
        };
        add(counter, 1);
        client.body = Some(player.body);
        client.present_at_tick = self.frame.tick;
        client.inputs = InputGate::new(self.frame.tick, player.input_sequence);
        client.kills_told_tick = self.frame.tick;
        client.drops = DropsTold::default();
        client.bodies_capacity = self.bodies_capacity();
        let staleness_ticks_max = self.staleness_ticks_max(client);
        client.overload = Told::welcome(staleness_ticks_max, self.frame.tick);
        let welcome = Welcome {
            protocol_version: protocol::VERSION,
            resume_token: client.token.clone(),
            resume_seconds: limits::RESUME_GRACE.as_secs() as u16,
            body: player.body.0,
            name: name(self.frame, player).unwrap_or_default().to_owned(),
            house: player.house as u8,
            tick: self.frame.tick,
            tick_rate_hz: TICK_RATE_HZ as u8,
            world_edge_blocks: WORLD_EDGE as u16,
            world_height_blocks: WORLD_HEIGHT as u16,
            staleness_ticks_max,
            budget_bytes_per_second: client.wishes.budget_bytes_per_second,
            view_distance_blocks: client.wishes.view_distance_blocks,
            resumed: is_resumed,
        };
        self.control(client, &welcome)?;
        client.see(player.body.index());
        client.outbox.control(self.teller.news.battle.message())?;
        client.outbox.control(self.teller.news.density.message())?;
        client
            .outbox
            .control(self.teller.news.scoreboard.message())?;
        let recent = self.chat.recent(player.house as u8);
        let removed = self.chat.removed().filter(|_| is_resumed);
        let recent = recent.chain(removed);
        let mut recent = recent.chain(self.chat.groups(client.session));
        recent.try_for_each(|words| client.outbox.control(words.clone()))
    }

    /// Bodies there may be while this client plays: those that are no players, and all players.
    fn bodies_capacity(&self) -> usize {
        let soldiers = self.frame.bodies.id.len() - self.frame.players.len();
        soldiers + self.teller.bounds.sessions_max()
    }

    /// What a client is promised as things stand.
    fn staleness_ticks_max(&self, client: &Client) -> u16 {
        staleness_ticks_promised(
            slowing_of(self.teller.steps),
            client.wishes.budget_bytes_per_second,
            client.bodies_capacity,
        )
    }

    fn tell_overload(&mut self, client: &mut Client) -> Result<(), TooSlow> {
        let wanted = Overload {
            steps: self.teller.steps.bits(),
            rate_permille: self.teller.rate_permille,
            staleness_ticks_max: self.staleness_ticks_max(client),
        };
        let news = client.overload.news(wanted, self.frame.tick);
        news.map_or(Ok(()), |overload| self.control(client, &overload))
    }

    fn tell_news(&mut self, client: &mut Client, player: &PlayerState) -> Result<(), TooSlow> {
        let news = &self.teller.news;
        let fresh = [
            news.battle.fresh(),
            news.density.fresh(),
            news.scoreboard.fresh(),
        ];
        for message in fresh.into_iter().flatten() {
            client.outbox.control(message)?;
        }
        let happenings = &self.teller.happenings;
        let tick = self.frame.tick;
        let place = player.motion.position;
        let kills = happenings.kills_due(client.kills_told_tick, tick, player.body, place);
        let refusals = happenings.refusals_of(client.session);
        let found = happenings.found_by(client.session);
        if let Some(kills) = kills {
            client.kills_told_tick = tick;
            for kill in &kills.rows {
                client.see(BodyId(kill.target).index());
                client.see(BodyId(kill.killer).index());
            }
            self.control(client, &kills)?;
        }
        if let Some(found) = found {
            self.control(client, &found)?;
        }
        refusals.map_or(Ok(()), |refusals| self.control(client, &refusals))
    }

    /// What lies near the player for the taking.
    fn tell_drops(&mut self, client: &mut Client, player: &PlayerState) -> Result<(), TooSlow> {
        let Teller { drops, encoder, .. } = &mut *self.teller;
        let news = drops.news(self.slot, &mut client.drops, self.frame, player);
        let message = news.map(|drops| Bytes::copy_from_slice(encoder.stream(drops)));
        message.map_or(Ok(()), |message| client.outbox.control(message))
    }

    /// Bodies and events around the player, within its budget.
    fn tell_snapshot(&mut self, client: &mut Client, player: &PlayerState) {
        let own = own_state(player, self.teller.tick_cost);
        let view = View {
            body: player.body,
            position: player.motion.position,
            yaw: client.yaw(player.motion.yaw, self.frame.tick),
            own: Some(&own),
            datagram_bytes: client.outbox.datagram_bytes_max(),
        };
        let Client {
            interest,
            outbox,
            datagram_count,
            ..
        } = client;
        let (mut count, mut bytes_count) = (0, 0);
        self.teller.interest.fill(interest, &view, |message| {
            count += 1;
            bytes_count += message.len() as u64;
            *datagram_count = datagram_count.wrapping_add(1);
            header::set_number(message, *datagram_count);
            outbox.datagram(message);
        });
        add(&self.work.datagrams, count);
        add(&self.work.datagram_bytes, bytes_count);
        for index in self.teller.interest.bodies_told() {
            client.see(index);
        }
    }

    /// The looks of bodies seen for the first time and of those that look otherwise than it was told, and
    /// which of those told are gone.
    fn tell_appearances(&mut self, client: &mut Client) -> Result<(), TooSlow> {
        let roster = &self.teller.roster;
        roster
            .dressed
            .iter()
            .for_each(|id| client.see_again(id.index()));
        if client.seen.is_empty() && roster.gone.is_empty() {
            return Ok(());
        }
        let gone: Vec<BodyId> = self
            .teller
            .roster
            .gone
            .iter()
            .copied()
            .filter(|id| client.told.remove(id.index()))
            .collect();
        let seen = std::mem::take(&mut client.seen);
        let looks = seen
            .iter()
            .filter_map(|index| self.frame.roster.appearances.get(*index as usize)?.as_ref())
            .map(news::wire_appearance)
            .collect::<Vec<_>>();
        let gone = gone.iter().map(|id| id.0).collect::<Vec<_>>();
        let rows_max = protocol::limits::APPEARANCES_MAX;
        let mut gone_parts = gone.chunks(rows_max);
        let mut look_parts = looks.chunks(rows_max);
        loop {
            let message = match (look_parts.next(), gone_parts.next()) {
                (None, None) => return Ok(()),
                (rows, gone) => Appearances {
                    rows: rows.unwrap_or_default().to_vec(),
                    gone: gone.unwrap_or_default().to_vec(),
                },
            };
            self.control(client, &message)?;
        }
    }

    /// Edits at once, then land as far as the client's and the edge's budgets for the tick go.
    fn tell_terrain(&mut self, client: &mut Client, player: &PlayerState) {
        let teller = &mut *self.teller;
        let view = &mut client.terrain;
        view.set_centre(player.motion.position.cell());
        for column in &teller.columns_changed {
            view.changed_whole(*column);
        }
        if self.frame.tick.is_multiple_of(limits::LOOK_AGAIN_TICKS) {
            view.look_again();
        }
        let mut bytes_left = limits::TERRAIN_BYTES_PER_TICK;
        for edits in &teller.edits {
            if !client.outbox.has_terrain_room() {
                view.keep(edits);
            } else if let Some(message) = view.change(edits) {
                bytes_left = bytes_left.saturating_sub(message.len());
                client.outbox.terrain(message);
            }
        }
        while bytes_left > 0 && client.outbox.has_terrain_room() {
            let pot = teller.terrain_bytes_left;
            let messages = match view.next_edits(&mut teller.columns) {
                Some(message) => vec![message],
                None => view.next(&mut teller.columns, &self.frame.terrain, reach(pot)),
            };
            if messages.is_empty() {
                let told = view.next_told(&mut teller.columns, self.frame.tick);
                told.into_iter().for_each(|it| client.outbox.terrain(it));
                return;
            }
            for message in messages {
                let bytes_count = message.len();
                bytes_left = bytes_left.saturating_sub(bytes_count);
                if message[0] != Kind::Edits as u8 {
                    teller.terrain_bytes_left =
                        teller.terrain_bytes_left.saturating_sub(bytes_count);
                }
                client.outbox.terrain(message);
            }
        }
    }

    fn control(&mut self, client: &Client, message: &impl Encode) -> Result<(), TooSlow> {
        let bytes = Bytes::copy_from_slice(self.teller.encoder.stream(message));
        client.outbox.control(bytes)
    }
}
