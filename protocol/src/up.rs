//! Client to server: Hello, Settings, Leave on the control stream; Inputs and Ping as datagrams. Words are
//! in `chat.rs`.

use alloc::string::{String, ToString};

use crate::{
    VERSION,
    chat::{Ignore, Say},
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::{Kind, split},
    limits,
    up_generated::voxelheim::wire,
    verify::{range, root, same},
};

/// Asks to join or to come back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hello {
    pub protocol_version: u16,
    pub name: String,
    /// From an earlier Welcome; else empty.
    pub resume_token: String,
    /// 0 red, 1 blue, 255 whichever is smaller.
    pub house: u8,
    /// 0 asks for the default.
    pub view_distance_blocks: u16,
    /// 0 asks for the default.
    pub budget_bytes_per_second: u32,
    /// From the auth service; empty where a server lets anybody in.
    pub ticket: String,
    /// From an earlier Waiting; else empty.
    pub line_ticket: String,
}

/// Wishes that change while playing; 0 leaves a number as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    pub view_distance_blocks: u16,
    pub budget_bytes_per_second: u32,
    /// Where the camera looks; 65,536 to a full turn.
    pub camera_yaw: u16,
}

/// Goes for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Leave;

/// Asks for a Pong at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ping {
    pub nonce: u32,
}

/// One movement step, as on the wire; ranges that are rules of the game are the engine's to refuse.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InputRecord {
    pub sequence: u32,
    pub view_tick: u32,
    pub view_fraction: u8,
    pub buttons: u16,
    pub yaw: u16,
    pub pitch: i16,
    pub slot: u8,
    /// The block looked at and its face, 0..=5.
    pub target: Option<([i32; 3], u8)>,
    pub respawn_banner: u8,
}

/// Inputs, oldest first, numbered without a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inputs {
    records: [InputRecord; limits::INPUTS_MAX],
    count: usize,
}

/// Anything a client may say.
#[expect(
    clippy::large_enum_variant,
    reason = "Inputs are what nearly all messages are; a box would allocate for each"
)]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UpMessage {
    Inputs(Inputs),
    Ping(Ping),
    Hello(Hello),
    Settings(Settings),
    Leave,
    Say(Say),
    Ignore(Ignore),
}

impl UpMessage {
    /// Reads a whole message, header included; the number is the header's.
    pub fn decode(message: &[u8]) -> Result<(UpMessage, u32), WireError> {
        let (header, table) = split(message)?;
        let message = match header.kind {
            Kind::Inputs => UpMessage::Inputs(Inputs::decode(table)?),
            Kind::Ping => UpMessage::Ping(Ping::decode(table)?),
            Kind::Hello => UpMessage::Hello(Hello::decode(table)?),
            Kind::Settings => UpMessage::Settings(Settings::decode(table)?),
            Kind::Leave => root::<wire::Leave>(Kind::Leave, table).map(|_| UpMessage::Leave)?,
            Kind::Say => UpMessage::Say(Say::decode(table)?),
            Kind::Ignore => UpMessage::Ignore(Ignore::decode(table)?),
            kind => return Err(WireError::UnknownKind(kind as u8)),
        };
        Ok((message, header.number))
    }
}

impl Inputs {
    /// Panics beyond [`limits::INPUTS_MAX`] records, or where their numbers leave a gap.
    pub fn new(records: &[InputRecord]) -> Self {
        assert!(is_gapless(records), "inputs are numbered without a gap");
        let mut inputs = Inputs {
            records: [InputRecord::default(); limits::INPUTS_MAX],
            count: records.len(),
        };
        inputs.records[..records.len()].copy_from_slice(records);
        inputs
    }

    pub fn records(&self) -> &[InputRecord] {
        &self.records[..self.count]
    }

    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Inputs>(Kind::Inputs, table)?;
        let column = wire.records().ok_or(WireError::Columns(Kind::Inputs))?;
        let count = column.len();
        same(Kind::Inputs, (1..=limits::INPUTS_MAX).contains(&count))?;
        let mut records = [InputRecord::default(); limits::INPUTS_MAX];
        for (record, wire) in records.iter_mut().zip(column) {
            *record = InputRecord::decode(wire)?;
        }
        range("sequence", is_gapless(&records[..count]))?;
        Ok(Inputs { records, count })
    }
}

fn is_gapless(records: &[InputRecord]) -> bool {
    let next = |pair: &[InputRecord]| pair[0].sequence.checked_add(1) == Some(pair[1].sequence);
    records.windows(2).all(next)
}

/// On the wire: no block is looked at.
const FACE_NONE: u8 = 255;

impl InputRecord {
    fn decode(wire: &wire::InputRecord) -> Result<Self, WireError> {
        let block = [wire.target_x(), wire.target_y(), wire.target_z()];
        let face = wire.target_face();
        let reach = -limits::BLOCK_MAX..limits::BLOCK_MAX;
        range("target_face", face <= 5 || face == FACE_NONE)?;
        range("target", block.iter().all(|axis| reach.contains(axis)))?;
        Ok(InputRecord {
            sequence: wire.sequence(),
            view_tick: wire.view_tick(),
            view_fraction: wire.view_fraction(),
            buttons: wire.buttons(),
            yaw: wire.yaw(),
            pitch: wire.pitch(),
            slot: wire.slot(),
            target: (face != FACE_NONE).then_some((block, face)),
            respawn_banner: wire.respawn_banner(),
        })
    }

    fn to_wire(self) -> wire::InputRecord {
        let (block, face) = self.target.unwrap_or(([0; 3], FACE_NONE));
        wire::InputRecord::new(
            self.sequence,
            self.view_tick,
            block[0],
            block[1],
            block[2],
            self.buttons,
            self.yaw,
            self.pitch,
            self.view_fraction,
            self.slot,
            face,
            self.respawn_banner,
        )
    }
}

impl Hello {
    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Hello>(Kind::Hello, table)?;
        if wire.protocol_version() != VERSION {
            return Err(WireError::Version(wire.protocol_version()));
        }
        let name = wire.name().unwrap_or("");
        let resume_token = wire.resume_token().unwrap_or("");
        range("name", name.len() <= limits::NAME_BYTES_MAX)?;
        range(
            "resume_token",
            resume_token.len() <= limits::TOKEN_BYTES_MAX,
        )?;
        let ticket = wire.ticket().unwrap_or("");
        range("ticket", ticket.len() <= limits::TICKET_BYTES_MAX)?;
        let line_ticket = wire.line_ticket().unwrap_or("");
        range(
            "line_ticket",
            line_ticket.len() <= limits::LINE_TICKET_BYTES_MAX,
        )?;
        range("house", matches!(wire.house(), 0 | 1 | 255))?;
        check_wishes(wire.view_distance_blocks(), wire.budget_bytes_per_second())?;
        Ok(Hello {
            protocol_version: wire.protocol_version(),
            name: name.to_string(),
            resume_token: resume_token.to_string(),
            house: wire.house(),
            view_distance_blocks: wire.view_distance_blocks(),
            budget_bytes_per_second: wire.budget_bytes_per_second(),
            ticket: ticket.to_string(),
            line_ticket: line_ticket.to_string(),
        })
    }
}

impl Settings {
    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Settings>(Kind::Settings, table)?;
        check_wishes(wire.view_distance_blocks(), wire.budget_bytes_per_second())?;
        Ok(Settings {
            view_distance_blocks: wire.view_distance_blocks(),
            budget_bytes_per_second: wire.budget_bytes_per_second(),
            camera_yaw: wire.camera_yaw(),
        })
    }
}

impl Ping {
    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Ping>(Kind::Ping, table)?;
        Ok(Ping {
            nonce: wire.nonce(),
        })
    }
}

fn check_wishes(view_distance: u16, budget: u32) -> Result<(), WireError> {
    let views = limits::VIEW_DISTANCE_BLOCKS_MIN..=limits::VIEW_DISTANCE_BLOCKS_MAX;
    let budgets = limits::BUDGET_BYTES_PER_SECOND_MIN..=limits::BUDGET_BYTES_PER_SECOND_MAX;
    let is_view = view_distance == 0 || views.contains(&view_distance);
    range("view_distance_blocks", is_view)?;
    let is_budget = budget == 0 || budgets.contains(&budget);
    range("budget_bytes_per_second", is_budget)
}

impl Encode for Hello {
    const KIND: Kind = Kind::Hello;

    fn write(&self, builder: &mut Builder) -> Table {
        let name = builder.create_string(&self.name);
        let resume_token = builder.create_string(&self.resume_token);
        let ticket = builder.create_string(&self.ticket);
        let line_ticket = builder.create_string(&self.line_ticket);
        let args = wire::HelloArgs {
            protocol_version: self.protocol_version,
            name: Some(name),
            resume_token: Some(resume_token),
            house: self.house,
            view_distance_blocks: self.view_distance_blocks,
            budget_bytes_per_second: self.budget_bytes_per_second,
            ticket: Some(ticket),
            line_ticket: Some(line_ticket),
        };
        wire::Hello::create(builder, &args).as_union_value()
    }
}

impl Encode for Settings {
    const KIND: Kind = Kind::Settings;

    fn write(&self, builder: &mut Builder) -> Table {
        let args = wire::SettingsArgs {
            view_distance_blocks: self.view_distance_blocks,
            budget_bytes_per_second: self.budget_bytes_per_second,
            camera_yaw: self.camera_yaw,
        };
        wire::Settings::create(builder, &args).as_union_value()
    }
}

impl Encode for Leave {
    const KIND: Kind = Kind::Leave;

    fn write(&self, builder: &mut Builder) -> Table {
        wire::Leave::create(builder, &wire::LeaveArgs {}).as_union_value()
    }
}

impl Encode for Ping {
    const KIND: Kind = Kind::Ping;

    fn write(&self, builder: &mut Builder) -> Table {
        wire::Ping::create(builder, &wire::PingArgs { nonce: self.nonce }).as_union_value()
    }
}

impl Encode for Inputs {
    const KIND: Kind = Kind::Inputs;

    fn write(&self, builder: &mut Builder) -> Table {
        let records = self.records.map(InputRecord::to_wire);
        let records = builder.create_vector(&records[..self.count]);
        let args = wire::InputsArgs {
            records: Some(records),
        };
        wire::Inputs::create(builder, &args).as_union_value()
    }
}
