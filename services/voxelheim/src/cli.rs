//! The flags.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser};

/// One battle in one editable voxel world, played from a browser.
#[derive(Parser, Debug)]
#[command(version, about)]
pub struct Arguments {
    #[command(flatten)]
    pub serve: ServeArguments,
}

/// Flags of the server; what is not given comes from the configuration file, then from defaults.
#[derive(Args, Debug, Default)]
pub struct ServeArguments {
    /// Address of the page (TCP); edges take UDP from the same port on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Folder that keeps certificate and battle over restarts; without it nothing is kept
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file [default: voxelheim.toml in --data, if there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What the world is made from [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Soldiers of each house [default: 500]
    #[arg(long, value_name = "N")]
    pub soldiers: Option<u32>,
    /// Threads that serve clients [default: half of the cores]
    #[arg(long, value_name = "N")]
    pub edges: Option<usize>,
    /// Players at once [default: 2000]
    #[arg(long, value_name = "N")]
    pub sessions_max: Option<usize>,
    /// Bytes a second that a client may get at most, whatever it asks for [default: 1000000]
    #[arg(long, value_name = "N")]
    pub budget_bytes_per_second: Option<u32>,
    /// Folder with a built page, instead of the one in this binary
    #[arg(long, value_name = "DIR")]
    pub client_dir: Option<PathBuf>,
    /// Opens the page in a browser
    #[arg(long)]
    pub open: bool,
}
