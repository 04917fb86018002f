//! 100 MB through the latest-wins channel in constant memory. Alone in its file, for it looks at the
//! memory of the whole process.

mod support;

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use link::limits::LATEST_WAITING_BYTES_MAX;
use support::{Pair, wake};
use tokio::task::yield_now;

const MESSAGE_BYTES: usize = 500_000;
const KEYS_COUNT: u32 = 4;
const MEGABYTE: usize = 1_000_000;

#[tokio::test]
async fn a_hundred_megabytes_pass_in_constant_memory() {
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    let mut subscriber = pair.to_dialer.subscribe(wake().0).expect("nobody else is");
    let alive = Arc::new(AtomicUsize::new(0));
    let (mut alive_max, mut received_bytes) = (0, 0);
    let before = resident_bytes();
    let mut resident_max = 0;
    for key in (0..KEYS_COUNT).cycle() {
        // What finds no room is dropped: a newer one comes.
        let _ = publisher.publish(key, tracked(&alive, MESSAGE_BYTES));
        alive_max = alive_max.max(alive.load(Ordering::SeqCst));
        while let Some(message) = subscriber.receive() {
            assert_eq!(message.bytes.len(), MESSAGE_BYTES);
            received_bytes += MESSAGE_BYTES;
            resident_max = resident_max.max(resident_bytes());
        }
        if received_bytes >= 100 * MEGABYTE {
            break;
        }
        yield_now().await;
    }
    // On the way out all messages share one room, those that fly too.
    let is_bounded = alive_max <= LATEST_WAITING_BYTES_MAX + MESSAGE_BYTES;
    assert!(is_bounded, "{alive_max} bytes were alive");
    // The rooms of both ends, and what QUIC and the allocator keep besides: less than what passed.
    let growth = resident_max.saturating_sub(before);
    let growth_max = 2 * LATEST_WAITING_BYTES_MAX + 16 * MEGABYTE;
    assert!(growth <= growth_max, "it grew by {growth} bytes");
}

/// Payload bytes that are counted while they are alive.
struct Tracked {
    bytes: Vec<u8>,
    alive: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Tracked {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.alive.fetch_sub(self.bytes.len(), Ordering::SeqCst);
    }
}

fn tracked(alive: &Arc<AtomicUsize>, bytes: usize) -> Bytes {
    alive.fetch_add(bytes, Ordering::SeqCst);
    Bytes::from_owner(Tracked {
        bytes: vec![1; bytes],
        alive: alive.clone(),
    })
}

fn resident_bytes() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    let pages: usize = pages.expect("a number");
    pages * 4_096
}
