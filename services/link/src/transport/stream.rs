//! Reading and writing of streams, and what ends one.

use bytes::Bytes;
use quinn::{ReadError, ReadExactError, RecvStream, SendStream, WriteError};

use crate::{fence::Stale, transport::peer::PeerCore, wire::WireError};

/// Priorities of what waits on one connection: a word that frees the other side's memory first, what
/// must arrive next, what may be late last.
pub const PRIORITY_ACKNOWLEDGEMENTS: i32 = 3;
pub const PRIORITY_REQUESTS: i32 = 2;
pub const PRIORITY_LANES: i32 = 1;
pub const PRIORITY_LATEST: i32 = 0;

/// Codes of single streams that are ended early; the connection goes on.
pub const CODE_OUTDATED: u32 = 1;
pub const CODE_PORT_GONE: u32 = 2;
pub const CODE_TIMED_OUT: u32 = 3;

/// What ended a stream.
#[derive(Debug)]
pub enum StreamEnd {
    /// It, or its connection, broke.
    Lost,
    /// The other side ended it with this code; the connection goes on.
    Reset(u64),
    /// The thread at this end is gone.
    PortGone,
    Malformed(WireError),
    Stale(Stale),
}

impl From<WireError> for StreamEnd {
    fn from(error: WireError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Stale> for StreamEnd {
    fn from(stale: Stale) -> Self {
        Self::Stale(stale)
    }
}

impl From<ReadError> for StreamEnd {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Reset(code) => Self::Reset(code.into()),
            _ => Self::Lost,
        }
    }
}

impl From<ReadExactError> for StreamEnd {
    fn from(error: ReadExactError) -> Self {
        match error {
            ReadExactError::FinishedEarly(_) => Self::Malformed(WireError::Truncated),
            ReadExactError::ReadError(error) => error.into(),
        }
    }
}

impl From<WriteError> for StreamEnd {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stopped(code) => Self::Reset(code.into()),
            _ => Self::Lost,
        }
    }
}

/// Reads so many bytes.
pub async fn read_array<const BYTES: usize>(
    stream: &mut RecvStream,
) -> Result<[u8; BYTES], StreamEnd> {
    let mut bytes = [0; BYTES];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Reads a payload of so many bytes, copied once, and sees that the stream then ends.
pub async fn read_last(stream: &mut RecvStream, bytes: usize) -> Result<Bytes, StreamEnd> {
    let mut payload = vec![0; bytes];
    stream.read_exact(&mut payload).await?;
    match stream.read_chunk(1, true).await? {
        None => Ok(payload.into()),
        Some(_) => Err(WireError::TooMuch.into()),
    }
}

/// Writes the chunks without copying them; asks for the lease again whenever the path made it wait.
pub async fn write(
    peer: &PeerCore,
    stream: &mut SendStream,
    mut chunks: &mut [Bytes],
) -> Result<(), StreamEnd> {
    while !chunks.is_empty() {
        peer.lease().await;
        let written = stream.write_chunks(chunks).await?;
        chunks = &mut chunks[written.chunks..];
    }
    Ok(())
}

/// Writes a head.
pub async fn write_head(
    peer: &PeerCore,
    stream: &mut SendStream,
    head: &[u8],
) -> Result<(), StreamEnd> {
    write(peer, stream, &mut [Bytes::copy_from_slice(head)]).await
}
