//! The flags.

mod serve;

use std::{net::SocketAddr, path::PathBuf};

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use engine::Dialect;
use web::Network;

use crate::{ctl::CtlArguments, sign_in::http_url};

pub use serve::{Accounts, Pin, Quic, ServeArguments};

/// One battle in one editable voxel world, played from a browser.
#[derive(Parser, Debug)]
#[command(version = env!("VOXELHEIM_VERSION"), about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Option<Verb>,
    #[command(flatten)]
    pub serve: ServeArguments,
}

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Runs shards of a world that several processes share
    Shard(ShardArguments),
    /// Serves players of a world whose shards are other processes
    Edge(EdgeArguments),
    /// Looks whether a configuration file is right, without starting anything
    Config(ConfigArguments),
    /// Serves accounts, sessions and tickets, with a database and a cache of its own
    Auth(AuthArguments),
    /// Serves characters, friends, parties, guilds and boards, with the game's database
    Player(RoleArguments),
    /// Serves belongings, with the game's database
    Inventory(RoleArguments),
    /// Sums up what happened and answers staff, with a warehouse
    Analytics(AnalyticsArguments),
    /// Keeps what is said, takes reports, and tells all edges what moderators want
    Chat(RoleArguments),
    /// Serves staff: the world, players and settings, with the databases of all services
    Admin(AdminArguments),
    /// Serves the page alone, for edges that others reach by the same address
    Assets(AssetsArguments),
    /// Makes the tables of accounts, of the game and of the warehouse, or brings them up to date
    Migrate(MigrateArguments),
    /// Gives an account a role: how the first admin comes to be
    Appoint(AppointArguments),
    /// Joins a server with many players who run, fight and build, and reports what they saw
    Bots(BotsArguments),
    /// Asks a process of ours whether it is well; fails unless it is
    Health(HealthArguments),
    /// Runs a recorded battle again, at full speed, and prints what came of it
    Replay(ReplayArguments),
    /// Copies the newest checkpoint of a world to standard output, or makes a world of such a copy
    #[command(subcommand)]
    Checkpoint(CheckpointVerb),
    /// Keeps copies of dumps and checkpoints among objects, and gives them back
    Archive(ArchiveArguments),
    /// Asks a running server how the world is, and changes that; or staff's service, all that staff may
    Ctl(CtlArguments),
    /// Prints what completes this program's words in a shell
    Completions(CompletionsArguments),
    /// Writes this program's manual pages
    Man(ManArguments),
}

/// Where a process is in its cluster.
#[derive(Args, Debug)]
pub struct PlaceArguments {
    /// Its number, of which there is one in the cluster
    #[arg(long, value_name = "N")]
    pub pod: u16,
    /// The directory's database, which all processes share: postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_DIRECTORY",
        hide_env_values = true
    )]
    pub directory: String,
    /// Where it listens for links with other processes (UDP); port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub link: SocketAddr,
    /// Where other processes reach that, if not there
    #[arg(long, value_name = "HOST:PORT")]
    pub link_public: Option<String>,
    /// Folder with the cluster's own authority, made if it is not there: for processes of one machine
    #[arg(long, value_name = "DIR", required_unless_present = "credentials")]
    pub authority: Option<PathBuf>,
    /// Folder with authority.crt, tls.crt, tls.key and tokens.key, as a secret mounts them
    #[arg(long, value_name = "DIR", conflicts_with = "authority")]
    pub credentials: Option<PathBuf>,
    /// Has the world speak no newer dialect than this, and so keeps it open to the version before; by default it speaks
    /// the newest as soon as all processes do. What it speaks already stays
    #[arg(long, value_name = "N", env = "VOXELHEIM_DIALECT_MAX", default_value_t = Dialect::NEWEST)]
    pub dialect_max: Dialect,
}

#[derive(Args, Debug)]
pub struct ShardArguments {
    #[command(flatten)]
    pub file: FileArguments,
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Folder that keeps its part of the world over restarts and crashes
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where it answers /healthz, /status and /metrics (TCP); nowhere unless said
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub status: Option<SocketAddr>,
    /// File that is touched whenever a copy of its world was made (ops/scripts/keep_world_copied.sh): its age is told at
    /// /metrics
    #[arg(long, value_name = "FILE", requires = "status")]
    pub copied: Option<PathBuf>,
    /// Where it answers operators, by TLS with the cluster's certificates (TCP); nowhere unless said
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub control: Option<SocketAddr>,
    /// The game's database, which keeps what players gain and has what they wear; nobody asks it unless said
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_GAME",
        hide_env_values = true,
        requires = "broker"
    )]
    pub game: Option<String>,
    /// The broker that tells the services of it
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true,
        requires = "game"
    )]
    pub broker: Option<String>,
    /// Threads that simulate, 1 to 16
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub shards: usize,
    /// Whether those threads stay on cores of their own
    #[arg(long, value_enum, default_value_t = Pin::Auto)]
    pub pin: Pin,
    /// What a new world is made from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Soldiers of each house of a new world
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub soldiers: u32,
    /// Keeps all that the shards were given since the start, for `voxelheim replay`
    #[arg(long)]
    pub keep_all: bool,
    /// The controller only says which regions it would move, split or merge, whichever pod leads; until
    /// `voxelheim ctl plan --dry-run off` on any pod; pods that leave are emptied all the same. Each start with this
    /// flag sets it again
    #[arg(long)]
    pub dry_run: bool,
}

/// The proxies before a process.
#[derive(Args, Clone, Debug, Default)]
pub struct ProxyArguments {
    /// Proxies whose `x-forwarded-for` is believed, as networks: 10.0.0.0/8,fd00::/8; by default nobody's
    #[arg(
        long,
        value_name = "NETWORK",
        env = "VOXELHEIM_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
}

#[derive(Args, Debug)]
pub struct EdgeArguments {
    #[command(flatten)]
    pub file: FileArguments,
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Address of the page (TCP); edges take UDP from the same port on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The UDP port that players are told, where a balancer or a host's port stands before that of `--listen`; those
    /// of more edges follow it
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub public_port: Option<u16>,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// The page's address as players reach it, if not there
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Folder that keeps the certificate over restarts
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Threads that serve clients
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub edges: usize,
    /// Players at once
    #[arg(long, value_name = "N", default_value_t = edge::limits::SESSIONS_MAX_DEFAULT)]
    pub sessions_max: usize,
    /// Bytes a second that a client may get at most, whatever it asks for
    #[arg(long, value_name = "N", default_value_t = protocol::limits::BUDGET_BYTES_PER_SECOND_MAX)]
    pub budget_bytes_per_second: u32,
    /// Folder with a built page, instead of the one in this binary
    #[arg(long, value_name = "DIR")]
    pub client_dir: Option<PathBuf>,
    /// What drives QUIC: our own loop, or stock quinn to compare with
    #[arg(long, value_enum, default_value_t)]
    pub quic: Quic,
    /// The auth service as this process reaches it, by whose keys tickets are checked: http://HOST:PORT/auth;
    /// without it there are no accounts here
    #[arg(long, value_name = "URL", env = "VOXELHEIM_KEYS")]
    pub keys: Option<String>,
    /// Who comes in: everybody under any name, or only who has a ticket
    #[arg(long, value_enum, default_value_t, requires = "keys")]
    pub accounts: Accounts,
    /// Where players of other processes are heard: amqp://USER:PASSWORD@HOST:PORT/VHOST; without, only those of
    /// this one
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true
    )]
    pub broker: Option<String>,
}

#[derive(Args, Debug)]
pub struct ConfigArguments {
    #[command(subcommand)]
    pub verb: ConfigVerb,
}

#[derive(Subcommand, Debug)]
pub enum ConfigVerb {
    /// Prints a file with all that may be in one, explained
    Example,
    /// Says what is wrong with it, and where, or that nothing is
    Check {
        /// The server's data folder, for what needs one
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct AuthArguments {
    #[command(flatten)]
    pub file: FileArguments,
    /// Where it answers HTTP (TCP)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// Where accounts are kept: postgres://USER:PASSWORD@HOST:PORT/DATABASE or sqlite://FILE
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_ACCOUNTS_DATABASE",
        hide_env_values = true
    )]
    pub database: String,
    /// Where rates and revocations are kept: redis://HOST:PORT, or memory: of one process
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_CACHE",
        hide_env_values = true
    )]
    pub cache: String,
    /// Where it tells others of bans: amqp://USER:PASSWORD@HOST:PORT/VHOST; by default nobody hears
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true,
        default_value = "memory:"
    )]
    pub broker: String,
    /// The game's database, for characters' names in tickets; without it each account has one, under any name
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_GAME",
        hide_env_values = true
    )]
    pub game: Option<String>,
    /// File with the 64 hexadecimal digits under which secrets are sealed; made if it is not there
    #[arg(long, value_name = "FILE")]
    pub master_key: PathBuf,
    /// The service's address as others reach it; tokens name it
    #[arg(long, value_name = "URL", value_parser = http_url)]
    pub url: String,
    /// The page that links in mail open
    #[arg(long, value_name = "URL")]
    pub page_url: String,
    /// Where mail goes: smtps://USER:PASSWORD@HOST:PORT?from=ADDRESS, smtp:// with STARTTLS, or a folder that keeps
    /// it, for development
    #[arg(
        long,
        value_name = "URL|DIR",
        env = "VOXELHEIM_MAIL",
        hide_env_values = true
    )]
    pub mail: String,
    /// File with `[[providers]]` by whom one may sign in, as `voxelheim config example` has them
    #[arg(long, value_name = "FILE", env = "VOXELHEIM_PROVIDERS")]
    pub providers: Option<PathBuf>,
}

/// What services that run alone have in common.
#[derive(Args, Debug)]
pub struct RoleArguments {
    #[command(flatten)]
    pub file: FileArguments,
    /// Where it answers HTTP (TCP)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// Where the game's services keep things: postgres://USER:PASSWORD@HOST:PORT/DATABASE or sqlite://FILE
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_GAME",
        hide_env_values = true
    )]
    pub game: String,
    /// The cache of all services: redis://HOST:PORT
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_CACHE",
        hide_env_values = true
    )]
    pub cache: String,
    /// The broker of all services: amqp://USER:PASSWORD@HOST:PORT/VHOST
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true
    )]
    pub broker: String,
    /// The auth service as this process reaches it, by whose keys callers are known: http://HOST:PORT/auth
    #[arg(long, value_name = "URL", env = "VOXELHEIM_KEYS")]
    pub keys: String,
}

#[derive(Args, Debug)]
pub struct AnalyticsArguments {
    #[command(flatten)]
    pub file: FileArguments,
    /// Where it answers HTTP (TCP)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// Where facts are kept: http://USER:PASSWORD@HOST:PORT/DATABASE of a ClickHouse, or sqlite://FILE
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_WAREHOUSE",
        hide_env_values = true
    )]
    pub warehouse: String,
    /// See `voxelheim player --cache`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_CACHE",
        hide_env_values = true
    )]
    pub cache: String,
    /// See `voxelheim player --broker`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true
    )]
    pub broker: String,
    /// See `voxelheim player --keys`
    #[arg(long, value_name = "URL", env = "VOXELHEIM_KEYS")]
    pub keys: String,
    /// File with the 64 hexadecimal digits under which players' numbers are hashed; made if it is not there.
    /// Whoever deletes it makes all that was kept before anonymous
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub retention: RetentionArguments,
}

/// For how many days statistics keep what; 2 to 20000. A change holds for what is there already, too.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct RetentionArguments {
    /// Days that statistics keep facts: who came, what was killed, changed, found and spent [default: 90]
    #[arg(long, value_name = "DAYS", env = "VOXELHEIM_RETENTION_DAYS")]
    pub retention_days: Option<u32>,
    /// Days that they keep how ticks went [default: 30]
    #[arg(long, value_name = "DAYS", env = "VOXELHEIM_RETENTION_TICKS_DAYS")]
    pub retention_ticks_days: Option<u32>,
    /// Days that they keep rounds, and sums of hours and days [default: 800]
    #[arg(long, value_name = "DAYS", env = "VOXELHEIM_RETENTION_SUMS_DAYS")]
    pub retention_sums_days: Option<u32>,
}

#[derive(Args, Debug)]
pub struct AdminArguments {
    #[command(flatten)]
    pub role: RoleArguments,
    /// See `voxelheim auth --database`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_ACCOUNTS_DATABASE",
        hide_env_values = true
    )]
    pub database: String,
    /// See `voxelheim analytics --warehouse`; without it staff are not told whether it is well
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_WAREHOUSE",
        hide_env_values = true
    )]
    pub warehouse: Option<String>,
    /// See `voxelheim archive --objects`; without it staff are not told whether they are well
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_OBJECTS",
        hide_env_values = true
    )]
    pub objects: Option<String>,
    /// The data folder of a process with shards beside this one, which holds the socket that the world answers
    /// operators on; without it or --pod regions are neither seen nor moved
    #[arg(long, value_name = "DIR")]
    pub world: Option<PathBuf>,
    /// Where a process with shards answers operators (its --control), as this process reaches it; may be given several
    /// times, and a name may stand for several: the first that can be reached is asked
    #[arg(
        long = "pod",
        value_name = "HOST:PORT",
        conflicts_with = "world",
        requires = "shown"
    )]
    pub pods: Vec<String>,
    /// See `voxelheim shard --authority`
    #[arg(long, value_name = "DIR", group = "shown", requires = "pods")]
    pub authority: Option<PathBuf>,
    /// Folder with authority.crt, tls.crt and tls.key of a certificate for admin.voxelheim.internal
    #[arg(long, value_name = "DIR", group = "shown", requires = "pods")]
    pub credentials: Option<PathBuf>,
    /// An edge as this process reaches it, http://HOST:PORT; may be given several times
    #[arg(long = "edge", value_name = "URL")]
    pub edges: Vec<String>,
    /// A place where VoxelHeim runs: NAME=URL, or NAME alone for this one; may be given several times
    #[arg(long = "environment", value_name = "NAME[=URL]")]
    pub environments: Vec<String>,
    /// A checkout's argocd/environments: which revision is approved for each environment, and which awaits promotion
    #[arg(long, value_name = "DIR")]
    pub declared: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct HealthArguments {
    /// http://HOST:PORT/readyz, or /healthz
    #[arg(value_name = "URL")]
    pub url: String,
}

#[derive(Args, Debug)]
pub struct AssetsArguments {
    #[command(flatten)]
    pub file: FileArguments,
    /// Where it answers HTTP (TCP)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8091")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// Folder with a built page, instead of the one in this binary
    #[arg(long, value_name = "DIR")]
    pub client_dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct MigrateArguments {
    /// See `voxelheim auth --database`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_ACCOUNTS_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// See `voxelheim player --game`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_GAME",
        hide_env_values = true,
        required_unless_present = "database"
    )]
    pub game: Option<String>,
    /// See `voxelheim analytics --warehouse`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_WAREHOUSE",
        hide_env_values = true
    )]
    pub warehouse: Option<String>,
    /// The broker, which is then told to keep events for every service, whether that runs already or not; for
    /// analytics if there is a warehouse
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true
    )]
    pub broker: Option<String>,
}

#[derive(Args, Debug)]
pub struct AppointArguments {
    /// The data folder of a server that keeps accounts there; goes before --database
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// See `voxelheim auth --database`
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_ACCOUNTS_DATABASE",
        hide_env_values = true,
        required_unless_present = "data"
    )]
    pub database: Option<String>,
    /// The account's mail address
    pub email: String,
    #[arg(value_enum)]
    pub role: StaffRole,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum StaffRole {
    Player,
    Moderator,
    Operator,
    Admin,
}

impl StaffRole {
    pub fn role(self) -> tokens::Role {
        match self {
            StaffRole::Player => tokens::Role::Player,
            StaffRole::Moderator => tokens::Role::Moderator,
            StaffRole::Operator => tokens::Role::Operator,
            StaffRole::Admin => tokens::Role::Admin,
        }
    }
}

#[derive(Args, Debug)]
pub struct CompletionsArguments {
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Args, Debug)]
pub struct ManArguments {
    /// Folder that they are written to, made if it is not there
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct ReplayArguments {
    /// A server's data folder, or a run's folder in it, or a file of a run
    #[arg(value_name = "FILE|DIR")]
    pub path: PathBuf,
    /// Prints one JSON object
    #[arg(long)]
    pub json: bool,
    /// Ends after this tick
    #[arg(long, value_name = "TICK")]
    pub until: Option<u32>,
    /// Prints the hash of every tick
    #[arg(long)]
    pub hashes: bool,
    /// Prints the CPU time of every phase
    #[arg(long)]
    pub bench: bool,
}

#[derive(Subcommand, Debug)]
pub enum CheckpointVerb {
    /// Writes the newest checkpoint to standard output; a server may be running on the folder
    Save {
        /// A server's data folder
        #[arg(long, value_name = "DIR", env = "VOXELHEIM_DATA")]
        data: PathBuf,
    },
    /// Makes a world of what is saved, read from standard input
    Load {
        /// A data folder without a world
        #[arg(long, value_name = "DIR", env = "VOXELHEIM_DATA")]
        data: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct ArchiveArguments {
    /// Where copies are kept: s3s://KEY:SECRET@HOST:PORT/BUCKET?region=R&authority=PEM_FILE by TLS, s3:// without, or
    /// file:///FOLDER; what a URL gives a meaning to is percent-encoded in KEY and SECRET
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_OBJECTS",
        hide_env_values = true
    )]
    pub objects: String,
    #[command(subcommand)]
    pub verb: ArchiveVerb,
}

#[derive(Subcommand, Debug)]
pub enum ArchiveVerb {
    /// Keeps standard input as a copy of this kind, reads it back, and prints its id
    Put { name: String },
    /// Writes a copy to standard output: the newest, or that of an id
    Get { name: String, id: Option<String> },
    /// Reads a copy and fails unless it is what was put there: the newest, or that of an id
    Verify { name: String, id: Option<String> },
    /// Prints the copies of this kind, oldest first: id and bytes
    List { name: String },
    /// Deletes all but the newest of the latest hours, days and weeks
    #[command(group(ArgGroup::new("keep").args(["hours", "days", "weeks"]).required(true).multiple(true)))]
    Prune {
        name: String,
        /// Hours in which there was a copy that keep their newest
        #[arg(long, value_name = "N", default_value_t = 0)]
        hours: usize,
        /// The same of days
        #[arg(long, value_name = "N", default_value_t = 0)]
        days: usize,
        /// The same of weeks
        #[arg(long, value_name = "N", default_value_t = 0)]
        weeks: usize,
    },
}

/// The file of a role.
#[derive(Args, Clone, Debug)]
pub struct FileArguments {
    /// Configuration file: what its table of this role says stands where neither flag nor variable does; see
    /// `voxelheim config example`
    #[arg(long, value_name = "FILE", env = "VOXELHEIM_CONFIG")]
    pub config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct BotsArguments {
    /// The server's page; given several times, the bots spread over several servers of one battle
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub url: Vec<String>,
    /// The auth service, where each becomes a guest and comes in by ticket: http://HOST:PORT/auth
    #[arg(long, value_name = "URL")]
    pub auth: Option<String>,
    /// The inventory service, by which guests trade two and two while they fight: http://HOST:PORT/inventory
    #[arg(long, value_name = "URL", requires = "auth")]
    pub inventory: Option<String>,
    /// How many join
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub count: usize,
    /// How long they play before they are measured, once all have joined
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub settle_seconds: u32,
    /// How long is measured; an interrupt ends it early
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub seconds: u32,
    /// How many of them measure staleness and age, half of all their work; the others only play [default: all]
    #[arg(long, value_name = "N")]
    pub witnesses: Option<usize>,
    /// Joins a second; a server lets 60 in from one address
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub joins_per_second: u32,
    /// What each asks for; 0 asks for the server's default
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub budget_bytes_per_second: u32,
    /// How far each sees; 0 asks for the server's default
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub view_distance_blocks: u16,
    /// What the bots' choices are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Reports as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Says on standard error when all have joined, and when measuring begins and ends
    #[arg(long)]
    pub milestones: bool,
}
