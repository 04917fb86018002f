//! Reads messages off a client's control stream. Lengths are checked before a byte is kept.

use bytes::Bytes;
use protocol::{
    WireError,
    header::{Channel, Header},
};

use crate::transport::carrier::{RecvStream, StreamEnded};

/// Why no message came.
#[derive(Debug)]
pub enum ReadError {
    /// The stream or its connection ended.
    Ended,
    /// What came is no message for this stream.
    Wrong(WireError),
}

/// Reads the next message, header included.
pub async fn read(stream: &mut RecvStream) -> Result<Bytes, ReadError> {
    let mut head = [0; Header::BYTES];
    stream.read_exact(&mut head).await?;
    let header = Header::decode(&head).map_err(ReadError::Wrong)?;
    let table_bytes = header.number as usize;
    let kind = header.kind;
    if !kind.is_up() || kind.channel() != Channel::Control {
        return Err(ReadError::Wrong(WireError::UnknownKind(kind as u8)));
    }
    if table_bytes > kind.table_bytes_max() {
        return Err(ReadError::Wrong(WireError::TooLong(kind)));
    }
    let mut message = vec![0; Header::BYTES + table_bytes];
    message[..Header::BYTES].copy_from_slice(&head);
    stream.read_exact(&mut message[Header::BYTES..]).await?;
    Ok(message.into())
}

impl From<StreamEnded> for ReadError {
    fn from(StreamEnded: StreamEnded) -> Self {
        Self::Ended
    }
}
