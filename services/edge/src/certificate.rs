//! The edge's certificate: self-signed, short-lived, and renewed before it ends.
//!
//! Browsers accept a self-signed certificate by its hash only if it is ECDSA P-256 and lives 14 days
//! at most, so ours lives 13 and an hour. Knows nothing of connections.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

/// How long a certificate holds from now on.
const LIFE: Duration = Duration::days(13);
/// Clocks of clients may be behind ours by this.
const BACK_DATE: Duration = Duration::hours(1);
/// A certificate with less than this left is replaced.
const RENEW_BEFORE: Duration = Duration::days(3);

/// A certificate and its key.
#[derive(Clone)]
pub struct Certificate {
    pub der: CertificateDer<'static>,
    key_pkcs8: Vec<u8>,
    pub ends_at: OffsetDateTime,
}

impl Certificate {
    /// A fresh one that holds from an hour before `now` for 13 days and that hour.
    pub fn generate(now: OffsetDateTime) -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
            .expect("ring makes P-256 keys");
        let ends_at = now + LIFE;
        let mut params =
            rcgen::CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()])
                .expect("the names are plain ASCII");
        params.not_before = now - BACK_DATE;
        params.not_after = ends_at;
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "VoxelHeim");
        let certificate = params
            .self_signed(&key)
            .expect("a fresh key signs its own certificate");
        Self {
            der: certificate.der().clone(),
            key_pkcs8: key.serialize_der(),
            ends_at,
        }
    }

    /// The hash that a page hands to its browser.
    pub fn sha256(&self) -> [u8; 32] {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.der);
        digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    pub fn sha256_hex(&self) -> String {
        crate::hex::encode(&self.sha256())
    }

    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key_pkcs8.clone()).into()
    }

    fn is_worn(&self, now: OffsetDateTime) -> bool {
        self.ends_at - now < RENEW_BEFORE || self.ends_at - now > LIFE
    }

    fn save(&self, path: &Path) -> io::Result<()> {
        let text = format!(
            "{}\n{}\n{}\n",
            self.ends_at.unix_timestamp(),
            crate::hex::encode(&self.der),
            crate::hex::encode(&self.key_pkcs8),
        );
        write_private(path, text.as_bytes())
    }

    fn load(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let mut lines = text.lines();
        let ends_at = OffsetDateTime::from_unix_timestamp(lines.next()?.parse().ok()?).ok()?;
        let der = CertificateDer::from(crate::hex::decode(lines.next()?)?);
        let key_pkcs8 = crate::hex::decode(lines.next()?)?;
        rcgen::KeyPair::try_from(key_pkcs8.as_slice()).ok()?;
        Some(Self {
            der,
            key_pkcs8,
            ends_at,
        })
    }
}

/// The certificate in use, shared by all edges and the page's `/connect.json`.
pub struct CertificateStore {
    path: Option<PathBuf>,
    current: Mutex<Arc<Certificate>>,
}

impl CertificateStore {
    /// Takes the one kept in `data_dir` while it is good, else makes one and keeps it there.
    pub fn open(data_dir: Option<&Path>, now: OffsetDateTime) -> io::Result<Self> {
        let path = data_dir.map(|directory| directory.join("certificate"));
        let kept = path
            .as_deref()
            .and_then(Certificate::load)
            .filter(|certificate| !certificate.is_worn(now));
        let store = Self {
            path,
            current: Mutex::new(Arc::new(
                kept.clone().unwrap_or_else(|| Certificate::generate(now)),
            )),
        };
        if kept.is_none() {
            store.save()?;
        }
        Ok(store)
    }

    pub fn current(&self) -> Arc<Certificate> {
        self.current.lock().expect("no holder panics").clone()
    }

    /// Replaces the certificate when its end is near; true if it did.
    pub fn renew(&self, now: OffsetDateTime) -> io::Result<bool> {
        {
            let mut current = self.current.lock().expect("no holder panics");
            if !current.is_worn(now) {
                return Ok(false);
            }
            *current = Arc::new(Certificate::generate(now));
        }
        self.save()?;
        Ok(true)
    }

    fn save(&self) -> io::Result<()> {
        match &self.path {
            Some(path) => self.current().save(path),
            None => Ok(()),
        }
    }
}

/// Writes a file that only its owner may read, replacing the old one whole.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_short_enough_for_browsers() {
        assert!(LIFE + BACK_DATE <= Duration::days(14));
    }

    #[test]
    fn is_kept_while_good_and_renewed_before_its_end() {
        let directory = std::env::temp_dir().join(format!("voxelheim-cert-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a temporary folder");
        let now = OffsetDateTime::now_utc();
        let first = CertificateStore::open(Some(&directory), now).expect("opens");
        let again = CertificateStore::open(Some(&directory), now).expect("opens");
        assert_eq!(first.current().sha256(), again.current().sha256());
        assert!(!again.renew(now + Duration::days(9)).expect("renews"));
        assert!(again.renew(now + Duration::days(11)).expect("renews"));
        assert_ne!(first.current().sha256(), again.current().sha256());
        fs::write(directory.join("certificate"), b"damaged").expect("writes");
        CertificateStore::open(Some(&directory), now).expect("a damaged file is replaced");
        fs::remove_dir_all(&directory).expect("removes");
    }
}
