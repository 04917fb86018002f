//! Parties and guilds under hundreds of random wishes, sensible or not: whatever is answered, what is kept
//! is whole.

use std::collections::BTreeMap;

use backends::sql::Database;
use player::{
    PlayerError,
    domain::{Guild, Party, Rank, Refusal},
    limits::{GUILD_MEMBERS_MAX, PARTY_MEMBERS_MAX},
};
use sqlx::Row;

use crate::common::{Fellow, MINUTE_MS, World, on_each};

const FELLOWS: usize = 10;
const WISHES: u32 = 300;
const SEEDS: [u64; 3] = [1, 2, 3];

/// SplitMix64: the same wishes for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let count = count as u64;
        usize::try_from((mixed ^ (mixed >> 31)) % count).expect("it is below a count")
    }
}

#[test]
fn whatever_is_wished_parties_and_guilds_stay_whole() {
    on_each(async |world| {
        let fellows: [Fellow; FELLOWS] = world.fellows().await;
        for seed in SEEDS {
            let mut chance = Chance(seed);
            let mut done = 0;
            for number in 0..WISHES {
                let wish = (
                    chance.below(14),
                    chance.below(FELLOWS),
                    chance.below(FELLOWS),
                );
                let label = format!("seed {seed}, wish {number}: {wish:?}");
                match ask(world, &fellows, wish).await {
                    Ok(()) => done += 1,
                    Err(PlayerError::Refused(_)) => {}
                    Err(error) => panic!("{label}: {error}"),
                }
                require_whole(world.player.store.database(), &label).await;
                if number % 16 == 0 {
                    world.pass(MINUTE_MS);
                }
            }
            assert!(done > WISHES / 8, "seed {seed}: only {done} were granted");
        }
    });
}

/// Of a kind, by one, about another.
async fn ask(
    world: &World,
    fellows: &[Fellow],
    (kind, by, other): (usize, usize, usize),
) -> Result<(), PlayerError> {
    let store = &world.player.store;
    let now_ms = world.now();
    let (tag, rank) = (["AA", "BB", "CC"][other % 3], RANKS[other % RANKS.len()]);
    let (by, other) = (fellows[by].id, fellows[other].id);
    match kind {
        0 | 1 => store.invite_to_party(by, other, now_ms).await.map(drop),
        2 => store.leave_party(by, now_ms).await,
        3 => store.kick_from_party(by, other, now_ms).await.map(drop),
        4 => store.promote_in_party(by, other, now_ms).await.map(drop),
        5 => {
            let names = format!("Guild {tag}");
            let founded = store.found_guild(by, (&names, tag), now_ms).await;
            founded.map(drop)
        }
        6 | 7 => store.invite_to_guild(by, other, now_ms).await.map(drop),
        8 => store.leave_guild(by, now_ms).await,
        9 => store.kick_from_guild(by, other, now_ms).await.map(drop),
        10 => store
            .set_guild_rank(by, (other, rank), now_ms)
            .await
            .map(drop),
        11 => store.hand_guild_over(by, other, now_ms).await.map(drop),
        12 if by == other => store.disband_guild(by, now_ms).await,
        _ => join_whatever_waits(world, by).await,
    }
}

const RANKS: [Rank; 4] = [Rank::Recruit, Rank::Member, Rank::Officer, Rank::Leader];

async fn join_whatever_waits(world: &World, by: i64) -> Result<(), PlayerError> {
    let store = &world.player.store;
    let now_ms = world.now();
    for invitation in store.invitations(by, now_ms).await? {
        let joined = match invitation.kind.as_str() {
            "party" => store
                .join_party(by, invitation.group, now_ms)
                .await
                .map(drop),
            _ => store
                .join_guild(by, invitation.group, now_ms)
                .await
                .map(drop),
        };
        match joined {
            Err(PlayerError::Refused(_)) => {}
            joined => return joined,
        }
    }
    Err(Refusal::NO_INVITATION.into())
}

/// Who sits where, by kind and group.
type Seats = BTreeMap<(String, i64), Vec<i64>>;

/// Seats and documents agree; groups have one leader, as many members as fit, and nobody twice. That nobody
/// is in two follows: a seat is one by character and kind.
async fn require_whole(database: &Database, label: &str) {
    let mut seats = seats(database).await;
    for (id, body) in bodies(database, "SELECT party_id AS id, body FROM player_parties").await {
        let party: Party = serde_json::from_str(&body).expect("a party");
        let mut members = party.members.clone();
        members.sort_unstable();
        let seated = seats.remove(&("party".to_owned(), id));
        assert_eq!(seated.as_ref(), Some(&members), "{label}");
        assert!(members.windows(2).all(|it| it[0] < it[1]), "{label}: twice");
        assert!((1..=PARTY_MEMBERS_MAX).contains(&members.len()), "{label}");
        assert!(party.has(party.leader), "{label}: its leader is no member");
    }
    for (id, body) in bodies(database, "SELECT guild_id AS id, body FROM player_guilds").await {
        let guild: Guild = serde_json::from_str(&body).expect("a guild");
        let members: Vec<i64> = guild.members.keys().copied().collect();
        let seated = seats.remove(&("guild".to_owned(), id));
        assert_eq!(seated, Some(members), "{label}");
        assert!(
            (1..=GUILD_MEMBERS_MAX).contains(&guild.members.len()),
            "{label}"
        );
        let leaders = guild.members.values();
        let leaders = leaders.filter(|it| it.rank == Rank::Leader).count();
        assert_eq!(leaders, 1, "{label}");
    }
    assert_eq!(seats, Seats::new(), "{label}: seats nowhere");
}

async fn seats(database: &Database) -> Seats {
    let rows =
        sqlx::query("SELECT kind, group_id, character_id FROM player_seats ORDER BY character_id")
            .fetch_all(database.pool())
            .await
            .expect("a database");
    let mut seats = Seats::new();
    for row in rows {
        let group = (row.get("kind"), row.get("group_id"));
        seats
            .entry(group)
            .or_default()
            .push(row.get("character_id"));
    }
    seats
}

async fn bodies(database: &Database, statement: &'static str) -> Vec<(i64, String)> {
    let rows = sqlx::query(statement).fetch_all(database.pool()).await;
    let rows = rows.expect("a database");
    rows.iter()
        .map(|row| (row.get("id"), row.get("body")))
        .collect()
}
