//! Puts the messages of a lane's stream together from chunks that are cut anywhere. Each payload is
//! copied once, into memory of its own: a slice of the chunk would keep all of it alive.

use bytes::{Buf, Bytes, BytesMut};

use crate::wire::{MessageHead, WireError};

/// See the module.
#[derive(Debug, Default)]
pub struct Reassembly {
    head: [u8; MessageHead::BYTES],
    head_bytes: usize,
    body: Option<(MessageHead, BytesMut)>,
}

/// What came of a chunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// A message begins: see that there is room, then feed on.
    Head(MessageHead),
    /// The message whose head came before is whole.
    Whole(MessageHead, Bytes),
}

impl Reassembly {
    /// Takes bytes from the chunk up to the next piece; none when the chunk is used up.
    ///
    /// # Errors
    /// When a head is none; the stream is then of no more use.
    pub fn feed(&mut self, chunk: &mut Bytes) -> Result<Option<Piece>, WireError> {
        match self.body.take() {
            None => self.feed_head(chunk),
            Some((head, mut body)) => {
                move_bytes(chunk, &mut body, head.bytes);
                if body.len() == head.bytes {
                    return Ok(Some(Piece::Whole(head, body.freeze())));
                }
                self.body = Some((head, body));
                Ok(None)
            }
        }
    }

    fn feed_head(&mut self, chunk: &mut Bytes) -> Result<Option<Piece>, WireError> {
        let count = chunk.len().min(MessageHead::BYTES - self.head_bytes);
        let end = self.head_bytes + count;
        chunk.copy_to_slice(&mut self.head[self.head_bytes..end]);
        self.head_bytes = end;
        if end < MessageHead::BYTES {
            return Ok(None);
        }
        self.head_bytes = 0;
        let head = MessageHead::decode(self.head)?;
        self.body = Some((head, BytesMut::new()));
        Ok(Some(Piece::Head(head)))
    }

    /// Whether the stream may end here.
    pub fn is_between_messages(&self) -> bool {
        self.body.is_none() && self.head_bytes == 0
    }
}

/// Fills `body` up to `bytes_max`. Its memory is taken at the first byte, when there is room for it.
fn move_bytes(chunk: &mut Bytes, body: &mut BytesMut, bytes_max: usize) {
    if body.capacity() < bytes_max {
        body.reserve(bytes_max);
    }
    let count = chunk.len().min(bytes_max - body.len());
    body.extend_from_slice(&chunk[..count]);
    chunk.advance(count);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{limits::MESSAGE_BYTES_MAX, reliable::MessageId};

    fn head(bytes: usize, sequence: u64) -> MessageHead {
        let incarnation = 3;
        let id = MessageId {
            incarnation,
            sequence,
        };
        MessageHead { bytes, id }
    }

    fn payload(sequence: u64, bytes: usize) -> Vec<u8> {
        (0..bytes)
            .map(|index| (index as u64 * 7 + sequence) as u8)
            .collect()
    }

    /// A stream of messages of these lengths.
    fn stream(lengths: &[usize]) -> Vec<u8> {
        let mut stream = Vec::new();
        for (sequence, &length) in lengths.iter().enumerate() {
            let sequence = sequence as u64;
            stream.extend(head(length, sequence).encode());
            stream.extend(payload(sequence, length));
        }
        stream
    }

    fn messages(reassembly: &mut Reassembly, mut chunk: Bytes) -> Vec<(MessageHead, Bytes)> {
        let mut found = Vec::new();
        while let Some(piece) = reassembly.feed(&mut chunk).expect("a sound stream") {
            if let Piece::Whole(head, body) = piece {
                found.push((head, body));
            }
        }
        assert!(chunk.is_empty(), "all is taken");
        found
    }

    #[test]
    fn however_the_stream_is_cut_the_messages_are_the_same() {
        let lengths = [0, 1, 19, 20, 21, 300, 0, 0, 5];
        let stream = stream(&lengths);
        for chunk_bytes in 1..stream.len() {
            let mut reassembly = Reassembly::default();
            let found: Vec<_> = stream
                .chunks(chunk_bytes)
                .flat_map(|chunk| messages(&mut reassembly, Bytes::copy_from_slice(chunk)))
                .collect();
            let expected: Vec<_> = (0..)
                .zip(lengths)
                .map(|(sequence, length)| {
                    (head(length, sequence), payload(sequence, length).into())
                })
                .collect();
            assert_eq!(found, expected, "in chunks of {chunk_bytes}");
            assert!(reassembly.is_between_messages());
        }
    }

    #[test]
    fn no_memory_is_taken_for_a_head_alone() {
        let mut reassembly = Reassembly::default();
        let mut chunk = Bytes::copy_from_slice(&head(MESSAGE_BYTES_MAX, 0).encode());
        let piece = reassembly.feed(&mut chunk).expect("sound");
        assert_eq!(piece, Some(Piece::Head(head(MESSAGE_BYTES_MAX, 0))));
        let (_, body) = reassembly.body.as_ref().expect("begun");
        assert_eq!(body.capacity(), 0);
        assert!(!reassembly.is_between_messages());
    }

    #[test]
    fn a_head_of_too_much_is_refused() {
        let mut chunk = Bytes::copy_from_slice(&[255; MessageHead::BYTES]);
        assert!(Reassembly::default().feed(&mut chunk).is_err());
    }
}
