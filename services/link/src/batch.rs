//! Puts messages of a lane into few chunks for a stream: small ones are copied together behind their
//! heads, large ones go as they are.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    limits::{BATCH_BYTES_MAX, COALESCED_BYTES_MAX},
    reliable::MessageId,
    wire::MessageHead,
};

/// See the module; keeps its buffer from batch to batch.
#[derive(Debug, Default)]
pub struct Batch {
    buffer: BytesMut,
    chunks: Vec<Bytes>,
    bytes: usize,
}

impl Batch {
    pub fn add(&mut self, id: MessageId, payload: &Bytes) {
        let bytes = payload.len();
        self.buffer.put_slice(&MessageHead { bytes, id }.encode());
        if bytes <= COALESCED_BYTES_MAX {
            self.buffer.put_slice(payload);
        } else {
            self.close_buffer();
            self.chunks.push(payload.clone());
        }
        self.bytes += MessageHead::BYTES + bytes;
    }

    /// Whether it should be written before more is added.
    pub fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES_MAX
    }

    /// The chunks to write, in order; the batch is then empty.
    pub fn take(&mut self) -> Vec<Bytes> {
        self.close_buffer();
        self.bytes = 0;
        std::mem::take(&mut self.chunks)
    }

    fn close_buffer(&mut self) {
        if !self.buffer.is_empty() {
            self.chunks.push(self.buffer.split().freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(sequence: u64) -> MessageId {
        MessageId {
            incarnation: 1,
            sequence,
        }
    }

    #[test]
    fn small_messages_share_a_chunk_and_large_ones_are_not_copied() {
        let small = Bytes::from_static(&[1; 10]);
        let large = Bytes::from(vec![2; COALESCED_BYTES_MAX + 1]);
        let mut batch = Batch::default();
        for (sequence, payload) in [&small, &small, &large, &small].into_iter().enumerate() {
            batch.add(id(sequence as u64), payload);
        }
        let chunks = batch.take();
        assert_eq!(chunks.len(), 3);
        assert_eq!(chunks[1].as_ptr(), large.as_ptr(), "the very same bytes");
        assert_eq!(chunks[0].len(), 3 * MessageHead::BYTES + 20);
        assert!(batch.take().is_empty());
    }

    #[test]
    fn it_is_full_after_so_many_bytes() {
        let mut batch = Batch::default();
        assert!(!batch.is_full());
        batch.add(id(0), &Bytes::from(vec![0; BATCH_BYTES_MAX]));
        assert!(batch.is_full());
        batch.take();
        assert!(!batch.is_full());
    }
}
