//! One life of a process that has edges: it registers, follows the world, and hands its players over to
//! other edges when it is told to leave. What serves players is not its part: see [`Serving`].

use std::time::{Duration, Instant};

use directory::{Pod, Registration, Role};
use engine::Dialect;
use link::Endpoint;
use pod::{Feed, word::SnapshotKind};
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{interval, sleep, sleep_until},
};
use world::{
    PodStatus,
    feed_loop::{self, FeedHandle, Word},
    ports::{ShardPort, WholePort},
};

use crate::{
    ClusterError, Place,
    configuration::{ConfigurationSender, tell_if_new},
    entry,
    limits::{ASK_PAUSE, ENTRY_PATIENCE, FAREWELL, HANDOVER_PATIENCE, LOOK_PERIOD, REPORT_PERIOD},
    links::{Linked, open_endpoint},
    member::Member,
    neighbours::{Change, Neighbours},
    report::{Report, is_relieving},
};

/// What serves players in this process.
pub trait Serving: Send + 'static {
    /// Bytes sent to players since the start.
    fn egress_bytes(&self) -> u64;

    /// Whether a thread ended by itself, which only a bug of ours does.
    fn is_finished(&self) -> bool;

    /// Where players find the other edges: base URLs of their pages.
    fn set_siblings(&self, urls: Vec<String>);

    /// Whether the cluster has regions divided or moved because a shard is full: players are shown that.
    fn set_rebalancing(&self, is_rebalancing: bool);

    /// Asks all players to go on at another edge.
    fn hand_over(&self);

    /// Players that are here.
    fn players_count(&self) -> usize;

    /// Tells whoever is left, and ends.
    fn stop(self);
}

/// What a process with edges is started with.
#[derive(Debug)]
pub struct EdgeOptions {
    pub place: Place,
    /// Base URL of its page, as players reach it.
    pub url: String,
    /// The newest that it speaks with the other processes.
    pub dialect: Dialect,
    /// Told what operators have all processes go by, whenever that changes.
    pub configuration: ConfigurationSender,
}

/// Lives until `stop` says so, or until it cannot go on. `serve` begins to serve players, once the world
/// is known; it is given where the world's status is told.
///
/// # Errors
/// Why it cannot go on.
pub async fn run<S: Serving>(
    options: EdgeOptions,
    ports: Vec<(ShardPort, WholePort)>,
    mut stop: watch::Receiver<bool>,
    serve: impl FnOnce(PodStatus) -> Result<S, ClusterError>,
) -> Result<(), ClusterError> {
    let registration = Registration {
        pod: options.place.number,
        role: Role::Edge,
        link_addresses: vec![options.place.link_address()?],
        player_addresses: vec![options.url.clone()],
        shard_cores: Vec::new(),
    };
    let member = tokio::select! {
        member = Member::register(&options.place, &registration, None) => member?,
        _ = stop.wait_for(|&it| it) => return Ok(()),
    };
    let Linked {
        endpoint,
        requests: _requests,
        certificate_ends_at,
    } = open_endpoint(&options.place, &member)?;
    let feed = feed_loop::start(ports, member.fence.incarnation, member.gate());
    let mut life = Life {
        neighbours: Neighbours::new(
            member.name.clone(),
            endpoint.clone(),
            member.directory.clone(),
        ),
        feed: feed.map_err(ClusterError::Threads)?,
        member,
        endpoint,
        url: options.url,
        dialect: options.dialect,
        configuration: options.configuration,
        reported_at: None,
    };
    let followed = tokio::select! {
        followed = life.follow() => followed,
        _ = stop.wait_for(|&it| it) => return life.end().await,
    };
    followed?;
    life.member.set_ready().await?;
    let certificate_end_s = certificate_ends_at.unix_timestamp();
    let status = life.feed.status();
    let serving = serve(status.with_link_certificate_end(certificate_end_s))?;
    let ended = life.live(&serving, &mut stop).await;
    let stopped = spawn_blocking(move || serving.stop()).await;
    let left = life.end().await;
    ended.and(left)?;
    stopped.map_err(|_| ClusterError::ThreadDied)
}

/// A process that is registered and linked.
struct Life {
    member: Member,
    endpoint: Endpoint,
    neighbours: Neighbours,
    feed: FeedHandle,
    url: String,
    dialect: Dialect,
    configuration: ConfigurationSender,
    reported_at: Option<Instant>,
}

impl Life {
    async fn live(
        &mut self,
        serving: &impl Serving,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), ClusterError> {
        let mut looks = interval(LOOK_PERIOD);
        let mut until = None;
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                _ = stop.wait_for(|&it| it), if until.is_none() => {
                    tracing::info!("players are handed over");
                    serving.hand_over();
                    let is_empty = serving.players_count() == 0;
                    let patience = if is_empty { Duration::ZERO } else { HANDOVER_PATIENCE };
                    until = Some(Instant::now() + patience);
                }
            }
            self.check(serving.is_finished())?;
            if let Some(until) = &mut until {
                // Who was sent away asks here who else is there, and may know nobody but this.
                if serving.players_count() == 0 {
                    *until = (*until).min(Instant::now() + FAREWELL);
                }
                if Instant::now() >= *until {
                    return Ok(());
                }
            }
            let pods = self.look().await;
            serving.set_siblings(siblings(&pods, &self.url));
            serving.set_rebalancing(is_relieving(&pods));
            self.report(serving.egress_bytes()).await;
            if !self.feed.standing().is_following() {
                let end = until.unwrap_or_else(|| Instant::now() + ENTRY_PATIENCE);
                tokio::select! {
                    followed = self.follow() => followed?,
                    _ = stop.wait_for(|&it| it), if until.is_none() => {}
                    () = sleep_until(end.into()) => {}
                }
            }
        }
    }

    fn check(&self, is_finished: bool) -> Result<(), ClusterError> {
        if !(self.member.gate())() {
            return Err(ClusterError::LeaseLost);
        }
        if self.feed.standing().is_fenced() || self.neighbours.is_fenced() {
            return Err(ClusterError::Fenced);
        }
        if self.feed.standing().is_foreign() {
            return Err(ClusterError::ForeignDialect);
        }
        if is_finished || self.feed.is_finished() {
            return Err(ClusterError::ThreadDied);
        }
        Ok(())
    }

    /// Looks who there is; nobody where the directory does not answer.
    async fn look(&self) -> Vec<Pod> {
        let herald = self.feed.herald();
        match self.neighbours.look().await {
            Ok(pods) => {
                let tell = |change| herald.tell(word_of(change));
                self.neighbours.tell(tell, &pods);
                pods
            }
            Err(error) => {
                tracing::warn!(%error, "the directory does not answer");
                Vec::new()
            }
        }
    }

    /// Begins to follow the world, however long that takes.
    async fn follow(&self) -> Result<(), ClusterError> {
        loop {
            let bytes = tokio::select! {
                bytes = entry::snapshot(&self.neighbours, SnapshotKind::Feed) => bytes,
                error = self.keep_looking() => return Err(error),
            };
            match Feed::new(&bytes) {
                Ok(feed) => {
                    self.feed.herald().tell(Word::Begin(Box::new(feed)));
                    // It may break off again at once: then who looks sees it.
                    sleep(ASK_PAUSE).await;
                    return self.check(false);
                }
                Err(error) => tracing::error!(%error, "no snapshot of ours"),
            }
        }
    }

    async fn keep_looking(&self) -> ClusterError {
        loop {
            self.look().await;
            if let Err(error) = self.check(false) {
                return error;
            }
            sleep(LOOK_PERIOD).await;
        }
    }

    /// Tells the directory how this process is, and learns from it what operators wanted.
    async fn report(&mut self, egress_bytes: u64) {
        let now = Instant::now();
        if self.reported_at.is_some_and(|at| now < at + REPORT_PERIOD) {
            return;
        }
        self.reported_at = Some(now);
        let report = Report {
            shards: Vec::new(),
            egress_bytes,
            dialect: self.dialect.number(),
            ..Report::default()
        };
        let report = report.to_json();
        let told = self.member.directory.report(self.member.fence, &report);
        if let Err(error) = told.await {
            tracing::warn!(%error, "the directory was not told");
        }
        match self.member.directory.configuration().await {
            Ok(text) => tell_if_new(&self.configuration, &text.into()),
            Err(error) => tracing::warn!(%error, "the directory does not answer"),
        }
    }

    async fn end(self) -> Result<(), ClusterError> {
        let feed = self.feed;
        let is_well = spawn_blocking(move || feed.stop().is_ok()).await;
        let left = self.member.leave(true).await;
        self.endpoint.close().await;
        match is_well {
            Ok(true) => left,
            _ => Err(ClusterError::ThreadDied),
        }
    }
}

/// Where the other edges are found.
fn siblings(pods: &[Pod], own: &str) -> Vec<String> {
    let edges = pods.iter().filter(|pod| {
        pod.role == Role::Edge
            && !pod.lease_remaining.is_zero()
            && pod.state == directory::PodState::Alive
    });
    let urls = edges.flat_map(|pod| pod.player_addresses.iter());
    urls.filter(|url| *url != own).cloned().collect()
}

fn word_of(change: Change) -> Word {
    match change {
        Change::Known { peer, shard_count } => Word::Known { peer, shard_count },
        Change::Gone(name) => Word::Gone(name),
    }
}
