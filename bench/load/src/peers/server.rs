//! A server's side of a peer: a task for each connection that reads its datagrams, one for its stream,
//! and a loop that sends to all of them 20 times a second.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    task::spawn_local,
    time::{MissedTickBehavior, interval},
};

use super::{
    counts::{COUNTS, add},
    link::Link,
    traffic::{Due, TICK, Traffic},
};

/// Pieces of stream that wait for a client that reads slowly.
const PIECES_MAX: usize = 16;

/// Those who are connected.
pub struct Crowd<L> {
    members: Rc<RefCell<Vec<Member<L>>>>,
}

struct Member<L> {
    link: L,
    pieces: mpsc::Sender<Bytes>,
    due: Due,
}

impl<L: Link> Crowd<L> {
    /// Begins to send.
    pub fn gather(traffic: Traffic) -> Self {
        let members: Rc<RefCell<Vec<Member<L>>>> = Rc::default();
        let told = Rc::clone(&members);
        spawn_local(every_tick(traffic, move |message| {
            let mut members = told.borrow_mut();
            members
                .iter_mut()
                .for_each(|member| member.tell(&traffic, message));
        }));
        Self { members }
    }

    pub fn join(&self, link: L) {
        let (pieces, waiting) = mpsc::channel(PIECES_MAX);
        let writer = link.clone();
        spawn_local(async move { writer.write_stream(waiting).await });
        spawn_local(hear(link.clone()));
        let due = Due::default();
        self.members.borrow_mut().push(Member { link, pieces, due });
        add(&COUNTS.connections, 1);
    }
}

async fn hear<L: Link>(link: L) {
    while let Some(datagram) = link.datagram().await {
        add(&COUNTS.received, 1);
        add(&COUNTS.received_bytes, datagram.len() as u64);
    }
}

/// Has everybody told the same message, 20 times a second, until the process ends.
pub async fn every_tick(traffic: Traffic, mut tell: impl FnMut(&[u8])) {
    let message = vec![7; traffic.datagram_bytes];
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tell(&message);
        add(&COUNTS.ticks, 1);
    }
}

impl<L: Link> Member<L> {
    fn tell(&mut self, traffic: &Traffic, template: &[u8]) {
        let (datagrams, bytes) = self.due.next(traffic);
        for _ in 0..datagrams {
            let is_sent = self.link.send_datagram(Bytes::copy_from_slice(template));
            add(&COUNTS.sent, u64::from(is_sent));
        }
        if bytes > 0 {
            let _ = self.pieces.try_send(vec![7; bytes].into());
        }
    }
}
