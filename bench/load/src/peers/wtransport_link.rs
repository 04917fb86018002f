//! wtransport, with its defaults.

use std::{net::Ipv4Addr, time::Duration};

use bytes::Bytes;
use tokio::sync::mpsc;
use wtransport::{ClientConfig, Connection, Endpoint, Identity, ServerConfig};

use super::{
    Drivers, Failure, Traffic,
    clients::{self, CONNECTIONS_PER_SOCKET},
    counts::{COUNTS, add, say},
    link::Link,
    server::Crowd,
};

/// Bytes read of a stream at a time.
const STREAM_READ_BYTES: usize = 64 * 1_024;

/// Serves until the process ends.
pub async fn serve(traffic: Traffic) -> Result<(), Failure> {
    let config = ServerConfig::builder()
        .with_bind_address((Ipv4Addr::LOCALHOST, 0).into())
        .with_identity(Identity::self_signed(["localhost"])?)
        .build();
    let endpoint = Endpoint::server(config)?;
    say(&endpoint.local_addr()?.port().to_string())?;
    let crowd = Crowd::gather(traffic);
    loop {
        let request = endpoint.accept().await.await?;
        crowd.join(request.accept().await?);
    }
}

/// Connects all clients, and plays until the process ends.
pub async fn drive(drivers: &Drivers) -> Result<(), Failure> {
    let url = format!("https://127.0.0.1:{}/", drivers.port);
    let mut endpoint = None;
    for number in 0..drivers.count {
        if number.is_multiple_of(CONNECTIONS_PER_SOCKET) {
            endpoint = Some(Endpoint::client(client_config()?)?);
        }
        let endpoint = endpoint.as_ref().expect("the first number makes one");
        clients::play(endpoint.connect(&url).await?, number, drivers.count);
    }
    say("joined")?;
    std::future::pending().await
}

fn client_config() -> Result<ClientConfig, Failure> {
    Ok(ClientConfig::builder()
        .with_bind_socket(clients::socket()?)
        .with_no_cert_validation()
        .keep_alive_interval(Some(Duration::from_secs(3)))
        .build())
}

impl Link for Connection {
    async fn datagram(&self) -> Option<Bytes> {
        let datagram = self.receive_datagram().await.ok()?;
        Some(datagram.payload())
    }

    fn send_datagram(&self, datagram: Bytes) -> bool {
        Connection::send_datagram(self, datagram).is_ok()
    }

    async fn write_stream(&self, mut pieces: mpsc::Receiver<Bytes>) {
        let Ok(opening) = self.open_uni().await else {
            return;
        };
        let Ok(mut stream) = opening.await else {
            return;
        };
        while let Some(piece) = pieces.recv().await {
            if stream.write_all(&piece).await.is_err() {
                return;
            }
        }
    }

    async fn swallow_streams(&self) {
        let mut buffer = vec![0; STREAM_READ_BYTES];
        while let Ok(mut stream) = self.accept_uni().await {
            while let Ok(Some(count)) = stream.read(&mut buffer).await {
                add(&COUNTS.stream_bytes, count as u64);
            }
        }
    }
}
