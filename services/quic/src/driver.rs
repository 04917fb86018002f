//! The loop: packets in, timers, connections that have something to do, packets out.

use std::{
    future,
    io::{self, IoSliceMut},
    net::UdpSocket,
    os::fd::AsFd,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use quinn_proto::{ConnectionHandle, DatagramEvent, EcnCodepoint};
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSocketState};
use tokio::{
    io::Interest,
    task::yield_now,
    time::{Instant as TokioInstant, sleep_until},
};

use crate::{
    connection::ConnectionCell,
    endpoint::{Shared, take_in},
    limits::{
        GATHER_CONNECTIONS_MIN, GATHER_PERIOD, GATHER_PERIODS_MAX, RECEIVE_CALLS_MAX, SEGMENTS_MAX,
    },
    wheel::{Wheel, WheelTime},
};

/// See the module. Ends when the endpoint is closed and the last connection has gone.
pub struct Driver {
    shared: Rc<Shared>,
    socket: tokio::net::UdpSocket,
    state: UdpSocketState,
    receive_buffer: Box<[u8]>,
    /// What the endpoint answers to a packet.
    response: Vec<u8>,
    wheel: Wheel,
    due: Vec<(usize, WheelTime)>,
    /// Connections of this turn, in the order they lie in memory.
    turn: Vec<usize>,
}

/// What a read of the socket came to.
#[derive(PartialEq, Eq)]
enum Received {
    Nothing,
    All,
    /// There is more than one turn takes.
    Some,
}

impl Driver {
    pub fn new(shared: Rc<Shared>, socket: UdpSocket, state: UdpSocketState) -> io::Result<Self> {
        let packet_bytes = shared.proto.borrow().config().get_max_udp_payload_size();
        let run_bytes = (packet_bytes as usize).min(64 * 1_024) * state.gro_segments();
        Ok(Self {
            socket: tokio::net::UdpSocket::from_std(socket)?,
            receive_buffer: vec![0; run_bytes * BATCH_SIZE].into(),
            response: Vec::new(),
            wheel: Wheel::new(Instant::now()),
            due: Vec::new(),
            turn: Vec::new(),
            state,
            shared,
        })
    }

    pub async fn run(mut self) {
        if let Err(error) = self.turns().await {
            tracing::error!(%error, "the QUIC socket is broken");
        }
    }

    async fn turns(&mut self) -> io::Result<()> {
        while !self.is_over() {
            let begun_at = Instant::now();
            let received = self.receive()?;
            let received_at = Instant::now();
            self.expire(received_at);
            let is_sent = self.serve()?;
            self.note_turn(received_at - begun_at, received_at.elapsed());
            match (received, is_sent) {
                (_, false) => self.socket.writable().await?,
                (Received::Some, true) => yield_now().await,
                (received, true) if self.is_done() => self.wait(received).await?,
                (_, true) => {}
            }
        }
        Ok(())
    }

    fn note_turn(&self, receiving: Duration, serving: Duration) {
        let mut times = self.shared.times.get();
        times.receiving += receiving;
        times.serving += serving;
        self.shared.times.set(times);
    }

    fn is_over(&self) -> bool {
        let is_idle = self.shared.connections_count.get() == 0;
        self.shared.is_closed.get() && is_idle && self.is_done()
    }

    /// Whether nothing is left to do but to wait.
    fn is_done(&self) -> bool {
        self.shared.dirty.borrow().is_empty() && self.shared.batch.borrow().is_empty()
    }

    /// Waits until something is to do. With many connections packets that come are let gather, so that
    /// they are read together, and timers too.
    async fn wait(&self, received: Received) -> io::Result<()> {
        let periods_count = self.shared.connections_count.get() / GATHER_CONNECTIONS_MIN;
        let gathered_at =
            Instant::now() + GATHER_PERIOD * periods_count.min(GATHER_PERIODS_MAX) as u32;
        let is_gathering = received != Received::Nothing && periods_count > 0;
        let deadline = match is_gathering {
            true => Some(gathered_at),
            false => self.wheel.deadline().map(|it| it.max(gathered_at)),
        };
        let timer = async {
            match deadline {
                Some(deadline) => sleep_until(TokioInstant::from_std(deadline)).await,
                None => future::pending().await,
            }
        };
        self.shared.is_waiting.set(true);
        let woken = tokio::select! {
            () = self.shared.bell.notified() => Ok(()),
            readable = self.socket.readable(), if !is_gathering => readable,
            () = timer => Ok(()),
        };
        self.shared.is_waiting.set(false);
        woken
    }

    /// Reads what has come, and hands it to the connections it is for.
    fn receive(&mut self) -> io::Result<Received> {
        let now = Instant::now();
        for call in 0..RECEIVE_CALLS_MAX {
            match self.receive_once(now) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(match call {
                        0 => Received::Nothing,
                        _ => Received::All,
                    });
                }
                // An answer of the system to something sent to who is not there any more.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Received::Some)
    }

    fn receive_once(&mut self, now: Instant) -> io::Result<()> {
        let Self {
            shared,
            socket,
            state,
            receive_buffer,
            response,
            ..
        } = self;
        let run_bytes = receive_buffer.len() / BATCH_SIZE;
        let mut metas = [RecvMeta::default(); BATCH_SIZE];
        let mut runs = receive_buffer.chunks_mut(run_bytes).map(IoSliceMut::new);
        let mut runs: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| runs.next().expect("as many as the buffer was made for"));
        let count = socket.try_io(Interest::READABLE, || {
            state.recv((&*socket).into(), &mut runs, &mut metas)
        })?;
        shared.receive_calls.set(shared.receive_calls.get() + 1);
        for (meta, run) in metas.iter().zip(&runs).take(count) {
            let mut run: BytesMut = run[..meta.len].into();
            while !run.is_empty() {
                let packet = run.split_to(meta.stride.min(run.len()));
                take(shared, (now, meta), packet, response);
            }
        }
        Ok(())
    }

    /// Has connections whose time has come look at it.
    fn expire(&mut self, now: Instant) {
        self.wheel.expire(now, &mut self.due);
        for (number, time) in self.due.drain(..) {
            let Some(cell) = self.shared.connection(number) else {
                continue;
            };
            if cell.state.borrow_mut().timers.expire(time) {
                cell.mark(&self.shared);
            }
        }
    }

    /// Serves all connections that have something to do; false if the system takes no more packets now.
    fn serve(&mut self) -> io::Result<bool> {
        let mut is_sent = self.flush()?;
        while is_sent {
            self.turn.append(&mut self.shared.dirty.borrow_mut());
            if self.turn.is_empty() {
                break;
            }
            self.turn.sort_unstable();
            let turn = std::mem::take(&mut self.turn);
            let served = self.serve_turn(&turn);
            self.turn = turn;
            self.turn.clear();
            is_sent = served? && self.flush()?;
        }
        Ok(is_sent)
    }

    fn serve_turn(&mut self, turn: &[usize]) -> io::Result<bool> {
        let now = Instant::now();
        for (index, number) in turn.iter().enumerate() {
            let Some(cell) = self.shared.connection(*number) else {
                continue;
            };
            if !self.serve_connection(&cell, now)? {
                // It and those behind it stay marked.
                self.shared.dirty.borrow_mut().extend(&turn[index..]);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One connection's turn; false if the system takes no more packets now.
    fn serve_connection(&mut self, cell: &Rc<ConnectionCell>, now: Instant) -> io::Result<bool> {
        take_events(cell);
        cell.deliver();
        loop {
            exchange_endpoint_events(&self.shared, cell);
            if !self.transmit(cell, now)? {
                return Ok(false);
            }
            if !self.set_timer(cell, now) {
                break;
            }
            take_events(cell);
        }
        cell.is_dirty.set(false);
        if cell.state.borrow().proto.is_drained() {
            self.shared.leave(cell.handle);
        }
        Ok(true)
    }

    /// Builds the packets that a connection has to send, and sends those of all when they are many.
    fn transmit(&self, cell: &ConnectionCell, now: Instant) -> io::Result<bool> {
        let mut state = cell.state.borrow_mut();
        loop {
            if self.shared.batch.borrow().is_full() && !self.flush()? {
                return Ok(false);
            }
            let mut batch = self.shared.batch.borrow_mut();
            let segments_max = match batch.may_segment() {
                true => SEGMENTS_MAX,
                false => 1,
            };
            if !batch.fill(|buffer| state.proto.poll_transmit(now, segments_max, buffer)) {
                return Ok(true);
            }
        }
    }

    /// Puts the connection's next deadline into the wheel; true if it is over already.
    fn set_timer(&mut self, cell: &ConnectionCell, now: Instant) -> bool {
        let mut state = cell.state.borrow_mut();
        let Some(deadline) = state.proto.poll_timeout() else {
            return false;
        };
        if deadline <= now {
            state.proto.handle_timeout(now);
            return true;
        }
        let time = self.wheel.time(deadline);
        // A deadline that moved to later is looked at when the earlier time comes.
        if state.timers.needs(time) {
            let time = self.wheel.insert(cell.handle.0, time);
            state.timers.insert(time);
        }
        false
    }

    fn flush(&self) -> io::Result<bool> {
        let socket = &self.socket;
        let mut batch = self.shared.batch.borrow_mut();
        match socket.try_io(Interest::WRITABLE, || {
            match batch.flush(socket.as_fd())? {
                true => Ok(()),
                false => Err(io::ErrorKind::WouldBlock.into()),
            }
        }) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// One packet.
fn take(
    shared: &Rc<Shared>,
    (now, meta): (Instant, &RecvMeta),
    packet: BytesMut,
    response: &mut Vec<u8>,
) {
    response.clear();
    let ecn = meta.ecn.and_then(|ecn| EcnCodepoint::from_bits(ecn as u8));
    let event = {
        let mut proto = shared.proto.borrow_mut();
        proto.handle(now, meta.addr, meta.dst_ip, ecn, packet, response)
    };
    match event {
        Some(DatagramEvent::ConnectionEvent(ConnectionHandle(number), event)) => {
            if let Some(cell) = shared.connection(number) {
                cell.state.borrow_mut().proto.handle_event(event);
                cell.mark(shared);
            }
        }
        Some(DatagramEvent::NewConnection(incoming)) => take_in(shared, incoming),
        Some(DatagramEvent::Response(transmit)) => shared.respond(transmit, response),
        None => {}
    }
}

/// Wakes who waits for what happened to a connection.
fn take_events(cell: &ConnectionCell) {
    let mut state = cell.state.borrow_mut();
    while let Some(event) = state.proto.poll() {
        state.take_event(event);
    }
}

/// What connection and endpoint have to tell each other: names of connections, mostly.
fn exchange_endpoint_events(shared: &Shared, cell: &ConnectionCell) {
    let mut state = cell.state.borrow_mut();
    while let Some(event) = state.proto.poll_endpoint_events() {
        let answer = shared.proto.borrow_mut().handle_event(cell.handle, event);
        if let Some(answer) = answer {
            state.proto.handle_event(answer);
        }
    }
}
