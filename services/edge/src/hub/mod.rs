//! The heart of one edge thread: its clients, its end of the rings, and what every frame means for
//! each of them. Single-threaded; nothing in it waits.

pub mod bodies;
pub mod chat;
pub mod client;
pub mod columns;
#[cfg(feature = "crowd")]
pub mod crowd;
pub mod drops;
pub mod expulsion;
pub mod inputs;
pub mod news;
pub mod population;
pub mod tell;
pub mod terrain;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use ::chat::Manners;
use engine::{Command, Frame, PlayerInput, PlayerState, SessionId};
use protocol::{
    Encoder,
    session::CloseReason,
    up::{Hello, Settings},
};
use tokio::sync::mpsc;
use world::{EdgePort, Steps};

use crate::{
    Bounds,
    chat_exchange::ChatEnd,
    counters::{Cause, Counters},
    hub::{
        chat::Chat,
        client::{Client, EndSignal, Wishes},
        population::Population,
        tell::Teller,
    },
    limits,
    registry::Admission,
    session::{Ending, Goodbye, Outbox},
    work::{Queue, Work},
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
    /// connection there can be.
    retries: VecDeque<Command>,
    frame: Arc<Frame>,
    encoder: Encoder,
    teller: Teller,
    chat: Chat,
    /// Accounts that services want gone.
    expulsions: mpsc::Receiver<u64>,
    /// The first slot to be told of the next frame, so that none is always served first.
    slot_first: usize,
    bounds: Bounds,
}

impl Hub {
    pub fn new(
        port: EdgePort,
        (chat_end, expulsions): (ChatEnd, mpsc::Receiver<u64>),
        counters: Arc<Counters>,
        bounds: Bounds,
    ) -> Self {
        Self {
            port,
            expulsions,
            counters,
            slots: Vec::new(),
            slots_free: Vec::new(),
            retries: VecDeque::new(),
            frame: Arc::default(),
            encoder: Encoder::new(),
            teller: Teller::new(bounds.clone()),
            chat: Chat::new(chat_end),
            slot_first: 0,
            bounds,
        }
    }

    /// The time from frame to frame.
    pub fn tick_period(&self) -> Duration {
        self.port.tick_period()
    }

    /// Which steps of overload hold for its clients from the next frame on.
    pub fn set_steps(&mut self, steps: Steps) {
        self.teller.set_steps(steps);
    }

    /// Notes how full the fullest queues to clients are; a second's work, not a frame's.
    pub fn note_depths(&self, work: &Work) {
        let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        let [control, terrain] = clients
            .map(|client| client.outbox.waiting_counts())
            .fold([0; 2], |deepest, counts| {
                [0, 1].map(|at| counts[at].max(deepest[at]))
            });
        work.depth(Queue::Control, control);
        work.depth(Queue::Terrain, terrain);
    }

    /// Who is in the battle, as the newest frame has it.
    pub fn population(&self) -> Population<'_> {
        Population::new(&self.frame, self.teller.roster())
    }

    /// Seats an admitted client and asks the shard for its body, or for it to be the one that speaks
    /// for the body that is there. An elder connection of the session at this edge ends at once, one
    /// at another edge as soon as that sees the newer one in a frame.
    pub fn enter(&mut self, admission: &Admission, hello: &Hello, outbox: Outbox) -> ClientId {
        self.end_session(admission.session, &Ending::replaced());
        let wishes = Wishes::of_hello(hello, self.bounds.budget_bytes_per_second_max());
        let mut client = Client::new(admission, hello, wishes, outbox);
        client.manners = self.manners_of(client.account);
        // Also for one who comes back: the shard then counts its inputs anew.
        self.send_surely(Command::Join {
            session: client.session,
            attachment: client.attachment,
            name: admission.name.clone(),
            house: client.house_wished,
        });
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

    /// How much an account said lately, here or before it left.
    fn manners_of(&mut self, account: u64) -> Manners {
        let mut clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        let here = clients.find(|client| client.account == account);
        let here = here.map(|client| client.manners);
        here.unwrap_or_else(|| self.chat.returning(account))
    }

    /// Forgets a client; its queues end and its connection's task finishes what is in them.
    pub fn leave(&mut self, id: ClientId) {
        if self.client(id).is_some() {
            let client = self.slots[id.slot].client.take();
            self.chat.part(client.as_ref());
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

    /// Ends all sessions with the same words.
    pub fn end_all(&mut self, goodbye: &Ending) {
        for slot in &self.slots {
            if let Some(client) = &slot.client {
                client.end.end(goodbye.clone());
            }
        }
    }

    /// Ends the connection that holds a session at this edge, if there is one.
    fn end_session(&mut self, session: SessionId, ending: &Ending) {
        let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        for client in clients.filter(|client| client.session == session) {
            client.end.end(ending.clone());
        }
    }

    /// An input of a client: new ones go to the shard, repeats that heal losses are over. A full ring
    /// drops it and counts it.
    pub fn input(&mut self, id: ClientId, input: PlayerInput) {
        let Some(client) = self.client(id) else {
            return;
        };
        if client.body.is_none() || !client.inputs.is_new(input.sequence) {
            return;
        }
        let sequence = input.sequence;
        let command = Command::Input {
            session: client.session,
            attachment: client.attachment,
            input,
        };
        match self.port.send(command) {
            Ok(()) => {
                let client = self.client(id).expect("it was there a moment ago");
                client.inputs.sent(sequence);
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
        client.outbox.datagram(message);
    }

    /// A client's new wishes; the newest hold from one of the next ticks on.
    pub fn settings(&mut self, id: ClientId, settings: Settings) {
        if let Some(client) = self.client(id) {
            client.settings_wished = Some(settings);
        }
    }

    /// A client goes for good, and its body with it, unless another connection holds that.
    pub fn send_leave(&mut self, id: ClientId) {
        if let Some(client) = self.client(id) {
            let session = client.session;
            let attachment = client.attachment;
            let state = player(&self.frame, session);
            if state.is_none_or(|state| state.attachment == attachment) {
                self.send_surely(Command::Leave { session });
            }
        }
    }

    /// Ends the sessions that got no body in time.
    pub fn end_stuck(&mut self, now: Instant) {
        for slot in &self.slots {
            let Some(client) = &slot.client else {
                continue;
            };
            let waited = now.saturating_duration_since(client.entered_at);
            if client.body.is_none() && waited > limits::JOIN_TIMEOUT {
                client.end.end(match player(&self.frame, client.session) {
                    Some(_) => Ending::replaced(),
                    None => no_place(),
                });
            }
        }
    }

    fn send_surely(&mut self, command: Command) {
        // Behind those that wait: a Leave must not overtake its Join.
        self.retries.push_back(command);
        self.send_retries();
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

fn no_place() -> Ending {
    let text = "The battle has no place for you just now. Try again.";
    Ending::closed(CloseReason::ServerFull, text)
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
