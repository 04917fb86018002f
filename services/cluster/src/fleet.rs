//! Keeps a steward's view of the other processes ([`placement::Fleet`]) and the directory's record of the
//! world in step: who leads, what shards' ticks cost, which pods are to be emptied, what was planned, and
//! who owns what.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use directory::{
    Directory, DirectoryError, Fence, Leadership, Pod, PodState,
    limits::{BURIAL_AFTER, LEADERSHIP_TTL},
};
use engine::Dialect;
use placement::{Fleet, Rules, Wish};
use world::{PodStatus, links::Standing};

use crate::{
    burial::Undertaker,
    configuration::{ConfigurationSender, tell_if_new},
    limits::{REPORT_PERIOD, WISH_PATIENCE},
    mirror::mirror,
    neighbours::silent_shard_pods,
    report::{Report, dialect_of_all, holding_back, report, reports, times_of},
};

/// See the module.
pub struct FleetKeeper {
    fleet: Arc<Fleet>,
    directory: Directory,
    fence: Fence,
    /// The newest that this process speaks.
    dialect: Dialect,
    leadership: Option<(Leadership, Instant)>,
    /// Whether the own steward has regions moved against overload.
    relieving: Arc<AtomicBool>,
    standing: Arc<Standing>,
    undertaker: Undertaker,
    /// Who was told last to keep the world from speaking the newest dialect.
    holding_back: Vec<u16>,
    /// When it reported last, and whether it said that.
    reported: Option<(Instant, bool)>,
    /// Who follows what all processes go by.
    configuration: ConfigurationSender,
    /// When it read what operators wanted, and whether it ever did.
    learned_at: Option<Instant>,
    has_rules: bool,
}

impl FleetKeeper {
    pub fn new(
        (fleet, relieving, standing): (Arc<Fleet>, Arc<AtomicBool>, Arc<Standing>),
        directory: Directory,
        (fence, dialect): (Fence, Dialect),
        configuration: ConfigurationSender,
    ) -> Self {
        Self {
            fleet,
            directory,
            fence,
            dialect,
            leadership: None,
            relieving,
            standing,
            undertaker: Undertaker::new(BURIAL_AFTER),
            holding_back: Vec::new(),
            reported: None,
            configuration,
            learned_at: None,
            has_rules: false,
        }
    }

    /// Looks once, given what the directory knows of processes. What fails is tried again next time.
    pub async fn look(&mut self, pods: &[Pod], status: &PodStatus) {
        self.fleet.set_times(times_of(pods, self.fence.pod));
        self.fleet
            .set_egress(reports(pods).map(|(_, it)| it.egress_bytes).sum());
        self.fleet.set_dialect(dialect_of_all(pods));
        self.tell_who_holds_back(pods);
        let draining = pods.iter().filter(|it| it.state == PodState::Draining);
        self.fleet.set_draining(draining.map(|it| it.id).collect());
        self.fleet.set_silent(silent_shard_pods(pods).collect());
        let now = Instant::now();
        // Each for itself: whatever fails, who leads goes on leading, and who cannot stops.
        let done = [
            self.report(status, now).await,
            self.fulfil_wishes(now).await,
            self.learn_rules(now).await,
            self.lead(now).await,
            self.keep_record(pods).await,
        ];
        for error in done.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "the directory was not told");
        }
    }

    fn tell_who_holds_back(&mut self, pods: &[Pod]) {
        let holding_back = holding_back(pods);
        if holding_back != self.holding_back && !holding_back.is_empty() {
            tracing::info!(
                pods = ?holding_back,
                newest = %Dialect::NEWEST,
                "these keep the world from speaking the newest dialect: they are of the version before, dead, or \
                 have not reported yet"
            );
        }
        self.holding_back = holding_back;
    }

    async fn report(&mut self, status: &PodStatus, now: Instant) -> Result<(), DirectoryError> {
        let is_relieving = self.relieving.load(Ordering::Relaxed);
        let last = self.reported.filter(|(at, _)| now < *at + REPORT_PERIOD);
        // Players are to be told at once.
        if last.is_none_or(|(_, was_relieving)| was_relieving != is_relieving) {
            let was_member = self.standing.was_member();
            let report = Report::of_shards(status, is_relieving, was_member, self.dialect);
            let report = report.to_json();
            self.directory.report(self.fence, &report).await?;
            self.reported = Some((now, is_relieving));
        }
        Ok(())
    }

    /// What the leader has the directory know.
    async fn keep_record(&mut self, pods: &[Pod]) -> Result<(), DirectoryError> {
        let Some((leadership, _)) = self.leadership else {
            return Ok(());
        };
        self.record_plans(leadership).await?;
        self.bury(pods, leadership).await?;
        mirror(&self.directory, &self.fleet.sight().partition, self.fence).await
    }

    /// Tells the directory what operators want.
    async fn fulfil_wishes(&mut self, now: Instant) -> Result<(), DirectoryError> {
        let mut early = Vec::new();
        let done = self.fulfil_timely_wishes(now, &mut early).await;
        for wish in early.into_iter().rev() {
            self.fleet.give_wish_back(wish);
        }
        done
    }

    /// Those of regions that the directory does not know yet go to `early`.
    async fn fulfil_timely_wishes(
        &mut self,
        now: Instant,
        early: &mut Vec<(Wish, Instant)>,
    ) -> Result<(), DirectoryError> {
        while let Some((wish, since)) = self.fleet.poll_wish() {
            self.learned_at = None;
            let done = match &wish {
                Wish::Drain { pod, is_draining } => {
                    self.directory.set_draining(*pod, *is_draining).await
                }
                Wish::Pin { region, is_pinned } => {
                    self.directory.set_pin(*region, *is_pinned).await
                }
                Wish::DryRun { is_on } => {
                    let value = u64::from(*is_on);
                    self.directory.set_setting("is_dry_run", value).await
                }
                Wish::Configure { before, text } => self.configure(before, text).await,
            };
            match done {
                Ok(()) => {}
                Err(DirectoryError::UnknownPod(_)) => tracing::warn!(?wish, "there is no such pod"),
                Err(error @ DirectoryError::BadArgument(_)) => {
                    tracing::warn!(%error, "an operator's wish cannot be fulfilled");
                }
                // A region that the world has just made is in the directory as soon as the leader says so.
                Err(DirectoryError::Partition(error)) if now > since + WISH_PATIENCE => {
                    tracing::warn!(?wish, %error, "an operator's wish is not fulfilled");
                }
                Err(DirectoryError::Partition(_)) => early.push((wish, since)),
                Err(error) => {
                    self.fleet.give_wish_back((wish, since));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn configure(&self, before: &str, text: &str) -> Result<(), DirectoryError> {
        let replaced = self.directory.replace_configuration(before, text).await?;
        if !replaced {
            tracing::warn!("a configuration is not set: another was there since it was written");
        }
        Ok(())
    }

    /// Reads what operators of all processes wanted. Nobody leads who has not.
    async fn learn_rules(&mut self, now: Instant) -> Result<(), DirectoryError> {
        if self.learned_at.is_some_and(|at| now < at + REPORT_PERIOD) {
            return Ok(());
        }
        let pinned = match self.directory.layout().await {
            Ok(layout) => layout.pinned,
            Err(DirectoryError::NoWorld) => BTreeSet::new(),
            Err(error) => return Err(error),
        };
        let is_dry_run = self.directory.settings().await?.is_dry_run;
        let configuration = Arc::from(self.directory.configuration().await?);
        tell_if_new(&self.configuration, &configuration);
        self.fleet.set_rules(Rules {
            pinned,
            is_dry_run,
            configuration,
        });
        self.learned_at = Some(now);
        self.has_rules = true;
        Ok(())
    }

    /// Those that the directory does not take now it is told again.
    async fn record_plans(&self, leadership: Leadership) -> Result<(), DirectoryError> {
        while let Some((plan, state)) = self.fleet.poll_plan() {
            let recorded = self.directory.record_plan(leadership, &plan, state);
            match recorded.await {
                Ok(_) => {}
                Err(error @ DirectoryError::BadArgument(_)) => {
                    tracing::error!(%error, action = plan.action.name(), "a plan is not recorded");
                }
                Err(error) => {
                    self.fleet.give_plan_back(plan, state);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Has the directory forget those who do not come back and whom nobody needs.
    async fn bury(&mut self, pods: &[Pod], leadership: Leadership) -> Result<(), DirectoryError> {
        // Whoever has not said may have been one in an earlier life.
        let was_member = |pod: &Pod| report(pod).is_none_or(|it| it.was_member);
        let (sight, now) = (self.fleet.sight(), Instant::now());
        for dead in self.undertaker.look(pods, &sight, was_member, now) {
            if self.directory.bury(dead, leadership).await? {
                tracing::warn!(
                    pod = dead.pod,
                    incarnation = dead.incarnation,
                    "a process that nobody waits for has not come back: nothing is kept for it any more"
                );
            }
        }
        Ok(())
    }

    /// The pod with the seat leads.
    async fn lead(&mut self, now: Instant) -> Result<(), DirectoryError> {
        let led = match (self.leadership, self.fleet.has_seat()) {
            (None, has_seat) => match has_seat && self.has_rules {
                true => self.elect().await,
                false => Ok(None),
            },
            (Some((leadership, _)), false) => {
                self.fleet.set_leading(false);
                self.directory.resign(leadership).await.map(|()| None)
            }
            (Some((leadership, at)), true) if now < at + LEADERSHIP_TTL / 3 => {
                Ok(Some((leadership, at)))
            }
            (Some((leadership, _)), true) => {
                let renewed = self.directory.renew_leadership(leadership).await;
                renewed.map(|leadership| Some((leadership, now)))
            }
        };
        match led {
            Ok(leadership) => self.leadership = leadership,
            Err(DirectoryError::LeadershipLost { .. }) => self.leadership = None,
            Err(error) => {
                let lasting = self.leadership;
                let lasting = lasting.filter(|(_, renewed_at)| now < *renewed_at + LEADERSHIP_TTL);
                let may_lead = lasting.is_some() && self.fleet.has_seat();
                self.fleet.set_leading(may_lead);
                return Err(error);
            }
        }
        self.fleet.set_leading(self.leadership.is_some());
        Ok(())
    }

    async fn elect(&self) -> Result<Option<(Leadership, Instant)>, DirectoryError> {
        let now = Instant::now();
        match self.directory.elect(self.fence).await {
            Ok(leadership) => Ok(Some((leadership, now))),
            // The former leader resigns when it sees that the seat has moved.
            Err(DirectoryError::LeaderHeld { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::is_relieving;
    use directory::{
        PlanState, Registration, Role,
        controller::{Action, Plan},
    };
    use engine::world::whole_world;
    use placement::Sight;
    use spatial::{
        partition::{Owner, Partition},
        region::RegionId,
    };
    use sqlx::{AnyConnection, Connection, Executor};
    use tokio::sync::watch;

    /// A directory in a file of its own, in which somebody has founded a world.
    struct Bench {
        directory: Directory,
        path: std::path::PathBuf,
        status: PodStatus,
    }

    impl Bench {
        async fn new(name: &str) -> Self {
            let file = format!("voxelheim-fleet-{name}-{}.db", std::process::id());
            let path = std::env::temp_dir().join(file);
            let _ = std::fs::remove_file(&path);
            let directory = Directory::open(&format!("sqlite://{}", path.display())).await;
            let directory = directory.expect("a file");
            directory.migrate().await.expect("a new file");
            let status = PodStatus::new(1);
            Self {
                directory,
                path,
                status,
            }
        }

        /// A pod that is ready, and how it sees the others.
        async fn pod(&self, pod: u16) -> (FleetKeeper, Arc<Fleet>) {
            let registration = Registration {
                pod,
                role: Role::Shard,
                link_addresses: Vec::new(),
                player_addresses: Vec::new(),
                shard_cores: vec![None],
            };
            let lease = self.directory.register_pod(&registration).await;
            let fence = lease.expect("a free number").fence;
            self.directory.set_ready(fence).await.expect("a lease");
            let fleet = Arc::new(Fleet::new(pod));
            let shared = (fleet.clone(), Arc::default(), Arc::default());
            let (configuration, _) = watch::channel(Arc::from(""));
            let keeper = FleetKeeper::new(
                shared,
                self.directory.clone(),
                (fence, Dialect::NEWEST),
                configuration,
            );
            (keeper, fleet)
        }

        /// The world, of which the pod has all.
        async fn found(&self, (keeper, fleet): &(FleetKeeper, Arc<Fleet>)) -> RegionId {
            let world = whole_world();
            let ids: Vec<RegionId> = world.regions().iter().map(|it| it.id).collect();
            let owner = Owner {
                pod: keeper.fence.pod,
                shard: 0,
            };
            let founded = self.directory.found_world(&ids, owner, keeper.fence);
            founded.await.expect("there is none");
            let partition = self.directory.partition().await.expect("it is founded");
            fleet.note_look(sight(partition, 1));
            ids[0]
        }

        /// A look of a pod that lives, however slow this machine is.
        async fn look(&self, keeper: &mut FleetKeeper) {
            self.directory.renew(keeper.fence).await.expect("its lease");
            let pods = self.directory.pods().await.expect("a file");
            keeper.look(&pods, &self.status).await;
        }

        /// Another program's hand on the database.
        async fn run(&self, statement: &'static str) {
            let url = format!("sqlite://{}", self.path.display());
            let connection = AnyConnection::connect(&url).await;
            let mut connection = connection.expect("the file");
            connection.execute(statement).await.expect("a statement");
            connection.close().await.expect("it is idle");
        }
    }

    /// Of a world that is pod 1's.
    fn sight(partition: Partition, tick: u32) -> Sight {
        let seat = Owner { pod: 1, shard: 0 };
        Sight {
            tick,
            partition: Arc::new(partition),
            members: vec![seat],
            seat,
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    #[tokio::test]
    async fn what_an_operator_wants_of_one_pod_all_go_by() {
        let bench = Bench::new("rules").await;
        let mut pods = [bench.pod(1).await, bench.pod(2).await];
        let region = bench.found(&pods[0]).await;
        bench
            .run("INSERT INTO directory_settings (name, value) VALUES ('of_a_newer_version', 1)")
            .await;
        for is_wanted in [true, false] {
            let is_pinned = is_wanted;
            assert!(pods[1].1.wish(Wish::Pin { region, is_pinned }));
            assert!(pods[1].1.wish(Wish::DryRun { is_on: is_wanted }));
            let configuration: Arc<str> = format!("wanted = {is_wanted}").into();
            let before = bench.directory.configuration().await;
            assert!(pods[1].1.wish(Wish::Configure {
                before: before.expect("a file").into(),
                text: configuration.clone(),
            }));
            bench.look(&mut pods[1].0).await;
            let pinned: BTreeSet<RegionId> = is_wanted.then_some(region).into_iter().collect();
            let is_dry_run = is_wanted;
            for (keeper, fleet) in &mut pods {
                keeper.learned_at = None;
                bench.look(keeper).await;
                let rules = fleet.rules().expect("the directory was asked");
                assert_eq!(
                    rules,
                    Rules {
                        pinned: pinned.clone(),
                        is_dry_run,
                        configuration: configuration.clone(),
                    }
                );
                assert_eq!(*keeper.configuration.borrow(), configuration);
            }
        }
    }

    /// The partition of the world is a little ahead of the directory's.
    #[tokio::test]
    async fn a_pin_waits_for_its_region() {
        let bench = Bench::new("pin").await;
        let mut pod = bench.pod(1).await;
        let parent = bench.found(&pod).await;
        let region = parent.children().expect("it is large")[3];
        let is_pinned = true;
        assert!(pod.1.wish(Wish::Pin { region, is_pinned }));
        bench.look(&mut pod.0).await;
        let seen = bench.directory.epoch().await.expect("a file");
        let split = bench.directory.split(parent, seen, pod.0.fence).await;
        split.expect("it is its own");
        let partition = bench.directory.partition().await.expect("a file");
        pod.1.note_look(sight(partition, 2));
        bench.look(&mut pod.0).await;
        let layout = bench.directory.layout().await.expect("a file");
        assert_eq!(layout.pinned, [region].into());
    }

    /// Edges of other processes show their players the third step of overload by this.
    #[tokio::test]
    async fn all_processes_learn_that_regions_move_against_overload() {
        let bench = Bench::new("relief").await;
        let (mut keeper, _) = bench.pod(1).await;
        for is_so in [false, true, false, true] {
            keeper.relieving.store(is_so, Ordering::Relaxed);
            bench.look(&mut keeper).await;
            let pods = bench.directory.pods().await.expect("a file");
            assert_eq!(is_relieving(&pods), is_so);
        }
        let ended = bench.directory.end_lease(keeper.fence).await;
        ended.expect("it holds one");
        let pods = bench.directory.pods().await.expect("a file");
        assert!(!is_relieving(&pods), "the dead move nothing");
    }

    /// Whoever has not reported may be of the version before; whoever is gone does not come back as that.
    #[tokio::test]
    async fn the_world_may_speak_what_all_do_who_are_there_or_may_come_back() {
        let bench = Bench::new("dialect").await;
        let mut pods = [bench.pod(1).await, bench.pod(2).await, bench.pod(3).await];
        bench.found(&pods[0]).await;
        let fences = [0, 1].map(|place| pods[place].0.fence);
        // Of pods that live, however slow this machine is.
        let of_all = async || {
            for fence in fences {
                bench.directory.renew(fence).await.expect("its lease");
            }
            let pods = bench.directory.pods().await.expect("a file");
            (dialect_of_all(&pods), holding_back(&pods))
        };
        bench.look(&mut pods[0].0).await;
        bench.look(&mut pods[1].0).await;
        let held_by = |pods: &[u16]| (Some(Dialect::OLDEST), pods.to_vec());
        assert_eq!(of_all().await, held_by(&[3]));
        let ended = bench.directory.end_lease(pods[2].0.fence).await;
        ended.expect("it holds one");
        assert_eq!(of_all().await, held_by(&[3]), "it may come back");
        bench
            .run("UPDATE directory_pods SET state = 'gone' WHERE id = 3")
            .await;
        assert_eq!(of_all().await, (Some(Dialect::NEWEST), vec![]));
        pods[1].0.dialect = Dialect::OLDEST;
        pods[1].0.reported = None;
        bench.look(&mut pods[1].0).await;
        assert_eq!(of_all().await, held_by(&[2]));
        let of_before = r#"{"shards":[],"egress_bytes":0}"#;
        let told = bench.directory.report(pods[1].0.fence, of_before).await;
        told.expect("it holds a lease");
        assert_eq!(of_all().await, held_by(&[2]));
    }

    #[tokio::test]
    async fn the_leader_buries_who_does_not_come_back_unless_it_was_waited_for() {
        let bench = Bench::new("burial").await;
        let mut leader = bench.pod(1).await;
        bench.found(&leader).await;
        let mut others = [bench.pod(2).await, bench.pod(3).await];
        for (keeper, _) in &mut others {
            bench.look(keeper).await;
        }
        let was_member = Report {
            was_member: true,
            ..Report::default()
        };
        let was_member = was_member.to_json();
        let told = bench.directory.report(others[1].0.fence, &was_member);
        told.await.expect("it holds a lease");
        bench
            .run("UPDATE directory_pods SET lease_until_ms = lease_until_ms - 120000 WHERE id > 1")
            .await;
        leader.0.undertaker = Undertaker::new(std::time::Duration::ZERO);
        for tick in [2, 2 + crate::limits::BURIAL_TICKS] {
            let partition = bench.directory.partition().await.expect("a file");
            leader.1.note_look(sight(partition, tick));
            bench.look(&mut leader.0).await;
        }
        let pods = bench.directory.pods().await.expect("a file");
        let states: Vec<PodState> = pods.iter().map(|pod| pod.state).collect();
        assert_eq!(states, [PodState::Alive, PodState::Gone, PodState::Alive]);
    }

    #[tokio::test]
    async fn plans_that_the_directory_did_not_take_are_told_again() {
        let bench = Bench::new("plans").await;
        let mut pod = bench.pod(1).await;
        let region = bench.found(&pod).await;
        bench.look(&mut pod.0).await;
        for action in [Action::Split { region }, Action::Merge { region }] {
            let plan = Plan {
                action,
                reasons: vec!["it is wanted".into()],
                gain_permille: 0,
            };
            pod.1.note_plan(&plan, PlanState::Applied);
        }
        bench
            .run("ALTER TABLE directory_plans RENAME TO away")
            .await;
        bench.look(&mut pod.0).await;
        bench
            .run("ALTER TABLE away RENAME TO directory_plans")
            .await;
        bench.look(&mut pod.0).await;
        let told = bench.directory.plans(9).await.expect("a file");
        let told: Vec<Action> = told.into_iter().map(|it| it.plan.action).collect();
        assert_eq!(told, [Action::Merge { region }, Action::Split { region }]);
    }
}
