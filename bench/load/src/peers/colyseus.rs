//! Clients of the Colyseus peer, by its protocol over bare WebSockets: they join, acknowledge, count patches
//! and say inputs, but decode nothing, so that they cost little. What patches hold is checked by
//! `bench/load/colyseus/witness.mjs`.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::spawn_local,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::{
    Drivers, Failure,
    counts::{COUNTS, add, say},
    traffic::{INPUT_BYTES, TICK},
};

/// First bytes of messages: `@colyseus/core`, Protocol.
const JOIN_ROOM: u8 = 10;
const ROOM_STATE_PATCH: u8 = 15;
const ROOM_DATA_BYTES: u8 = 17;
/// The kind of an input, as `server.mjs` says.
const INPUT: u8 = 0;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Joins all clients, and plays until the process ends.
pub async fn drive(drivers: &Drivers) -> Result<(), Failure> {
    for number in 0..drivers.count {
        let socket = join(drivers.port).await?;
        let offset = TICK.mul_f64(number as f64 / drivers.count as f64);
        spawn_local(async move {
            if let Err(error) = play(socket, Instant::now() + offset).await {
                eprintln!("a client of Colyseus was lost: {error}");
            }
        });
        add(&COUNTS.connections, 1);
    }
    say("joined")?;
    std::future::pending().await
}

/// Asks for a seat over HTTP and takes it.
async fn join(port: u16) -> Result<Socket, Failure> {
    let seat = reserve(port).await?;
    let part = |pointer: &str| {
        seat.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let url = format!(
        "ws://127.0.0.1:{port}/{}/{}?sessionId={}",
        part("/room/processId"),
        part("/room/roomId"),
        part("/sessionId"),
    );
    let config = WebSocketConfig::default();
    let (mut socket, _) = connect_async_with_config(url, Some(config), true).await?;
    while let Some(message) = socket.next().await {
        if message?.into_data().first() == Some(&JOIN_ROOM) {
            socket.send(Message::binary(vec![JOIN_ROOM])).await?;
            return Ok(socket);
        }
    }
    Err("Colyseus closed before a client had joined".into())
}

async fn reserve(port: u16) -> Result<Value, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = "POST /matchmake/joinOrCreate/battle HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                   Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    stream.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    let body = reply.find('{').zip(reply.rfind('}'));
    let (start, end) = body.ok_or_else(|| format!("no seat at Colyseus: {reply}"))?;
    Ok(serde_json::from_str(&reply[start..=end])?)
}

async fn play(mut socket: Socket, mut due_at: Instant) -> Result<(), Failure> {
    let input = {
        let mut input = vec![7; INPUT_BYTES];
        input[..2].copy_from_slice(&[ROOM_DATA_BYTES, INPUT]);
        bytes::Bytes::from(input)
    };
    loop {
        tokio::select! {
            message = socket.next() => {
                let message = message.ok_or("closed")??.into_data();
                if message.first() == Some(&ROOM_STATE_PATCH) {
                    add(&COUNTS.received, 1);
                    add(&COUNTS.received_bytes, message.len() as u64);
                }
            }
            () = sleep_until(due_at) => {
                socket.send(Message::Binary(input.clone())).await?;
                add(&COUNTS.sent, 1);
                due_at = (due_at + TICK).max(Instant::now());
            }
        }
    }
}
