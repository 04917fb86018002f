//! Stock quinn, with its defaults.

use std::{net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use quinn::{Connection, Endpoint};
use tokio::sync::mpsc;

use super::{
    Drivers, Failure, Traffic, certificate,
    clients::{self, CONNECTIONS_PER_SOCKET},
    counts::{COUNTS, add, say},
    link::Link,
    server::Crowd,
};

/// Serves until the process ends.
pub async fn serve(traffic: Traffic) -> Result<(), Failure> {
    let (certificate, key) = certificate::fresh()?;
    let hex = certificate::to_hex(&certificate);
    let config = quinn::ServerConfig::with_single_cert(vec![certificate], key)?;
    let endpoint = Endpoint::server(config, (Ipv4Addr::LOCALHOST, 0).into())?;
    say(&format!("{} {hex}", endpoint.local_addr()?.port()))?;
    let crowd = Crowd::gather(traffic);
    while let Some(incoming) = endpoint.accept().await {
        crowd.join(incoming.await?);
    }
    Ok(())
}

/// Connects all clients, and plays until the process ends.
pub async fn drive(drivers: &Drivers) -> Result<(), Failure> {
    let config = client_config(&drivers.certificate)?;
    let address = (Ipv4Addr::LOCALHOST, drivers.port).into();
    let mut endpoint = None;
    for number in 0..drivers.count {
        if number.is_multiple_of(CONNECTIONS_PER_SOCKET) {
            let runtime = Arc::new(quinn::TokioRuntime);
            let defaults = quinn::EndpointConfig::default();
            endpoint = Some(Endpoint::new(defaults, None, clients::socket()?, runtime)?);
        }
        let endpoint = endpoint.as_ref().expect("the first number makes one");
        let connecting = endpoint.connect_with(config.clone(), address, certificate::NAME)?;
        clients::play(connecting.await?, number, drivers.count);
    }
    say("joined")?;
    std::future::pending().await
}

fn client_config(certificate: &str) -> Result<quinn::ClientConfig, Failure> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate::from_hex(certificate)?)?;
    let tls = rustls::ClientConfig::builder_with_provider(certificate::provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls)?;
    Ok(quinn::ClientConfig::new(Arc::new(crypto)))
}

impl Link for Connection {
    async fn datagram(&self) -> Option<Bytes> {
        self.read_datagram().await.ok()
    }

    fn send_datagram(&self, datagram: Bytes) -> bool {
        Connection::send_datagram(self, datagram).is_ok()
    }

    async fn write_stream(&self, mut pieces: mpsc::Receiver<Bytes>) {
        let Ok(mut stream) = self.open_uni().await else {
            return;
        };
        while let Some(piece) = pieces.recv().await {
            if stream.write_chunk(piece).await.is_err() {
                return;
            }
        }
    }

    async fn swallow_streams(&self) {
        while let Ok(mut stream) = self.accept_uni().await {
            while let Ok(Some(chunk)) = stream.read_chunk(usize::MAX, true).await {
                add(&COUNTS.stream_bytes, chunk.bytes.len() as u64);
            }
        }
    }
}
