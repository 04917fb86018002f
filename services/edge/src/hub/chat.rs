//! Words between players: a client's are judged on this thread, handed on to the services and other edges, and told to
//! this edge's clients at once; what the services cannot take is refused. What others hand on is told with the next
//! frame. Nothing waits: an edge's full queue drops and counts (R6), and a client that reads slowly misses words
//! before anything else.

use bytes::Bytes;
use chat::{
    Absent, Audience, Channel, Draft, History, Listener, Manners, Membership, Memberships, Notice,
    Place, Refusal, Speaker, Words,
};
use engine::{Frame, PlayerState, SessionId};
use protocol::{
    Encoder,
    chat::{Ignore, Said, Say, Unsaid},
};
use spatial::Position;
use tokio::sync::mpsc;

use crate::{
    chat_exchange::ChatEnd,
    clock::now_ms,
    counters::{Cause, Counters, add},
    hub::{
        ClientId, Hub,
        client::Client,
        client_of, player,
        population::{folded, name},
    },
    limits,
    token::random,
};

/// What an edge keeps of chat.
pub struct Chat {
    end: ChatEnd,
    rules: chat::Rules,
    history: History<Bytes>,
    memberships: Memberships,
    /// Of those who left a while ago.
    absent: Absent,
    /// What one is told who comes into a party, and into a guild.
    group_lines: [Bytes; 2],
    encoder: Encoder,
    /// Of the sequences given here: its own number in the upper half, so that no two edges give the same.
    sequence: u64,
}

impl Chat {
    pub fn new(end: ChatEnd) -> Self {
        let origin = u64::from(u32::from_le_bytes(random())) << 32;
        let mut encoder = Encoder::new();
        let group_lines = [1, 2].map(|number| group_line(&mut encoder, number, origin));
        Self {
            rules: chat::Rules::new(end.word_list.clone()),
            end,
            history: History::default(),
            memberships: Memberships::default(),
            absent: Absent::default(),
            encoder,
            sequence: origin + group_lines.len() as u64,
            group_lines,
        }
    }

    /// What a newcomer of a house is told of what was said before.
    pub fn recent(&self, house: u8) -> impl Iterator<Item = &Bytes> {
        self.history.recent(house)
    }

    /// What who comes back is told of words that it may show yet.
    pub fn removed(&self) -> impl Iterator<Item = &Bytes> {
        self.history.removed()
    }

    /// What a newcomer is told of its party and guild, if it is in any.
    pub fn groups(&self, session: SessionId) -> impl Iterator<Item = &Bytes> {
        let belongs = self.memberships.of(session.0);
        let lines = [belongs.party, belongs.guild].into_iter();
        let lines = lines.zip(&self.group_lines);
        lines.filter_map(|(group, line)| group.map(|_| line))
    }

    /// How much an account that comes in said lately.
    pub fn returning(&mut self, account: u64) -> Manners {
        self.absent.take(account)
    }

    /// Remembers how much a client that leaves said lately.
    pub fn part(&mut self, client: Option<&Client>) {
        if let Some(client) = client {
            self.absent.keep(client.account, client.manners, now_ms());
        }
    }

    fn unsaid(&mut self, unsaid: &Unsaid) -> Bytes {
        Bytes::copy_from_slice(self.encoder.stream(unsaid))
    }

    /// `to` is a name, where the words are for one alone.
    fn message(&mut self, words: &Words, to: String) -> Bytes {
        let speaker = &words.speaker;
        let is_server = speaker.session == 0;
        let said = Said {
            channel: words.channel as u8,
            from: speaker.body,
            name: speaker.name.clone(),
            house: if is_server { 255 } else { speaker.house },
            to,
            text: words.text.clone(),
            sequence: words.sequence,
            time_ms: words.time_ms,
            removed: false,
        };
        let message = Bytes::copy_from_slice(self.encoder.stream(&said));
        self.history.keep(words, message.clone());
        message
    }
}

impl Hub {
    /// A client says something: told to all who are to hear, or refused and told why.
    pub fn say(&mut self, id: ClientId, say: &Say) {
        let now_ms = now_ms();
        let said = match self.judge(id, say, now_ms) {
            Ok(Some(words)) => self.spread(words, now_ms),
            Ok(None) => Ok(()),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = said {
            self.refuse(id, say.channel, refusal);
        }
    }

    fn spread(&mut self, words: Words, now_ms: u64) -> Result<(), Refusal> {
        let notice = Notice::Said(words.into());
        self.chat.end.hand_on(&notice, &self.counters)?;
        add(&self.counters.chat_said, 1);
        self.heed(&notice, now_ms);
        Ok(())
    }

    /// A client wants to hear somebody no more, or again.
    pub fn ignore(&mut self, id: ClientId, ignore: &Ignore) {
        let found = session_of(&self.frame, &ignore.name).ok_or(Refusal::Nobody);
        let Some(client) = client_of(&mut self.slots, id) else {
            return;
        };
        let set = found.and_then(|session| client.ignored.set(session.0, ignore.ignored));
        if let Err(refusal) = set {
            self.refuse(id, Channel::Whisper as u8, refusal);
        }
    }

    /// Takes in what others handed on; with every frame.
    pub fn heed_notices(&mut self) {
        let now_ms = now_ms();
        for _ in 0..limits::CHAT_NOTICES_PER_FRAME {
            match self.chat.end.inbox.try_recv() {
                Ok(notice) => self.heed(&notice, now_ms),
                Err(mpsc::error::TryRecvError::Empty | mpsc::error::TryRecvError::Disconnected) => {
                    return;
                }
            }
        }
    }

    fn heed(&mut self, notice: &Notice, now_ms: u64) {
        match notice {
            // A moderator was faster than the words.
            Notice::Said(words) if self.chat.history.is_removed(words.sequence) => {}
            Notice::Said(words) => {
                let to = self.addressee(words);
                let message = self.chat.message(words, to);
                self.fan_out(words, &message);
            }
            Notice::Recalled(words) => drop(self.chat.message(words, words.to.clone())),
            Notice::Removed { sequence } => {
                let removed = Said::removed(*sequence);
                let message = Bytes::copy_from_slice(self.chat.encoder.stream(&removed));
                if self.chat.history.remove(*sequence, message.clone()) {
                    self.tell_removed(&message);
                }
            }
            Notice::Belongs(membership) => self.set_membership(*membership),
            Notice::Several { notices } => {
                for notice in notices.iter() {
                    self.heed(notice, now_ms);
                }
            }
            Notice::Muted {
                account, until_ms, ..
            } => {
                if self.chat.rules.heed(notice, now_ms) && *until_ms > now_ms {
                    self.tell_muted(*account, *until_ms);
                }
            }
            Notice::Hushed { .. } | Notice::Slowed { .. } | Notice::Filtered { .. } => {
                self.chat.rules.heed(notice, now_ms);
            }
        }
    }

    /// Whose ear words are for: of the server's for one, who that is, where it plays here.
    fn addressee(&self, words: &Words) -> String {
        let (Channel::System, Audience::Pair(one, _)) = (words.channel, words.audience) else {
            return words.to.clone();
        };
        let player = player(&self.frame, SessionId(one));
        let name = player.and_then(|player| name(&self.frame, player));
        name.unwrap_or_default().to_owned()
    }

    /// The words of a client who is in the battle; none of one who is not yet.
    fn judge(&mut self, id: ClientId, say: &Say, now_ms: u64) -> Result<Option<Words>, Refusal> {
        let Some(client) = client_of(&mut self.slots, id) else {
            return Ok(None);
        };
        let Some(player) = player(&self.frame, client.session).filter(|_| client.body.is_some())
        else {
            return Ok(None);
        };
        let channel = Channel::from_number(say.channel).ok_or(Refusal::NotAllowed)?;
        let draft = Draft {
            account: client.account,
            channel,
            text: &say.text,
        };
        let text = self.chat.rules.judge(&draft, &mut client.manners, now_ms)?;
        let belongs = self.chat.memberships.of(client.session.0);
        let speaker = Speaker {
            account: client.account,
            party: belongs.party,
            guild: belongs.guild,
            ..speaker(&self.frame, player)
        };
        let ear = (channel == Channel::Whisper)
            .then(|| session_of(&self.frame, &say.to))
            .flatten();
        let audience = Audience::of(channel, &speaker, ear.map(|session| session.0))?;
        let to = ear.and_then(|ear| name(&self.frame, self::player(&self.frame, ear)?));
        self.chat.sequence += 1;
        Ok(Some(Words {
            channel,
            audience,
            to: to.unwrap_or_default().to_owned(),
            text,
            sequence: self.chat.sequence,
            time_ms: now_ms,
            speaker,
        }))
    }

    fn refuse(&mut self, id: ClientId, channel: u8, refusal: Refusal) {
        self.counters.drop_one(Cause::ChatRefused);
        let unsaid = Unsaid {
            reason: refusal.number(),
            channel,
            until_ms: refusal.until_ms(),
        };
        let message = self.chat.unsaid(&unsaid);
        if let Some(client) = client_of(&mut self.slots, id) {
            tell(client, message, &self.counters);
        }
    }

    /// Tells who joins a group that it may speak there, and who leaves one that it may no more.
    fn set_membership(&mut self, membership: Membership) {
        let memberships = &mut self.chat.memberships;
        let before = memberships.of(membership.character);
        memberships.set(membership);
        let after = memberships.of(membership.character);
        let groups = [
            (Channel::Party, before.party, after.party),
            (Channel::Guild, before.guild, after.guild),
        ];
        for (place, (channel, before, after)) in groups.into_iter().enumerate() {
            let message = match (before, after) {
                (before, Some(_)) if before != after => self.chat.group_lines[place].clone(),
                (Some(_), None) => self.chat.unsaid(&Unsaid {
                    reason: Refusal::NotMember.number(),
                    channel: channel as u8,
                    until_ms: 0,
                }),
                _ => continue,
            };
            let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
            let is_it = |client: &&Client| client.session.0 == membership.character;
            for client in clients.filter(is_it).filter(|it| it.body.is_some()) {
                tell(client, message.clone(), &self.counters);
            }
        }
    }

    /// Tells an account that it may say nothing for now, wherever it plays here.
    fn tell_muted(&mut self, account: u64, until_ms: u64) {
        let refusal = Refusal::Muted { until_ms };
        let message = self.chat.unsaid(&Unsaid {
            reason: refusal.number(),
            channel: Channel::Global as u8,
            until_ms,
        });
        let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        for client in clients.filter(|client| client.account == account) {
            tell(client, message.clone(), &self.counters);
        }
    }

    /// Tells all clients of this edge: who heard the words is not remembered. It is told to who reads slowly, too,
    /// as long as there is room for what must be told.
    fn tell_removed(&self, message: &Bytes) {
        let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        for client in clients.filter(|client| client.body.is_some()) {
            let backlog_max = limits::REMOVALS_BACKLOG_MAX;
            tell_within(backlog_max, client, message.clone(), &self.counters);
        }
    }

    /// Tells the same message to all clients who are to hear it.
    fn fan_out(&self, words: &Words, message: &Bytes) {
        let clients = self.slots.iter().filter_map(|slot| slot.client.as_ref());
        let mut heard_count = 0;
        for client in clients.filter(|client| client.body.is_some()) {
            let is_wanted = !client.ignored.contains(words.speaker.session);
            if is_wanted && self.hears(client, &words.audience) {
                heard_count += u64::from(tell(client, message.clone(), &self.counters));
            }
        }
        add(&self.counters.chat_heard, heard_count);
    }

    fn hears(&self, client: &Client, audience: &Audience) -> bool {
        let session = client.session.0;
        let listener = match audience {
            // What all hear needs no look at who it is.
            Audience::Everyone => return true,
            Audience::Pair(..) => Listener {
                session,
                ..Listener::default()
            },
            Audience::Party(_) | Audience::Guild(_) => {
                let belongs = self.chat.memberships.of(session);
                Listener {
                    session,
                    party: belongs.party,
                    guild: belongs.guild,
                    ..Listener::default()
                }
            }
            Audience::Near(_) | Audience::House(_) => {
                let Some(player) = player(&self.frame, client.session) else {
                    return false;
                };
                Listener {
                    session,
                    house: player.house as u8,
                    place: place(player.motion.position),
                    ..Listener::default()
                }
            }
        };
        audience.hears(&listener)
    }
}

/// The server's word in a party's or guild's channel, by which a page knows that one may speak there.
fn group_line(encoder: &mut Encoder, number: u64, origin: u64) -> Bytes {
    let (channel, text) = match number {
        1 => (Channel::Party, "You are in a party. It hears you here."),
        _ => (Channel::Guild, "Your guild hears you here."),
    };
    let said = Said {
        channel: channel as u8,
        house: 255,
        text: text.to_owned(),
        sequence: origin + number,
        time_ms: now_ms(),
        ..Said::default()
    };
    Bytes::copy_from_slice(encoder.stream(&said))
}

/// False, and counted, for a client that has much to read already.
fn tell(client: &Client, message: Bytes, counters: &Counters) -> bool {
    tell_within(limits::CHAT_BACKLOG_MAX, client, message, counters)
}

/// The same for one that has so many messages to read.
fn tell_within(backlog_max: usize, client: &Client, message: Bytes, counters: &Counters) -> bool {
    let [waiting_count, _] = client.outbox.waiting_counts();
    let is_told = waiting_count < backlog_max && client.outbox.control(message).is_ok();
    if !is_told {
        counters.drop_one(Cause::ChatUnheard);
    }
    is_told
}

fn speaker(frame: &Frame, player: &PlayerState) -> Speaker {
    Speaker {
        session: player.session.0,
        body: player.body.0,
        name: name(frame, player).unwrap_or_default().to_owned(),
        house: player.house as u8,
        place: place(player.motion.position),
        ..Speaker::default()
    }
}

fn place(position: Position) -> Place {
    let [x, z] = [position.x, position.z].map(|axis| axis >> spatial::position::UNIT_BITS);
    Place { x, z }
}

/// The session of the player with this name, in whatever case.
fn session_of(frame: &Frame, wanted: &str) -> Option<SessionId> {
    let wanted = folded(wanted.trim());
    let has_name = |player: &&PlayerState| {
        name(frame, player).is_some_and(|name| {
            let letters = name.chars().flat_map(char::to_lowercase);
            letters.eq(wanted.chars())
        })
    };
    let found = frame.players.iter().find(has_name)?;
    Some(found.session)
}
