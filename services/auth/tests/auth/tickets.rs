//! Tickets as an edge checks them, offline, and the keys as they turn.

use std::sync::Arc;

use auth::{
    Character, CharacterDesk,
    limits::{DAY_MS, KEY_LEAD_MS, KEY_SIGNS_MS},
};
use backends::testing::on_each_pair;
use serde_json::{Value, json};
use tokens::{Access, KeySet, Refusal, Role, Ticket, TicketGate, Token};
use web::{Asked, Problem};

use crate::{
    common::{MINUTE_MS, World, migrated, on_each, text},
    people::Person,
};

async fn keys(world: &World) -> KeySet {
    let set = world
        .call("GET /.well-known/jwks.json", "", Value::Null)
        .await
        .ok(200);
    KeySet::from_json(&set.to_string()).expect("a set of keys")
}

async fn ticket(world: &World, person: &Person) -> String {
    let wish = json!({ "character": "Åsa", "edge": "edge-1" });
    let answer = world
        .call("POST /tickets", &person.access, wish)
        .await
        .ok(200);
    text(&answer, "ticket")
}

#[test]
fn an_edge_admits_a_ticket_once_without_asking_anybody() {
    on_each(async |world| {
        let guest = world.guest().await;
        let (first, second) = (ticket(world, &guest).await, ticket(world, &guest).await);
        let keys = keys(world).await;
        let mut gate = TicketGate::new("edge-1");
        let admitted = gate
            .admit(&first, &keys, world.now())
            .expect("a new ticket");
        assert_eq!(admitted.account.to_string(), guest.account);
        // Without a desk, an account has the one character of its own number.
        assert_eq!(admitted.character_id, admitted.account);
        assert_eq!(
            (admitted.character.as_str(), admitted.role),
            ("Åsa", Role::Player)
        );
        assert_eq!(gate.admit(&first, &keys, world.now()), Err(Refusal::Burnt));
        let mut other = TicketGate::new("edge-2");
        assert_eq!(
            other.admit(&second, &keys, world.now()),
            Err(Refusal::Audience)
        );
        assert_eq!(
            gate.admit(&guest.access, &keys, world.now()),
            Err(Refusal::Malformed)
        );
        world.pass(30_000);
        assert_eq!(
            gate.admit(&second, &keys, world.now()),
            Err(Refusal::Expired)
        );
    });
}

#[test]
fn tickets_are_for_those_who_are_signed_in_with_a_sound_name_and_few() {
    on_each(async |world| {
        let guest = world.guest().await;
        let wish = json!({ "character": "Asa", "edge": "edge-1" });
        world
            .call("POST /tickets", "", wish.clone())
            .await
            .refused(401, "unauthorized");
        let stale = ticket(world, &guest).await;
        world
            .call("POST /tickets", &stale, wish.clone())
            .await
            .refused(401, "unauthorized");
        for (character, edge, field) in [
            ("<b>x</b>", "edge-1", "character"),
            ("a\u{202e}b", "edge-1", "character"),
            ("", "edge-1", "character"),
            ("Asa", "", "edge"),
            ("Asa", "edge 1", "edge"),
        ] {
            let wish = json!({ "character": character, "edge": edge });
            let refused = world.call("POST /tickets", &guest.access, wish).await;
            let refused = refused.refused(422, "invalid-field");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        for _ in 1..20 {
            ticket(world, &guest).await;
        }
        let more = world.call("POST /tickets", &guest.access, wish).await;
        more.refused(429, "too-many-requests");
        world.pass(MINUTE_MS);
        ticket(world, &guest).await;
    });
}

#[test]
fn keys_turn_and_nobody_is_signed_out_by_it() {
    on_each(async |world| {
        let first = keys(world).await;
        world.pass(KEY_SIGNS_MS - KEY_LEAD_MS);
        world.auth.turn().await.expect("a database");
        let both = keys(world).await;
        assert_ne!(first, both);
        // The new one is published, and does not sign yet: a set that is an hour old still serves.
        let person = world.guest().await;
        assert!(Access::verify(&person.access, &first, "voxelheim", world.now()).is_ok());
        world.pass(KEY_LEAD_MS);
        world.auth.turn().await.expect("a database");
        let person = world.guest().await;
        let verify =
            |text: &str, keys: &KeySet| Access::verify(text, keys, "voxelheim", world.now());
        assert_eq!(verify(&person.access, &first), Err(Refusal::UnknownKey));
        assert!(verify(&person.access, &both).is_ok());
        assert!(verify(&person.access, &keys(world).await).is_ok());
        // In time the first is gone.
        world.pass(KEY_SIGNS_MS);
        world.auth.turn().await.expect("a database");
        world.pass(DAY_MS);
        let now = keys(world).await;
        let text = ticket(world, &world.guest().await).await;
        assert!(Ticket::verify(&text, &now, "edge-1", world.now()).is_ok());
        assert_eq!(
            Ticket::verify(&text, &first, "edge-1", world.now()),
            Err(Refusal::UnknownKey)
        );
    });
}

/// Has a character of number 77 for everybody, except for who is full.
struct Desk;

impl CharacterDesk for Desk {
    fn character_for<'a>(&'a self, _account: i64, name: &'a str) -> Asked<'a, Character> {
        let found = match name {
            "Full" => Err(Problem::conflict("characters-full", "An account has four")),
            name => Ok(Character {
                id: 77,
                name: format!("{name} 2"),
            }),
        };
        Box::pin(std::future::ready(found))
    }
}

#[test]
fn a_ticket_is_of_the_character_that_the_desk_says() {
    on_each_pair(async |database, cache| {
        let database = migrated(database).await;
        let world = World::open_beside(&database, &cache, Arc::new(Desk)).await;
        let guest = world.guest().await;
        let wish = json!({ "character": "Asa", "edge": "edge-1" });
        let answer = world.call("POST /tickets", &guest.access, wish).await;
        let answer = answer.ok(200);
        assert_eq!(
            (&answer["character_id"], &answer["character"]),
            (&json!("77"), &json!("Asa 2"))
        );
        let mut gate = TicketGate::new("edge-1");
        let text = text(&answer, "ticket");
        let admitted = gate.admit(&text, &keys(&world).await, world.now());
        let admitted = admitted.expect("a new ticket");
        assert_eq!(
            (admitted.character_id, admitted.character.as_str()),
            (77, "Asa 2")
        );
        assert_eq!(admitted.account.to_string(), guest.account);
        let wish = json!({ "character": "Full", "edge": "edge-1" });
        let refused = world.call("POST /tickets", &guest.access, wish).await;
        refused.refused(409, "characters-full");
    });
}
