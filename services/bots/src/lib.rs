//! Load clients: players without a screen, over real QUIC, who run to the battle, fight, shoot, dig and
//! build, and measure what a player would feel.
//!
//! All bots of a run share one thread and one runtime. They see what the wire tells them and nothing
//! else: no terrain is kept, so they bump into walls and work their way around.

mod bot;
mod brain;
mod census;
mod connect;
mod connection;
mod control;
mod debt;
mod figures;
mod guest;
mod http;
pub mod limits;
mod market;
mod outlook;
mod pace;
mod report;
mod roam;
mod run;
mod senses;
mod trust;

pub use report::{Figures, Report};
pub use run::{BotsError, Milestone, run};

/// What to run.
#[derive(Clone, Debug)]
pub struct BotsConfig {
    /// Where the pages of the servers are, such as `http://127.0.0.1:8080`; bots spread over them.
    pub urls: Vec<String>,
    /// The auth service, such as `http://127.0.0.1:8090/auth`, where each becomes a guest and comes in by
    /// ticket; without it they come in under any name.
    pub auth: Option<String>,
    /// The inventory service, such as `http://127.0.0.1:8090/inventory`, by which guests trade, two and two, while
    /// they fight.
    pub inventory: Option<String>,
    pub count: usize,
    /// How long they play before they are measured, once all have joined: land streams in meanwhile.
    pub settle_seconds: u32,
    /// How long to measure.
    pub seconds: u32,
    /// How many of them write down how old what they know is, which takes half of all their time.
    pub witnesses: usize,
    /// Handshakes cost both sides: joins are spread.
    pub joins_per_second: u32,
    /// 0 asks for the server's default.
    pub budget_bytes_per_second: u32,
    /// 0 asks for the server's default.
    pub view_distance_blocks: u16,
    /// Bots of equal seed behave alike, as far as the battle does.
    pub seed: u64,
}

impl Default for BotsConfig {
    fn default() -> Self {
        Self {
            urls: vec!["http://127.0.0.1:8080".into()],
            auth: None,
            inventory: None,
            count: 100,
            settle_seconds: 0,
            seconds: 10,
            witnesses: usize::MAX,
            joins_per_second: 100,
            budget_bytes_per_second: 0,
            view_distance_blocks: 0,
            seed: 1,
        }
    }
}
