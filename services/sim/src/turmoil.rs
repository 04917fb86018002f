//! What happens to the cluster from outside: players act, regions and pods are rearranged, things go
//! wrong and are mended, and somebody looks whether all stays within its bounds.

use engine::{Command, Dialect};
use link::PeerName;

use crate::{
    faults::{Kind, draw_conditions, draw_length, draw_trouble},
    limits::OUTBOX_MAX,
    machine::Place,
    occurrences::Occurrence,
    players::{INPUT_PERIOD, Player},
    simulation::{Life, Simulation},
    stage::{Event, Relief},
    storage::Trouble,
    time::{MS, SECOND, Time},
    word::LifeId,
};

/// Pods at once, and the numbers that they may have.
const PODS_MAX: usize = 4;
/// From one change of the layout to the next.
const REARRANGE_PERIOD: Time = 120 * MS;
const STORM_PERIOD: Time = 50 * MS;
const LOOK_PERIOD: Time = 200 * MS;

impl Simulation {
    pub(crate) fn play(&mut self, number: usize) {
        self.stage.after(INPUT_PERIOD, Event::Play(number));
        let now = self.stage.now();
        let edge = self.players[number].edge;
        let edge_count = self.edges.len() as u32;
        let whole = self.edge(&self.edges[edge]).and_then(|it| it.whole());
        let Some(whole) = whole.cloned() else {
            // Nobody is there: it goes to another.
            let edge = self.stage.random.below(edge_count) as usize;
            self.players[number].go_to(edge);
            return;
        };
        if self.stage.random.chance(1, 500) {
            let edge = self.stage.random.below(edge_count) as usize;
            return self.players[number].go_to(edge);
        }
        let random = &mut self.stage.random;
        let kept = Player::keep_spoils(&whole, random);
        let command = self.players[number].act(now, &whole, random);
        if let Some((edge, stage)) = self.edge_mut(edge) {
            let commands = kept.iter().chain(&command);
            commands.for_each(|command| edge.send(command, stage));
        }
    }

    pub(crate) fn rearrange(&mut self) {
        let period = match self.profile.is_stormy {
            true => STORM_PERIOD,
            false => REARRANGE_PERIOD,
        };
        let span = self.stage.draw_span(period / 3, period * 2);
        self.stage.after(span, Event::Rearrange);
        if self.profile.is_elastic && self.stage.now() < self.faults_until {
            self.come_and_go();
        }
        let edge = self.stage.random.below(self.edges.len() as u32) as usize;
        let whole = self.edge(&self.edges[edge]).and_then(|it| it.whole());
        let Some(whole) = whole.cloned() else { return };
        if whole.dialect < Dialect::NEWEST && self.stage.random.chance(1, 30) {
            self.raise_dialect(edge);
        }
        if !self.profile.is_restless && self.arranger.leaving.is_empty() {
            return;
        }
        let is_stormy = self.profile.is_stormy;
        let changes = self
            .arranger
            .arrange(&whole, is_stormy, &mut self.stage.random);
        let count = changes.len() as u64;
        self.stage.occurrences.note_many(Occurrence::Move, count);
        if let Some((edge, stage)) = self.edge_mut(edge) {
            for change in changes {
                edge.send(&change, stage);
            }
        }
    }

    /// As who leads has it when the last process of the version before has left; again if the word is lost.
    fn raise_dialect(&mut self, edge: usize) {
        let dialect = Dialect::NEWEST;
        self.stage
            .note(format_args!("the world is to speak dialect {dialect}"));
        if let Some((edge, stage)) = self.edge_mut(edge) {
            edge.send(&Command::Speak { dialect }, stage);
        }
    }

    /// Now and then a pod joins, and one is to leave.
    fn come_and_go(&mut self) {
        let pods = self.pods();
        let random = &mut self.stage.random;
        if pods.len() < PODS_MAX && random.chance(1, 25) {
            let free = (0..PODS_MAX as u16).find(|pod| !pods.contains(pod));
            let pod = free.expect("there are fewer than that");
            let shard_count = 1 + random.below(2) as u16;
            self.stage.note(format_args!("pod-{pod} is to join"));
            self.add_process(PeerName::Pod(pod), shard_count, 0);
        } else if random.chance(1, 30) {
            let members = self.stage.witness.members();
            let mut staying: Vec<u16> = members.iter().map(|owner| owner.pod).collect();
            staying.dedup();
            staying.retain(|pod| !self.arranger.leaving.contains(pod));
            if staying.len() > 1 {
                let place = self.stage.random.below(staying.len() as u32) as usize;
                let pod = staying[place];
                self.stage.note(format_args!("pod-{pod} is to leave"));
                self.arranger.leaving.insert(pod);
            }
        }
    }

    fn pods(&self) -> Vec<u16> {
        let names = self.processes.keys();
        let pods = names.filter_map(|name| match name {
            PeerName::Pod(pod) => Some(*pod),
            PeerName::Edge(_) => None,
        });
        pods.collect()
    }

    pub(crate) fn begin_fault(&mut self) {
        if self.stage.now() >= self.faults_until || self.profile.kinds.is_empty() {
            return;
        }
        let span = {
            let (min, max) = (self.profile.pause_min, self.profile.pause_max);
            self.stage.draw_span(min, max)
        };
        self.stage.after(span, Event::Fault);
        let random = &mut self.stage.random;
        let kinds = &self.profile.kinds;
        let kind = kinds[random.below(kinds.len() as u32) as usize];
        let length = draw_length(kind, random);
        match kind {
            Kind::PodDies => self.kill(false, length),
            Kind::EdgeDies => self.kill(true, length),
            Kind::Pause | Kind::LongPause => self.pause(length),
            Kind::BadNetwork => {
                self.stage.network.conditions = draw_conditions(&mut self.stage.random);
                let conditions = self.stage.network.conditions;
                self.stage.note(format_args!("{conditions:?}"));
                self.stage.after(length, Event::Relief(Relief::Network));
            }
            Kind::Cut => self.cut(length),
            Kind::DirectoryAway => {
                self.stage.registry.is_away = true;
                self.stage.note("the directory is away");
                self.stage.after(length, Event::Relief(Relief::Directory));
            }
            Kind::BadDisk | Kind::FullDisk => self.trouble_disk(kind, length),
        }
    }

    /// A process that runs and does not stand still, by chance.
    fn draw_life(&mut self, is_edge: bool) -> Option<(PeerName, LifeId)> {
        let is_wanted = |name: &&PeerName| matches!(name, PeerName::Edge(_)) == is_edge;
        let names: Vec<PeerName> = self.processes.keys().filter(is_wanted).cloned().collect();
        if names.is_empty() {
            return None;
        }
        let name = &names[self.stage.random.below(names.len() as u32) as usize];
        let life = self.processes[name].life?;
        let is_up = self.lives.contains_key(&life) && !self.paused.contains_key(&life);
        is_up.then(|| (name.clone(), life))
    }

    /// Kills a process; another is started, there or elsewhere.
    fn kill(&mut self, is_edge: bool, length: Time) {
        let Some((name, id)) = self.draw_life(is_edge) else {
            return;
        };
        let life = self.lives.remove(&id).expect("it was just found");
        let incarnation = life.incarnation();
        let is_power = self.stage.random.chance(1, 2);
        let is_same_machine = self.stage.random.chance(2, 3);
        self.stage
            .note(format_args!("{name} is killed, power {is_power}"));
        self.stage.occurrences.note(match is_edge {
            true => Occurrence::EdgeCrash,
            false => Occurrence::PodCrash,
        });
        if is_power {
            self.fail_power(&name);
        }
        if is_same_machine {
            // It holds the folder's lock, so it knows that its former life is over.
            self.stage.registry.release(&name, incarnation);
        }
        let place = match is_same_machine {
            true => Place::Same,
            false => Place::Other,
        };
        self.stage.after(length, Event::Start(name, place));
    }

    /// The power of the machine that a process is on fails.
    pub(crate) fn fail_power(&mut self, name: &PeerName) {
        if let PeerName::Pod(pod) = name {
            self.stage.occurrences.note(Occurrence::PowerLoss);
            self.stage.storage.fail_power(*pod);
        }
    }

    /// Has a process stand still. After a while somebody takes its place, if its lease is over by then;
    /// it does not know when it goes on.
    fn pause(&mut self, length: Time) {
        let is_edge = self.stage.random.chance(1, 4);
        let Some((name, id)) = self.draw_life(is_edge) else {
            return;
        };
        self.stage.note(format_args!(
            "{name}, {id:?} stands still for {} ms",
            length / MS
        ));
        self.stage.occurrences.note(Occurrence::Pause);
        let until = self.stage.now() + length;
        self.paused.insert(id, until);
        if length > 3 * SECOND {
            let event = Event::Start(name, Place::Other);
            self.stage.after(3 * SECOND, event);
        }
    }

    fn cut(&mut self, length: Time) {
        let names: Vec<PeerName> = self.processes.keys().cloned().collect();
        let draw = |this: &mut Self| {
            let place = this.stage.random.below(names.len() as u32) as usize;
            names[place].clone()
        };
        let (one, other) = (draw(self), draw(self));
        self.stage.note(format_args!(
            "{one} and {other} are cut for {} ms",
            length / MS
        ));
        let is_one_way = self.stage.random.chance(1, 3);
        let ways = [(one.clone(), other.clone()), (other, one)];
        for (from, to) in ways.into_iter().take(2 - usize::from(is_one_way)) {
            self.stage.network.cut(&from, &to);
            let relief = Relief::Way(from, to);
            self.stage.after(length, Event::Relief(relief));
        }
    }

    fn trouble_disk(&mut self, kind: Kind, length: Time) {
        let Some((PeerName::Pod(pod), _)) = self.draw_life(false) else {
            return;
        };
        let trouble = match kind {
            Kind::FullDisk => Trouble {
                space_bytes: Some(self.stage.random.below(60_000) as usize),
                ..Trouble::default()
            },
            _ => draw_trouble(&mut self.stage.random),
        };
        self.stage.note(format_args!("pod-{pod}: {trouble:?}"));
        self.stage.storage.set_trouble(pod, trouble);
        self.stage.after(length, Event::Relief(Relief::Disk(pod)));
    }

    pub(crate) fn relieve(&mut self, relief: &Relief) {
        match relief {
            Relief::Network => self.stage.network.conditions = crate::network::Conditions::GOOD,
            Relief::Way(from, to) => self.stage.network.mend(from, to),
            Relief::Disk(pod) => self.stage.storage.set_trouble(*pod, Trouble::default()),
            Relief::Directory => self.stage.registry.is_away = false,
        }
    }

    /// Mends all at once. What is dead is started by whoever was about to.
    pub(crate) fn mend(&mut self) {
        self.stage.note("all is mended");
        self.stage.network.mend_all();
        self.stage.registry.is_away = false;
        self.stage.blown_fuses = 0;
        for pod in self.pods() {
            self.stage.storage.set_trouble(pod, Trouble::default());
        }
        let now = self.stage.now();
        self.paused.values_mut().for_each(|until| *until = now);
    }

    /// Queues are bounded (R6).
    pub(crate) fn look(&mut self) {
        self.stage.after(LOOK_PERIOD, Event::Look);
        for life in self.lives.values() {
            let (outbox_count, waiting_count) = match life {
                Life::Pod(pod) => {
                    let running = pod.running();
                    let waiting_count = running.map_or(0, |it| it.waiting_count());
                    (pod.outbox_count_max(), waiting_count)
                }
                Life::Edge(edge) => (0, edge.waiting_count()),
            };
            if outbox_count > OUTBOX_MAX || waiting_count > WAITING_MAX {
                self.stage.witness.fail(format!(
                    "{outbox_count} messages of a lane, {waiting_count} frames and commands wait"
                ));
            }
        }
    }
}

/// What may wait in a process: frames of a few seconds from all shards there can be, and the commands of
/// a stalled second.
const WAITING_MAX: usize = 2_000;
