//! The same bytes over a bare stream of quinn: length and payload, with the link's settings.

use std::net::UdpSocket;

use bytes::Bytes;
use link::{PeerName, limits::SILENCE_MAX_DEFAULT, transport::quic};
use quinn::{Connection, Endpoint, RecvStream, SendStream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter},
    runtime::Runtime,
};

use crate::{
    Load,
    link_side::{identity, runtime},
};

const BUFFER_BYTES: usize = 64 * 1_024;

pub struct RawSide {
    near: Runtime,
    far: Runtime,
    connection: Connection,
    far_connection: Connection,
    _endpoints: [Endpoint; 2],
}

impl RawSide {
    pub fn start() -> Self {
        let (near, far) = (runtime(), runtime());
        let (server, client) = identity(1).quinn_configs(SILENCE_MAX_DEFAULT);
        let local = || UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let open = async |server| quic(local(), server).expect("a socket");
        let far_endpoint = far.block_on(open(server.clone()));
        let near_endpoint = near.block_on(open(server));
        let accepting = far.spawn({
            let endpoint = far_endpoint.clone();
            async move {
                let incoming = endpoint.accept().await.expect("one comes");
                incoming.await.expect("let in")
            }
        });
        let address = far_endpoint.local_addr().expect("it is bound");
        let connection = near.block_on(async {
            let name = PeerName::Pod(1).to_dns();
            let connecting = near_endpoint.connect_with(client, address, &name);
            connecting.expect("it dials").await.expect("let in")
        });
        let far_connection = far.block_on(accepting).expect("no panic");
        Self {
            near,
            far,
            connection,
            far_connection,
            _endpoints: [near_endpoint, far_endpoint],
        }
    }

    /// Sends the load and waits until the other end says that it has it all.
    pub fn pass(&mut self, load: &Load) {
        let far_connection = self.far_connection.clone();
        let messages_count = load.messages_count;
        let receiving = self.far.spawn(async move {
            let streams = far_connection.accept_bi().await.expect("it opens");
            receive(streams, messages_count).await;
        });
        let connection = self.connection.clone();
        let load = load.clone();
        let sending = self.near.spawn(async move {
            let streams = connection.open_bi().await.expect("open");
            send(streams, load).await;
        });
        self.near.block_on(async {
            sending.await.expect("no panic");
            receiving.await.expect("no panic");
        });
    }
}

/// As a careful user would: small messages through a buffer, large ones uncopied.
async fn send((send, mut receive): (SendStream, RecvStream), load: Load) {
    let head = (load.payload.len() as u32).to_le_bytes();
    let mut send = if load.payload.len() < BUFFER_BYTES {
        let mut send = BufWriter::with_capacity(BUFFER_BYTES, send);
        for _ in 0..load.messages_count {
            send.write_all(&head).await.expect("written");
            send.write_all(&load.payload).await.expect("written");
        }
        send.flush().await.expect("written");
        send.into_inner()
    } else {
        send_uncopied(send, head, &load).await
    };
    send.finish().expect("open");
    receive.read_exact(&mut [0]).await.expect("all is there");
}

async fn send_uncopied(mut send: SendStream, head: [u8; 4], load: &Load) -> SendStream {
    for _ in 0..load.messages_count {
        let mut chunks = [Bytes::copy_from_slice(&head), load.payload.clone()];
        send.write_all_chunks(&mut chunks).await.expect("written");
    }
    send
}

async fn receive((mut send, receive): (SendStream, RecvStream), messages_count: u64) {
    let mut receive = BufReader::with_capacity(BUFFER_BYTES, receive);
    for _ in 0..messages_count {
        let bytes = receive.read_u32_le().await.expect("a head");
        let mut payload = vec![0; bytes as usize];
        receive.read_exact(&mut payload).await.expect("a payload");
        std::hint::black_box(&payload);
    }
    send.write_all(&[1]).await.expect("written");
    send.finish().expect("open");
}
