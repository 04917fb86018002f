//! What passes and, above all, what does not: replayed, forged, expired and misdirected tokens.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use tokens::{
    Access, KeySet, Refusal, Role, SigningKey, Ticket, TicketGate, Token,
    limits::{BURNT_MAX, CLOCK_SKEW_MS, TICKET_LIFE_MS},
};

const NOW_MS: i64 = 1_800_000_000_000;

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate()).expect("our own")
}

fn set(keys: &[&SigningKey]) -> KeySet {
    KeySet::of(keys.iter().map(|key| key.public_key()))
}

fn access() -> Access {
    Access {
        issuer: "https://auth".into(),
        audience: "voxelheim".into(),
        account: i64::MAX,
        session: 7,
        role: Role::Moderator,
        guest: false,
        issued_ms: NOW_MS,
        expires_ms: NOW_MS + 600_000,
    }
}

fn ticket(id: usize) -> Ticket {
    Ticket {
        issuer: "https://auth".into(),
        audience: "edge-1".into(),
        account: 42,
        character_id: i64::MAX,
        character: "Åsa".into(),
        role: Role::Player,
        id: format!("t{id}"),
        issued_ms: NOW_MS,
        expires_ms: NOW_MS + TICKET_LIFE_MS,
    }
}

/// The token with one of its three parts put another way.
fn with_part(token: &str, index: usize, part: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[index] = part;
    parts.join(".")
}

fn json_part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

#[test]
fn a_token_says_what_was_signed() {
    let key = key();
    let text = access().sign(&key);
    let keys = KeySet::from_json(&set(&[&key]).to_json()).expect("our own");
    assert_eq!(
        Access::verify(&text, &keys, "voxelheim", NOW_MS),
        Ok(access())
    );
    let claims = BASE64URL_NOPAD.decode(text.split('.').nth(1).expect("claims").as_bytes());
    let claims: Value = serde_json::from_slice(&claims.expect("base64")).expect("JSON");
    assert_eq!(claims["sub"], i64::MAX.to_string());
    assert_eq!(claims["exp"], NOW_MS / 1_000 + 600);
}

#[test]
fn a_token_holds_for_its_time_and_its_audience() {
    let key = key();
    let (text, keys) = (access().sign(&key), set(&[&key]));
    let verify = |audience, now_ms| Access::verify(&text, &keys, audience, now_ms).err();
    assert_eq!(verify("voxelheim", NOW_MS + 599_999), None);
    assert_eq!(
        verify("voxelheim", NOW_MS + 600_000),
        Some(Refusal::Expired)
    );
    assert_eq!(verify("voxelheim", NOW_MS - CLOCK_SKEW_MS), None);
    assert_eq!(
        verify("voxelheim", NOW_MS - CLOCK_SKEW_MS - 1),
        Some(Refusal::NotYet)
    );
    assert_eq!(verify("elsewhere", NOW_MS), Some(Refusal::Audience));
}

#[test]
fn keys_come_and_go() {
    let (old, new) = (key(), key());
    let text = access().sign(&old);
    for (keys, refusal) in [
        (set(&[&old, &new]), None),
        (set(&[&new]), Some(Refusal::UnknownKey)),
        (KeySet::default(), Some(Refusal::UnknownKey)),
    ] {
        assert_eq!(
            Access::verify(&text, &keys, "voxelheim", NOW_MS).err(),
            refusal
        );
    }
}

#[test]
fn forgeries_are_refused() {
    let (key, forger) = (key(), key());
    let keys = set(&[&key]);
    let text = access().sign(&key);
    let verify = |text: &str| Access::verify(text, &keys, "voxelheim", NOW_MS).err();

    let admin = json!({"iss":"https://auth","aud":"voxelheim","sub":"1","sid":"7","role":"admin",
        "guest":false,"iat":NOW_MS / 1_000,"exp":NOW_MS / 1_000 + 600});
    let forged = with_part(&text, 1, &json_part(&admin));
    assert_eq!(verify(&forged), Some(Refusal::Signature));

    let by_forger = access().sign(&forger);
    assert_eq!(verify(&by_forger), Some(Refusal::UnknownKey));
    let header = text.split('.').next().expect("a header");
    let under_our_name = with_part(&by_forger, 0, header);
    assert_eq!(verify(&under_our_name), Some(Refusal::Signature));

    for header in [
        json!({"alg":"none","typ":"at+jwt","kid":key.id()}),
        json!({"alg":"HS256","typ":"at+jwt","kid":key.id()}),
        json!({"alg":"EdDSA","typ":"JWT","kid":key.id()}),
        json!({"alg":"EdDSA","typ":"at+jwt"}),
        json!({"alg":"EdDSA","typ":"at+jwt","kid":key.id(),"jwk":{}}),
        json!({"alg":"EdDSA","typ":"at+jwt","kid":key.id(),"crit":["x"]}),
    ] {
        let forged = with_part(&text, 0, &json_part(&header));
        assert_eq!(verify(&forged), Some(Refusal::Malformed), "{header}");
        assert_eq!(verify(&with_part(&forged, 2, "")), Some(Refusal::Malformed));
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let key = key();
    let (text, keys) = (access().sign(&key), set(&[&key]));
    for index in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ASCII");
        let result = Access::verify(&changed, &keys, "voxelheim", NOW_MS);
        assert!(result.is_err(), "byte {index}");
    }
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        &"a".repeat(1_000_000),
        "é.é.é",
    ] {
        let result = Access::verify(text, &keys, "voxelheim", NOW_MS);
        assert_eq!(result, Err(Refusal::Malformed));
    }
}

#[test]
fn kinds_are_told_apart() {
    let key = key();
    let keys = set(&[&key]);
    let text = access().sign(&key);
    let mut gate = TicketGate::new("voxelheim");
    assert_eq!(gate.admit(&text, &keys, NOW_MS), Err(Refusal::Malformed));
    let text = ticket(1).sign(&key);
    let result = Access::verify(&text, &keys, "edge-1", NOW_MS);
    assert_eq!(result, Err(Refusal::Malformed));
}

#[test]
fn an_edge_admits_a_ticket_once_for_its_own_name_within_its_time() {
    let key = key();
    let keys = set(&[&key]);
    let text = ticket(1).sign(&key);
    let mut other = TicketGate::new("edge-2");
    assert_eq!(other.admit(&text, &keys, NOW_MS), Err(Refusal::Audience));
    let mut gate = TicketGate::new("edge-1");
    let late_ms = NOW_MS + TICKET_LIFE_MS;
    assert_eq!(gate.admit(&text, &keys, late_ms), Err(Refusal::Expired));
    assert_eq!(gate.admit(&text, &keys, late_ms - 1), Ok(ticket(1)));
    for now_ms in [late_ms - 1, NOW_MS, NOW_MS - CLOCK_SKEW_MS] {
        assert_eq!(gate.admit(&text, &keys, now_ms), Err(Refusal::Burnt));
    }
}

#[test]
fn a_ticket_that_would_outlive_the_memory_of_it_is_none() {
    let key = key();
    let long = Ticket {
        expires_ms: NOW_MS + TICKET_LIFE_MS + 1_000,
        ..ticket(1)
    };
    let mut gate = TicketGate::new("edge-1");
    let result = gate.admit(&long.sign(&key), &set(&[&key]), NOW_MS);
    assert_eq!(result, Err(Refusal::Malformed));
}

#[test]
fn a_flood_of_tickets_takes_bounded_memory_and_none_comes_back() {
    let key = key();
    let keys = set(&[&key]);
    let mut gate = TicketGate::new("edge-1");
    for id in 0..BURNT_MAX {
        let text = ticket(id).sign(&key);
        gate.admit(&text, &keys, NOW_MS).expect("there is room");
    }
    let one_more = ticket(BURNT_MAX).sign(&key);
    assert_eq!(gate.admit(&one_more, &keys, NOW_MS), Err(Refusal::Full));
    let first = ticket(0).sign(&key);
    assert_eq!(gate.admit(&first, &keys, NOW_MS), Err(Refusal::Burnt));
    let later_ms = NOW_MS + TICKET_LIFE_MS + CLOCK_SKEW_MS;
    let later = Ticket {
        issued_ms: later_ms,
        expires_ms: later_ms + TICKET_LIFE_MS,
        ..ticket(BURNT_MAX)
    };
    let later = later.sign(&key);
    assert!(gate.admit(&later, &keys, later_ms).is_ok());
    assert_eq!(gate.admit(&first, &keys, later_ms), Err(Refusal::Expired));
}

#[test]
fn a_set_of_strange_keys_is_survived() {
    let strange = r#"{"keys":[{"kty":"RSA","n":"x","e":"y"},
        {"kty":"OKP","crv":"Ed25519","kid":"short","x":"AAAA"}]}"#;
    assert!(KeySet::from_json(strange).expect("a set").is_empty());
    for document in ["", "{}", "[]", r#"{"keys":[{}]}"#] {
        assert_eq!(KeySet::from_json(document), None, "{document}");
    }
}
