//! Messages to bytes, over buffers that are used again: after warm-up nothing is allocated.

use alloc::vec::Vec;

use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};

use crate::header::{Header, Kind};

/// The builder that generated code writes into.
pub type Builder = FlatBufferBuilder<'static>;
/// A finished table in a [`Builder`].
pub type Table = WIPOffset<UnionWIPOffset>;

/// A message that can be written.
pub trait Encode {
    const KIND: Kind;

    /// Writes the table. Panics when the message breaks a limit of its kind: that is our own fault.
    fn write(&self, builder: &mut Builder) -> Table;
}

/// Writes messages one at a time.
#[derive(Default)]
pub struct Encoder {
    builder: Builder,
    message: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Self {
        Self::default()
    }

    /// The message for a stream (or a WebSocket): its header counts the table's bytes.
    pub fn stream(&mut self, message: &impl Encode) -> &[u8] {
        self.encode(message, None)
    }

    /// The message for a datagram; `number` counts the sender's datagrams.
    pub fn datagram(&mut self, message: &impl Encode, number: u32) -> &[u8] {
        self.encode(message, Some(number))
    }

    fn encode<M: Encode>(&mut self, message: &M, number: Option<u32>) -> &[u8] {
        self.builder.reset();
        let root = message.write(&mut self.builder);
        self.builder.finish_minimal(root);
        let table = self.builder.finished_data();
        assert!(
            table.len() <= M::KIND.table_bytes_max(),
            "a {:?} of {} bytes breaks our own limit",
            M::KIND,
            table.len()
        );
        let header = Header {
            kind: M::KIND,
            number: number.unwrap_or(table.len() as u32),
        };
        self.message.clear();
        self.message.extend_from_slice(&header.encode());
        self.message.extend_from_slice(table);
        &self.message
    }
}
