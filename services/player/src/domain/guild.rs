//! Many who belong together, with ranks.
//!
//! | rank | may |
//! | --- | --- |
//! | recruit | leave |
//! | member | invite |
//! | officer | kick, and raise and lower, who is below; set the message |
//! | leader | all of it, hand over, disband |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokens::is_name_of;
use utoipa::ToSchema;

use crate::{
    domain::Refusal,
    limits::{GUILD_MEMBERS_MAX, GUILD_MESSAGE_CHARS_MAX, GUILD_NAME_CHARS, GUILD_TAG_CHARS},
};

/// Has exactly one leader as long as it has members.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Guild {
    pub name: String,
    pub tag: String,
    /// Of the day.
    pub message: String,
    pub founded_ms: i64,
    pub members: BTreeMap<i64, GuildMember>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GuildMember {
    pub rank: Rank,
    pub since_ms: i64,
}

/// Each may do all that those before it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    Recruit,
    Member,
    Officer,
    Leader,
}

impl Rank {
    pub fn name(self) -> &'static str {
        match self {
            Self::Recruit => "recruit",
            Self::Member => "member",
            Self::Officer => "officer",
            Self::Leader => "leader",
        }
    }
}

impl Guild {
    pub fn found(leader: i64, name: &str, tag: &str, now_ms: i64) -> Self {
        let founder = GuildMember {
            rank: Rank::Leader,
            since_ms: now_ms,
        };
        Self {
            name: name.to_owned(),
            tag: tag.to_owned(),
            message: String::new(),
            founded_ms: now_ms,
            members: BTreeMap::from([(leader, founder)]),
        }
    }

    pub fn rank(&self, character: i64) -> Option<Rank> {
        self.members.get(&character).map(|it| it.rank)
    }

    /// # Errors
    /// [`Refusal`] of whom `by` may not invite.
    pub fn may_invite(&self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require(by, Rank::Member)?;
        self.require_room(character)
    }

    /// # Errors
    /// [`Refusal`].
    pub fn join(&mut self, character: i64, now_ms: i64) -> Result<(), Refusal> {
        self.require_room(character)?;
        let member = GuildMember {
            rank: Rank::Recruit,
            since_ms: now_ms,
        };
        self.members.insert(character, member);
        Ok(())
    }

    /// A leader may as the last only.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn leave(&mut self, character: i64) -> Result<(), Refusal> {
        let rank = self.require(character, Rank::Recruit)?;
        if rank == Rank::Leader && self.members.len() > 1 {
            return Err(Refusal::LEADS_GUILD);
        }
        self.members.remove(&character);
        Ok(())
    }

    /// # Errors
    /// [`Refusal`].
    pub fn kick(&mut self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require_above(by, character)?;
        self.members.remove(&character);
        Ok(())
    }

    /// Raises or lowers somebody to a rank below one's own.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn set_rank(&mut self, by: i64, character: i64, rank: Rank) -> Result<(), Refusal> {
        let own = self.require_above(by, character)?;
        if rank >= own {
            return Err(Refusal::RANK_TOO_LOW);
        }
        self.put(character, rank);
        Ok(())
    }

    /// Who led is an officer from then on.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn hand_over(&mut self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require_leader(by)?;
        self.require_above(by, character)?;
        self.put(by, Rank::Officer);
        self.put(character, Rank::Leader);
        Ok(())
    }

    /// # Errors
    /// [`Refusal`].
    pub fn set_message(&mut self, by: i64, message: &str) -> Result<(), Refusal> {
        self.require(by, Rank::Officer)?;
        message.clone_into(&mut self.message);
        Ok(())
    }

    /// # Errors
    /// [`Refusal`] if `by` is not its leader.
    pub fn require_leader(&self, by: i64) -> Result<(), Refusal> {
        self.require(by, Rank::Leader).map(drop)
    }

    fn put(&mut self, character: i64, rank: Rank) {
        let member = self.members.get_mut(&character);
        member.expect("it was asked for").rank = rank;
    }

    fn require(&self, by: i64, rank: Rank) -> Result<Rank, Refusal> {
        let own = self.rank(by).ok_or(Refusal::NO_GUILD)?;
        (own >= rank).then_some(own).ok_or(Refusal::RANK_TOO_LOW)
    }

    /// An officer at least, and above somebody; the own rank.
    fn require_above(&self, by: i64, character: i64) -> Result<Rank, Refusal> {
        let own = self.require(by, Rank::Officer)?;
        if by == character {
            return Err(Refusal::ONESELF);
        }
        let other = self.rank(character).ok_or(Refusal::NOT_IN_GUILD)?;
        (own > other).then_some(own).ok_or(Refusal::RANK_TOO_LOW)
    }

    fn require_room(&self, character: i64) -> Result<(), Refusal> {
        if self.members.contains_key(&character) {
            return Err(Refusal::IN_GUILD);
        }
        let has_room = self.members.len() < GUILD_MEMBERS_MAX;
        has_room.then_some(()).ok_or(Refusal::GUILD_FULL)
    }
}

pub fn is_guild_name(text: &str) -> bool {
    is_name_of(text, GUILD_NAME_CHARS)
}

/// A few letters, which stand in brackets behind a name.
pub fn is_guild_tag(text: &str) -> bool {
    GUILD_TAG_CHARS.contains(&text.chars().count()) && text.chars().all(char::is_alphabetic)
}

/// A few words, or none; in them nothing that turns, hides or overgrows what stands around, as in chat.
pub fn is_message(text: &str) -> bool {
    text.chars().count() <= GUILD_MESSAGE_CHARS_MAX && chat::text::is_safe(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 leads, 2 and 3 are officers, 4 is a member, 5 a recruit.
    fn guild() -> Guild {
        let mut guild = Guild::found(1, "The Wall", "WALL", 0);
        (2..=5).for_each(|it| guild.join(it, 1).expect("there is room"));
        for (character, rank) in [(2, Rank::Officer), (3, Rank::Officer), (4, Rank::Member)] {
            guild.set_rank(1, character, rank).expect("it leads");
        }
        guild
    }

    #[test]
    fn each_rank_may_what_it_may() {
        let mut guild = guild();
        assert_eq!(guild.may_invite(4, 9), Ok(()));
        assert_eq!(guild.may_invite(5, 9), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.may_invite(9, 8), Err(Refusal::NO_GUILD));
        assert_eq!(guild.may_invite(1, 5), Err(Refusal::IN_GUILD));
        assert_eq!(guild.kick(4, 5), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.kick(2, 3), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.kick(2, 1), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.kick(2, 2), Err(Refusal::ONESELF));
        assert_eq!(guild.kick(2, 9), Err(Refusal::NOT_IN_GUILD));
        let too_high = guild.set_rank(2, 5, Rank::Officer);
        assert_eq!(too_high, Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.set_rank(2, 5, Rank::Member), Ok(()));
        let second_leader = guild.set_rank(1, 5, Rank::Leader);
        assert_eq!(second_leader, Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.set_message(4, "x"), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.set_message(3, "x"), Ok(()));
        assert_eq!(guild.kick(2, 5), Ok(()));
        assert_eq!(guild.require_leader(2), Err(Refusal::RANK_TOO_LOW));
    }

    #[test]
    fn a_leader_hands_over_before_leaving() {
        let mut guild = guild();
        assert_eq!(guild.leave(1), Err(Refusal::LEADS_GUILD));
        assert_eq!(guild.hand_over(2, 3), Err(Refusal::RANK_TOO_LOW));
        assert_eq!(guild.hand_over(1, 5), Ok(()));
        assert_eq!(guild.rank(5), Some(Rank::Leader));
        assert_eq!(guild.rank(1), Some(Rank::Officer));
        (1..=4).for_each(|it| guild.leave(it).expect("it does not lead"));
        assert_eq!((guild.leave(5), guild.members.len()), (Ok(()), 0));
    }

    #[test]
    fn two_hundred_fit() {
        let mut guild = Guild::found(1, "The Wall", "WALL", 0);
        (2..=200).for_each(|it| guild.join(it, 0).expect("there is room"));
        assert_eq!(guild.join(201, 0), Err(Refusal::GUILD_FULL));
    }

    #[test]
    fn names_tags_and_messages_hold_nothing_strange() {
        assert!(is_guild_name("Sons of Ása") && !is_guild_name("ab") && !is_guild_name("<b>x</b>"));
        assert!(is_guild_tag("ÁSA") && is_guild_tag("AB"));
        for tag in ["", "A", "ABCDEF", "A B", "A1", "[A]", "A\u{0}"] {
            assert!(!is_guild_tag(tag), "{tag:?}");
        }
        assert!(is_message("") && is_message("Tonight at 8; <b>all</b> come."));
        assert!(!is_message("a\nb") && !is_message("\u{202e}x") && !is_message(&"x".repeat(301)));
    }
}
