//! Many at once on real PostgreSQL: however they meet, a name, a seat and an invitation are one's.

use backends::{
    cache::Cache,
    testing::{TestDatabase, block_on},
};
use player::{
    PlayerError,
    domain::{ANY_HOUSE, Appearance, Guild, Party},
    store::{Store, Wish},
};
use tokio::task::JoinSet;

use crate::common::{Fellow, NOW_MS, World};

const AT_ONCE: i64 = 16;

fn on_postgres(test: impl AsyncFn(&World, &Store)) {
    block_on(async {
        let kept = TestDatabase::postgres().await;
        let database = kept.open().await;
        let cache = Cache::open("memory:").await.expect("a URL");
        let world = World::open(&database, &cache).await;
        let store = world.player.store.clone();
        test(&world, &store).await;
        database.close().await;
        kept.delete().await;
    });
}

/// How many of those asked at once had it their way; the others were refused, and nothing failed.
async fn done<T: Send + 'static>(asked: JoinSet<Result<T, PlayerError>>) -> usize {
    let answers = asked.join_all().await;
    let is_done = |answer: &Result<T, PlayerError>| match answer {
        Ok(_) => true,
        Err(PlayerError::Refused(_)) => false,
        Err(error) => panic!("{error}"),
    };
    answers.iter().filter(|it| is_done(it)).count()
}

fn wish(name: String) -> Wish {
    Wish {
        name,
        house: ANY_HOUSE,
        look: Appearance::of_number(1),
    }
}

#[test]
fn a_name_that_many_want_is_one_persons_and_an_account_has_four() {
    on_postgres(async |_, store| {
        let mut asked = JoinSet::new();
        for account in 1..=AT_ONCE {
            let store = store.clone();
            asked.spawn(async move {
                let wish = wish("Ragnar".to_owned());
                store.create_character(account, &wish, NOW_MS).await
            });
        }
        assert_eq!(done(asked).await, 1);
        let mut asked = JoinSet::new();
        for number in 1..=AT_ONCE {
            let store = store.clone();
            asked.spawn(async move {
                let wish = wish(format!("Ann {number}"));
                store.create_character(100, &wish, NOW_MS).await
            });
        }
        assert_eq!(done(asked).await, 4);
    });
}

#[test]
fn tickets_asked_for_at_once_are_of_one_character_and_names_like_it_are_each_ones_own() {
    on_postgres(async |_, store| {
        let mut asked = JoinSet::new();
        for index in 0..AT_ONCE * 2 {
            let store = store.clone();
            // Two of each account.
            asked.spawn(async move { store.character_for(index / 2 + 1, "Bera", NOW_MS).await });
        }
        let cards = asked.join_all().await.into_iter();
        let cards: Result<Vec<_>, _> = cards.collect();
        let cards = cards.expect("everybody gets one");
        let count = |mut keys: Vec<String>| {
            keys.sort();
            keys.dedup();
            i64::try_from(keys.len()).expect("few")
        };
        assert_eq!(
            count(cards.iter().map(|it| it.id.to_string()).collect()),
            AT_ONCE
        );
        assert_eq!(
            count(cards.iter().map(|it| it.name.to_lowercase()).collect()),
            AT_ONCE
        );
    });
}

#[test]
fn an_invitation_accepted_by_many_windows_at_once_is_one_seat() {
    on_postgres(async |world, store| {
        let [ann, ben] = world.fellows().await;
        let invited = store.invite_to_party(ann.id, ben.id, NOW_MS).await;
        let party = invited.expect("they are free").id;
        let mut asked = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (store, ben) = (store.clone(), ben.id);
            asked.spawn(async move { store.join_party(ben, party, NOW_MS).await });
        }
        assert_eq!(done(asked).await, 1);
        let kept = store.group_of::<Party>(ben.id).await.expect("a database");
        assert_eq!(kept.expect("it is in it").group.members, [ann.id, ben.id]);
        let asking = store.ask_friend(ann.id, ben.id, NOW_MS).await;
        asking.expect("there is room");
        let mut asked = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (store, ann, ben) = (store.clone(), ann.id, ben.id);
            asked.spawn(async move { store.accept_friend(ben, ann, NOW_MS).await });
        }
        assert_eq!(done(asked).await, 1);
    });
}

#[test]
fn who_joins_two_at_once_is_in_one_and_seven_of_many_fit() {
    on_postgres(async |world, store| {
        let fellows: [Fellow; 16] = world.fellows().await;
        let (leaders, others) = fellows.split_at(4);
        let mut guilds = Vec::new();
        for (leader, tag) in leaders.iter().zip(["AA", "BB", "CC", "DD"]) {
            let names = (format!("Guild {tag}"), tag);
            let founded = store
                .found_guild(leader.id, (&names.0, names.1), NOW_MS)
                .await;
            guilds.push(founded.expect("the names are free").id);
            let invited = store.invite_to_guild(leader.id, others[0].id, NOW_MS).await;
            invited.expect("it is free");
        }
        let mut asked = JoinSet::new();
        for guild in guilds {
            let (store, other) = (store.clone(), others[0].id);
            asked.spawn(async move { store.join_guild(other, guild, NOW_MS).await });
        }
        assert_eq!(done(asked).await, 1);
        let mut party = 0;
        for other in others {
            let invited = store.invite_to_party(leaders[0].id, other.id, NOW_MS).await;
            party = invited.expect("it is free").id;
        }
        let mut asked = JoinSet::new();
        for other in others {
            let (store, other) = (store.clone(), other.id);
            asked.spawn(async move { store.join_party(other, party, NOW_MS).await });
        }
        assert_eq!(done(asked).await, 7);
    });
}

#[test]
fn a_guild_is_disbanded_while_many_join_and_leave_it() {
    on_postgres(async |world, store| {
        let fellows: [Fellow; 12] = world.fellows().await;
        let leader = fellows[0].id;
        let founded = store
            .found_guild(leader, ("The Wall", "WALL"), NOW_MS)
            .await;
        let guild = founded.expect("the names are free").id;
        for other in &fellows[1..] {
            let invited = store.invite_to_guild(leader, other.id, NOW_MS).await;
            invited.expect("it is free");
        }
        for other in &fellows[1..6] {
            let joined = store.join_guild(other.id, guild, NOW_MS).await;
            joined.expect("it is invited");
        }
        let mut asked = JoinSet::new();
        for (index, other) in fellows.iter().enumerate() {
            let (store, other) = (store.clone(), other.id);
            asked.spawn(async move {
                match index {
                    0 => store.disband_guild(other, NOW_MS).await,
                    1..6 => store.leave_guild(other, NOW_MS).await,
                    _ => store.join_guild(other, guild, NOW_MS).await.map(drop),
                }
            });
        }
        assert!(done(asked).await >= 1);
        for fellow in &fellows {
            let kept = store.group_of::<Guild>(fellow.id).await;
            assert_eq!(kept.expect("a database"), None);
        }
        // Nothing keeps them from another.
        let again = store
            .found_guild(fellows[11].id, ("The Wall", "WALL"), NOW_MS)
            .await;
        again.expect("all of it is free");
    });
}

#[test]
fn two_who_ask_and_block_each_other_crosswise_come_to_an_end() {
    on_postgres(async |world, store| {
        let [ann, ben] = world.fellows().await;
        let mut asked = JoinSet::new();
        for index in 0..AT_ONCE * 2 {
            let store = store.clone();
            let (by, other) = if index % 2 == 0 {
                (ann.id, ben.id)
            } else {
                (ben.id, ann.id)
            };
            asked.spawn(async move {
                match index % 6 {
                    0 | 1 => store.ask_friend(by, other, NOW_MS).await.map(drop),
                    2 | 3 => store.block(by, other, NOW_MS).await,
                    _ => store.drop_relation(by, other, NOW_MS).await,
                }
            });
        }
        assert!(done(asked).await >= 1);
        for (by, other) in [(ann.id, ben.id), (ben.id, ann.id)] {
            let here = store.relations(by, 0).await.expect("a database");
            let there = store.relations(other, 0).await.expect("a database");
            let names = [here, there].map(|it| it.first().map(|it| it.kind.name()));
            let fits = matches!(
                names,
                [None, None]
                    | [Some("friend"), Some("friend")]
                    | [Some("asked"), Some("asking")]
                    | [Some("asking"), Some("asked")]
                    | [Some("blocked"), None | Some("blocked")]
                    | [None, Some("blocked")]
            );
            assert!(fits, "{names:?}");
        }
    });
}
