//! The broker within a process. Its queues end with it, so whoever keeps events in an outbox keeps them
//! until they were taken.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

use crate::{
    broker::{BrokerError, Event, Queue, Subscription, topic},
    limits::{DEAD_LETTERS_MAX, PUBLISH_MAX, QUEUE_EVENTS_MAX},
};

/// Nobody waits for long for the lock: what is done under it takes microseconds.
#[derive(Clone, Default, Debug)]
pub struct Memory(Arc<Mutex<Queues>>);

#[derive(Default, Debug)]
struct Queues {
    by_name: HashMap<String, State>,
    /// How many queues of a consumer's own there have been.
    own_count: u64,
}

#[derive(Debug)]
struct State {
    exchange: String,
    topics: Vec<String>,
    kind: Queue,
    ready: VecDeque<Waiting>,
    /// Whoever wants to know when an event of this id is taken, waiting or in hand.
    receipts: HashMap<String, Vec<Sender>>,
    added: Arc<Notify>,
}

#[derive(Debug)]
struct Waiting {
    event: Event,
    /// Deliveries in vain.
    delivery_count: u32,
}

type Sender = oneshot::Sender<()>;
/// Comes when an event was taken from one queue, or was given up.
pub type Receipt = oneshot::Receiver<()>;

/// Waits for receipts.
pub async fn all_taken(receipts: Vec<Receipt>) -> Result<(), BrokerError> {
    let all = async {
        for receipt in receipts {
            // A queue that ended has no more use for the event either.
            let _ = receipt.await;
        }
    };
    let result = timeout(PUBLISH_MAX, all).await;
    result.map_err(|_| BrokerError::Unavailable("nobody takes the events".to_owned()))
}

impl Memory {
    /// A receipt for each event and shared queue. An event that waits there already is not added again.
    pub fn publish(&self, exchange: &str, events: &[Event]) -> Result<Vec<Receipt>, BrokerError> {
        let mut queues = self.queues();
        let mut receipts = Vec::new();
        for event in events {
            let mut wanting: Vec<&mut State> = queues
                .by_name
                .values_mut()
                .filter(|state| state.wants(exchange, &event.topic))
                .collect();
            if wanting.iter().any(|state| state.refuses(event)) {
                return Err(BrokerError::Full);
            }
            for state in &mut wanting {
                receipts.extend(state.add(event));
            }
        }
        Ok(receipts)
    }

    pub fn subscribe(&self, exchange: &str, prefix: &str, subscription: &Subscription) -> Consumer {
        let mut queues = self.queues();
        let kind = &subscription.queue;
        let name = kind.full_name(prefix).unwrap_or_else(|| {
            queues.own_count += 1;
            format!("{prefix}.own.{}", queues.own_count)
        });
        if let Queue::Shared(shared) = kind {
            let dead = Queue::DeadLetters(shared.clone());
            let dead_name = dead
                .full_name(prefix)
                .expect("only a consumer's own has none");
            queues.declare(dead_name, exchange, dead, &[]);
        }
        let added = queues.declare(name.clone(), exchange, kind.clone(), &subscription.topics);
        Consumer {
            memory: self.clone(),
            name,
            is_own: *kind == Queue::Own,
            added,
            hands: Arc::new(Semaphore::new(subscription.prefetch.into())),
        }
    }

    pub fn delete(&self, name: &str) {
        self.queues().by_name.remove(name);
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().expect("nothing panics while it holds this")
    }
}

impl Queues {
    fn declare(
        &mut self,
        name: String,
        exchange: &str,
        kind: Queue,
        topics: &[String],
    ) -> Arc<Notify> {
        let state = self.by_name.entry(name).or_insert_with(|| State {
            exchange: exchange.to_owned(),
            topics: Vec::new(),
            kind,
            ready: VecDeque::new(),
            receipts: HashMap::new(),
            added: Arc::default(),
        });
        for topic in topics {
            if !state.topics.contains(topic) {
                state.topics.push(topic.clone());
            }
        }
        Arc::clone(&state.added)
    }
}

impl State {
    fn wants(&self, exchange: &str, topic: &str) -> bool {
        let mut topics = self.topics.iter();
        self.exchange == exchange && topics.any(|pattern| topic::matches(pattern, topic))
    }

    fn refuses(&self, event: &Event) -> bool {
        let is_shared = matches!(self.kind, Queue::Shared(_));
        is_shared
            && !self.receipts.contains_key(&event.id)
            && self.receipts.len() >= QUEUE_EVENTS_MAX
    }

    fn add(&mut self, event: &Event) -> Option<Receipt> {
        let (sender, receipt) = oneshot::channel();
        let is_shared = matches!(self.kind, Queue::Shared(_));
        if is_shared {
            let senders = self.receipts.entry(event.id.clone()).or_default();
            senders.push(sender);
            if senders.len() > 1 {
                return Some(receipt);
            }
        }
        self.push(Waiting {
            event: event.clone(),
            delivery_count: 0,
        });
        is_shared.then_some(receipt)
    }

    /// Own queues and dead letters forget the oldest when they are full.
    fn push(&mut self, waiting: Waiting) {
        let count_max = match self.kind {
            Queue::Own => QUEUE_EVENTS_MAX,
            Queue::DeadLetters(_) => DEAD_LETTERS_MAX,
            Queue::Shared(_) => usize::MAX,
        };
        if self.ready.len() >= count_max {
            self.ready.pop_front();
        }
        self.ready.push_back(waiting);
        self.added.notify_one();
    }

    fn settle(&mut self, id: &str) {
        for sender in self.receipts.remove(id).unwrap_or_default() {
            // Whoever published it may have stopped waiting.
            let _ = sender.send(());
        }
    }
}

#[derive(Debug)]
pub struct Consumer {
    memory: Memory,
    name: String,
    is_own: bool,
    added: Arc<Notify>,
    /// As many as it may hold events at once.
    hands: Arc<Semaphore>,
}

impl Consumer {
    pub async fn next(&mut self) -> (Event, Hold) {
        let hand = Arc::clone(&self.hands).acquire_owned().await;
        let hand = hand.expect("nobody closes it");
        loop {
            if let Some(waiting) = self.pop() {
                let event = waiting.event.clone();
                let hold = Hold {
                    memory: self.memory.clone(),
                    name: self.name.clone(),
                    waiting: Some(waiting),
                    _hand: hand,
                };
                return (event, hold);
            }
            self.added.notified().await;
        }
    }

    fn pop(&self) -> Option<Waiting> {
        let mut queues = self.memory.queues();
        let state = queues.by_name.get_mut(&self.name)?;
        let waiting = state.ready.pop_front()?;
        if !state.ready.is_empty() {
            // For another consumer of the same queue.
            state.added.notify_one();
        }
        Some(waiting)
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        if self.is_own {
            self.memory.delete(&self.name);
        }
    }
}

/// An event out of its queue. Dropped, it goes back.
#[derive(Debug)]
pub struct Hold {
    memory: Memory,
    name: String,
    /// None when it was said what became of it.
    waiting: Option<Waiting>,
    _hand: OwnedSemaphorePermit,
}

impl Hold {
    pub fn attempt(&self) -> u32 {
        self.waiting.as_ref().map_or(0, |it| it.delivery_count + 1)
    }

    pub fn done(mut self) {
        let waiting = self.waiting.take();
        let mut queues = self.memory.queues();
        if let Some((state, waiting)) = queues.by_name.get_mut(&self.name).zip(waiting) {
            state.settle(&waiting.event.id);
        }
    }

    pub fn again(self) {
        drop(self);
    }

    pub fn give_up(mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.bury(waiting);
        }
    }

    fn put_back(&self, mut waiting: Waiting) {
        let mut queues = self.memory.queues();
        let Some(state) = queues.by_name.get_mut(&self.name) else {
            return;
        };
        waiting.delivery_count += 1;
        let deliveries_max = state.kind.deliveries_max();
        if deliveries_max.is_some_and(|max| waiting.delivery_count >= max) {
            drop(queues);
            self.bury(waiting);
        } else {
            state.ready.push_front(waiting);
            state.added.notify_one();
        }
    }

    fn bury(&self, waiting: Waiting) {
        let mut queues = self.memory.queues();
        let event = waiting.event;
        if let Some(state) = queues.by_name.get_mut(&self.name) {
            state.settle(&event.id);
        }
        if let Some(dead) = queues.by_name.get_mut(&format!("{}.dead", self.name)) {
            tracing::warn!(
                id = event.id,
                topic = event.topic,
                "an event is a dead letter"
            );
            let delivery_count = 0;
            dead.push(Waiting {
                event,
                delivery_count,
            });
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.put_back(waiting);
        }
    }
}
