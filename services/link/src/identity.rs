//! Who a process is: its certificate and key, and the authorities whose word it takes for who others
//! are. Both sides of a link show theirs; whoever has none of this cluster is refused.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::WebPkiClientVerifier,
};
use time::OffsetDateTime;

use crate::{name::PeerName, operator, transport, validity};

/// What a link of this version says of itself in the handshake. Another version is refused there.
pub const ALPN: &[u8] = b"voxelheim-link/1";

/// See the module.
#[derive(Clone)]
pub struct Identity {
    name: PeerName,
    ends_at: OffsetDateTime,
    server: quinn::ServerConfig,
    client: quinn::ClientConfig,
    operators: Arc<rustls::ServerConfig>,
}

/// The files of an identity, as a secret of the cluster mounts them.
#[derive(Clone, Debug)]
pub struct PemFiles {
    /// Certificates of the authorities.
    pub authorities: PathBuf,
    /// The process's certificate, and those between it and an authority.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What an identity is made of.
pub(crate) struct Parts {
    pub authorities: Vec<CertificateDer<'static>>,
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// Why there is no identity.
#[derive(Debug)]
pub enum IdentityError {
    File {
        path: PathBuf,
        error: io::Error,
    },
    Damaged {
        path: PathBuf,
        reason: String,
    },
    /// Certificate, key and authorities do not fit together.
    Unfit(String),
    /// The certificate names no process, or several.
    NoName(String),
}

impl Identity {
    /// # Errors
    /// When a file is missing or damaged, or they do not fit together.
    pub fn load(files: &PemFiles) -> Result<Self, IdentityError> {
        Self::new(Parts::load(files)?)
    }

    pub(crate) fn new(parts: Parts) -> Result<Self, IdentityError> {
        let own = parts.chain.first().expect("a file without any is refused");
        let name = name_in(own)?;
        let no_end = || IdentityError::Unfit("no certificate: it has no end".to_owned());
        let ends_at = validity::end_of(own).ok_or_else(no_end)?;
        let roots = parts.roots()?;
        Ok(Self {
            name,
            ends_at,
            server: server_config(&parts, roots.clone())?,
            operators: Arc::new(server_tls(&parts, roots.clone(), operator::ALPN)?),
            client: client_config(parts, roots)?,
        })
    }

    pub fn name(&self) -> &PeerName {
        &self.name
    }

    /// Until when its certificate holds. Nobody is told when it ends: links that stand go on, and new ones are refused.
    pub fn ends_at(&self) -> OffsetDateTime {
        self.ends_at
    }

    /// What it shows operators, who ask over TCP; see [`operator`].
    pub fn operators_tls(&self) -> Arc<rustls::ServerConfig> {
        self.operators.clone()
    }

    /// What its links' QUIC gets: for connections that come, and for those that it dials.
    pub fn quinn_configs(
        &self,
        silence_max: Duration,
    ) -> (quinn::ServerConfig, quinn::ClientConfig) {
        let (mut server, mut client) = (self.server.clone(), self.client.clone());
        let transport = transport::config(silence_max);
        server.transport_config(transport.clone());
        client.transport_config(transport);
        (server, client)
    }
}

impl Parts {
    pub(crate) fn load(files: &PemFiles) -> Result<Self, IdentityError> {
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| IdentityError::damaged(&files.key, error))?;
        Ok(Self {
            authorities: certificates(&files.authorities)?,
            chain: certificates(&files.certificate)?,
            key,
        })
    }

    /// The authorities' part of it.
    pub(crate) fn roots(&self) -> Result<Arc<RootCertStore>, IdentityError> {
        roots(&self.authorities).map(Arc::new)
    }
}

/// The process that a certificate names; the handshake has shown that it is the cluster's.
pub(crate) fn name_in(certificate: &CertificateDer) -> Result<PeerName, IdentityError> {
    let unfit = |error: webpki::Error| IdentityError::Unfit(format!("no certificate: {error}"));
    let parsed = webpki::EndEntityCert::try_from(certificate).map_err(unfit)?;
    let names: Vec<PeerName> = parsed
        .valid_dns_names()
        .filter_map(PeerName::from_dns)
        .collect();
    let [name] = names.as_slice() else {
        let listed: Vec<_> = parsed.valid_dns_names().collect();
        return Err(IdentityError::NoName(listed.join(", ")));
    };
    let dns = name.to_dns();
    let server_name = ServerName::try_from(dns.as_str()).expect("our names are DNS names");
    parsed
        .verify_is_valid_for_subject_name(&server_name)
        .map_err(unfit)?;
    Ok(name.clone())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let damaged = |error| IdentityError::damaged(path, error);
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(damaged)?
        .collect();
    let found = found.map_err(damaged)?;
    if found.is_empty() {
        let reason = "it holds no certificate";
        return Err(IdentityError::damaged(path, reason));
    }
    Ok(found)
}

fn roots(authorities: &[CertificateDer<'static>]) -> Result<RootCertStore, IdentityError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots
            .add(authority.clone())
            .map_err(|error| IdentityError::Unfit(format!("no authority: {error}")))?;
    }
    Ok(roots)
}

fn server_config(
    parts: &Parts,
    roots: Arc<RootCertStore>,
) -> Result<quinn::ServerConfig, IdentityError> {
    let tls = server_tls(parts, roots, ALPN)?;
    let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(tls)
        .expect("TLS 1.3 brings the initial cipher suite");
    Ok(quinn::ServerConfig::with_crypto(Arc::new(crypto)))
}

/// For whoever shows a certificate of these authorities.
fn server_tls(
    parts: &Parts,
    roots: Arc<RootCertStore>,
    alpn: &[u8],
) -> Result<rustls::ServerConfig, IdentityError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|error| IdentityError::Unfit(format!("no authority: {error}")))?;
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring knows TLS 1.3")
        .with_client_cert_verifier(verifier)
        .with_single_cert(parts.chain.clone(), parts.key.clone_key())
        .map_err(|error| IdentityError::Unfit(error.to_string()))?;
    tls.alpn_protocols = vec![alpn.to_vec()];
    // Every connection shows its certificate: a resumed one would outlive it.
    tls.send_tls13_tickets = 0;
    Ok(tls)
}

fn client_config(
    parts: Parts,
    roots: Arc<RootCertStore>,
) -> Result<quinn::ClientConfig, IdentityError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring knows TLS 1.3")
        .with_root_certificates(roots)
        .with_client_auth_cert(parts.chain, parts.key)
        .map_err(|error| IdentityError::Unfit(error.to_string()))?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.resumption = rustls::client::Resumption::disabled();
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls)
        .expect("TLS 1.3 brings the initial cipher suite");
    Ok(quinn::ClientConfig::new(Arc::new(crypto)))
}

impl IdentityError {
    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, error }
    }

    pub(crate) fn damaged(path: &Path, reason: impl fmt::Display) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(formatter, "{}: {error}", path.display()),
            Self::Damaged { path, reason } => {
                write!(formatter, "{} is damaged: {reason}", path.display())
            }
            Self::Unfit(reason) => formatter.write_str(reason),
            Self::NoName(names) => write!(
                formatter,
                "the certificate must name one process of the cluster (pod-1.voxelheim.internal), \
                 but names {names:?}"
            ),
        }
    }
}

impl std::error::Error for IdentityError {}
