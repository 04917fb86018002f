//! A client of QUIC that is none of ours: it shows and says what the test says.

use std::{net::SocketAddr, sync::Arc};

use link::{PeerName, Refusal, wire::Greeting};
use quinn::{Connection, RecvStream, SendStream};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{Folder, PATIENCE, cluster, localhost, pod};

pub struct Outsider {
    quinn: quinn::Endpoint,
    client: quinn::ClientConfig,
}

impl Outsider {
    /// With a good certificate of this name, or with none.
    pub fn new(alpn: &[u8], name: Option<&PeerName>) -> Self {
        let folder = Folder::new("outsider");
        let shown = name.cloned().unwrap_or(pod(0));
        let files = cluster()
            .issue_files(&shown, &[], OffsetDateTime::now_utc(), &folder.0)
            .expect("written");
        let mut roots = rustls::RootCertStore::empty();
        let root = CertificateDer::from_pem_file(&files.authorities);
        roots.add(root.expect("a certificate")).expect("sound");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring knows TLS 1.3")
            .with_root_certificates(roots);
        let chain = vec![CertificateDer::from_pem_file(&files.certificate).expect("sound")];
        let key = PrivateKeyDer::from_pem_file(&files.key).expect("sound");
        let mut tls = match name {
            None => tls.with_no_client_auth(),
            Some(_) => tls.with_client_auth_cert(chain, key).expect("they fit"),
        };
        tls.alpn_protocols = vec![alpn.to_vec()];
        let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls).expect("TLS 1.3");
        Self {
            quinn: quinn::Endpoint::client(localhost()).expect("a socket"),
            client: quinn::ClientConfig::new(Arc::new(crypto)),
        }
    }

    /// Dials pod 1.
    pub async fn dial(&self, address: SocketAddr) -> Result<Connection, Refusal> {
        let connecting = self
            .quinn
            .connect_with(self.client.clone(), address, &pod(1).to_dns())
            .expect("it dials");
        Ok(connecting.await?)
    }

    /// Dials pod 1, and says why that ended.
    pub async fn refused(&self, address: SocketAddr) -> Refusal {
        match self.dial(address).await {
            Ok(connection) => ending(&connection).await,
            Err(refusal) => refusal,
        }
    }

    /// Dials pod 1 and greets it properly, in this incarnation; again, where it was too slow.
    pub async fn greet(&self, address: SocketAddr, incarnation: u64) -> Connection {
        let met = async {
            loop {
                if let Ok(connection) = self.dial(address).await
                    && is_greeted(&connection, incarnation).await
                {
                    return connection;
                }
            }
        };
        timeout(PATIENCE, met).await.expect("it is let in")
    }
}

async fn is_greeted(connection: &Connection, incarnation: u64) -> bool {
    let Ok((mut send, mut receive)) = connection.open_bi().await else {
        return false;
    };
    say(&mut send, &Greeting { incarnation }.encode()).await;
    let mut answer = [0; Greeting::BYTES];
    receive.read_exact(&mut answer).await.is_ok()
}

/// Says this on a new stream that goes both ways.
pub async fn say_both_ways(connection: &Connection, bytes: &[u8]) -> (SendStream, RecvStream) {
    let (mut send, receive) = connection.open_bi().await.expect("open");
    say(&mut send, bytes).await;
    (send, receive)
}

/// Says this, and nothing more, on a new stream that goes one way.
pub async fn say_one_way(connection: &Connection, bytes: &[u8]) {
    let mut send = connection.open_uni().await.expect("open");
    say(&mut send, bytes).await;
    let _ = send.finish();
}

/// As far as the other side listens.
pub async fn say(send: &mut SendStream, bytes: &[u8]) {
    let _ = send.write_all(bytes).await;
}

/// How the other side ends the connection.
pub async fn ending(connection: &Connection) -> Refusal {
    let closed = timeout(PATIENCE, connection.closed()).await;
    closed.expect("it is closed in time").into()
}
