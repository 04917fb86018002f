//! `voxelheim bots`: plays with load clients and reports what they saw.

use std::io::{self, Write};

use bots::{
    BotsConfig, BotsError, Milestone,
    limits::{BOTS_MAX, JOINS_PER_SECOND_MAX, SECONDS_MAX},
};

use crate::{Failure, cli::BotsArguments, config::within};

/// Runs the bots and prints their report.
pub fn run(arguments: &BotsArguments) -> Result<(), Failure> {
    within("count", arguments.count, 1, BOTS_MAX)?;
    within("seconds", arguments.seconds, 1, SECONDS_MAX)?;
    within("settle-seconds", arguments.settle_seconds, 0, SECONDS_MAX)?;
    let joins_per_second = arguments.joins_per_second;
    within(
        "joins-per-second",
        joins_per_second,
        1,
        JOINS_PER_SECOND_MAX,
    )?;
    let config = BotsConfig {
        urls: arguments.url.clone(),
        auth: arguments.auth.clone(),
        inventory: arguments.inventory.clone(),
        count: arguments.count,
        settle_seconds: arguments.settle_seconds,
        seconds: arguments.seconds,
        witnesses: arguments.witnesses.unwrap_or(usize::MAX),
        joins_per_second,
        budget_bytes_per_second: arguments.budget_bytes_per_second,
        view_distance_blocks: arguments.view_distance_blocks,
        seed: arguments.seed,
    };
    let says_milestones = arguments.milestones;
    let reach = |milestone| {
        if says_milestones {
            let _ = writeln!(io::stderr(), "{}", line(milestone));
        }
    };
    let report = bots::run(&config, reach).map_err(|error| match error {
        BotsError::BadUrl(_) => {
            Failure::Usage(format!("{error}: check --url, --auth and --inventory"))
        }
        BotsError::Unreachable(_) => {
            Failure::Runtime(format!("{error}: start one with voxelheim, or check --url"))
        }
        _ => Failure::Runtime(error.to_string()),
    })?;
    let text = match arguments.json {
        true => format!("{:#}\n", report.to_json()),
        false => format!("{report}\n"),
    };
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Runtime(format!("the report cannot be printed: {error}")))
}

/// What a script that drives the bots waits for.
fn line(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::Joined => "joined",
        Milestone::Measuring => "measuring",
        Milestone::Measured => "measured",
    }
}
