//! Cuts a stream's bytes into messages.

use alloc::vec::Vec;

use crate::{
    error::WireError,
    header::{Channel, Header},
};

/// Collects bytes until a message is whole. It never holds more than one read and the largest
/// message its channel allows.
#[derive(Default)]
pub struct StreamReader {
    bytes: Vec<u8>,
    /// Bytes in front that were handed out already.
    taken: usize,
}

impl StreamReader {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what came in. Take all messages out before adding more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, header included; `None` until more comes.
    ///
    /// # Errors
    /// A header that is none, a datagram's kind or a message too long: the stream is lost.
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, WireError> {
        let rest = &self.bytes[self.taken..];
        if rest.len() < Header::BYTES {
            return Ok(None);
        }
        let header = Header::decode(rest)?;
        if header.kind.channel() == Channel::Datagram {
            return Err(WireError::UnknownKind(header.kind as u8));
        }
        let table_count = header.number as usize;
        if table_count > header.kind.table_bytes_max() {
            return Err(WireError::TooLong(header.kind));
        }
        let message_count = Header::BYTES + table_count;
        if rest.len() < message_count {
            return Ok(None);
        }
        let start = self.taken;
        self.taken += message_count;
        Ok(Some(&self.bytes[start..self.taken]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encoder::Encoder,
        up::{Leave, Settings},
    };

    #[test]
    fn messages_come_out_however_the_bytes_are_cut() {
        let mut encoder = Encoder::new();
        let first = encoder.stream(&Leave).to_vec();
        let second = encoder.stream(&Settings::default()).to_vec();
        let bytes = [first.clone(), second.clone()].concat();
        for piece in 1..bytes.len() {
            let mut reader = StreamReader::new();
            let mut messages = Vec::new();
            for part in bytes.chunks(piece) {
                reader.push(part);
                while let Some(message) = reader.next_message().expect("all are good") {
                    messages.push(message.to_vec());
                }
            }
            assert_eq!(messages, [first.clone(), second.clone()]);
        }
    }

    #[test]
    fn an_oversized_message_is_refused_by_its_header_alone() {
        let mut reader = StreamReader::new();
        reader.push(&[80, 0, 0, 0, 255, 255, 255, 127]);
        let kind = crate::header::Kind::Hello;
        assert_eq!(reader.next_message(), Err(WireError::TooLong(kind)));
    }
}
