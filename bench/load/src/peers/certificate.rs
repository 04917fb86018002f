//! The certificate of a peer's server, which its clients are told by hexadecimal.

use std::{fmt::Write, sync::Arc};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Failure;

/// The name in it.
pub const NAME: &str = "localhost";

pub fn fresh() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Failure> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    Ok((made.cert.into(), key.into()))
}

pub fn to_hex(certificate: &CertificateDer<'_>) -> String {
    let mut text = String::new();
    for byte in certificate.iter() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

pub fn from_hex(text: &str) -> Result<CertificateDer<'static>, Failure> {
    let pairs = text.as_bytes().chunks(2);
    let bytes: Result<Vec<u8>, Failure> = pairs
        .map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?))
        .collect();
    Ok(CertificateDer::from(bytes?))
}

pub fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_survives_its_way() {
        let (certificate, _) = fresh().expect("a certificate");
        let back = from_hex(&to_hex(&certificate)).expect("hexadecimal");
        assert_eq!(back, certificate);
        assert!(from_hex("zz").is_err());
    }
}
