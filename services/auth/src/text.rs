//! What people type: mail addresses, edges and reasons, checked before anything else sees them.

use std::net::IpAddr;

use crate::limits::{EDGE_CHARS_MAX, EMAIL_CHARS_MAX, REASON_CHARS_MAX};

/// The address as it is compared, if mail can be sent to it: one `@`, ASCII, a domain of labels, and
/// nothing that could end a header or begin another.
pub fn email_key(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let is_label = |label: &str| {
        let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_sound)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_sound = text.len() <= EMAIL_CHARS_MAX
        && (1..=64).contains(&local.len())
        && local.bytes().all(is_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(is_label);
    is_sound.then(|| text.to_ascii_lowercase())
}

/// Whether a URL's host is this very machine, by number: a name may come to lead elsewhere.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
}

/// An edge's name.
pub fn is_edge(text: &str) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=EDGE_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_sound)
}

/// A reason that is shown to somebody: some words, and no control characters.
pub fn is_reason(text: &str) -> bool {
    let count = text.chars().count();
    (1..=REASON_CHARS_MAX).contains(&count)
        && !text.trim().is_empty()
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_reaches() {
        assert_eq!(
            email_key("A.b+C@Example.ORG").as_deref(),
            Some("a.b+c@example.org")
        );
        for text in [
            "",
            "a",
            "@b.c",
            "a@b",
            "a@.c",
            "a@b..c",
            "a@-b.c",
            "a@b@c.d",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "<a@b.c>",
            ".a@b.c",
            "a..b@c.d",
            "é@b.c",
            &format!("{}@b.c", "a".repeat(65)),
            &format!("a@{}.c", "b".repeat(64)),
        ] {
            assert_eq!(email_key(text), None, "{text:?}");
        }
    }

    #[test]
    fn reasons_and_edges_hold_nothing_strange() {
        assert!(is_reason("Insults, <b>twice</b>; was warned."));
        assert!(!is_reason("  ") && !is_reason("a\nb") && !is_reason(&"a".repeat(501)));
        assert!(is_edge("edge-1.eu:8443") && !is_edge("") && !is_edge("a b") && !is_edge("a/b"));
    }
}
