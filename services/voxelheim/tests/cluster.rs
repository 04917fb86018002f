//! A cluster of real processes on this machine: two pods with shards, two edges, two hundred players. While
//! they fight, regions move between the pods, one is killed and comes back, one is emptied and leaves:
//! nobody is disconnected.

mod common;

use std::{
    env, thread,
    time::{Duration, Instant},
};

use common::cluster::Cluster;
use engine::Dialect;

/// On each edge.
const PLAYERS: usize = 100;
const FEW_PLAYERS: usize = 20;
/// Longer than all that is done to them.
const PATIENCE: Duration = Duration::from_secs(240);

#[test]
fn a_battle_outlives_its_processes() {
    let cluster = Cluster::found("outlives");
    let mut first = cluster.pod(1);
    let mut second = cluster.pod(2);
    let edges = [cluster.edge(11), cluster.edge(12)];
    until("both pods are waited for", || cluster.shards(1).len() == 2);
    let bots = edges.each_ref().map(|edge| cluster.bots(edge, PLAYERS));
    until("all players are in", || {
        players(&cluster, 1) == 2 * PLAYERS as u64
    });

    for round in 0..6 {
        move_all(&cluster, 1, [2, 1][round % 2]);
        fight_on(&cluster, 1, 30);
    }
    move_all(&cluster, 1, 2);
    second.kill();
    until("it is said whom the world waits for", || {
        is_silent(&cluster, 1, "2/0")
    });
    second = cluster.pod(2);
    fight_on(&cluster, 2, 60);
    until("nobody is waited for", || !is_silent(&cluster, 1, "2/0"));
    assert_eq!(
        players(&cluster, 2),
        2 * PLAYERS as u64,
        "all are in their bodies"
    );

    // Neither holds up a pod that leaves.
    cluster.run_dry(2);
    until("plans are only said", || cluster.runs_dry(1));
    let pinned = pin_one(&cluster, 2);
    second.terminate();
    assert!(second.wait().success(), "an emptied pod ends well");
    let left = cluster.shards(1);
    assert!(
        left.iter()
            .all(|shard| shard.name == "1/0" && shard.regions > 0)
    );
    let regions = cluster.regions(1);
    let pinned = regions.iter().find(|it| it.name == pinned);
    assert!(
        pinned.is_some_and(|it| it.is_pinned && it.owner == "1/0"),
        "what was pinned went along, and is pinned"
    );
    fight_on(&cluster, 1, 60);
    let second = cluster.pod(2);
    until("the pod is back, as a newcomer", || {
        cluster.shards(1).len() == 2
    });
    move_all(&cluster, 1, 2);
    first.terminate();
    assert!(first.wait().success(), "the founder may leave, too");
    fight_on(&cluster, 2, 60);
    first = cluster.pod(1);
    until("the founder joins", || cluster.shards(2).len() == 2);

    for bots in bots {
        let report = bots.finish();
        assert_eq!(report["joined"], PLAYERS, "{report}");
        assert_eq!(report["dropped"], 0, "{report}");
        assert_eq!(report["staleness_broken"], 0, "{report}");
    }
    for process in edges.into_iter().chain([first, second]) {
        process.stop();
    }
}

/// Pods, then edges, are replaced one after the other by those of this version, while people play. The version before is
/// the binary that VOXELHEIM_PREVIOUS_BIN names (docs/releasing.md); else this one, which speaks as that does.
/// Once the last of them is gone, the world speaks what this version does. Fewer play than elsewhere: all of an edge's
/// players come to the other at once.
#[test]
fn a_rolling_upgrade_drops_nobody() {
    let this = env!("CARGO_BIN_EXE_voxelheim");
    let previous = env::var("VOXELHEIM_PREVIOUS_BIN");
    let mut cluster = Cluster::found("upgrade");
    let previous = previous.unwrap_or_else(|_| this.to_owned());
    cluster.begin_with(previous, Dialect::OLDEST);
    let pods = [1, 2].map(|number| (number, cluster.pod(number)));
    let edges = [11, 12].map(|number| (number, cluster.edge(number)));
    until("both pods are there", || cluster.shards(1).len() == 2);
    let bots = edges
        .each_ref()
        .map(|(_, edge)| cluster.bots(edge, FEW_PLAYERS));
    until("all players are in", || {
        players(&cluster, 1) == 2 * FEW_PLAYERS as u64
    });

    cluster.begin_with(this, Dialect::NEWEST);
    let mut others = [2, 1].into_iter();
    let pods = pods.map(|(number, mut pod)| {
        let other = others.next().expect("as many as pods");
        pod.terminate();
        assert!(pod.wait().success(), "pod {number} is emptied first");
        fight_on(&cluster, other, 20);
        let pod = cluster.pod(number);
        until("the new pod joins", || cluster.shards(other).len() == 2);
        move_all(&cluster, other, number);
        fight_on(&cluster, number, 20);
        assert_eq!(spoken(&cluster, number), 1, "old ones are there yet");
        pod
    });
    let edges = edges.map(|(number, mut edge)| {
        assert_eq!(spoken(&cluster, 1), 1, "this edge is an old one");
        edge.terminate();
        assert!(edge.wait().success(), "edge {number} hands its players on");
        let edge = cluster.edge(number);
        fight_on(&cluster, 1, 20);
        edge
    });
    let newest = u64::from(Dialect::NEWEST.number());
    until("the world speaks as all do now", || {
        [1, 2].iter().all(|pod| spoken(&cluster, *pod) == newest)
    });
    fight_on(&cluster, 1, 40);
    move_all(&cluster, 1, 2);

    for bots in bots {
        let report = bots.finish();
        assert_eq!(report["joined"], FEW_PLAYERS, "{report}");
        assert_eq!(report["dropped"], 0, "{report}");
        assert_eq!(report["staleness_broken"], 0, "{report}");
    }
    for process in edges.into_iter().chain(pods) {
        process.stop();
    }
}

/// What the world speaks, as soon as a pod says it.
fn spoken(cluster: &Cluster, pod: u16) -> u64 {
    let mut dialect = 0;
    until("a pod knows what the world speaks", || {
        dialect = cluster.dialect(pod).unwrap_or(0);
        dialect > 0
    });
    dialect
}

/// What a killed process had promised is there again, and the same: the tick goes on from where the
/// others were told.
#[test]
fn a_lone_pod_that_is_killed_goes_on_from_what_it_told() {
    let cluster = Cluster::found("lone");
    let mut pod = cluster.pod(1);
    let edge = cluster.edge(11);
    for _ in 0..3 {
        fight_on(&cluster, 1, 25);
        let told = edge.tick();
        pod.kill();
        pod = cluster.pod(1);
        until("the edge is told of later ticks", || edge.tick() > told);
    }
    until("a pod that is the world has all that came to be", || {
        let of = |name: &str| pod.metric(&format!("voxelheim_shard_bodies_{name}_total"));
        let came = of("created") + of("arrived");
        came > 0 && came - of("destroyed") - of("departed") == pod.metric("voxelheim_shard_bodies{")
    });
    edge.stop();
    pod.stop();
    let replayed = cluster.replay(1);
    assert!(replayed["ticks"].as_u64() > Some(0), "{replayed}");
}

/// A machine that stood still for longer than its lease comes to when others may act in its place: it says
/// so and ends, and its next life goes on.
#[test]
fn a_pod_that_outlived_its_lease_says_so_and_ends() {
    let cluster = Cluster::found("outlived");
    let pod = cluster.pod(1);
    let edge = cluster.edge(11);
    fight_on(&cluster, 1, 25);
    pod.pause();
    until("its lease is over", || !cluster.holds_lease(1));
    let told = edge.tick();
    let said = pod.resume_and_read();
    assert!(said.contains("the lease is lost"), "{said}");
    let pod = cluster.pod(1);
    until("the edge is told of later ticks", || edge.tick() > told);
    edge.stop();
    pod.stop();
}

/// Whichever pod leads has to go by what any of them was told; and each answers for all.
#[test]
fn what_one_pod_is_told_all_go_by() {
    let cluster = Cluster::found("rules");
    let pods = [cluster.pod(1), cluster.pod(2)];
    until("both pods are waited for", || cluster.shards(2).len() == 2);
    cluster.run_dry(2);
    for pod in [1, 2] {
        until("plans are only said", || cluster.runs_dry(pod));
        until("it tells what the ticks of both are spent on", || {
            cluster.shards(pod).iter().all(|shard| shard.has_phases)
        });
    }
    let pinned = |pod| {
        let regions = cluster.regions(pod).into_iter();
        let pinned = regions.filter(|it| it.is_pinned).map(|it| it.name);
        pinned.collect::<Vec<_>>()
    };
    // A merge that was under way may still take the region away.
    until("a region is pinned", || {
        let Some(region) = cluster.regions(1).into_iter().next() else {
            return false;
        };
        cluster.pin(2, &region.name);
        pinned(1) == [region.name]
    });
    until("the other shows it", || pinned(2) == pinned(1));
    drop(pods);
}

#[test]
fn a_process_is_there_once() {
    let cluster = Cluster::found("once");
    let pod = cluster.pod(1);
    let other = cluster.try_pod(1);
    assert!(other.contains("is used by another process"), "{other}");
    pod.stop();
}

/// Waits for it; how long it takes does not matter.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun_at = Instant::now();
    while !is_so() {
        assert!(begun_at.elapsed() < PATIENCE, "{what}, never");
        thread::yield_now();
    }
}

fn players(cluster: &Cluster, pod: u16) -> u64 {
    cluster.shards(pod).iter().map(|shard| shard.players).sum()
}

/// Lets some ticks go by.
fn fight_on(cluster: &Cluster, pod: u16, ticks: u64) {
    let mut tick = 0;
    until("it ticks", || {
        tick = cluster.tick(pod).unwrap_or(0);
        tick > 0
    });
    let last = tick + ticks;
    until("it ticks on", || cluster.tick(pod) > Some(last));
}

fn is_silent(cluster: &Cluster, asked: u16, shard: &str) -> bool {
    let shards = cluster.shards(asked);
    shards.iter().any(|it| it.name == shard && it.is_silent)
}

/// Pins a region, which a merge that was under way may still take away; which it is.
fn pin_one(cluster: &Cluster, asked: u16) -> String {
    let mut name = String::new();
    until("a region is pinned", || {
        let regions = cluster.regions(asked);
        let pinned = regions.iter().find(|it| it.is_pinned);
        name = pinned
            .or(regions.first())
            .map_or(String::new(), |it| it.name.clone());
        if pinned.is_none() && !name.is_empty() {
            cluster.pin(asked, &name);
        }
        pinned.is_some()
    });
    name
}

/// Gives all regions to a pod, while people fight in them.
fn move_all(cluster: &Cluster, asked: u16, to: u16) {
    let shard = format!("{to}/0");
    until("all regions have moved", || {
        let regions = cluster.regions(asked);
        let mut others = regions
            .iter()
            .filter(|region| region.owner != shard)
            .peekable();
        let is_done = others.peek().is_none();
        // What the controller split or merged meanwhile is asked for again.
        others.for_each(|region| cluster.move_region(asked, &region.name, &shard));
        is_done && !regions.is_empty()
    });
}
