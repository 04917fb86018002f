//! Streams of a connection.

use std::{
    collections::VecDeque,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use quinn_proto::{
    ClosedStream, ConnectionError, FinishError, ReadError, StreamId, VarInt, WriteError,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    connection::{Backlog, Connection, State},
    endpoint::wait_until,
    waits::Wait,
};

/// Why a stream gives or takes no more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StreamError {
    /// The connection ended.
    Lost(ConnectionError),
    /// The peer wants no more of it, with this code.
    Stopped(VarInt),
    /// The peer sends no more of it, with this code.
    Reset(VarInt),
    /// We ended it ourselves.
    Closed,
}

impl fmt::Display for StreamError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(reason) => write!(formatter, "the connection ended: {reason}"),
            Self::Stopped(code) => {
                write!(formatter, "the peer stopped the stream with code {code}")
            }
            Self::Reset(code) => write!(formatter, "the peer reset the stream with code {code}"),
            Self::Closed => formatter.write_str("the stream was ended here"),
        }
    }
}

impl std::error::Error for StreamError {}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        let kind = match error {
            StreamError::Lost(_) => io::ErrorKind::NotConnected,
            StreamError::Stopped(_) | StreamError::Reset(_) => io::ErrorKind::ConnectionReset,
            StreamError::Closed => io::ErrorKind::BrokenPipe,
        };
        io::Error::new(kind, error)
    }
}

/// The end of a stream that we write to. Dropped it is finished: what it took still arrives.
pub struct SendStream {
    connection: Connection,
    id: StreamId,
}

impl SendStream {
    pub(crate) fn new(connection: Connection, id: StreamId) -> Self {
        Self { connection, id }
    }

    /// The stream's number on the wire.
    pub fn id(&self) -> u64 {
        self.id.into()
    }

    /// Streams of higher priority are sent first; a new one has 0.
    pub fn set_priority(&self, priority: i32) {
        // A stream that ended needs none.
        let _ = self
            .connection
            .with(|state| state.proto.send_stream(self.id).set_priority(priority));
    }

    /// Writes all of it, without a copy; waits while the peer or the window takes no more.
    ///
    /// # Errors
    /// When the stream takes no more.
    pub async fn write_chunk(&mut self, chunk: Bytes) -> Result<(), StreamError> {
        let mut chunks = [chunk];
        while !chunks[0].is_empty() {
            wait_until(|waker| self.try_write(&mut chunks, waker)).await?;
        }
        Ok(())
    }

    /// Has the loop write all of it, behind what it was given before; does not wait. The caller bounds
    /// what it gives by [`Self::backlog_count`].
    ///
    /// # Errors
    /// When the stream takes no more.
    pub fn push(&self, chunk: Bytes) -> Result<(), StreamError> {
        self.connection.with(|state| {
            if let Some(reason) = &state.lost {
                return Err(StreamError::Lost(reason.clone()));
            }
            let known = state
                .backlogs
                .iter_mut()
                .find(|backlog| backlog.id == self.id);
            match known {
                Some(backlog) => backlog.chunks.push_back(chunk),
                None => {
                    let chunks = VecDeque::from([chunk]);
                    state.backlogs.push(Backlog {
                        id: self.id,
                        chunks,
                    });
                    state.write_backlog(self.id);
                }
            }
            Ok(())
        })?;
        self.connection.mark();
        Ok(())
    }

    /// Chunks given to [`Self::push`] that the stream did not take yet.
    pub fn backlog_count(&self) -> usize {
        self.connection.with(|state| {
            let known = state.backlogs.iter().find(|backlog| backlog.id == self.id);
            known.map_or(0, |backlog| backlog.chunks.len())
        })
    }

    /// Resolves when the stream has taken all that it was given, or takes no more.
    pub async fn written(&self) {
        wait_until(|waker| {
            self.connection.with(|state| {
                let is_waiting = state.backlogs.iter().any(|backlog| backlog.id == self.id);
                if is_waiting && state.lost.is_none() {
                    state.waits.add(Wait::Written(self.id), waker);
                    return None;
                }
                Some(())
            })
        })
        .await;
    }

    /// No more is written; what was still arrives.
    pub fn finish(&self) {
        let finished = self
            .connection
            .with(|state| state.proto.send_stream(self.id).finish());
        if !matches!(finished, Err(FinishError::ClosedStream)) {
            self.connection.mark();
        }
    }

    /// Resolves when all that was written to a finished stream has arrived, or the peer wants no more.
    ///
    /// # Errors
    /// If the connection ended first.
    pub async fn stopped(&self) -> Result<(), StreamError> {
        wait_until(|waker| {
            self.connection.with(|state| {
                match state.proto.send_stream(self.id).stopped() {
                    Err(ClosedStream { .. }) | Ok(Some(_)) => return Some(Ok(())),
                    Ok(None) => {}
                }
                if let Some(reason) = &state.lost {
                    return Some(Err(StreamError::Lost(reason.clone())));
                }
                state.waits.add(Wait::Stopped(self.id), waker);
                None
            })
        })
        .await
    }

    /// Writes what is taken now, if anything is.
    fn try_write(&self, chunks: &mut [Bytes], waker: &Waker) -> Option<Result<usize, StreamError>> {
        let written = self.connection.with(|state| {
            if let Some(reason) = &state.lost {
                return Some(Err(StreamError::Lost(reason.clone())));
            }
            match state.proto.send_stream(self.id).write_chunks(chunks) {
                Ok(written) => Some(Ok(written.bytes)),
                Err(WriteError::Blocked) => {
                    state.waits.add(Wait::Writable(self.id), waker);
                    None
                }
                Err(WriteError::Stopped(code)) => Some(Err(StreamError::Stopped(code))),
                Err(WriteError::ClosedStream) => Some(Err(StreamError::Closed)),
            }
        });
        if matches!(written, Some(Ok(_))) {
            self.connection.mark();
        }
        written
    }
}

impl AsyncWrite for SendStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut chunks = [Bytes::copy_from_slice(bytes)];
        match self.try_write(&mut chunks, context.waker()) {
            Some(written) => Poll::Ready(Ok(written?)),
            None => Poll::Pending,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().finish();
        Poll::Ready(Ok(()))
    }
}

impl Drop for SendStream {
    fn drop(&mut self) {
        let is_changed = self.connection.with(|state| {
            state.waits.forget(Wait::Writable(self.id));
            state.waits.forget(Wait::Stopped(self.id));
            state.waits.forget(Wait::Written(self.id));
            state.backlogs.retain(|backlog| backlog.id != self.id);
            if state.lost.is_some() {
                return false;
            }
            match state.proto.send_stream(self.id).finish() {
                Ok(()) => true,
                Err(FinishError::Stopped(code)) => {
                    state.proto.send_stream(self.id).reset(code).is_ok()
                }
                Err(FinishError::ClosedStream) => false,
            }
        });
        if is_changed {
            self.connection.mark();
        }
    }
}

/// The end of a stream that we read from. Dropped before its end, the peer is told to stop.
pub struct RecvStream {
    connection: Connection,
    id: StreamId,
    is_ended: bool,
}

impl RecvStream {
    pub(crate) fn new(connection: Connection, id: StreamId) -> Self {
        Self {
            connection,
            id,
            is_ended: false,
        }
    }

    /// Reads what has come, at most as much as there is room for, and waits if nothing has; none at the
    /// stream's end.
    ///
    /// # Errors
    /// When the stream gives no more.
    pub async fn read(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, StreamError> {
        wait_until(|waker| self.try_read(buffer, waker)).await
    }

    fn try_read(
        &mut self,
        buffer: &mut [u8],
        waker: &Waker,
    ) -> Option<Result<Option<usize>, StreamError>> {
        if self.is_ended || buffer.is_empty() {
            return Some(Ok((!self.is_ended).then_some(0)));
        }
        let (read, must_tell) = self.connection.with(|state| {
            let (read, must_tell) = read_from(state, self.id, buffer);
            if read.is_some() {
                return (read, must_tell);
            }
            // What came before the connection ended is read to its end.
            if let Some(reason) = &state.lost {
                return (Some(Err(StreamError::Lost(reason.clone()))), must_tell);
            }
            state.waits.add(Wait::Readable(self.id), waker);
            (None, must_tell)
        });
        if must_tell {
            self.connection.mark();
        }
        self.is_ended = matches!(read, Some(Ok(None) | Err(_)));
        read
    }
}

/// What there is to read, if anything, and whether the peer is to be told that there is room.
fn read_from(
    state: &mut State,
    id: StreamId,
    buffer: &mut [u8],
) -> (Option<Result<Option<usize>, StreamError>>, bool) {
    let mut stream = state.proto.recv_stream(id);
    let Ok(mut chunks) = stream.read(true) else {
        return (Some(Err(StreamError::Closed)), false);
    };
    let read = match chunks.next(buffer.len()) {
        Ok(Some(chunk)) => {
            buffer[..chunk.bytes.len()].copy_from_slice(&chunk.bytes);
            Some(Ok(Some(chunk.bytes.len())))
        }
        Ok(None) => Some(Ok(None)),
        Err(ReadError::Blocked) => None,
        Err(ReadError::Reset(code)) => Some(Err(StreamError::Reset(code))),
    };
    (read, chunks.finalize().should_transmit())
}

impl AsyncRead for RecvStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.try_read(buffer.initialize_unfilled(), context.waker());
        let read = ready!(read.map_or(Poll::Pending, Poll::Ready))?;
        buffer.advance(read.unwrap_or(0));
        Poll::Ready(Ok(()))
    }
}

impl Drop for RecvStream {
    fn drop(&mut self) {
        let is_changed = self.connection.with(|state| {
            state.waits.forget(Wait::Readable(self.id));
            let is_over = self.is_ended || state.lost.is_some();
            !is_over
                && state
                    .proto
                    .recv_stream(self.id)
                    .stop(VarInt::from_u32(0))
                    .is_ok()
        });
        if is_changed {
            self.connection.mark();
        }
    }
}
