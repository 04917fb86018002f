//! Characters: an account's own, and what everybody sees.

use serde_json::{Value, json};

use crate::common::{ANNAS, BERTS, DAY_MS, MINUTE_MS, World, each, on_each, text};

fn form(name: &str) -> Value {
    let appearance = json!({ "hair": 3, "skin": 2, "tabard": 1, "emblem": 31 });
    json!({ "name": name, "house": 255, "appearance": appearance })
}

async fn create(world: &World, token: &str, name: &str) -> String {
    let created = world.call("POST /characters", token, form(name)).await;
    text(&created.ok(200), "character")
}

#[test]
fn characters_are_made_listed_renamed_dressed_and_deleted() {
    on_each(async |world| {
        let first = create(world, ANNAS, "Ása").await;
        world.pass(1);
        create(world, ANNAS, "Jean-Luc").await;
        let listed = world.call("GET /characters", ANNAS, Value::Null).await;
        assert_eq!(each(&listed.ok(200), "name"), ["Ása", "Jean-Luc"]);
        let call = format!("PUT /characters/{first}/name");
        let renamed = world.call(&call, ANNAS, json!({ "name": "ÁSA" })).await;
        assert_eq!(
            renamed.ok(200)["name"],
            "ÁSA",
            "its own name in another case"
        );
        let taken = world
            .call(&call, ANNAS, json!({ "name": "jean luc" }))
            .await;
        taken.refused(409, "name-taken");
        let renamed = world.call(&call, ANNAS, json!({ "name": "Bera" })).await;
        renamed.ok(200);
        create(world, BERTS, "ása").await;

        let look =
            json!({ "house": 1, "appearance": { "hair": 0, "skin": 0, "tabard": 0, "emblem": 0 } });
        let call = format!("PUT /characters/{first}/look");
        let dressed = world.call(&call, ANNAS, look.clone()).await.ok(200);
        assert_eq!(
            (&dressed["house"], &dressed["appearance"]),
            (&look["house"], &look["appearance"])
        );
        let stranger = world.call(&call, BERTS, look).await;
        stranger.refused(404, "not-found");

        let call = format!("DELETE /characters/{first}");
        world
            .call(&call, BERTS, Value::Null)
            .await
            .refused(404, "not-found");
        let left = world.call(&call, ANNAS, Value::Null).await.ok(200);
        assert_eq!(each(&left, "name"), ["Jean-Luc"]);
        world
            .call(&call, ANNAS, Value::Null)
            .await
            .refused(404, "not-found");
        let profile = format!("GET /profiles/{first}");
        world
            .call(&profile, ANNAS, Value::Null)
            .await
            .refused(404, "no-character");
        create(world, BERTS, "BERA").await;
    });
}

#[test]
fn an_account_has_four_and_room_for_another_when_one_is_gone() {
    on_each(async |world| {
        let first = create(world, ANNAS, "Ann 1").await;
        for name in ["Ann 2", "Ann 3", "Ann 4"] {
            create(world, ANNAS, name).await;
        }
        let fifth = world.call("POST /characters", ANNAS, form("Ann 5")).await;
        fifth.refused(409, "characters-full");
        let silent = world.player.character_for(1, "Ann 5").await;
        assert!(silent.is_err(), "{silent:?}");
        // The refused one has not taken the name.
        create(world, BERTS, "Ann 5").await;
        let call = format!("DELETE /characters/{first}");
        world.call(&call, ANNAS, Value::Null).await.ok(200);
        create(world, ANNAS, "Ann 1").await;
    });
}

#[test]
fn a_name_is_everybodys_but_once() {
    on_each(async |world| {
        let bera = create(world, ANNAS, "O'Neil").await;
        for name in ["O'Neil", "o'neil", "O NEIL", "o-neil"] {
            let again = world.call("POST /characters", BERTS, form(name)).await;
            again.refused(409, "name-taken");
        }
        let found = world
            .call("GET /names/o'NEIL", BERTS, Value::Null)
            .await
            .ok(200);
        assert_eq!(text(&found, "character"), bera);
        let nobody = world.call("GET /names/Nobody", BERTS, Value::Null).await;
        nobody.refused(404, "no-character");
        let profile = format!("GET /profiles/{bera}");
        let profile = world.call(&profile, BERTS, Value::Null).await.ok(200);
        assert_eq!(
            (&profile["level"], &profile["next_level_experience"]),
            (&json!(1), &json!(100))
        );
        assert_eq!(profile["guild"], Value::Null);
    });
}

#[test]
fn a_ticket_finds_or_makes_a_character_and_a_taken_name_gives_another() {
    on_each(async |world| {
        let of = async |account, name| {
            let card = world.player.character_for(account, name).await;
            card.unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let ragnar = of(1, "Ragnar").await;
        assert!(ragnar.id > 0 && ragnar.name == "Ragnar" && ragnar.house == 255);
        assert_eq!(of(1, "ragnar").await, ragnar, "whatever the case");
        let second = of(2, "Ragnar").await;
        assert_eq!(second.name, "Ragnar 2");
        // Who comes again is the same, also under the name that it got.
        assert_eq!(of(2, "RAGNAR").await, second);
        assert_eq!(of(2, "Ragnar 2").await, second);
        assert_eq!(of(3, "Ragnar").await.name, "Ragnar 3");
        let long = of(1, "abcdefghijklmnop").await;
        assert_eq!(long.name, "abcdefghijklmnop");
        assert_eq!(of(2, "ABCDEFGHIJKLMNOP").await.name, "ABCDEFGHIJKLMN 2");
        // Many want it.
        for account in 4..=12 {
            let card = of(account, "Ragnar").await;
            assert!(card.name.starts_with("Ragnar ") && tokens::is_name(&card.name));
        }
        for name in ["", "<b>", "a\u{202e}b"] {
            assert!(world.player.character_for(1, name).await.is_err());
        }
        let owns = async |account, character| {
            let owns = world.player.store.owns(account, character).await;
            owns.expect("a database")
        };
        assert!(owns(1, ragnar.id).await && !owns(2, ragnar.id).await && !owns(1, 7).await);
    });
}

#[test]
fn who_looks_for_free_names_is_slowed_down() {
    on_each(async |world| {
        create(world, ANNAS, "Ann").await;
        for _ in 1..20 {
            let taken = world.call("POST /characters", ANNAS, form("Ann")).await;
            taken.refused(409, "name-taken");
        }
        let more = world.call("POST /characters", ANNAS, form("Bee")).await;
        more.refused(429, "too-many-requests");
        world.pass(MINUTE_MS);
        create(world, ANNAS, "Bee").await;
    });
}

#[test]
fn who_is_deleted_leaves_friends_party_and_guild() {
    on_each(async |world| {
        let [ann, ben, cat] = [(1, "Ann"), (2, "Ben"), (3, "Cat")];
        let ann = world.fellow(ann.0, ann.1).await;
        let ben = world.fellow(ben.0, ben.1).await;
        let cat = world.fellow(cat.0, cat.1).await;
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);
        world.party(&[&ann, &ben, &cat]).await;
        world.guild(&[&ann, &ben], "The Wall", "WALL").await;
        world
            .act(&ann, "DELETE ", Value::Null)
            .await
            .refused(409, "leads-guild");
        let over = world.act(&ann, "POST /guild/leader", ben.form()).await;
        over.ok(200);
        world.act(&ann, "DELETE ", Value::Null).await.ok(200);
        let friends = world.act(&ben, "GET /friends", Value::Null).await.ok(200);
        assert_eq!(friends, json!([]));
        let party = world.act(&ben, "GET /party", Value::Null).await.ok(200);
        assert_eq!(text(&party, "leader"), ben.id.to_string());
        assert_eq!(each(&party["members"], "name"), ["Ben", "Cat"]);
        let guild = world.act(&cat, "GET /guild", Value::Null).await;
        guild.refused(404, "no-guild");
        let guild = world.act(&ben, "GET /guild", Value::Null).await.ok(200);
        assert_eq!(guild["members_count"], 1);
        world.pass(DAY_MS);
        let ask = world.act(&ben, "POST /friends", ann.form()).await;
        ask.refused(404, "no-character");
    });
}
