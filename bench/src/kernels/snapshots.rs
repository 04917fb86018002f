//! Snapshots of a fight as clients get them, decoded: the columns are views, so each row is read once.

use edge::interest::Interest;
use protocol::{Header, Kind, snapshot::Snapshot};

use crate::{
    crowd,
    kernel::{Amount, Kernel, Work},
    times,
};

const SOLDIERS_COUNT: u32 = 10_000;
const BATTLE_TICKS: usize = 40;
const CLIENTS_COUNT: usize = 500;
/// Ticks before the one that is kept, so that clients know each other.
const WARM_UP_TICKS: usize = 4;

/// The snapshot messages of one tick to many clients, without headers.
pub fn messages() -> Vec<Vec<u8>> {
    let count = times(SOLDIERS_COUNT as usize, 1_000) as u32;
    let mut world = crowd::fight(count, crowd::FIELD_EDGE_BLOCKS, times(BATTLE_TICKS, 2));
    let mut interest = Interest::new();
    let mut clients: Vec<_> = (0..times(CLIENTS_COUNT, 20))
        .map(|_| crowd::client())
        .collect();
    let mut messages = Vec::new();
    for _ in 0..=WARM_UP_TICKS {
        let frame = crowd::next(&mut world);
        interest.begin_tick(&frame);
        messages.clear();
        for (number, client) in clients.iter_mut().enumerate() {
            interest.fill(client, &crowd::view(&frame, number), |message| {
                if message[0] == Kind::Snapshot as u8 {
                    messages.push(message[Header::BYTES..].to_vec());
                }
            });
        }
    }
    messages
}

pub fn decoded() -> Kernel {
    let messages = messages();
    let rows = messages.iter().map(|message| decode(message).row_count());
    let amount = Amount {
        count: rows.sum::<usize>() as u64,
        unit: "body",
    };
    Kernel::new("snapshot-decoded", amount, Decoding(messages))
}

fn decode(message: &[u8]) -> Snapshot<'_> {
    Snapshot::decode(message).expect("ours")
}

struct Decoding(Vec<Vec<u8>>);

impl Work for Decoding {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for message in &self.0 {
            decode(message)
                .bodies()
                .for_each(|row| tell(i64::from(row.position[0])));
        }
    }
}
