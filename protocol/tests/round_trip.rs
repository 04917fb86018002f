//! What goes in comes out, and sizes are as limits.rs says.

mod common;

use common::samples;
use protocol::{
    Encode, Encoder, Kind, WireError,
    battle::{Battle, Density, Kills, Scoreboard},
    chat::{Said, Say},
    event::{Events, events_bytes_max},
    header::{Header, split},
    limits,
    loot::{Drops, Found, NOTHING, Stack},
    session::{Appearance, Appearances, Closing, Waiting, Welcome},
    snapshot::{Bodies, CellRows, Snapshot, SnapshotColumns, SnapshotParts, SnapshotSize},
    terrain::{Bricks, Edits},
    up::{Hello, InputRecord, Inputs, Settings, UpMessage},
};
use spatial::random::SplitMix64;

fn table(message: &impl Encode) -> Vec<u8> {
    let message = Encoder::new().stream(message).to_vec();
    split(&message).expect("ours").1.to_vec()
}

#[test]
fn stream_messages_come_back() {
    assert_eq!(
        Welcome::decode(&table(&samples::welcome())),
        Ok(samples::welcome())
    );
    assert_eq!(
        Closing::decode(&table(&samples::closing())),
        Ok(samples::closing())
    );
    assert_eq!(
        Appearances::decode(&table(&samples::appearances())),
        Ok(samples::appearances())
    );
    assert_eq!(
        Battle::decode(&table(&samples::battle())),
        Ok(samples::battle())
    );
    assert_eq!(
        Kills::decode(&table(&samples::kills())),
        Ok(samples::kills())
    );
    assert_eq!(
        Scoreboard::decode(&table(&samples::scoreboard())),
        Ok(samples::scoreboard())
    );
    assert_eq!(
        Density::decode(&table(&samples::density())),
        Ok(samples::density())
    );
    assert_eq!(
        Drops::decode(&table(&samples::drops())),
        Ok(samples::drops())
    );
    assert_eq!(
        Found::decode(&table(&samples::found())),
        Ok(samples::found())
    );
    assert_eq!(
        Bricks::decode(&table(&samples::bricks())),
        Ok(samples::bricks())
    );
    assert_eq!(
        Edits::decode(&table(&samples::edits())),
        Ok(samples::edits())
    );
    assert_eq!(
        Events::decode(&table(&samples::events())),
        Ok(samples::events())
    );
}

#[test]
fn what_clients_say_comes_back() {
    let decode = |bytes: &[u8]| UpMessage::decode(bytes).map(|(message, _)| message);
    let mut encoder = Encoder::new();
    let hello = encoder.stream(&samples::hello());
    assert_eq!(decode(hello), Ok(UpMessage::Hello(samples::hello())));
    let settings = encoder.stream(&samples::settings());
    assert_eq!(
        decode(settings),
        Ok(UpMessage::Settings(samples::settings()))
    );
    let inputs = encoder.datagram(&samples::inputs(), 5);
    assert_eq!(
        UpMessage::decode(inputs),
        Ok((UpMessage::Inputs(samples::inputs()), 5))
    );
}

#[test]
fn a_removal_names_words_and_tells_nothing_else_of_them() {
    let removed = Said::removed(u64::MAX);
    assert_eq!(Said::decode(&table(&removed)), Ok(removed.clone()));
    assert_eq!((removed.from, removed.text.as_str()), (0, ""));
}

#[test]
fn the_longest_words_fit_their_table() {
    let letters = "\u{10ffff}".repeat(limits::CHAT_CHARS_MAX);
    let name = "\u{10ffff}".repeat(20);
    let said = Said {
        name: name.clone(),
        to: name.clone(),
        text: letters.clone(),
        ..samples::said()
    };
    assert_eq!(Said::decode(&table(&said)), Ok(said));
    let mut say = Say {
        channel: 0,
        to: name,
        text: letters,
    };
    let decode = |say: &Say| UpMessage::decode(Encoder::new().stream(say)).map(|(say, _)| say);
    assert_eq!(decode(&say), Ok(UpMessage::Say(say.clone())));
    say.text.push('a');
    assert_eq!(decode(&say), Err(WireError::Range("text")));
    say.text.clear();
    say.channel = limits::CHAT_CHANNELS_MAX;
    assert_eq!(decode(&say), Err(WireError::Range("channel")));
}

#[test]
fn another_version_is_told_before_anything_else() {
    let mut hello = samples::hello();
    hello.protocol_version = 9;
    hello.house = 77;
    let bytes = Encoder::new().stream(&hello).to_vec();
    assert_eq!(UpMessage::decode(&bytes), Err(WireError::Version(9)));
}

#[test]
fn numbers_out_of_range_are_refused() {
    let refused = |message: &[u8]| UpMessage::decode(message).expect_err("out of range");
    let mut encoder = Encoder::new();
    let hello = Hello {
        house: 2,
        ..samples::hello()
    };
    assert_eq!(refused(encoder.stream(&hello)), WireError::Range("house"));
    let hello = Hello {
        name: "x".repeat(81),
        ..samples::hello()
    };
    assert_eq!(refused(encoder.stream(&hello)), WireError::Range("name"));
    let hello = Hello {
        line_ticket: "x".repeat(limits::LINE_TICKET_BYTES_MAX + 1),
        ..samples::hello()
    };
    assert_eq!(
        refused(encoder.stream(&hello)),
        WireError::Range("line_ticket")
    );
    let settings = Settings {
        view_distance_blocks: 31,
        ..samples::settings()
    };
    assert_eq!(
        refused(encoder.stream(&settings)),
        WireError::Range("view_distance_blocks")
    );
    let settings = Settings {
        budget_bytes_per_second: 1,
        ..samples::settings()
    };
    assert_eq!(
        refused(encoder.stream(&settings)),
        WireError::Range("budget_bytes_per_second")
    );
    let record = InputRecord {
        target: Some(([0; 3], 6)),
        ..InputRecord::default()
    };
    let bytes = encoder.datagram(&Inputs::new(&[record]), 1);
    assert_eq!(refused(bytes), WireError::Range("target_face"));
    let record = InputRecord {
        target: Some(([0, 1 << 19, 0], 0)),
        ..InputRecord::default()
    };
    let bytes = encoder.datagram(&Inputs::new(&[record]), 1);
    assert_eq!(refused(bytes), WireError::Range("target"));
}

#[test]
fn loot_that_cannot_be_is_refused() {
    let stack = |thing, count| Some(Stack { thing, count });
    let drops = |things| {
        let mut drops = Drops::default();
        drops.push(1, [0; 3], things, false);
        Drops::decode(&table(&drops)).map(|_| ())
    };
    assert_eq!(drops([None, None]), Ok(()));
    let beyond = stack(limits::THINGS_MAX, 1);
    assert_eq!(drops([None, beyond]), Err(WireError::Range("thing")));
    assert_eq!(drops([stack(6, 0), None]), Err(WireError::Range("count")));
    let some_of_none = stack(NOTHING, 1);
    assert_eq!(drops([some_of_none, None]), Err(WireError::Range("count")));
    let found = |stack: Option<Stack>| {
        let stacks = vec![stack.expect("one is given")];
        Found::decode(&table(&Found { stacks })).map(|_| ())
    };
    assert_eq!(found(beyond), Err(WireError::Range("thing")));
    assert_eq!(found(stack(NOTHING, 0)), Err(WireError::Range("thing")));
    assert_eq!(found(stack(0, 0)), Err(WireError::Range("count")));
}

#[test]
fn drops_with_unequal_columns_are_refused() {
    let cut: [fn(&mut Drops); 4] = [
        |drops| drops.id.truncate(2),
        |drops| drops.position.truncate(2),
        |drops| drops.things.truncate(2),
        |drops| drops.is_kept.truncate(2),
    ];
    for cut in cut {
        let mut drops = samples::drops();
        cut(&mut drops);
        let refused = Drops::decode(&table(&drops));
        assert_eq!(refused, Err(WireError::Columns(Kind::Drops)));
    }
}

#[test]
fn a_server_does_not_take_what_servers_say() {
    let bytes = Encoder::new().stream(&samples::welcome()).to_vec();
    assert_eq!(UpMessage::decode(&bytes), Err(WireError::UnknownKind(16)));
}

#[test]
fn the_fullest_messages_keep_within_their_limits() {
    let name = "\u{10348}".repeat(20);
    let row = Appearance {
        name,
        ..Appearance::default()
    };
    let rows = vec![row; limits::APPEARANCES_MAX];
    let gone = vec![u32::MAX; limits::APPEARANCES_MAX];
    assert!(Appearances::decode(&table(&Appearances { rows, gone })).is_ok());
    let rows = vec![([1, 2, 3], 4); limits::EDITS_MAX];
    assert!(Edits::decode(&table(&Edits { tick: 1, rows })).is_ok());
    let stack = Stack {
        thing: 10,
        count: 255,
    };
    let mut drops = Drops::default();
    for id in 0..limits::DROPS_MAX as u32 {
        drops.push(id, [i32::MAX; 3], [Some(stack); 2], true);
    }
    assert!(Drops::decode(&table(&drops)).is_ok());
    let stacks = vec![stack; limits::FOUND_MAX];
    assert!(Found::decode(&table(&Found { stacks })).is_ok());
    let waiting = Waiting {
        position: u32::MAX,
        count: u32::MAX,
        line_ticket: "x".repeat(limits::LINE_TICKET_BYTES_MAX),
    };
    assert_eq!(Waiting::decode(&table(&waiting)), Ok(waiting));
    let hello = Hello {
        name: "\u{10348}".repeat(20),
        resume_token: "x".repeat(limits::TOKEN_BYTES_MAX),
        ticket: "x".repeat(limits::TICKET_BYTES_MAX),
        line_ticket: "x".repeat(limits::LINE_TICKET_BYTES_MAX),
        ..samples::hello()
    };
    let said = UpMessage::decode(Encoder::new().stream(&hello)).map(|(hello, _)| hello);
    assert_eq!(said, Ok(UpMessage::Hello(hello)));
    let mut random = SplitMix64::new(3);
    let brick: Vec<u8> = (0..limits::BRICK_BYTES_MAX)
        .map(|_| random.next_u32() as u8)
        .collect();
    let mut bricks = Bricks::default();
    while bricks.has_room(brick.len()) {
        bricks.push([1, 2, 3], &brick);
    }
    assert_eq!(Bricks::decode(&table(&bricks)), Ok(bricks));
}

#[test]
fn events_are_no_larger_than_foretold() {
    let events = samples::events();
    let bytes = Encoder::new().datagram(&events, 1).len();
    assert!(
        bytes <= events_bytes_max(events.rows.len(), 2),
        "{bytes} bytes"
    );
}

/// Random bodies in random cells, told near and far, against what the columns were made of.
#[test]
fn snapshots_come_back_and_are_as_large_as_foretold() {
    for seed in 0..200 {
        let mut random = SplitMix64::new(seed);
        let index_bits = if seed % 2 == 0 { 16 } else { 24 };
        let crowd = Crowd::random(&mut random, index_bits);
        let mut columns = SnapshotColumns::default();
        columns.set(&crowd.bodies());
        let split = random.below(crowd.cells.len() as u32 + 1) as usize;
        let (near, far) = crowd.cells.split_at(split);
        let own = (seed % 3 == 0).then(|| samples::own().encode());
        let base = [100, 2, -100];
        let parts = SnapshotParts {
            tick: seed as u32,
            base,
            own: own.as_ref(),
            near,
            far,
        };
        let mut bytes = Vec::new();
        parts.write(&columns, &mut bytes);
        let rows = |cells: &[CellRows]| cells.iter().map(|cell| cell.row_count as usize).sum();
        let (rows_near, rows_far) = (rows(near), rows(far));
        let size = SnapshotSize {
            cell_count: crowd.cells.len(),
            rows_near,
            rows_far,
            has_own: own.is_some(),
            has_id_high: columns.has_id_high(),
        };
        assert_eq!(bytes.len(), size.bytes());
        assert!(size.bytes() <= size.bytes_max(), "{}", size.bytes_max());
        let snapshot = Snapshot::decode(&bytes[Header::BYTES..]).expect("ours");
        assert_eq!((snapshot.tick(), snapshot.base()), (seed as u32, base));
        assert_eq!(snapshot.own(), own.map(|_| samples::own()));
        crowd.compare(&snapshot, rows_near);
    }
}

struct Crowd {
    index: Vec<u32>,
    axes: [Vec<i32>; 3],
    yaw: Vec<u16>,
    bytes: Vec<u8>,
    cells: Vec<CellRows>,
}

impl Crowd {
    fn random(random: &mut SplitMix64, index_bits: u32) -> Self {
        let mut crowd = Crowd {
            index: Vec::new(),
            axes: Default::default(),
            yaw: Vec::new(),
            bytes: Vec::new(),
            cells: Vec::new(),
        };
        for _ in 0..random.below(8) {
            let row_count = random.below(15) as u8;
            let relative = [0; 3].map(|_: i8| random.next_u32() as i8);
            let row_first = crowd.index.len() as u32;
            crowd.cells.push(CellRows {
                relative,
                row_count,
                row_first,
            });
            for _ in 0..row_count {
                crowd.push_body(random, relative, index_bits);
            }
        }
        crowd
    }

    fn push_body(&mut self, random: &mut SplitMix64, relative: [i8; 3], index_bits: u32) {
        let base = [100, 2, -100];
        self.index.push(random.below(1 << index_bits));
        self.yaw.push(random.next_u32() as u16);
        self.bytes.push(random.next_u32() as u8);
        for axis in 0..3 {
            let cell = base[axis] + i32::from(relative[axis]);
            self.axes[axis].push((cell << 16) + random.below(1 << 16) as i32);
        }
    }

    fn bodies(&self) -> Bodies<'_> {
        let [x, y, z] = &self.axes;
        let (pose, health) = (&self.bytes, &self.bytes);
        Bodies {
            index: &self.index,
            x,
            y,
            z,
            yaw: &self.yaw,
            pose,
            health,
        }
    }

    fn compare(&self, snapshot: &Snapshot<'_>, rows_near: usize) {
        assert_eq!(snapshot.bodies().count(), self.index.len());
        for (row, body) in snapshot.bodies().enumerate() {
            let exact = [0, 1, 2].map(|axis| self.axes[axis][row]);
            let is_near = row < rows_near;
            let expected = if is_near {
                exact
            } else {
                exact.map(|axis| axis & !255)
            };
            assert_eq!(body.position, expected);
            assert_eq!(body.index, self.index[row]);
            assert_eq!(body.yaw, (self.yaw[row] >> 8) as u8);
            assert_eq!(body.pose, self.bytes[row]);
            assert_eq!(body.health, is_near.then_some(self.bytes[row]));
        }
    }
}
