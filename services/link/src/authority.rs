//! The certificate authority of a cluster on a laptop: made once, kept in a file that only its owner
//! reads, and asked by every process for its certificate. In production certificates come as files from
//! elsewhere: see [`Identity::load`].

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use time::{Duration, OffsetDateTime};

use crate::{
    identity::{Identity, IdentityError, Parts, PemFiles},
    name::{DOMAIN, PeerName},
    operator::{self, Operator},
};

/// How long the authority holds: as long as anyone keeps a data folder.
const AUTHORITY_LIFE: Duration = Duration::days(3_650);
/// How long a certificate holds: a process asks for one at each start.
const CERTIFICATE_LIFE: Duration = Duration::days(365);
/// Clocks of other machines may be behind ours by this.
const BACK_DATE: Duration = Duration::hours(1);
/// Its key, then its certificate.
const FILE_NAME: &str = "authority.pem";
const CERTIFICATE_HEAD: &str = "-----BEGIN CERTIFICATE-----";

/// See the module.
pub struct Authority {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Takes the one in `directory`, or makes one there. Processes that start together take the same.
    ///
    /// # Errors
    /// When the folder cannot be written, or what is there is damaged or read by others.
    pub fn create_or_load(directory: &Path, now: OffsetDateTime) -> Result<Self, IdentityError> {
        let path = directory.join(FILE_NAME);
        if !path.exists() {
            fs::create_dir_all(directory).map_err(|error| IdentityError::file(directory, error))?;
            let pem = Self::generate(now);
            keep(&path, &pem).map_err(|error| IdentityError::file(&path, error))?;
        }
        Self::load(&path)
    }

    /// A fresh authority's key and certificate as PEM.
    fn generate(now: OffsetDateTime) -> String {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("ring makes P-256 keys");
        let mut params = authority_params();
        params.not_before = now - BACK_DATE;
        params.not_after = now + AUTHORITY_LIFE;
        let certificate = params
            .self_signed(&key)
            .expect("a fresh key signs its own certificate");
        format!("{}{}", key.serialize_pem(), certificate.pem())
    }

    fn load(path: &Path) -> Result<Self, IdentityError> {
        refuse_shared(path)?;
        let pem = fs::read_to_string(path).map_err(|error| IdentityError::file(path, error))?;
        let damaged = |error: String| IdentityError::damaged(path, error);
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| damaged(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| damaged(error.to_string()))?;
        let key = KeyPair::try_from(&key).map_err(|error| damaged(error.to_string()))?;
        let certificate_at = pem.find(CERTIFICATE_HEAD).expect("it was just read");
        Ok(Self {
            certificate,
            certificate_pem: pem[certificate_at..].to_owned(),
            issuer: Issuer::new(authority_params(), key),
        })
    }

    /// A certificate for a process of this name, good for a year from `now`. The addresses are written
    /// into it for tools that look; links verify the name.
    ///
    /// # Errors
    /// When the authority's certificate is none that can be trusted.
    pub fn issue(
        &self,
        name: &PeerName,
        addresses: &[IpAddr],
        now: OffsetDateTime,
    ) -> Result<Identity, IdentityError> {
        Identity::new(self.parts(&name.to_dns(), addresses, now))
    }

    /// A certificate for operators, good for a year from `now`.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub fn issue_operator(&self, now: OffsetDateTime) -> Result<Operator, IdentityError> {
        Operator::new(self.parts(&operator::dns(), &[], now))
    }

    fn parts(&self, dns: &str, addresses: &[IpAddr], now: OffsetDateTime) -> Parts {
        let (certificate, key) = self.sign(dns, addresses, now);
        Parts {
            authorities: vec![self.certificate.clone()],
            chain: vec![certificate.der().clone()],
            key: key.into(),
        }
    }

    /// The same as the files that [`Identity::load`] takes, for a process on another machine.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn issue_files(
        &self,
        name: &PeerName,
        addresses: &[IpAddr],
        now: OffsetDateTime,
        directory: &Path,
    ) -> Result<PemFiles, IdentityError> {
        let (certificate, key) = self.sign(&name.to_dns(), addresses, now);
        let files = PemFiles {
            authorities: directory.join("authority.crt"),
            certificate: directory.join(format!("{name}.crt")),
            key: directory.join(format!("{name}.key")),
        };
        let texts = [
            (&files.authorities, &self.certificate_pem),
            (&files.certificate, &certificate.pem()),
            (&files.key, &key.serialize_pem()),
        ];
        for (path, pem) in texts {
            replace(path, pem).map_err(|error| IdentityError::file(path, error))?;
        }
        Ok(files)
    }

    fn sign(&self, dns: &str, addresses: &[IpAddr], now: OffsetDateTime) -> (Certificate, KeyPair) {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("ring makes P-256 keys");
        let mut names = vec![dns.to_owned()];
        names.extend(addresses.iter().map(IpAddr::to_string));
        let mut params = CertificateParams::new(names).expect("the names are plain ASCII");
        params.not_before = now - BACK_DATE;
        params.not_after = now + CERTIFICATE_LIFE;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params
            .distinguished_name
            .push(DnType::CommonName, dns.trim_end_matches(DOMAIN));
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("a sound key signs a sound certificate");
        (certificate, key)
    }
}

/// What the authority's certificate says; the same when it is made and when it signs.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "VoxelHeim cluster authority");
    params
}

/// Writes the file whole or not at all; whoever comes second leaves the first's.
fn keep(path: &Path, pem: &str) -> io::Result<()> {
    let draft = draft(path, pem)?;
    // A link fails where the file exists, a rename would replace it.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Writes the file whole or not at all, in place of any other.
fn replace(path: &Path, pem: &str) -> io::Result<()> {
    fs::rename(draft(path, pem)?, path)
}

/// A file beside the one that is meant, for its owner alone.
fn draft(path: &Path, pem: &str) -> io::Result<PathBuf> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let thread = std::thread::current().id();
    let draft = path.with_extension(format!("{}-{thread:?}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

fn refuse_shared(path: &Path) -> Result<(), IdentityError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|error| IdentityError::file(path, error))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let reason =
            format!("its mode is {mode:o}, so that others read the key: chmod 600 mends it");
        return Err(IdentityError::damaged(path, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn directory(test: &str) -> PathBuf {
        let name = format!("voxelheim-authority-{test}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        directory
    }

    fn now() -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    #[test]
    fn is_made_once_and_kept_for_its_owner() {
        let directory = directory("kept");
        let first = Authority::create_or_load(&directory, now()).expect("made");
        let second = Authority::create_or_load(&directory, now()).expect("loaded");
        assert_eq!(first.certificate, second.certificate);
        let path = directory.join(FILE_NAME);
        let mode = fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&directory).expect("a folder").count(), 1);
        fs::remove_dir_all(&directory).expect("removes");
    }

    #[test]
    fn many_that_start_together_agree() {
        let directory = directory("together");
        let made: Vec<_> = std::thread::scope(|scope| {
            let start = || Authority::create_or_load(&directory, now()).expect("made or loaded");
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic").certificate)
                .collect()
        });
        assert!(made.iter().all(|certificate| *certificate == made[0]));
        fs::remove_dir_all(&directory).expect("removes");
    }

    #[test]
    fn files_for_another_machine_are_an_identity_there() {
        let directory = directory("files");
        let authority = Authority::create_or_load(&directory, now()).expect("made");
        let name = PeerName::Pod(3);
        let files = authority
            .issue_files(&name, &[], now(), &directory)
            .expect("written");
        let identity = Identity::load(&files).expect("sound files");
        assert_eq!(*identity.name(), name);
        let mode = fs::metadata(&files.key).expect("is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let other = authority
            .issue_files(&PeerName::Pod(4), &[], now(), &directory)
            .expect("written");
        let mixed = PemFiles {
            key: other.key,
            ..files.clone()
        };
        assert!(Identity::load(&mixed).is_err(), "a key of another");
        fs::write(&files.certificate, "nothing").expect("writes");
        let error = Identity::load(&files).err().expect("refused").to_string();
        assert!(error.contains("pod-3.crt"), "{error}");
        fs::remove_dir_all(&directory).expect("removes");
    }

    #[test]
    fn a_damaged_or_shared_file_is_refused_with_its_path() {
        let directory = directory("damaged");
        Authority::create_or_load(&directory, now()).expect("made");
        let path = directory.join(FILE_NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("sets");
        let refused = |words: &str| {
            let error = Authority::create_or_load(&directory, now()).err();
            let text = error.expect("refused").to_string();
            assert!(text.contains(words) && text.contains(FILE_NAME), "{text}");
        };
        refused("chmod 600");
        fs::write(&path, "no PEM").expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets");
        refused("is damaged");
        fs::remove_dir_all(&directory).expect("removes");
    }
}
