//! A thousand bodies, all of which change, told to 20 and to 1,000 clients, all of them to each: what
//! bevy_replicon and naia bench themselves by, and what we do, to the bytes of messages. CPU time of one
//! thread; the sides take turns, and what clients were told is compared in every turn.
//!
//! Sockets, encryption and lost packets are no part of it. Nor is what clients answer, though both peers must
//! be told what arrived, nor taking in what changed, though naia notes it for every client; that is shown beside.

mod naia;
mod replicon;
mod side;
mod wires;

use bench::{
    Claim, Report,
    crowd::BUDGET_BYTES_PER_SECOND,
    is_small,
    results::record,
    swarm::Swarm,
    targets::{self, Target},
    telling::{self, Telling},
};

use naia::Naia;
use replicon::Replicon;
use side::{Times, bytes_per_update, measure};

const COMMAND: &str = "./dev bench replication";
/// How many are told, and the row of the table that it is.
const CLIENTS: [(usize, Target); 2] = [(20, targets::SNAPSHOT_20), (1_000, targets::SNAPSHOT_1000)];

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut report = Report::default();
    let clients = if is_small() {
        &[(3, targets::SNAPSHOT_20)][..]
    } else {
        &CLIENTS
    };
    for &(clients_count, target) in clients {
        let swarm = Swarm::default();
        let mut ours = Telling::new(clients_count, telling::BUDGET_BYTES_PER_SECOND);
        let mut replicon = Replicon::new(clients_count, &swarm);
        let mut naia = Naia::new(clients_count, &swarm);
        let [ours, replicon, naia] = measure([&mut ours, &mut replicon, &mut naia]);
        println!(
            "{clients_count} clients, a tick of 1,000 bodies, CPU time (one in ten below, above):"
        );
        let sides = [
            ("ours", &ours),
            ("bevy_replicon", &replicon),
            ("naia", &naia),
        ];
        for (name, times) in sides {
            println!("  {name}: {}", times.detail());
        }
        for (name, peer) in &sides[1..] {
            let detail = format!("{clients_count} clients, {name}");
            report.add(times_faster(&target, &ours, peer).with_detail(detail.clone()));
            report.add(share_of_bytes(&ours, peer).with_detail(detail));
        }
        let peers = [&replicon, &naia].map(|peer| times_faster(&target, &ours, peer).measured);
        record(&target, peers[0].min(peers[1]), COMMAND);
        let share = share_of_bytes(&ours, &replicon).measured;
        record(&targets::BYTES_REPLICON, share, COMMAND);
        println!(
            "  ours, in {BUDGET_BYTES_PER_SECOND} B/s: {}",
            within_budget(clients_count)
        );
    }
    println!("{report}");
}

fn times_faster(target: &Target, ours: &Times, peer: &Times) -> Claim {
    let times = peer.send_median().as_secs_f64() / ours.send_median().as_secs_f64();
    Claim::at_least(target.work, times, target.at_least, target.unit)
}

fn share_of_bytes(ours: &Times, peer: &Times) -> Claim {
    let share = bytes_per_update(ours.told) / bytes_per_update(peer.told);
    let target = targets::BYTES_REPLICON;
    Claim::at_most(target.work, share, target.at_least, target.unit)
}

/// What the server really does: as much as a client's budget holds, what matters most to it first.
fn within_budget(clients_count: usize) -> String {
    let mut telling = Budgeted(Telling::new(clients_count, BUDGET_BYTES_PER_SECOND));
    let [times] = measure([&mut telling]);
    times.detail()
}

/// Tells a part of all bodies, so nothing is to be compared.
struct Budgeted(Telling);

impl side::Side for Budgeted {
    fn change(&mut self, swarm: &Swarm) {
        self.0.change(swarm);
    }

    fn send(&mut self) {
        self.0.send();
    }

    fn told(&self) -> telling::Told {
        self.0.told()
    }

    fn deliver(&mut self, _: &Swarm) {}
}
