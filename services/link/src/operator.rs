//! Who operates the cluster: staff's service, which asks pods over TCP and TLS. It shows a certificate of the cluster
//! for a name of its own, which no link takes; a pod shows its own certificate, and answers nobody else.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::{
    identity::{IdentityError, Parts, PemFiles, name_in},
    name::{DOMAIN, PeerName},
};

/// What both sides say of themselves in the handshake. Another version is refused there.
pub const ALPN: &[u8] = b"voxelheim-operator/1";
/// The operator's name within the cluster's domain.
const NAME: &str = "admin";

/// What an operator shows, and what it takes for a pod of the cluster. Cheap to clone.
#[derive(Clone)]
pub struct Operator(Arc<rustls::ClientConfig>);

impl Operator {
    /// # Errors
    /// When a file is missing or damaged, they do not fit together, or the certificate is not an operator's.
    pub fn load(files: &PemFiles) -> Result<Self, IdentityError> {
        Self::new(Parts::load(files)?)
    }

    pub(crate) fn new(parts: Parts) -> Result<Self, IdentityError> {
        let own = parts.chain.first().expect("a file without any is refused");
        if !is_operator(own) {
            return Err(IdentityError::Unfit(format!(
                "the certificate must be for {}",
                dns()
            )));
        }
        let unfit = |error: String| IdentityError::Unfit(error);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = parts.roots()?;
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
        let verifier = verifier.map_err(|error| unfit(format!("no authority: {error}")))?;
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("ring knows TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyPod(verifier)))
            .with_client_auth_cert(parts.chain, parts.key)
            .map_err(|error| unfit(error.to_string()))?;
        tls.alpn_protocols = vec![ALPN.to_vec()];
        tls.resumption = rustls::client::Resumption::disabled();
        Ok(Self(Arc::new(tls)))
    }

    /// The operator's end of a connection.
    pub fn connection(&self) -> rustls::ClientConnection {
        // Pods are known by the names in their certificates, not by where they were reached.
        let anywhere = ServerName::try_from(dns()).expect("our names are DNS names");
        rustls::ClientConnection::new(self.0.clone(), anywhere)
            .expect("the configuration was checked")
    }
}

/// The operator's name as certificates hold it.
pub fn dns() -> String {
    format!("{NAME}{DOMAIN}")
}

/// Whether a certificate, which the handshake has shown to be the cluster's, is an operator's.
pub fn is_operator(certificate: &CertificateDer) -> bool {
    let dns = dns();
    let name = ServerName::try_from(dns.as_str()).expect("our names are DNS names");
    let parsed = webpki::EndEntityCert::try_from(certificate);
    parsed.is_ok_and(|it| it.verify_is_valid_for_subject_name(&name).is_ok())
}

/// Takes any pod of the cluster for one, whatever it was asked by; edges and strangers are none.
#[derive(Debug)]
struct AnyPod(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyPod {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let wrong = Error::InvalidCertificate(CertificateError::NotValidForName);
        let Ok(name @ PeerName::Pod(_)) = name_in(own) else {
            return Err(wrong);
        };
        let name = ServerName::try_from(name.to_dns()).expect("our names are DNS names");
        self.0.verify_server_cert(own, between, &name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
