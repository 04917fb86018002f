//! One life of a process that has shards: it registers, greets the others, comes back from its folder,
//! founds a world or joins one, has its shards tick, and leaves when it is told to.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Instant,
};

use directory::{
    DirectoryError, Pod as Entry, PodState as EntryState, Registration, Role, controller::Policy,
};
use engine::{Dialect, WorldConfig, record::CheckpointError};
use link::{Endpoint, transport::Request};
use placement::{Fleet, Steward, StewardHandle, StewardOptions, Wish};
use pod::{
    PodState,
    state::joined,
    word::{Listening, Question, SnapshotKind},
};
use time::OffsetDateTime;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{interval, sleep},
};
use world::{
    Battle, BattleConfig, EdgePort, Links, Pinning, Pod, PodHandle, PodStatus, Retention, Runner,
    Wake, WorldFolder,
    battle::divided,
    herald::Herald,
    links::{Standing, Word},
};

use crate::{
    ClusterError, Place,
    configuration::ConfigurationSender,
    entry,
    fleet::FleetKeeper,
    insistence::insist,
    limits::{ASK_PAUSE, DRAIN_PATIENCE, ENLIST_PATIENCE, GREETING_PATIENCE, LOOK_PERIOD},
    links::{Linked, open_endpoint},
    member::{Lock, Member},
    neighbours::{Change, Neighbours, is_live_pod},
};

/// The folder in a process's folder that keeps its part of the world, and the socket beside it.
const WORLD: &str = "world";
const CONTROL: &str = "control.sock";

/// What somebody else is given to look at the world with, once its shards tick.
pub struct Outlook<'a> {
    /// Their end of the rings.
    pub port: EdgePort,
    /// The process.
    pub pod: u16,
    pub config: &'a WorldConfig,
    pub status: PodStatus,
}

/// Somebody else who looks at the world.
pub type Onlooker = Box<dyn Fn(Outlook) + Send + Sync>;

/// What a process with shards is started with.
pub struct PodOptions {
    pub place: Place,
    pub shard_count: usize,
    pub folder: PathBuf,
    /// Of a world that is founded.
    pub battle: BattleConfig,
    pub retention: Retention,
    pub pinning: Pinning,
    /// Has the cluster's plans only said from now on.
    pub is_dry_run: bool,
    pub policy: Policy,
    /// The newest that it speaks: no world is raised above it.
    pub dialect: Dialect,
    /// Told what operators have all processes go by, whenever that changes.
    pub configuration: ConfigurationSender,
    pub onlookers: Vec<Onlooker>,
}

/// Lives until `stop` says so, or until it cannot go on. `ready` is told once its shards tick, and where
/// they tell of themselves.
///
/// # Errors
/// Why it cannot go on.
pub async fn run(
    options: PodOptions,
    mut stop: watch::Receiver<bool>,
    ready: impl FnOnce(PodStatus),
) -> Result<(), ClusterError> {
    let lock = Lock::take(&options.folder)?;
    let mut stopped = stop.clone();
    let living = tokio::select! {
        living = Life::begin(&options, &lock) => living?,
        _ = stopped.wait_for(|&is_stopped| is_stopped) => return Ok(()),
    };
    let certificate_end_s = living.certificate_ends_at.unix_timestamp();
    let status = living.pod.status();
    ready(status.with_link_certificate_end(certificate_end_s));
    living.live(&mut stop).await
}

/// A process whose shards tick.
struct Life {
    member: Member,
    endpoint: Endpoint,
    neighbours: Neighbours,
    folder: WorldFolder,
    pod: PodHandle,
    steward: StewardHandle,
    herald: Herald<Word>,
    standing: Arc<Standing>,
    fleet: FleetKeeper,
    certificate_ends_at: OffsetDateTime,
    /// When it last asked to be waited for.
    volunteered_at: Option<Instant>,
}

impl Life {
    async fn begin(options: &PodOptions, lock: &Lock) -> Result<Self, ClusterError> {
        let member = register(options, lock).await?;
        let Linked {
            endpoint,
            requests,
            certificate_ends_at,
        } = open_endpoint(&options.place, &member)?;
        let neighbours = Neighbours::new(
            member.name.clone(),
            endpoint.clone(),
            member.directory.clone(),
        );
        let inquiries = Inquiries::default();
        tokio::spawn(inquiries.clone().answer(requests));
        greet(&member, &neighbours).await?;
        let path = options.folder.join(WORLD);
        let folder = WorldFolder::open(&path);
        let folder = folder.map_err(|error| ClusterError::Folder(path, error))?;
        let state = state(options, &member, &neighbours, &folder).await?;
        let running = start(options, &member, state).await?;
        inquiries.hand_to(&running.herald);
        member.set_ready().await?;
        let relieving = running.steward.relieving();
        let shared = (running.fleet, relieving, running.standing.clone());
        let fleet = FleetKeeper::new(
            shared,
            member.directory.clone(),
            (member.fence, options.dialect),
            options.configuration.clone(),
        );
        Ok(Self {
            member,
            endpoint,
            neighbours,
            folder,
            pod: running.pod,
            steward: running.steward,
            herald: running.herald,
            standing: running.standing,
            fleet,
            certificate_ends_at,
            volunteered_at: None,
        })
    }

    async fn live(mut self, stop: &mut watch::Receiver<bool>) -> Result<(), ClusterError> {
        let mut looks = interval(LOOK_PERIOD);
        let mut drain_until = None;
        let mut is_drain_told = false;
        let ended = loop {
            tokio::select! {
                _ = looks.tick() => {}
                _ = stop.wait_for(|&it| it), if drain_until.is_none() => {
                    drain_until = Some(Instant::now() + DRAIN_PATIENCE);
                }
            }
            if let Some(ended) = self.look().await {
                break ended;
            }
            if drain_until.is_some() {
                is_drain_told = is_drain_told || self.begin_to_drain().await;
                if self.is_nobodys() || !self.has_heirs().await {
                    break Ok(());
                }
            } else {
                self.volunteer().await;
            }
            if drain_until.is_some_and(|until| Instant::now() > until) {
                tracing::warn!("not emptied in time: the world waits until this process is back");
                break Ok(());
            }
        };
        self.end(ended).await
    }

    /// Whether there is somebody who can take what this process has: else the world stops with it.
    async fn has_heirs(&self) -> bool {
        let own = self.member.fence.pod;
        let is_heir =
            |pod: &Entry| pod.id != own && is_live_pod(pod) && pod.state == EntryState::Alive;
        match self.member.directory.pods().await {
            Ok(pods) => pods.iter().any(is_heir),
            Err(error) => {
                tracing::warn!(%error, "the directory does not answer");
                true
            }
        }
    }

    /// Whether nobody waits for this process, nor will because it asked.
    fn is_nobodys(&self) -> bool {
        let is_past = |at: Instant| at.elapsed() > ENLIST_PATIENCE;
        !self.standing.was_member() && self.volunteered_at.is_none_or(is_past)
    }

    /// Whether the directory has heard that this process leaves.
    async fn begin_to_drain(&self) -> bool {
        let number = self.member.fence.pod;
        let told = self.member.directory.set_draining(number, true).await;
        match &told {
            Ok(()) => tracing::info!("regions move away"),
            Err(error) => {
                tracing::warn!(%error, "the directory does not hear that this pod leaves")
            }
        }
        told.is_ok()
    }

    /// Looks once after everything; how it ended, if it did.
    async fn look(&mut self) -> Option<Result<(), ClusterError>> {
        if !(self.member.gate())() {
            return Some(Err(ClusterError::LeaseLost));
        }
        if self.standing.is_fenced() || self.neighbours.is_fenced() {
            return Some(Err(ClusterError::Fenced));
        }
        if self.pod.is_finished() {
            return Some(Err(ClusterError::ThreadDied));
        }
        if self.standing.is_left_behind() {
            return Some(Err(ClusterError::LeftBehind));
        }
        if self.standing.may_leave() {
            tracing::info!("emptied, and nobody waits for this process any more: it ends");
            return Some(Ok(()));
        }
        match self.neighbours.look().await {
            Ok(pods) => {
                let tell = |change| self.herald.tell(word_of(change));
                self.neighbours.tell(tell, &pods);
                self.fleet.look(&pods, &self.pod.status()).await;
            }
            Err(error) => tracing::warn!(%error, "the directory does not answer"),
        }
        None
    }

    /// Asks whoever has the seat to have the world wait for shards that keep up.
    async fn volunteer(&mut self) {
        for owner in self.standing.volunteers() {
            tracing::debug!(?owner, "asks to be waited for");
            self.volunteered_at = Some(Instant::now());
            self.herald.tell(Word::Volunteers(owner));
            let question = Question::Enlist(owner);
            for peer in self.neighbours.pods() {
                if let Err(error) = peer.request(question.encode()).await {
                    tracing::debug!(peer = %peer.name(), %error, "not asked to be waited for");
                }
            }
        }
    }

    async fn end(self, ended: Result<(), ClusterError>) -> Result<(), ClusterError> {
        let Self {
            member,
            endpoint,
            folder,
            pod,
            steward,
            standing,
            ..
        } = self;
        let is_held = (member.gate())();
        let stopped = spawn_blocking(move || {
            steward.stop();
            pod.stop().is_ok()
        });
        let is_well = stopped.await.unwrap_or(false);
        // What is in the folder is then somebody else's, or was never this pod's.
        let is_for_good = is_held && (standing.may_leave() || !standing.was_member());
        if is_for_good {
            let left = folder.leave();
            left.map_err(|error| ClusterError::World(error.to_string()))?;
        }
        let left = member.leave(is_for_good).await;
        endpoint.close().await;
        ended?;
        match is_well {
            true => left,
            false => Err(ClusterError::ThreadDied),
        }
    }
}

async fn register(options: &PodOptions, lock: &Lock) -> Result<Member, ClusterError> {
    let place = &options.place;
    let registration = Registration {
        pod: place.number,
        role: Role::Shard,
        link_addresses: vec![place.link_address()?],
        player_addresses: Vec::new(),
        shard_cores: vec![None; options.shard_count],
    };
    Member::register(place, &registration, Some(lock)).await
}

/// Whoever holds a lease may still hear a former life of this process, until it has heard of this one.
async fn greet(member: &Member, neighbours: &Neighbours) -> Result<(), ClusterError> {
    let begun_at = Instant::now();
    loop {
        insist(&member.gate(), || neighbours.look()).await?;
        if neighbours.is_greeted_by_all() {
            return Ok(());
        }
        if begun_at.elapsed() > GREETING_PATIENCE {
            tracing::warn!("not all pods could be greeted");
            return Ok(());
        }
        sleep(ASK_PAUSE).await;
    }
}

/// Where the process begins: where it was, at the beginning of a world, or beside those who have one.
async fn state(
    options: &PodOptions,
    member: &Member,
    neighbours: &Neighbours,
    folder: &WorldFolder,
) -> Result<PodState, ClusterError> {
    let path = options.folder.join(WORLD);
    let recovered = blocking(move || {
        let folder = WorldFolder::open(&path).map_err(world::ReplayError::Io)?;
        folder.recover()
    });
    let unusable = |error: world::ReplayError| ClusterError::World(error.to_string());
    if let Some(recovered) = recovered.await?.map_err(unusable)? {
        check_kept(options, member, folder, &recovered.state)?;
        for remark in &recovered.remarks {
            tracing::warn!("{remark}");
        }
        tracing::info!(tick = recovered.state.tick, "back from its folder");
        return Ok(recovered.state);
    }
    let name = (member.fence.pod, member.fence.incarnation);
    if is_founder(member).await? {
        let (battle, shard_count) = (options.battle, options.shard_count);
        // Processes of the version before may be there: it is raised once it is known that none is.
        let founded = spawn_blocking(move || {
            let world = Battle::speaking(battle, Dialect::OLDEST).into_world();
            divided(world, name, shard_count)
        });
        let state = founded.await.map_err(|_| ClusterError::ThreadDied)?;
        tracing::info!("a world is founded");
        return Ok(state);
    }
    tracing::info!("joins the world");
    loop {
        let bytes = tokio::select! {
            bytes = entry::snapshot(neighbours, SnapshotKind::Pod) => bytes,
            error = keep_looking(member, neighbours) => return Err(error),
        };
        let shard_count = options.shard_count as u16;
        match blocking(move || joined(&bytes, name, shard_count)).await? {
            Ok(state) => return Ok(state),
            Err(CheckpointError::BadVersion) => return Err(ClusterError::ForeignDialect),
            Err(error) => tracing::error!(%error, "no snapshot of ours"),
        }
        sleep(ASK_PAUSE).await;
    }
}

/// Runs on another thread what would keep the lease from being renewed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ClusterError> {
    spawn_blocking(work)
        .await
        .map_err(|_| ClusterError::ThreadDied)
}

/// Whether what the folder holds is this process's, and of an earlier life.
fn check_kept(
    options: &PodOptions,
    member: &Member,
    folder: &WorldFolder,
    state: &PodState,
) -> Result<(), ClusterError> {
    let path = options.folder.display();
    let (pod, shard_count) = (state.pod, state.shards.len());
    if (pod, shard_count) != (member.fence.pod, options.shard_count) {
        return Err(ClusterError::World(format!(
            "{path} holds pod {pod} with {shard_count} shards: start it with --pod {pod} --shards \
             {shard_count}, or choose another folder with --data"
        )));
    }
    let next_life = folder.next_life();
    let next_life = next_life.map_err(|error| ClusterError::World(error.to_string()))?;
    if member.fence.incarnation < next_life {
        return Err(ClusterError::World(format!(
            "{path} holds a later life of pod {pod} than the directory knows: is it the right \
             --directory, or was that made anew?"
        )));
    }
    Ok(())
}

/// Pods may come and go while one waits to enter.
async fn keep_looking(member: &Member, neighbours: &Neighbours) -> ClusterError {
    let may_act = member.gate();
    loop {
        sleep(LOOK_PERIOD).await;
        if let Err(error) = insist(&may_act, || neighbours.look()).await {
            return error;
        }
        if !may_act() {
            return ClusterError::LeaseLost;
        }
    }
}

/// Of pods that begin at once, one founds the world; it may have died before it kept any.
async fn is_founder(member: &Member) -> Result<bool, ClusterError> {
    let owner = spatial::partition::Owner {
        pod: member.fence.pod,
        shard: 0,
    };
    let world = engine::world::whole_world();
    let ids: Vec<_> = world.regions().iter().map(|region| region.id).collect();
    let (directory, may_act) = (&member.directory, member.gate());
    let founded = insist(&may_act, || {
        directory.found_world(&ids, owner, member.fence)
    });
    match founded.await {
        Ok(()) => Ok(true),
        Err(ClusterError::Directory(DirectoryError::WorldExists)) => {
            let kept = insist(&may_act, || directory.partition()).await?;
            Ok(kept.regions().iter().all(|it| it.owner.pod == owner.pod))
        }
        Err(error) => Err(error),
    }
}

struct Running {
    pod: PodHandle,
    steward: StewardHandle,
    herald: Herald<Word>,
    standing: Arc<Standing>,
    fleet: Arc<Fleet>,
}

async fn start(
    options: &PodOptions,
    member: &Member,
    state: PodState,
) -> Result<Running, ClusterError> {
    let path = options.folder.join(WORLD);
    let (life, retention) = (member.fence.incarnation, options.retention);
    let (state, chronicle) = blocking(move || {
        let begun = WorldFolder::open(&path);
        let begun = begun.and_then(|folder| folder.begin(&state, life, retention));
        (state, begun)
    })
    .await?;
    let kept = |error| ClusterError::Folder(options.folder.clone(), error);
    let chronicle = chronicle.map_err(kept)?;
    let links = Links::new(&state, member.gate());
    let (herald, standing) = (links.herald(), links.standing());
    let config = state.shards[0].world.config.clone();
    // The steward and the others look when they like.
    let wakes = (0..=options.onlookers.len()).map(|_| Arc::new(|| ()) as Wake);
    let ports = world::connect(&state.owners(), config.seed, wakes.collect());
    let pod = Pod {
        state,
        shard_ports: ports.shards,
        whole_ports: ports.wholes,
        chronicle: Some(chronicle),
        links: Some(links),
    };
    let runner = Runner::choose(Some(&options.folder));
    let pod = world::start(pod, runner, options.pinning).map_err(ClusterError::Threads)?;
    let fleet = Arc::new(Fleet::new(member.fence.pod));
    if options.is_dry_run {
        let is_noted = fleet.wish(Wish::DryRun { is_on: true });
        assert!(is_noted, "it is the first");
    }
    let steward = StewardOptions {
        socket: Some(control_path(&options.folder)),
        is_dry_run: options.is_dry_run,
        policy: options.policy,
        dialect: options.dialect,
        fleet: Some(fleet.clone()),
    };
    let mut ports = ports.edges.into_iter();
    let port = ports.next().expect("the steward's");
    for (onlooker, port) in options.onlookers.iter().zip(ports) {
        onlooker(Outlook {
            port,
            pod: member.fence.pod,
            config: &config,
            status: pod.status(),
        });
    }
    let steward = Steward::start(port, pod.status(), Box::new(|| 0), steward);
    Ok(Running {
        steward: steward.map_err(ClusterError::Threads)?,
        pod,
        herald,
        standing,
        fleet,
    })
}

/// The socket in a process's folder on which operators ask.
pub fn control_path(folder: &Path) -> PathBuf {
    folder.join(CONTROL)
}

fn word_of(change: Change) -> Word {
    match change {
        Change::Known { peer, shard_count } => Word::Known { peer, shard_count },
        Change::Gone(name) => Word::Gone(name),
    }
}

/// What peers ask for: the relay's, once there is one.
#[derive(Clone, Default)]
struct Inquiries(Arc<Mutex<Option<Herald<Word>>>>);

impl Inquiries {
    fn hand_to(&self, herald: &Herald<Word>) {
        *self.0.lock().expect("no holder panics") = Some(herald.clone());
    }

    async fn answer(self, mut requests: mpsc::Receiver<Request>) {
        while let Some(request) = requests.recv().await {
            let herald = self.0.lock().expect("no holder panics").clone();
            match herald {
                Some(herald) => drop(herald.tell(Word::Asked(request))),
                None => answer_early(request),
            }
        }
    }
}

/// Of a process that has not begun, all will be heard.
fn answer_early(request: Request) {
    match Question::decode(&request.bytes) {
        Ok(Question::Listen) => drop(request.answer(Listening(None).encode())),
        Ok(_) => request.refuse("this process has not begun"),
        Err(_) => request.refuse("no question of this version"),
    }
}
