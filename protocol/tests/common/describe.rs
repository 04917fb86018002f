//! What a message says, as JSON: the content of the golden vectors.

use protocol::{
    battle::{Battle, Density, Kills, Scoreboard},
    chat::Said,
    down::DownMessage,
    event::Events,
    header::Header,
    loot::{Drops, Found, NOTHING, Stack},
    own::Own,
    session::{Appearances, Refusals, Welcome},
    snapshot::Snapshot,
    terrain::{Bricks, Edits, Forget},
    up::{Hello, Inputs, Settings, UpMessage},
};
use serde_json::{Value, json};

/// Panics on a message that does not decode.
pub fn message(bytes: &[u8]) -> Value {
    let header = Header::decode(bytes).expect("a sample is good");
    let content = if header.kind.is_up() {
        up(bytes)
    } else {
        down(bytes)
    };
    json!({ "kind": header.kind as u8, "number": header.number, "content": content })
}

fn up(bytes: &[u8]) -> Value {
    match UpMessage::decode(bytes).expect("a sample is good").0 {
        UpMessage::Inputs(inputs) => self::inputs(&inputs),
        UpMessage::Ping(ping) => json!({ "nonce": ping.nonce }),
        UpMessage::Hello(hello) => self::hello(&hello),
        UpMessage::Settings(settings) => self::settings(settings),
        UpMessage::Leave => json!({}),
        UpMessage::Say(say) => json!({
            "channel": say.channel,
            "to": say.to,
            "text": say.text,
        }),
        UpMessage::Ignore(ignore) => json!({
            "name": ignore.name,
            "ignored": ignore.ignored,
        }),
    }
}

fn down(bytes: &[u8]) -> Value {
    match DownMessage::decode(bytes).expect("a sample is good").0 {
        DownMessage::Snapshot(snapshot) => self::snapshot(&snapshot),
        DownMessage::Events(events) => self::events(&events),
        DownMessage::Pong(pong) => json!({ "nonce": pong.nonce, "tick": pong.tick }),
        DownMessage::Welcome(welcome) => self::welcome(&welcome),
        DownMessage::Closing(closing) => json!({
            "reason": closing.reason as u8,
            "text": closing.text,
            "protocol_version": closing.protocol_version,
        }),
        DownMessage::Appearances(appearances) => self::appearances(&appearances),
        DownMessage::Battle(battle) => self::battle(&battle),
        DownMessage::Kills(kills) => self::kills(&kills),
        DownMessage::Scoreboard(scoreboard) => self::scoreboard(&scoreboard),
        DownMessage::Density(density) => self::density(&density),
        DownMessage::Refusals(refusals) => self::refusals(&refusals),
        DownMessage::Waiting(waiting) => json!({
            "position": waiting.position,
            "count": waiting.count,
            "line_ticket": waiting.line_ticket,
        }),
        DownMessage::Overload(overload) => json!({
            "steps": overload.steps,
            "rate_permille": overload.rate_permille,
            "staleness_ticks_max": overload.staleness_ticks_max,
        }),
        DownMessage::Said(said) => self::said(&said),
        DownMessage::Unsaid(unsaid) => json!({
            "reason": unsaid.reason,
            "channel": unsaid.channel,
            "until_ms": unsaid.until_ms,
        }),
        DownMessage::Drops(drops) => self::drops(&drops),
        DownMessage::Found(found) => self::found(&found),
        DownMessage::Bricks(bricks) => self::bricks(&bricks),
        DownMessage::Edits(edits) => self::edits(&edits),
        DownMessage::Forget(forget) => self::forget(&forget),
    }
}

/// One array per field, as columns are on the wire.
fn column<Row, Field: Into<Value>>(rows: &[Row], field: impl Fn(&Row) -> Field) -> Value {
    rows.iter()
        .map(|row| field(row).into())
        .collect::<Vec<Value>>()
        .into()
}

fn inputs(inputs: &Inputs) -> Value {
    let records = inputs.records().iter().map(|record| {
        let (block, face) = record.target.unwrap_or(([0; 3], 255));
        json!({
            "sequence": record.sequence,
            "view_tick": record.view_tick,
            "view_fraction": record.view_fraction,
            "buttons": record.buttons,
            "yaw": record.yaw,
            "pitch": record.pitch,
            "slot": record.slot,
            "target": block,
            "target_face": face,
            "respawn_banner": record.respawn_banner,
        })
    });
    json!({ "records": records.collect::<Vec<_>>() })
}

fn hello(hello: &Hello) -> Value {
    json!({
        "protocol_version": hello.protocol_version,
        "name": hello.name,
        "resume_token": hello.resume_token,
        "house": hello.house,
        "view_distance_blocks": hello.view_distance_blocks,
        "budget_bytes_per_second": hello.budget_bytes_per_second,
        "ticket": hello.ticket,
        "line_ticket": hello.line_ticket,
    })
}

fn settings(settings: Settings) -> Value {
    json!({
        "view_distance_blocks": settings.view_distance_blocks,
        "budget_bytes_per_second": settings.budget_bytes_per_second,
        "camera_yaw": settings.camera_yaw,
    })
}

fn snapshot(snapshot: &Snapshot<'_>) -> Value {
    let bodies = snapshot.bodies().map(|body| {
        json!({
            "index": body.index,
            "position": body.position,
            "yaw": body.yaw,
            "pose": body.pose,
            "health": body.health,
        })
    });
    json!({
        "tick": snapshot.tick(),
        "base": snapshot.base(),
        "own": snapshot.own().map(|own| self::own(&own)),
        "near_count": snapshot.near_count(),
        "bodies": bodies.collect::<Vec<_>>(),
    })
}

fn own(own: &Own) -> Value {
    json!({
        "input_sequence": own.input_sequence,
        "position": own.position,
        "velocity": own.velocity,
        "fall_from_y": own.fall_from_y,
        "yaw": own.yaw,
        "flags": own.flags,
        "dash_ticks": own.dash_ticks,
        "dash_wait_ticks": own.dash_wait_ticks,
        "jump_wait_ticks": own.jump_wait_ticks,
        "dash_yaw": own.dash_yaw,
        "life": u8::from(own.alive),
        "push_count": own.push_count,
        "health": own.health,
        "health_max": own.health_max,
        "respawn_ticks": own.respawn_ticks,
        "input_queue_count": own.input_queue_count,
        "slot": own.slot,
        "wait_ticks": own.wait_ticks,
        "draw_ticks": own.draw_ticks,
        "dig_progress": own.dig_progress,
        "bombs_count": own.bombs_count,
        "blocks_count": own.blocks_count,
        "tick_cost": own.tick_cost,
        "kills": own.kills,
        "deaths": own.deaths,
        "score": own.score,
    })
}

fn events(events: &Events) -> Value {
    let rows = &events.rows;
    json!({
        "tick": events.tick,
        "base": events.base,
        "kind": column(rows, |row| row.kind as u8),
        "subject": column(rows, |row| row.subject),
        "other": column(rows, |row| row.other),
        "position": column(rows, |row| row.position.to_vec()),
        "value": column(rows, |row| row.value),
        "velocity": column(rows, |row| row.velocity.to_vec()),
    })
}

fn welcome(welcome: &Welcome) -> Value {
    json!({
        "protocol_version": welcome.protocol_version,
        "resume_token": welcome.resume_token,
        "resume_seconds": welcome.resume_seconds,
        "body": welcome.body,
        "name": welcome.name,
        "house": welcome.house,
        "tick": welcome.tick,
        "tick_rate_hz": welcome.tick_rate_hz,
        "world_edge_blocks": welcome.world_edge_blocks,
        "world_height_blocks": welcome.world_height_blocks,
        "staleness_ticks_max": welcome.staleness_ticks_max,
        "budget_bytes_per_second": welcome.budget_bytes_per_second,
        "view_distance_blocks": welcome.view_distance_blocks,
        "resumed": welcome.resumed,
    })
}

fn appearances(appearances: &Appearances) -> Value {
    let rows = &appearances.rows;
    json!({
        "id": column(rows, |row| row.id),
        "house": column(rows, |row| row.house),
        "gear": column(rows, |row| row.gear),
        "name": column(rows, |row| row.name.clone()),
        "gone": appearances.gone,
    })
}

fn battle(battle: &Battle) -> Value {
    let rows = &battle.banners;
    json!({
        "tick": battle.tick,
        "round": battle.round,
        "score": battle.score,
        "score_to_win": battle.score_to_win,
        "pause_ticks": battle.pause_ticks,
        "alive_count": battle.alive_count,
        "banner_block": column(rows, |row| row.block.to_vec()),
        "banner_owner": column(rows, |row| row.owner),
        "banner_taker": column(rows, |row| row.taker),
        "banner_progress": column(rows, |row| row.progress),
    })
}

fn kills(kills: &Kills) -> Value {
    let rows = &kills.rows;
    json!({
        "target": column(rows, |row| row.target),
        "killer": column(rows, |row| row.killer),
        "weapon": column(rows, |row| row.weapon),
    })
}

fn scoreboard(scoreboard: &Scoreboard) -> Value {
    let rows = &scoreboard.rows;
    json!({
        "id": column(rows, |row| row.id),
        "name": column(rows, |row| row.name.clone()),
        "house": column(rows, |row| row.house),
        "kills": column(rows, |row| row.kills),
        "deaths": column(rows, |row| row.deaths),
        "score": column(rows, |row| row.score),
    })
}

fn density(density: &Density) -> Value {
    json!({
        "square_blocks": density.square_blocks,
        "edge_count": density.edge_count,
        "red": density.red,
        "blue": density.blue,
    })
}

fn refusals(refusals: &Refusals) -> Value {
    json!({
        "sequence": column(&refusals.rows, |row| row.0),
        "reason": column(&refusals.rows, |row| row.1),
    })
}

/// The sequence as text: JSON's numbers are too small for it.
fn said(said: &Said) -> Value {
    json!({
        "channel": said.channel,
        "from": said.from,
        "name": said.name,
        "house": said.house,
        "to": said.to,
        "text": said.text,
        "sequence": said.sequence.to_string(),
        "time_ms": said.time_ms,
        "removed": said.removed,
    })
}

/// Flat columns, as on the wire.
fn drops(drops: &Drops) -> Value {
    let stacks = drops.things.as_flattened();
    json!({
        "id": drops.id,
        "position": drops.position.as_flattened(),
        "thing": column(stacks, |stack| stack.map_or(NOTHING, |stack| stack.thing)),
        "count": column(stacks, |stack| stack.map_or(0, |stack| stack.count)),
        "is_kept": column(&drops.is_kept, |is_kept| u8::from(*is_kept)),
    })
}

fn found(found: &Found) -> Value {
    let stacks: &[Stack] = &found.stacks;
    json!({
        "thing": column(stacks, |stack| stack.thing),
        "count": column(stacks, |stack| stack.count),
    })
}

fn bricks(bricks: &Bricks) -> Value {
    let rows: Vec<_> = bricks.iter().collect();
    json!({
        "cell": column(&rows, |row| row.0.to_vec()),
        "brick": column(&rows, |row| row.1.to_vec()),
    })
}

fn edits(edits: &Edits) -> Value {
    json!({
        "tick": edits.tick,
        "block": column(&edits.rows, |row| row.0.to_vec()),
        "now": column(&edits.rows, |row| row.1),
    })
}

fn forget(forget: &Forget) -> Value {
    json!({ "cell": column(&forget.cells, |cell| cell.to_vec()) })
}
