//! QUIC connections: browsers by WebTransport, native clients by our own ALPN, on one endpoint.

use std::{future, rc::Rc, time::Instant};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    task::{JoinSet, spawn_local},
    time::timeout,
};

use crate::{
    counters::{Cause, Transport},
    edge::{Edge, Handshake, visitor},
    limits,
    registry::{Admission, Answer, Place},
    session::{Datagrams, Ending, Goodbye, Outbox, Pending, Seat, Step, Visitor, Wait, inbound},
    transport::{
        carrier::{Endpoint, Incoming, RecvStream, SendStream, Session},
        frames::{self, ReadError},
    },
};

use protocol::{header::Channel, session::CloseReason, up::Hello};

/// Priorities of the streams of a connection: the control stream goes before terrain.
const PRIORITY_CONTROL: i32 = 1;
const PRIORITY_TERRAIN: i32 = 0;

/// Accepts connections until the endpoint closes.
pub async fn accept(edge: Rc<Edge>, endpoint: Endpoint) {
    while let Some(incoming) = endpoint.accept().await {
        let is_crowded = edge.handshakes_count.get() > limits::HANDSHAKES_TRUSTED_MAX;
        if is_crowded && incoming.is_doubtful() {
            // The address proves that it is its own before it costs us anything.
            incoming.retry();
            continue;
        }
        match Handshake::begin(&edge) {
            Some(handshake) => {
                spawn_local(serve(edge.clone(), incoming, handshake));
            }
            None => incoming.refuse(),
        }
    }
}

async fn serve(edge: Rc<Edge>, incoming: Incoming, handshake: Handshake) {
    let opened = timeout(limits::HELLO_TIMEOUT, incoming.open()).await;
    let Ok(Some((session, transport))) = opened else {
        edge.shared.counters.drop_one(Cause::HandshakeFailed);
        return;
    };
    let ending = visit(&edge, &session, transport, handshake).await;
    close(&session, &ending).await;
}

/// From the Hello to the end of the session.
async fn visit(
    edge: &Rc<Edge>,
    session: &Session,
    transport: Transport,
    handshake: Handshake,
) -> Ending {
    let accepted = timeout(limits::HELLO_TIMEOUT, session.accept_bi()).await;
    let Ok(Some((mut control, mut inbound))) = accepted else {
        edge.shared.counters.drop_one(Cause::HandshakeFailed);
        return hello_too_late();
    };
    let hello = match greet(edge, &mut inbound).await {
        Ok(hello) => hello,
        Err(ending) => return refuse(control, ending).await,
    };
    drop(handshake);
    let Ok(Some(terrain)) = timeout(limits::HELLO_TIMEOUT, session.open_uni()).await else {
        return Ending::Lost;
    };
    let counters = edge.shared.counters.clone();
    let (outbox, pending) = Outbox::new(Datagrams::Quic(session.clone()), counters);
    let visitor = visitor(session.remote_address(), transport);
    match admit(edge, &visitor, &hello, (session, &mut control)).await {
        Ok(admission) => {
            let seat = Seat::take(edge, &visitor, (&hello, &admission), outbox);
            let lines = Lines {
                inbound,
                control,
                terrain,
                pending,
            };
            attend(seat, session, lines).await
        }
        Err(ending) => refuse(control, ending).await,
    }
}

/// Lets a visitor in, after a wait where there is no room yet.
async fn admit(
    edge: &Rc<Edge>,
    visitor: &Visitor,
    hello: &Hello,
    (session, control): (&Session, &mut SendStream),
) -> Result<Admission, Ending> {
    match edge.admit(visitor, hello, Instant::now())? {
        Answer::In(admission) => Ok(admission),
        Answer::Wait(place) => tokio::select! {
            waited = wait_in_line(edge, place, control) => waited,
            () = session.closed() => Err(Ending::Lost),
        },
    }
}

/// One who does not take in where it stands loses its place, for others stand behind it.
async fn wait_in_line(
    edge: &Rc<Edge>,
    place: Place,
    control: &mut SendStream,
) -> Result<Admission, Ending> {
    let mut wait = Wait::new(edge, place);
    loop {
        match wait.next().await? {
            Step::In(admission) => return Ok(admission),
            Step::Tell(message) => {
                let told = timeout(limits::CLOSING_TIMEOUT, control.write_chunk(message)).await;
                if !matches!(told, Ok(Ok(()))) {
                    return Err(Ending::Lost);
                }
            }
        }
    }
}

async fn greet(edge: &Edge, inbound: &mut RecvStream) -> Result<Hello, Ending> {
    match timeout(limits::HELLO_TIMEOUT, frames::read(inbound)).await {
        Ok(Ok(message)) => inbound::hello(&message, &edge.shared.counters),
        Ok(Err(ReadError::Wrong(error))) => {
            edge.shared.counters.drop_one(Cause::MessageMalformed);
            Err(Ending::bad_message(error))
        }
        Ok(Err(ReadError::Ended)) => {
            edge.shared.counters.drop_one(Cause::HandshakeFailed);
            Err(Ending::Lost)
        }
        Err(_) => {
            edge.shared.counters.drop_one(Cause::HandshakeFailed);
            Err(hello_too_late())
        }
    }
}

fn hello_too_late() -> Ending {
    Ending::closed(CloseReason::HelloTimeout, "No Hello came within 5 seconds.")
}

/// The streams of a session and what waits for them.
struct Lines {
    inbound: RecvStream,
    control: SendStream,
    terrain: SendStream,
    pending: Pending,
}

/// The session itself: reads, writes and waits for its end. Each duty waits in a task of its own, so
/// that an input, of which 20 a second come, does not have all the others looked at too.
async fn attend(seat: Seat, session: &Session, lines: Lines) -> Ending {
    let Lines {
        inbound,
        control,
        terrain,
        pending,
    } = lines;
    control.set_priority(PRIORITY_CONTROL);
    terrain.set_priority(PRIORITY_TERRAIN);
    let seat = Rc::new(seat);
    let mut duties = JoinSet::new();
    let hearing = session.hear(&seat, &mut duties);
    let reading = duties.spawn_local(read_control(seat.clone(), inbound));
    duties.spawn_local(write_terrain(terrain, pending.terrain));
    duties.spawn_local(end(seat.clone(), session.clone()));
    let mut writing = JoinSet::new();
    writing.spawn_local(write_control(control, pending.control));
    let ending = tokio::select! {
        Some(ending) = duties.join_next() => ending.expect("a duty ends with an ending"),
        _ = writing.join_next() => Ending::Lost,
    };
    seat.give_up(&ending);
    drop(hearing);
    reading.abort();
    if matches!(ending, Ending::Closed(_)) {
        let _ = timeout(limits::CLOSING_TIMEOUT, writing.join_next()).await;
    }
    ending
}

async fn read_control(seat: Rc<Seat>, mut inbound: RecvStream) -> Ending {
    loop {
        let message = match frames::read(&mut inbound).await {
            Ok(message) => message,
            Err(ReadError::Ended) => return Ending::Lost,
            Err(ReadError::Wrong(error)) => return seat.malformed(error),
        };
        if let Err(ending) = seat.on_reliable(&message, Some(Channel::Control)) {
            return ending;
        }
    }
}

/// The edge ends the session, or the client has gone.
async fn end(seat: Rc<Seat>, session: Session) -> Ending {
    tokio::select! {
        ending = seat.ended() => ending,
        () = session.left() => Ending::Lost,
    }
}

/// Writes what waits until the outbox is gone and all of it has arrived, or the connection breaks.
async fn write_control(mut control: SendStream, mut pending: mpsc::Receiver<Bytes>) {
    while let Some(message) = pending.recv().await {
        if control.write_chunk(message).await.is_err() {
            return;
        }
    }
    control.finish().await;
}

/// Writes what waits until the connection breaks; that the outbox is gone is no ending.
async fn write_terrain(mut terrain: SendStream, mut pending: mpsc::Receiver<Bytes>) -> Ending {
    while let Some(message) = pending.recv().await {
        if terrain.write_chunk(message).await.is_err() {
            return Ending::Lost;
        }
    }
    future::pending().await
}

/// Tells a refused visitor why on its control stream.
async fn refuse(control: SendStream, ending: Ending) -> Ending {
    if let Ending::Closed(goodbye) = &ending {
        let _ = timeout(limits::CLOSING_TIMEOUT, last_words(control, goodbye)).await;
    }
    ending
}

async fn last_words(mut control: SendStream, goodbye: &Goodbye) {
    if control.write_chunk(goodbye.message()).await.is_ok() {
        control.finish().await;
    }
}

/// Closes the connection with the reason as code and text.
async fn close(session: &Session, ending: &Ending) {
    match ending {
        Ending::Closed(goodbye) => session.close(goodbye.code(), goodbye.text.as_bytes()).await,
        Ending::Left | Ending::Lost => session.close(0, b"").await,
    }
}
