//! WebSocket sessions: the same messages, each a binary WebSocket message, on one ordered channel.

use std::{net::SocketAddr, rc::Rc, time::Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    counters::{Cause, Transport},
    edge::{Edge, Handshake, visitor},
    limits,
    registry::{Admission, Answer, Place},
    session::{Datagrams, Ending, Lane, Outbox, Seat, Step, Visitor, Wait, inbound},
};

use protocol::{session::CloseReason, up::Hello};

/// WebSocket leaves the codes from 4000 on to applications.
const CLOSE_CODE_BASE: u16 = 4_000;

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

/// What waits for one client.
struct Pending {
    control: mpsc::Receiver<Bytes>,
    terrain: mpsc::Receiver<Bytes>,
    datagrams: mpsc::Receiver<Bytes>,
}

/// From the first message to the end of the session.
pub async fn serve(edge: Rc<Edge>, socket: WebSocket, address: SocketAddr) {
    let Some(handshake) = Handshake::begin(&edge) else {
        return;
    };
    let (mut sink, mut stream) = socket.split();
    let greeted = greet(&edge, &mut stream).await;
    drop(handshake);
    let ending = match greeted {
        Ok(hello) => sit(&edge, &hello, address, (&mut sink, &mut stream)).await,
        Err(ending) => refuse(&mut sink, ending).await,
    };
    let _ = timeout(limits::CLOSING_TIMEOUT, close(&mut sink, &ending)).await;
    if matches!(ending, Ending::Closed(_)) {
        let _ = timeout(limits::CLOSING_TIMEOUT, hear_out(&mut stream)).await;
    }
}

async fn greet(edge: &Edge, stream: &mut Stream) -> Result<Hello, Ending> {
    let counters = &edge.shared.counters;
    let first = async {
        loop {
            if let Some(message) = read(stream).await? {
                return Ok(message);
            }
        }
    };
    match timeout(limits::HELLO_TIMEOUT, first).await {
        Ok(Ok(message)) => inbound::hello(&message, counters),
        Ok(Err(ending)) => {
            counters.drop_one(Cause::HandshakeFailed);
            Err(ending)
        }
        Err(_) => {
            counters.drop_one(Cause::HandshakeFailed);
            let text = "No Hello came within 5 seconds.";
            Err(Ending::closed(CloseReason::HelloTimeout, text))
        }
    }
}

async fn sit(
    edge: &Rc<Edge>,
    hello: &Hello,
    address: SocketAddr,
    (sink, stream): (&mut Sink, &mut Stream),
) -> Ending {
    let (datagrams, datagrams_waiting) = mpsc::channel(limits::SOCKET_DATAGRAM_QUEUE_MAX);
    let (control, control_waiting) = Lane::queue(limits::CONTROL_QUEUE_MAX);
    let (terrain, terrain_waiting) = Lane::queue(limits::TERRAIN_QUEUE_MAX);
    let counters = edge.shared.counters.clone();
    let outbox = Outbox::new((control, terrain), Datagrams::Socket(datagrams), counters);
    let pending = Pending {
        control: control_waiting,
        terrain: terrain_waiting,
        datagrams: datagrams_waiting,
    };
    let visitor = visitor(address, Transport::Socket);
    let admission = match admit(edge, &visitor, hello, (sink, stream)).await {
        Ok(admission) => admission,
        Err(ending) => return refuse(sink, ending).await,
    };
    let seat = Seat::take(edge, &visitor, (hello, &admission), outbox);
    let writing = write(sink, pending);
    tokio::pin!(writing);
    let ending = tokio::select! {
        ending = attend(&seat, stream) => ending,
        ending = seat.ended() => ending,
        () = &mut writing => Ending::Lost,
    };
    seat.give_up(&ending);
    if matches!(ending, Ending::Closed(_)) {
        let _ = timeout(limits::CLOSING_TIMEOUT, writing).await;
    }
    ending
}

/// Lets a visitor in, after a wait where there is no room yet.
async fn admit(
    edge: &Rc<Edge>,
    visitor: &Visitor,
    hello: &Hello,
    (sink, stream): (&mut Sink, &mut Stream),
) -> Result<Admission, Ending> {
    match edge.admit(visitor, hello, Instant::now())? {
        Answer::In(admission) => Ok(admission),
        Answer::Wait(place) => tokio::select! {
            waited = wait_in_line(edge, place, sink) => waited,
            ending = hear_nothing(stream) => Err(ending),
        },
    }
}

/// One who does not take in where it stands is taken for lost, for others stand behind it.
async fn wait_in_line(edge: &Rc<Edge>, place: Place, sink: &mut Sink) -> Result<Admission, Ending> {
    let mut wait = Wait::new(edge, place);
    loop {
        match wait.next().await? {
            Step::In(admission) => return Ok(admission),
            Step::Tell(message) => {
                let words = sink.send(Message::Binary(message));
                let told = timeout(limits::CLOSING_TIMEOUT, words).await;
                if !matches!(told, Ok(Ok(()))) {
                    return Err(Ending::Lost);
                }
            }
        }
    }
}

/// Who waits has nothing to say; if it does, it goes.
async fn hear_nothing(stream: &mut Stream) -> Ending {
    loop {
        match read(stream).await {
            Ok(Some(_)) => return Ending::Left,
            Ok(None) => {}
            Err(ending) => return ending,
        }
    }
}

async fn attend(seat: &Seat, stream: &mut Stream) -> Ending {
    loop {
        let taken = match timeout(limits::IDLE_TIMEOUT, read(stream)).await {
            Ok(Ok(Some(message))) => seat.on_reliable(&message, None),
            Ok(Ok(None)) => seat.on_noise(),
            Ok(Err(ending)) => Err(ending),
            Err(_) => Err(Ending::Lost),
        };
        if let Err(ending) = taken {
            return ending;
        }
    }
}

/// The next binary message; none for a ping or pong. Texts are not ours.
async fn read(stream: &mut Stream) -> Result<Option<Bytes>, Ending> {
    match stream.next().await {
        Some(Ok(Message::Binary(bytes))) => Ok(Some(bytes)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Text(_))) => Err(Ending::bad_message("a text message")),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Ending::Lost),
    }
}

/// Writes what waits, most urgent first, until the outbox is gone and all of it is written.
async fn write(sink: &mut Sink, mut pending: Pending) {
    let mut alive = interval(limits::IDLE_TIMEOUT / 3);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut datagrams_in_a_row = 0;
    loop {
        if datagrams_in_a_row >= limits::SOCKET_DATAGRAMS_IN_A_ROW_MAX {
            datagrams_in_a_row = 0;
            if let Ok(bytes) = pending.terrain.try_recv()
                && sink.send(Message::Binary(bytes)).await.is_err()
            {
                return;
            }
        }
        let message = tokio::select! {
            biased;
            message = pending.control.recv() => match message {
                Some(bytes) => Message::Binary(bytes),
                None => return,
            },
            Some(bytes) = pending.datagrams.recv() => {
                datagrams_in_a_row += 1;
                Message::Binary(bytes)
            }
            Some(bytes) = pending.terrain.recv() => Message::Binary(bytes),
            _ = alive.tick() => Message::Ping(Bytes::new()),
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

/// Tells a refused visitor why.
async fn refuse(sink: &mut Sink, ending: Ending) -> Ending {
    if let Ending::Closed(goodbye) = &ending {
        let words = sink.send(Message::Binary(goodbye.message()));
        let _ = timeout(limits::CLOSING_TIMEOUT, words).await;
    }
    ending
}

async fn close(sink: &mut Sink, ending: &Ending) {
    let frame = match ending {
        Ending::Closed(goodbye) => Some(CloseFrame {
            code: CLOSE_CODE_BASE + goodbye.code() as u16,
            reason: goodbye.text.as_str().into(),
        }),
        Ending::Left | Ending::Lost => None,
    };
    let _ = sink.send(Message::Close(frame)).await;
}

/// Takes in what still comes, to no end but that it is taken in: a socket closed over bytes that
/// nobody read resets the connection, and a reset discards the last words on their way to the client.
async fn hear_out(stream: &mut Stream) {
    while let Some(Ok(_)) = stream.next().await {}
}
