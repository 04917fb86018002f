//! An edge with clients that are only queues, for the bench of what a said message costs. Only with the feature
//! `crowd`.

use std::sync::Arc;

use bytes::Bytes;
use engine::{Appearance, Attachment, BodyId, Frame, House, PlayerState, Roster, SessionId, Worn};
use protocol::up::{Hello, UpMessage};
use spatial::partition::Owner;
use tokio::sync::mpsc;
use world::Ports;

use crate::{
    Bounds, ChatService, chat_exchange,
    counters::Counters,
    hub::{ClientId, Hub, client_of},
    limits,
    registry::Admission,
    session::{Datagrams, Lane, Outbox},
};

/// See the module.
pub struct Crowd {
    hub: Hub,
    clients: Vec<ClientId>,
    /// Where each client's messages wait.
    queues: Vec<mpsc::Receiver<Bytes>>,
    /// The other ends of the clients' other queues and of the edge's rings.
    _ends: Vec<mpsc::Receiver<Bytes>>,
    _ports: Ports,
}

impl Crowd {
    /// So many players of one house, who stand in one place.
    pub fn new(count: usize) -> Self {
        let mut ports = world::connect(&[Owner::default()], 0, vec![Arc::new(|| ())]);
        let counters = Arc::new(Counters::default());
        let (mut ends, _) = chat_exchange::connect(1, &ChatService::default(), &counters);
        let port = ports.edges.pop().expect("one was asked for");
        let end = ends.pop().expect("one was asked for");
        let bounds = Bounds::new(count, protocol::limits::BUDGET_BYTES_PER_SECOND_MAX);
        // Nobody is sent away.
        let (_, expulsions) = mpsc::channel(1);
        let mut crowd = Self {
            hub: Hub::new(port, (end, expulsions), counters, bounds),
            clients: Vec::new(),
            queues: Vec::new(),
            _ends: Vec::new(),
            _ports: ports,
        };
        crowd.hub.frame = Arc::new(frame(count));
        (0..count).for_each(|number| crowd.enter(number));
        crowd
    }

    fn enter(&mut self, number: usize) {
        let (control, queue) = Lane::queue(limits::CONTROL_QUEUE_MAX);
        let (terrain, terrain_end) = Lane::queue(limits::TERRAIN_QUEUE_MAX);
        let (datagrams, datagrams_end) = mpsc::channel(limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let datagrams = Datagrams::Socket(datagrams);
        let outbox = Outbox::new((control, terrain), datagrams, self.hub.counters.clone());
        let session = session(number);
        let admission = Admission {
            session,
            account: session.0,
            attachment: Attachment(1),
            token: String::new(),
            name: name(number),
        };
        let id = self.hub.enter(&admission, &Hello::default(), outbox);
        let client = client_of(&mut self.hub.slots, id).expect("it came in");
        client.body = Some(body(number));
        self.clients.push(id);
        self.queues.push(queue);
        self._ends.extend([terrain_end, datagrams_end]);
    }

    /// What the edge does with a message of this client, from its bytes to those in all clients' queues.
    pub fn say(&mut self, client: usize, message: &[u8]) {
        match UpMessage::decode(message) {
            Ok((UpMessage::Say(say), _)) => self.hub.say(self.clients[client], &say),
            other => panic!("the bench says something, not {other:?}"),
        }
    }

    /// Takes what waits for the clients; how many messages.
    pub fn take(&mut self) -> usize {
        let queues = self.queues.iter_mut();
        queues
            .map(|queue| std::iter::from_fn(|| queue.try_recv().ok()).count())
            .sum()
    }
}

fn session(number: usize) -> SessionId {
    SessionId(number as u64 + 1)
}

fn body(number: usize) -> BodyId {
    BodyId::new(number as u32, 0)
}

fn name(number: usize) -> String {
    format!("Player {number}")
}

fn frame(count: usize) -> Frame {
    let players = (0..count).map(|number| PlayerState {
        session: session(number),
        body: body(number),
        ..PlayerState::default()
    });
    let appearances = (0..count).map(|number| {
        Some(Appearance {
            id: body(number),
            name: name(number),
            house: House::Red,
            gear: 2,
            worn: Worn::NOTHING,
        })
    });
    let roster = Roster {
        appearances: appearances.collect(),
        ..Roster::default()
    };
    Frame {
        players: players.collect(),
        roster: Arc::new(roster),
        ..Frame::default()
    }
}
