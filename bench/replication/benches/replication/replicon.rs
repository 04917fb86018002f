//! bevy_replicon: a server as in its own bench `mutations_send`, which sends a component of a thousand
//! entities to so many clients. No sockets: messages go to the resource a transport takes them from.
//!
//! One of the clients is real, and a real one's answers count for all: each is sent the same bytes, which is
//! checked.

use bench::{
    swarm::{BODIES_COUNT, Body, Swarm},
    telling::{DATAGRAM_BYTES, Told},
};
use bevy::{prelude::*, state::app::StatesPlugin};
use bevy_replicon::{bytes::Bytes, prelude::*, server::server_tick::ServerTick};
use serde::{Deserialize, Serialize};

use crate::side::Side;

/// A message and the channel it goes by.
type Message = (usize, Bytes);

/// All that changes, by postcard: each number takes as few bytes as it can.
#[derive(Component, Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct State {
    position_cm: (u32, u32, u32),
    yaw: u8,
    pose: u8,
    health: u8,
}

/// Which body it is; does not change.
#[derive(Component, Clone, Copy, Serialize, Deserialize)]
struct Number(u16);

pub struct Replicon {
    server: App,
    clients: Vec<Entity>,
    bodies: Vec<Entity>,
    witness: App,
    /// Sent in the last tick, the same to each client.
    sent: Vec<Message>,
    clients_sent: usize,
}

impl Replicon {
    pub fn new(clients_count: usize, swarm: &Swarm) -> Self {
        let [mut server, mut witness] = [app(), app()];
        let mut running = server.world_mut().resource_mut::<NextState<ServerState>>();
        running.set(ServerState::Running);
        let mut connected = witness.world_mut().resource_mut::<NextState<ClientState>>();
        connected.set(ClientState::Connected);
        server.update();
        witness.update();
        let world = server.world_mut();
        let client = || ConnectedClient {
            max_size: DATAGRAM_BYTES,
        };
        let clients = (0..clients_count).map(|_| world.spawn(client()).id());
        let clients = clients.collect();
        let bodies = swarm.bodies.iter().enumerate().map(|(number, body)| {
            let parts = (Replicated, Number(number as u16), State::from(body));
            world.spawn(parts).id()
        });
        let bodies = bodies.collect();
        let mut side = Self {
            server,
            clients,
            bodies,
            witness,
            sent: Vec::new(),
            clients_sent: 0,
        };
        side.send();
        side.deliver(swarm);
        side.hear();
        side
    }

    /// Takes what was sent. Panics unless each client was sent the same.
    fn take_sent(&mut self) {
        let mut messages = self.server.world_mut().resource_mut::<ServerMessages>();
        let mut all: Vec<(Entity, usize, Bytes)> = messages.drain_sent().collect();
        all.sort_by_key(|message| message.0);
        let of_clients: Vec<Vec<Message>> = all
            .chunk_by(|one, other| one.0 == other.0)
            .map(|chunk| chunk.iter().map(|sent| (sent.1, sent.2.clone())).collect())
            .collect();
        self.clients_sent = of_clients.len();
        assert_eq!(
            self.clients_sent,
            self.clients.len(),
            "a client was sent nothing"
        );
        assert!(of_clients.windows(2).all(|pair| pair[0] == pair[1]));
        self.sent = of_clients.into_iter().next().unwrap_or_default();
    }
}

impl Side for Replicon {
    fn change(&mut self, swarm: &Swarm) {
        let world = self.server.world_mut();
        for (entity, body) in self.bodies.iter().zip(&swarm.bodies) {
            let mut state = world.get_mut::<State>(*entity).expect("spawned with it");
            *state = State::from(body);
        }
    }

    fn send(&mut self) {
        let world = self.server.world_mut();
        world.resource_mut::<ServerTick>().increment();
        self.server.update();
    }

    fn told(&self) -> Told {
        let messages = self.server.world().resource::<ServerMessages>();
        let sent = messages.iter_sent();
        Told {
            messages: sent.len(),
            bytes: sent.map(|(_, _, message)| message.len()).sum(),
            updates: self.clients.len() * BODIES_COUNT,
        }
    }

    fn deliver(&mut self, swarm: &Swarm) {
        self.take_sent();
        let world = self.witness.world_mut();
        let mut messages = world.resource_mut::<ClientMessages>();
        for (channel, message) in &self.sent {
            messages.insert_received(*channel, message.clone());
        }
        self.witness.update();
        let world = self.witness.world_mut();
        let mut states = world.query::<(&Number, &State)>();
        let mut told_count = 0;
        for (number, state) in states.iter(world) {
            assert_eq!(*state, State::from(&swarm.bodies[usize::from(number.0)]));
            told_count += 1;
        }
        assert_eq!(told_count, BODIES_COUNT);
    }

    fn hear(&mut self) {
        let world = self.witness.world_mut();
        let mut messages = world.resource_mut::<ClientMessages>();
        let answers: Vec<Message> = messages.drain_sent().collect();
        let mut messages = self.server.world_mut().resource_mut::<ServerMessages>();
        for client in &self.clients {
            for (channel, answer) in &answers {
                messages.insert_received(*client, *channel, answer.clone());
            }
        }
        // The tick stays as it is, so nothing is sent.
        self.server.update();
    }
}

impl From<&Body> for State {
    fn from(body: &Body) -> Self {
        let [x, y, z] = body.position_cm.map(i32::cast_unsigned);
        let Body {
            yaw, pose, health, ..
        } = *body;
        Self {
            position_cm: (x, y, z),
            yaw,
            pose,
            health,
        }
    }
}

fn app() -> App {
    let shared = RepliconSharedPlugin {
        auth_method: AuthMethod::None,
    };
    let server = ServerPlugin {
        tick_schedule: None,
        ..ServerPlugin::default()
    };
    let mut app = App::new();
    let plugins = RepliconPlugins.build().set(shared).set(server);
    app.add_plugins((MinimalPlugins, StatesPlugin, plugins))
        .replicate::<State>()
        .replicate::<Number>();
    app.finish();
    app
}
