//! Parties over their routes.

use serde_json::{Value, json};

use crate::common::{Fellow, MINUTE_MS, World, each, on_each, text};

impl World {
    /// A party of these, which the first leads; its number.
    pub async fn party(&self, members: &[&Fellow]) -> String {
        let mut party = String::new();
        for member in &members[1..] {
            let call = "POST /party/invitations";
            let invited = self.act(members[0], call, member.form()).await.ok(200);
            party = text(&invited, "party");
            let form = json!({ "party": party });
            self.act(member, "POST /party/join", form).await.ok(200);
        }
        party
    }

    pub async fn fellows<const N: usize>(&self) -> [Fellow; N] {
        let mut fellows = Vec::new();
        for account in 1..=N {
            let name = format!("Fellow {account}");
            let account = i64::try_from(account).expect("few");
            fellows.push(self.fellow(account, &name).await);
        }
        fellows.try_into().unwrap_or_else(|_| panic!("all of them"))
    }
}

#[test]
fn a_party_is_joined_led_left_and_ends() {
    on_each(async |world| {
        let [ann, ben, cat, dan] = world.fellows().await;
        let none = world.act(&ann, "GET /party", Value::Null).await;
        none.refused(404, "no-party");
        let party = world.party(&[&ann, &ben, &cat]).await;
        let shown = world.act(&ben, "GET /party", Value::Null).await.ok(200);
        assert_eq!(text(&shown, "party"), party);
        assert_eq!(
            each(&shown["members"], "name"),
            ["Fellow 1", "Fellow 2", "Fellow 3"]
        );
        let invite = world.act(&ben, "POST /party/invitations", dan.form()).await;
        invite.refused(403, "not-leader");
        let kick = world.act(&ben, "POST /party/kick", cat.form()).await;
        kick.refused(403, "not-leader");
        let lead = world.act(&ann, "POST /party/leader", cat.form()).await;
        assert_eq!(text(&lead.ok(200), "leader"), cat.id.to_string());
        world
            .act(&cat, "POST /party/kick", ann.form())
            .await
            .ok(200);
        world
            .act(&ann, "GET /party", Value::Null)
            .await
            .refused(404, "no-party");
        let stranger = world.act(&cat, "POST /party/kick", ann.form()).await;
        stranger.refused(404, "not-in-party");
        world
            .act(&cat, "POST /party/leave", Value::Null)
            .await
            .ok(200);
        let shown = world.act(&ben, "GET /party", Value::Null).await.ok(200);
        assert_eq!(text(&shown, "leader"), ben.id.to_string());
        world
            .act(&ben, "POST /party/leave", Value::Null)
            .await
            .ok(200);
        let gone = world.act(&ben, "POST /party/leave", Value::Null).await;
        gone.refused(404, "no-party");
    });
}

#[test]
fn an_invitation_lasts_five_minutes_and_once() {
    on_each(async |world| {
        let [ann, ben, cat] = world.fellows().await;
        let call = "POST /party/invitations";
        let invited = world.act(&ann, call, ben.form()).await.ok(200);
        let form = json!({ "party": text(&invited, "party") });
        let again = world.act(&ann, call, ben.form()).await;
        again.refused(409, "invited-already");
        let open = world
            .act(&ben, "GET /invitations", Value::Null)
            .await
            .ok(200);
        assert_eq!(open[0]["by"]["name"], "Fellow 1");
        assert_eq!(
            (&open[0]["kind"], &open[0]["group"]),
            (&json!("party"), &form["party"])
        );
        let uninvited = world.act(&cat, "POST /party/join", form.clone()).await;
        uninvited.refused(404, "no-invitation");
        world.pass(5 * MINUTE_MS);
        let late = world.act(&ben, "POST /party/join", form.clone()).await;
        late.refused(404, "no-invitation");
        let open = world
            .act(&ben, "GET /invitations", Value::Null)
            .await
            .ok(200);
        assert_eq!(open, json!([]));
        world.act(&ann, call, ben.form()).await.ok(200);
        world.pass(5 * MINUTE_MS - 1);
        world
            .act(&ben, "POST /party/join", form.clone())
            .await
            .ok(200);
        world
            .act(&ben, "POST /party/leave", Value::Null)
            .await
            .ok(200);
        let used = world.act(&ben, "POST /party/join", form.clone()).await;
        used.refused(404, "no-invitation");
        // Declined, and of a party that is no more.
        world.act(&ann, call, ben.form()).await.ok(200);
        world.act(&ann, call, cat.form()).await.ok(200);
        let decline = format!("DELETE /invitations/{}", text(&form, "party"));
        world.act(&ben, &decline, Value::Null).await.ok(200);
        world
            .act(&ben, &decline, Value::Null)
            .await
            .refused(404, "no-invitation");
        world
            .act(&ann, "POST /party/leave", Value::Null)
            .await
            .ok(200);
        let ended = world.act(&cat, "POST /party/join", form).await;
        ended.refused(404, "no-invitation");
    });
}

#[test]
fn a_party_is_full_at_eight_and_nobody_is_in_two() {
    on_each(async |world| {
        let fellows: [Fellow; 11] = world.fellows().await;
        let [ann, .., jon, ken] = &fellows;
        let eighth: Vec<&Fellow> = fellows[..8].iter().collect();
        let call = "POST /party/invitations";
        world.act(ann, call, fellows[8].form()).await.ok(200);
        let party = world.party(&eighth).await;
        let ninth = world
            .act(&fellows[8], "POST /party/join", json!({ "party": party }))
            .await;
        ninth.refused(409, "party-full");
        let more = world.act(ann, call, jon.form()).await;
        more.refused(409, "party-full");
        world.party(&[jon, ken]).await;
        let seated = world.act(jon, call, ann.form()).await;
        seated.refused(409, "in-party");
        // Room again, and the refused invitation is still good.
        world
            .act(&fellows[1], "POST /party/leave", Value::Null)
            .await
            .ok(200);
        let joined = world
            .act(&fellows[8], "POST /party/join", json!({ "party": party }))
            .await;
        assert_eq!(joined.ok(200)["members"].as_array().map(Vec::len), Some(8));
    });
}

#[test]
fn invitations_are_few() {
    on_each(async |world| {
        let [ann, ben] = world.fellows().await;
        for _ in 0..20 {
            world.act(&ann, "POST /party/invitations", ben.form()).await;
        }
        let more = world.act(&ann, "POST /party/invitations", ben.form()).await;
        more.refused(429, "too-many-requests");
        let guild = world.act(&ann, "POST /guild/invitations", ben.form()).await;
        guild.refused(429, "too-many-requests");
        world.pass(MINUTE_MS);
        let again = world.act(&ann, "POST /party/invitations", ben.form()).await;
        again.refused(409, "invited-already");
    });
}
