//! Why something may not be, for programs by name and for people in words.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// Small letters and hyphens; never changes.
    pub name: &'static str,
    pub words: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalKind {
    /// There is no such thing.
    Missing,
    /// It is there, and one may not.
    Forbidden,
    /// It does not fit what is.
    Conflict,
}

const fn missing(name: &'static str, words: &'static str) -> Refusal {
    let kind = RefusalKind::Missing;
    Refusal { kind, name, words }
}

const fn forbidden(name: &'static str, words: &'static str) -> Refusal {
    let kind = RefusalKind::Forbidden;
    Refusal { kind, name, words }
}

const fn conflict(name: &'static str, words: &'static str) -> Refusal {
    let kind = RefusalKind::Conflict;
    Refusal { kind, name, words }
}

impl Refusal {
    pub const NO_CHARACTER: Self = missing("no-character", "There is no such character");
    pub const NAME_TAKEN: Self = conflict("name-taken", "Somebody else has this name");
    pub const CHARACTERS_FULL: Self = conflict(
        "characters-full",
        "An account has four characters at most; play or delete one of them",
    );
    pub const LEADS_GUILD: Self = conflict(
        "leads-guild",
        "Hand the guild over, or disband it, before that",
    );

    pub const ONESELF: Self = conflict("oneself", "That is yourself");
    pub const BLOCKED: Self = conflict("blocked", "One of you has blocked the other");
    pub const FRIENDS_ALREADY: Self =
        conflict("friends-already", "You are friends, or have asked already");
    pub const NO_REQUEST: Self = missing("no-request", "They have not asked you, or not any more");
    pub const NO_RELATION: Self = missing("no-relation", "They are nothing to you");
    pub const RELATIONS_FULL: Self = conflict(
        "relations-full",
        "One of you knows as many people as there is room for",
    );

    pub const NO_INVITATION: Self =
        missing("no-invitation", "You are not invited, or not any more");
    pub const INVITED_ALREADY: Self = conflict("invited-already", "They are invited already");
    pub const INVITATIONS_FULL: Self =
        conflict("invitations-full", "Too many invitations wait for them");

    pub const NO_PARTY: Self = missing("no-party", "You are in no party");
    pub const IN_PARTY: Self = conflict("in-party", "They are in a party; it must be left first");
    pub const PARTY_FULL: Self = conflict("party-full", "A party has eight members at most");
    pub const NOT_IN_PARTY: Self = missing("not-in-party", "They are not in this party");
    pub const NOT_LEADER: Self = forbidden("not-leader", "Only the leader may do this");

    pub const NO_GUILD: Self = missing("no-guild", "You are in no guild");
    pub const IN_GUILD: Self = conflict("in-guild", "They are in a guild; it must be left first");
    pub const GUILD_FULL: Self = conflict("guild-full", "A guild has 200 members at most");
    pub const NOT_IN_GUILD: Self = missing("not-in-guild", "They are not in this guild");
    pub const GUILD_NAME_TAKEN: Self = conflict("guild-name-taken", "Another guild has this name");
    pub const GUILD_TAG_TAKEN: Self = conflict("guild-tag-taken", "Another guild has this tag");
    pub const RANK_TOO_LOW: Self = forbidden("rank-too-low", "Your rank may not do this");

    pub const SETTINGS_CHANGED: Self = conflict(
        "settings-changed",
        "They were changed elsewhere meanwhile; read them again",
    );
}
