//! The clients' side of a peer: each hears, and says an input every 50 ms at a time of its own, as our bots
//! do.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    task::spawn_local,
    time::{Instant, sleep_until},
};

use super::{
    counts::{COUNTS, add},
    link::Link,
    traffic::{INPUT_BYTES, TICK},
};

/// Connections that share a socket, and the room that it has in the kernel: as our bots'.
pub const CONNECTIONS_PER_SOCKET: usize = 32;
pub const UDP_BUFFER_BYTES: usize = 4 * 1_024 * 1_024;

/// Plays for client `number` of `count`.
pub fn play<L: Link>(link: L, number: usize, count: usize) {
    add(&COUNTS.connections, 1);
    let swallower = link.clone();
    spawn_local(async move { swallower.swallow_streams().await });
    spawn_local(exchange(link, TICK.mul_f64(number as f64 / count as f64)));
}

async fn exchange<L: Link>(link: L, offset: Duration) {
    let input = Bytes::from_static(&[7; INPUT_BYTES]);
    let mut due_at = Instant::now() + offset;
    loop {
        tokio::select! {
            datagram = link.datagram() => {
                let Some(datagram) = datagram else { return };
                add(&COUNTS.received, 1);
                add(&COUNTS.received_bytes, datagram.len() as u64);
            }
            () = sleep_until(due_at) => {
                let is_sent = link.send_datagram(input.clone());
                add(&COUNTS.sent, u64::from(is_sent));
                due_at = (due_at + TICK).max(Instant::now());
            }
        }
    }
}

/// A socket for [`CONNECTIONS_PER_SOCKET`] clients.
pub fn socket() -> std::io::Result<std::net::UdpSocket> {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    socket.set_nonblocking(true)?;
    let state = quinn::udp::UdpSocketState::new((&socket).into())?;
    // A system that allows less gives what it allows.
    let _ = state.set_recv_buffer_size((&socket).into(), UDP_BUFFER_BYTES);
    let _ = state.set_send_buffer_size((&socket).into(), UDP_BUFFER_BYTES);
    Ok(socket)
}
