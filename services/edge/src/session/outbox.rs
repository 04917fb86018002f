//! What waits to be sent to one client. Every queue is bounded, and none of them ever waits: a full
//! one drops (datagrams), holds back (terrain) or gives the client up (control).

use std::sync::Arc;

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
    control: mpsc::Sender<Bytes>,
    terrain: mpsc::Sender<Bytes>,
    datagrams: Datagrams,
    counters: Arc<Counters>,
}

/// Where snapshots and events go.
pub enum Datagrams {
    Quic(Session),
    Socket(mpsc::Sender<Bytes>),
}

/// The writer's end.
pub struct Pending {
    pub control: mpsc::Receiver<Bytes>,
    pub terrain: mpsc::Receiver<Bytes>,
}

/// The client does not read fast enough for what must not be lost.
#[derive(Debug)]
pub struct TooSlow;

impl Outbox {
    pub fn new(datagrams: Datagrams, counters: Arc<Counters>) -> (Self, Pending) {
        let (control, control_pending) = mpsc::channel(limits::CONTROL_QUEUE_MAX);
        let (terrain, terrain_pending) = mpsc::channel(limits::TERRAIN_QUEUE_MAX);
        let outbox = Self {
            control,
            terrain,
            datagrams,
            counters,
        };
        let pending = Pending {
            control: control_pending,
            terrain: terrain_pending,
        };
        (outbox, pending)
    }

    /// A message on the control stream.
    ///
    /// # Errors
    /// When too many wait already.
    pub fn control(&self, message: Bytes) -> Result<(), TooSlow> {
        let bytes_count = message.len() as u64;
        self.control.try_send(message).map_err(|_| TooSlow)?;
        add(&self.counters.bytes_out, bytes_count);
        Ok(())
    }

    /// Whether the terrain stream takes another column now.
    pub fn has_terrain_room(&self) -> bool {
        self.terrain.capacity() >= limits::COLUMN_MESSAGES_MAX
    }

    /// A message on the terrain stream; only after [`Self::has_terrain_room`] said so.
    pub fn terrain(&self, message: Bytes) {
        let bytes_count = message.len() as u64;
        if self.terrain.try_send(message).is_ok() {
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

    fn outbox() -> (Outbox, Pending, mpsc::Receiver<Bytes>, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let (datagrams, sent) = mpsc::channel(limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let (outbox, pending) = Outbox::new(Datagrams::Socket(datagrams), counters.clone());
        (outbox, pending, sent, counters)
    }

    #[test]
    fn a_client_that_does_not_read_is_bounded_on_every_queue() {
        let (outbox, pending, sent, counters) = outbox();
        let message = Bytes::from_static(&[0; 100]);
        for _ in 0..1_000 {
            outbox.datagram(&message);
        }
        assert_eq!(sent.len(), limits::SOCKET_DATAGRAM_QUEUE_MAX);
        let dropped = 1_000 - limits::SOCKET_DATAGRAM_QUEUE_MAX as u64;
        assert!(
            counters
                .drops()
                .any(|drop| drop == ("datagram_queue_full", dropped))
        );
        while outbox.has_terrain_room() {
            outbox.terrain(message.clone());
        }
        assert!(pending.terrain.len() <= limits::TERRAIN_QUEUE_MAX);
        let taken = (0..1_000).take_while(|_| outbox.control(message.clone()).is_ok());
        assert_eq!(
            taken.count(),
            limits::CONTROL_QUEUE_MAX,
            "then it is too slow"
        );
    }

    #[test]
    fn what_waits_is_still_written_after_the_hub_is_done_with_it() {
        let (outbox, mut pending, _sent, _) = outbox();
        outbox
            .control(Bytes::from_static(b"goodbye"))
            .expect("room");
        drop(outbox);
        assert_eq!(
            pending.control.try_recv().ok().as_deref(),
            Some(&b"goodbye"[..])
        );
        assert!(pending.control.is_closed() && pending.terrain.try_recv().is_err());
    }
}
