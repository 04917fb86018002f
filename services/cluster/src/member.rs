//! One life of a process in the directory: its registration and its lease.

use std::{
    fs::{self, File, TryLockError},
    net::UdpSocket,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use directory::{
    Directory, DirectoryError, Fence, Registration, Role,
    keeper::{LeaseCheck, LeaseKeeper, keep},
};
use link::{PeerName, transport::Gate};
use tokio::task::JoinHandle;

use crate::{ClusterError, Credentials, insistence::insist, limits::REGISTER_PAUSE};

/// The number of the pod and of its last life, in a process's folder.
const INCARNATION: &str = "incarnation";
const LOCK: &str = "lock";

/// Where a process is in its cluster.
#[derive(Debug)]
pub struct Place {
    /// Its number, of which there is one in the cluster.
    pub number: u16,
    /// The URL of the directory's database.
    pub directory: String,
    pub credentials: Credentials,
    /// Where it listens for links: bound, for only then is it known where that is.
    pub link: UdpSocket,
    /// Where others reach that; the same unless said.
    pub link_public: Option<String>,
}

impl Place {
    /// Where others reach its links, as the directory tells them.
    ///
    /// # Errors
    /// When the system does not say where the socket is bound.
    pub fn link_address(&self) -> Result<String, ClusterError> {
        match &self.link_public {
            Some(public) => Ok(public.clone()),
            None => {
                let bound = self.link.local_addr().map_err(ClusterError::Link)?;
                Ok(bound.to_string())
            }
        }
    }
}

/// The folder that only one process uses at a time.
pub struct Lock {
    _file: File,
    incarnation: PathBuf,
}

impl Lock {
    /// # Errors
    /// If another process holds it.
    pub fn take(folder: &Path) -> Result<Self, ClusterError> {
        let failed = |error| ClusterError::Folder(folder.to_owned(), error);
        fs::create_dir_all(folder).map_err(failed)?;
        let file = File::create(folder.join(LOCK)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                _file: file,
                incarnation: folder.join(INCARNATION),
            }),
            Err(TryLockError::WouldBlock) => Err(ClusterError::FolderTaken(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The life of this pod that held it last.
    fn former(&self, pod: u16) -> Option<Fence> {
        let text = fs::read_to_string(&self.incarnation).ok()?;
        let (number, incarnation) = text.trim().split_once(' ')?;
        let incarnation = incarnation.parse().ok()?;
        let former: u16 = number.parse().ok()?;
        (former == pod).then_some(Fence { pod, incarnation })
    }

    fn note(&self, Fence { pod, incarnation }: Fence) -> Result<(), ClusterError> {
        let written = fs::write(&self.incarnation, format!("{pod} {incarnation}"));
        written.map_err(|error| ClusterError::Folder(self.incarnation.clone(), error))
    }
}

/// See the module. While it lives, its lease is renewed.
pub struct Member {
    pub directory: Directory,
    pub name: PeerName,
    pub fence: Fence,
    check: LeaseCheck,
    keeping: JoinHandle<()>,
}

impl Member {
    /// Registers, once a former life's lease is over. Whoever holds the folder's lock knows that the
    /// former life is dead, and does not wait for its lease.
    ///
    /// # Errors
    /// If the directory cannot be reached or refuses.
    pub async fn register(
        place: &Place,
        registration: &Registration,
        lock: Option<&Lock>,
    ) -> Result<Self, ClusterError> {
        let directory = Directory::open(&place.directory).await?;
        directory.migrate().await?;
        let pod = registration.pod;
        if let Some(former) = lock.and_then(|lock| lock.former(pod)) {
            match directory.end_lease(former).await {
                Ok(()) | Err(DirectoryError::LeaseLost { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (lease, asked_at) = loop {
            let asked_at = Instant::now();
            match directory.register_pod(registration).await {
                Ok(lease) => break (lease, asked_at),
                Err(DirectoryError::LeaseHeld { .. }) => {
                    tracing::info!(pod, "a former life holds its lease yet");
                    tokio::time::sleep(REGISTER_PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        };
        if let Some(lock) = lock {
            lock.note(lease.fence)?;
        }
        let keeper = LeaseKeeper::new(lease, asked_at);
        let check = keeper.check();
        let keeping = tokio::spawn({
            let directory = directory.clone();
            async move { keep(keeper, &directory).await }
        });
        tracing::info!(pod, incarnation = lease.fence.incarnation, "registered");
        Ok(Self {
            directory,
            name: name_of(registration.role, pod),
            fence: lease.fence,
            check,
            keeping,
        })
    }

    /// Whether the process may act: asked before anything is written or said.
    pub fn gate(&self) -> Gate {
        let check = self.check.clone();
        Arc::new(move || check.is_held(Instant::now()))
    }

    /// Says that the process is ready.
    ///
    /// # Errors
    /// If the lease is lost.
    pub async fn set_ready(&self) -> Result<(), ClusterError> {
        insist(&self.gate(), || self.directory.set_ready(self.fence)).await
    }

    /// Ends the lease early; for good if nothing is left that a later life could go on with.
    ///
    /// # Errors
    /// If the directory does not hear of it; then the lease ends by itself.
    pub async fn leave(self, is_for_good: bool) -> Result<(), ClusterError> {
        self.keeping.abort();
        match is_for_good {
            true => self.directory.release(self.fence).await?,
            false => self.directory.end_lease(self.fence).await?,
        }
        Ok(())
    }
}

/// What a process is called on links.
pub fn name_of(role: Role, number: u16) -> PeerName {
    match role {
        Role::Edge => PeerName::edge(&number.to_string()).expect("digits are a good name"),
        Role::All | Role::Shard => PeerName::Pod(number),
    }
}
