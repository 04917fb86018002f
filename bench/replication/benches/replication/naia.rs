//! naia: a server and as many of its own clients, as in its own benches, in worlds of the bevy it adapts to.
//! A clock that stands still between ticks, and a transport in memory.

use std::time::Duration;

use bench::{
    swarm::{BODIES_COUNT, Body, Swarm},
    telling::Told,
};
use naia_bevy_shared::{
    Property, Protocol, Replicate, Serde, UnsignedInteger, WorldData, WorldProxy, WorldProxyMut,
    bevy_ecs::{
        component::{Component, Mutable, StorageType},
        entity::Entity,
        world::World,
    },
};
use naia_client::{Client, ClientConfig, JitterBufferType};
use naia_server::{ConnectEvent, RoomKey, Server, ServerConfig};
use naia_shared::{Instant, TestClock};

use crate::{side::Side, wires::Wires};

const TICK: Duration = Duration::from_millis(50);
/// Ticks after which all must have joined, and know all bodies.
const JOIN_TICKS_MAX: usize = 1_000;
const SETTLE_TICKS: usize = 20;

/// All that changes, in as few bits as hold the world: 1,024 m in centimetres.
#[derive(Serde, Clone, PartialEq, Debug)]
struct Packed {
    x: UnsignedInteger<17>,
    y: UnsignedInteger<15>,
    z: UnsignedInteger<17>,
    yaw: u8,
    pose: u8,
    health: u8,
}

#[derive(Replicate)]
struct State {
    packed: Property<Packed>,
}

/// Which body it is; does not change.
#[derive(Replicate)]
struct Number {
    number: Property<u16>,
}

// By hand, for the derive takes the other peer's bevy for this one's.
impl Component for State {
    const STORAGE_TYPE: StorageType = StorageType::Table;
    type Mutability = Mutable;
}

impl Component for Number {
    const STORAGE_TYPE: StorageType = StorageType::Table;
    type Mutability = Mutable;
}

pub struct Naia {
    wires: Wires,
    server: Server<Entity>,
    world: World,
    room: RoomKey,
    bodies: Vec<Entity>,
    clients: Vec<(Client<Entity>, World)>,
}

impl Naia {
    pub fn new(clients_count: usize, swarm: &Swarm) -> Self {
        TestClock::init(0);
        let wires = Wires::default();
        let (protocol, data) = protocol();
        let mut config = ServerConfig {
            require_auth: false,
            ..ServerConfig::default()
        };
        // As much as there is to tell.
        config.connection.bandwidth.target_bytes_per_sec = u32::MAX;
        let mut server = Server::new(config, protocol);
        server.listen(wires.server_end());
        let room = server.create_room().key();
        let clients = (0..clients_count).map(|_| client(&wires)).collect();
        let mut side = Self {
            wires,
            server,
            world: world(data),
            room,
            bodies: Vec::new(),
            clients,
        };
        side.let_in();
        side.spawn(swarm);
        side
    }

    fn let_in(&mut self) {
        let mut joined_count = 0;
        for _ in 0..JOIN_TICKS_MAX {
            joined_count += self.tick();
            if joined_count == self.clients.len() {
                return;
            }
        }
        panic!("{joined_count} clients joined");
    }

    fn spawn(&mut self, swarm: &Swarm) {
        for (number, body) in swarm.bodies.iter().enumerate() {
            let mut entity = self.server.spawn_entity(self.world.proxy_mut());
            entity.insert_component(Number::new_complete(number as u16));
            entity.insert_component(State::new_complete(Packed::from(body)));
            entity.enter_room(&self.room);
            self.bodies.push(entity.id());
        }
        for _ in 0..JOIN_TICKS_MAX {
            self.tick();
            let know_all = |(client, world): &(Client<Entity>, World)| {
                client.entities(&world.proxy()).len() == BODIES_COUNT
            };
            if self.clients.iter().all(know_all) {
                return self.settle();
            }
        }
        panic!("clients do not know all bodies");
    }

    /// Until the server has heard that clients know all: it tells no changes before.
    fn settle(&mut self) {
        for _ in 0..SETTLE_TICKS {
            self.tick();
        }
    }

    /// A tick in which nothing is measured; returns how many joined.
    fn tick(&mut self) -> usize {
        self.send();
        self.clients_hear();
        self.hear();
        let mut events = self.server.take_world_events();
        let _ = events.take_auths();
        let joined: Vec<_> = events.read::<ConnectEvent>().collect();
        for user in &joined {
            self.server.room_mut(&self.room).add_user(user);
        }
        joined.len()
    }

    fn clients_hear(&mut self) {
        TestClock::advance(TICK.as_millis() as u64);
        let now = Instant::now();
        for (client, world) in &mut self.clients {
            client.receive_all_packets();
            let _ = client.take_tick_events(&now);
            client.process_all_packets(world.proxy_mut(), &now);
            let _ = client.take_world_events();
            client.send_all_packets(world.proxy_mut());
        }
    }
}

impl Side for Naia {
    fn change(&mut self, swarm: &Swarm) {
        for (entity, body) in self.bodies.iter().zip(&swarm.bodies) {
            let mut state = self
                .world
                .get_mut::<State>(*entity)
                .expect("spawned with it");
            *state.packed = Packed::from(body);
        }
    }

    fn send(&mut self) {
        self.wires.start_counting();
        self.server.send_all_packets(self.world.proxy());
    }

    fn told(&self) -> Told {
        let (messages, bytes) = self.wires.counts();
        Told {
            messages,
            bytes,
            updates: self.clients.len() * BODIES_COUNT,
        }
    }

    fn deliver(&mut self, swarm: &Swarm) {
        self.clients_hear();
        for (_, world) in &mut self.clients {
            let mut states = world.query::<(&Number, &State)>();
            let mut told_count = 0;
            for (number, state) in states.iter(world) {
                let body = &swarm.bodies[usize::from(*number.number)];
                assert_eq!(*state.packed, Packed::from(body));
                told_count += 1;
            }
            assert_eq!(told_count, BODIES_COUNT);
        }
    }

    fn hear(&mut self) {
        let now = Instant::now();
        self.server.receive_all_packets();
        self.server
            .process_all_packets(self.world.proxy_mut(), &now);
        let _ = self.server.take_tick_events(&now);
    }
}

impl From<&Body> for Packed {
    fn from(body: &Body) -> Self {
        let [x, y, z] = body.position_cm;
        Self {
            x: x.into(),
            y: y.into(),
            z: z.into(),
            yaw: body.yaw,
            pose: body.pose,
            health: body.health,
        }
    }
}

fn client(wires: &Wires) -> (Client<Entity>, World) {
    let (protocol, data) = protocol();
    let config = ClientConfig {
        jitter_buffer: JitterBufferType::Bypass,
        ..ClientConfig::default()
    };
    let mut client = Client::new(config, protocol);
    client.connect(wires.client_end());
    (client, world(data))
}

fn world(data: WorldData) -> World {
    let mut world = World::new();
    world.insert_resource(data);
    world
}

fn protocol() -> (naia_shared::Protocol, WorldData) {
    let mut protocol = Protocol::builder();
    protocol.tick_interval(TICK);
    protocol.add_component::<State>().add_component::<Number>();
    let data = protocol.take_world_data();
    (protocol.into(), data)
}
