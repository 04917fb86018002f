//! QUIC connections: browsers by WebTransport, native clients by our own ALPN, on one endpoint.

use std::{rc::Rc, time::Instant};

use tokio::{
    task::{JoinSet, spawn_local},
    time::timeout,
};

use crate::{
    counters::{Cause, Transport},
    edge::{Edge, Handshake, visitor},
    limits,
    registry::{Admission, Answer, Place},
    session::{Datagrams, Ending, Goodbye, Outbox, Seat, Step, Visitor, Wait, inbound},
    transport::{
        carrier::{Endpoint, Incoming, RecvStream, SendStream, Session, Writer},
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
    let visitor = visitor(session.remote_address(), transport);
    match admit(edge, &visitor, &hello, (session, &mut control)).await {
        Ok(admission) => {
            control.set_priority(PRIORITY_CONTROL);
            terrain.set_priority(PRIORITY_TERRAIN);
            let (control, control_writer) = control.into_lane(limits::CONTROL_QUEUE_MAX);
            let (terrain, terrain_writer) = terrain.into_lane(limits::TERRAIN_QUEUE_MAX);
            let datagrams = Datagrams::Quic(session.clone());
            let counters = edge.shared.counters.clone();
            let outbox = Outbox::new((control, terrain), datagrams, counters);
            let seat = Seat::take(edge, &visitor, (&hello, &admission), outbox);
            attend(seat, session, inbound, (control_writer, terrain_writer)).await
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

/// One who does not take in where it stands is taken for lost, for others stand behind it.
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

/// The session itself: reads, writes and waits for its end.
async fn attend(
    seat: Seat,
    session: &Session,
    inbound: RecvStream,
    (mut control, mut terrain): (Writer, Writer),
) -> Ending {
    let seat = Rc::new(seat);
    let mut duties = JoinSet::new();
    let hearing = session.hear(&seat, &mut duties);
    let ending = tokio::select! {
        ending = read_control(&seat, inbound) => ending,
        Some(ending) = duties.join_next() => ending.expect("a duty ends with an ending"),
        ending = seat.ended() => ending,
        () = session.left() => Ending::Lost,
        () = control.broken() => Ending::Lost,
        () = terrain.broken() => Ending::Lost,
    };
    seat.give_up(&ending);
    drop(hearing);
    if matches!(ending, Ending::Closed(_)) {
        let _ = timeout(limits::CLOSING_TIMEOUT, control.conclude()).await;
    }
    ending
}

async fn read_control(seat: &Seat, mut inbound: RecvStream) -> Ending {
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
