//! The broker in RabbitMQ: one durable topic exchange, a quorum queue for each shared queue and its dead
//! letters, a durable queue of the server's naming for each consumer that has its own.

use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ExchangeKind,
    message::Delivery as Message,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicPublishOptions,
        BasicQosOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    types::{AMQPValue, FieldTable},
    uri::AMQPUri,
};
use tokio::{runtime::Handle, sync::Mutex, time::timeout};

use crate::{
    backoff::Backoff,
    broker::{self, BrokerError, Delivery, Event, Queue, Subscription},
    limits::{
        BROKER_CONNECT_MAX, CONSUMER_RETRY_MAX, CONSUMER_RETRY_MIN, DEAD_LETTERS_MAX,
        OWN_QUEUE_STAYS, PUBLISH_MAX, QUEUE_EVENTS_MAX, SUBSCRIBE_TRIES,
    },
};

/// Where it is, and the connection that all publish on.
#[derive(Clone)]
pub struct RabbitMq {
    uri: Arc<AMQPUri>,
    publisher: Arc<Mutex<Option<Link>>>,
}

/// A connection with one channel.
#[derive(Clone)]
struct Link {
    /// Closes when the last of its clones is dropped.
    connection: Arc<Connection>,
    channel: Channel,
}

impl std::fmt::Debug for RabbitMq {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        // Not the URL: it may hold a password.
        formatter.write_str("RabbitMq")
    }
}

impl RabbitMq {
    pub fn open(url: &str) -> Result<Self, BrokerError> {
        let uri = AMQPUri::from_str(url).map_err(BrokerError::BadUrl)?;
        let publisher = Arc::default();
        Ok(Self {
            uri: Arc::new(uri),
            publisher,
        })
    }

    pub async fn ping(&self, exchange: &str) -> Result<(), BrokerError> {
        let passive = ExchangeDeclareOptions {
            passive: true,
            ..ExchangeDeclareOptions::default()
        };
        self.on_link(exchange, async |channel| {
            let (name, kind) = (exchange.into(), ExchangeKind::Topic);
            let there = channel.exchange_declare(name, kind, passive, FieldTable::default());
            within(BROKER_CONNECT_MAX, there).await
        })
        .await
    }

    pub async fn publish(&self, exchange: &str, events: &[Event]) -> Result<(), BrokerError> {
        self.on_link(exchange, async |channel| {
            let sent = timeout(PUBLISH_MAX, publish_on(channel, exchange, events)).await;
            sent.map_err(|_| BrokerError::Unavailable("it does not confirm".to_owned()))?
        })
        .await
    }

    pub async fn subscribe(
        &self,
        exchange: String,
        prefix: Arc<str>,
        subscription: &Subscription,
    ) -> Result<Consumer, BrokerError> {
        let mut wish = Wish {
            exchange,
            prefix,
            subscription: subscription.clone(),
            own_name: None,
        };
        let mut tries_left = SUBSCRIBE_TRIES;
        let stream = loop {
            tries_left -= 1;
            match self.consume(&mut wish).await {
                // Two who make the same quorum queue at once may be told of an error within RabbitMQ.
                Err(BrokerError::Unavailable(_)) if tries_left > 0 => {
                    tokio::time::sleep(CONSUMER_RETRY_MIN).await;
                }
                result => break result?,
            }
        };
        Ok(Consumer {
            rabbitmq: self.clone(),
            wish,
            stream: Some(stream),
        })
    }

    pub async fn delete(&self, exchange: &str, queue: &str) -> Result<(), BrokerError> {
        self.on_link(exchange, async |channel| {
            let deleted = channel.queue_delete(queue.into(), QueueDeleteOptions::default());
            within(BROKER_CONNECT_MAX, deleted).await.map(drop)
        })
        .await
    }

    /// Does something on the connection for publishing. One on which something failed is not used again.
    async fn on_link(
        &self,
        exchange: &str,
        work: impl AsyncFnOnce(&Channel) -> Result<(), BrokerError>,
    ) -> Result<(), BrokerError> {
        let link = self.publishing_link(exchange).await?;
        let result = work(&link.channel).await;
        if !matches!(result, Ok(()) | Err(BrokerError::Full)) {
            let mut publisher = self.publisher.lock().await;
            let is_it = |known: &mut Link| Arc::ptr_eq(&known.connection, &link.connection);
            drop(publisher.take_if(is_it));
        }
        result
    }

    async fn publishing_link(&self, exchange: &str) -> Result<Link, BrokerError> {
        let mut publisher = self.publisher.lock().await;
        let is_up = |link: &&Link| link.channel.status().connected();
        if let Some(link) = publisher.as_ref().filter(is_up) {
            return Ok(link.clone());
        }
        *publisher = None;
        let link = self.connect(exchange).await?;
        let confirm = link.channel.confirm_select(ConfirmSelectOptions::default());
        within(BROKER_CONNECT_MAX, confirm).await?;
        Ok(publisher.insert(link).clone())
    }

    async fn connect(&self, exchange: &str) -> Result<Link, BrokerError> {
        within(BROKER_CONNECT_MAX, async {
            let uri = AMQPUri::clone(&self.uri);
            let connection = Connection::connect_uri(uri, ConnectionProperties::default()).await?;
            let channel = connection.create_channel().await?;
            let durable = ExchangeDeclareOptions {
                durable: true,
                ..ExchangeDeclareOptions::default()
            };
            let (name, kind) = (exchange.into(), ExchangeKind::Topic);
            let declared = channel.exchange_declare(name, kind, durable, FieldTable::default());
            declared.await?;
            let connection = Arc::new(connection);
            Ok(Link {
                connection,
                channel,
            })
        })
        .await
    }

    /// On a connection of its own, so that a flood of events never holds up publishing.
    async fn consume(&self, wish: &mut Wish) -> Result<Stream, BrokerError> {
        let link = self.connect(&wish.exchange).await?;
        let consumer = within(BROKER_CONNECT_MAX, wish.consume_on(&link.channel)).await?;
        static STREAMS: AtomicU64 = AtomicU64::new(0);
        Ok(Stream {
            number: STREAMS.fetch_add(1, Ordering::Relaxed),
            link,
            consumer,
        })
    }
}

async fn publish_on(
    channel: &Channel,
    exchange: &str,
    events: &[Event],
) -> Result<(), BrokerError> {
    const PERSISTENT: u8 = 2;
    let mut confirmations = Vec::with_capacity(events.len());
    for event in events {
        let properties = BasicProperties::default()
            .with_message_id(event.id.as_str().into())
            .with_delivery_mode(PERSISTENT);
        let (exchange, topic) = (exchange.into(), event.topic.as_str().into());
        let options = BasicPublishOptions::default();
        let sent = channel.basic_publish(exchange, topic, options, &event.body, properties);
        confirmations.push(sent.await?);
    }
    let mut result = Ok(());
    for confirmation in confirmations {
        if !matches!(confirmation.await?, Confirmation::Ack(_)) {
            result = Err(BrokerError::Full);
        }
    }
    result
}

/// What a consumer asked for, to ask again on a new connection.
struct Wish {
    exchange: String,
    prefix: Arc<str>,
    subscription: Subscription,
    /// What the server called the consumer's own queue, which waits for it while it is not connected.
    own_name: Option<String>,
}

impl Wish {
    async fn consume_on(&mut self, channel: &Channel) -> lapin::Result<lapin::Consumer> {
        let prefetch = self.subscription.prefetch;
        channel
            .basic_qos(prefetch, BasicQosOptions::default())
            .await?;
        let queue = self.declare_on(channel).await?;
        for topic in &self.subscription.topics {
            let (queue, exchange) = (queue.as_str().into(), self.exchange.as_str().into());
            let options = QueueBindOptions::default();
            let bound = channel.queue_bind(
                queue,
                exchange,
                topic.as_str().into(),
                options,
                FieldTable::default(),
            );
            bound.await?;
        }
        let options = BasicConsumeOptions::default();
        let consumer =
            channel.basic_consume(queue.into(), "".into(), options, FieldTable::default());
        consumer.await
    }

    /// Its name.
    async fn declare_on(&mut self, channel: &Channel) -> lapin::Result<String> {
        let kind = &self.subscription.queue;
        let Some(name) = kind.full_name(&self.prefix) else {
            let name = declare_own(channel, self.own_name.as_deref()).await?;
            return Ok(self.own_name.insert(name).clone());
        };
        if let Queue::Shared(shared) = kind {
            let dead = Queue::DeadLetters(shared.clone());
            let dead_name = dead.full_name(&self.prefix);
            let dead_name = dead_name.expect("only a consumer's own has none");
            declare_quorum(channel, &dead_name, dead_letters_arguments()).await?;
            declare_quorum(channel, &name, shared_arguments(&dead_name)).await?;
        } else {
            declare_quorum(channel, &name, dead_letters_arguments()).await?;
        }
        Ok(name)
    }
}

/// The one of this name, or a new one, which stays for a while when its consumer is cut off: not exclusive, for such a
/// one ends with its connection. Of two connections only the elder is served, until the server has seen it end, so that
/// events stay in order. It lies on one node of the server: while that is away there is a new one.
async fn declare_own(channel: &Channel, known: Option<&str>) -> lapin::Result<String> {
    let options = QueueDeclareOptions {
        passive: known.is_some(),
        ..QueueDeclareOptions::durable()
    };
    let stays_ms = (
        "x-expires",
        AMQPValue::LongInt(signed(OWN_QUEUE_STAYS.as_millis() as usize)),
    );
    let one_at_once = ("x-single-active-consumer", AMQPValue::Boolean(true));
    let arguments = table([length_max(QUEUE_EVENTS_MAX), stays_ms, one_at_once]);
    let name = known.unwrap_or_default().into();
    let queue = channel.queue_declare(name, options, arguments).await?;
    Ok(queue.name().to_string())
}

async fn declare_quorum(channel: &Channel, name: &str, arguments: FieldTable) -> lapin::Result<()> {
    let options = QueueDeclareOptions::durable();
    let declared = channel.queue_declare(name.into(), options, arguments);
    declared.await.map(drop)
}

type Argument = (&'static str, AMQPValue);

/// A full queue refuses; an event goes to the dead letters for certain, through the default exchange.
fn shared_arguments(dead_name: &str) -> FieldTable {
    let deliveries_max = Queue::Shared(String::new()).deliveries_max();
    let returns_max = deliveries_max.expect("those of shared queues are") - 1;
    table([
        ("x-queue-type", text("quorum")),
        length_max(QUEUE_EVENTS_MAX),
        ("x-overflow", text("reject-publish")),
        (
            "x-delivery-limit",
            AMQPValue::LongInt(signed(returns_max as usize)),
        ),
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(dead_name)),
        ("x-dead-letter-strategy", text("at-least-once")),
    ])
}

/// A full queue forgets the oldest.
fn dead_letters_arguments() -> FieldTable {
    table([
        ("x-queue-type", text("quorum")),
        length_max(DEAD_LETTERS_MAX),
    ])
}

fn length_max(count: usize) -> Argument {
    ("x-max-length", AMQPValue::LongInt(signed(count)))
}

fn table<const COUNT: usize>(arguments: [Argument; COUNT]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert(name.into(), value);
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn signed(value: usize) -> i32 {
    i32::try_from(value).expect("limits are small")
}

pub struct Consumer {
    rabbitmq: RabbitMq,
    wish: Wish,
    /// None while the connection is lost.
    stream: Option<Stream>,
}

struct Stream {
    /// Of all of this process: tags count anew in each.
    number: u64,
    link: Link,
    consumer: lapin::Consumer,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Consumer of {:?}", self.wish.subscription)
    }
}

impl Consumer {
    pub async fn next(&mut self) -> Delivery {
        let mut backoff = Backoff::new(CONSUMER_RETRY_MIN, CONSUMER_RETRY_MAX);
        loop {
            if let Some(stream) = &mut self.stream {
                match stream.consumer.next().await {
                    Some(Ok(message)) => return delivery(message, stream.number),
                    Some(Err(error)) => tracing::warn!(%error, "a consumer lost its broker"),
                    None => tracing::warn!("a consumer's queue or connection was closed"),
                }
                self.stream = None;
            }
            match self.rabbitmq.consume(&mut self.wish).await {
                Ok(stream) => self.stream = Some(stream),
                Err(BrokerError::Failed(error)) if self.wish.own_name.take().is_some() => {
                    tracing::warn!(
                        error,
                        "a consumer's queue is gone: what happened meanwhile passed it by"
                    );
                }
                Err(error) => {
                    tracing::warn!(%error, "a consumer has no broker yet");
                    backoff.wait().await;
                }
            }
        }
    }
}

/// Its own queue goes with it. One whose process was killed stays until the server gives it up.
impl Drop for Consumer {
    fn drop(&mut self) {
        let (stream, name) = (self.stream.take(), self.wish.own_name.take());
        let (Some(Stream { link, .. }), Some(name)) = (stream, name) else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let options = QueueDeleteOptions::default();
                let deleted = link.channel.queue_delete(name.into(), options);
                if let Err(error) = within(BROKER_CONNECT_MAX, deleted).await {
                    tracing::debug!(%error, "a queue that nobody needs stays for a while");
                }
            });
        }
    }
}

fn delivery(message: Message, stream: u64) -> Delivery {
    let properties = &message.properties;
    let id = properties.message_id().as_ref();
    let event = Event {
        id: id.map(ToString::to_string).unwrap_or_default(),
        topic: message.routing_key.to_string(),
        body: message.data,
    };
    let headers = properties.headers().as_ref();
    let returns = headers.and_then(|table| table.inner().get("x-delivery-count"));
    let attempt = 1 + returns.and_then(number).unwrap_or(0);
    let hold = broker::Hold::RabbitMq(Hold {
        stream,
        tag: message.delivery_tag,
        acker: message.acker,
    });
    Delivery {
        event,
        attempt,
        hold,
    }
}

fn number(value: &AMQPValue) -> Option<u32> {
    match value {
        AMQPValue::LongLongInt(value) => u32::try_from(*value).ok(),
        AMQPValue::LongInt(value) => u32::try_from(*value).ok(),
        AMQPValue::LongUInt(value) => Some(*value),
        AMQPValue::ShortInt(value) => u32::try_from(*value).ok(),
        AMQPValue::ShortShortInt(value) => u32::try_from(*value).ok(),
        _ => None,
    }
}

/// An event that RabbitMQ counts as in our hands. If the connection is lost it counts it as returned,
/// so that what cannot be said any more need not be.
#[derive(Debug)]
pub struct Hold {
    stream: u64,
    /// Rises with each event of a stream.
    tag: u64,
    acker: lapin::Acker,
}

/// Says it of the newest of each stream, and of all before it.
pub async fn done_all(holds: Vec<Hold>) {
    let mut newest = BTreeMap::<u64, Hold>::new();
    for hold in holds {
        let known_tag = newest.get(&hold.stream).map(|it| it.tag);
        if known_tag.is_none_or(|tag| tag < hold.tag) {
            newest.insert(hold.stream, hold);
        }
    }
    for hold in newest.into_values() {
        let multiple = BasicAckOptions { multiple: true };
        say(hold.acker.ack(multiple)).await;
    }
}

impl Hold {
    pub async fn done(self) {
        say(self.acker.ack(BasicAckOptions::default())).await;
    }

    pub async fn again(self) {
        self.refuse(true).await;
    }

    pub async fn give_up(self) {
        self.refuse(false).await;
    }

    async fn refuse(self, requeue: bool) {
        let options = BasicNackOptions {
            requeue,
            ..BasicNackOptions::default()
        };
        say(self.acker.nack(options)).await;
    }
}

/// Of a connection that is being lost it may never be known whether it was said.
async fn say<T>(words: impl Future<Output = lapin::Result<T>>) {
    if let Err(error) = within(BROKER_CONNECT_MAX, words).await {
        tracing::debug!(%error, "an event will be delivered again");
    }
}

async fn within<T>(
    span: Duration,
    work: impl Future<Output = lapin::Result<T>>,
) -> Result<T, BrokerError> {
    let result = timeout(span, work).await;
    let result = result.map_err(|_| BrokerError::Unavailable("it does not answer".to_owned()))?;
    Ok(result?)
}

impl From<lapin::Error> for BrokerError {
    fn from(error: lapin::Error) -> Self {
        use lapin::ErrorKind::ProtocolError;
        use lapin::protocol::{AMQPErrorKind::Soft, AMQPSoftError};
        let text = error.to_string();
        match error.kind() {
            // Such as a queue of the same name and another kind, or a wrong password.
            ProtocolError(cause) if matches!(cause.kind(), Soft(kind) if *kind != AMQPSoftError::RESOURCELOCKED) => {
                Self::Failed(text)
            }
            _ => Self::Unavailable(text),
        }
    }
}
