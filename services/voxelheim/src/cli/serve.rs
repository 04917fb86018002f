//! The flags of the one process.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{ProxyArguments, RetentionArguments};

/// Flags of the server; what is not given comes from the configuration file, then from defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArguments {
    /// Address of the page (TCP); edges take UDP from the same port on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", env = "VOXELHEIM_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// The UDP port that players are told, where a balancer or a host's port stands before that of --listen; those of
    /// more edges follow it
    #[arg(long, value_name = "PORT", env = "VOXELHEIM_PUBLIC_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub public_port: Option<u16>,
    #[command(flatten)]
    pub proxies: ProxyArguments,
    /// Folder that keeps certificate and battle over restarts and crashes; without it nothing is kept
    #[arg(long, value_name = "DIR", env = "VOXELHEIM_DATA")]
    pub data: Option<PathBuf>,
    /// Configuration file [default: voxelheim.toml in --data, if there]
    #[arg(long, value_name = "FILE", env = "VOXELHEIM_CONFIG")]
    pub config: Option<PathBuf>,
    /// What the world is made from [default: 1]
    #[arg(long, value_name = "N", env = "VOXELHEIM_SEED")]
    pub seed: Option<u64>,
    /// Soldiers of each house [default: 500]
    #[arg(long, value_name = "N", env = "VOXELHEIM_SOLDIERS")]
    pub soldiers: Option<u32>,
    /// Threads that share the world between them, 1 to 64 [default: 1]
    #[arg(long, value_name = "N", env = "VOXELHEIM_SHARDS")]
    pub shards: Option<usize>,
    /// Whether those threads stay on cores of their own [default: auto]
    #[arg(long, value_enum, env = "VOXELHEIM_PIN")]
    pub pin: Option<Pin>,
    /// Keeps all that the battle was given since the start, for `voxelheim replay`; otherwise only what
    /// a restart needs
    #[arg(long, env = "VOXELHEIM_KEEP_ALL")]
    pub keep_all: bool,
    #[command(flatten)]
    pub statistics: RetentionArguments,
    /// The controller only says which regions it would move, split or merge; see `voxelheim ctl plan`
    #[arg(long, env = "VOXELHEIM_DRY_RUN")]
    pub dry_run: bool,
    /// Whether there are accounts, and who comes in without; they need --data [default: open]
    #[arg(long, value_enum, env = "VOXELHEIM_ACCOUNTS")]
    pub accounts: Option<Accounts>,
    /// The page's address as players reach it, for links in mail [default: http:// and --listen]
    #[arg(long, value_name = "URL", env = "VOXELHEIM_URL")]
    pub url: Option<String>,
    /// Where mail goes: smtps://USER:PASSWORD@HOST:PORT?from=ADDRESS, smtp:// with STARTTLS, or a folder that keeps
    /// it [default: mail in --data]
    #[arg(
        long,
        value_name = "URL|DIR",
        env = "VOXELHEIM_MAIL",
        hide_env_values = true
    )]
    pub mail: Option<String>,
    #[command(flatten)]
    pub stores: StoreArguments,
    /// Threads that serve clients [default: half of the cores]
    #[arg(long, value_name = "N", env = "VOXELHEIM_EDGES")]
    pub edges: Option<usize>,
    /// Players at once [default: 2000]
    #[arg(long, value_name = "N", env = "VOXELHEIM_SESSIONS_MAX")]
    pub sessions_max: Option<usize>,
    /// Bytes a second that a client may get at most, whatever it asks for [default: 1000000]
    #[arg(long, value_name = "N", env = "VOXELHEIM_BUDGET_BYTES_PER_SECOND")]
    pub budget_bytes_per_second: Option<u32>,
    /// Folder with a built page, instead of the one in this binary
    #[arg(long, value_name = "DIR", env = "VOXELHEIM_CLIENT_DIR")]
    pub client_dir: Option<PathBuf>,
    /// What drives QUIC: our own loop, or stock quinn to compare with [default: loop]
    #[arg(long, value_enum, env = "VOXELHEIM_QUIC")]
    pub quic: Option<Quic>,
    /// Opens the page in a browser
    #[arg(long)]
    pub open: bool,
}

/// Where the services of the one process keep things that is not the data folder.
#[derive(Args, Clone, Debug, Default)]
pub struct StoreArguments {
    /// Where accounts are kept: postgres://USER:PASSWORD@HOST:PORT/DATABASE [default: accounts.db in --data]
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_ACCOUNTS_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Where all else of players is kept [default: game.db in --data]
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_GAME",
        hide_env_values = true
    )]
    pub game: Option<String>,
    /// Where rates and revocations are kept: redis://HOST:PORT [default: memory]
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_CACHE",
        hide_env_values = true
    )]
    pub cache: Option<String>,
    /// What services tell each other by: amqp://USER:PASSWORD@HOST:PORT/VHOST [default: memory]
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_BROKER",
        hide_env_values = true
    )]
    pub broker: Option<String>,
    /// Where what happened is summed up: http://USER:PASSWORD@HOST:PORT/DATABASE of a ClickHouse [default:
    /// analytics.db in --data]
    #[arg(
        long,
        value_name = "URL",
        env = "VOXELHEIM_WAREHOUSE",
        hide_env_values = true
    )]
    pub warehouse: Option<String>,
}

/// Who may come in.
#[derive(ValueEnum, serde::Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Accounts {
    /// Everybody, under any name; there are no accounts
    Off,
    /// Who has an account or is a guest, and everybody else under any name
    #[default]
    Open,
    /// Who has an account or is a guest of the auth service
    Required,
}

/// See [`ServeArguments::quic`].
#[derive(ValueEnum, serde::Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Quic {
    #[default]
    Loop,
    Quinn,
}

/// See [`ServeArguments::pin`].
#[derive(ValueEnum, serde::Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    #[default]
    Auto,
    Off,
}
