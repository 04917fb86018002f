//! An endpoint of ours, and clients of others: stock quinn, web-transport-quinn.

#![allow(dead_code, reason = "each test uses what it needs")]

use std::{
    future::Future,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use quic::{Endpoint, EndpointConfig, ServerConfig};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{task::LocalSet, time::timeout};

pub const ALPN: &[u8] = b"test/1";

/// Runs a test on one thread, as an edge does, within a time that no healthy run comes near.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        timeout(Duration::from_secs(60), test)
            .await
            .expect("the test ends");
    });
}

/// A server that knows itself, and what its clients must trust.
pub struct Server {
    pub endpoint: Endpoint,
    pub address: SocketAddr,
    certificate: CertificateDer<'static>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(adjust: impl FnOnce(&mut quinn::TransportConfig)) -> Self {
        let identity = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("made");
        let certificate = identity.cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(identity.signing_key.serialize_der().into());
        let mut tls = rustls::ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring knows TLS 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .expect("made together");
        tls.alpn_protocols = vec![web_transport_quinn::ALPN.as_bytes().to_vec(), ALPN.to_vec()];
        let tls = QuicServerConfig::try_from(tls).expect("TLS 1.3");
        let mut config = ServerConfig::with_crypto(Arc::new(tls));
        let mut transport = quinn::TransportConfig::default();
        adjust(&mut transport);
        config.transport_config(Arc::new(transport));
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("bound");
        let endpoint = Endpoint::new(socket, EndpointConfig::default(), Some(config));
        Self {
            endpoint: endpoint.expect("the runtime watches it"),
            address,
            certificate,
        }
    }

    /// The next connection, with the handshake behind it.
    pub async fn accept(&self) -> quic::Connection {
        let incoming = self.endpoint.accept().await.expect("it is open");
        incoming.accept().await.expect("a good handshake")
    }

    /// A client of stock quinn, and the connection at our end.
    pub async fn connect(&self) -> (Client, quic::Connection) {
        let (client, connection) = tokio::join!(self.dial(self.address), self.accept());
        (client, connection)
    }

    /// A client of stock quinn that reaches the server at this address.
    pub async fn dial(&self, address: SocketAddr) -> Client {
        let endpoint = client_endpoint();
        let connecting = endpoint
            .connect_with(self.client_config(ALPN), address, "localhost")
            .expect("a good configuration");
        let connection = connecting.await.expect("a good handshake");
        Client {
            connection,
            endpoint,
        }
    }

    pub fn client_config(&self, alpn: &[u8]) -> quinn::ClientConfig {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let mut tls = rustls::ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring knows TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![alpn.to_vec()];
        quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).expect("TLS 1.3")))
    }
}

/// Stock quinn at the other end.
pub struct Client {
    pub connection: quinn::Connection,
    pub endpoint: quinn::Endpoint,
}

pub fn client_endpoint() -> quinn::Endpoint {
    quinn::Endpoint::client("127.0.0.1:0".parse().expect("an address")).expect("a free port")
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// So many bytes that no two stretches of them are alike.
pub fn pattern(bytes_count: usize) -> Vec<u8> {
    (0..bytes_count as u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}
