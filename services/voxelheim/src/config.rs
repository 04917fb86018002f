//! The configuration: flags over the file over defaults, checked as a whole.

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
};

use analytics::limits::{DAYS_MAX, DAYS_MIN};
use edge::{Bounds, EdgeConfig, PageSource, QuicDriver};
use serde::Deserialize;
use toml::Table;
use web::{Network, TrustedProxies};
use world::{Pinning, Retention};

use crate::{
    Failure,
    cli::{Accounts, ConfigArguments, ConfigVerb, Pin, Quic, RetentionArguments, ServeArguments},
    log, role_file,
    services::{self, StoreUrls},
    sign_in::{MAIL, MailWay, ProviderEntry, SignIn},
};

/// All that it may say, with what it means.
const EXAMPLE: &str = include_str!("../voxelheim.toml");
/// The file's name in the data folder.
pub const FILE_NAME: &str = "voxelheim.toml";

const LISTEN_DEFAULT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8_080);
const SEED_DEFAULT: u64 = 1;
const SOLDIERS_DEFAULT: u32 = 500;
/// Edge threads a machine needs at most; each serves some thousand clients.
const EDGES_DEFAULT_MAX: usize = 4;
/// One carries a battle of thousands; more are for machines with cores to spare.
const SHARDS_DEFAULT: usize = 1;
const SHARDS_MAX: usize = 64;

/// What the file may say; the same words as the flags.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
struct File {
    log: Option<String>,
    listen: Option<SocketAddr>,
    public_port: Option<u16>,
    trusted_proxies: Option<Vec<String>>,
    seed: Option<u64>,
    soldiers: Option<u32>,
    shards: Option<usize>,
    edges: Option<usize>,
    pin: Option<Pin>,
    keep_all: Option<bool>,
    retention_days: Option<u32>,
    retention_ticks_days: Option<u32>,
    retention_sums_days: Option<u32>,
    dry_run: Option<bool>,
    sessions_max: Option<usize>,
    budget_bytes_per_second: Option<u32>,
    client_dir: Option<PathBuf>,
    accounts: Option<Accounts>,
    url: Option<String>,
    mail: Option<String>,
    providers: Option<Vec<ProviderEntry>>,
    quic: Option<Quic>,
    database: Option<String>,
    game: Option<String>,
    cache: Option<String>,
    broker: Option<String>,
    warehouse: Option<String>,
    /// Of roles that run alone ([`role_file`]), by name.
    role: Option<BTreeMap<String, Table>>,
}

impl Quic {
    pub fn driver(self) -> QuicDriver {
        match self {
            Quic::Loop => QuicDriver::Loop,
            Quic::Quinn => QuicDriver::Quinn,
        }
    }
}

impl Pin {
    pub fn pinning(self) -> Pinning {
        match self {
            Pin::Auto => Pinning::Auto,
            Pin::Off => Pinning::Off,
        }
    }
}

/// What the server runs with.
#[derive(Clone, Debug)]
pub struct Config {
    pub edge: EdgeConfig,
    /// None where neither flag nor file says: a saved battle's, or the default.
    pub seed: Option<u64>,
    pub soldiers: Option<u32>,
    pub shards_count: usize,
    pub pinning: Pinning,
    pub retention: Retention,
    /// How long the analytics service keeps what.
    pub statistics: analytics::Retention,
    pub accounts: Accounts,
    pub sign_in: SignIn,
    /// Where the services of the one process keep things; none without a data folder.
    pub stores: Option<StoreUrls>,
    /// What the log tells; none is the default.
    pub log: Option<String>,
    /// Whether the controller only says what it would do.
    pub is_dry_run: bool,
    pub opens_browser: bool,
}

impl Config {
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(SEED_DEFAULT)
    }

    pub fn soldiers(&self) -> u32 {
        self.soldiers.unwrap_or(SOLDIERS_DEFAULT)
    }
}

/// Reads the file, lays the flags over it and checks the whole.
pub fn load(arguments: &ServeArguments) -> Result<Config, Failure> {
    let file = match file_path(arguments) {
        Some(path) => read_file(&path)?,
        None => File::default(),
    };
    of_file(arguments, file)
}

/// The same if a file of this path said this.
pub fn of_text(arguments: &ServeArguments, text: &str, path: &Path) -> Result<Config, Failure> {
    of_file(arguments, parse(text, path)?)
}

fn of_file(arguments: &ServeArguments, file: File) -> Result<Config, Failure> {
    let bounds = bounds(arguments, &file);
    let listen = arguments.listen.or(file.listen).unwrap_or(LISTEN_DEFAULT);
    let sign_in = sign_in(arguments, &file, listen)?;
    let stores = stores(arguments, &file)?;
    let filed = RetentionArguments {
        retention_days: file.retention_days,
        retention_ticks_days: file.retention_ticks_days,
        retention_sums_days: file.retention_sums_days,
    };
    let page = arguments.client_dir.clone().or(file.client_dir);
    let config = Config {
        edge: EdgeConfig {
            listen,
            public_port: arguments.public_port.or(file.public_port),
            trusted_proxies: trusted_proxies(arguments, file.trusted_proxies.as_deref())?,
            edges_count: arguments.edges.or(file.edges).unwrap_or_else(edges_default),
            bounds,
            quic: arguments.quic.or(file.quic).unwrap_or_default().driver(),
            page: page.map_or(PageSource::Embedded, PageSource::Directory),
            data_dir: arguments.data.clone(),
            token_key: None,
            services: edge::services::Services::default(),
        },
        statistics: statistics(&arguments.statistics, filed)?,
        accounts: accounts(arguments, file.accounts)?,
        stores,
        sign_in,
        seed: arguments.seed.or(file.seed),
        soldiers: arguments.soldiers.or(file.soldiers),
        shards_count: arguments.shards.or(file.shards).unwrap_or(SHARDS_DEFAULT),
        pinning: arguments.pin.or(file.pin).unwrap_or_default().pinning(),
        retention: match arguments.keep_all || file.keep_all.unwrap_or(false) {
            true => Retention::All,
            false => Retention::Recovery,
        },
        log: file.log,
        is_dry_run: arguments.dry_run || file.dry_run.unwrap_or(false),
        opens_browser: arguments.open,
    };
    check(&config)?;
    Ok(config)
}

/// Flags say all of them, or the file does.
fn trusted_proxies(
    arguments: &ServeArguments,
    filed: Option<&[String]>,
) -> Result<TrustedProxies, Failure> {
    let flagged = &arguments.proxies.trusted_proxies;
    if !flagged.is_empty() {
        return Ok(flagged.iter().copied().collect());
    }
    let networks = filed.unwrap_or_default().iter();
    let networks = networks.map(|text| text.parse::<Network>());
    let wrong = |error| Failure::Usage(format!("trusted_proxies: {error}"));
    networks.collect::<Result<_, _>>().map_err(wrong)
}

fn bounds(arguments: &ServeArguments, file: &File) -> Bounds {
    let sessions_max = arguments.sessions_max.or(file.sessions_max);
    let budget = arguments
        .budget_bytes_per_second
        .or(file.budget_bytes_per_second);
    Bounds::new(
        sessions_max.unwrap_or(edge::limits::SESSIONS_MAX_DEFAULT),
        budget.unwrap_or(protocol::limits::BUDGET_BYTES_PER_SECOND_MAX),
    )
}

/// Mail is kept in the data folder unless it is said where it goes.
fn sign_in(arguments: &ServeArguments, file: &File, listen: SocketAddr) -> Result<SignIn, Failure> {
    let mail = arguments.mail.as_deref().or(file.mail.as_deref());
    let data = arguments.data.as_deref().unwrap_or(Path::new("."));
    let mail = mail.map_or_else(|| MailWay::Folder(data.join(MAIL)), MailWay::from);
    let url = arguments.url.clone().or_else(|| file.url.clone());
    let url = url.unwrap_or_else(|| format!("http://{listen}/"));
    SignIn::new(mail, &url, file.providers.clone().unwrap_or_default())
}

/// How long the analytics service keeps what: as flags say, or else as a file does.
pub fn statistics(
    flagged: &RetentionArguments,
    filed: RetentionArguments,
) -> Result<analytics::Retention, Failure> {
    let default = analytics::Retention::default();
    let facts_days = flagged.retention_days.or(filed.retention_days);
    let ticks_days = flagged.retention_ticks_days.or(filed.retention_ticks_days);
    let sums_days = flagged.retention_sums_days.or(filed.retention_sums_days);
    let kept = analytics::Retention {
        facts_days: facts_days.unwrap_or(default.facts_days),
        ticks_days: ticks_days.unwrap_or(default.ticks_days),
        sums_days: sums_days.unwrap_or(default.sums_days),
    };
    within("retention_days", kept.facts_days, DAYS_MIN, DAYS_MAX)?;
    within("retention_ticks_days", kept.ticks_days, DAYS_MIN, DAYS_MAX)?;
    within("retention_sums_days", kept.sums_days, DAYS_MIN, DAYS_MAX)?;
    Ok(kept)
}

/// Accounts need a folder that keeps them.
fn accounts(arguments: &ServeArguments, filed: Option<Accounts>) -> Result<Accounts, Failure> {
    let wished = arguments.accounts.or(filed);
    match (&arguments.data, wished) {
        (None, Some(Accounts::Required)) => Err(Failure::Usage(
            "accounts: they are kept in a folder; choose one with --data".into(),
        )),
        (None, _) => Ok(Accounts::Off),
        (Some(_), wished) => Ok(wished.unwrap_or_default()),
    }
}

/// In the data folder, but for those that stand elsewhere.
fn stores(arguments: &ServeArguments, file: &File) -> Result<Option<StoreUrls>, Failure> {
    let given = &arguments.stores;
    let wishes = [
        ("database", &given.database, &file.database),
        ("game", &given.game, &file.game),
        ("cache", &given.cache, &file.cache),
        ("broker", &given.broker, &file.broker),
        ("warehouse", &given.warehouse, &file.warehouse),
    ];
    let wishes = wishes.map(|(name, flagged, filed)| (name, flagged.as_ref().or(filed.as_ref())));
    let Some(data) = &arguments.data else {
        return match wishes.iter().find(|(_, wish)| wish.is_some()) {
            Some((name, _)) => Err(Failure::Usage(format!(
                "{name}: there are no services without a folder; choose one with --data"
            ))),
            None => Ok(None),
        };
    };
    let mut urls = StoreUrls::embedded(data);
    for ((name, wish), url) in wishes.into_iter().zip(urls.each_mut()) {
        if let Some(wish) = wish {
            let wrong = |error| Failure::Usage(format!("{name}: {error}"));
            services::check_url(name, wish).map_err(wrong)?;
            url.clone_from(wish);
        }
    }
    Ok(Some(urls))
}

/// `voxelheim config`.
pub fn check_file(arguments: &ConfigArguments) -> Result<(), Failure> {
    let (data, file) = match &arguments.verb {
        ConfigVerb::Example => {
            crate::say(example().trim_end());
            return Ok(());
        }
        ConfigVerb::Check { data, file } => (data, file),
    };
    load(&ServeArguments {
        config: Some(file.clone()),
        data: data.clone(),
        ..ServeArguments::default()
    })?;
    role_file::check(file)?;
    crate::say(&format!("{} is right.", file.display()));
    Ok(())
}

/// A file with all that may be in one.
fn example() -> String {
    EXAMPLE.to_owned() + &role_file::example()
}

/// The names of what differs and is not taken over by a server that runs.
pub fn needs_restart(now: &Config, next: &Config) -> Vec<&'static str> {
    let (edge, edge_next) = (&now.edge, &next.edge);
    let differs = [
        ("listen", edge.listen != edge_next.listen),
        ("public_port", edge.public_port != edge_next.public_port),
        (
            "trusted_proxies",
            edge.trusted_proxies != edge_next.trusted_proxies,
        ),
        ("edges", edge.edges_count != edge_next.edges_count),
        ("quic", edge.quic != edge_next.quic),
        ("client_dir", edge.page != edge_next.page),
        ("accounts", now.accounts != next.accounts),
        ("url", now.sign_in.page_url != next.sign_in.page_url),
        ("mail", now.sign_in.mail != next.sign_in.mail),
        (
            "database, game, cache, broker or warehouse",
            now.stores != next.stores,
        ),
        ("providers", now.sign_in.providers != next.sign_in.providers),
        ("seed", now.seed != next.seed),
        ("soldiers", now.soldiers != next.soldiers),
        ("shards", now.shards_count != next.shards_count),
        ("pin", now.pinning != next.pinning),
        ("keep_all", now.retention != next.retention),
        ("retention", now.statistics != next.statistics),
        ("dry_run", now.is_dry_run != next.is_dry_run),
    ];
    let differing = differs.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name).collect()
}

fn check(config: &Config) -> Result<(), Failure> {
    if let Some(filter) = &config.log {
        check_log(filter)?;
    }
    within("shards", config.shards_count, 1, SHARDS_MAX)?;
    check_edge(&config.edge)?;
    config.sign_in.check()?;
    check_bodies(config)
}

pub fn check_log(filter: &str) -> Result<(), Failure> {
    log::check(filter).map_err(|error| Failure::Usage(format!("log: {error}")))
}

pub fn check_sessions_max(count: usize) -> Result<(), Failure> {
    within("sessions_max", count, 1, engine::limits::PLAYERS_MAX)
}

pub fn check_budget(bytes_per_second: u32) -> Result<(), Failure> {
    within(
        "budget_bytes_per_second",
        bytes_per_second,
        protocol::limits::BUDGET_BYTES_PER_SECOND_MIN,
        protocol::limits::BUDGET_BYTES_PER_SECOND_MAX,
    )
}

/// What holds of edges wherever they are.
pub fn check_edge(edge: &EdgeConfig) -> Result<(), Failure> {
    within("edges", edge.edges_count, 1, edge::limits::EDGES_MAX)?;
    check_sessions_max(edge.bounds.sessions_max())?;
    check_budget(edge.bounds.budget_bytes_per_second_max())?;
    within_ports("listen", edge.listen.port(), edge)?;
    match edge.public_port {
        Some(0) => Err(Failure::Usage("public_port: 0 is no port".into())),
        Some(port) => within_ports("public_port", port, edge),
        None => Ok(()),
    }
}

/// Each edge has a port of its own, from this one on.
fn within_ports(name: &str, first: u16, edge: &EdgeConfig) -> Result<(), Failure> {
    let port_last = usize::from(first) + edge.edges_count - 1;
    if port_last > usize::from(u16::MAX) {
        return Err(Failure::Usage(format!(
            "{name}: {} edges need UDP ports up to {port_last}; choose a lower port",
            edge.edges_count
        )));
    }
    Ok(())
}

fn check_bodies(config: &Config) -> Result<(), Failure> {
    let soldiers = config.soldiers() as usize;
    let bodies = soldiers
        .saturating_mul(2)
        .saturating_add(config.edge.bounds.sessions_max());
    let bodies_max = engine::limits::BODIES_MAX;
    if bodies > bodies_max {
        return Err(Failure::Usage(format!(
            "soldiers: {soldiers} a house and {} players are {bodies} bodies, but a world holds \
             {bodies_max}; lower soldiers or sessions_max",
            config.edge.bounds.sessions_max()
        )));
    }
    Ok(())
}

pub fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: T,
    min: T,
    max: T,
) -> Result<(), Failure> {
    if value < min || value > max {
        return Err(Failure::Usage(format!(
            "{name}: {value} is not between {min} and {max}"
        )));
    }
    Ok(())
}

/// The file to read: the one named, or the one in the data folder if it is there.
pub fn file_path(arguments: &ServeArguments) -> Option<PathBuf> {
    arguments.config.clone().or_else(|| {
        let path = arguments.data.as_ref()?.join(FILE_NAME);
        path.exists().then_some(path)
    })
}

fn read_file(path: &Path) -> Result<File, Failure> {
    parse(&read_text(path)?, path)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Usage(format!("{shown} is not there: check --config")),
        _ => Failure::Usage(format!("{shown} cannot be read ({error}): check --config")),
    })
}

fn parse(text: &str, path: &Path) -> Result<File, Failure> {
    toml::from_str(text).map_err(|error| wrong(text, path, &error))
}

/// What is wrong, and in which line.
pub fn wrong(text: &str, path: &Path, error: &toml::de::Error) -> Failure {
    let shown = path.display();
    let line = error
        .span()
        .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    Failure::Usage(format!("{shown}, line {line}: {message}"))
}

/// What a file says of roles that run alone.
pub struct RolesFile {
    pub text: String,
    /// What the log tells, of all of them.
    pub log: Option<String>,
    pub tables: BTreeMap<String, Table>,
}

/// Reads those parts of a file.
pub fn read_roles(path: &Path) -> Result<RolesFile, Failure> {
    let text = read_text(path)?;
    let file = parse(&text, path)?;
    if let Some(filter) = &file.log {
        check_log(filter)?;
    }
    Ok(RolesFile {
        log: file.log,
        tables: file.role.unwrap_or_default(),
        text,
    })
}

fn edges_default() -> usize {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores / 2).clamp(1, EDGES_DEFAULT_MAX)
}

#[cfg(test)]
mod tests {
    use toml::Value;

    use super::*;

    /// The example with every line in force.
    fn example_in_force() -> String {
        let example = example();
        let lines = example.lines().map(|line| match line.strip_prefix('#') {
            Some(setting) if setting.starts_with('[') => setting,
            Some(setting) if !setting.starts_with(' ') && setting.contains(" = ") => setting,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_names_all_that_a_file_may_say() {
        let text = example_in_force();
        let file: toml::Table = toml::from_str(&text).expect("it is TOML");
        toml::from_str::<File>(&text).expect("all of it is known");
        let source = include_str!("config.rs");
        let fields = source.split_once("struct File {").expect("it is there").1;
        let fields = fields.split_once('}').expect("it ends").0;
        let names = fields
            .lines()
            .filter_map(|line| line.trim().split_once(": Option<"));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        assert!(names.len() > 10);
        for name in names {
            assert!(file.contains_key(name), "{name} is not in voxelheim.toml");
        }
        for role in role_file::ROLES {
            assert!(
                file["role"].get(role).is_some_and(Value::is_table),
                "{role}"
            );
        }
    }

    #[test]
    fn proxies_come_from_the_flag_or_else_from_the_file_and_are_checked() {
        let text = |networks| format!("trusted_proxies = {networks}");
        let load = |arguments: &ServeArguments, networks| {
            of_text(arguments, &text(networks), Path::new("a.toml"))
        };
        let filed = load(&ServeArguments::default(), r#"["10.0.0.0/8", "fd00::/8"]"#);
        let network = |text: &str| text.parse::<Network>().expect(text);
        let both = ["10.0.0.0/8", "fd00::/8"].map(network);
        let told = filed.expect("they are networks").edge.trusted_proxies;
        assert_eq!(told, both.into_iter().collect());
        let mut arguments = ServeArguments::default();
        arguments.proxies.trusted_proxies = vec![network("192.0.2.1")];
        let told = load(&arguments, r#"["10.0.0.0/8"]"#).expect("they are networks");
        let one = [network("192.0.2.1")].into_iter().collect();
        assert_eq!(told.edge.trusted_proxies, one);
        let wrong = load(&ServeArguments::default(), r#"["10.0.0.0/33"]"#);
        let text = wrong.expect_err("no network").to_string();
        assert!(text.contains("10.0.0.0/33"), "{text}");
    }

    #[test]
    fn statistics_are_kept_as_the_flag_says_or_else_the_file_and_never_for_no_time() {
        let load = |arguments: &ServeArguments, days: u32| {
            let text = format!("retention_days = {days}\nretention_sums_days = 400");
            of_text(arguments, &text, Path::new("a.toml"))
        };
        let days = |arguments: &ServeArguments| {
            let kept = load(arguments, 7).expect("it is days").statistics;
            [kept.facts_days, kept.ticks_days, kept.sums_days]
        };
        let mut arguments = ServeArguments::default();
        assert_eq!(days(&arguments), [7, 30, 400]);
        arguments.statistics.retention_days = Some(8);
        assert_eq!(days(&arguments), [8, 30, 400]);
        let wrong = load(&ServeArguments::default(), 1).expect_err("a day is too short");
        let text = wrong.to_string();
        assert!(
            text.contains("retention_days: 1 is not between 2"),
            "{text}"
        );
    }

    #[test]
    fn what_a_running_server_does_not_take_over_is_named() {
        let config = load(&ServeArguments::default()).expect("the defaults are right");
        let mut next = config.clone();
        next.shards_count += 1;
        next.edge.bounds = Bounds::new(7, 100_000);
        assert_eq!(needs_restart(&config, &next), ["shards"]);
        config.edge.bounds.follow(&next.edge.bounds);
        assert_eq!(config.edge.bounds.sessions_max(), 7);
    }
}
