//! Starts and stops the threads of a process that has shards: one for each, and the relay's between them
//! and everybody else. They know nothing of sessions or bytes on a wire to players.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Instant,
};

use pod::{PodState, Relay, Station};
use rtrb::RingBuffer;

use crate::{
    battle::Battle,
    bell::Bell,
    chronicle::Chronicle,
    limits::{COMMAND_RING_MAX, COMMIT_WAIT, DONE_RING_MAX, STOP_PATIENCE},
    links::Links,
    overload::Tempo,
    pin::Pinning,
    ports::{ShardPort, WholePort},
    relay_loop::{Progress, RelayLoop, ShardSide},
    runner::{Runner, Running, Seat},
    shard_loop::{ShardLoop, Stop, Wiring},
    siblings,
    status::{PodStatus, Recorder},
};

/// What a process's shards go on from, and what they are connected to.
pub struct Pod {
    pub state: PodState,
    /// By shard, one of each edge.
    pub shard_ports: Vec<Vec<ShardPort>>,
    pub whole_ports: Vec<WholePort>,
    /// None for a world that nobody keeps.
    pub chronicle: Option<Chronicle>,
    /// None for a process that is the whole world.
    pub links: Option<Links>,
}

/// The running shards of a process, and their relay.
pub struct PodHandle {
    stop: Arc<Stop>,
    shards: Vec<Running<ShardLoop>>,
    relay: Running<RelayLoop>,
    progress: Arc<Progress>,
    status: PodStatus,
}

/// Starts a loop for every shard and one for the relay, each on a thread of its own.
///
/// # Errors
/// If the system gives no thread.
pub fn start(pod: Pod, runner: Runner, pinning: Pinning) -> io::Result<PodHandle> {
    let stop = Arc::new(Stop::default());
    let refusals = pod.links.as_ref().map(Links::refusals);
    let status = PodStatus::new(pod.state.shards.len()).with_refusals(refusals.unwrap_or_default());
    let relay_bell = pod.links.as_ref().map(Links::bell).unwrap_or_default();
    let relay = match pod.links {
        Some(_) => Relay::new(&pod.state),
        None => Relay::unheard(&pod.state),
    };
    let parts = Parts {
        stop: stop.clone(),
        status: status.clone(),
        relay_bell: relay_bell.clone(),
        frames_skipped: pod.whole_ports.iter().map(WholePort::frames_skipped),
    };
    let (loops, sides) = parts.connect(pod.state, pod.shard_ports);
    let mut chronicle = pod.chronicle;
    let writing = chronicle.as_mut().and_then(Chronicle::take_writing);
    let relay = RelayLoop::new(
        relay,
        sides,
        pod.whole_ports,
        chronicle,
        pod.links,
        &relay_bell,
    );
    let progress = relay.progress();
    let seat = Seat {
        name: "relay".into(),
        core: None,
        bell: relay_bell,
    };
    let status = status.with_progress(progress.clone());
    let relay = runner.start(seat, relay, writing)?;
    let shard_count = loops.len();
    let start = |(place, (shard, bell))| {
        let seat = Seat {
            name: format!("shard-{place}"),
            core: pinning.core_of(place, shard_count),
            bell,
        };
        runner.start(seat, shard, None)
    };
    let shards = loops.into_iter().enumerate().map(start);
    Ok(PodHandle {
        shards: shards.collect::<io::Result<_>>()?,
        stop,
        relay,
        progress,
        status,
    })
}

/// What the loops share.
struct Parts<I> {
    stop: Arc<Stop>,
    status: PodStatus,
    relay_bell: Bell,
    frames_skipped: I,
}

impl<I: Iterator<Item = Arc<std::sync::atomic::AtomicU64>>> Parts<I> {
    /// The shards' loops with their bells, and the relay's sides of them.
    fn connect(
        self,
        state: PodState,
        ports: Vec<Vec<ShardPort>>,
    ) -> (Vec<(ShardLoop, Bell)>, Vec<ShardSide>) {
        let bells: Vec<Bell> = state.shards.iter().map(|_| Bell::default()).collect();
        let (all_siblings, lanes) = siblings::connect(&bells);
        let (tick, members) = (state.tick, state.members);
        let worlds = state.shards.into_iter().map(|shard| shard.world).collect();
        let battles = Battle::of_worlds(worlds);
        // Edges are too slow for frames of all shards at once: they are counted by the first.
        let mut frames_skipped: Vec<_> = self.frames_skipped.collect();
        let now = Instant::now();
        let mut loops = Vec::new();
        let mut sides = Vec::new();
        let tempos = Tempo::of_shards(bells.len());
        let shards = battles.into_iter().zip(all_siblings).zip(lanes).zip(ports);
        let shards = shards.zip(tempos).enumerate();
        for (place, ((((battle, mut siblings), frames), ports), tempo)) in shards {
            let frame = battle.world().frame.clone();
            siblings.publish(&frame);
            let mut station = Station::new(battle.world().owner, tick, members.clone());
            station.handle_frame(frame);
            let (done_in, done) = RingBuffer::new(DONE_RING_MAX);
            let (inward_in, inward) = RingBuffer::new(COMMAND_RING_MAX);
            let is_world_wanted = Arc::new(AtomicBool::new(false));
            let wiring = Wiring {
                siblings,
                ports,
                inward,
                done: done_in,
                relay: self.relay_bell.clone(),
                is_world_wanted: is_world_wanted.clone(),
                stop: self.stop.clone(),
                tempo,
                is_first: place == 0,
            };
            let skipped = std::mem::take(&mut frames_skipped);
            let recorder = Recorder::new(self.status.boards()[place].clone(), skipped);
            let shard = ShardLoop::new(battle, station, wiring, recorder, now);
            loops.push((shard, bells[place].clone()));
            sides.push(ShardSide {
                has_seat: false,
                done,
                frames,
                inward: inward_in,
                is_world_wanted,
            });
        }
        (loops, sides)
    }
}

impl PodHandle {
    pub fn status(&self) -> PodStatus {
        self.status.clone()
    }

    /// Whether a thread ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.relay.is_finished() || self.shards.iter().any(Running::is_finished)
    }

    /// Ends all shards after one tick, keeps and tells what is left, and gives the battles back. Where
    /// that tick waits for other processes or a disk, they end before it: the journal has what it has.
    ///
    /// # Errors
    /// If a thread panicked.
    pub fn stop(self) -> thread::Result<Vec<Battle>> {
        self.stop.ask();
        self.shards.iter().for_each(|shard| shard.bell().ring());
        let asked_at = Instant::now();
        while !self.is_finished() && !self.is_all_told() && asked_at.elapsed() < STOP_PATIENCE {
            thread::sleep(COMMIT_WAIT);
        }
        let ended: thread::Result<Vec<_>> = self.shards.into_iter().map(Running::stop).collect();
        self.relay.stop()?.end();
        Ok(ended?.into_iter().map(ShardLoop::into_battle).collect())
    }

    /// Whether nothing is left to be told, or nothing may be any more.
    fn is_all_told(&self) -> bool {
        let last = self.stop.last_tick();
        let is_told = last.is_some_and(|last| self.progress.durable_tick() >= last);
        is_told || self.progress.is_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BattleConfig,
        battle::{divided, owners},
        ports::{self, Ports},
    };
    use engine::{Command, SessionId};
    use std::{sync::mpsc, time::Duration};

    const SEED: u64 = 3;

    fn small_battle(shard_count: usize, wakes: Vec<ports::Wake>) -> (Pod, Ports) {
        let battle = Battle::new(BattleConfig {
            founding: 0,
            seed: SEED,
            soldiers_per_house: 8,
        });
        let state = divided(battle.into_world(), (0, 1), shard_count);
        let mut ports = ports::connect(&owners(0, shard_count), SEED, wakes);
        let pod = Pod {
            state,
            shard_ports: std::mem::take(&mut ports.shards),
            whole_ports: std::mem::take(&mut ports.wholes),
            chronicle: None,
            links: None,
        };
        (pod, ports)
    }

    #[test]
    fn threads_tick_in_step_tell_edges_publish_their_status_and_stop_at_one_tick() {
        let runners = [Runner::Plain, Runner::choose(None)];
        for (shard_count, runner) in [1_usize, 3].into_iter().zip(runners) {
            let (woken, wakes) = mpsc::channel();
            let wake: ports::Wake = Arc::new(move || woken.send(()).unwrap_or(()));
            let (pod, mut ports) = small_battle(shard_count, vec![wake.clone(), wake]);
            let tick_first = pod.state.tick;
            let pod = start(pod, runner, Pinning::Off).expect("threads");
            for (session, edge) in (1..).zip(&mut ports.edges) {
                let command = Command::Join {
                    session: SessionId(session),
                    attachment: engine::Attachment::default(),
                    name: format!("guest {session}"),
                    house: 255,
                };
                edge.send(command).expect("there is room");
            }
            let status = pod.status();
            let mut told = Vec::new();
            let patience = Duration::from_secs(20);
            while status.read().players_count < 2 {
                let woken = wakes.recv_timeout(patience);
                woken.expect("the relay wakes its edges");
                told.extend(std::iter::from_fn(|| ports.edges[0].frame()).map(|it| it.tick));
                while ports.edges[1].frame().is_some() {}
            }
            let phases = status.read().phases_us;
            let names: Vec<_> = phases.iter().map(|(name, _)| *name).collect();
            let begin_and_end = [names[0], names[names.len() - 2], names[names.len() - 1]];
            assert_eq!(begin_and_end, ["take", "look", "hand_over"]);
            let battles = pod.stop().expect("no thread panicked");
            told.extend(std::iter::from_fn(|| ports.edges[0].frame()).map(|it| it.tick));
            let tick_last = battles[0].world().tick;
            assert_eq!(told, (tick_first + 1..=tick_last).collect::<Vec<_>>());
            assert!(battles.iter().all(|it| it.world().tick == tick_last));
            assert!(ports.edges[0].is_abandoned());
        }
    }
}
