//! Who may come in: names, rates, room, and the line of those who wait for room.
//!
//! Who is in the battle the world itself says, by the newest frame; kept here is only what that
//! cannot say yet. Shared by all edge threads of a process behind one lock, which is taken when
//! somebody joins or waits; never on the way of a tick, an input or a snapshot.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use engine::{Attachment, SessionId};

use crate::{
    Bounds,
    hub::population::{Population, folded},
    limits, names,
    rate::TokenBucket,
    services::{Holder, Tickets},
    token::{Known, TokenKey, random},
};

/// What a Hello asks for.
pub struct JoinRequest<'a> {
    pub name: &'a str,
    pub resume_token: &'a str,
    /// The auth service's word for who it is; may be empty.
    pub ticket: &'a str,
    pub address: IpAddr,
}

/// Why a Hello was refused; [`Refusal::text`] is for the player.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    Name(&'static str),
    Ticket(&'static str),
    Full,
    TooManyJoins,
}

impl Refusal {
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Name(text) | Refusal::Ticket(text) => text,
            Refusal::Full => "The battle is full, and so is the line. Try again in a while.",
            Refusal::TooManyJoins => "Too many people are joining. Try again in a few seconds.",
        }
    }
}

/// A session let in, for the connection that holds it from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admission {
    pub session: SessionId,
    /// See [`Known::account`].
    pub account: u64,
    pub attachment: Attachment,
    pub token: String,
    /// What it is called, unless it is in the world already under another name.
    pub name: String,
}

/// The answer to a Hello that is not refused.
#[derive(PartialEq, Eq, Debug)]
pub enum Answer {
    In(Admission),
    /// There is no room yet.
    Wait(Place),
}

/// A place in the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    number: u64,
    known: Known,
    name: String,
}

/// How it stands with a place in the line.
#[derive(PartialEq, Eq, Debug)]
pub enum Turn {
    Now(Admission),
    /// 1 is the next, and how many wait.
    Later {
        position: u32,
        count: u32,
    },
}

/// To who was sent away, and to who is being sent.
pub const SENT_AWAY: &str = "You were sent away. Sign in to learn why.";

pub struct Registry {
    bounds: Bounds,
    key: TokenKey,
    tickets: Option<Tickets>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Let in here and in no frame seen here yet: folded names, and until when they count.
    pending: HashMap<SessionId, (String, Instant)>,
    /// Numbers of those who wait, which only grow, and their accounts.
    line: VecDeque<(u64, u64)>,
    line_next: u64,
    /// Whether newcomers are let in at all just now.
    is_open: bool,
    /// Accounts that were sent away a moment ago, oldest first, and until when that counts.
    barred: VecDeque<(u64, Instant)>,
    joins: TokenBucket,
    joins_by_address: HashMap<IpAddr, TokenBucket>,
}

impl Registry {
    pub fn new(bounds: Bounds, key: TokenKey, tickets: Option<Tickets>, now: Instant) -> Self {
        Self {
            bounds,
            key,
            tickets,
            inner: Mutex::new(Inner {
                pending: HashMap::new(),
                line: VecDeque::new(),
                line_next: 0,
                is_open: true,
                barred: VecDeque::new(),
                joins: TokenBucket::new(limits::JOINS_PER_SECOND, limits::JOINS_BURST, now),
                joins_by_address: HashMap::new(),
            }),
        }
    }

    /// Lets a player in: back to its session by the token, else as a newcomer, in its turn.
    ///
    /// # Errors
    /// Any [`Refusal`].
    pub fn admit(
        &self,
        request: &JoinRequest,
        population: &Population,
        now: Instant,
    ) -> Result<Answer, Refusal> {
        let known = self.key.known(request.resume_token);
        self.refuse_barred(known, now)?;
        // Who comes back is no newcomer: when an edge dies, others get everybody at once.
        if let Some(known) = known.filter(|known| population.has(known.session)) {
            let name = population.name(known.session).unwrap_or(request.name);
            return Ok(Answer::In(self.attach(known, name.to_owned())));
        }
        if !self.lock().may_join(request.address, now) {
            return Err(Refusal::TooManyJoins);
        }
        let holder = self.holder(request.ticket)?;
        let own = holder.as_ref().map(|holder| Known {
            session: SessionId(holder.character as u64),
            account: holder.account as u64,
        });
        self.refuse_barred(own, now)?;
        let name = holder.map_or_else(|| request.name.to_owned(), |holder| holder.name);
        let name = names::checked(&name).map_err(Refusal::Name)?;
        // A character has one body, whatever device it is played on.
        if let Some(own) = own.filter(|own| population.has(own.session)) {
            return Ok(Answer::In(self.attach(own, name)));
        }
        // One that this edge does not see (yet) keeps its number, and so its body where there is one.
        let known = own.or(known).unwrap_or_else(|| stranger(population));
        let mut inner = self.lock();
        inner.settle(population, now);
        if inner.line.is_empty() && self.room(&inner, population) > 0 {
            let name = inner.enter(known.session, &name, population, now);
            return Ok(Answer::In(self.attach(known, name)));
        }
        let number = inner.queue(known.account).ok_or(Refusal::Full)?;
        Ok(Answer::Wait(Place {
            number,
            known,
            name,
        }))
    }

    /// Lets an account in no more, until the tickets are over that it may still have; one that waits waits in vain.
    pub fn bar(&self, account: u64, now: Instant) {
        let Inner { barred, line, .. } = &mut *self.lock();
        line.retain(|(_, waiting)| *waiting != account);
        barred.retain(|(_, until)| *until > now);
        if barred.len() == limits::BARRED_MAX {
            barred.pop_front();
        }
        barred.push_back((account, now + limits::BAR_TIME));
    }

    fn refuse_barred(&self, known: Option<Known>, now: Instant) -> Result<(), Refusal> {
        let account = known.map(|known| known.account);
        let inner = self.lock();
        let mut barred = inner.barred.iter();
        let is_barred = barred.any(|(it, until)| Some(*it) == account && *until > now);
        match is_barred {
            true => Err(Refusal::Ticket(SENT_AWAY)),
            false => Ok(()),
        }
    }

    /// Whose ticket it is; none for a guest, where guests are let in.
    fn holder(&self, ticket: &str) -> Result<Option<Holder>, Refusal> {
        match &self.tickets {
            Some(tickets) if !ticket.is_empty() => tickets
                .desk
                .admit(ticket)
                .map(Some)
                .map_err(Refusal::Ticket),
            Some(tickets) if tickets.are_required => Err(Refusal::Ticket("Sign in to play here.")),
            _ => Ok(None),
        }
    }

    /// Lets in who waits, if its turn has come.
    ///
    /// # Errors
    /// That of who was sent away meanwhile.
    pub fn advance(
        &self,
        place: &Place,
        population: &Population,
        now: Instant,
    ) -> Result<Turn, Refusal> {
        let mut inner = self.lock();
        inner.settle(population, now);
        let ahead = inner.place_of(place).map_err(|_| SENT_AWAY);
        let ahead = ahead.map_err(Refusal::Ticket)?;
        if ahead >= self.room(&inner, population) {
            return Ok(Turn::Later {
                position: ahead as u32 + 1,
                count: inner.line.len() as u32,
            });
        }
        inner.quit(place);
        let name = inner.enter(place.known.session, &place.name, population, now);
        Ok(Turn::Now(self.attach(place.known, name)))
    }

    /// Gives a place in the line up; nothing if its turn has come.
    pub fn quit(&self, place: &Place) {
        self.lock().quit(place);
    }

    /// Whether newcomers are let in, room given. Who is in the battle may come back all the same.
    pub fn set_open(&self, is_open: bool) {
        self.lock().is_open = is_open;
    }

    /// How many wait for room.
    pub fn waiting_count(&self) -> usize {
        self.lock().line.len()
    }

    /// How many more the battle takes, as far as this process knows.
    fn room(&self, inner: &Inner, population: &Population) -> usize {
        let taken_count = population.players_count() + inner.pending.len();
        match inner.is_open {
            true => self.bounds.sessions_max().saturating_sub(taken_count),
            false => 0,
        }
    }

    fn attach(&self, known: Known, name: String) -> Admission {
        Admission {
            session: known.session,
            account: known.account,
            attachment: Attachment(u32::from_le_bytes(random())),
            token: self.key.token(known),
            name,
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

    /// Forgets those whom the world has now, and those whom it did not take in.
    fn settle(&mut self, population: &Population, now: Instant) {
        self.pending
            .retain(|session, (_, until)| now < *until && !population.has(*session));
    }

    /// Counts a newcomer until the world does; its name, made unique.
    fn enter(
        &mut self,
        session: SessionId,
        name: &str,
        population: &Population,
        now: Instant,
    ) -> String {
        let name = names::unique(name, |name| {
            let name = folded(name);
            let mut pending = self.pending.iter();
            let is_pending = pending.any(|(other, it)| *other != session && it.0 == name);
            is_pending || population.is_name_taken(&name)
        });
        let until = now + limits::JOIN_TIMEOUT;
        self.pending.insert(session, (folded(&name), until));
        name
    }

    /// A number at the end of the line; none when it is full.
    fn queue(&mut self, account: u64) -> Option<u64> {
        if self.line.len() >= limits::WAITING_MAX {
            return None;
        }
        let number = self.line_next;
        self.line_next += 1;
        self.line.push_back((number, account));
        Some(number)
    }

    fn quit(&mut self, place: &Place) {
        if let Ok(index) = self.place_of(place) {
            self.line.remove(index);
        }
    }

    fn place_of(&self, place: &Place) -> Result<usize, usize> {
        self.line
            .binary_search_by_key(&place.number, |(number, _)| *number)
    }
}

/// Any number that is no character's, but those in use; nobody's account.
fn stranger(population: &Population) -> Known {
    loop {
        let number = u64::from_le_bytes(random()) | SessionId::STRANGER_BIT;
        let session = SessionId(number);
        if !population.has(session) {
            let account = number;
            return Known { session, account };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hub::bodies::RosterChanges, services::TicketDesk};
    use engine::{Appearance, BodyId, Frame, House, PlayerState, Roster};
    use std::{
        net::{IpAddr, Ipv4Addr},
        sync::Arc,
        time::Duration,
    };

    /// A world that takes everybody in, when it is told to.
    #[derive(Default)]
    struct Twin {
        frame: Frame,
        roster: RosterChanges,
    }

    impl Twin {
        fn take_in(&mut self, admission: &Admission) {
            let index = self.frame.players.len() as u32 + 1;
            let body = BodyId::new(index, 0);
            self.frame.players.push(PlayerState {
                session: admission.session,
                body,
                ..PlayerState::default()
            });
            self.frame.players.sort_by_key(|player| player.session);
            let mut roster = Roster::clone(&self.frame.roster);
            roster.version += 1;
            roster.appearances.resize(index as usize + 1, None);
            roster.appearances[index as usize] = Some(Appearance {
                id: body,
                name: admission.name.clone(),
                house: House::Red,
                gear: 2,
                worn: engine::Worn::NOTHING,
            });
            self.roster.update(&roster);
            self.frame.roster = Arc::new(roster);
        }

        fn let_go(&mut self, admission: &Admission) {
            let players = &mut self.frame.players;
            players.retain(|player| player.session != admission.session);
        }

        fn population(&self) -> Population<'_> {
            Population::new(&self.frame, &self.roster)
        }
    }

    fn bounds(sessions_max: usize) -> Bounds {
        Bounds::new(sessions_max, 0)
    }

    fn registry(sessions_max: usize, now: Instant) -> Registry {
        let key = TokenKey::new(&[1; TokenKey::BYTES]);
        Registry::new(bounds(sessions_max), key, None, now)
    }

    fn request<'a>(name: &'a str, resume_token: &'a str) -> JoinRequest<'a> {
        JoinRequest {
            name,
            resume_token,
            ticket: "",
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    fn joins(registry: &Registry, request: &JoinRequest, twin: &Twin, now: Instant) -> Admission {
        match registry.admit(request, &twin.population(), now) {
            Ok(Answer::In(admission)) => admission,
            other => panic!("not let in: {other:?}"),
        }
    }

    fn waits(registry: &Registry, name: &str, twin: &Twin, now: Instant) -> Place {
        match registry.admit(&request(name, ""), &twin.population(), now) {
            Ok(Answer::Wait(place)) => place,
            other => panic!("does not wait: {other:?}"),
        }
    }

    #[test]
    fn a_token_leads_back_at_any_edge_that_sees_the_player() {
        let now = Instant::now();
        let [here, there] = [registry(10, now), registry(10, now)];
        let mut twin = Twin::default();
        let first = joins(&here, &request("Bera", ""), &twin, now);
        let late = joins(&there, &request("x", &first.token), &twin, now);
        assert!(
            late.name == "x" && late.session == first.session,
            "not seen yet"
        );
        twin.take_in(&first);
        let again = joins(&there, &request("x", &first.token), &twin, now);
        assert!(again.session == first.session && again.name == "Bera");
        assert_ne!(again.attachment, first.attachment);
        twin.let_go(&first);
        let anew = joins(&there, &request("Ivar", &first.token), &twin, now);
        assert!(anew.session == first.session && anew.name == "Ivar");
    }

    /// Knows tickets of characters, each once; all are of one account.
    #[derive(Default)]
    struct Desk(Mutex<Vec<i64>>);

    impl TicketDesk for Desk {
        fn admit(&self, ticket: &str) -> Result<Holder, &'static str> {
            let character = ticket.parse().map_err(|_| "forged")?;
            let mut used = self.0.lock().expect("no panic");
            if used.contains(&character) {
                return Err("used");
            }
            used.push(character);
            let name = "Bera".to_owned();
            Ok(Holder {
                account: 1,
                character,
                name,
            })
        }
    }

    fn ticketed(are_required: bool, now: Instant) -> Registry {
        let tickets = Tickets {
            desk: Arc::new(Desk::default()),
            audience: "battle".to_owned(),
            are_required,
        };
        let key = TokenKey::new(&[1; TokenKey::BYTES]);
        Registry::new(bounds(10), key, Some(tickets), now)
    }

    fn with_ticket<'a>(ticket: &'a str, resume_token: &'a str) -> JoinRequest<'a> {
        JoinRequest {
            ticket,
            ..request("x", resume_token)
        }
    }

    #[test]
    fn a_ticket_names_who_comes_and_lets_nobody_in_twice() {
        let now = Instant::now();
        let registry = ticketed(true, now);
        let mut twin = Twin::default();
        let first = joins(&registry, &with_ticket("7", ""), &twin, now);
        assert_eq!((first.name.as_str(), first.session), ("Bera", SessionId(7)));
        for (ticket, text) in [
            ("7", "used"),
            ("x", "forged"),
            ("", "Sign in to play here."),
        ] {
            let refused = registry.admit(&with_ticket(ticket, ""), &twin.population(), now);
            assert_eq!(refused, Err(Refusal::Ticket(text)));
        }
        // Who is in the world comes back by the token alone.
        twin.take_in(&first);
        let again = joins(&registry, &with_ticket("", &first.token), &twin, now);
        assert_eq!(again.session, first.session);
        assert_eq!((first.account, again.account), (1, 1), "also whose it is");
    }

    #[test]
    fn a_character_has_one_body_on_all_its_devices() {
        let now = Instant::now();
        let [here, there] = [ticketed(true, now), ticketed(true, now)];
        let mut twin = Twin::default();
        let first = joins(&here, &with_ticket("7", ""), &twin, now);
        twin.take_in(&first);
        let second = joins(&there, &with_ticket("7", ""), &twin, now);
        assert_eq!(second.session, first.session);
        assert_ne!(second.attachment, first.attachment);
        // Another of the same account is somebody else.
        let other = joins(&there, &with_ticket("8", ""), &twin, now);
        assert_eq!(other.session, SessionId(8));
    }

    #[test]
    fn guests_come_in_without_a_ticket_where_none_is_required() {
        let now = Instant::now();
        let registry = ticketed(false, now);
        let guest = joins(&registry, &with_ticket("", ""), &Twin::default(), now);
        assert_eq!(guest.name, "x");
    }

    #[test]
    fn a_bad_token_makes_a_newcomer() {
        let now = Instant::now();
        let registry = registry(10, now);
        let mut twin = Twin::default();
        let first = joins(&registry, &request("Bera", ""), &twin, now);
        twin.take_in(&first);
        let known = Known {
            session: first.session,
            account: first.account,
        };
        let forged = TokenKey::new(&[2; TokenKey::BYTES]).token(known);
        for token in [&first.token[1..], &forged, "", "zz"] {
            let other = joins(&registry, &request("x", token), &twin, now);
            assert!(other.session != first.session, "{token}");
        }
    }

    #[test]
    fn names_are_unique_whatever_their_case() {
        let now = Instant::now();
        let registry = registry(10, now);
        let mut twin = Twin::default();
        let first = joins(&registry, &request("Bera", ""), &twin, now);
        let second = joins(&registry, &request("BERA", ""), &twin, now);
        assert_eq!([&first.name, &second.name], ["Bera", "BERA 2"]);
        twin.take_in(&first);
        twin.take_in(&second);
        let third = joins(&registry, &request("bera", ""), &twin, now);
        assert_eq!(third.name, "bera 3");
    }

    #[test]
    fn a_name_is_free_again_when_the_world_did_not_take_its_player() {
        let now = Instant::now();
        let registry = registry(1, now);
        let twin = Twin::default();
        joins(&registry, &request("Bera", ""), &twin, now);
        let late = now + limits::JOIN_TIMEOUT;
        let place = waits(&registry, "Bera", &twin, late - Duration::from_millis(1));
        let turn = registry.advance(&place, &twin.population(), late);
        assert!(matches!(turn, Ok(Turn::Now(admission)) if admission.name == "Bera"));
    }

    #[test]
    fn those_who_wait_are_let_in_one_by_one_in_order() {
        let now = Instant::now();
        let registry = registry(2, now);
        let mut twin = Twin::default();
        let inside = ["a", "b"].map(|name| joins(&registry, &request(name, ""), &twin, now));
        inside.iter().for_each(|admission| twin.take_in(admission));
        let line = ["c", "d", "e", "f"].map(|name| waits(&registry, name, &twin, now));
        let turn = |place, twin: &Twin| registry.advance(place, &twin.population(), now);
        let later = |position, count| Ok(Turn::Later { position, count });
        assert_eq!(turn(&line[3], &twin), later(4, 4));
        registry.quit(&line[0]);
        assert_eq!(turn(&line[3], &twin), later(3, 3));
        twin.let_go(&inside[0]);
        assert_eq!(turn(&line[2], &twin), later(2, 3), "it is not its turn");
        let Ok(Turn::Now(next)) = turn(&line[1], &twin) else {
            panic!("there is room for the first");
        };
        assert_eq!(next.name, "d");
        assert_eq!(turn(&line[2], &twin), later(1, 2), "the room is taken");
        twin.take_in(&next);
        assert_eq!(turn(&line[2], &twin), later(1, 2));
        // Who is inside comes back whatever waits.
        let again = joins(&registry, &request("b", &inside[1].token), &twin, now);
        assert_eq!(again.session, inside[1].session);
        twin.let_go(&next);
        waits(&registry, "g", &twin, now);
        assert!(matches!(turn(&line[2], &twin), Ok(Turn::Now(_))));
    }

    #[test]
    fn a_closed_battle_lets_nobody_new_in() {
        let now = Instant::now();
        let registry = registry(10, now);
        let mut twin = Twin::default();
        let bera = joins(&registry, &request("Bera", ""), &twin, now);
        twin.take_in(&bera);
        registry.set_open(false);
        let place = waits(&registry, "Ivar", &twin, now);
        let again = joins(&registry, &request("", &bera.token), &twin, now);
        assert_eq!(again.session, bera.session);
        registry.set_open(true);
        let turn = registry.advance(&place, &twin.population(), now);
        assert!(matches!(turn, Ok(Turn::Now(_))));
        assert_eq!(registry.waiting_count(), 0);
    }

    #[test]
    fn who_is_sent_away_waits_no_more() {
        let now = Instant::now();
        let registry = registry(10, now);
        let twin = Twin::default();
        registry.set_open(false);
        let line = ["c", "d", "e"].map(|name| waits(&registry, name, &twin, now));
        registry.bar(line[1].known.account, now);
        registry.set_open(true);
        let late = now + 2 * limits::BAR_TIME;
        let turns = line.map(|place| registry.advance(&place, &twin.population(), late));
        let [first, second, third] = turns;
        assert_eq!(second, Err(Refusal::Ticket(SENT_AWAY)));
        assert!(matches!(
            [first, third],
            [Ok(Turn::Now(_)), Ok(Turn::Now(_))]
        ));
        assert_eq!(registry.waiting_count(), 0);
    }

    #[test]
    fn a_full_line_and_a_flood_of_joins_are_refused() {
        let start = Instant::now();
        let registry = registry(1, start);
        let mut twin = Twin::default();
        twin.take_in(&joins(&registry, &request("a", ""), &twin, start));
        let population = twin.population();
        let at = |second| start + Duration::from_secs(second);
        for second in 1..=limits::WAITING_MAX as u64 {
            waits(&registry, "b", &twin, at(second));
        }
        let late = at(limits::WAITING_MAX as u64 + 10);
        let admit = |now| registry.admit(&request("c", ""), &population, now).err();
        assert_eq!(admit(late), Some(Refusal::Full));
        let refused = (0..1_000).filter(|_| admit(late) == Some(Refusal::TooManyJoins));
        assert_eq!(
            refused.count(),
            1_000 + 1 - limits::ADDRESS_JOINS_BURST as usize
        );
    }

    #[test]
    fn who_comes_back_does_not_pay_for_a_join() {
        let now = Instant::now();
        let registry = registry(10, now);
        let mut twin = Twin::default();
        let first = joins(&registry, &request("Bera", ""), &twin, now);
        twin.take_in(&first);
        let population = twin.population();
        let admit = |request: &JoinRequest| registry.admit(request, &population, now);
        while admit(&request("", "")).err() != Some(Refusal::TooManyJoins) {}
        assert!(admit(&request("Bera", &first.token)).is_ok());
    }
}
