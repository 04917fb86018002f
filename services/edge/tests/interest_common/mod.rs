//! Crowds, and clients that write down what they are told.
#![allow(dead_code, reason = "each test file uses its share")]

use edge::interest::{ClientInterest, Interest, View};
use engine::{BodyId, Event, Frame, frame::BodyColumns};
use protocol::{down::DownMessage, event::Events};
use spatial::{CellCoord, Position, position::UNITS_PER_METRE, random::SplitMix64};

/// Bodies that stand or wander in a square field.
pub struct Crowd {
    pub positions: Vec<Position>,
    /// Metres a tick; 0 stands.
    speed: i32,
    corner: Position,
    edge_metres: i32,
    random: SplitMix64,
    pub tick: u32,
    pub events: Vec<Event>,
    standing: Option<Frame>,
}

impl Crowd {
    pub fn new(seed: u64, body_count: usize, edge_metres: i32, speed: i32) -> Self {
        let mut random = SplitMix64::new(seed);
        let metre = UNITS_PER_METRE;
        let corner = Position::new(400 * metre, 40 * metre, 300 * metre);
        let edge = edge_metres * metre;
        let positions = (0..body_count).map(|_| {
            let [x, z] = [0; 2].map(|_: i32| random.between(0, edge - 1));
            let y = random.between(0, 20 * metre);
            Position::new(corner.x + x, corner.y + y, corner.z + z)
        });
        let positions = positions.collect();
        let tick = 100;
        let events = Vec::new();
        Self {
            positions,
            speed,
            corner,
            edge_metres,
            random,
            tick,
            events,
            standing: None,
        }
    }

    pub fn advance(&mut self) {
        self.tick += 1;
        let reach = self.speed * UNITS_PER_METRE;
        let edge = self.edge_metres * UNITS_PER_METRE - 1;
        if reach == 0 {
            return;
        }
        for position in &mut self.positions {
            let mut step = |at: i32, corner: i32| {
                (at + self.random.between(-reach, reach)).clamp(corner, corner + edge)
            };
            position.x = step(position.x, self.corner.x);
            position.z = step(position.z, self.corner.z);
        }
    }

    /// Moves one body of a crowd that wanders along x, as far as the field goes.
    pub fn step(&mut self, row: usize, units: i32) {
        let edge = self.edge_metres * UNITS_PER_METRE - 1;
        let position = &mut self.positions[row];
        position.x = (position.x + units).clamp(self.corner.x, self.corner.x + edge);
    }

    pub fn id(row: usize) -> BodyId {
        BodyId::new(row as u32 + 1, 3)
    }

    /// The frame of this tick; of a crowd that stands, all but tick and events is made once.
    pub fn frame(&mut self) -> Frame {
        let mut frame = match self.standing.take() {
            Some(frame) => frame,
            None => self.make_frame(),
        };
        if self.speed == 0 {
            self.standing = Some(frame.clone());
        }
        frame.tick = self.tick;
        frame.events = self.events.clone();
        frame
    }

    /// Rows of a frame come in no order that interest may lean on.
    fn make_frame(&self) -> Frame {
        let mut order: Vec<usize> = (0..self.positions.len()).collect();
        order.sort_by_key(|&row| {
            (
                self.positions[row].cell(),
                row.wrapping_mul(0x9e37_79b9) % 97,
            )
        });
        let mut bodies = BodyColumns::default();
        for row in order {
            let position = self.positions[row];
            bodies.id.push(Self::id(row));
            bodies.x.push(position.x);
            bodies.y.push(position.y);
            bodies.z.push(position.z);
            bodies.yaw.push(row as u16);
            bodies.pose.push(row as u8);
            bodies.health.push(!(row as u8));
            bodies.house.push((row % 2) as u8);
        }
        let mut frame = Frame {
            tick: self.tick,
            bodies,
            ..Frame::default()
        };
        frame
            .cells
            .rebuild(&frame.bodies.x, &frame.bodies.y, &frame.bodies.z);
        frame
    }
}

/// A client that writes down when it was told of whom.
pub struct Witness {
    pub interest: ClientInterest,
    /// The row of the crowd that is its own body.
    pub row: usize,
    pub yaw: u16,
    pub view_cells: i32,
    pub datagram_bytes: usize,
    /// By row: the tick last told, and the cell it was in then.
    pub told: Vec<u32>,
    pub bytes: usize,
    pub datagrams: usize,
    pub updates: usize,
    pub events: Vec<Events>,
    pub health_seen: usize,
}

impl Witness {
    pub fn new(crowd: &Crowd, row: usize, budget: u32, view_distance: u16) -> Self {
        Self {
            interest: ClientInterest::new(budget, view_distance),
            row,
            yaw: (row * 7_919) as u16,
            view_cells: i32::from(view_distance.div_ceil(16)),
            datagram_bytes: 1_150,
            told: vec![0; crowd.positions.len()],
            bytes: 0,
            datagrams: 0,
            updates: 0,
            events: Vec::new(),
            health_seen: 0,
        }
    }

    pub fn cell(&self, crowd: &Crowd) -> CellCoord {
        crowd.positions[self.row].cell()
    }

    pub fn sees(&self, crowd: &Crowd, row: usize) -> bool {
        let (own, other) = (self.cell(crowd), crowd.positions[row].cell());
        let (x, z) = (own.x - other.x, own.z - other.z);
        x * x + z * z <= self.view_cells * self.view_cells
    }

    /// Lets interest tell it of this tick, and checks all that must hold of every datagram.
    pub fn listen(&mut self, interest: &mut Interest, crowd: &Crowd) {
        let messages = self.messages(interest, crowd);
        self.events.clear();
        for (index, message) in messages.iter().enumerate() {
            assert!(
                message.len() <= self.datagram_bytes,
                "{} bytes",
                message.len()
            );
            self.bytes += message.len();
            self.datagrams += 1;
            self.hear(message, index == 0, crowd);
        }
        self.check_bodies_told(interest, crowd);
    }

    /// The sizes of this tick's datagrams.
    pub fn sizes(&mut self, interest: &mut Interest, crowd: &Crowd) -> Vec<usize> {
        let messages = self.messages(interest, crowd);
        messages.iter().map(Vec::len).collect()
    }

    /// Interest says rightly whom it told of.
    fn check_bodies_told(&self, interest: &Interest, crowd: &Crowd) {
        let mut told = vec![false; self.told.len()];
        for index in interest.bodies_told() {
            told[index as usize - 1] = true;
        }
        let heard = self.told.iter().map(|&tick| tick == crowd.tick);
        assert!(heard.eq(told), "bodies told");
    }

    fn messages(&mut self, interest: &mut Interest, crowd: &Crowd) -> Vec<Vec<u8>> {
        let own = [7; protocol::own::OWN_BYTES];
        let view = View {
            body: Crowd::id(self.row),
            position: crowd.positions[self.row],
            yaw: self.yaw,
            own: Some(&own),
            datagram_bytes: self.datagram_bytes,
        };
        let mut messages = Vec::new();
        let filled = interest.fill(&mut self.interest, &view, |message| {
            messages.push(message.to_vec());
        });
        assert_eq!(filled.datagrams as usize, messages.len());
        assert_eq!(
            filled.bytes as usize,
            messages.iter().map(Vec::len).sum::<usize>()
        );
        messages
    }

    fn hear(&mut self, message: &[u8], is_first: bool, crowd: &Crowd) {
        let (message, _) = DownMessage::decode(message).expect("interest writes good messages");
        match message {
            DownMessage::Snapshot(snapshot) => {
                assert_eq!(snapshot.tick(), crowd.tick);
                assert_eq!(snapshot.own().is_some(), is_first);
                let near_count = snapshot.near_count();
                for (at, body) in snapshot.bodies().enumerate() {
                    let row = body.index as usize - 1;
                    let exact = crowd.positions[row];
                    let mask = if at < near_count { !0 } else { !255 };
                    let expected = [exact.x & mask, exact.y & mask, exact.z & mask];
                    assert_eq!(body.position, expected);
                    assert_eq!((body.yaw, body.pose), ((row >> 8) as u8, row as u8));
                    assert!(body.health.is_none_or(|health| health == !(row as u8)));
                    assert!(self.sees(crowd, row), "told of what is out of view");
                    self.told[row] = crowd.tick;
                    self.updates += 1;
                    self.health_seen += usize::from(body.health.is_some());
                }
            }
            DownMessage::Events(events) => {
                assert!(!is_first && events.tick == crowd.tick);
                self.events.push(events);
            }
            _ => panic!("interest tells of bodies and events only"),
        }
    }
}
