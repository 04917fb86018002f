//! A whole run: joins spread over time, a while of play that is measured, and the report.

use std::{
    cell::{Cell, RefCell},
    fmt,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use protocol::{session::CloseReason, up::Hello};
use quinn::Endpoint;
use tokio::{
    task::{JoinHandle, LocalSet, spawn_local},
    time::{sleep, timeout},
};

use crate::{
    BotsConfig, Figures, Report,
    bot::{self, Character, Shared, Stage},
    census::Census,
    connect,
    connection::{self, JoinError, Session},
    figures::Measured,
    guest::Guest,
    http, limits,
    market::Market,
    roam::Route,
    senses::Notes,
};

/// Why a run could not start at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BotsError {
    BadUrl(String),
    Unreachable(String),
    BadAnswer(&'static str),
    Version { ours: u16, theirs: u64 },
    Io(String),
}

impl fmt::Display for BotsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadUrl(url) => {
                write!(formatter, "'{url}' is no URL such as http://127.0.0.1:8080")
            }
            Self::Unreachable(what) => write!(formatter, "no server there: {what}"),
            Self::BadAnswer(what) => write!(formatter, "/connect.json is wrong: {what}"),
            Self::Version { ours, theirs } => write!(
                formatter,
                "the server speaks version {theirs} of the protocol, these bots version {ours}"
            ),
            Self::Io(what) => write!(formatter, "{what}"),
        }
    }
}

impl std::error::Error for BotsError {}

/// What a run has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Milestone {
    /// All have joined or given up.
    Joined,
    /// What happens from now on is measured.
    Measuring,
    /// What happens from now on is not.
    Measured,
}

/// Runs bots until they have been measured for as long as asked for. Takes the calling thread, on which
/// `reach` is told of milestones.
///
/// # Errors
/// If the server is not there or speaks another version. Bots that fail alone are in the report.
pub fn run(config: &BotsConfig, reach: impl FnMut(Milestone)) -> Result<Report, BotsError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| BotsError::Io(error.to_string()))?;
    LocalSet::new().block_on(&runtime, run_all(config, reach))
}

/// What becomes of each bot.
#[derive(Default)]
struct Fates {
    joined: Cell<usize>,
    /// Bots whose join succeeded or was given up.
    settled: Cell<usize>,
    dropped: Cell<usize>,
    reattached: Cell<usize>,
    first_failure: RefCell<Option<String>>,
}

impl Fates {
    fn fail(&self, error: &JoinError) {
        let text = match error {
            JoinError::Refused(reason, text) => format!("{reason:?}: {text}"),
            JoinError::Lost(text) => format!("lost: {text}"),
            JoinError::Nonsense(text) => format!("nonsense from the server: {text}"),
        };
        self.first_failure.borrow_mut().get_or_insert(text);
    }
}

async fn run_all(
    config: &BotsConfig,
    mut reach: impl FnMut(Milestone),
) -> Result<Report, BotsError> {
    let mut target = None;
    for url in [&config.auth, &config.inventory].into_iter().flatten() {
        http::parts(url)?;
    }
    for url in &config.urls {
        target = Some(connect::target(url).await?);
    }
    let target = target.ok_or_else(|| BotsError::BadUrl(String::new()))?;
    let shared = Rc::new(shared());
    let fates = Rc::new(Fates::default());
    let market = Rc::new(Market::new(config.inventory.clone()));
    let commons = (&shared, &fates, &market);
    let bots = join_all(config, target.address, commons).await?;
    reach(Milestone::Joined);
    sleep(Duration::from_secs(config.settle_seconds.into())).await;
    shared.notes.borrow_mut().measured = Measured::new();
    shared.stage.set(Stage::Measuring);
    reach(Milestone::Measuring);
    let start = Instant::now();
    // Whoever interrupts them wants to know what was seen so far.
    tokio::select! {
        () = sleep(Duration::from_secs(config.seconds.into())) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    shared.stage.set(Stage::Ended);
    let seconds = start.elapsed().as_secs_f64();
    reach(Milestone::Measured);
    for bot in bots {
        bot.await.map_err(io)?;
    }
    let mut report = report(config.count, seconds, &shared, &fates);
    report.traders = market.traders.get();
    Ok(report)
}

fn shared() -> Shared {
    Shared {
        stage: Cell::new(Stage::Joining),
        notes: Rc::new(RefCell::new(Notes {
            measured: Measured::new(),
            census: Census::default(),
        })),
        staleness_ticks_max: Cell::new(None),
        bytes: Cell::new(0),
        datagrams: Cell::new(0),
        datagram_bytes: Cell::new(0),
    }
}

/// Starts all bots, and waits until each has joined or given up.
async fn join_all(
    config: &BotsConfig,
    address: SocketAddr,
    (shared, fates, market): (&Rc<Shared>, &Rc<Fates>, &Rc<Market>),
) -> Result<Vec<JoinHandle<()>>, BotsError> {
    let mut bots = Vec::with_capacity(config.count);
    let mut endpoint = None;
    for number in 0..config.count {
        if number.is_multiple_of(limits::BOTS_PER_SOCKET) {
            endpoint = Some(connection::endpoint(address).map_err(io)?);
        }
        let endpoint = endpoint.clone().expect("the first number makes one");
        let live = live(
            number,
            config.clone(),
            endpoint,
            (shared.clone(), fates.clone(), market.clone()),
        );
        bots.push(spawn_local(live));
        sleep(Duration::from_secs(1) / config.joins_per_second).await;
    }
    while fates.settled.get() < config.count {
        sleep(Duration::from_millis(20)).await;
    }
    Ok(bots)
}

fn io(error: impl fmt::Display) -> BotsError {
    BotsError::Io(error.to_string())
}

fn report(count: usize, seconds: f64, shared: &Shared, fates: &Fates) -> Report {
    let mut report = blank_report(count);
    report.joined = fates.joined.get();
    report.dropped = fates.dropped.get();
    report.reattached = fates.reattached.get();
    report.first_failure = fates.first_failure.borrow().clone();
    let promised_ticks = shared.staleness_ticks_max.get().unwrap_or_default();
    report.staleness_promised_ms = f64::from(u32::from(promised_ticks) * engine::limits::TICK_MS);
    report.datagrams = shared.datagrams.get();
    report.datagram_bytes = shared.datagram_bytes.get();
    let measured = &shared.notes.borrow().measured;
    report.measure(measured, shared.bytes.get(), seconds);
    report
}

pub(crate) fn blank_report(count: usize) -> Report {
    Report {
        count,
        joined: 0,
        dropped: 0,
        reattached: 0,
        seconds: 0.0,
        snapshots_per_second: 0.0,
        updates_per_second: 0.0,
        bytes_per_second: 0.0,
        datagrams: 0,
        datagram_bytes: 0,
        refusals: 0,
        rate_permille_min: 1_000,
        snapshot_interval_ms: Figures::default(),
        input_ack_ms: Figures::default(),
        staleness_ms: Figures::default(),
        staleness_promised_ms: 0.0,
        staleness_broken: 0,
        traders: 0,
        trades: 0,
        trades_refused: 0,
        trades_put_off: 0,
        age_ms: Figures::default(),
        reattach_ms: Figures::default(),
        first_failure: None,
    }
}

/// One bot's life: tries to join a few times, then plays, wherever it is let back in.
async fn live(
    number: usize,
    config: BotsConfig,
    endpoint: Endpoint,
    (shared, fates, market): (Rc<Shared>, Rc<Fates>, Rc<Market>),
) {
    let mut route = Route::new(&config.urls, number);
    let budget = config.budget_bytes_per_second;
    let hello = connection::hello(number, budget, config.view_distance_blocks);
    let mut guest = config.auth.as_deref().map(|url| Guest::new(url, number));
    let session = enter(number, &mut route, (&hello, guest.as_mut()), &endpoint).await;
    fates.settled.set(fates.settled.get() + 1);
    let mut session = match session {
        Ok(session) => session,
        Err(error) => return fates.fail(&error),
    };
    fates.joined.set(fates.joined.get() + 1);
    if let Some(guest) = guest {
        let shared = shared.clone();
        spawn_local(async move { market.come(number, guest, shared).await });
    }
    let character = Character {
        seed: config
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(number as u64),
        is_witness: is_witness(number, config.count, config.witnesses),
    };
    loop {
        let before = session.welcome.clone();
        let Err(ending) = bot::play(session, shared.clone(), character).await else {
            return;
        };
        let lost_at = Instant::now();
        let before = (&hello, &before);
        session = match route.rejoin(&endpoint, before, &ending).await {
            Ok(session) => session,
            Err(_) => {
                fates.fail(&ending);
                return fates.dropped.set(fates.dropped.get() + 1);
            }
        };
        fates.reattached.set(fates.reattached.get() + 1);
        let measured = &mut shared.notes.borrow_mut().measured;
        measured.reattach.record(lost_at.elapsed());
    }
}

/// Whether the bot of this number is among so many witnesses, who are spread evenly.
fn is_witness(number: usize, count: usize, witnesses: usize) -> bool {
    let witnesses = witnesses.min(count);
    (number + 1) * witnesses / count != number * witnesses / count
}

async fn enter(
    number: usize,
    route: &mut Route,
    (hello, mut guest): (&Hello, Option<&mut Guest>),
    endpoint: &Endpoint,
) -> Result<Session, JoinError> {
    let mut hello = hello.clone();
    let mut attempt = 1;
    loop {
        if let Some(guest) = &mut guest {
            hello.ticket = guest.insist_on_ticket(&hello.name).await?;
        }
        let joined = timeout(limits::JOIN_TIMEOUT, route.join(endpoint, &hello)).await;
        let error = match joined {
            Ok(Ok(session)) => return Ok(session),
            Ok(Err(error)) => error,
            Err(_) => JoinError::Lost("the join took too long".into()),
        };
        if attempt == limits::JOIN_ATTEMPTS_MAX || !is_worth_another(&error) {
            return Err(error);
        }
        let spread = Duration::from_millis((number % 100) as u64 * 5);
        sleep(limits::JOIN_WAIT * attempt + spread).await;
        attempt += 1;
    }
}

fn is_worth_another(error: &JoinError) -> bool {
    match error {
        JoinError::Refused(reason, _) => *reason == CloseReason::TooManyJoins,
        JoinError::Lost(_) => true,
        JoinError::Nonsense(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_are_as_many_as_asked_for_and_spread() {
        let numbers = |count, witnesses| -> Vec<usize> {
            (0..count)
                .filter(|&number| is_witness(number, count, witnesses))
                .collect()
        };
        assert_eq!(numbers(10, 2), [4, 9]);
        assert_eq!(numbers(7, 3).len(), 3);
        assert_eq!(numbers(3, usize::MAX), [0, 1, 2]);
        assert!(numbers(3, 0).is_empty());
    }
}
