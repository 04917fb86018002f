//! A lane under every fault there is: packets dropped, doubled and reordered, connections lost, both
//! sides killed and brought back from their durable state, and earlier lives of the sender that go on
//! speaking. Whatever happens, the receiver's durable log is the sender's, each message once, in order.
//! All from a seed: a failure names it.

mod support;

use link::reliable::{
    Acknowledgement, Inbox, MessageId, Open, OpenRefusal, Outbox, Position, Resume, Verdict,
};
use support::Random;

const SEEDS_COUNT: u64 = 1_000;
const STEPS_COUNT: usize = 3_000;

#[test]
fn nothing_is_lost_or_doubled_under_any_faults() {
    for seed in 0..SEEDS_COUNT {
        let mut world = World::new(seed);
        for _ in 0..STEPS_COUNT {
            world.step();
        }
        world.heal();
        world.check_all_arrived();
    }
}

/// The faults must really happen, or the test above shows nothing.
#[test]
fn every_fault_does_happen() {
    let mut seen = Seen::default();
    for seed in 0..20 {
        let mut world = World::new(seed);
        for _ in 0..STEPS_COUNT {
            world.step();
        }
        seen.add(&world.seen);
    }
    for (what, count) in seen.named() {
        assert!(count > 100, "{what}: only {count}");
    }
}

/// A receiver that takes whatever comes, as a canary: the harness must notice.
#[test]
#[should_panic(expected = "the log is the sender's")]
fn a_receiver_without_dedupe_is_caught() {
    for seed in 0..SEEDS_COUNT {
        let mut world = World::new(seed);
        world.is_credulous = true;
        for _ in 0..STEPS_COUNT {
            world.step();
        }
        world.heal();
        world.check_all_arrived();
    }
}

#[derive(Clone, Copy, Debug)]
enum Packet {
    Open(Open),
    Resume(Resume),
    Refused,
    Message(MessageId, u64),
    Acknowledgement(Acknowledgement),
}

/// A sender's process. What it will say is its durable log, the same in every life.
struct SenderLife {
    outbox: Outbox<u64>,
}

#[derive(Default)]
struct Seen {
    duplicates: u64,
    early: u64,
    stale: u64,
    stale_opens: u64,
    resends: u64,
    sender_lives: u64,
    receiver_lives: u64,
}

struct World {
    random: Random,
    /// The next incarnation of either side.
    incarnation: u64,
    series: u64,
    /// Messages that the sender has made durable; message n is the number n.
    made_count: u64,
    sender: SenderLife,
    /// A life that was thought dead and goes on speaking.
    ghost: Option<SenderLife>,
    inbox: Inbox,
    /// Delivered to the receiver's thread, and not durable yet.
    taken: Vec<u64>,
    /// The receiver's journal.
    log: Vec<u64>,
    to_receiver: Vec<Packet>,
    to_sender: Vec<Packet>,
    is_credulous: bool,
    seen: Seen,
}

impl World {
    fn new(seed: u64) -> Self {
        let series = 1;
        let start = Position { series, next: 0 };
        Self {
            random: Random::new(seed),
            incarnation: 2,
            series,
            made_count: 0,
            sender: SenderLife {
                outbox: Outbox::new(series, start),
            },
            ghost: None,
            inbox: Inbox::new(1, None),
            taken: Vec::new(),
            log: Vec::new(),
            to_receiver: Vec::new(),
            to_sender: Vec::new(),
            is_credulous: false,
            seen: Seen::default(),
        }
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..20 => self.make(),
            20..45 => self.transmit(),
            45..75 => self.deliver(),
            75..85 => self.make_durable(),
            85..92 => self.reconnect(),
            92..94 => self.restart_sender(),
            94..96 => self.restart_receiver(),
            _ => self.transmit_ghost(),
        }
    }

    fn make(&mut self) {
        let sequence = self.sender.outbox.push(self.made_count);
        assert_eq!(sequence, self.made_count, "a message keeps its number");
        self.made_count += 1;
    }

    fn transmit(&mut self) {
        if let Some((id, &message)) = self.sender.outbox.next_to_send() {
            self.to_receiver.push(Packet::Message(id, message));
        }
    }

    fn transmit_ghost(&mut self) {
        let Some(ghost) = &mut self.ghost else { return };
        if self.random.below(4) == 0 {
            let open = ghost.outbox.open();
            self.to_receiver.push(Packet::Open(open));
        } else if let Some((id, &message)) = ghost.outbox.next_to_send() {
            self.to_receiver.push(Packet::Message(id, message));
        }
    }

    /// A connection is lost, with some of what was on its way; some may still come late.
    fn reconnect(&mut self) {
        for queue in [&mut self.to_receiver, &mut self.to_sender] {
            let random = &mut self.random;
            queue.retain(|_| random.below(4) == 0);
        }
        let open = self.sender.outbox.open();
        self.to_receiver.push(Packet::Open(open));
    }

    /// The sender is killed and comes back: it makes again what its log says was not acknowledged.
    fn restart_sender(&mut self) {
        self.seen.sender_lives += 1;
        let known = self.sender.outbox.unacknowledged();
        // What it knows of the receiver may itself be lost: its log then reaches further back.
        let next = known - self.random.below(known.min(5) + 1);
        let series = self.series;
        let mut outbox = Outbox::new(self.incarnation, Position { series, next });
        self.incarnation += 1;
        for message in next..self.made_count {
            outbox.push(message);
        }
        let life = SenderLife { outbox };
        let elder = std::mem::replace(&mut self.sender, life);
        self.seen.resends += elder.outbox.resends_count();
        if self.random.below(2) == 0 {
            self.ghost = Some(elder);
        }
        self.reconnect();
    }

    /// The receiver is killed and comes back from its journal.
    fn restart_receiver(&mut self) {
        self.seen.receiver_lives += 1;
        self.taken.clear();
        let durable = (!self.log.is_empty()).then_some(Position {
            series: self.series,
            next: self.log.len() as u64,
        });
        self.inbox = Inbox::new(self.incarnation, durable);
        self.incarnation += 1;
        self.reconnect();
    }

    /// Some of what was taken is written to the journal, and acknowledged.
    fn make_durable(&mut self) {
        let count = self.random.below(self.taken.len() as u64 + 1) as usize;
        self.log.extend(self.taken.drain(..count));
        self.acknowledge();
    }

    fn acknowledge(&mut self) {
        if self.log.is_empty() || self.is_credulous {
            return;
        }
        let place = Position {
            series: self.series,
            next: self.log.len() as u64,
        };
        if let Some(word) = self.inbox.acknowledge(place) {
            self.to_sender.push(Packet::Acknowledgement(word));
        }
    }

    /// One packet comes, any of them; it may be lost, or come again later.
    fn deliver(&mut self) {
        let is_up = self.random.below(3) == 0;
        let queue = if is_up {
            &mut self.to_sender
        } else {
            &mut self.to_receiver
        };
        if queue.is_empty() {
            return;
        }
        // Mostly the oldest: real paths reorder little.
        let index = match self.random.below(5) {
            0 => self.random.below(queue.len() as u64) as usize,
            _ => 0,
        };
        let packet = match self.random.below(20) {
            0 => queue[index],
            _ => queue.remove(index),
        };
        if self.random.below(20) == 0 {
            return;
        }
        if is_up {
            self.on_sender(packet);
        } else {
            self.on_receiver(packet);
        }
    }

    fn on_receiver(&mut self, packet: Packet) {
        match packet {
            Packet::Open(open) => {
                let answer = match self.inbox.on_open(open) {
                    Ok(resume) => Packet::Resume(resume),
                    Err(OpenRefusal::Stale { .. }) => {
                        self.seen.stale_opens += 1;
                        Packet::Refused
                    }
                    // Late words of a life that has gone on since.
                    Err(OpenRefusal::Gap(_) | OpenRefusal::OldSeries { .. }) => Packet::Refused,
                };
                self.to_sender.push(answer);
            }
            Packet::Message(id, message) => self.on_message(id, message),
            other => unreachable!("the sender does not say {other:?}"),
        }
    }

    fn on_message(&mut self, id: MessageId, message: u64) {
        let verdict = self.inbox.on_message(id);
        match verdict {
            Verdict::Deliver => self.taken.push(message),
            Verdict::Duplicate => self.seen.duplicates += 1,
            Verdict::Early => self.seen.early += 1,
            Verdict::Stale => self.seen.stale += 1,
        }
        if self.is_credulous && verdict == Verdict::Duplicate {
            self.taken.push(message);
        }
        if verdict == Verdict::Early {
            self.reconnect();
        }
    }

    fn on_sender(&mut self, packet: Packet) {
        let outbox = &mut self.sender.outbox;
        // Words that come too late may contradict what is known since; the connection then ends.
        let is_sound = match packet {
            Packet::Resume(resume) => outbox.on_resume(resume).is_ok(),
            Packet::Acknowledgement(word) => outbox.on_acknowledgement(word).is_ok(),
            Packet::Refused => true,
            other => unreachable!("the receiver does not say {other:?}"),
        };
        if !is_sound {
            self.reconnect();
        }
    }

    /// No more faults: a last connection, and all that is to be said on it.
    fn heal(&mut self) {
        self.ghost = None;
        self.to_receiver.clear();
        self.to_sender.clear();
        self.restart_receiver();
        self.settle();
        while self.sender.outbox.next_to_send().is_some() {
            self.reconnect();
            self.settle();
        }
    }

    fn settle(&mut self) {
        loop {
            self.transmit();
            let packets = std::mem::take(&mut self.to_receiver);
            let answers = std::mem::take(&mut self.to_sender);
            let is_quiet = packets.is_empty() && answers.is_empty();
            packets
                .into_iter()
                .for_each(|packet| self.on_receiver(packet));
            self.log.append(&mut self.taken);
            self.acknowledge();
            answers
                .into_iter()
                .for_each(|packet| self.on_sender(packet));
            if is_quiet {
                return;
            }
        }
    }

    fn check_all_arrived(&self) {
        let expected: Vec<u64> = (0..self.made_count).collect();
        let seed = self.random.seed;
        assert!(
            self.log == expected,
            "seed {seed}: the log is the sender's, each once: {} of {} messages",
            self.log.len(),
            expected.len()
        );
        let outbox = &self.sender.outbox;
        assert!(outbox.is_empty(), "seed {seed}: {} are kept", outbox.len());
    }
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.duplicates += other.duplicates;
        self.early += other.early;
        self.stale += other.stale;
        self.stale_opens += other.stale_opens;
        self.resends += other.resends;
        self.sender_lives += other.sender_lives;
        self.receiver_lives += other.receiver_lives;
    }

    fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("duplicates", self.duplicates),
            ("early messages", self.early),
            ("stale messages", self.stale),
            ("stale opens", self.stale_opens),
            ("resends", self.resends),
            ("lives of the sender", self.sender_lives),
            ("lives of the receiver", self.receiver_lives),
        ]
    }
}
