//! Tells chat who is in which party and guild: whenever that changes, and all of it to whoever begins and asks.
//! Runs beside the player service.

use std::collections::BTreeMap;

use ::chat::Membership;
use ::player::store::{Seats, Store};
use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
    sql::SqlError,
};
use chat_service::topics::{self, Members};
use events::{
    Body,
    player::{GuildChanged, PartyChanged},
};

/// Those who belong somewhere, of one event: some 20 KB of it.
const MEMBERS_PER_EVENT: usize = 200;

/// See the module.
pub struct Usher {
    store: Store,
    broker: Broker,
    /// What was told of who belongs somewhere, to tell those of a group that ended, too.
    told: BTreeMap<i64, Seats>,
}

/// Why it has to be told again.
enum Fault {
    Sql(SqlError),
    Broker(BrokerError),
}

impl Usher {
    pub fn new(store: &Store, broker: &Broker) -> Self {
        Self {
            store: store.clone(),
            broker: broker.clone(),
            told: BTreeMap::new(),
        }
    }

    /// For ever. May be dropped at any time.
    pub async fn run(mut self) {
        let (party, guild) = (PartyChanged::TOPIC, GuildChanged::TOPIC);
        let (party, guild) = (format!("{party}.#"), format!("{guild}.#"));
        let subscription = Subscription::own(&[&party, &guild, topics::WANTED]);
        let what = "who is in which party";
        let mut consumer = self.broker.subscribed(&subscription, what).await;
        self.insist(&Change::All).await;
        loop {
            let delivery = consumer.next().await;
            match Change::of(&delivery.event) {
                Ok(change) => self.insist(&change).await,
                Err(error) => {
                    tracing::error!(error, id = delivery.event.id, "an event makes no sense");
                }
            }
            delivery.done().await;
        }
    }

    /// With the change in hand while a backend is away.
    async fn insist(&mut self, change: &Change) {
        let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
        while let Err(fault) = self.tell(change).await {
            match fault {
                Fault::Sql(error) => tracing::warn!(%error, "who is in which party is not told"),
                Fault::Broker(error) => tracing::warn!(%error, "who is in which party is not told"),
            }
            backoff.wait().await;
        }
    }

    async fn tell(&mut self, change: &Change) -> Result<(), Fault> {
        let seats = match change {
            Change::All => self.all().await?,
            Change::Party { party, about } => {
                self.of(about, |seats| seats.party == Some(*party)).await?
            }
            Change::Guild { guild, about } => {
                self.of(&[*about], |seats| seats.guild == Some(*guild))
                    .await?
            }
        };
        let members: Vec<_> = seats.iter().map(membership).collect();
        for members in members.chunks(MEMBERS_PER_EVENT) {
            let id = format!("chat-member-{:016x}", web::ids::new_id());
            let topic = format!("{}.some", topics::MEMBER);
            let event = topics::event(id, topic, &Members::new(members.to_vec()));
            let told = self.broker.publish(&[event]).await;
            told.map_err(Fault::Broker)?;
        }
        for (character, seats) in seats {
            match seats == Seats::default() {
                true => self.told.remove(&character),
                false => self.told.insert(character, seats),
            };
        }
        Ok(())
    }

    /// All who belong somewhere now, and those who did when it was last told.
    async fn all(&self) -> Result<BTreeMap<i64, Seats>, Fault> {
        let mut all: BTreeMap<i64, Seats> = BTreeMap::new();
        all.extend(
            self.told
                .keys()
                .map(|character| (*character, Seats::default())),
        );
        let mut after = i64::MIN;
        loop {
            let page = self.store.seats_after(after).await.map_err(Fault::Sql)?;
            let Some((last, _)) = page.last_key_value() else {
                return Ok(all);
            };
            after = *last;
            all.extend(page);
        }
    }

    /// Those whom a change is about, and those who were told to be in the group.
    async fn of(
        &self,
        about: &[i64],
        was_in: impl Fn(&Seats) -> bool,
    ) -> Result<BTreeMap<i64, Seats>, Fault> {
        let told = self.told.iter().filter(|(_, seats)| was_in(seats));
        let told = told.map(|(character, _)| *character);
        let mut seats = BTreeMap::new();
        for character in told.chain(about.iter().copied()) {
            let now = self.store.seats(character).await.map_err(Fault::Sql)?;
            seats.insert(character, now);
        }
        Ok(seats)
    }
}

/// What to tell anew.
enum Change {
    All,
    Party { party: i64, about: Vec<i64> },
    Guild { guild: i64, about: i64 },
}

impl Change {
    fn of(event: &Event) -> Result<Self, String> {
        if event.topic == topics::WANTED {
            return Ok(Self::All);
        }
        if event.topic.starts_with(PartyChanged::TOPIC) {
            let changed = PartyChanged::from_bytes(&event.body);
            let changed = changed.map_err(|error| error.to_string())?;
            let members = changed.members.iter().map(|member| member.0);
            return Ok(Self::Party {
                party: changed.party,
                about: members.chain([changed.character.0]).collect(),
            });
        }
        let changed = GuildChanged::from_bytes(&event.body);
        let changed = changed.map_err(|error| error.to_string())?;
        Ok(Self::Guild {
            guild: changed.guild,
            about: changed.character.0,
        })
    }
}

fn membership((character, seats): (&i64, &Seats)) -> Membership {
    Membership {
        character: character.cast_unsigned(),
        party: seats.party.map(i64::cast_unsigned),
        guild: seats.guild.map(i64::cast_unsigned),
    }
}
