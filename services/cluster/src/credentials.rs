//! What shows a process to be one of the cluster: its certificate for links, and the key that players'
//! resume tokens are made with, which all edges share.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use link::{Authority, Identity, Operator, PeerName, PemFiles};
use ring::rand::{SecureRandom, SystemRandom};
use time::OffsetDateTime;

use crate::{ClusterError, limits::TOKEN_KEY_BYTES};

/// The file of the key of tokens, in either folder.
const TOKEN_KEY: &str = "tokens.key";

/// Where they come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// A folder with the cluster's own authority, which is made if it is not there: for processes of one
    /// machine.
    Authority(PathBuf),
    /// A folder with `authority.crt`, `tls.crt`, `tls.key` and `tokens.key`, as a secret mounts them.
    Files(PathBuf),
}

impl Credentials {
    /// The identity of a process of this name.
    ///
    /// # Errors
    /// If there is none, with what is missing.
    pub fn identity(&self, name: &PeerName) -> Result<Identity, ClusterError> {
        let refused =
            |error: link::identity::IdentityError| ClusterError::Credentials(error.to_string());
        let identity = match self {
            Self::Authority(folder) => {
                let now = OffsetDateTime::now_utc();
                let authority = Authority::create_or_load(folder, now).map_err(refused)?;
                authority.issue(name, &[], now).map_err(refused)?
            }
            Self::Files(folder) => Identity::load(&files_in(folder)).map_err(refused)?,
        };
        match identity.name() == name {
            true => Ok(identity),
            false => Err(ClusterError::Credentials(format!(
                "the certificate is {}'s, and this is {name}: choose its number by it",
                identity.name()
            ))),
        }
    }

    /// What an operator shows.
    ///
    /// # Errors
    /// If there is none, with what is missing.
    pub fn operator(&self) -> Result<Operator, ClusterError> {
        let operator = match self {
            Self::Authority(folder) => {
                let now = OffsetDateTime::now_utc();
                let authority = Authority::create_or_load(folder, now);
                authority.and_then(|it| it.issue_operator(now))
            }
            Self::Files(folder) => Operator::load(&files_in(folder)),
        };
        operator.map_err(|error| ClusterError::Credentials(error.to_string()))
    }

    /// The key of players' resume tokens.
    ///
    /// # Errors
    /// If there is none.
    pub fn token_key(&self) -> Result<[u8; TOKEN_KEY_BYTES], ClusterError> {
        let (folder, is_made) = match self {
            Self::Authority(folder) => (folder, true),
            Self::Files(folder) => (folder, false),
        };
        let path = folder.join(TOKEN_KEY);
        if is_made {
            make_token_key(&path)?;
        }
        let bytes = fs::read(&path);
        let bytes = bytes.map_err(|error| ClusterError::Folder(path.clone(), error))?;
        bytes.try_into().map_err(|bytes: Vec<u8>| {
            ClusterError::Credentials(format!(
                "{} holds {} bytes, but a key of tokens has {TOKEN_KEY_BYTES}",
                path.display(),
                bytes.len()
            ))
        })
    }
}

fn files_in(folder: &Path) -> PemFiles {
    PemFiles {
        authorities: folder.join("authority.crt"),
        certificate: folder.join("tls.crt"),
        key: folder.join("tls.key"),
    }
}

/// Of several processes that make one at once, one does.
fn make_token_key(path: &Path) -> Result<(), ClusterError> {
    if path.exists() {
        return Ok(());
    }
    let failed = |error| ClusterError::Folder(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut key = [0; TOKEN_KEY_BYTES];
    let drawn = SystemRandom::new().fill(&mut key);
    drawn.expect("the system gives random bytes");
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&fresh).map_err(failed)?;
    file.write_all(&key).map_err(failed)?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}
