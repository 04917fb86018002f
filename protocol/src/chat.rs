//! Words between players, on the control stream: what a client says and whom it ignores, what it hears, and
//! why its words were not taken. Whether words are allowed, and who hears them, is not decided here.

use alloc::string::{String, ToString};

use crate::{
    down_stream_generated::voxelheim::wire as down,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits,
    up_generated::voxelheim::wire as up,
    verify::{range, root},
};

/// Words to others.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Say {
    /// Below [`limits::CHAT_CHANNELS_MAX`].
    pub channel: u8,
    /// Whose ear a whisper is for; else empty.
    pub to: String,
    pub text: String,
}

/// Whether a player is to be heard.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ignore {
    pub name: String,
    pub ignored: bool,
}

/// Somebody's words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    pub channel: u8,
    /// The body that spoke; 0 for the server itself.
    pub from: u32,
    pub name: String,
    /// 255 for the server itself.
    pub house: u8,
    /// Whose ear a whisper was for; else empty.
    pub to: String,
    pub text: String,
    /// Names these words.
    pub sequence: u64,
    /// Since 1970.
    pub time_ms: u64,
    /// A moderator removed these words.
    pub removed: bool,
}

/// Why words were not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unsaid {
    /// As in WIRE.md; there may come to be more.
    pub reason: u8,
    pub channel: u8,
    /// Since 1970; 0 where waiting does not help.
    pub until_ms: u64,
}

fn check_channel(channel: u8) -> Result<(), WireError> {
    range("channel", channel < limits::CHAT_CHANNELS_MAX)
}

fn name(field: &'static str, name: Option<&str>) -> Result<String, WireError> {
    let name = name.unwrap_or("");
    range(field, name.len() <= limits::NAME_BYTES_MAX)?;
    Ok(name.to_string())
}

fn text(text: Option<&str>) -> Result<String, WireError> {
    let text = text.unwrap_or("");
    range("text", text.len() <= limits::CHAT_BYTES_MAX)?;
    Ok(text.to_string())
}

impl Say {
    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<up::Say>(Kind::Say, table)?;
        check_channel(wire.channel())?;
        Ok(Say {
            channel: wire.channel(),
            to: name("to", wire.to())?,
            text: text(wire.text())?,
        })
    }
}

impl Encode for Say {
    const KIND: Kind = Kind::Say;

    fn write(&self, builder: &mut Builder) -> Table {
        let to = builder.create_string(&self.to);
        let text = builder.create_string(&self.text);
        let args = up::SayArgs {
            channel: self.channel,
            to: Some(to),
            text: Some(text),
        };
        up::Say::create(builder, &args).as_union_value()
    }
}

impl Ignore {
    pub(crate) fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<up::Ignore>(Kind::Ignore, table)?;
        Ok(Ignore {
            name: name("name", wire.name())?,
            ignored: wire.ignored(),
        })
    }
}

impl Encode for Ignore {
    const KIND: Kind = Kind::Ignore;

    fn write(&self, builder: &mut Builder) -> Table {
        let name = builder.create_string(&self.name);
        let args = up::IgnoreArgs {
            name: Some(name),
            ignored: self.ignored,
        };
        up::Ignore::create(builder, &args).as_union_value()
    }
}

impl Said {
    /// That the words of this number were removed.
    pub fn removed(sequence: u64) -> Self {
        Self {
            house: 255,
            sequence,
            removed: true,
            ..Self::default()
        }
    }

    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<down::Said>(Kind::Said, table)?;
        check_channel(wire.channel())?;
        range("house", matches!(wire.house(), 0 | 1 | 255))?;
        Ok(Said {
            channel: wire.channel(),
            from: wire.from(),
            name: name("name", wire.name())?,
            house: wire.house(),
            to: name("to", wire.to())?,
            text: text(wire.text())?,
            sequence: wire.sequence(),
            time_ms: wire.time_ms(),
            removed: wire.removed(),
        })
    }
}

impl Encode for Said {
    const KIND: Kind = Kind::Said;

    fn write(&self, builder: &mut Builder) -> Table {
        let name = builder.create_string(&self.name);
        let to = builder.create_string(&self.to);
        let text = builder.create_string(&self.text);
        let args = down::SaidArgs {
            channel: self.channel,
            from: self.from,
            name: Some(name),
            house: self.house,
            to: Some(to),
            text: Some(text),
            sequence: self.sequence,
            time_ms: self.time_ms,
            removed: self.removed,
        };
        down::Said::create(builder, &args).as_union_value()
    }
}

impl Unsaid {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<down::Unsaid>(Kind::Unsaid, table)?;
        check_channel(wire.channel())?;
        Ok(Unsaid {
            reason: wire.reason(),
            channel: wire.channel(),
            until_ms: wire.until_ms(),
        })
    }
}

impl Encode for Unsaid {
    const KIND: Kind = Kind::Unsaid;

    fn write(&self, builder: &mut Builder) -> Table {
        let args = down::UnsaidArgs {
            reason: self.reason,
            channel: self.channel,
            until_ms: self.until_ms,
        };
        down::Unsaid::create(builder, &args).as_union_value()
    }
}
