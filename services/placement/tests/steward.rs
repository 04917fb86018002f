//! An operator and the controller at work on a live battle of two shards.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use directory::controller::Policy;
use engine::{Attachment, Command, Dialect, SessionId};
use placement::{
    Answer, Fleet, Request, Rules, Steward, StewardHandle, StewardOptions, Wish, ask, carry_out,
    request::{BattleRow, PlanRow, RegionRow, ShardRow},
};
use spatial::region::RegionId;
use world::{
    Battle, BattleConfig, EdgePort, Pinning, Pod, PodHandle, Runner,
    battle::{divided, owners},
};

const SEED: u64 = 3;
const SHARD_COUNT: usize = 2;

/// A battle with its steward, and somebody who watches every frame.
struct World {
    pod: PodHandle,
    steward: StewardHandle,
    socket: PathBuf,
    watcher: JoinHandle<(u32, u32)>,
    is_over: Arc<AtomicBool>,
}

impl World {
    fn start(name: &str, policy: Policy) -> Self {
        Self::start_in(name, policy, None)
    }

    fn start_in(name: &str, policy: Policy, fleet: Option<Arc<Fleet>>) -> Self {
        Self::start_speaking(name, policy, fleet, Dialect::NEWEST)
    }

    fn start_speaking(
        name: &str,
        policy: Policy,
        fleet: Option<Arc<Fleet>>,
        dialect: Dialect,
    ) -> Self {
        let config = BattleConfig {
            founding: 0,
            seed: SEED,
            soldiers_per_house: 100,
        };
        let wake: world::Wake = Arc::new(|| ());
        let wakes = vec![wake.clone(), wake];
        let ports = world::connect(&owners(0, SHARD_COUNT), SEED, wakes);
        let pod = Pod {
            state: divided(
                Battle::speaking(config, dialect).into_world(),
                (0, 1),
                SHARD_COUNT,
            ),
            shard_ports: ports.shards,
            whole_ports: ports.wholes,
            chronicle: None,
            links: None,
        };
        let mut ports = ports.edges;
        let pod = world::start(pod, Runner::Plain, Pinning::Off).expect("threads");
        let file = format!("voxelheim-{name}-{}.sock", std::process::id());
        let socket = std::env::temp_dir().join(file);
        let options = StewardOptions {
            dialect: Dialect::NEWEST,
            socket: Some(socket.clone()),
            is_dry_run: false,
            policy,
            fleet,
        };
        let port = ports.pop().expect("two");
        let steward = Steward::start(port, pod.status(), Box::new(|| 0), options);
        let is_over = Arc::new(AtomicBool::new(false));
        let watcher = thread::spawn({
            let (port, is_over) = (ports.pop().expect("two"), is_over.clone());
            move || watch(port, &is_over)
        });
        let world = Self {
            pod,
            steward: steward.expect("a socket and a thread"),
            socket,
            watcher,
            is_over,
        };
        while world.shards().is_empty() {
            thread::yield_now();
        }
        world
    }

    fn ask(&self, request: Request) -> Answer {
        ask(&self.socket, &request).expect("it answers")
    }

    fn regions(&self) -> Vec<RegionRow> {
        match self.ask(Request::Regions) {
            Answer::Regions { regions } => regions,
            other => panic!("regions, not {other:?}"),
        }
    }

    fn shards(&self) -> Vec<ShardRow> {
        match self.ask(Request::Shards) {
            Answer::Shards { shards, .. } => shards,
            other => panic!("shards, not {other:?}"),
        }
    }

    /// The tick, and what the world speaks in it.
    fn spoken(&self) -> (u32, u8) {
        match self.ask(Request::Shards) {
            Answer::Shards { tick, dialect, .. } => (tick, dialect),
            other => panic!("shards, not {other:?}"),
        }
    }

    fn let_pass(&self, ticks: u32) {
        let begun_at = self.spoken().0;
        while self.spoken().0 < begun_at + ticks {
            thread::yield_now();
        }
    }

    fn wait_for(&self, dialect: Dialect) {
        while self.spoken().1 != dialect.number() {
            thread::yield_now();
        }
    }

    fn plans(&self) -> Vec<PlanRow> {
        match self.ask(Request::Plan) {
            Answer::Plans { plans, .. } => plans,
            other => panic!("plans, not {other:?}"),
        }
    }

    fn why(&self, region: &str) -> (RegionRow, Vec<PlanRow>) {
        let region = region.to_owned();
        match self.ask(Request::Why { region }) {
            Answer::Why { region, plans } => (region, plans),
            other => panic!("why, not {other:?}"),
        }
    }

    fn battle(&self) -> BattleRow {
        match self.ask(Request::Battle) {
            Answer::Battle { battle } => battle,
            other => panic!("a battle, not {other:?}"),
        }
    }

    fn refusal(&self, request: Request) -> String {
        match self.ask(request) {
            Answer::Refused { why } => why,
            other => panic!("a refusal, not {other:?}"),
        }
    }

    /// Every frame was seen, and everybody was in every one of them.
    fn end(self) {
        self.steward.stop();
        assert!(!self.socket.exists());
        let shards = self.pod.stop().expect("no thread panicked");
        self.is_over.store(true, Ordering::Release);
        let (tick_count, skipped_count) = self.watcher.join().expect("the watcher is well");
        assert!(
            tick_count > 0 && skipped_count == 0,
            "{tick_count} {skipped_count}"
        );
        let faults = shards.iter().map(|it| it.world().counters());
        let faults: u64 = faults.map(|it| it.conservation_faults_count).sum();
        assert_eq!(faults, 0);
    }
}

/// Returns how many ticks were seen, and how many were not.
fn watch(mut port: EdgePort, is_over: &AtomicBool) -> (u32, u32) {
    port.send(Command::Join {
        session: SessionId(1),
        attachment: Attachment::default(),
        name: "watcher".into(),
        house: 0,
    })
    .expect("there is room");
    let (mut count, mut skipped, mut last) = (0, 0, None);
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        while let Some(frame) = port.frame() {
            skipped += last.map_or(0, |last| frame.tick - last - 1);
            last = Some(frame.tick);
            count += 1;
            assert!(frame.bodies.count() >= 200, "somebody is missing");
        }
        if was_over {
            return (count, skipped);
        }
        thread::yield_now();
    }
}

/// Controller never acts by itself.
fn idle() -> Policy {
    Policy {
        high_permille: u64::MAX,
        merge_permille_max: 0,
        ..Policy::default()
    }
}

#[test]
fn an_operator_moves_splits_and_merges_regions_of_a_live_battle() {
    let world = World::start("operator", idle());
    for turn in 0..6 {
        let crowded = world.regions().into_iter().max_by_key(|it| it.bodies);
        let crowded = crowded.expect("a world has regions");
        let to = if crowded.owner == "0/0" { "0/1" } else { "0/0" };
        let order = Request::Move {
            region: crowded.region.clone(),
            to: to.into(),
        };
        let Answer::Done { what } =
            carry_out(|request| ask(&world.socket, request), &order).expect("it answers")
        else {
            panic!("it is moved");
        };
        let (row, plans) = world.why(&crowded.region);
        assert_eq!(row.owner, to);
        let moved = row.moved.as_ref().expect("it has come");
        assert_eq!((&moved.from, moved.to.as_str()), (&crowded.owner, to));
        assert!(moved.bodies > 0 && moved.pause_ticks > 0 && moved.pause_ms >= moved.late_ms);
        assert!(
            what.contains(&format!("went from {}", moved.from)),
            "{what}"
        );
        assert!(row.epoch > crowded.epoch, "turn {turn}");
        assert_eq!(
            (plans[0].by.as_str(), plans[0].action.as_str()),
            ("operator", "move")
        );
    }
    let count = world.regions().len();
    let large = world.regions().into_iter().max_by_key(|it| it.edge_m);
    let large = large.expect("a world has regions").region;
    world.ask(Request::Split {
        region: large.clone(),
    });
    while world.regions().len() != count + 7 {
        thread::yield_now();
    }
    world.ask(Request::Merge { region: large });
    while world.regions().len() != count {
        thread::yield_now();
    }
    while world.plans().iter().any(|plan| plan.state != "applied") {
        thread::yield_now();
    }
    let has_phases = |shard: &ShardRow| shard.phases.iter().any(|it| it.phase == "gather");
    while !world.shards().iter().all(has_phases) {
        thread::yield_now();
    }
    assert!(
        world
            .shards()
            .iter()
            .map(|shard| shard.handoffs)
            .sum::<u64>()
            > 0
    );
    world.end();
}

#[test]
fn a_battle_is_ended_by_its_number() {
    let world = World::start("battle", idle());
    let before = world.battle();
    assert_eq!(before.pause_ms, 0);
    let number = before.number;
    world.ask(Request::EndBattle { number });
    while world.battle().pause_ms == 0 {
        thread::yield_now();
    }
    assert_eq!(world.battle().number, number, "it pauses before the next");
    world.end();
}

#[test]
fn orders_that_cannot_be_are_refused_with_the_reason() {
    let world = World::start("refused", idle());
    let some = world.regions()[0].clone();
    let name = |text: &str| text.to_owned();
    for (request, hint) in [
        (
            Request::Why {
                region: name("nonsense"),
            },
            "no region's name",
        ),
        (Request::Split { region: name("0") }, "no region's name"),
        (
            Request::Move {
                region: some.region.clone(),
                to: some.owner.clone(),
            },
            "has it already",
        ),
        (
            Request::Move {
                region: some.region.clone(),
                to: name("0/9"),
            },
            "no shard of this world",
        ),
        (
            Request::Move {
                region: some.region.clone(),
                to: name("x"),
            },
            "no shard",
        ),
        (
            Request::Drain {
                pod: 7,
                is_draining: true,
            },
            "no pod 7",
        ),
        (
            Request::Drain {
                pod: 0,
                is_draining: true,
            },
            "start another first",
        ),
    ] {
        let why = world.refusal(request.clone());
        assert!(why.contains(hint), "{request:?}: {why}");
    }
    world.end();
}

/// In a cluster whoever leads has to go by what any operator said: what holds is what the directory has.
#[test]
fn pins_and_the_switch_are_the_directorys() {
    let fleet = Arc::new(Fleet::new(0));
    let world = World::start_in("rules", idle(), Some(fleet.clone()));
    let region = world.regions()[0].region.clone();
    let of = |name: &str| u64::from_str_radix(name, 16).ok();
    let id = of(&region).and_then(RegionId::from_bits);
    let id = id.expect("a region's name");
    let is_ruled = || match world.ask(Request::Plan) {
        Answer::Plans {
            is_dry_run, pinned, ..
        } => is_dry_run && pinned == [region.clone()],
        other => panic!("plans, not {other:?}"),
    };
    world.ask(Request::Pin {
        region: region.clone(),
        is_pinned: true,
    });
    world.ask(Request::DryRun { is_on: true });
    assert!(!is_ruled(), "the directory has not said so");
    let text = "log = \"info\"";
    world.ask(Request::Configure {
        before: String::new(),
        text: text.into(),
    });
    let wishes = std::iter::from_fn(|| fleet.poll_wish());
    let pin = Wish::Pin {
        region: id,
        is_pinned: true,
    };
    let wishes: Vec<Wish> = wishes.map(|it| it.0).collect();
    let configure = Wish::Configure {
        before: "".into(),
        text: text.into(),
    };
    assert_eq!(wishes, [pin, Wish::DryRun { is_on: true }, configure]);
    fleet.set_rules(Rules {
        pinned: [id].into(),
        is_dry_run: true,
        configuration: text.into(),
    });
    let text = text.to_owned();
    assert_eq!(
        world.ask(Request::Configuration),
        Answer::Configuration { text }
    );
    while !is_ruled() {
        thread::yield_now();
    }
    let is_pinned = |row: &RegionRow| row.is_pinned == (row.region == region);
    assert!(world.regions().iter().all(is_pinned));
    let pinned = world
        .shards()
        .iter()
        .map(|shard| shard.pinned)
        .sum::<usize>();
    assert_eq!(pinned, 1);
    world.end();
}

#[test]
fn an_emptying_that_is_called_off_is_told_to_the_directory() {
    let fleet = Arc::new(Fleet::new(0));
    let world = World::start_in("called-off", idle(), Some(fleet.clone()));
    let (pod, is_draining) = (0, false);
    let answer = world.ask(Request::Drain { pod, is_draining });
    assert!(matches!(answer, Answer::Done { what } if what.contains("takes regions again")));
    let wish = fleet.poll_wish().map(|it| it.0);
    assert_eq!(wish, Some(Wish::Drain { pod, is_draining }));
    world.end();
}

#[test]
fn the_world_speaks_a_newer_dialect_once_the_leader_knows_that_all_do() {
    let fleet = Arc::new(Fleet::new(0));
    let begun_in = Dialect::OLDEST;
    let world = World::start_speaking("dialect", idle(), Some(fleet.clone()), begun_in);
    fleet.set_dialect(Some(Dialect::NEWEST));
    world.let_pass(40);
    assert_eq!(
        world.spoken().1,
        Dialect::OLDEST.number(),
        "it does not lead"
    );
    fleet.set_leading(true);
    world.wait_for(Dialect::NEWEST);
    fleet.set_dialect(Some(Dialect::OLDEST));
    world.let_pass(40);
    assert_eq!(world.spoken().1, Dialect::NEWEST.number(), "for good");
    world.end();
}

/// As a process of this version begins with a folder of the one before.
#[test]
fn a_process_that_is_the_whole_world_raises_its_dialect_by_itself() {
    let world = World::start_speaking("alone", idle(), None, Dialect::OLDEST);
    assert_eq!(world.spoken().1, Dialect::OLDEST.number());
    world.wait_for(Dialect::NEWEST);
    world.end();
}

/// All regions on one shard, which then counts as full: they go apart again, and then stay.
#[test]
fn the_controller_relieves_a_shard_that_has_too_much() {
    let policy = Policy {
        high_permille: 0,
        gain_permille_min: 1,
        sustained_ms: 0,
        settling_ms: 0,
        region_rest_ms: 0,
        ..Policy::default()
    };
    let world = World::start("controller", policy);
    let by_controller = |plan: &PlanRow| plan.by == "controller" && plan.state == "applied";
    while !world.plans().iter().any(by_controller) {
        thread::yield_now();
    }
    let plan = world
        .plans()
        .into_iter()
        .find(by_controller)
        .expect("it is there");
    assert!(!plan.reasons.is_empty(), "{plan:?}");
    world.end();
}
