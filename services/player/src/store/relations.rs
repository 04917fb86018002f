//! Friends, requests and blocks. What two are to each other is two rows, changed together.

use backends::sql::{SqlError, row};
use sqlx::AnyConnection;

use crate::{
    PlayerError,
    domain::Refusal,
    limits::{PAGE_MAX, RELATIONS_MAX},
    store::{Store, cards, events::put_friends, insist, invitations},
};

/// What another is to a character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelationKind {
    Friend,
    /// Was asked, and has not answered.
    Asked,
    /// Asks, and waits for an answer.
    Asking,
    Blocked,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relation {
    pub other: i64,
    pub kind: RelationKind,
    pub since_ms: i64,
}

impl RelationKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Friend => "friend",
            Self::Asked => "asked",
            Self::Asking => "asking",
            Self::Blocked => "blocked",
        }
    }

    fn of_name(name: &str) -> Result<Self, SqlError> {
        let all = [Self::Friend, Self::Asked, Self::Asking, Self::Blocked];
        let kind = all.into_iter().find(|it| it.name() == name);
        kind.ok_or_else(|| row::corrupt("relation", name))
    }
}

/// What two are to each other.
struct Pair {
    here: Option<RelationKind>,
    there: Option<RelationKind>,
}

/// How one stands to the other, and the other to the one.
type Ways = [Option<RelationKind>; 2];

impl Store {
    /// Asks somebody to be a friend; who has asked oneself becomes one.
    ///
    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn ask_friend(
        &self,
        character: i64,
        other: i64,
        now_ms: i64,
    ) -> Result<RelationKind, PlayerError> {
        let decide = |pair: &Pair| match (pair.here, pair.there) {
            (Some(RelationKind::Blocked), _) | (_, Some(RelationKind::Blocked)) => {
                Err(Refusal::BLOCKED)
            }
            (Some(RelationKind::Asking), _) => Ok(FRIENDS),
            (Some(_), _) => Err(Refusal::FRIENDS_ALREADY),
            (None, _) => Ok([Some(RelationKind::Asked), Some(RelationKind::Asking)]),
        };
        let [here, _] = self.relate(character, other, now_ms, &decide).await?;
        Ok(here.expect("it is one of two"))
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn accept_friend(
        &self,
        character: i64,
        other: i64,
        now_ms: i64,
    ) -> Result<(), PlayerError> {
        let decide = |pair: &Pair| match pair.here {
            Some(RelationKind::Asking) => Ok(FRIENDS),
            Some(RelationKind::Friend) => Err(Refusal::FRIENDS_ALREADY),
            _ => Err(Refusal::NO_REQUEST),
        };
        let related = self.relate(character, other, now_ms, &decide).await;
        related.map(drop)
    }

    /// Declines, withdraws, ends a friendship or lifts a block: they are nothing to each other, unless the
    /// other has blocked.
    ///
    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn drop_relation(
        &self,
        character: i64,
        other: i64,
        now_ms: i64,
    ) -> Result<(), PlayerError> {
        let decide = |pair: &Pair| match pair.here {
            Some(_) => Ok([None, pair.there.filter(is_block)]),
            None => Err(Refusal::NO_RELATION),
        };
        let related = self.relate(character, other, now_ms, &decide).await;
        related.map(drop)
    }

    /// From then on the other cannot ask nor invite, and is not told so; invitations from before are gone.
    ///
    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn block(&self, character: i64, other: i64, now_ms: i64) -> Result<(), PlayerError> {
        let decide = |pair: &Pair| Ok([Some(RelationKind::Blocked), pair.there.filter(is_block)]);
        let related = self.relate(character, other, now_ms, &decide).await;
        related.map(drop)
    }

    /// That both are characters, and neither has blocked the other: so one may ask the other for something.
    ///
    /// # Errors
    /// [`Refusal::NO_CHARACTER`], [`Refusal::BLOCKED`]; [`SqlError`].
    pub async fn require_acquaintance(
        &self,
        character: i64,
        other: i64,
    ) -> Result<(), PlayerError> {
        self.card(other).await?;
        let mut connection = self
            .database
            .pool()
            .acquire()
            .await
            .map_err(SqlError::from)?;
        require_not_blocked(&mut connection, character, other).await
    }

    /// Makes of two what is decided, under the lock of both.
    async fn relate(
        &self,
        character: i64,
        other: i64,
        now_ms: i64,
        decide: &(dyn Fn(&Pair) -> Result<Ways, Refusal> + Sync),
    ) -> Result<Ways, PlayerError> {
        if character == other {
            return Err(Refusal::ONESELF.into());
        }
        insist(async || {
            let mut transaction = self.database.begin().await?;
            cards::lock(&mut transaction, &[character, other]).await?;
            let pair = load(&mut transaction, character, other).await?;
            let [here, there] = decide(&pair)?;
            if here.as_ref().is_some_and(is_block) {
                invitations::forget_from(&mut transaction, character, other).await?;
            }
            put(
                &mut transaction,
                (character, other),
                (pair.here, here),
                now_ms,
            )
            .await?;
            put(
                &mut transaction,
                (other, character),
                (pair.there, there),
                now_ms,
            )
            .await?;
            let sides = [
                (character, other, here.map(RelationKind::name)),
                // Who is blocked is told no more than that it is no friend.
                (other, character, there.map(RelationKind::name)),
            ];
            put_friends(&self.outbox, &mut transaction, sides, now_ms).await?;
            self.commit(transaction).await?;
            Ok([here, there])
        })
        .await
    }

    /// A page of what others are to a character, by their ids.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn relations(&self, character: i64, after: i64) -> Result<Vec<Relation>, SqlError> {
        let rows = sqlx::query(
            "SELECT other_id, relation, since_ms FROM player_relations \
             WHERE character_id = $1 AND other_id > $2 ORDER BY other_id LIMIT $3",
        )
        .bind(character)
        .bind(after)
        .bind(i64::try_from(PAGE_MAX).expect("a page is short"))
        .fetch_all(self.database.pool())
        .await?;
        let relation = |found| {
            Ok(Relation {
                other: row::get(found, "other_id")?,
                kind: RelationKind::of_name(row::get(found, "relation")?)?,
                since_ms: row::get(found, "since_ms")?,
            })
        };
        rows.iter().map(relation).collect()
    }
}

const FRIENDS: [Option<RelationKind>; 2] = [Some(RelationKind::Friend), Some(RelationKind::Friend)];

fn is_block(kind: &RelationKind) -> bool {
    *kind == RelationKind::Blocked
}

async fn load(
    connection: &mut AnyConnection,
    character: i64,
    other: i64,
) -> Result<Pair, SqlError> {
    Ok(Pair {
        here: relation(connection, character, other).await?,
        there: relation(connection, other, character).await?,
    })
}

async fn relation(
    connection: &mut AnyConnection,
    character: i64,
    other: i64,
) -> Result<Option<RelationKind>, SqlError> {
    let found = sqlx::query(
        "SELECT relation FROM player_relations WHERE character_id = $1 AND other_id = $2",
    )
    .bind(character)
    .bind(other)
    .fetch_optional(connection)
    .await?;
    let name = found.as_ref().map(|it| row::get(it, "relation"));
    name.transpose()?.map(RelationKind::of_name).transpose()
}

async fn put(
    connection: &mut AnyConnection,
    (character, other): (i64, i64),
    (old, new): (Option<RelationKind>, Option<RelationKind>),
    now_ms: i64,
) -> Result<(), PlayerError> {
    let Some(kind) = new else {
        return Ok(forget(connection, character, other).await?);
    };
    if old.is_none() {
        require_room(connection, character).await?;
    }
    if old != new {
        sqlx::query(
            "INSERT INTO player_relations (character_id, other_id, relation, since_ms) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (character_id, other_id) \
             DO UPDATE SET relation = excluded.relation, since_ms = excluded.since_ms",
        )
        .bind(character)
        .bind(other)
        .bind(kind.name())
        .bind(now_ms)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn require_room(connection: &mut AnyConnection, character: i64) -> Result<(), PlayerError> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM player_relations WHERE character_id = $1")
            .bind(character)
            .fetch_one(connection)
            .await?;
    let has_room = count < RELATIONS_MAX;
    has_room.then_some(()).ok_or(Refusal::RELATIONS_FULL.into())
}

async fn forget(
    connection: &mut AnyConnection,
    character: i64,
    other: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_relations WHERE character_id = $1 AND other_id = $2")
        .bind(character)
        .bind(other)
        .execute(connection)
        .await?;
    Ok(())
}

/// That neither has blocked the other.
///
/// # Errors
/// [`Refusal::BLOCKED`]; [`SqlError`].
pub(super) async fn require_not_blocked(
    connection: &mut AnyConnection,
    character: i64,
    other: i64,
) -> Result<(), PlayerError> {
    let pair = load(connection, character, other).await?;
    let is_blocked = pair.here.is_some_and(|it| is_block(&it));
    match is_blocked || pair.there.is_some_and(|it| is_block(&it)) {
        true => Err(Refusal::BLOCKED.into()),
        false => Ok(()),
    }
}

/// Of a character that is locked, and about to be deleted: it is nothing to anybody, nor anybody to it. Who
/// has blocked it keeps a row of that, which nobody sees.
pub(super) async fn forget_all(
    connection: &mut AnyConnection,
    character: i64,
) -> Result<(), SqlError> {
    let rows =
        sqlx::query("DELETE FROM player_relations WHERE character_id = $1 RETURNING other_id")
            .bind(character)
            .fetch_all(&mut *connection)
            .await?;
    for found in rows {
        forget(connection, row::get(&found, "other_id")?, character).await?;
    }
    Ok(())
}
