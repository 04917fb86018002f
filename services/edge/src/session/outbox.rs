//! What waits to be sent to one client. Every queue is bounded, and none of them ever waits: a full
//! one drops (datagrams), holds back (terrain) or gives the client up (control).

use std::{rc::Rc, sync::Arc};

use bytes::Bytes;
use protocol::limits::DATAGRAM_BYTES_MAX;
use tokio::sync::mpsc;

use crate::{
    counters::{Cause, Counters, add},
    limits,
    transport::carrier::Session,
};

/// The hub's end: where messages for one client go.
pub struct Outbox {
    control: Lane,
    terrain: Lane,
    datagrams: Datagrams,
    counters: Arc<Counters>,
}

/// A reliable way to the client, in order.
pub enum Lane {
    /// Somebody takes messages out and writes them.
    Queue(mpsc::Sender<Bytes>),
    /// The stream itself, which writes what it is given as soon as it can.
    Stream(Rc<quic::SendStream>),
}

/// Where snapshots and events go.
pub enum Datagrams {
    Quic(Session),
    Socket(mpsc::Sender<Bytes>),
}

/// The client does not read fast enough for what must not be lost.
#[derive(Debug)]
pub struct TooSlow;

impl Outbox {
    pub fn new(
        (control, terrain): (Lane, Lane),
        datagrams: Datagrams,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            control,
            terrain,
            datagrams,
            counters,
        }
    }

    /// A message on the control stream.
    ///
    /// # Errors
    /// When too many wait already.
    pub fn control(&self, message: Bytes) -> Result<(), TooSlow> {
        let bytes_count = message.len() as u64;
        if self.control.waiting_count(limits::CONTROL_QUEUE_MAX) >= limits::CONTROL_QUEUE_MAX {
            return Err(TooSlow);
        }
        if self.control.push(message) {
            add(&self.counters.bytes_out, bytes_count);
        }
        Ok(())
    }

    /// Messages that wait on the control stream and on the terrain stream.
    pub fn waiting_counts(&self) -> [usize; 2] {
        [
            self.control.waiting_count(limits::CONTROL_QUEUE_MAX),
            self.terrain.waiting_count(limits::TERRAIN_QUEUE_MAX),
        ]
    }

    /// Whether the terrain stream takes another column now.
    pub fn has_terrain_room(&self) -> bool {
        let waiting_count = self.terrain.waiting_count(limits::TERRAIN_QUEUE_MAX);
        waiting_count + limits::COLUMN_MESSAGES_MAX <= limits::TERRAIN_QUEUE_MAX
    }

    /// A message on the terrain stream; only after [`Self::has_terrain_room`] said so.
    pub fn terrain(&self, message: Bytes) {
        let bytes_count = message.len() as u64;
        if self.terrain.push(message) {
            add(&self.counters.bytes_out, bytes_count);
            add(&self.counters.terrain_bytes_out, bytes_count);
        }
    }

    /// A message that may be lost: sent now or dropped and counted.
    pub fn datagram(&self, message: &[u8]) {
        if self.datagrams.send(message) {
            add(&self.counters.bytes_out, message.len() as u64);
            add(&self.counters.datagrams_out, 1);
        } else {
            self.counters.drop_one(Cause::DatagramQueueFull);
        }
    }

    /// The largest message that [`Self::datagram`] takes now. It grows when the path turns out to carry
    /// more, and a path that carries less than it did shrinks it.
    pub fn datagram_bytes_max(&self) -> usize {
        self.datagrams.bytes_max().min(DATAGRAM_BYTES_MAX)
    }
}

impl Lane {
    /// A queue of so many messages, and its other end.
    pub fn queue(messages_max: usize) -> (Self, mpsc::Receiver<Bytes>) {
        let (queue, waiting) = mpsc::channel(messages_max);
        (Self::Queue(queue), waiting)
    }

    /// Messages that wait, of a lane made for so many.
    fn waiting_count(&self, messages_max: usize) -> usize {
        match self {
            Self::Queue(queue) => messages_max - queue.capacity(),
            Self::Stream(stream) => stream.backlog_count(),
        }
    }

    /// False when nobody reads it any more: then the connection is ending anyway.
    fn push(&self, message: Bytes) -> bool {
        match self {
            Self::Queue(queue) => queue.try_send(message).is_ok(),
            Self::Stream(stream) => stream.push(message).is_ok(),
        }
    }
}

impl Datagrams {
    fn bytes_max(&self) -> usize {
        match self {
            Datagrams::Quic(session) => session.datagram_bytes_max(),
            Datagrams::Socket(_) => DATAGRAM_BYTES_MAX,
        }
    }

    fn send(&self, message: &[u8]) -> bool {
        match self {
            Datagrams::Quic(session) => session.send_datagram(message),
            Datagrams::Socket(queue) => queue.try_send(Bytes::copy_from_slice(message)).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ends {
        control: mpsc::Receiver<Bytes>,
        terrain: mpsc::Receiver<Bytes>,
        datagrams: mpsc::Receiver<Bytes>,
    }

    fn outbox() -> (Outbox, Ends, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let (control, control_end) = Lane::queue(limits::CONTROL_QUEUE_MAX);
        let (terrain, terrain_end) = Lane::queue(limits::TERRAIN_QUEUE_MAX);
        let (datagrams, datagrams_end) = mpsc::channel(limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let datagrams = Datagrams::Socket(datagrams);
        let outbox = Outbox::new((control, terrain), datagrams, counters.clone());
        let ends = Ends {
            control: control_end,
            terrain: terrain_end,
            datagrams: datagrams_end,
        };
        (outbox, ends, counters)
    }

    #[test]
    fn a_client_that_does_not_read_is_bounded_on_every_queue() {
        let (outbox, ends, counters) = outbox();
        let message = Bytes::from_static(&[0; 100]);
        for _ in 0..1_000 {
            outbox.datagram(&message);
        }
        assert_eq!(ends.datagrams.len(), limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let dropped = 1_000 - limits::SOCKET_DATAGRAM_QUEUE_MAX as u64;
        assert!(
            counters
                .drops()
                .any(|drop| drop == ("datagram_queue_full", dropped))
        );
        while outbox.has_terrain_room() {
            outbox.terrain(message.clone());
        }
        assert!(ends.terrain.len() <= limits::TERRAIN_QUEUE_MAX);
        assert_eq!(outbox.waiting_counts(), [0, ends.terrain.len()]);
        let taken = (0..1_000).take_while(|_| outbox.control(message.clone()).is_ok());
        assert_eq!(
            taken.count(),
            limits::CONTROL_QUEUE_MAX,
            "then it is too slow"
        );
    }

    #[test]
    fn what_waits_is_still_written_after_the_hub_is_done_with_it() {
        let (outbox, mut ends, _) = outbox();
        outbox
            .control(Bytes::from_static(b"goodbye"))
            .expect("room");
        drop(outbox);
        assert_eq!(
            ends.control.try_recv().ok().as_deref(),
            Some(&b"goodbye"[..])
        );
        assert!(ends.control.is_closed() && ends.terrain.try_recv().is_err());
    }
}
