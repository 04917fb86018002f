//! Who may come in: names, rates, room, and the line of those who wait for room.
//!
//! Who is in the battle the world itself says, by the newest frame; kept here is only what that
//! cannot say yet. Shared by all edge threads of a process behind one lock, which is taken when
//! somebody joins or waits; never on the way of a tick, an input or a snapshot.

mod answer;
mod bars;
mod joins;
mod line;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use engine::{Attachment, SessionId};

pub use answer::{Admission, Answer, JoinRequest, Place, Refusal, SENT_AWAY, Turn};
pub use bars::Return;

use crate::{
    Bounds,
    hub::population::{Population, folded},
    limits, names,
    registry::{bars::Bars, joins::Joins, line::Line},
    services::{Holder, Tickets},
    token::{Known, LineTicket, TokenKey, random},
};

/// See the module.
pub struct Registry {
    bounds: Bounds,
    key: TokenKey,
    tickets: Option<Tickets>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Let in here and in no frame seen here yet: folded names, and until when they count.
    pending: HashMap<SessionId, (String, Instant)>,
    line: Line,
    /// Whether newcomers are let in at all just now.
    is_open: bool,
    bars: Bars,
    joins: Joins,
}

impl Registry {
    pub fn new(bounds: Bounds, key: TokenKey, tickets: Option<Tickets>, now: Instant) -> Self {
        Self {
            bounds,
            key,
            tickets,
            inner: Mutex::new(Inner {
                pending: HashMap::new(),
                line: Line::default(),
                is_open: true,
                bars: Bars::default(),
                joins: Joins::new(now),
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
        let welcome = self.refuse_barred(known, None, now);
        // A ticket may say more than the token of the life before.
        let known = match request.ticket.is_empty() {
            true => welcome.map(|()| known)?,
            false => welcome.ok().and(known),
        };
        // Who comes back is no newcomer: when an edge dies, others get everybody at once.
        if let Some(known) = known.filter(|known| population.has(known.session)) {
            let name = population.name(known.session).unwrap_or(request.name);
            return Ok(Answer::In(self.attach(known, name.to_owned())));
        }
        if !self.lock().joins.allow(request.address, now) {
            return Err(Refusal::TooManyJoins);
        }
        let holder = self.holder(request.ticket)?;
        let own = holder.as_ref().map(|holder| Known {
            session: SessionId(holder.character as u64),
            account: holder.account as u64,
        });
        let ticket_ms = holder.as_ref().map(|holder| holder.ticket_ms);
        self.refuse_barred(own, ticket_ms, now)?;
        let name = holder.map_or_else(|| request.name.to_owned(), |holder| holder.name);
        let name = names::checked(&name).map_err(Refusal::Name)?;
        // A character has one body, whatever device it is played on.
        if let Some(own) = own.filter(|own| population.has(own.session)) {
            return Ok(Answer::In(self.attach(own, name)));
        }
        // One that this edge does not see (yet) keeps its number, and so its body where there is one.
        let proven = own.or(known);
        let waited = self.waited(request, proven, population, now);
        let known = proven.or(waited.map(|ticket| ticket.known));
        let known = known.unwrap_or_else(|| Known::stranger(|it| population.has(it)));
        let mut inner = self.lock();
        inner.settle(population, now);
        if inner.line.is_empty() && self.room(&inner, population) > 0 {
            let name = inner.enter(known.session, &name, population, now);
            return Ok(Answer::In(self.attach(known, name)));
        }
        let end_ms = inner.line.end_ms(request.now_ms);
        let since_ms = waited.map_or(end_ms, |ticket| ticket.since_ms.min(request.now_ms));
        let spot = inner.line.enter(known, since_ms).ok_or(Refusal::Full)?;
        Ok(Answer::Wait(Place {
            spot,
            known,
            is_proven: proven.is_some(),
            name,
        }))
    }

    /// What the line ticket says, where it counts: it is not over, it is of who shows it, and nobody came in with it.
    /// Of who is known by nothing else it is the only word, and so must not speak of a character.
    fn waited(
        &self,
        request: &JoinRequest,
        proven: Option<Known>,
        population: &Population,
        now: Instant,
    ) -> Option<LineTicket> {
        let ticket = self.key.line_ticket_said(request.line_ticket)?;
        let LineTicket { known, .. } = ticket;
        let is_own = match proven {
            Some(proven) => proven == known,
            None => known.session.is_stranger(),
        };
        let is_spent = self.lock().is_in(known.session, population, now);
        let is_barred = self.refuse_barred(Some(known), None, now).is_err();
        let counts = request.now_ms < ticket.until_ms && is_own && !is_spent && !is_barred;
        counts.then_some(ticket)
    }

    /// With what who has this place takes it again, shown within [`limits::LINE_TICKET_LIFE`].
    pub fn line_ticket(&self, place: &Place, now_ms: u64) -> String {
        self.key.line_ticket(&LineTicket {
            known: place.known,
            since_ms: place.spot.since_ms,
            until_ms: now_ms + limits::LINE_TICKET_LIFE.as_millis() as u64,
        })
    }

    /// Lets an account in no more but as is said, until the tickets are over that it may still have; one that waits
    /// waits in vain.
    pub fn bar(&self, account: u64, by: Return, now: Instant) {
        let mut inner = self.lock();
        inner.line.leave_account(account);
        inner.bars.add(account, by, now);
    }

    /// `ticket_ms` of who shows a ticket.
    fn refuse_barred(
        &self,
        known: Option<Known>,
        ticket_ms: Option<i64>,
        now: Instant,
    ) -> Result<(), Refusal> {
        let refuse = |it: Known| self.lock().bars.refuses(it.account, ticket_ms, now);
        let is_welcome = !known.is_some_and(refuse);
        is_welcome.then_some(()).ok_or(Refusal::Ticket(SENT_AWAY))
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

    /// Lets in who waits, if its turn has come, or if it is known for one who is in the battle.
    ///
    /// # Errors
    /// That of who was sent away meanwhile.
    pub fn advance(
        &self,
        place: &mut Place,
        population: &Population,
        now: Instant,
    ) -> Result<Turn, Refusal> {
        let mut inner = self.lock();
        inner.settle(population, now);
        let is_in = inner.is_in(place.known.session, population, now);
        if is_in && !place.is_proven {
            inner.begin_anew(place, population);
        }
        let Some(ahead_count) = inner.line.ahead_count(place.spot) else {
            drop(inner);
            return self
                .refuse_barred(Some(place.known), None, now)
                .map(|()| Turn::Replaced);
        };
        let is_back = is_in && place.is_proven;
        if !is_back && ahead_count >= self.room(&inner, population) {
            return Ok(Turn::Later {
                position: ahead_count as u32 + 1,
                count: inner.line.len() as u32,
            });
        }
        inner.line.leave(place.spot);
        let name = inner.enter(place.known.session, &place.name, population, now);
        Ok(Turn::Now(self.attach(place.known, name)))
    }

    /// Gives a place in the line up; nothing if its turn has come.
    pub fn quit(&self, place: &Place) {
        self.lock().line.leave(place.spot);
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
    /// Forgets those whom the world has now, and those whom it did not take in.
    fn settle(&mut self, population: &Population, now: Instant) {
        self.pending
            .retain(|session, (_, until)| now < *until && !population.has(*session));
    }

    /// Whether somebody is in the battle, or on the way.
    fn is_in(&self, session: SessionId, population: &Population, now: Instant) -> bool {
        let pending = self.pending.get(&session);
        pending.is_some_and(|(_, until)| now < *until) || population.has(session)
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

    /// Sends one to the end of the line as somebody new, for somebody came in elsewhere with its line ticket.
    fn begin_anew(&mut self, place: &mut Place, population: &Population) {
        if self.line.ahead_count(place.spot).is_none() {
            return;
        }
        self.line.leave(place.spot);
        let end_ms = self.line.end_ms(place.spot.since_ms);
        place.known = Known::stranger(|it| population.has(it));
        let spot = self.line.enter(place.known, end_ms);
        place.spot = spot.expect("it just left one");
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

    const NOW_MS: u64 = 1_790_000_000_000;

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
            line_ticket: "",
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            now_ms: NOW_MS,
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

    /// Knows tickets of characters, each once; all are of one account, and given at the time of their number.
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
                ticket_ms: character,
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
        let mut place = waits(&registry, "Bera", &twin, late - Duration::from_millis(1));
        let turn = registry.advance(&mut place, &twin.population(), late);
        assert!(matches!(turn, Ok(Turn::Now(admission)) if admission.name == "Bera"));
    }

    #[test]
    fn those_who_wait_are_let_in_one_by_one_in_order() {
        let now = Instant::now();
        let registry = registry(2, now);
        let mut twin = Twin::default();
        let inside = ["a", "b"].map(|name| joins(&registry, &request(name, ""), &twin, now));
        inside.iter().for_each(|admission| twin.take_in(admission));
        let mut line = ["c", "d", "e", "f"].map(|name| waits(&registry, name, &twin, now));
        let turn = |place: &mut _, twin: &Twin| registry.advance(place, &twin.population(), now);
        let later = |position, count| Ok(Turn::Later { position, count });
        assert_eq!(turn(&mut line[3], &twin), later(4, 4));
        registry.quit(&line[0]);
        assert_eq!(turn(&mut line[3], &twin), later(3, 3));
        twin.let_go(&inside[0]);
        assert_eq!(turn(&mut line[2], &twin), later(2, 3), "not its turn");
        let Ok(Turn::Now(next)) = turn(&mut line[1], &twin) else {
            panic!("there is room for the first");
        };
        assert_eq!(next.name, "d");
        assert_eq!(turn(&mut line[2], &twin), later(1, 2), "the room is taken");
        twin.take_in(&next);
        assert_eq!(turn(&mut line[2], &twin), later(1, 2));
        // Who is inside comes back whatever waits.
        let again = joins(&registry, &request("b", &inside[1].token), &twin, now);
        assert_eq!(again.session, inside[1].session);
        twin.let_go(&next);
        waits(&registry, "g", &twin, now);
        assert!(matches!(turn(&mut line[2], &twin), Ok(Turn::Now(_))));
    }

    #[test]
    fn a_closed_battle_lets_nobody_new_in() {
        let now = Instant::now();
        let registry = registry(10, now);
        let mut twin = Twin::default();
        let bera = joins(&registry, &request("Bera", ""), &twin, now);
        twin.take_in(&bera);
        registry.set_open(false);
        let mut place = waits(&registry, "Ivar", &twin, now);
        let again = joins(&registry, &request("", &bera.token), &twin, now);
        assert_eq!(again.session, bera.session);
        registry.set_open(true);
        let turn = registry.advance(&mut place, &twin.population(), now);
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
        registry.bar(line[1].known.account, Return::Later, now);
        registry.set_open(true);
        let turns = line.map(|mut place| registry.advance(&mut place, &twin.population(), now));
        let [first, second, third] = turns;
        assert_eq!(second, Err(Refusal::Ticket(SENT_AWAY)));
        assert!(matches!(
            [first, third],
            [Ok(Turn::Now(_)), Ok(Turn::Now(_))]
        ));
        assert_eq!(registry.waiting_count(), 0);
    }

    #[test]
    fn who_is_signed_out_comes_back_by_a_later_ticket_alone() {
        let now = Instant::now();
        let registry = ticketed(false, now);
        let twin = Twin::default();
        let shows = |ticket, token: &str| {
            registry.admit(&with_ticket(ticket, token), &twin.population(), now)
        };
        let token = joins(&registry, &with_ticket("7", ""), &twin, now).token;
        registry.bar(1, Return::ByTicketSince(8), now);
        for (ticket, token) in [("", &*token), ("8", &*token), ("6", "")] {
            let refused = shows(ticket, token);
            assert_eq!(refused, Err(Refusal::Ticket(SENT_AWAY)), "{ticket}");
        }
        assert!(matches!(shows("9", &token), Ok(Answer::In(it)) if it.session == SessionId(9)));
    }

    /// Comes at a time with a line ticket, where nobody is let in.
    fn comes(registry: &Registry, twin: &Twin, (ticket, now_ms): (&str, u64)) -> Place {
        let request = JoinRequest {
            line_ticket: ticket,
            now_ms,
            ..request("c", "")
        };
        let now = Instant::now();
        match registry.admit(&request, &twin.population(), now) {
            Ok(Answer::Wait(place)) => place,
            other => panic!("does not wait: {other:?}"),
        }
    }

    fn position(registry: &Registry, place: &mut Place, twin: &Twin) -> u32 {
        match registry.advance(place, &twin.population(), Instant::now()) {
            Ok(Turn::Later { position, .. }) => position,
            other => panic!("waits no more: {other:?}"),
        }
    }

    fn closed(registry: Registry) -> Registry {
        registry.set_open(false);
        registry
    }

    #[test]
    fn who_waits_takes_its_place_again_at_any_edge() {
        let now = Instant::now();
        let [here, there] = [closed(registry(10, now)), closed(registry(10, now))];
        let twin = Twin::default();
        let first = comes(&here, &twin, ("", NOW_MS));
        let mut other = comes(&there, &twin, ("", NOW_MS + 1));
        let ticket = here.line_ticket(&first, NOW_MS + 50);
        here.quit(&first);
        let mut again = comes(&there, &twin, (&ticket, NOW_MS + 100));
        assert_eq!(again.known, first.known);
        assert_eq!(position(&there, &mut again, &twin), 1);
        assert_eq!(position(&there, &mut other, &twin), 2);
        // A second connection has no second place, and the older one none any more.
        let mut newest = comes(&there, &twin, (&ticket, NOW_MS + 200));
        assert_eq!(position(&there, &mut newest, &twin), 1);
        let older = there.advance(&mut again, &twin.population(), now);
        assert_eq!((older, there.waiting_count()), (Ok(Turn::Replaced), 2));
        there.quit(&again);
        assert_eq!(there.waiting_count(), 2);
    }

    #[test]
    fn a_line_ticket_without_use_leads_to_the_end_of_the_line() {
        let now = Instant::now();
        let registry = closed(registry(10, now));
        let mut twin = Twin::default();
        let of = |number, until_ms| LineTicket {
            known: Known {
                session: SessionId(number),
                account: number,
            },
            since_ms: 1,
            until_ms,
        };
        let (mine, inside) = (SessionId::STRANGER_BIT | 1, SessionId::STRANGER_BIT | 2);
        let admission = registry.attach(of(inside, 0).known, "in".into());
        twin.take_in(&admission);
        registry.bar(SessionId::STRANGER_BIT | 3, Return::Later, now);
        let sign = |ticket| registry.key.line_ticket(&ticket);
        let over = sign(of(mine, NOW_MS));
        let forged = TokenKey::new(&[2; TokenKey::BYTES]).line_ticket(&of(mine, u64::MAX));
        let characters = sign(of(7, u64::MAX));
        let spent = sign(of(inside, u64::MAX));
        let barred = sign(of(SessionId::STRANGER_BIT | 3, u64::MAX));
        let mut others = Vec::new();
        for ticket in [
            &over,
            &forged,
            &characters,
            &spent,
            &barred,
            &admission.token,
            "zz",
        ] {
            let mut place = comes(&registry, &twin, (ticket, NOW_MS));
            others.push(place.known.session);
            let count = others.len() as u32;
            assert_eq!(position(&registry, &mut place, &twin), count, "{ticket}");
        }
        let taken = [mine, 7, inside, SessionId::STRANGER_BIT | 3];
        assert!(
            taken
                .iter()
                .all(|taken| !others.contains(&SessionId(*taken)))
        );
        let mut good = comes(&registry, &twin, (&sign(of(mine, NOW_MS + 1)), NOW_MS));
        assert_eq!(position(&registry, &mut good, &twin), 1);
    }

    #[test]
    fn a_character_waits_by_its_own_line_ticket_only() {
        let now = Instant::now();
        let registry = closed(ticketed(true, now));
        let twin = Twin::default();
        let admit = |ticket, line_ticket, now_ms| {
            let request = JoinRequest {
                line_ticket,
                now_ms,
                ..with_ticket(ticket, "")
            };
            match registry.admit(&request, &twin.population(), now) {
                Ok(Answer::Wait(place)) => place,
                other => panic!("does not wait: {other:?}"),
            }
        };
        let first = admit("7", "", NOW_MS);
        let ticket = registry.line_ticket(&first, NOW_MS);
        let mut thief = admit("8", &ticket, NOW_MS + 1);
        assert_eq!(thief.known.session, SessionId(8));
        assert_eq!(position(&registry, &mut thief, &twin), 2);
    }

    /// Of two edges that show a line ticket's holder in, the slower one must not give its body away.
    #[test]
    fn who_came_in_by_a_line_ticket_elsewhere_leaves_it_without_use() {
        let now = Instant::now();
        let registry = closed(registry(10, now));
        let mut twin = Twin::default();
        let mut first = comes(&registry, &twin, ("", NOW_MS));
        let mut second = comes(&registry, &twin, ("", NOW_MS + 1));
        let known = first.known;
        twin.take_in(&registry.attach(known, "c".into()));
        assert_eq!(position(&registry, &mut first, &twin), 2);
        assert_eq!(position(&registry, &mut second, &twin), 1);
        assert_ne!(first.known, known);
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
