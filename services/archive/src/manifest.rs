//! What a copy is made of, and when it was begun.

use chrono::{DateTime, NaiveDateTime};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::{
    ArchiveError,
    limits::{PIECE_BYTES, PIECES_MAX},
};

const FORMAT: u32 = 1;
const ID_FORMAT: &str = "%Y-%m-%dT%H%M%S%3fZ";

/// When a copy was begun, as its name among those of its kind: `2026-11-26T183805123Z`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Id(String);

impl Id {
    /// Of milliseconds since 1970. Panics beyond the year 9999.
    pub fn of_ms(at_ms: i64) -> Self {
        let time = DateTime::from_timestamp_millis(at_ms).expect("a clock's time");
        let id = Self(time.format(ID_FORMAT).to_string());
        assert_eq!(id.at_ms(), Some(at_ms), "ids sort by age");
        id
    }

    /// None if that is no id.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(text.to_owned());
        let at_ms = id.at_ms()?;
        // One time has one id.
        let time = DateTime::from_timestamp_millis(at_ms)?;
        (time.format(ID_FORMAT).to_string() == text).then_some(id)
    }

    fn at_ms(&self) -> Option<i64> {
        let time = NaiveDateTime::parse_from_str(&self.0, ID_FORMAT).ok()?;
        (self.0.len() == "2026-11-26T183805123Z".len()).then(|| time.and_utc().timestamp_millis())
    }

    /// Milliseconds since 1970.
    pub fn ms(&self) -> i64 {
        self.at_ms().expect("it was parsed")
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a copy is made of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// In their order, at least one.
    pub pieces: Vec<Piece>,
}

/// One object of a copy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    pub bytes: u64,
    /// Of the object, in small hexadecimal digits.
    pub sha256: String,
}

impl Piece {
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.len() as u64,
            sha256: HEXLOWER.encode(digest(&SHA256, bytes).as_ref()),
        }
    }
}

impl Manifest {
    pub fn new(pieces: Vec<Piece>) -> Self {
        let format = FORMAT;
        Self { format, pieces }
    }

    /// # Errors
    /// [`ArchiveError::Damaged`] if it is none of ours.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let damaged = |how: String| ArchiveError::Damaged(format!("its manifest: {how}"));
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        match manifest {
            Self { format, .. } if format != FORMAT => {
                Err(damaged(format!("is of format {format}, not {FORMAT}")))
            }
            Self { pieces, .. } if pieces.is_empty() || pieces.len() > PIECES_MAX => {
                Err(damaged(format!("names {} pieces", pieces.len())))
            }
            Self { pieces, .. } if pieces.iter().any(|it| it.bytes > PIECE_BYTES as u64) => {
                Err(damaged("names a piece that is too large".to_owned()))
            }
            manifest => Ok(manifest),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers")
    }

    /// Of the whole copy.
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_times_and_sort_by_them() {
        let id = Id::of_ms(1_795_718_285_123);
        assert_eq!(id.as_str(), "2026-11-26T183805123Z");
        assert_eq!(Id::parse(id.as_str()), Some(id.clone()));
        assert!(id < Id::of_ms(1_795_718_285_124));
        for wrong in [
            "",
            "latest",
            "2026-11-26T183805123",
            "2026-11-26T18380512Z",
            "2026-13-26T183805123Z",
            "+2026-11-6T183805123Z",
            "2026-11-26T183805123Z/..",
        ] {
            assert_eq!(Id::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        let good = Manifest::new(vec![Piece::of(b"a")]);
        assert_eq!(Manifest::parse(&good.to_bytes()).expect("ours"), good);
        for wrong in [
            "",
            "{}",
            r#"{"format":2,"pieces":[{"bytes":1,"sha256":"00"}]}"#,
            r#"{"format":1,"pieces":[]}"#,
            r#"{"format":1,"pieces":[{"bytes":-1,"sha256":"00"}]}"#,
            r#"{"format":1,"pieces":[],"more":0}"#,
            r#"{"format":1,"pieces":[{"bytes":18446744073709551615,"sha256":"00"}]}"#,
        ] {
            let refused = Manifest::parse(wrong.as_bytes());
            assert!(
                matches!(refused, Err(ArchiveError::Damaged(_))),
                "{wrong}: {refused:?}"
            );
        }
    }
}
