//! What lies on the ground near each client's body, told whole whenever it is otherwise than it was told last.
//! Clients are looked at in turn, a part of them in each frame. Pure: frames in, messages out.

use engine::{
    BodyId, Frame, PlayerState,
    drops::{Drop, Loot},
};
use protocol::loot::{self, Stack};
use spatial::Position;

use crate::limits;

/// How far drops are told of, along each axis.
const DISTANCE_MAX: i32 = limits::DROPS_METRES << spatial::position::UNIT_BITS;

/// What one client was told last, by rising ids.
#[derive(Default)]
pub struct DropsTold(Vec<Told>);

/// What may change of a drop while it lies: it falls where the ground goes, and is kept only for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Told {
    id: u32,
    y: i32,
    is_kept: bool,
}

/// What all clients share in being told of drops.
#[derive(Default)]
pub struct DropsTeller {
    /// Frames told so far: a count of ticks would pass over the same clients again where frames are skipped.
    frames_count: usize,
    /// Those near one body, and their distances from it, squared.
    near: Vec<(i64, Drop)>,
    message: loot::Drops,
}

impl DropsTeller {
    /// A frame is to be told.
    pub fn begin(&mut self) {
        self.frames_count = self.frames_count.wrapping_add(1);
    }

    /// The message for a player in this slot, when it is its turn and something changed.
    pub fn news(
        &mut self,
        slot: usize,
        told: &mut DropsTold,
        frame: &Frame,
        player: &PlayerState,
    ) -> Option<&loot::Drops> {
        let turn = self.frames_count.wrapping_add(slot);
        let is_due = turn.is_multiple_of(limits::DROPS_LOOK_FRAMES);
        if !is_due || (frame.drops.is_empty() && told.0.is_empty()) {
            return None;
        }
        self.find(frame, player.motion.position);
        let near = self.near.iter();
        let wanted = near.map(|(_, drop)| wanted(drop, player.body, frame.tick));
        if wanted.clone().eq(told.0.iter().copied()) {
            return None;
        }
        told.0.clear();
        told.0.extend(wanted);
        self.write(&told.0);
        Some(&self.message)
    }

    /// The nearest drops, by rising ids: so that walking alone changes nothing.
    fn find(&mut self, frame: &Frame, place: Position) {
        const COUNT_MAX: usize = protocol::limits::DROPS_MAX;
        let near = &mut self.near;
        near.clear();
        frame.drops.each_near(place, DISTANCE_MAX, |drop| {
            near.push((distance_squared(drop.position, place), *drop));
        });
        if near.len() > COUNT_MAX {
            near.select_nth_unstable_by_key(COUNT_MAX, |(distance, drop)| (*distance, drop.id));
            near.truncate(COUNT_MAX);
        }
        near.sort_unstable_by_key(|(_, drop)| drop.id);
    }

    fn write(&mut self, told: &[Told]) {
        self.message.clear();
        for ((_, drop), told) in self.near.iter().zip(told) {
            let Position { x, y, z } = drop.position;
            let Loot(things) = drop.loot;
            let things = things.map(|thing| thing.map(stack));
            self.message.push(drop.id, [x, y, z], things, told.is_kept);
        }
    }
}

fn wanted(drop: &Drop, body: BodyId, tick: u32) -> Told {
    Told {
        id: drop.id,
        y: drop.position.y,
        is_kept: drop.is_kept_from(body, tick),
    }
}

/// Some of a thing as the wire tells it.
pub fn stack((thing, count): (engine::spoils::Thing, u8)) -> Stack {
    Stack {
        thing: thing as u8,
        count,
    }
}

fn distance_squared(a: Position, b: Position) -> i64 {
    let axes = [(a.x, b.x), (a.y, b.y), (a.z, b.z)];
    let squares = axes.map(|(a, b)| (i64::from(a) - i64::from(b)).pow(2));
    squares.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        time::{Duration, Instant},
    };

    use bytes::Bytes;
    use engine::{Attachment, SessionId, drops::Drops, limits::DROP_CLAIM_TICKS, spoils::Thing};
    use protocol::{down::DownMessage, up::Hello};
    use spatial::{partition::Owner, position::UNITS_PER_METRE};
    use tokio::sync::mpsc;
    use world::ports::Whole;

    use super::*;
    use crate::{
        Bounds, ChatService, chat_exchange,
        counters::Counters,
        hub::{Hub, client_of},
        registry::Admission,
        session::{Datagrams, Lane, Outbox},
        work::Work,
    };

    const ME: BodyId = BodyId(7);

    fn drop_at(id: u32, metres_east: i32) -> Drop {
        Drop {
            id,
            position: Position::new(metres_east * UNITS_PER_METRE, 0, 0),
            loot: Loot([Some((Thing::Arrow, 3)), None]),
            finder: ME,
            tick: 100,
        }
    }

    fn frame(tick: u32, drops: impl IntoIterator<Item = Drop>) -> Frame {
        Frame {
            tick,
            drops: Drops::from_iter(drops),
            ..Frame::default()
        }
    }

    /// One client, who stands so many metres east of the origin.
    #[derive(Default)]
    struct Witness {
        teller: DropsTeller,
        told: DropsTold,
        metres_east: i32,
    }

    impl Witness {
        /// What it is told in as many frames as all have their turn in.
        fn hear(&mut self, frame: &Frame) -> Option<loot::Drops> {
            let mut player = PlayerState {
                body: ME,
                ..PlayerState::default()
            };
            player.motion.position.x = self.metres_east * UNITS_PER_METRE;
            let mut heard = None;
            for _ in 0..limits::DROPS_LOOK_FRAMES {
                self.teller.begin();
                let news = self.teller.news(3, &mut self.told, frame, &player);
                assert!(heard.is_none() || news.is_none(), "one turn only");
                heard = heard.or(news.cloned());
            }
            heard
        }
    }

    #[test]
    fn a_client_is_told_of_a_change_and_of_nothing_else() {
        let mut witness = Witness::default();
        assert_eq!(witness.hear(&frame(100, [])), None);
        let near = frame(100, [drop_at(5, 1), drop_at(4, 3), drop_at(3, -33)]);
        let heard = witness.hear(&near).expect("something lies there");
        assert_eq!(heard.id, [4, 5], "all but the one that is too far");
        assert_eq!(heard.position[1], [UNITS_PER_METRE, 0, 0]);
        let arrows = Stack { thing: 7, count: 3 };
        assert_eq!(heard.things, [[Some(arrows), None]; 2]);
        witness.metres_east = 10;
        assert_eq!(witness.hear(&near), None, "the other one is nearer now");
        let mut fell = drop_at(4, 3);
        fell.position.y -= UNITS_PER_METRE;
        let heard = witness.hear(&frame(101, [drop_at(5, 1), fell]));
        let heard = heard.expect("one fell");
        assert_eq!(heard.position[0][1], -UNITS_PER_METRE);
        let heard = witness.hear(&frame(102, []));
        assert_eq!(heard, Some(loot::Drops::default()), "both are gone");
        assert_eq!(witness.hear(&frame(103, [])), None);
    }

    #[test]
    fn of_many_the_nearest_are_told_by_their_ids() {
        let count_max = protocol::limits::DROPS_MAX as u32;
        let drops = (0..2 * count_max).map(|id| {
            let mut drop = drop_at(id, 0);
            // The later the nearer; two stand at each distance.
            drop.position.z = (count_max - id / 2) as i32;
            drop
        });
        let heard = Witness::default().hear(&frame(100, drops));
        let heard = heard.expect("something lies there");
        assert!(heard.id.into_iter().eq(count_max..2 * count_max));
    }

    #[test]
    fn who_may_not_take_it_yet_hears_when_it_may() {
        let another = Drop {
            finder: BodyId(8),
            ..drop_at(1, 0)
        };
        let drops = [another, drop_at(2, 0)];
        let mut witness = Witness::default();
        let heard = witness.hear(&frame(100, drops)).expect("both are near");
        assert_eq!(heard.is_kept, [true, false]);
        let last = 99 + DROP_CLAIM_TICKS;
        assert_eq!(witness.hear(&frame(last, drops)), None);
        let heard = witness.hear(&frame(last + 1, drops));
        assert_eq!(heard.expect("it is free").is_kept, [false, false]);
    }

    #[test]
    fn clients_have_their_turns_in_different_frames() {
        let (frame, player) = (frame(100, [drop_at(1, 0)]), PlayerState::default());
        let mut teller = DropsTeller::default();
        let mut told: Vec<_> = (0..100).map(|_| DropsTold::default()).collect();
        for _ in 0..limits::DROPS_LOOK_FRAMES {
            teller.begin();
            let clients = told.iter_mut().enumerate();
            let news = clients.filter_map(|(slot, told)| {
                let news = teller.news(slot, told, &frame, &player);
                news.map(|_| ())
            });
            assert_eq!(news.count(), 100 / limits::DROPS_LOOK_FRAMES);
        }
    }

    /// Seats a client whose body is in the world; its control messages come to the queue.
    fn seat(hub: &mut Hub) -> mpsc::Receiver<Bytes> {
        let (control, queue) = Lane::queue(limits::CONTROL_QUEUE_MAX);
        let (terrain, _) = Lane::queue(limits::TERRAIN_QUEUE_MAX);
        let (datagrams, _) = mpsc::channel(limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let datagrams = Datagrams::Socket(datagrams);
        let outbox = Outbox::new((control, terrain), datagrams, hub.counters.clone());
        let admission = Admission {
            session: SessionId(1),
            account: 1,
            attachment: Attachment(1),
            token: String::new(),
            name: "Bo".into(),
        };
        let id = hub.enter(&admission, &Hello::default(), outbox);
        let client = client_of(&mut hub.slots, id).expect("it came in");
        client.body = Some(ME);
        queue
    }

    /// The ids of each message about drops that waits.
    fn drops_heard(queue: &mut mpsc::Receiver<Bytes>) -> Vec<Vec<u32>> {
        let messages = std::iter::from_fn(|| queue.try_recv().ok());
        let ids = |message: Bytes| match DownMessage::decode(&message).expect("ours").0 {
            DownMessage::Drops(drops) => Some(drops.id),
            _ => None,
        };
        messages.filter_map(ids).collect()
    }

    #[test]
    fn a_client_of_the_hub_hears_that_something_lies_there_and_that_it_is_gone() {
        let mut ports = world::connect(&[Owner::default()], 0, vec![Arc::new(|| ())]);
        let counters = Arc::new(Counters::default());
        let (mut ends, _) = chat_exchange::connect(1, &ChatService::default(), &counters);
        let (port, end) = (ports.edges.remove(0), ends.remove(0));
        let bounds = Bounds::new(1, protocol::limits::BUDGET_BYTES_PER_SECOND_MAX);
        let (_, expulsions) = mpsc::channel(1);
        let mut hub = Hub::new(port, (end, expulsions), counters, bounds);
        let mut queue = seat(&mut hub);
        let work = Work::default();
        for tick in 100..116 {
            let lies = (104..110).contains(&tick).then(|| drop_at(5, 1));
            let player = PlayerState {
                session: SessionId(1),
                attachment: Attachment(1),
                body: ME,
                ..PlayerState::default()
            };
            let frame = Frame {
                players: vec![player],
                ..frame(tick, lies)
            };
            ports.wholes[0].publish(Whole {
                parts: vec![Arc::new(frame)],
                duration: Duration::ZERO,
                period: world::limits::TICK,
                told_at: Instant::now(),
            });
            assert!(hub.begin_frame(&work));
            hub.tell(0..hub.slots_count(), &work);
        }
        assert_eq!(drops_heard(&mut queue), [vec![5], vec![]]);
    }
}
