//! One or more messages of every kind, with numbers at the ends of their ranges.

use protocol::{
    Encode, Encoder, VERSION,
    battle::{Banner, Battle, Density, Kill, Kills, Score, Scoreboard},
    chat::{Ignore, Said, Say, Unsaid},
    event::{EventKind, EventRow, Events, Pong},
    header::set_number,
    limits,
    loot::{Drops, Found, Stack},
    own::Own,
    session::{
        Appearance, Appearances, CloseReason, Closing, Overload, Refusals, Waiting, Welcome,
    },
    snapshot::{Bodies, CellRows, SnapshotColumns, SnapshotParts},
    terrain::{Bricks, Edits, Forget},
    up::{Hello, InputRecord, Inputs, Leave, Ping, Settings},
};

/// A message and the name of its golden files.
pub struct Sample {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

pub fn all() -> Vec<Sample> {
    let mut samples = streams();
    samples.extend(datagrams());
    samples.extend(snapshots());
    samples
}

fn streams() -> Vec<Sample> {
    vec![
        stream("welcome", &welcome()),
        stream("closing", &closing()),
        stream("appearances", &appearances()),
        stream("battle", &battle()),
        stream("kills", &kills()),
        stream("scoreboard", &scoreboard()),
        stream("density", &density()),
        stream(
            "refusals",
            &Refusals {
                rows: vec![(7, 3), (u32::MAX, 0)],
            },
        ),
        stream(
            "waiting",
            &Waiting {
                position: 12,
                count: 300,
                line_ticket: "since and mark".into(),
            },
        ),
        stream(
            "overload",
            &Overload {
                steps: 0b1001,
                rate_permille: 620,
                staleness_ticks_max: 93,
            },
        ),
        stream(
            "closing_moving",
            &Closing {
                reason: CloseReason::Moving,
                text: "This server goes away; another one takes you.".into(),
                protocol_version: VERSION,
            },
        ),
        stream("bricks", &bricks()),
        stream("edits", &edits()),
        stream("edits_told", &edits_told()),
        stream(
            "forget",
            &Forget {
                cells: vec![[1, 2, 3], [-4, 0, i16::MAX]],
            },
        ),
        stream("hello", &hello()),
        stream("settings", &settings()),
        stream("leave", &Leave),
        stream("say", &say()),
        stream(
            "ignore",
            &Ignore {
                name: "Bo".into(),
                ignored: true,
            },
        ),
        stream("said", &said()),
        stream("said_removed", &Said::removed(said().sequence)),
        stream("unsaid", &unsaid()),
        stream("drops", &drops()),
        stream("drops_none", &Drops::default()),
        stream("found", &found()),
    ]
}

fn datagrams() -> Vec<Sample> {
    let datagram = |name, bytes: &[u8]| Sample {
        name,
        bytes: bytes.to_vec(),
    };
    let mut encoder = Encoder::new();
    vec![
        datagram("events", encoder.datagram(&events(), 9)),
        datagram(
            "pong",
            encoder.datagram(
                &Pong {
                    nonce: 0xdead_beef,
                    tick: 12,
                },
                10,
            ),
        ),
        datagram("inputs", encoder.datagram(&inputs(), 11)),
        datagram(
            "ping",
            encoder.datagram(&Ping { nonce: 0xdead_beef }, u32::MAX),
        ),
    ]
}

fn snapshots() -> Vec<Sample> {
    let own = own().encode();
    let near = [cell([0, 0, 0], 0, 2), cell([-1, 0, 1], 2, 1)];
    let far = [cell([7, -2, -128], 3, 1), cell([127, 0, 3], 4, 2)];
    let parts = SnapshotParts {
        tick: 1_000,
        base: [20, 3, -4],
        own: Some(&own),
        near: &near,
        far: &far,
    };
    let without_own = SnapshotParts { own: None, ..parts };
    vec![
        snapshot("snapshot", &parts, 70_000),
        snapshot("snapshot_low_ids", &parts, 4_000),
        snapshot(
            "snapshot_near",
            &SnapshotParts {
                far: &[],
                ..without_own
            },
            4_000,
        ),
        snapshot(
            "snapshot_far",
            &SnapshotParts {
                near: &[],
                ..without_own
            },
            70_000,
        ),
        snapshot(
            "snapshot_own",
            &SnapshotParts {
                near: &[],
                far: &[],
                ..parts
            },
            1,
        ),
    ]
}

fn stream(name: &'static str, message: &impl Encode) -> Sample {
    let bytes = Encoder::new().stream(message).to_vec();
    Sample { name, bytes }
}

fn snapshot(name: &'static str, parts: &SnapshotParts<'_>, index_first: u32) -> Sample {
    let index: Vec<u32> = (index_first..).step_by(300).take(6).collect();
    let mut columns = SnapshotColumns::default();
    columns.set(&Bodies {
        index: &index,
        x: &[0, 65_535, -1, 65_536, 1 << 20, i32::MAX],
        y: &[1, 2, 3, 4, 5, 6],
        z: &[-1, -65_536, 70_000, 256, 255, i32::MIN],
        yaw: &[0, 65_535, 16_384, 32_768, 255, 256],
        pose: &[0, 1, 0x21, 6, 0x85, 0x72],
        health: &[255, 128, 1, 0, 7, 9],
    });
    let mut bytes = Vec::new();
    parts.write(&columns, &mut bytes);
    set_number(&mut bytes, 77);
    Sample { name, bytes }
}

fn cell(relative: [i8; 3], row_first: u32, row_count: u8) -> CellRows {
    CellRows {
        relative,
        row_count,
        row_first,
    }
}

pub fn own() -> Own {
    Own {
        input_sequence: 4_000_000_000,
        position: [1 << 21, 300_000, -5],
        velocity: [-800, 1_700, 0],
        fall_from_y: 300_001,
        yaw: 65_535,
        flags: 0b1011,
        dash_ticks: 3,
        dash_wait_ticks: 99,
        jump_wait_ticks: 4,
        dash_yaw: 200,
        alive: true,
        push_count: 513,
        health: 73,
        health_max: 100,
        respawn_ticks: 0,
        input_queue_count: 2,
        slot: 9,
        wait_ticks: [1, 2, 3, 4, 5],
        draw_ticks: 6,
        dig_progress: 128,
        bombs_count: 3,
        blocks_count: 64,
        tick_cost: 40,
        kills: 12,
        deaths: 4,
        score: 1_234_567,
    }
}

pub fn welcome() -> Welcome {
    Welcome {
        protocol_version: VERSION,
        resume_token: "0123456789abcdef".into(),
        resume_seconds: 30,
        body: 0x0200_0007,
        name: "Åsa the Bold".into(),
        house: 1,
        tick: 99,
        tick_rate_hz: 20,
        world_edge_blocks: 1_024,
        world_height_blocks: 256,
        staleness_ticks_max: 40,
        budget_bytes_per_second: 48_000,
        view_distance_blocks: 160,
        resumed: true,
    }
}

pub fn closing() -> Closing {
    let text = "The server is full: 4,000 players. Try again in a minute.".into();
    Closing {
        reason: CloseReason::ServerFull,
        text,
        protocol_version: VERSION,
    }
}

pub fn appearances() -> Appearances {
    let row = |id, house, gear, name: &str| Appearance {
        id,
        house,
        gear,
        name: name.into(),
    };
    let rows = vec![
        row(7, 0, 2, "Åsa"),
        row(0xff00_0001, 1, 1, ""),
        row(9, 1, 0b1011_0110, "Bo"),
    ];
    Appearances {
        rows,
        gone: vec![4, 5],
    }
}

pub fn battle() -> Battle {
    let banner = |x, owner, taker, progress| Banner {
        block: [x, 40, -x],
        owner,
        taker,
        progress,
    };
    Battle {
        tick: 5_000,
        round: 3,
        score: [120, 4_000],
        score_to_win: 5_000,
        pause_ticks: 0,
        alive_count: [480, 499],
        banners: vec![
            banner(100, 0, 255, 0),
            banner(512, 255, 1, 200),
            banner(900, 1, 0, 255),
        ],
    }
}

pub fn kills() -> Kills {
    let kill = |target, killer, weapon| Kill {
        target,
        killer,
        weapon,
    };
    Kills {
        rows: vec![kill(1, 2, 0), kill(0x0100_0003, 0, 3)],
    }
}

pub fn scoreboard() -> Scoreboard {
    let row = |id, name: &str, score| Score {
        id,
        name: name.into(),
        house: 1,
        kills: 5,
        deaths: 2,
        score,
    };
    Scoreboard {
        rows: vec![row(7, "Åsa", 900), row(9, "Bo", 20)],
    }
}

pub fn density() -> Density {
    Density {
        square_blocks: 64,
        edge_count: 3,
        red: (0..9).collect(),
        blue: (247..=255).collect(),
    }
}

/// Opaque bytes stand for bricks here: one that compresses, one of a few bytes, one that is noise.
pub fn bricks() -> Bricks {
    let mut random = spatial::random::SplitMix64::new(1);
    let noise: Vec<u8> = (0..300).map(|_| random.next_u32() as u8).collect();
    let mut bricks = Bricks::default();
    bricks.push([10, 2, 63], &[5; 2_000]);
    bricks.push([-1, 15, 0], &[1, 2, 3]);
    bricks.push([i16::MIN, i16::MAX, 7], &noise);
    bricks
}

pub fn edits() -> Edits {
    let rows = vec![
        ([1, 2, 3], 0),
        ([-5, 255, 1_023], 7),
        ([524_287, 0, -524_288], 65_535),
    ];
    Edits { tick: 800, rows }
}

/// No edit: all terrain of the tick was told.
pub fn edits_told() -> Edits {
    let rows = Vec::new();
    Edits { tick: 810, rows }
}

pub fn events() -> Events {
    let row = |kind: EventKind, number: u32| EventRow {
        kind,
        subject: number,
        other: number.wrapping_mul(0x0101_0101),
        position: [number as i16 * 64, -32_768, 32_767],
        value: 40 + (1 << 12),
        velocity: if kind.flies() {
            [10_240, -300, number as i16]
        } else {
            [0; 3]
        },
    };
    let rows = EventKind::ALL.into_iter().zip(1..);
    Events {
        tick: 31,
        base: [20, 3, -4],
        rows: rows.map(|(kind, number)| row(kind, number)).collect(),
    }
}

pub fn inputs() -> Inputs {
    let idle = InputRecord {
        sequence: 41,
        slot: 3,
        respawn_banner: 255,
        ..InputRecord::default()
    };
    let busy = InputRecord {
        sequence: 42,
        view_tick: 900,
        view_fraction: 128,
        buttons: 0b111_1111_1111,
        yaw: 65_535,
        pitch: -16_384,
        slot: 9,
        target: Some(([-524_288, 63, 524_287], 5)),
        respawn_banner: 2,
    };
    Inputs::new(&[idle, busy])
}

pub fn hello() -> Hello {
    Hello {
        protocol_version: VERSION,
        name: "Åsa the Bold".into(),
        resume_token: "0123456789abcdef".into(),
        house: 255,
        view_distance_blocks: 160,
        budget_bytes_per_second: 48_000,
        ticket: "header.claims.mark".into(),
        line_ticket: "since and mark".into(),
    }
}

pub fn settings() -> Settings {
    Settings {
        view_distance_blocks: 0,
        budget_bytes_per_second: 200_000,
        camera_yaw: 40_000,
    }
}

/// With what a reader must not take for more than text.
pub fn say() -> Say {
    Say {
        channel: 5,
        to: "Åsa the Bold".into(),
        text: "<b>To the banner!</b> 剣".into(),
    }
}

pub fn said() -> Said {
    Said {
        channel: 5,
        from: 0x0200_0007,
        name: "Bo".into(),
        house: 1,
        to: "Åsa the Bold".into(),
        text: "<b>To the banner!</b> 剣".into(),
        sequence: 0x0123_4567_89ab_cdef,
        time_ms: 1_790_000_000_123,
        removed: false,
    }
}

pub fn unsaid() -> Unsaid {
    Unsaid {
        reason: 3,
        channel: 0,
        until_ms: 1_790_000_060_000,
    }
}

/// With both things, with one in either place, and with a number at each end of its range.
pub fn drops() -> Drops {
    let stack = |thing, count| Some(Stack { thing, count });
    let last = limits::THINGS_MAX - 1;
    let mut drops = Drops::default();
    drops.push(7, [1 << 21, 300_000, -5], [stack(6, 5), stack(7, 8)], false);
    drops.push(8, [i32::MIN, 0, i32::MAX], [stack(last, 1), None], true);
    drops.push(u32::MAX, [-1, 65_536, 0], [None, stack(0, 255)], false);
    drops
}

pub fn found() -> Found {
    let stack = |thing, count| Stack { thing, count };
    Found {
        stacks: vec![stack(6, 5), stack(0, 255), stack(6, 1)],
    }
}
