//! The heart of one edge thread: its clients, its end of the rings, and what every frame means for
//! each of them. Single-threaded; nothing in it waits.

pub mod bodies;
pub mod client;
pub mod columns;
pub mod news;
pub mod tell;
pub mod terrain;

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use engine::{Command, Frame, PlayerInput, PlayerState, SessionId};
use protocol::{
    Encoder,
    session::CloseReason,
    up::{Hello, Settings},
};
use world::EdgePort;

use crate::{
    counters::{Cause, Counters},
    hub::{
        client::{Camera, Client, EndSignal, Wishes},
        tell::Teller,
    },
    limits,
    registry::Admission,
    session::{Ending, Goodbye, Outbox},
};

/// Names a client of this edge; the generation tells it from an earlier one in the same slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientId {
    slot: usize,
    generation: u32,
}

struct Slot {
    generation: u32,
    client: Option<Client>,
}

/// See the module.
pub struct Hub {
    port: EdgePort,
    counters: Arc<Counters>,
    slots: Vec<Slot>,
    slots_free: Vec<usize>,
    /// Joins and leaves that found the ring full, to be tried again. At most one of each for every
    /// session there can be.
    retries: VecDeque<Command>,
    frame: Arc<Frame>,
    encoder: Encoder,
    teller: Teller,
    budget_bytes_per_second_max: u32,
}

impl Hub {
    pub fn new(port: EdgePort, counters: Arc<Counters>, budget_bytes_per_second_max: u32) -> Self {
        Self {
            port,
            counters,
            slots: Vec::new(),
            slots_free: Vec::new(),
            retries: VecDeque::new(),
            frame: Arc::default(),
            encoder: Encoder::new(),
            teller: Teller::new(),
            budget_bytes_per_second_max,
        }
    }

    /// Seats an admitted client and asks the shard for its body.
    pub fn enter(&mut self, admission: &Admission, hello: &Hello, outbox: Outbox) -> ClientId {
        let wishes = Wishes::of_hello(hello, self.budget_bytes_per_second_max);
        let client = Client::new(admission, hello, wishes, outbox);
        let has_body = player(&self.frame, client.session).is_some();
        if !has_body {
            self.send_surely(Command::Join {
                session: client.session,
                name: client.name.clone(),
                house: client.house_wished,
            });
        }
        let slot = self.slots_free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                generation: 0,
                client: None,
            });
            self.slots.len() - 1
        });
        self.slots[slot].client = Some(client);
        ClientId {
            slot,
            generation: self.slots[slot].generation,
        }
    }

    /// Forgets a client; its queues end and its connection's task finishes what is in them.
    pub fn leave(&mut self, id: ClientId) {
        if self.client(id).is_some() {
            self.slots[id.slot].client = None;
            self.slots[id.slot].generation += 1;
            self.slots_free.push(id.slot);
        }
    }

    /// Rings when the edge ends this client's session.
    pub fn end_signal(&mut self, id: ClientId) -> EndSignal {
        self.client(id)
            .map(|client| client.end.clone())
            .unwrap_or_default()
    }

    /// Says the last words to a client, behind what it still has to read, and forgets it.
    pub fn say_goodbye(&mut self, id: ClientId, goodbye: &Goodbye) {
        if let Some(client) = self.client(id) {
            // A full queue takes no more words; the connection's own code and reason still tell.
            let _ = client.outbox.control(goodbye.message());
        }
        self.leave(id);
    }

    /// Ends all sessions, because the server stops.
    pub fn end_all(&mut self) {
        let goodbye = Ending::closed(CloseReason::ServerStopping, "The server is stopping.");
        for slot in &self.slots {
            if let Some(client) = &slot.client {
                client.end.end(goodbye.clone());
            }
        }
    }

    /// An input of a client: new ones go to the shard, repeats of lost datagrams' are over. A full
    /// ring drops it and counts it.
    pub fn input(&mut self, id: ClientId, input: PlayerInput) {
        let Some(client) = self.client(id) else {
            return;
        };
        if client.body.is_none() || input.sequence <= client.input_sequence {
            return;
        }
        let (session, sequence) = (client.session, input.sequence);
        match self.port.send(Command::Input { session, input }) {
            Ok(()) => {
                let client = self.client(id).expect("it was there a moment ago");
                client.input_sequence = sequence;
            }
            Err(_) => self.counters.drop_one(Cause::InputRingFull),
        }
    }

    /// Answers a ping at once.
    pub fn pong(&mut self, id: ClientId, nonce: u32) {
        let tick = self.frame.tick;
        let Some(client) = client_of(&mut self.slots, id) else {
            return;
        };
        let pong = protocol::event::Pong { nonce, tick };
        let message = self.encoder.datagram(&pong, client.datagram_number());
        client.outbox.datagram(Bytes::copy_from_slice(message));
    }

    /// Changes a client's wishes; zero leaves one as it is.
    pub fn settings(&mut self, id: ClientId, settings: &Settings) {
        let (budget_max, tick) = (self.budget_bytes_per_second_max, self.frame.tick);
        let Some(client) = self.client(id) else {
            return;
        };
        let wishes = &mut client.wishes;
        if settings.budget_bytes_per_second != 0 {
            let budget = settings.budget_bytes_per_second.min(budget_max);
            wishes.budget_bytes_per_second = budget;
            client.interest.set_budget(budget);
        }
        let view_distance = settings.view_distance_blocks;
        if view_distance != 0 && view_distance != wishes.view_distance_blocks {
            wishes.view_distance_blocks = view_distance;
            client.terrain.set_distance(view_distance);
            client.interest.set_view_distance(view_distance);
        }
        client.camera = Some(Camera {
            yaw: settings.camera_yaw,
            told_at_tick: tick,
        });
    }

    /// A body is to leave the world for good.
    pub fn send_leave(&mut self, session: SessionId) {
        self.send_surely(Command::Leave { session });
    }

    /// Ends the sessions that got no body in time.
    pub fn end_stuck(&mut self, now: Instant) {
        for slot in &self.slots {
            let Some(client) = &slot.client else {
                continue;
            };
            let waited = now.saturating_duration_since(client.entered_at);
            if client.body.is_none() && waited > limits::JOIN_TIMEOUT {
                let text = "The battle has no place for you just now. Try again.";
                client
                    .end
                    .end(Ending::closed(CloseReason::ServerFull, text));
            }
        }
    }

    fn send_surely(&mut self, command: Command) {
        if let Err(command) = self.port.send(command) {
            self.retries.push_back(command);
        }
    }

    fn send_retries(&mut self) {
        while let Some(command) = self.retries.pop_front() {
            if let Err(command) = self.port.send(command) {
                self.retries.push_front(command);
                return;
            }
        }
    }

    fn client(&mut self, id: ClientId) -> Option<&mut Client> {
        client_of(&mut self.slots, id)
    }
}

fn client_of(slots: &mut [Slot], id: ClientId) -> Option<&mut Client> {
    let slot = slots.get_mut(id.slot)?;
    slot.client
        .as_mut()
        .filter(|_| slot.generation == id.generation)
}

/// A session's state in a frame; players are sorted by session.
pub fn player(frame: &Frame, session: SessionId) -> Option<&PlayerState> {
    let players = &frame.players;
    let index = players.binary_search_by_key(&session, |player| player.session);
    index.ok().map(|index| &players[index])
}
