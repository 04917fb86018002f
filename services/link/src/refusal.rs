//! Why two processes are not linked, in a word for programs and a sentence for people.

use std::fmt;

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// A whole sentence's worth, without the peer's name.
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalKind {
    /// Nobody answers.
    Unreachable,
    /// One side's certificate is not from the other's authority.
    UnknownAuthority,
    /// A certificate is of another process than the one that was dialled, or of none.
    WrongName,
    /// A certificate is over, or not good yet.
    Expired,
    /// One side shows no certificate.
    NoCertificate,
    /// The two speak different versions of the link.
    OtherVersion,
    /// The peer has heard of a later life of this process, or of the end of its lease.
    Fenced,
    /// The peer has had a later life than the one that answers there.
    PeerStale,
    /// The same process opened a newer connection.
    Replaced,
    /// One side said what no link says.
    Malformed,
    /// Too many peers.
    Crowded,
    /// The other side stopped in order.
    Stopped,
    /// Anything else that TLS or QUIC found wrong.
    Other,
}

/// The codes with which links close connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloseCode {
    Stopped = 0,
    Stale = 1,
    Replaced = 2,
    Malformed = 3,
    WrongName = 4,
    Crowded = 5,
}

/// TLS alerts that have a meaning here (RFC 8446, 6.2).
mod alert {
    pub const BAD_CERTIFICATE: u64 = 42;
    pub const CERTIFICATE_EXPIRED: u64 = 45;
    pub const UNKNOWN_CA: u64 = 48;
    /// Of a certificate: signed by an authority of the same name as ours, with another key.
    pub const DECRYPT_ERROR: u64 = 51;
    pub const CERTIFICATE_REQUIRED: u64 = 116;
    pub const NO_APPLICATION_PROTOCOL: u64 = 120;
}

/// QUIC's codes of TLS alerts begin here (RFC 9001, 4.8).
const CRYPTO_CODE_BASE: u64 = 0x100;

impl Refusal {
    pub fn new(kind: RefusalKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { kind, text }
    }
}

/// What a broken connection or handshake means.
impl From<quinn::ConnectionError> for Refusal {
    fn from(error: quinn::ConnectionError) -> Self {
        use quinn::ConnectionError as Error;
        let text = error.to_string();
        match error {
            Error::TransportError(error) => Self::found_here(error.code.into(), &text),
            Error::ConnectionClosed(close) => Self::found_there(close.error_code.into(), &text),
            Error::ApplicationClosed(close) => Self::said(&close),
            Error::TimedOut | Error::Reset => Self::new(
                RefusalKind::Unreachable,
                format!("the connection was lost: {text}"),
            ),
            Error::LocallyClosed => Self::new(RefusalKind::Stopped, "closed by this process"),
            Error::VersionMismatch => Self::new(RefusalKind::OtherVersion, text),
            Error::CidsExhausted => Self::new(RefusalKind::Other, text),
        }
    }
}

impl Refusal {
    fn found_here(code: u64, text: &str) -> Self {
        let (kind, words) = match code.wrapping_sub(CRYPTO_CODE_BASE) {
            alert::UNKNOWN_CA | alert::DECRYPT_ERROR => (
                RefusalKind::UnknownAuthority,
                "its certificate is not from this cluster's authority",
            ),
            alert::BAD_CERTIFICATE => (
                RefusalKind::WrongName,
                "its certificate is of another process",
            ),
            alert::CERTIFICATE_EXPIRED => (
                RefusalKind::Expired,
                "its certificate is over or not good yet",
            ),
            alert::CERTIFICATE_REQUIRED => (RefusalKind::NoCertificate, "it shows no certificate"),
            alert::NO_APPLICATION_PROTOCOL => (
                RefusalKind::OtherVersion,
                "it speaks another version of the link",
            ),
            _ => return Self::new(RefusalKind::Other, text),
        };
        Self::new(kind, format!("{words} ({text})"))
    }

    fn found_there(code: u64, text: &str) -> Self {
        let (kind, words) = match code.wrapping_sub(CRYPTO_CODE_BASE) {
            alert::UNKNOWN_CA | alert::DECRYPT_ERROR => (
                RefusalKind::UnknownAuthority,
                "it says that our certificate is not from its authority",
            ),
            alert::BAD_CERTIFICATE => (
                RefusalKind::WrongName,
                "it says that our certificate is of another process",
            ),
            alert::CERTIFICATE_EXPIRED => (
                RefusalKind::Expired,
                "it says that our certificate is over or not good yet",
            ),
            alert::CERTIFICATE_REQUIRED => {
                (RefusalKind::NoCertificate, "it wants a certificate of us")
            }
            alert::NO_APPLICATION_PROTOCOL => (
                RefusalKind::OtherVersion,
                "it speaks another version of the link",
            ),
            _ => return Self::new(RefusalKind::Other, text),
        };
        Self::new(kind, format!("{words} ({text})"))
    }

    fn said(close: &quinn::ApplicationClose) -> Self {
        let kind = match u64::from(close.error_code) {
            0 => RefusalKind::Stopped,
            1 => RefusalKind::Fenced,
            2 => RefusalKind::Replaced,
            3 => RefusalKind::Malformed,
            4 => RefusalKind::WrongName,
            5 => RefusalKind::Crowded,
            _ => RefusalKind::Other,
        };
        let words = String::from_utf8_lossy(&close.reason);
        Self::new(kind, format!("it says: {words}"))
    }
}

impl CloseCode {
    /// Closes a connection with this code and these words.
    pub fn close(self, connection: &quinn::Connection, words: &str) {
        let bytes = &words.as_bytes()[..words.len().min(crate::limits::REASON_BYTES_MAX)];
        connection.close((self as u32).into(), bytes);
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        let pairs = [
            (CloseCode::Stopped, RefusalKind::Stopped),
            (CloseCode::Stale, RefusalKind::Fenced),
            (CloseCode::Replaced, RefusalKind::Replaced),
            (CloseCode::Malformed, RefusalKind::Malformed),
            (CloseCode::WrongName, RefusalKind::WrongName),
            (CloseCode::Crowded, RefusalKind::Crowded),
        ];
        for (code, kind) in pairs {
            let close = quinn::ApplicationClose {
                error_code: (code as u32).into(),
                reason: b"because"[..].into(),
            };
            let refusal = Refusal::from(quinn::ConnectionError::ApplicationClosed(close));
            assert_eq!(refusal.kind, kind);
            assert_eq!(refusal.text, "it says: because");
        }
    }
}
