//! QUIC connections: browsers by WebTransport, native clients by our own ALPN, on one endpoint.

use std::{future, rc::Rc, time::Instant};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet, spawn_local},
    time::timeout,
};
use web_transport_quinn::{RecvStream, SendStream, Session};

use crate::{
    counters::{Cause, Transport},
    edge::{Edge, Handshake, visitor},
    limits,
    registry::{Admission, Answer, Place},
    session::{Datagrams, Ending, Goodbye, Outbox, Pending, Seat, Step, Visitor, Wait, inbound},
    transport::{
        ALPN_NATIVE,
        frames::{self, ReadError},
    },
};

use protocol::{header::Channel, session::CloseReason, up::Hello};

/// Priorities of the streams of a connection: the control stream goes before terrain.
const PRIORITY_CONTROL: i32 = 1;
const PRIORITY_TERRAIN: i32 = 0;

/// Accepts connections until the endpoint closes.
pub async fn accept(edge: Rc<Edge>, endpoint: quinn::Endpoint) {
    while let Some(incoming) = endpoint.accept().await {
        let is_crowded = edge.handshakes_count.get() > limits::HANDSHAKES_TRUSTED_MAX;
        if is_crowded && !incoming.remote_address_validated() && incoming.may_retry() {
            // The address proves that it is its own before it costs us anything.
            let _ = incoming.retry();
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

async fn serve(edge: Rc<Edge>, incoming: quinn::Incoming, handshake: Handshake) {
    let opened = timeout(limits::HELLO_TIMEOUT, open(incoming)).await;
    let Ok(Some((session, transport))) = opened else {
        edge.shared.counters.drop_one(Cause::HandshakeFailed);
        return;
    };
    let ending = visit(&edge, &session, transport, handshake).await;
    close(&session, &ending).await;
}

/// Completes the handshake of either kind of client.
async fn open(incoming: quinn::Incoming) -> Option<(Session, Transport)> {
    let connection = incoming.await.ok()?;
    let data = connection.handshake_data()?;
    let data = data
        .downcast::<quinn::crypto::rustls::HandshakeData>()
        .ok()?;
    if data.protocol.as_deref() == Some(ALPN_NATIVE) {
        return Some((Session::raw(connection), Transport::Native));
    }
    let request = web_transport_quinn::Request::accept(connection)
        .await
        .ok()?;
    let session = request.ok().await.ok()?;
    Some((session, Transport::Browser))
}

/// From the Hello to the end of the session.
async fn visit(
    edge: &Rc<Edge>,
    session: &Session,
    transport: Transport,
    handshake: Handshake,
) -> Ending {
    let accepted = timeout(limits::HELLO_TIMEOUT, session.accept_bi()).await;
    let Ok(Ok((mut control, mut inbound))) = accepted else {
        edge.shared.counters.drop_one(Cause::HandshakeFailed);
        return hello_too_late();
    };
    let hello = match greet(edge, &mut inbound).await {
        Ok(hello) => hello,
        Err(ending) => return refuse(&mut control, ending).await,
    };
    drop(handshake);
    let Ok(Ok(terrain)) = timeout(limits::HELLO_TIMEOUT, session.open_uni()).await else {
        return Ending::Lost;
    };
    let counters = edge.shared.counters.clone();
    let (outbox, pending) = Outbox::new(Datagrams::Quic(Box::new(session.clone())), counters);
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
        Err(ending) => refuse(&mut control, ending).await,
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
            _ = session.closed() => Err(Ending::Lost),
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
    let _ = control.set_priority(PRIORITY_CONTROL);
    let _ = terrain.set_priority(PRIORITY_TERRAIN);
    let seat = Rc::new(seat);
    let mut duties = JoinSet::new();
    let reading = [
        duties.spawn_local(read_control(seat.clone(), inbound)),
        duties.spawn_local(read_datagrams(seat.clone(), session.clone())),
    ];
    duties.spawn_local(write_terrain(terrain, pending.terrain));
    duties.spawn_local({
        let seat = seat.clone();
        async move { seat.ended().await }
    });
    let mut writing = JoinSet::new();
    writing.spawn_local(write_control(control, pending.control));
    let ending = tokio::select! {
        Some(ending) = duties.join_next() => ending.expect("a duty ends with an ending"),
        _ = writing.join_next() => Ending::Lost,
    };
    seat.give_up(&ending);
    reading.iter().for_each(AbortHandle::abort);
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

async fn read_datagrams(seat: Rc<Seat>, session: Session) -> Ending {
    loop {
        let read = match session.read_datagram().await {
            Ok(datagram) => seat.on_datagram(&datagram),
            Err(_) if session.close_reason().is_some() => return Ending::Lost,
            // Its session prefix was wrong: as good as an empty one.
            Err(_) => seat.on_datagram(&[]),
        };
        if let Err(ending) = read {
            return ending;
        }
    }
}

/// Writes what waits until the outbox is gone and all of it has arrived, or the connection breaks.
async fn write_control(mut control: SendStream, mut pending: mpsc::Receiver<Bytes>) {
    while let Some(message) = pending.recv().await {
        if control.write_chunk(message).await.is_err() {
            return;
        }
    }
    let _ = control.finish();
    let _ = control.stopped().await;
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
async fn refuse(control: &mut SendStream, ending: Ending) -> Ending {
    if let Ending::Closed(goodbye) = &ending {
        let _ = timeout(limits::CLOSING_TIMEOUT, last_words(control, goodbye)).await;
    }
    ending
}

async fn last_words(control: &mut SendStream, goodbye: &Goodbye) {
    if control.write_chunk(goodbye.message()).await.is_ok() {
        let _ = control.finish();
        let _ = control.stopped().await;
    }
}

/// Closes the connection with the reason as code and text, and lets that arrive.
async fn close(session: &Session, ending: &Ending) {
    match ending {
        Ending::Closed(goodbye) => session.close(goodbye.code(), goodbye.text.as_bytes()),
        Ending::Left | Ending::Lost => session.close(0, b""),
    }
    let _ = timeout(limits::CLOSING_TIMEOUT, session.closed()).await;
}
