//! What the processes of a cluster are called. A name is also what a certificate of the cluster says.

use std::{fmt, str::FromStr};

use crate::limits::EDGE_NAME_CHARS_MAX;

/// Under this domain stand the names of processes in their certificates; nothing resolves it.
pub(crate) const DOMAIN: &str = ".voxelheim.internal";

/// The name of a process of the cluster. Of two that are linked, the greater dials the smaller, so
/// that there is one connection between them; edges are greater than pods.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum PeerName {
    /// Runs shards; its number is the one that owns regions.
    Pod(u16),
    /// Runs sessions.
    Edge(EdgeName),
}

/// Lower-case letters, digits and hyphens; made by [`PeerName::edge`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EdgeName(String);

/// It is no name of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadName(String);

impl PeerName {
    /// # Errors
    /// When it is not 1 to 48 lower-case letters, digits and inner hyphens.
    pub fn edge(name: &str) -> Result<Self, BadName> {
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_good = (1..=EDGE_NAME_CHARS_MAX).contains(&name.len())
            && name.chars().all(is_letter)
            && !name.starts_with('-')
            && !name.ends_with('-');
        if is_good {
            Ok(Self::Edge(EdgeName(name.to_owned())))
        } else {
            Err(BadName(name.to_owned()))
        }
    }

    /// The name as certificates hold it.
    pub fn to_dns(&self) -> String {
        format!("{self}{DOMAIN}")
    }

    /// Reads a name of a certificate; none when it is not one of ours.
    pub fn from_dns(name: &str) -> Option<Self> {
        name.strip_suffix(DOMAIN)?.parse().ok()
    }

    /// Whether this process, not the other, opens the connection between them.
    pub fn dials(&self, other: &Self) -> bool {
        self > other
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Pod(number) => write!(formatter, "pod-{number}"),
            Self::Edge(EdgeName(name)) => write!(formatter, "edge-{name}"),
        }
    }
}

impl FromStr for PeerName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = || BadName(text.to_owned());
        if let Some(name) = text.strip_prefix("edge-") {
            return Self::edge(name);
        }
        let digits = text.strip_prefix("pod-").ok_or_else(bad)?;
        let number: u16 = digits.parse().map_err(|_| bad())?;
        // Not "pod-07" or "pod-+7": each process has one name.
        (number.to_string() == digits)
            .then_some(Self::Pod(number))
            .ok_or_else(bad)
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(
            formatter,
            "{:?} names no process: pod-NUMBER, or edge-NAME of lower-case letters, digits and hyphens",
            self.0
        )
    }
}

impl std::error::Error for BadName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["pod-0", "pod-65535", "edge-a", "edge-west-2"] {
            let name: PeerName = text.parse().expect("a good name");
            assert_eq!(name.to_string(), text);
            assert_eq!(PeerName::from_dns(&name.to_dns()), Some(name));
        }
    }

    #[test]
    fn other_words_are_refused() {
        let long = format!("edge-{}", "a".repeat(EDGE_NAME_CHARS_MAX + 1));
        for text in [
            "",
            "pod-",
            "pod-07",
            "pod-+7",
            "pod-65536",
            "pod-x",
            "edge-",
            "edge--a",
            "edge-a-",
            "edge-A",
            "edge-a.b",
            "shard-1",
            &long,
        ] {
            assert!(text.parse::<PeerName>().is_err(), "{text}");
        }
        assert_eq!(PeerName::from_dns("pod-1.example.org"), None);
        assert_eq!(PeerName::from_dns("pod-1"), None);
    }

    #[test]
    fn exactly_one_of_two_dials() {
        let names = [
            PeerName::Pod(1),
            PeerName::Pod(2),
            PeerName::edge("a").expect("a good name"),
            PeerName::edge("b").expect("a good name"),
        ];
        for one in &names {
            for other in &names {
                assert_eq!(
                    one != other,
                    one.dials(other) ^ other.dials(one),
                    "{one} and {other}"
                );
            }
        }
        assert!(names[2].dials(&names[1]), "edges dial pods");
    }
}
