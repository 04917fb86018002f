//! A client's seat on an edge: what its connection's task holds. Dropping it gives the seat up.

use std::{cell::RefCell, net::IpAddr, rc::Rc, sync::atomic::Ordering, time::Instant};

use protocol::{
    WireError,
    header::Channel,
    up::{Hello, UpMessage},
};

use crate::{
    counters::{Cause, SessionGuard, Transport},
    edge::Edge,
    hub::ClientId,
    registry::Admission,
    roll::Entry,
    session::{
        Ending, Outbox,
        inbound::{self, Gate},
        meter::Meter,
    },
};

/// Who knocks: a connection before its Hello.
pub struct Visitor {
    pub address: IpAddr,
    pub transport: Transport,
}

/// See the module.
pub struct Seat {
    edge: Rc<Edge>,
    client: ClientId,
    meter: RefCell<Meter>,
    _guard: SessionGuard,
    _entry: Entry,
}

impl Seat {
    /// Takes a seat for who was let in; the Welcome follows when the world has given the body.
    pub fn take(
        edge: &Rc<Edge>,
        visitor: &Visitor,
        (hello, admission): (&Hello, &Admission),
        outbox: Outbox,
    ) -> Self {
        let client = edge.hub.borrow_mut().enter(admission, hello, outbox);
        edge.sessions_count().fetch_add(1, Ordering::Relaxed);
        Self {
            edge: edge.clone(),
            client,
            meter: RefCell::new(Meter::new(Instant::now())),
            _guard: edge.shared.counters.session(visitor.transport),
            _entry: (edge.shared.roll).enter(admission, visitor.transport, Instant::now()),
        }
    }

    /// A message that came as a datagram.
    ///
    /// # Errors
    /// The session's ending.
    pub fn on_datagram(&self, bytes: &[u8]) -> Result<(), Ending> {
        let message = self.gate(|gate, now| gate.datagram(bytes, now))?;
        message.map_or(Ok(()), |message| self.act(message))
    }

    /// A message that came on the control stream, or over a WebSocket (`channel` is none).
    ///
    /// # Errors
    /// The session's ending.
    pub fn on_reliable(&self, bytes: &[u8], channel: Option<Channel>) -> Result<(), Ending> {
        let message = self.gate(|gate, now| gate.reliable(bytes, channel, now))?;
        message.map_or(Ok(()), |message| self.act(message))
    }

    /// A ping or pong of the transport itself: counts against the rates, and no more.
    ///
    /// # Errors
    /// The session's ending.
    pub fn on_noise(&self) -> Result<(), Ending> {
        self.gate(|gate, now| gate.noise(now))
    }

    /// What came on the control stream is no message.
    pub fn malformed(&self, error: WireError) -> Ending {
        self.edge.shared.counters.drop_one(Cause::MessageMalformed);
        Ending::bad_message(error)
    }

    /// Resolves when the edge ends this session: replaced, too slow, or the server stops.
    pub async fn ended(&self) -> Ending {
        let ended = self.edge.hub.borrow_mut().end_signal(self.client);
        ended.wait().await
    }

    /// Ends the session from where no ending can be returned.
    pub fn end(&self, ending: Ending) {
        let ended = self.edge.hub.borrow_mut().end_signal(self.client);
        ended.end(ending);
    }

    /// Gives the seat up: tells the client why, or the world that the player went for good. Of one
    /// who was lost the world hears no more, and waits for a while.
    pub fn give_up(&self, ending: &Ending) {
        let mut hub = self.edge.hub.borrow_mut();
        match ending {
            Ending::Closed(goodbye) => hub.say_goodbye(self.client, goodbye),
            Ending::Left => hub.send_leave(self.client),
            Ending::Lost => {}
        }
    }

    fn gate<T>(
        &self,
        check: impl FnOnce(&mut Gate, Instant) -> Result<T, Ending>,
    ) -> Result<T, Ending> {
        let mut gate = Gate {
            meter: &mut self.meter.borrow_mut(),
            counters: &self.edge.shared.counters,
        };
        check(&mut gate, Instant::now())
    }

    fn act(&self, message: UpMessage) -> Result<(), Ending> {
        let mut hub = self.edge.hub.borrow_mut();
        match message {
            UpMessage::Inputs(inputs) => {
                for record in inputs.records() {
                    hub.input(self.client, inbound::input(record));
                }
            }
            UpMessage::Ping(ping) => hub.pong(self.client, ping.nonce),
            UpMessage::Settings(settings) => hub.settings(self.client, settings),
            UpMessage::Say(say) => hub.say(self.client, &say),
            UpMessage::Ignore(ignore) => hub.ignore(self.client, &ignore),
            UpMessage::Leave => return Err(Ending::Left),
            UpMessage::Hello(_) => return Err(Ending::bad_message("a second Hello")),
        }
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.edge.hub.borrow_mut().leave(self.client);
        self.edge.sessions_count().fetch_sub(1, Ordering::Relaxed);
    }
}
