//! A server's own socket: regions, shards and plans, for whoever may open its data folder.

use std::{fmt::Write as _, path::Path};

use placement::{
    Answer, ControlError, Request,
    request::{MoveRow, PlanRow, RegionRow},
};

use crate::{
    Failure,
    ctl::{
        arguments::{CtlArguments, CtlVerb, RegionVerb, Switch},
        shards,
        table::{share, table},
    },
    data::CONTROL,
};

/// What it answers, as text or JSON.
pub fn ask(data: &Path, arguments: &CtlArguments) -> Result<String, Failure> {
    let socket = data.join(CONTROL);
    let request = request(&arguments.verb).ok_or_else(|| {
        Failure::Usage("this is for staff's service: say where it is with --url".to_owned())
    })?;
    let answer = placement::carry_out(|request| placement::ask(&socket, request), &request)
        .map_err(|error| match error {
            ControlError::NoServer(..) => Failure::Usage(error.to_string()),
            _ => Failure::Runtime(error.to_string()),
        })?;
    if let Answer::Refused { why } = answer {
        return Err(Failure::Usage(why));
    }
    Ok(match arguments.json {
        true => serde_json::to_string_pretty(&answer).expect("answers are JSON") + "\n",
        false => to_text(&answer),
    })
}

/// Whether this is for the socket.
pub fn answers(verb: &CtlVerb) -> bool {
    request(verb).is_some()
}

/// None for what the socket does not answer.
fn request(verb: &CtlVerb) -> Option<Request> {
    Some(match verb {
        CtlVerb::Regions { verb: None } => Request::Regions,
        CtlVerb::Regions { verb: Some(verb) } => region_request(verb),
        CtlVerb::Shards => Request::Shards,
        CtlVerb::Drain { pod, undo } => Request::Drain {
            pod: *pod,
            is_draining: !undo,
        },
        CtlVerb::Plan { dry_run: None } => Request::Plan,
        CtlVerb::Plan {
            dry_run: Some(switch),
        } => Request::DryRun {
            is_on: *switch == Switch::On,
        },
        CtlVerb::Why { region } => Request::Why {
            region: region.clone(),
        },
        _ => return None,
    })
}

fn region_request(verb: &RegionVerb) -> Request {
    match verb.clone() {
        RegionVerb::Split { region } => Request::Split { region },
        RegionVerb::Merge { region } => Request::Merge { region },
        RegionVerb::Move { region, to } => Request::Move { region, to },
        RegionVerb::Pin { region, undo } => Request::Pin {
            region,
            is_pinned: !undo,
        },
    }
}

fn to_text(answer: &Answer) -> String {
    match answer {
        Answer::Regions { regions } => region_table(regions),
        Answer::Shards {
            tick,
            dialect,
            shards,
        } => format!(
            "tick {tick}, dialect {dialect}\n{}",
            shards::text_of(shards)
        ),
        Answer::Plans {
            is_dry_run,
            pinned,
            plans,
            blocked,
        } => {
            let word = if *is_dry_run {
                "only said"
            } else {
                "carried out"
            };
            let mut text = format!("plans are {word}\n{}", plan_list(plans));
            if !pinned.is_empty() {
                let _ = writeln!(text, "pinned: {}", pinned.join(", "));
            }
            for line in blocked {
                let _ = writeln!(text, "blocked: {line}");
            }
            text
        }
        Answer::Why { region, plans } => {
            let table = region_table(std::slice::from_ref(region));
            format!("{table}{}", plan_list(plans))
        }
        Answer::Battle { battle } => format!("{battle}\n"),
        Answer::Configuration { text } => text.clone(),
        Answer::Done { what } => format!("{what}\n"),
        Answer::Refused { why } => format!("{why}\n"),
    }
}

fn region_table(regions: &[RegionRow]) -> String {
    let head = [
        "REGION",
        "EDGE",
        "AT",
        "SHARD",
        "EPOCH",
        "BODIES",
        "PLAYERS",
        "TICK µs",
        "EGRESS B/s",
        "PIN",
        "LAST PAUSE",
    ];
    let row = |row: &RegionRow| {
        let [x, y, z] = row.at;
        let pin = if row.is_pinned { "pinned" } else { "" };
        let pause = row.moved.as_ref().map(pause_of);
        vec![
            row.region.clone(),
            format!("{} m", row.edge_m),
            format!("{x},{y},{z}"),
            row.owner.clone(),
            row.epoch.to_string(),
            row.bodies.to_string(),
            row.players.to_string(),
            row.tick_us.to_string(),
            row.egress_bytes_per_second.to_string(),
            pin.to_owned(),
            pause.unwrap_or_default(),
        ]
    };
    table(&head, regions.iter().map(row))
}

/// Of a region's last move.
fn pause_of(moved: &MoveRow) -> String {
    let MoveRow {
        pause_ticks: ticks,
        pause_ms: ms,
        age_s,
        ..
    } = moved;
    format!("{ticks} ticks, {ms} ms, {age_s} s ago")
}

fn plan_list(plans: &[PlanRow]) -> String {
    let mut text = String::new();
    if plans.is_empty() {
        text.push_str("nothing was planned\n");
    }
    for plan in plans {
        let way = match (&plan.from, &plan.to) {
            (Some(from), Some(to)) => format!(" from {from} to {to}"),
            _ => String::new(),
        };
        let gain = match plan.gain_permille {
            0 => String::new(),
            gain => format!(", should gain {}", share(gain)),
        };
        let _ = writeln!(
            text,
            "{} s ago, {}: {} {}{way}: {}{gain}",
            plan.age_s, plan.by, plan.action, plan.region, plan.state
        );
        for reason in &plan.reasons {
            let _ = writeln!(text, "    {reason}");
        }
    }
    text
}
