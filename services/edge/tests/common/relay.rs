//! A way to a server over which the client's address changes, as that of a phone which leaves the house.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    net::UdpSocket,
    sync::{mpsc, oneshot},
};

/// Carries datagrams between one client and a server until it is dropped.
pub struct Relay {
    address: SocketAddr,
    /// Asks for another address towards the server.
    moves: mpsc::Sender<oneshot::Sender<SocketAddr>>,
}

impl Relay {
    pub async fn to(server: SocketAddr) -> Self {
        let near = bind().await;
        let address = near.local_addr().expect("it is bound");
        let (moves, asked) = mpsc::channel(1);
        tokio::spawn(carry(near, server, asked));
        Self { address, moves }
    }

    /// Where the client connects to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on the server sees the client at another address, and reaches it at the old one no more.
    pub async fn change_address(&self) -> SocketAddr {
        let (tell, told) = oneshot::channel();
        self.moves.send(tell).await.expect("the relay runs");
        told.await.expect("the relay runs")
    }
}

async fn bind() -> Arc<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0").await;
    Arc::new(socket.expect("a free port"))
}

async fn carry(
    near: Arc<UdpSocket>,
    server: SocketAddr,
    mut asked: mpsc::Receiver<oneshot::Sender<SocketAddr>>,
) {
    let mut far = bind().await;
    let mut client = None;
    let (mut up, mut down) = ([0; 2_048], [0; 2_048]);
    loop {
        tokio::select! {
            Ok((count, from)) = near.recv_from(&mut up) => {
                client = Some(from);
                let _ = far.send_to(&up[..count], server).await;
            }
            Ok((count, _)) = far.recv_from(&mut down) => {
                if let Some(client) = client {
                    let _ = near.send_to(&down[..count], client).await;
                }
            }
            ask = asked.recv() => {
                let Some(tell) = ask else { return };
                far = bind().await;
                let _ = tell.send(far.local_addr().expect("it is bound"));
            }
        }
    }
}
