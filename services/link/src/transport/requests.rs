//! Requests and their responses: for control, between tasks that may wait.

use std::fmt;

use bytes::Bytes;
use quinn::{RecvStream, SendStream};
use tokio::{
    sync::{mpsc::error::TrySendError, oneshot},
    time::timeout,
};

use crate::{
    limits::{REASON_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_TIMEOUT, RESPONSE_BYTES_MAX},
    name::PeerName,
    transport::{
        peer::PeerCore,
        session::Session,
        stream::{CODE_TIMED_OUT, PRIORITY_REQUESTS, StreamEnd, read_array, read_last, write},
    },
    wire::{RequestHead, ResponseHead, ResponseStatus, StreamKind},
};

/// A peer asks for something. Dropped without an answer, it is refused.
#[derive(Debug)]
pub struct Request {
    pub from: PeerName,
    pub incarnation: u64,
    pub bytes: Bytes,
    answer: oneshot::Sender<Answer>,
}

type Answer = (ResponseStatus, Bytes);

/// Why a request has no answer. Whether the peer acted on it is known only if it was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequestError {
    /// There is no connection to the peer.
    Apart,
    TooLong {
        bytes: usize,
    },
    /// Too many wait at the peer.
    Busy,
    /// In the peer's words.
    Refused(String),
    TimedOut,
    /// The connection broke.
    Lost,
}

impl Request {
    /// # Errors
    /// When the answer is longer than one may be; the request is then refused.
    pub fn answer(self, response: Bytes) -> Result<(), RequestError> {
        let bytes = response.len();
        if bytes > RESPONSE_BYTES_MAX {
            self.refuse("the answer is too long");
            return Err(RequestError::TooLong { bytes });
        }
        let answered = self.answer.send((ResponseStatus::Answered, response));
        answered.map_err(|_| RequestError::Lost)
    }

    /// Says in words why not; as many as fit.
    pub fn refuse(self, reason: &str) {
        let end = reason.floor_char_boundary(REASON_BYTES_MAX);
        let words = Bytes::copy_from_slice(&reason.as_bytes()[..end]);
        // Who asked may have given up.
        let _ = self.answer.send((ResponseStatus::Refused, words));
    }
}

/// Sends a request and waits for its response.
pub async fn request(peer: &PeerCore, bytes: Bytes) -> Result<Bytes, RequestError> {
    if bytes.len() > REQUEST_BYTES_MAX {
        let bytes = bytes.len();
        return Err(RequestError::TooLong { bytes });
    }
    let session = peer.session_now().ok_or(RequestError::Apart)?;
    let exchanged = timeout(REQUEST_TIMEOUT, exchange(peer, &session, bytes)).await;
    let exchanged = exchanged.map_err(|_| RequestError::TimedOut)?;
    let (status, response) = match exchanged {
        Ok(answer) => answer,
        Err(StreamEnd::Reset(code)) if code == u64::from(CODE_TIMED_OUT) => {
            return Err(RequestError::TimedOut);
        }
        Err(end) => {
            session.conclude(peer, end);
            return Err(RequestError::Lost);
        }
    };
    match status {
        ResponseStatus::Answered => Ok(response),
        ResponseStatus::Busy => Err(RequestError::Busy),
        ResponseStatus::Refused => Err(RequestError::Refused(
            String::from_utf8_lossy(&response).into_owned(),
        )),
    }
}

async fn exchange(peer: &PeerCore, session: &Session, bytes: Bytes) -> Result<Answer, StreamEnd> {
    let opened = session.connection.open_bi().await;
    let (mut send, mut receive) = opened.map_err(|_| StreamEnd::Lost)?;
    let _ = send.set_priority(PRIORITY_REQUESTS);
    let head = RequestHead {
        bytes: bytes.len(),
        incarnation: peer.context.incarnation,
    };
    let kind = Bytes::copy_from_slice(&[StreamKind::Request.encode()]);
    let head = Bytes::copy_from_slice(&head.encode());
    write(peer, &mut send, &mut [kind, head, bytes]).await?;
    let _ = send.finish();
    peer.counters.requests_sent.add(1);
    let head = ResponseHead::decode(read_array(&mut receive).await?)?;
    session.hear(peer, head.incarnation)?;
    let response = read_last(&mut receive, head.bytes).await?;
    Ok((head.status, response))
}

/// Takes a request of the peer up, and sends what it is answered.
pub async fn serve(
    peer: &PeerCore,
    session: &Session,
    mut send: SendStream,
    mut receive: RecvStream,
) -> Result<(), StreamEnd> {
    let _ = send.set_priority(PRIORITY_REQUESTS);
    match timeout(REQUEST_TIMEOUT, answered(peer, session, &mut receive)).await {
        Ok(answer) => respond(peer, &mut send, answer?).await,
        Err(_) => {
            let _ = send.reset(CODE_TIMED_OUT.into());
            let _ = receive.stop(CODE_TIMED_OUT.into());
            Ok(())
        }
    }
}

async fn answered(
    peer: &PeerCore,
    session: &Session,
    receive: &mut RecvStream,
) -> Result<Answer, StreamEnd> {
    let head = RequestHead::decode(read_array(receive).await?)?;
    session.hear(peer, head.incarnation)?;
    let bytes = read_last(receive, head.bytes).await?;
    peer.counters.requests_received.add(1);
    let (answer, answered) = oneshot::channel();
    let request = Request {
        from: peer.name.clone(),
        incarnation: head.incarnation,
        bytes,
        answer,
    };
    let nobody = || {
        let words = "nobody answers requests here";
        (
            ResponseStatus::Refused,
            Bytes::from_static(words.as_bytes()),
        )
    };
    match peer.context.requests.try_send(request) {
        Ok(()) => Ok(answered.await.unwrap_or_else(|_| nobody())),
        Err(TrySendError::Full(_)) => Ok((ResponseStatus::Busy, Bytes::new())),
        Err(TrySendError::Closed(_)) => Ok(nobody()),
    }
}

async fn respond(
    peer: &PeerCore,
    send: &mut SendStream,
    (status, response): Answer,
) -> Result<(), StreamEnd> {
    let head = ResponseHead {
        bytes: response.len(),
        incarnation: peer.context.incarnation,
        status,
    };
    let head = Bytes::copy_from_slice(&head.encode());
    write(peer, send, &mut [head, response]).await?;
    let _ = send.finish();
    Ok(())
}

impl fmt::Display for RequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Apart => formatter.write_str("there is no connection to the peer"),
            Self::TooLong { bytes } => write!(formatter, "{bytes} bytes are too many"),
            Self::Busy => formatter.write_str("too many requests wait at the peer"),
            Self::Refused(words) => write!(formatter, "the peer refuses: {words}"),
            Self::TimedOut => formatter.write_str("the peer took too long"),
            Self::Lost => formatter.write_str("the connection broke"),
        }
    }
}

impl std::error::Error for RequestError {}
