//! Pairs of players at different edges who talk without end, and write down what was taken of it.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use chat::{Channel, Refusal, limits::MESSAGE_PERIOD_MS};
use chat_service::ChannelKey;
use protocol::chat::Say;

use crate::{
    PATIENCE,
    session::{Heard, Session},
    stack::Stack,
    until,
};

/// So long a line is waited for before another is said: while the broker is away none comes.
const LINE_PATIENCE: Duration = Duration::from_secs(5);
/// Nobody has this name.
const NOBODY: &str = "Nobody at all";

/// What all pairs came to know, while they still talk.
#[derive(Default)]
pub struct Tally {
    /// Lines that were taken: their speakers heard them themselves.
    pub taken: AtomicU64,
    /// Lines that came from one edge to the other: said to all, and whispered.
    pub heard: AtomicU64,
    pub whispered: AtomicU64,
    /// Lines that were not taken, and whose speakers were told why.
    pub refused: AtomicU64,
    is_over: AtomicBool,
}

/// All pairs.
pub struct Talk {
    pub tally: Arc<Tally>,
    pairs: Vec<JoinHandle<Pair>>,
}

impl Talk {
    pub fn begin(stack: &Stack, pairs_count: usize) -> Self {
        let tally = Arc::new(Tally::default());
        let begin = |number| {
            let people = [0, 1].map(|side| Person::new(stack, side, number));
            let mut pair = Pair {
                people,
                tally: Arc::clone(&tally),
                taken: BTreeSet::new(),
            };
            thread::spawn(move || {
                pair.talk_on();
                pair
            })
        };
        Self {
            pairs: (0..pairs_count).map(begin).collect(),
            tally: Arc::clone(&tally),
        }
    }

    /// Has all finish what they are at.
    pub fn end(self) -> Vec<Pair> {
        self.tally.is_over.store(true, Relaxed);
        let pairs = self.pairs.into_iter();
        pairs.map(|it| it.join().expect("it talks")).collect()
    }
}

/// A guest with a character, in the battle.
struct Person {
    name: String,
    character: u64,
    session: Session,
    /// As often as one may for as long as one likes.
    may_speak_at: Instant,
}

impl Person {
    fn new(stack: &Stack, side: usize, number: usize) -> Self {
        let name = format!("Talker {number}{side}");
        let (_, ticket) = stack.guest(&name);
        let character = ticket.text("character_id").parse();
        Self {
            session: Session::join(&stack.edges[side].address, ticket.text("ticket")),
            character: character.expect("a number"),
            may_speak_at: Instant::now(),
            name,
        }
    }

    /// Says it as soon as one may; whether it was taken, or why not.
    fn say(&mut self, channel: Channel, to: &str, text: &str) -> Result<(), u8> {
        let _: Option<()> = self.session.listen(self.may_speak_at, |_| None);
        self.may_speak_at = Instant::now() + Duration::from_millis(MESSAGE_PERIOD_MS);
        self.session.say(Say {
            channel: channel as u8,
            to: to.to_owned(),
            text: text.to_owned(),
        });
        let told = self
            .session
            .listen(Instant::now() + PATIENCE, |it| match it {
                Heard::Said(said) => (said.text == text).then_some(Ok(())),
                Heard::Unsaid(unsaid) => Some(Err(unsaid.reason)),
            });
        told.expect("one is told what became of one's words")
    }
}

/// See the module.
pub struct Pair {
    people: [Person; 2],
    tally: Arc<Tally>,
    /// What was taken, by its text, of which there is one of each.
    taken: BTreeSet<String>,
}

impl Pair {
    fn talk_on(&mut self) {
        for number in 0.. {
            if self.tally.is_over.load(Relaxed) {
                return;
            }
            match number % 3 {
                0 => self.tell(number, Channel::Global),
                1 => self.tell(number, Channel::Whisper),
                _ => self.whisper_to_nobody(number),
            }
        }
    }

    /// One says it, and the other hears it, unless it takes too long.
    fn tell(&mut self, number: usize, channel: Channel) {
        let [first, second] = &mut self.people;
        let (speaker, ear) = match number % 2 {
            0 => (first, second),
            _ => (second, first),
        };
        let text = format!("{} says {number}", speaker.name);
        let (to, count) = match channel {
            Channel::Whisper => (ear.name.as_str(), &self.tally.whispered),
            _ => ("", &self.tally.heard),
        };
        // Who has just come in is not everywhere yet.
        if speaker.say(channel, to, &text).is_err() {
            return;
        }
        self.tally.taken.fetch_add(1, Relaxed);
        let heard = ear.session.listen(Instant::now() + LINE_PATIENCE, |it| {
            matches!(it, Heard::Said(said) if said.text == text).then_some(())
        });
        if heard.is_some() {
            count.fetch_add(1, Relaxed);
        }
        self.taken.insert(text);
    }

    fn whisper_to_nobody(&mut self, number: usize) {
        let speaker = &mut self.people[number % 2];
        let told = speaker.say(Channel::Whisper, NOBODY, "Are you there?");
        assert_eq!(told, Err(Refusal::Nobody.number()));
        self.tally.refused.fetch_add(1, Relaxed);
    }

    fn channel(&self) -> ChannelKey {
        let [one, other] = [0, 1].map(|side| self.people[side].character);
        ChannelKey::Whisper(one.min(other), one.max(other))
    }
}

/// What was taken is kept, all of it and once, and came once to whoever heard it.
pub fn require_kept(stack: &Stack, pairs: &[Pair]) {
    let channels = pairs.iter().map(Pair::channel);
    let channels: Vec<_> = channels.chain([ChannelKey::Global]).collect();
    let taken: BTreeSet<&String> = pairs.iter().flat_map(|it| &it.taken).collect();
    until("all that was said is kept", || {
        stack.lines(&channels).len() >= taken.len()
    });
    let lines = stack.lines(&channels);
    let kept: BTreeSet<&String> = lines.iter().collect();
    assert_eq!(kept.len(), lines.len(), "each once");
    assert_eq!(kept, taken, "and nothing but what was said");
    let people = pairs.iter().flat_map(|pair| &pair.people);
    let mut lines = people.flat_map(|person| &person.session.lines);
    assert_eq!(lines.find(|(_, count)| **count != 1), None, "each once");
}
