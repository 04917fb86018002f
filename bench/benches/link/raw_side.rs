//! The same bytes over a bare stream of quinn: length and payload, with the link's settings.

use bytes::Bytes;
use link::PeerName;
use quinn::{Connection, Endpoint, RecvStream, SendStream};
use tokio::runtime::Runtime;

use crate::{
    Load,
    link_side::{identity, runtime},
};

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
        let (server, _) = identity(1).quinn_configs();
        let (_, client) = identity(2).quinn_configs();
        let local = "127.0.0.1:0".parse().expect("an address");
        let far_endpoint = far.block_on(async { Endpoint::server(server, local) });
        let far_endpoint = far_endpoint.expect("a socket");
        let near_endpoint = near.block_on(async { Endpoint::client(local) });
        let near_endpoint = near_endpoint.expect("a socket");
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

async fn send((mut send, mut receive): (SendStream, RecvStream), load: Load) {
    for _ in 0..load.messages_count {
        let head = (load.payload.len() as u32).to_le_bytes();
        let head = Bytes::copy_from_slice(&head);
        let mut chunks = [head, load.payload.clone()];
        send.write_all_chunks(&mut chunks).await.expect("written");
    }
    send.finish().expect("open");
    receive.read_exact(&mut [0]).await.expect("all is there");
}

async fn receive((mut send, mut receive): (SendStream, RecvStream), messages_count: u64) {
    for _ in 0..messages_count {
        let mut head = [0; 4];
        receive.read_exact(&mut head).await.expect("a head");
        let mut payload = vec![0; u32::from_le_bytes(head) as usize];
        receive.read_exact(&mut payload).await.expect("a payload");
        std::hint::black_box(&payload);
    }
    send.write_all(&[1]).await.expect("written");
    send.finish().expect("open");
}
