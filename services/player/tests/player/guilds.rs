//! Guilds over their routes.

use serde_json::{Value, json};

use crate::common::{DAY_MS, Fellow, World, each, on_each, text};

impl World {
    /// A guild of these, which the first leads; its number.
    pub async fn guild(&self, members: &[&Fellow], name: &str, tag: &str) -> String {
        let form = json!({ "name": name, "tag": tag });
        let founded = self.act(members[0], "POST /guild", form).await.ok(200);
        let guild = text(&founded, "guild");
        for member in &members[1..] {
            let call = "POST /guild/invitations";
            self.act(members[0], call, member.form()).await.ok(200);
            let form = json!({ "guild": guild });
            self.act(member, "POST /guild/join", form).await.ok(200);
        }
        guild
    }

    async fn rank(&self, by: &Fellow, of: &Fellow, rank: &str) -> web::testing::Answer {
        let form = json!({ "character": of.id.to_string(), "rank": rank });
        self.act(by, "PUT /guild/rank", form).await
    }
}

#[test]
fn each_rank_may_what_it_may() {
    on_each(async |world| {
        let [ann, ben, cat, dan] = world.fellows().await;
        world.guild(&[&ann, &ben, &cat], "Sons of Ása", "SÁ").await;
        let invite = world.act(&cat, "POST /guild/invitations", dan.form()).await;
        invite.refused(403, "rank-too-low");
        world.rank(&ann, &ben, "officer").await.ok(200);
        world.rank(&ben, &cat, "member").await.ok(200);
        world
            .rank(&ben, &cat, "officer")
            .await
            .refused(403, "rank-too-low");
        world
            .rank(&cat, &ben, "recruit")
            .await
            .refused(403, "rank-too-low");
        world
            .rank(&ann, &ben, "leader")
            .await
            .refused(403, "rank-too-low");
        world
            .rank(&ann, &dan, "member")
            .await
            .refused(404, "not-in-guild");
        world
            .rank(&ann, &ben, "king")
            .await
            .refused(400, "bad-request");
        world
            .act(&cat, "POST /guild/invitations", dan.form())
            .await
            .ok(200);
        let message = json!({ "message": "Tonight, <b>all</b>." });
        let refused = world.act(&cat, "PUT /guild/message", message.clone()).await;
        refused.refused(403, "rank-too-low");
        let set = world.act(&ben, "PUT /guild/message", message.clone()).await;
        assert_eq!(set.ok(200)["message"], message["message"]);
    });
}

#[test]
fn a_guild_is_handed_over_and_disbanded() {
    on_each(async |world| {
        let [ann, ben, cat, dan] = world.fellows().await;
        let guild = world.guild(&[&ann, &ben, &cat], "Sons of Ása", "SÁ").await;
        world.rank(&ann, &ben, "officer").await.ok(200);
        world
            .act(&ann, "POST /guild/invitations", dan.form())
            .await
            .ok(200);
        let leave = world.act(&ann, "POST /guild/leave", Value::Null).await;
        leave.refused(409, "leads-guild");
        let over = world
            .act(&ann, "POST /guild/leader", cat.form())
            .await
            .ok(200);
        let mut ranks = each(&over["members"], "rank");
        ranks.sort_by_key(Value::to_string);
        assert_eq!(ranks, ["leader", "officer", "officer"]);
        let profile = format!("GET /profiles/{}", cat.id);
        let profile = world.call(&profile, &dan.token, Value::Null).await.ok(200);
        assert_eq!(
            (&profile["guild"]["tag"], &profile["guild"]["rank"]),
            (&json!("SÁ"), &json!("leader"))
        );
        world
            .act(&cat, "POST /guild/kick", ben.form())
            .await
            .ok(200);
        world
            .act(&ben, "GET /guild", Value::Null)
            .await
            .refused(404, "no-guild");
        let disband = world.act(&ann, "POST /guild/disband", Value::Null).await;
        disband.refused(403, "rank-too-low");
        world
            .act(&cat, "POST /guild/disband", Value::Null)
            .await
            .ok(200);
        for fellow in [&ann, &cat] {
            world
                .act(fellow, "GET /guild", Value::Null)
                .await
                .refused(404, "no-guild");
        }
        let late = world
            .act(&dan, "POST /guild/join", json!({ "guild": guild }))
            .await;
        late.refused(404, "no-invitation");
        let waiting = world.act(&dan, "GET /invitations", Value::Null).await;
        assert_eq!(
            waiting.ok(200),
            json!([]),
            "nobody is asked into what has ended"
        );
        // The names are free again.
        world.guild(&[&ben], "sons of ÁSA", "sá").await;
    });
}

#[test]
fn names_and_tags_are_one_guilds_and_nobody_is_in_two() {
    on_each(async |world| {
        let [ann, ben, cat] = world.fellows().await;
        world.guild(&[&ann], "The Wall", "WALL").await;
        for (by, name, tag, refusal) in [
            (&ben, "the-wall", "ABC", "guild-name-taken"),
            (&ben, "Another", "wall", "guild-tag-taken"),
            (&ann, "Another", "ABC", "in-guild"),
        ] {
            let form = json!({ "name": name, "tag": tag });
            world
                .act(by, "POST /guild", form)
                .await
                .refused(409, refusal);
        }
        // Nothing is left of those that were refused.
        world.guild(&[&ben, &cat], "Another", "ABC").await;
        let seated = world.act(&ann, "POST /guild/invitations", cat.form()).await;
        seated.refused(409, "in-guild");
        for (name, tag, field) in [
            ("ab", "ABC", "name"),
            ("<b>x</b>", "ABC", "name"),
            ("Abc", "A", "tag"),
        ] {
            let form = json!({ "name": name, "tag": tag });
            let refused = world.act(&cat, "POST /guild", form).await;
            let refused = refused.refused(422, "invalid-field");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        let long = json!({ "message": "x".repeat(301) });
        let refused = world.act(&ann, "PUT /guild/message", long).await;
        refused.refused(422, "invalid-field");
    });
}

#[test]
fn an_invitation_to_a_guild_lasts_a_week() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        let guild = world.guild(&[&ann], "The Wall", "WALL").await;
        let call = "POST /guild/invitations";
        world.act(&ann, call, ben.form()).await.ok(200);
        world.pass(7 * DAY_MS);
        let form = json!({ "guild": guild });
        let late = world.act(&ben, "POST /guild/join", form.clone()).await;
        late.refused(404, "no-invitation");
        world.act(&ann, call, ben.form()).await.ok(200);
        world.pass(7 * DAY_MS - 1);
        world.act(&ben, "POST /guild/join", form).await.ok(200);
    });
}

#[test]
fn a_guild_of_many_is_shown_in_pages_and_full_at_two_hundred() {
    on_each(async |world| {
        let leader = world.fellow(1, "Leader").await;
        let guild: i64 = world
            .guild(&[&leader], "The Wall", "WALL")
            .await
            .parse()
            .expect("a number");
        let store = &world.player.store;
        for account in 2..=201 {
            let fellow = world.fellow(account, &format!("Fan {account}")).await;
            let invited = store
                .invite_to_guild(leader.id, fellow.id, world.now())
                .await;
            if account == 201 {
                assert!(invited.is_err(), "{invited:?}");
            } else {
                invited.expect("there is room");
                let joined = store.join_guild(fellow.id, guild, world.now()).await;
                joined.expect("there is room");
            }
        }
        let first = world.act(&leader, "GET /guild", Value::Null).await.ok(200);
        assert_eq!(first["members_count"], 200);
        let first = each(&first["members"], "character");
        assert_eq!(first.len(), 100);
        let call = format!("GET /guild?after={}", first[99].as_str().expect("text"));
        let second = world.act(&leader, &call, Value::Null).await.ok(200);
        let second = each(&second["members"], "character");
        assert!(second.len() == 100 && second.iter().all(|it| !first.contains(it)));
        world
            .act(&leader, "POST /guild/disband", Value::Null)
            .await
            .ok(200);
    });
}
