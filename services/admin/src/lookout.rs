//! The whole at one look, once a second at most whoever asks. Looks only while somebody does.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use placement::{
    Answer, Request,
    request::{MoveRow, PhaseRow, RegionRow, ShardRow},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::{Mutex, Semaphore};

use crate::{
    AdminError,
    limits::{LOOK_PERIOD, WATCHERS_MAX},
    model::{
        BackendView, EdgeView, MoveView, Overview, PartView, PhaseView, PlayersView, PodView,
        RegionView, ShardView, SpreadView,
    },
    service::Inner,
};

/// See the module.
pub struct Lookout {
    last: Mutex<Option<Look>>,
    /// Seats for those who watch.
    pub seats: Arc<Semaphore>,
}

struct Look {
    at: Instant,
    overview: Arc<Overview>,
    /// What each edge had done by then.
    sums: BTreeMap<String, EdgeSums>,
}

/// Since an edge started.
#[derive(Clone, Default)]
struct EdgeSums {
    bytes_out: u64,
    /// By part, in the order it tells them.
    work_us: Vec<(String, u64)>,
}

impl Default for Lookout {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
            seats: Arc::new(Semaphore::new(WATCHERS_MAX)),
        }
    }
}

impl Inner {
    /// The newest look, or a new one. Those who ask at once wait for the same.
    pub async fn overview(&self) -> Arc<Overview> {
        let mut last = self.lookout.last.lock().await;
        let now = Instant::now();
        if let Some(look) = &*last
            && now.saturating_duration_since(look.at) < LOOK_PERIOD - LOOK_SLACK
        {
            return look.overview.clone();
        }
        let look = self.look(last.as_ref(), now).await;
        let overview = look.overview.clone();
        *last = Some(look);
        overview
    }

    async fn look(&self, last: Option<&Look>, now: Instant) -> Look {
        let (regions, shards, edges, backends) = tokio::join!(
            self.partners.helm.ask(Request::Regions),
            self.partners.helm.ask(Request::Shards),
            self.edges(),
            self.backends(),
        );
        let mut overview = Overview {
            at_ms: self.clock.now_ms(),
            version: self.config.version.clone(),
            backends,
            ..Overview::default()
        };
        overview.take_world(regions, shards);
        let sums = overview.take_edges(edges, last, now);
        overview.count_players();
        Look {
            at: now,
            overview: Arc::new(overview),
            sums,
        }
    }

    async fn edges(&self) -> Vec<(String, Result<Status, String>)> {
        let urls = self.partners.edges.urls();
        let ask = async |url: String| {
            let status = self.fetcher.get(&url, "/status").await;
            (url, status)
        };
        join_all(urls.into_iter().map(ask)).await
    }

    async fn backends(&self) -> Vec<BackendView> {
        let ask = async |check: &web::Check| {
            let begun = Instant::now();
            let trouble = check.run().await.err();
            if let Some(error) = &trouble {
                tracing::warn!(check = check.name(), error, "a backend is not well");
            }
            BackendView {
                backend: check.name().to_owned(),
                is_well: trouble.is_none(),
                // A database's own words may name its address.
                trouble: trouble.map(|_| "it does not answer; the log says more".to_owned()),
                answer_us: begun.elapsed().as_micros() as u64,
            }
        };
        join_all(self.partners.backends.iter().map(ask)).await
    }
}

/// A watcher's period and a look's own time drift; whoever comes a little early gets a new look.
const LOOK_SLACK: Duration = Duration::from_millis(100);

impl Overview {
    fn take_world(
        &mut self,
        regions: Result<Answer, AdminError>,
        shards: Result<Answer, AdminError>,
    ) {
        match regions {
            Ok(Answer::Regions { regions }) => {
                self.regions = regions.into_iter().map(RegionView::from).collect();
            }
            Ok(_) => self.trouble("the world's answer is of another version"),
            Err(error) => self.trouble(&format!("the regions: {error}")),
        }
        match shards {
            Ok(Answer::Shards { tick, shards, .. }) => {
                self.tick = tick;
                self.pods = pods_of(shards);
                let silent = self.pods.iter().filter(|pod| pod.is_silent);
                let told: Vec<_> = silent.map(|pod| waited_for(pod.pod)).collect();
                self.troubles.extend(told);
            }
            Ok(_) => self.trouble("the world's answer is of another version"),
            Err(error) => self.trouble(&format!("the shards: {error}")),
        }
    }

    /// What each had done by now.
    fn take_edges(
        &mut self,
        edges: Vec<(String, Result<Status, String>)>,
        last: Option<&Look>,
        now: Instant,
    ) -> BTreeMap<String, EdgeSums> {
        let mut sums = BTreeMap::new();
        for (url, status) in edges {
            match status {
                Ok(status) => {
                    let done = status.sums();
                    let before = last.and_then(|it| Some((it.at, it.sums.get(&url)?)));
                    let rates = before.map(|(at, before)| {
                        done.per_second(before, now.saturating_duration_since(at))
                    });
                    self.edges
                        .push(status.view(url.clone(), rates.unwrap_or_default()));
                    sums.insert(url, done);
                }
                Err(error) => self.trouble(&format!("the edge at {url}: {error}")),
            }
        }
        sums
    }

    fn count_players(&mut self) {
        let shards = self.pods.iter().flat_map(|pod| &pod.shards);
        self.players = PlayersView {
            in_world: shards.map(|shard| shard.players).sum(),
            connected: self.edges.iter().map(|edge| edge.sessions).sum(),
            waiting: self.edges.iter().map(|edge| edge.sessions_waiting).sum(),
            room: self.edges.iter().map(|edge| edge.sessions_max).sum(),
        };
    }

    fn trouble(&mut self, sentence: &str) {
        self.troubles.push(sentence.to_owned());
    }
}

impl EdgeSums {
    /// An edge that started anew since has less than before: it has done nothing then.
    fn per_second(&self, before: &Self, passed: Duration) -> Self {
        let ms = passed.as_millis().max(1) as u64;
        let rate = |now: u64, before: u64| now.saturating_sub(before).saturating_mul(1_000) / ms;
        let part = |(name, us): &(String, u64)| {
            let before = before.work_us.iter().find(|(it, _)| it == name)?;
            Some((name.clone(), rate(*us, before.1)))
        };
        Self {
            bytes_out: rate(self.bytes_out, before.bytes_out),
            work_us: self.work_us.iter().filter_map(part).collect(),
        }
    }
}

fn waited_for(pod: u16) -> String {
    format!("pod {pod} is not heard of any more: the world stands still until it is back")
}

fn pods_of(rows: Vec<ShardRow>) -> Vec<PodView> {
    let mut pods = BTreeMap::<u16, PodView>::new();
    for row in rows {
        let pod = row.shard.split('/').next().and_then(|it| it.parse().ok());
        let pod = pods
            .entry(pod.unwrap_or(0))
            .or_insert_with_key(|pod| PodView {
                pod: *pod,
                is_draining: false,
                is_silent: false,
                shards: Vec::new(),
            });
        pod.is_draining |= row.is_draining;
        pod.is_silent |= row.is_silent;
        pod.shards.push(row.into());
    }
    pods.into_values().collect()
}

impl From<RegionRow> for RegionView {
    fn from(row: RegionRow) -> Self {
        Self {
            region: row.region,
            edge_m: row.edge_m,
            at: row.at,
            owner: row.owner,
            epoch: row.epoch,
            bodies: row.bodies,
            players: row.players,
            tick_us: row.tick_us,
            egress_bytes_per_second: row.egress_bytes_per_second,
            is_pinned: row.is_pinned,
            moved: row.moved.map(MoveView::from),
        }
    }
}

impl From<MoveRow> for MoveView {
    fn from(row: MoveRow) -> Self {
        Self {
            age_s: row.age_s,
            from: row.from,
            to: row.to,
            bodies: row.bodies,
            pause_ticks: row.pause_ticks,
            pause_ms: row.pause_ms,
            late_ms: row.late_ms,
        }
    }
}

impl From<ShardRow> for ShardView {
    fn from(row: ShardRow) -> Self {
        Self {
            shard: row.shard,
            regions: row.regions,
            pinned: row.pinned,
            bodies: row.bodies,
            players: row.players,
            tick_us_p50: row.tick_us_p50,
            tick_us_p99: row.tick_us_p99,
            egress_bytes_per_second: row.egress_bytes_per_second,
            load_permille: row.load_permille,
            handoffs: row.handoffs,
            phases: row.phases.into_iter().map(PhaseView::from).collect(),
        }
    }
}

impl From<PhaseRow> for PhaseView {
    fn from(row: PhaseRow) -> Self {
        Self {
            phase: row.phase,
            p50: row.p50,
            p99: row.p99,
            max: row.max,
        }
    }
}

/// What is read of an edge's `/status`; it says more.
#[derive(Deserialize)]
struct Status {
    version: String,
    uptime_s: u64,
    tick: u64,
    tick_rate_hz: f64,
    tick_us: TickTimes,
    #[serde(default)]
    sessions: u64,
    #[serde(default)]
    sessions_max: u64,
    #[serde(default)]
    sessions_waiting_for_room: u64,
    #[serde(default)]
    sessions_by_edge: Vec<u64>,
    #[serde(default)]
    bytes_out: u64,
    #[serde(default)]
    fan_out_us_mean: u64,
    #[serde(default)]
    work: Vec<PartSum>,
    #[serde(default)]
    overload: Overload,
    #[serde(default)]
    drops: Map<String, Value>,
    memory: Memory,
}

#[derive(Deserialize)]
struct PartSum {
    part: String,
    us: u64,
}

#[derive(Deserialize)]
struct TickTimes {
    p50: u64,
    p99: u64,
    max: u64,
}

#[derive(Deserialize, Default)]
struct Overload {
    step: u64,
    name: String,
}

#[derive(Deserialize)]
struct Memory {
    resident_bytes: u64,
}

impl Status {
    fn sums(&self) -> EdgeSums {
        let parts = self.work.iter();
        EdgeSums {
            bytes_out: self.bytes_out,
            work_us: parts.map(|it| (it.part.clone(), it.us)).collect(),
        }
    }

    fn view(self, url: String, per_second: EdgeSums) -> EdgeView {
        let TickTimes { p50, p99, max } = self.tick_us;
        EdgeView {
            url,
            version: self.version,
            uptime_s: self.uptime_s,
            tick: self.tick,
            tick_rate_hz: self.tick_rate_hz,
            tick_us: SpreadView { p50, p99, max },
            parts: per_second.work_us.into_iter().map(part_of).collect(),
            sessions: self.sessions,
            sessions_max: self.sessions_max,
            sessions_waiting: self.sessions_waiting_for_room,
            sessions_by_edge: self.sessions_by_edge,
            egress_bytes_per_second: per_second.bytes_out,
            fan_out_us_mean: self.fan_out_us_mean,
            overload_step: self.overload.step,
            overload: self.overload.name,
            drops: self.drops.get("total").and_then(Value::as_u64).unwrap_or(0),
            resident_bytes: self.memory.resident_bytes,
        }
    }
}

fn part_of((part, us_per_second): (String, u64)) -> PartView {
    PartView {
        part,
        us_per_second,
    }
}
