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
    /// A process that there is; of a pod, with the number of its shards. Again when that changed.
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
    /// What the loops were told of it last: the number of its shards.
    told: Option<u16>,
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
            told: None,
        });
        // Who left and is back before that was seen may have another number of them.
        neighbour.shard_count = shard_count;
        neighbour.is_alive = !pod.lease_remaining.is_zero();
    }

    fn forget_all_but(&self, there: &BTreeSet<PeerName>) {
        let mut known = self.0.known.lock().expect("no holder panics");
        for (name, neighbour) in known.iter_mut().filter(|(name, _)| !there.contains(*name)) {
            self.0.endpoint.forget(name);
            neighbour.is_alive = false;
        }
        // Who was not told of has nothing to forget; if it comes back it is met anew.
        known.retain(|name, neighbour| there.contains(name) || neighbour.told.is_some());
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
                neighbour.tell(&mut tell);
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

impl Neighbour {
    /// Tells the loops of it, unless they know.
    fn tell(&mut self, tell: &mut impl FnMut(Change) -> bool) {
        let (peer, shard_count) = (self.peer.clone(), self.shard_count);
        let is_known = self.told == Some(shard_count);
        if !is_known && tell(Change::Known { peer, shard_count }) {
            self.told = Some(shard_count);
        }
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

/// Processes with shards that have not said that they are gone, and whose leases are over.
pub fn silent_shard_pods(pods: &[Pod]) -> impl Iterator<Item = u16> {
    let is_silent = |pod: &&Pod| {
        pod.role != Role::Edge && pod.state != PodState::Gone && pod.lease_remaining.is_zero()
    };
    pods.iter().filter(is_silent).map(|pod| pod.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credentials, Place, links::open_endpoint, member::Member};
    use directory::Registration;
    use std::net::UdpSocket;

    fn registration(pod: u16, shard_count: usize) -> Registration {
        Registration {
            pod,
            role: Role::Shard,
            link_addresses: vec!["127.0.0.1:9".into()],
            player_addresses: Vec::new(),
            shard_cores: vec![None; shard_count],
        }
    }

    /// What a look has to tell: who, with how many shards; none of those that are gone.
    async fn look(neighbours: &Neighbours) -> Vec<(PeerName, Option<u16>)> {
        let pods = neighbours.look().await.expect("a directory");
        let mut told = Vec::new();
        let tell = |change| {
            told.push(match change {
                Change::Known { peer, shard_count } => (peer.name().clone(), Some(shard_count)),
                Change::Gone(name) => (name, None),
            });
            true
        };
        neighbours.tell(tell, &pods);
        told
    }

    #[tokio::test]
    async fn a_process_that_is_back_with_other_shards_is_told_of_again() {
        let name = format!("voxelheim-neighbours-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let place = Place {
            number: 1,
            directory: format!("sqlite://{}/directory.db", folder.display()),
            credentials: Credentials::Authority(folder.join("authority")),
            link: UdpSocket::bind("127.0.0.1:0").expect("a free port"),
            link_public: None,
        };
        let member = Member::register(&place, &registration(1, 1), None).await;
        let member = member.expect("a directory");
        let linked = open_endpoint(&place, &member).expect("a free port");
        let directory = member.directory.clone();
        let neighbours = Neighbours::new(
            member.name.clone(),
            linked.endpoint.clone(),
            directory.clone(),
        );
        let other = PeerName::Pod(2);
        for shard_count in [1, 3] {
            let lease = directory.register_pod(&registration(2, shard_count)).await;
            let fence = lease.expect("a free number").fence;
            let known = (other.clone(), Some(shard_count as u16));
            assert_eq!(look(&neighbours).await, [known]);
            assert_eq!(look(&neighbours).await, []);
            directory.end_lease(fence).await.expect("it holds one");
            assert_eq!(look(&neighbours).await, []);
        }
        let lease = directory.register_pod(&registration(2, 3)).await;
        let fence = lease.expect("a free number").fence;
        directory.release(fence).await.expect("it holds a lease");
        assert_eq!(look(&neighbours).await, [(other, None)]);
        std::fs::remove_dir_all(&folder).expect("a temporary folder");
    }
}
