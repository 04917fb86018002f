-- Numbers are BIGINT, times are milliseconds since 1970 by the service's clock.

-- Counts changes of an account's roster; its lock.
CREATE TABLE player_accounts (
  account_id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL
);

-- Whose a character is.
CREATE TABLE player_rosters (
  account_id BIGINT NOT NULL,
  character_id BIGINT NOT NULL,
  -- The key of the name that it was made for, if it was made for a ticket.
  wished_key TEXT,
  PRIMARY KEY (account_id, character_id)
);

CREATE TABLE player_characters (
  character_id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  house BIGINT NOT NULL,
  hair BIGINT NOT NULL,
  skin BIGINT NOT NULL,
  tabard BIGINT NOT NULL,
  emblem BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  -- None: it is there.
  deleted_ms BIGINT,
  -- Counts changes around it; its lock.
  revision BIGINT NOT NULL
);

-- Spread by the name, for that is all that whoever wants it knows.
CREATE TABLE player_names (
  name_key TEXT PRIMARY KEY,
  character_id BIGINT NOT NULL
);

CREATE TABLE player_progress (
  character_id BIGINT PRIMARY KEY,
  kills BIGINT NOT NULL,
  deaths BIGINT NOT NULL,
  score BIGINT NOT NULL,
  blocks_dug BIGINT NOT NULL,
  blocks_placed BIGINT NOT NULL,
  experience BIGINT NOT NULL
);

-- A board is a measure and a period: `kills.all`, `score.2944`.
CREATE TABLE player_leaderboard (
  board TEXT NOT NULL,
  character_id BIGINT NOT NULL,
  -- Below zero, so that the best comes first in the order in which all else rises.
  rank_value BIGINT NOT NULL,
  reached_ms BIGINT NOT NULL,
  PRIMARY KEY (board, character_id)
);
CREATE INDEX player_leaderboard_ranks ON player_leaderboard (board, rank_value, reached_ms, character_id);

-- What the first is to the second; the other way round is a row of its own.
CREATE TABLE player_relations (
  character_id BIGINT NOT NULL,
  other_id BIGINT NOT NULL,
  relation TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (character_id, other_id)
);

CREATE TABLE player_parties (
  party_id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL,
  -- JSON.
  body TEXT NOT NULL
);

CREATE TABLE player_guilds (
  guild_id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL,
  -- JSON.
  body TEXT NOT NULL
);

-- `name:` or `tag:`, and the key of it.
CREATE TABLE player_guild_names (
  name_key TEXT PRIMARY KEY,
  guild_id BIGINT NOT NULL
);

-- The party and the guild that a character is in.
CREATE TABLE player_seats (
  character_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  group_id BIGINT NOT NULL,
  PRIMARY KEY (character_id, kind)
);

CREATE TABLE player_invitations (
  character_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  group_id BIGINT NOT NULL,
  by_character BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (character_id, kind, group_id)
);

CREATE TABLE player_settings (
  account_id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL,
  -- JSON.
  body TEXT NOT NULL
);
