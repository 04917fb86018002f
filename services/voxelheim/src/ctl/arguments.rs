//! The words of `voxelheim ctl`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Args, Debug)]
pub struct CtlArguments {
    /// The server's data folder, which holds the socket that it answers on: for regions, shards and plans
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// Staff's service, for all there is: http://HOST:PORT/api/admin of a server, /admin of `voxelheim admin`
    #[arg(long, value_name = "URL", env = "VOXELHEIM_ADMIN", global = true)]
    pub url: Option<String>,
    /// Who asks it: an access token, as `ctl login` prints it
    #[arg(
        long,
        value_name = "TOKEN",
        env = "VOXELHEIM_TOKEN",
        hide_env_values = true,
        global = true
    )]
    pub token: Option<String>,
    /// Why something is to be done: goes into the log
    #[arg(long, value_name = "TEXT", global = true)]
    pub reason: Option<String>,
    /// Prints JSON
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: CtlVerb,
}

#[derive(Subcommand, Debug)]
pub enum CtlVerb {
    /// Signs in and prints an access token; the password is read from standard input
    Login {
        email: String,
        /// Of the second factor
        #[arg(long, value_name = "N")]
        code: String,
        /// The auth service, if it is not beside staff's
        #[arg(long, value_name = "URL")]
        auth: Option<String>,
    },
    /// Shows pods, regions, edges, backends and players at one look
    Overview,
    /// Lists regions with owner and cost, or changes one
    Regions {
        #[command(subcommand)]
        verb: Option<RegionVerb>,
    },
    /// Lists shards with what they carry
    Shards,
    /// Moves everything off a pod, pinned regions too; emptied, its process ends
    Drain {
        pod: u16,
        /// Calls that off while the process is there: it takes regions again
        #[arg(long)]
        undo: bool,
    },
    /// Tells what was planned lately, why, and what came of it
    Plan {
        /// Only say plans, but those that empty a pod, or carry all out
        #[arg(long, value_enum)]
        dry_run: Option<Switch>,
    },
    /// Has a plan carried out that was only said
    Approve {
        /// split, merge, move or drain
        action: String,
        region: String,
        /// POD/SHARD, of a move or drain
        to: Option<String>,
    },
    /// Tells why a region is where it is
    Why { region: String },
    /// Finds players, and does something about one
    Players {
        #[command(subcommand)]
        verb: PlayerVerb,
    },
    /// Lists who is connected now, or sends away who plays without an account
    Sessions {
        /// Whose name has this in it
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
        /// Behind a page's end, as that page's `next` says
        #[arg(long, value_name = "SESSION")]
        after: Option<String>,
        /// Sends this one away, who has no account; of others see `players kick`
        #[arg(long, value_name = "SESSION", conflicts_with_all = ["query", "after"])]
        kick: Option<String>,
    },
    /// Lists what players reported, or closes one
    Reports {
        /// Those that are closed
        #[arg(long)]
        resolved: bool,
        /// Closes this one; the reason says what was done about it
        #[arg(long, value_name = "REPORT")]
        close: Option<String>,
        /// Behind a page's end, as that page's `next` says
        #[arg(long, value_name = "REPORT", conflicts_with = "close")]
        after: Option<String>,
    },
    /// Reads a channel of chat, or does something about it
    Chat {
        #[command(subcommand)]
        verb: ChatVerb,
    },
    /// Lists what a character got and lost
    Ledger {
        account: String,
        character: String,
        /// Behind a page's end, as that page's `next` says
        #[arg(long, value_name = "BATCH")]
        before: Option<String>,
    },
    /// Shows what taking a character back to a point would change, or does it
    Rollback {
        account: String,
        character: String,
        /// All that came after this batch of its ledger is reversed
        batch: String,
        /// Does it
        #[arg(long)]
        yes: bool,
    },
    /// Says whether the books close, and what came into the world and went out of it
    Economy,
    /// Lists what staff did
    Audit {
        /// By this account alone
        #[arg(long, value_name = "ACCOUNT")]
        actor: Option<String>,
        /// About this alone
        #[arg(long, value_name = "ID")]
        target: Option<String>,
        /// Behind a page's end, as that page's `next` says
        #[arg(long, value_name = "LINE")]
        before: Option<String>,
    },
    /// Shows the configuration, compares it with a file, replaces it or undoes that
    Config {
        #[command(subcommand)]
        verb: SettingsVerb,
    },
    /// Shows what all players are told as they come in, or sets it
    Motd {
        text: Option<String>,
        /// Takes it away
        #[arg(long, conflicts_with = "text")]
        clear: bool,
    },
    /// Lists how the battle stands and those that are to come, starts one, or schedules one
    Battles {
        #[command(subcommand)]
        verb: Option<BattleVerb>,
    },
    /// Lists the places where VoxelHeim runs, with their versions
    Environments,
    /// Tells what the warehouse knows of the last hours
    Statistics(StatisticsArguments),
}

#[derive(Args, Clone, Debug)]
pub struct StatisticsArguments {
    #[arg(value_enum)]
    pub question: Question,
    /// How far back, from now; whole hours count, and of some questions whole days
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..))]
    pub hours: u32,
    /// By the minute instead of by the hour: players, shards and regions, of a day at most
    #[arg(long)]
    pub minutes: bool,
    /// Of this world alone
    #[arg(long, value_name = "NAME")]
    pub world: Option<String>,
    /// Only kills by this one: sword, arrow, bomb, fall or drown
    #[arg(long, value_name = "WEAPON")]
    pub weapon: Option<String>,
    /// Blocks along the side of a cell of the map of kills: 8, 16, 32 and so on
    #[arg(long, value_name = "BLOCKS")]
    pub cell: Option<u32>,
    /// The analytics service, if it is not beside staff's
    #[arg(long, value_name = "URL")]
    pub analytics: Option<String>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// How many were there at once
    Players,
    /// Of those who came first on a day, who came again a day and a week later
    Retention,
    /// What each house won
    Balance,
    /// What each weapon did
    Weapons,
    /// Where was killed, the bloodiest cells first
    Kills,
    /// What was broken and placed
    Blocks,
    /// What came into the world and went out of it
    Economy,
    /// How the ticks of each shard went
    Shards,
    /// Who was in each region
    Regions,
}

#[derive(Subcommand, Clone, Debug)]
pub enum RegionVerb {
    /// Replaces a region by its eighths
    Split { region: String },
    /// Replaces eighths, all of one shard, by the region that they make up
    Merge { region: String },
    /// Gives a region to another shard, while people fight in it
    Move {
        region: String,
        /// POD/SHARD
        to: String,
    },
    /// Keeps a region where it is, unless its pod is emptied
    Pin {
        region: String,
        /// Lets it go again
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum BattleVerb {
    List,
    /// Ends the battle that is fought; after the usual pause another begins
    Start,
    /// Has a battle begin in some minutes, of which players are told before
    Schedule {
        title: String,
        #[arg(long, value_name = "MINUTES")]
        r#in: i64,
        /// What players are told with it
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Takes back what was scheduled
    Cancel {
        battle: String,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum PlayerVerb {
    /// By the beginning of a name, a number or a mail address
    Find {
        query: String,
    },
    Show {
        account: String,
    },
    /// Says something to all characters of a player, in the server's name
    Message {
        account: String,
        text: String,
    },
    Mute {
        account: String,
        #[arg(long, value_name = "N")]
        minutes: i64,
    },
    Unmute {
        account: String,
    },
    /// Sends a player away, who may come back
    Kick {
        account: String,
    },
    /// For ever, or for some days
    Ban {
        account: String,
        #[arg(long, value_name = "N")]
        days: Option<i64>,
    },
    Unban {
        account: String,
    },
    /// Makes an account staff of some kind, or a player again; all its sessions end
    Role {
        account: String,
        /// player, moderator, operator or admin
        role: String,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum ChatVerb {
    /// What was said, the newest first
    Lines {
        /// global, system, local, house.0, party.NUMBER, guild.NUMBER or whisper.ONE.OTHER
        channel: String,
        /// Behind a page's end, as that page's `next` says
        #[arg(long, value_name = "NEXT")]
        before: Option<String>,
    },
    /// Takes a line off all pages, by its number
    Remove { message: String },
    /// Says how slow each channel is, slows one down, or ends that
    Slow {
        /// global, local, house, party, guild or whisper
        #[arg(requires = "seconds")]
        channel: Option<String>,
        /// Between two lines of one speaker; 0 ends it
        seconds: Option<u64>,
    },
    /// Lists the words that nobody is shown, or changes them
    Words {
        #[arg(long, value_name = "WORD")]
        add: Vec<String>,
        #[arg(long, value_name = "WORD")]
        remove: Vec<String>,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum SettingsVerb {
    Show,
    /// Says what a file would change, and what is wrong with it
    Check {
        file: PathBuf,
    },
    /// Puts a file in the configuration's place
    Put {
        file: PathBuf,
    },
    /// Puts back what was there before the last change
    Undo,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Switch {
    On,
    Off,
}
