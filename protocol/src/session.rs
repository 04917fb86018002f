//! Server to client on the control stream: the session itself, and who is who.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use flatbuffers::{ForwardsUOffset, Vector};

use crate::{
    VERSION,
    down_stream_generated::voxelheim::wire,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits,
    verify::{copy, count, range, root, same},
};

/// You are in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Welcome {
    pub protocol_version: u16,
    pub resume_token: String,
    pub resume_seconds: u16,
    pub body: u32,
    pub name: String,
    pub house: u8,
    pub tick: u32,
    pub tick_rate_hz: u8,
    pub world_edge_blocks: u16,
    pub world_height_blocks: u16,
    pub staleness_ticks_max: u16,
    pub budget_bytes_per_second: u32,
    pub view_distance_blocks: u16,
    pub resumed: bool,
}

/// Why a session was refused or is closed; its number is on the wire and is also the code that the
/// connection is closed with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CloseReason {
    None = 0,
    VersionMismatch = 1,
    BadName = 2,
    ServerFull = 3,
    TooManyJoins = 4,
    BadMessage = 5,
    Flood = 6,
    Replaced = 7,
    ServerStopping = 8,
    HelloTimeout = 9,
    Moving = 10,
    BadTicket = 11,
}

impl CloseReason {
    pub const ALL: [CloseReason; 12] = [
        CloseReason::None,
        CloseReason::VersionMismatch,
        CloseReason::BadName,
        CloseReason::ServerFull,
        CloseReason::TooManyJoins,
        CloseReason::BadMessage,
        CloseReason::Flood,
        CloseReason::Replaced,
        CloseReason::ServerStopping,
        CloseReason::HelloTimeout,
        CloseReason::Moving,
        CloseReason::BadTicket,
    ];
}

/// The session ends; the text is for the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closing {
    pub reason: CloseReason,
    pub text: String,
    pub protocol_version: u16,
}

/// The battle is full: the client waits its turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// 1 is the next to be let in.
    pub position: u32,
    /// How many wait.
    pub count: u32,
    /// Brings the client back to its place after a loss.
    pub line_ticket: String,
}

/// What the server does less of because it has too much to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overload {
    /// Bits, lowest first: far bodies are told less often, near ones too, regions move, time runs slower,
    /// newcomers wait in line.
    pub steps: u8,
    /// How fast the world runs, in thousandths of real time.
    pub rate_permille: u16,
    /// In place of what Welcome said.
    pub staleness_ticks_max: u16,
}

/// How one body looks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Appearance {
    pub id: u32,
    pub house: u8,
    /// What kind of fighter in the low two bits, what is seen to be worn above them: see WIRE.md.
    pub gear: u8,
    /// Empty for a soldier.
    pub name: String,
}

/// Names and looks of bodies new to a client, and bodies that left the world.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Appearances {
    pub rows: Vec<Appearance>,
    pub gone: Vec<u32>,
}

/// Inputs or parts of them that the server refused: sequence and reason.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refusals {
    pub rows: Vec<(u32, u8)>,
}

impl Welcome {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Welcome>(Kind::Welcome, table)?;
        if wire.protocol_version() != VERSION {
            return Err(WireError::Version(wire.protocol_version()));
        }
        let resume_token = wire.resume_token().unwrap_or("");
        let name = wire.name().unwrap_or("");
        range(
            "resume_token",
            resume_token.len() <= limits::TOKEN_BYTES_MAX,
        )?;
        range("name", name.len() <= limits::NAME_BYTES_MAX)?;
        range("house", wire.house() <= 1)?;
        range("tick_rate_hz", wire.tick_rate_hz() > 0)?;
        Ok(Welcome {
            protocol_version: wire.protocol_version(),
            resume_token: resume_token.to_string(),
            resume_seconds: wire.resume_seconds(),
            body: wire.body(),
            name: name.to_string(),
            house: wire.house(),
            tick: wire.tick(),
            tick_rate_hz: wire.tick_rate_hz(),
            world_edge_blocks: wire.world_edge_blocks(),
            world_height_blocks: wire.world_height_blocks(),
            staleness_ticks_max: wire.staleness_ticks_max(),
            budget_bytes_per_second: wire.budget_bytes_per_second(),
            view_distance_blocks: wire.view_distance_blocks(),
            resumed: wire.resumed(),
        })
    }
}

impl Encode for Welcome {
    const KIND: Kind = Kind::Welcome;

    fn write(&self, builder: &mut Builder) -> Table {
        let resume_token = builder.create_string(&self.resume_token);
        let name = builder.create_string(&self.name);
        let args = wire::WelcomeArgs {
            protocol_version: self.protocol_version,
            resume_token: Some(resume_token),
            resume_seconds: self.resume_seconds,
            body: self.body,
            name: Some(name),
            house: self.house,
            tick: self.tick,
            tick_rate_hz: self.tick_rate_hz,
            world_edge_blocks: self.world_edge_blocks,
            world_height_blocks: self.world_height_blocks,
            staleness_ticks_max: self.staleness_ticks_max,
            budget_bytes_per_second: self.budget_bytes_per_second,
            view_distance_blocks: self.view_distance_blocks,
            resumed: self.resumed,
        };
        wire::Welcome::create(builder, &args).as_union_value()
    }
}

impl Closing {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Closing>(Kind::Closing, table)?;
        let text = wire.text().unwrap_or("");
        range("text", text.len() <= limits::TEXT_BYTES_MAX)?;
        let reason = CloseReason::ALL.get(wire.reason().0 as usize);
        Ok(Closing {
            reason: *reason.ok_or(WireError::Range("reason"))?,
            text: text.to_string(),
            protocol_version: wire.protocol_version(),
        })
    }
}

impl Encode for Closing {
    const KIND: Kind = Kind::Closing;

    fn write(&self, builder: &mut Builder) -> Table {
        let text = builder.create_string(&self.text);
        let args = wire::ClosingArgs {
            reason: wire::CloseReason(self.reason as u8),
            text: Some(text),
            protocol_version: self.protocol_version,
        };
        wire::Closing::create(builder, &args).as_union_value()
    }
}

impl Waiting {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Waiting>(Kind::Waiting, table)?;
        let (position, count) = (wire.position(), wire.count());
        let line_ticket = wire.line_ticket().unwrap_or("");
        range("position", (1..=count).contains(&position))?;
        range(
            "line_ticket",
            line_ticket.len() <= limits::LINE_TICKET_BYTES_MAX,
        )?;
        Ok(Waiting {
            position,
            count,
            line_ticket: line_ticket.to_string(),
        })
    }
}

impl Encode for Waiting {
    const KIND: Kind = Kind::Waiting;

    fn write(&self, builder: &mut Builder) -> Table {
        let line_ticket = builder.create_string(&self.line_ticket);
        let args = wire::WaitingArgs {
            position: self.position,
            count: self.count,
            line_ticket: Some(line_ticket),
        };
        wire::Waiting::create(builder, &args).as_union_value()
    }
}

impl Overload {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Overload>(Kind::Overload, table)?;
        let rates = limits::RATE_PERMILLE_MIN..=1_000;
        range("steps", wire.steps() & !limits::OVERLOAD_STEPS_MASK == 0)?;
        range("rate_permille", rates.contains(&wire.rate_permille()))?;
        Ok(Overload {
            steps: wire.steps(),
            rate_permille: wire.rate_permille(),
            staleness_ticks_max: wire.staleness_ticks_max(),
        })
    }
}

impl Encode for Overload {
    const KIND: Kind = Kind::Overload;

    fn write(&self, builder: &mut Builder) -> Table {
        let args = wire::OverloadArgs {
            steps: self.steps,
            rate_permille: self.rate_permille,
            staleness_ticks_max: self.staleness_ticks_max,
        };
        wire::Overload::create(builder, &args).as_union_value()
    }
}

impl Appearances {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Appearances;
        let wire = root::<wire::Appearances>(KIND, table)?;
        let row_count = count(&wire.id());
        same(KIND, row_count <= limits::APPEARANCES_MAX)?;
        same(KIND, count(&wire.house()) == row_count)?;
        same(KIND, count(&wire.gear()) == row_count)?;
        same(KIND, count(&wire.name()) == row_count)?;
        same(KIND, count(&wire.gone()) <= limits::APPEARANCES_MAX)?;
        let ids = wire.id().into_iter().flatten();
        let looks = wire.house().into_iter().flatten();
        let looks = looks.zip(wire.gear().into_iter().flatten());
        let rows = ids.zip(looks).zip(names(wire.name())?);
        let rows = rows.map(|((id, (house, gear)), name)| Appearance {
            id,
            house,
            gear,
            name,
        });
        Ok(Appearances {
            rows: rows.collect(),
            gone: copy(wire.gone()),
        })
    }
}

/// A column of names; one that is too long is refused.
pub(crate) fn names(
    column: Option<Vector<'_, ForwardsUOffset<&str>>>,
) -> Result<Vec<String>, WireError> {
    let mut names = Vec::new();
    for name in column.into_iter().flatten() {
        range("name", name.len() <= limits::NAME_BYTES_MAX)?;
        names.push(name.to_string());
    }
    Ok(names)
}

impl Encode for Appearances {
    const KIND: Kind = Kind::Appearances;

    fn write(&self, builder: &mut Builder) -> Table {
        let rows = &self.rows;
        assert!(rows.len() <= limits::APPEARANCES_MAX, "split by the caller");
        assert!(
            self.gone.len() <= limits::APPEARANCES_MAX,
            "split by the caller"
        );
        let names = rows.iter().map(|row| row.name.as_str());
        let name = write_names(builder, names);
        let id = builder.create_vector_from_iter(rows.iter().map(|row| row.id));
        let house = builder.create_vector_from_iter(rows.iter().map(|row| row.house));
        let gear = builder.create_vector_from_iter(rows.iter().map(|row| row.gear));
        let gone = builder.create_vector(&self.gone);
        let args = wire::AppearancesArgs {
            id: Some(id),
            house: Some(house),
            gear: Some(gear),
            name: Some(name),
            gone: Some(gone),
        };
        wire::Appearances::create(builder, &args).as_union_value()
    }
}

type Names = flatbuffers::WIPOffset<Vector<'static, ForwardsUOffset<&'static str>>>;

/// Writes a column of strings.
pub(crate) fn write_names<'a>(
    builder: &mut Builder,
    names: impl ExactSizeIterator<Item = &'a str>,
) -> Names {
    let offsets: Vec<_> = names.map(|name| builder.create_string(name)).collect();
    builder.create_vector(&offsets)
}

impl Refusals {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Refusals>(Kind::Refusals, table)?;
        let row_count = count(&wire.sequence());
        same(Kind::Refusals, row_count <= limits::REFUSALS_MAX)?;
        same(Kind::Refusals, count(&wire.reason()) == row_count)?;
        let sequences = wire.sequence().into_iter().flatten();
        Ok(Refusals {
            rows: sequences.zip(wire.reason().into_iter().flatten()).collect(),
        })
    }
}

impl Encode for Refusals {
    const KIND: Kind = Kind::Refusals;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(
            self.rows.len() <= limits::REFUSALS_MAX,
            "split by the caller"
        );
        let sequence = builder.create_vector_from_iter(self.rows.iter().map(|row| row.0));
        let reason = builder.create_vector_from_iter(self.rows.iter().map(|row| row.1));
        let args = wire::RefusalsArgs {
            sequence: Some(sequence),
            reason: Some(reason),
        };
        wire::Refusals::create(builder, &args).as_union_value()
    }
}
