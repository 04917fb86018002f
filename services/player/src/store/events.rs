//! What others are told, put down to happen with the change.

use backends::{broker::Event, outbox::Outbox, sql::SqlError, sql::Transaction};
use events::{
    Body,
    battle::Character,
    player::{FriendsChanged, GroupChange, GuildChanged, Levelled, PartyChanged},
};
use web::ids::ordered_id;

use crate::{
    domain::{Guild, Party},
    store::Kept,
};

/// Something that happened to a group, to or by a character.
#[derive(Clone, Copy)]
pub struct News {
    pub change: GroupChange,
    pub character: i64,
    pub at_ms: i64,
}

/// About somebody or something of this id. Events of one are in order, for their names rise.
async fn put<B: Body>(
    outbox: &Outbox,
    transaction: &mut Transaction,
    about: i64,
    at_ms: i64,
    body: &B,
) -> Result<(), SqlError> {
    let event = Event {
        id: format!("player-{:016x}", ordered_id(at_ms)),
        topic: format!("{}.{about}", B::TOPIC),
        body: body.to_bytes(),
    };
    outbox.put(transaction, about, &event).await
}

pub async fn put_level(
    outbox: &Outbox,
    transaction: &mut Transaction,
    levelled: &Levelled,
) -> Result<(), SqlError> {
    let about = levelled.character.0;
    put(outbox, transaction, about, levelled.at_ms, levelled).await
}

pub async fn put_party(
    outbox: &Outbox,
    transaction: &mut Transaction,
    kept: &Kept<Party>,
    news: News,
) -> Result<(), SqlError> {
    let members = kept.group.members.iter();
    let body = PartyChanged {
        party: kept.id,
        change: news.change,
        character: Character(news.character),
        leader: Character(kept.group.leader),
        members: members.map(|it| Character(*it)).collect(),
        at_ms: news.at_ms,
    };
    put(outbox, transaction, kept.id, news.at_ms, &body).await
}

pub async fn put_guild(
    outbox: &Outbox,
    transaction: &mut Transaction,
    kept: &Kept<Guild>,
    news: News,
) -> Result<(), SqlError> {
    let rank = kept.group.rank(news.character);
    let body = GuildChanged {
        guild: kept.id,
        change: news.change,
        character: Character(news.character),
        rank: rank.map(|it| it.name().to_owned()),
        name: kept.group.name.clone(),
        tag: kept.group.tag.clone(),
        at_ms: news.at_ms,
    };
    put(outbox, transaction, kept.id, news.at_ms, &body).await
}

/// Tells each of two what the other is to it.
pub async fn put_friends(
    outbox: &Outbox,
    transaction: &mut Transaction,
    sides: [(i64, i64, Option<&str>); 2],
    at_ms: i64,
) -> Result<(), SqlError> {
    for (character, other, relation) in sides {
        let body = FriendsChanged {
            character: Character(character),
            other: Character(other),
            relation: relation.map(str::to_owned),
            at_ms,
        };
        put(outbox, transaction, character, at_ms, &body).await?;
    }
    Ok(())
}
