//! A path between two processes that can be cut: a UDP relay.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::{net::UdpSocket, task::JoinSet};

/// Forwards what is sent to its address to the target, and the answers back, until it is dropped.
pub struct Relay {
    pub address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    pub dropped_count: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

impl Relay {
    pub async fn to(target: SocketAddr) -> Self {
        let front = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let address = front.local_addr().expect("it is bound");
        let is_cut = Arc::new(AtomicBool::new(false));
        let dropped_count = Arc::new(AtomicU64::new(0));
        let path = Path {
            front: Arc::new(front),
            target,
            is_cut: is_cut.clone(),
            dropped_count: dropped_count.clone(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(path.run());
        Self {
            address,
            is_cut,
            dropped_count,
            _tasks: tasks,
        }
    }

    /// Drops everything, both ways, until it is mended.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Path {
    front: Arc<UdpSocket>,
    target: SocketAddr,
    is_cut: Arc<AtomicBool>,
    dropped_count: Arc<AtomicU64>,
}

impl Path {
    async fn run(self) {
        let mut backs: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut tasks = JoinSet::new();
        let mut buffer = vec![0; 65_536];
        loop {
            let Ok((count, from)) = self.front.recv_from(&mut buffer).await else {
                continue;
            };
            if self.drops() {
                continue;
            }
            let back = match backs.entry(from) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let back = self.back().await;
                    tasks.spawn(self.clone().answer(back.clone(), from));
                    new.insert(back)
                }
            };
            // What the path cannot carry is lost, as on any path.
            let _ = back.send(&buffer[..count]).await;
        }
    }

    /// A socket towards the target, for one who sends to the relay.
    async fn back(&self) -> Arc<UdpSocket> {
        let back = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        back.connect(self.target).await.expect("loopback");
        Arc::new(back)
    }

    async fn answer(self, back: Arc<UdpSocket>, to: SocketAddr) {
        let mut buffer = vec![0; 65_536];
        loop {
            let Ok(count) = back.recv(&mut buffer).await else {
                continue;
            };
            if !self.drops() {
                let _ = self.front.send_to(&buffer[..count], to).await;
            }
        }
    }

    fn drops(&self) -> bool {
        let is_cut = self.is_cut.load(Ordering::SeqCst);
        self.dropped_count
            .fetch_add(u64::from(is_cut), Ordering::SeqCst);
        is_cut
    }
}
