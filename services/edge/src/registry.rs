//! Who is here: admission, names, resume tokens and the grace of a lost session.
//!
//! Shared by all edge threads behind one lock, which is taken when somebody joins, is lost, leaves or
//! once a second; never on the way of a tick, an input or a snapshot.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use engine::SessionId;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Notify;

use crate::{limits, names, rate::TokenBucket};

/// Shows that a connection belongs to an earlier session: 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Token([u8; 16]);

impl Token {
    pub fn text(&self) -> String {
        crate::hex::encode(&self.0)
    }

    pub fn parse(text: &str) -> Option<Self> {
        crate::hex::decode(text)?.try_into().ok().map(Self)
    }

    fn random() -> Self {
        let mut bytes = [0; 16];
        SystemRandom::new()
            .fill(&mut bytes)
            .expect("the system gives random bytes");
        Self(bytes)
    }
}

/// What a Hello asks for.
pub struct JoinRequest<'a> {
    pub name: &'a str,
    pub resume_token: &'a str,
    pub address: IpAddr,
}

/// Why a Hello was refused; [`Refusal::text`] is for the player.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    Name(&'static str),
    Full,
    TooManyJoins,
}

impl Refusal {
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Name(text) => text,
            Refusal::Full => "The battle is full. Try again in a while.",
            Refusal::TooManyJoins => "Too many people are joining. Try again in a few seconds.",
        }
    }
}

/// A session let in, for the connection that holds it now.
#[derive(Clone)]
pub struct Admission {
    pub session: SessionId,
    pub token: Token,
    pub name: String,
    /// Whether its body was there before.
    pub is_resumed: bool,
    /// Which connection of the session this is; an older one may do it no more harm.
    attachment: u64,
    /// Rings when a newer connection takes the session over.
    pub replaced: Arc<Notify>,
}

/// A session as kept over a restart of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptSession {
    pub session: u64,
    pub token: String,
    pub name: String,
}

pub struct Registry {
    sessions_max: usize,
    inner: Mutex<Inner>,
}

struct Inner {
    by_session: HashMap<SessionId, Entry>,
    by_token: HashMap<Token, SessionId>,
    names_folded: HashSet<String>,
    joins: TokenBucket,
    joins_by_address: HashMap<IpAddr, TokenBucket>,
    session_next: u64,
    attachment_next: u64,
}

struct Entry {
    name: String,
    token: Token,
    attachment: u64,
    replaced: Arc<Notify>,
    /// Since when no connection holds it.
    lost_at: Option<Instant>,
}

impl Registry {
    pub fn new(sessions_max: usize, now: Instant) -> Self {
        Self {
            sessions_max,
            inner: Mutex::new(Inner {
                by_session: HashMap::new(),
                by_token: HashMap::new(),
                names_folded: HashSet::new(),
                joins: TokenBucket::new(limits::JOINS_PER_SECOND, limits::JOINS_BURST, now),
                joins_by_address: HashMap::new(),
                session_next: 1,
                attachment_next: 1,
            }),
        }
    }

    /// Lets a player in: back to an earlier session by its token, else as a new guest.
    pub fn admit(&self, request: &JoinRequest, now: Instant) -> Result<Admission, Refusal> {
        let mut inner = self.lock();
        // Who comes back is no newcomer: a server that restarts gets everybody at once.
        let earlier = Token::parse(request.resume_token)
            .and_then(|token| inner.by_token.get(&token).copied());
        if let Some(session) = earlier {
            return Ok(inner.resume(session));
        }
        if !inner.may_join(request.address, now) {
            return Err(Refusal::TooManyJoins);
        }
        let name = names::checked(request.name).map_err(Refusal::Name)?;
        if inner.by_session.len() >= self.sessions_max {
            return Err(Refusal::Full);
        }
        Ok(inner.create(&name))
    }

    /// The connection is gone: its body waits for a while. Nothing if a newer one holds the session.
    pub fn lose(&self, admission: &Admission, now: Instant) {
        let mut inner = self.lock();
        if let Some(entry) = inner.held_by(admission) {
            entry.lost_at = Some(now);
        }
    }

    /// The player goes for good: true if the body is to leave the world now.
    pub fn leave(&self, admission: &Admission) -> bool {
        let mut inner = self.lock();
        let is_held = inner.held_by(admission).is_some();
        if is_held {
            inner.remove(admission.session);
        }
        is_held
    }

    /// Ends the sessions whose grace is over; their bodies are to leave the world.
    pub fn expire(&self, now: Instant) -> Vec<SessionId> {
        let mut inner = self.lock();
        let is_over = |entry: &Entry| {
            let lost = |at| now.saturating_duration_since(at) >= limits::RESUME_GRACE;
            entry.lost_at.is_some_and(lost)
        };
        let mut ended: Vec<SessionId> = inner
            .by_session
            .iter()
            .filter_map(|(session, entry)| is_over(entry).then_some(*session))
            .collect();
        ended.sort_unstable();
        for session in &ended {
            inner.remove(*session);
        }
        ended
    }

    /// Sessions held or waiting for their player.
    pub fn count(&self) -> usize {
        self.lock().by_session.len()
    }

    /// What a restarted server needs to let the players back into their bodies.
    pub fn kept(&self) -> Vec<KeptSession> {
        let inner = self.lock();
        let mut kept: Vec<KeptSession> = inner
            .by_session
            .iter()
            .map(|(session, entry)| KeptSession {
                session: session.0,
                token: entry.token.text(),
                name: entry.name.clone(),
            })
            .collect();
        kept.sort_unstable_by_key(|kept| kept.session);
        kept
    }

    /// Takes sessions of before a restart in, as lost just now. What does not parse is left out.
    pub fn restore(&self, kept: &[KeptSession], now: Instant) {
        let mut inner = self.lock();
        for kept in kept.iter().take(self.sessions_max) {
            let Some(token) = Token::parse(&kept.token) else {
                continue;
            };
            let session = SessionId(kept.session);
            inner.session_next = inner.session_next.max(kept.session.saturating_add(1));
            inner.insert(session, kept.name.clone(), token, Some(now));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no holder panics")
    }
}

impl Inner {
    fn may_join(&mut self, address: IpAddr, now: Instant) -> bool {
        if self.joins_by_address.len() >= limits::ADDRESSES_MAX {
            self.joins_by_address
                .retain(|_, bucket| bucket.level(now) < limits::ADDRESS_JOINS_BURST);
        }
        if self.joins_by_address.len() >= limits::ADDRESSES_MAX {
            self.joins_by_address.clear();
        }
        let bucket = self.joins_by_address.entry(address).or_insert_with(|| {
            TokenBucket::new(
                limits::ADDRESS_JOINS_PER_SECOND,
                limits::ADDRESS_JOINS_BURST,
                now,
            )
        });
        bucket.take(1, now) && self.joins.take(1, now)
    }

    fn resume(&mut self, session: SessionId) -> Admission {
        let attachment = self.next_attachment();
        let entry = self
            .by_session
            .get_mut(&session)
            .expect("a token is removed with its session");
        entry.replaced.notify_one();
        entry.attachment = attachment;
        entry.replaced = Arc::new(Notify::new());
        entry.lost_at = None;
        Admission {
            session,
            token: entry.token,
            name: entry.name.clone(),
            is_resumed: true,
            attachment,
            replaced: entry.replaced.clone(),
        }
    }

    fn create(&mut self, name: &str) -> Admission {
        let name = names::unique(name, |name| self.names_folded.contains(&folded(name)));
        let session = SessionId(self.session_next);
        self.session_next += 1;
        let token = Token::random();
        self.insert(session, name.clone(), token, None);
        let entry = &self.by_session[&session];
        Admission {
            session,
            token,
            name,
            is_resumed: false,
            attachment: entry.attachment,
            replaced: entry.replaced.clone(),
        }
    }

    fn insert(&mut self, session: SessionId, name: String, token: Token, lost_at: Option<Instant>) {
        let attachment = self.next_attachment();
        self.names_folded.insert(folded(&name));
        self.by_token.insert(token, session);
        let entry = Entry {
            name,
            token,
            attachment,
            replaced: Arc::new(Notify::new()),
            lost_at,
        };
        self.by_session.insert(session, entry);
    }

    fn remove(&mut self, session: SessionId) {
        if let Some(entry) = self.by_session.remove(&session) {
            self.by_token.remove(&entry.token);
            self.names_folded.remove(&folded(&entry.name));
        }
    }

    fn held_by(&mut self, admission: &Admission) -> Option<&mut Entry> {
        self.by_session
            .get_mut(&admission.session)
            .filter(|entry| entry.attachment == admission.attachment)
    }

    fn next_attachment(&mut self) -> u64 {
        self.attachment_next += 1;
        self.attachment_next
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::Ipv4Addr, time::Duration};

    fn request<'a>(name: &'a str, resume_token: &'a str) -> JoinRequest<'a> {
        JoinRequest {
            name,
            resume_token,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    #[test]
    fn a_token_leads_back_within_the_grace_and_not_after() {
        let now = Instant::now();
        let registry = Registry::new(10, now);
        let first = registry.admit(&request("Bera", ""), now).expect("joins");
        registry.lose(&first, now);
        let soon = now + limits::RESUME_GRACE - Duration::from_millis(1);
        assert_eq!(registry.expire(soon), []);
        let token = first.token.text();
        let again = registry
            .admit(&request("x", &token), soon)
            .expect("resumes");
        assert!(again.is_resumed && again.session == first.session && again.name == "Bera");
        registry.lose(&first, soon);
        let late = soon + limits::RESUME_GRACE;
        assert_eq!(
            registry.expire(late),
            [],
            "the old connection cannot lose it"
        );
        registry.lose(&again, late);
        let over = late + limits::RESUME_GRACE;
        assert_eq!(registry.expire(over), [first.session]);
        let fresh = registry
            .admit(&request("Bera", &token), over)
            .expect("joins");
        assert!(!fresh.is_resumed && fresh.session != first.session);
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let now = Instant::now();
        let registry = Registry::new(10, now);
        let first = registry.admit(&request("Bera", ""), now).expect("joins");
        let second = registry.admit(&request("BERA", ""), now).expect("joins");
        assert_eq!(
            (first.name.as_str(), second.name.as_str()),
            ("Bera", "BERA 2")
        );
        assert!(registry.leave(&first));
        assert!(!registry.leave(&first), "leaves once");
        let third = registry.admit(&request("bera", ""), now).expect("joins");
        assert_eq!(third.name, "bera");
    }

    #[test]
    fn a_full_house_and_a_flood_of_joins_are_refused() {
        let now = Instant::now();
        let registry = Registry::new(2, now);
        for name in ["a", "b"] {
            registry.admit(&request(name, ""), now).expect("joins");
        }
        assert_eq!(
            registry.admit(&request("c", ""), now).err(),
            Some(Refusal::Full)
        );
        let refused = (0..1_000)
            .filter(|_| registry.admit(&request("c", ""), now).err() == Some(Refusal::TooManyJoins))
            .count();
        assert_eq!(refused, 1_000 + 3 - limits::ADDRESS_JOINS_BURST as usize);
    }

    #[test]
    fn who_comes_back_does_not_pay_for_a_join() {
        let now = Instant::now();
        let registry = Registry::new(10, now);
        let first = registry.admit(&request("Bera", ""), now).expect("joins");
        while registry.admit(&request("", ""), now).err() != Some(Refusal::TooManyJoins) {}
        let token = first.token.text();
        assert!(registry.admit(&request("Bera", &token), now).is_ok());
    }

    #[test]
    fn sessions_survive_a_restart() {
        let now = Instant::now();
        let before = Registry::new(10, now);
        let first = before.admit(&request("Bera", ""), now).expect("joins");
        let after = Registry::new(10, now);
        after.restore(&before.kept(), now);
        let token = first.token.text();
        let again = after.admit(&request("", &token), now).expect("resumes");
        assert_eq!((again.session, again.is_resumed), (first.session, true));
        let other = after.admit(&request("Bera", ""), now).expect("joins");
        assert_ne!(other.session, first.session);
    }
}
