//! Events from those who know to those who want to: published under a topic, delivered to every queue
//! that asked for it. Over RabbitMQ, or within the process, by URL.
//!
//! A *shared* queue is there for good: whoever consumes under its name gets each event until one has taken it,
//! at least once, also those from while nobody was there. What was delivered
//! [`DELIVERIES_MAX`] times in vain becomes a dead letter. A consumer's
//! *own* queue ends with it. What happens while its connection is lost it gets afterwards, and some of it twice, unless
//! that lasts longer than [`OWN_QUEUE_STAYS`](crate::limits::OWN_QUEUE_STAYS) or the broker's node with the queue is away.
//!
//! Publishing returns when the broker has the event for good. An event that must happen exactly when a
//! change in a database does, goes through an [`outbox`](crate::outbox) and arrives through an
//! [`inbox`](crate::inbox).

mod error;
mod memory;
mod rabbitmq;
mod topic;

use std::sync::Arc;

pub use error::BrokerError;

use crate::{
    backoff::Backoff,
    limits::{
        CONSUMER_RETRY_MAX, CONSUMER_RETRY_MIN, DELIVERIES_MAX, EVENT_BYTES_MAX, NAME_BYTES_MAX,
        PREFETCH, PUBLISH_EVENTS_MAX, TOPIC_BYTES_MAX,
    },
};

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// By which whoever gets it twice knows it: unique, a UUIDv7 for one.
    pub id: String,
    /// Words with dots between, from the general to the special: `chat.guild.17`.
    pub topic: String,
    pub body: Vec<u8>,
}

/// Which events a consumer wants, and as whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    queue: Queue,
    topics: Vec<String>,
    prefetch: u16,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Queue {
    Shared(String),
    Own,
    /// Of the shared queue of this name.
    DeadLetters(String),
}

impl Subscription {
    /// The queue of this name. In a topic `*` stands for one word, `#` for any number of them.
    pub fn shared(queue: &str, topics: &[&str]) -> Self {
        Self::new(Queue::Shared(queue.to_owned()), topics)
    }

    /// A queue of the consumer's own.
    pub fn own(topics: &[&str]) -> Self {
        Self::new(Queue::Own, topics)
    }

    /// What a shared queue has given up. Who takes it from here is the last.
    pub fn dead_letters(queue: &str) -> Self {
        Self::new(Queue::DeadLetters(queue.to_owned()), &[])
    }

    /// How many events the consumer holds at once, instead of [`PREFETCH`].
    pub fn with_prefetch(mut self, prefetch: u16) -> Self {
        self.prefetch = prefetch.max(1);
        self
    }

    fn new(queue: Queue, topics: &[&str]) -> Self {
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        let prefetch = PREFETCH;
        Self {
            queue,
            topics,
            prefetch,
        }
    }

    fn require_sizes(&self) -> Result<(), BrokerError> {
        let name = match &self.queue {
            Queue::Shared(name) | Queue::DeadLetters(name) => name.as_str(),
            Queue::Own => "",
        };
        require(name.len() <= NAME_BYTES_MAX, "a queue's name")?;
        let mut topics = self.topics.iter();
        require(topics.all(|it| it.len() <= TOPIC_BYTES_MAX), "a topic")
    }
}

/// A broker. Cheap to clone; the clones share the connection for publishing.
#[derive(Clone, Debug)]
pub struct Broker {
    transport: Transport,
    /// Before the names of exchange and queues.
    prefix: Arc<str>,
}

#[derive(Clone, Debug)]
enum Transport {
    Memory(memory::Memory),
    RabbitMq(rabbitmq::RabbitMq),
}

impl Broker {
    /// `amqp://user:password@host:port/vhost`, or `memory:`, which is in this process and ends with the
    /// last clone. The server need not be there yet: it is connected to when somebody asks, and again
    /// whenever the connection was lost. It is spoken to without TLS, so it belongs into the processes'
    /// own network.
    ///
    /// # Errors
    /// [`BrokerError::BadUrl`].
    pub fn open(url: &str) -> Result<Self, BrokerError> {
        let scheme = url.split(':').next().unwrap_or_default();
        let transport = match scheme {
            "memory" => Transport::Memory(memory::Memory::default()),
            "amqp" => Transport::RabbitMq(rabbitmq::RabbitMq::open(url)?),
            // Not the whole URL: it may hold a password.
            _ => {
                return Err(BrokerError::BadUrl(format!(
                    "begins with {scheme:?}, but must with amqp:// or memory:"
                )));
            }
        };
        let prefix = Arc::from("voxelheim");
        Ok(Self { transport, prefix })
    }

    /// The same broker, with an exchange and queues of other names: events of one do not reach the other.
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        let prefix = Arc::from(name);
        Self { prefix, ..self }
    }

    /// Whether it answers, for readiness.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`].
    pub async fn ping(&self) -> Result<(), BrokerError> {
        match &self.transport {
            Transport::Memory(_) => Ok(()),
            Transport::RabbitMq(rabbitmq) => rabbitmq.ping(&self.exchange()).await,
        }
    }

    /// Publishes events, in order, and waits until the broker has all of them in every shared queue that
    /// wants them. What no queue wants is forgotten.
    ///
    /// # Errors
    /// [`BrokerError::TooLarge`]; after [`BrokerError::Unavailable`] and [`BrokerError::Full`], some of
    /// the events may be delivered, and whoever publishes them again should use the same ids.
    pub async fn publish(&self, events: &[Event]) -> Result<(), BrokerError> {
        require_event_sizes(events)?;
        match &self.transport {
            Transport::Memory(memory) => memory.publish(&self.exchange(), events).map(drop),
            Transport::RabbitMq(rabbitmq) => rabbitmq.publish(&self.exchange(), events).await,
        }
    }

    /// The same, for a publisher that forgets the events afterwards for good: within the process, where
    /// queues end with it, that is when they were taken from them.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn publish_lasting(&self, events: &[Event]) -> Result<(), BrokerError> {
        require_event_sizes(events)?;
        match &self.transport {
            Transport::Memory(memory) => {
                let receipts = memory.publish(&self.exchange(), events)?;
                memory::all_taken(receipts).await
            }
            Transport::RabbitMq(rabbitmq) => rabbitmq.publish(&self.exchange(), events).await,
        }
    }

    /// Begins to consume. From here on the queue gets what is published: who publishes to somebody must
    /// have them subscribe first. Afterwards a lost connection is made anew by itself.
    ///
    /// # Errors
    /// [`BrokerError::TooLarge`], [`BrokerError::Unavailable`]; [`BrokerError::Failed`] if there is such
    /// a queue of another kind.
    pub async fn subscribe(&self, subscription: &Subscription) -> Result<Consumer, BrokerError> {
        subscription.require_sizes()?;
        let source = match &self.transport {
            Transport::Memory(memory) => {
                Source::Memory(memory.subscribe(&self.exchange(), &self.prefix, subscription))
            }
            Transport::RabbitMq(rabbitmq) => {
                let (exchange, prefix) = (self.exchange(), Arc::clone(&self.prefix));
                let consumer = rabbitmq.subscribe(exchange, prefix, subscription).await?;
                Source::RabbitMq(Box::new(consumer))
            }
        };
        Ok(Consumer { source })
    }

    /// The same, however long the broker is away; `what` waits meanwhile, as the log says.
    pub async fn subscribed(&self, subscription: &Subscription, what: &str) -> Consumer {
        let mut backoff = Backoff::new(CONSUMER_RETRY_MIN, CONSUMER_RETRY_MAX);
        loop {
            match self.subscribe(subscription).await {
                Ok(consumer) => return consumer,
                Err(error) => tracing::warn!(%error, what, "waits for the broker"),
            }
            backoff.wait().await;
        }
    }

    /// Ends a shared queue and its dead letters, whose consumer is gone for good: it would fill up, and
    /// then refuse.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`].
    pub async fn unsubscribe(&self, queue: &str) -> Result<(), BrokerError> {
        for queue in [
            Queue::Shared(queue.to_owned()),
            Queue::DeadLetters(queue.to_owned()),
        ] {
            let Some(name) = queue.full_name(&self.prefix) else {
                continue;
            };
            match &self.transport {
                Transport::Memory(memory) => memory.delete(&name),
                Transport::RabbitMq(rabbitmq) => {
                    rabbitmq.delete(&self.exchange(), &name).await?;
                }
            }
        }
        Ok(())
    }

    fn exchange(&self) -> String {
        format!("{}.events", self.prefix)
    }
}

impl Queue {
    /// As the broker knows it; a consumer's own has no name that others could know.
    fn full_name(&self, prefix: &str) -> Option<String> {
        match self {
            Self::Shared(name) => Some(format!("{prefix}.{name}")),
            Self::DeadLetters(name) => Some(format!("{prefix}.{name}.dead")),
            Self::Own => None,
        }
    }

    /// Deliveries of one event, if they are limited.
    fn deliveries_max(&self) -> Option<u32> {
        matches!(self, Self::Shared(_)).then_some(DELIVERIES_MAX)
    }
}

/// Gets the events of one queue. Those that it holds unfinished when it is dropped are delivered again.
#[derive(Debug)]
pub struct Consumer {
    source: Source,
}

#[derive(Debug)]
enum Source {
    Memory(memory::Consumer),
    RabbitMq(Box<rabbitmq::Consumer>),
}

impl Consumer {
    /// The next event, when there is one. Waits through all that befalls the broker. Dropped while it waits
    /// it loses nothing.
    pub async fn next(&mut self) -> Delivery {
        match &mut self.source {
            Source::Memory(consumer) => {
                let (event, hold) = consumer.next().await;
                let attempt = hold.attempt();
                let hold = Hold::Memory(hold);
                Delivery {
                    event,
                    attempt,
                    hold,
                }
            }
            Source::RabbitMq(consumer) => consumer.next().await,
        }
    }
}

/// An event in a consumer's hands, which must say what became of it. If the connection is lost before it
/// has, the event is delivered again, whatever it says.
#[derive(Debug)]
#[must_use]
pub struct Delivery {
    pub event: Event,
    /// One for the first time.
    pub attempt: u32,
    hold: Hold,
}

#[derive(Debug)]
enum Hold {
    Memory(memory::Hold),
    RabbitMq(rabbitmq::Hold),
}

impl Delivery {
    /// It was taken, and need not come again.
    pub async fn done(self) {
        match self.hold {
            Hold::Memory(hold) => hold.done(),
            Hold::RabbitMq(hold) => hold.done().await,
        }
    }

    /// It could not be taken: delivered again at once, to whoever comes, unless it was delivered too often.
    pub async fn again(self) {
        match self.hold {
            Hold::Memory(hold) => hold.again(),
            Hold::RabbitMq(hold) => hold.again().await,
        }
    }

    /// All of these were taken, which is said of all at once and costs the broker as little as of one. They
    /// must be all that their consumer has handed out and that it was not told of yet, up to the newest
    /// among them.
    pub async fn done_all(deliveries: Vec<Delivery>) {
        let mut rabbitmq_holds = Vec::new();
        for delivery in deliveries {
            match delivery.hold {
                Hold::Memory(hold) => hold.done(),
                Hold::RabbitMq(hold) => rabbitmq_holds.push(hold),
            }
        }
        rabbitmq::done_all(rabbitmq_holds).await;
    }

    /// Nobody will ever be able to take it: a dead letter now.
    pub async fn give_up(self) {
        match self.hold {
            Hold::Memory(hold) => hold.give_up(),
            Hold::RabbitMq(hold) => hold.give_up().await,
        }
    }
}

fn require_event_sizes(events: &[Event]) -> Result<(), BrokerError> {
    require(events.len() <= PUBLISH_EVENTS_MAX, "a batch")?;
    for event in events {
        require(event.topic.len() <= TOPIC_BYTES_MAX, "a topic")?;
        require(event.id.len() <= NAME_BYTES_MAX, "an event's id")?;
        require(event.body.len() <= EVENT_BYTES_MAX, "an event")?;
    }
    Ok(())
}

fn require(is_allowed: bool, what: &'static str) -> Result<(), BrokerError> {
    if is_allowed {
        return Ok(());
    }
    Err(BrokerError::TooLarge(what))
}
