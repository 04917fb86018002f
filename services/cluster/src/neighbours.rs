//! Who else there is: looks into the directory, links to all, and tells the loops.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use directory::{Directory, DirectoryError, Pod, PodState, Role};
use link::{Endpoint, Peer, PeerName, PeerState};

use crate::member::name_of;

/// A change of who there is.
pub enum Change {
    /// A process that there is; of a pod, with the number of its shards.
    Known { peer: Peer, shard_count: u16 },
    /// One that will not come back as it was.
    Gone(PeerName),
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Neighbours(Arc<Inner>);

struct Inner {
    own: PeerName,
    endpoint: Endpoint,
    directory: Directory,
    known: Mutex<BTreeMap<PeerName, Neighbour>>,
    snapshots_count: AtomicU64,
}

#[derive(Clone)]
struct Neighbour {
    peer: Peer,
    shard_count: u16,
    /// Whether its lease holds, as of the last look.
    is_alive: bool,
    /// Whether the loops were told.
    is_told: bool,
}

impl Neighbours {
    pub fn new(own: PeerName, endpoint: Endpoint, directory: Directory) -> Self {
        Self(Arc::new(Inner {
            own,
            endpoint,
            directory,
            known: Mutex::default(),
            snapshots_count: AtomicU64::new(0),
        }))
    }

    /// Looks once; returns all processes that the directory knows.
    ///
    /// # Errors
    /// The directory's.
    pub async fn look(&self) -> Result<Vec<Pod>, DirectoryError> {
        let pods = self.0.directory.pods().await?;
        let shards = self.0.directory.shards().await?;
        let mut there = BTreeSet::new();
        for pod in pods.iter().filter(|pod| pod.state != PodState::Gone) {
            let name = name_of(pod.role, pod.id);
            // Edges have nothing to say to each other.
            let is_other = name != self.0.own;
            if is_other && (is_pod(&name) || is_pod(&self.0.own)) {
                let shard_count = shards.iter().filter(|it| it.pod == pod.id).count() as u16;
                self.meet(&name, pod, shard_count).await;
                there.insert(name);
            }
        }
        self.forget_all_but(&there);
        Ok(pods)
    }

    async fn meet(&self, name: &PeerName, pod: &Pod, shard_count: u16) {
        let Some(address) = resolve(&pod.link_addresses).await else {
            return;
        };
        if !self.0.endpoint.raise_fence(name, pod.incarnation) {
            tracing::error!(peer = %name, "too many processes are linked");
            return;
        }
        let Some(peer) = self.0.endpoint.link(name, address) else {
            return;
        };
        let mut known = self.0.known.lock().expect("no holder panics");
        let neighbour = known.entry(name.clone()).or_insert(Neighbour {
            peer,
            shard_count,
            is_alive: false,
            is_told: false,
        });
        neighbour.is_alive = !pod.lease_remaining.is_zero();
    }

    fn forget_all_but(&self, there: &BTreeSet<PeerName>) {
        let mut known = self.0.known.lock().expect("no holder panics");
        for (name, neighbour) in known.iter_mut().filter(|(name, _)| !there.contains(*name)) {
            self.0.endpoint.forget(name);
            neighbour.is_alive = false;
        }
        // Who was not told of has nothing to forget; if it comes back it is met anew.
        known.retain(|name, neighbour| there.contains(name) || neighbour.is_told);
    }

    /// A number that no snapshot of this life had.
    pub fn next_snapshot(&self) -> u64 {
        self.0.snapshots_count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Tells what changed since the last call; ends early if nobody hears it.
    pub fn tell(&self, mut tell: impl FnMut(Change) -> bool, there: &[Pod]) {
        let is_gone = |name: &PeerName| {
            let is_it = |pod: &&Pod| name_of(pod.role, pod.id) == *name;
            let pod = there.iter().find(is_it);
            pod.is_none_or(|pod| pod.state == PodState::Gone)
        };
        let mut known = self.0.known.lock().expect("no holder panics");
        known.retain(|name, neighbour| match is_gone(name) {
            true => {
                tell(Change::Gone(name.clone()));
                false
            }
            false => {
                neighbour.is_told = neighbour.is_told
                    || tell(Change::Known {
                        peer: neighbour.peer.clone(),
                        shard_count: neighbour.shard_count,
                    });
                true
            }
        });
    }

    /// The pods' peers, those without a lease too: they may come back.
    pub fn pods(&self) -> Vec<Peer> {
        let known = self.0.known.lock().expect("no holder panics");
        let pods = known.iter().filter(|(name, _)| is_pod(name));
        pods.map(|(_, neighbour)| neighbour.peer.clone()).collect()
    }

    /// The peers of those that hold a lease.
    pub fn live_pods(&self) -> Vec<Peer> {
        let known = self.0.known.lock().expect("no holder panics");
        let pods = known
            .iter()
            .filter(|(name, it)| it.is_alive && is_pod(name));
        pods.map(|(_, neighbour)| neighbour.peer.clone()).collect()
    }

    /// Whether all pods that hold a lease are linked.
    pub fn is_greeted_by_all(&self) -> bool {
        let known = self.0.known.lock().expect("no holder panics");
        let mut alive = known
            .iter()
            .filter(|(name, it)| it.is_alive && is_pod(name));
        alive.all(|(_, it)| matches!(*it.peer.state().borrow(), PeerState::Linked { .. }))
    }

    /// Whether another process hears a later life of this one.
    pub fn is_fenced(&self) -> bool {
        let known = self.0.known.lock().expect("no holder panics");
        let mut peers = known.values();
        peers.any(|it| *it.peer.state().borrow() == PeerState::Fenced)
    }
}

fn is_pod(name: &PeerName) -> bool {
    matches!(name, PeerName::Pod(_))
}

/// The first address that is one.
async fn resolve(addresses: &[String]) -> Option<std::net::SocketAddr> {
    for address in addresses {
        match tokio::net::lookup_host(address).await {
            Ok(mut found) => {
                if let Some(found) = found.next() {
                    return Some(found);
                }
            }
            Err(error) => tracing::warn!(address, %error, "no such host"),
        }
    }
    None
}

/// Whether a process in the directory has shards, and is alive.
pub fn is_live_pod(pod: &Pod) -> bool {
    pod.role != Role::Edge && pod.state != PodState::Gone && !pod.lease_remaining.is_zero()
}
