//! What servers and clients need of a QUIC connection, whichever library made it.

use bytes::Bytes;

/// A connection's end. Cheap to clone.
pub trait Link: Clone + 'static {
    /// None when the connection is over.
    async fn datagram(&self) -> Option<Bytes>;

    /// Whether it was taken.
    fn send_datagram(&self, datagram: Bytes) -> bool;

    /// Opens a stream and writes what comes through the channel, until the connection is over.
    async fn write_stream(&self, pieces: tokio::sync::mpsc::Receiver<Bytes>);

    /// Takes in what comes on the other's streams, and counts its bytes.
    async fn swallow_streams(&self);
}
