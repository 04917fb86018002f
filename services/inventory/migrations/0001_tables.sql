-- Numbers are BIGINT, times are milliseconds since 1970 by the service's clock.

-- Which shard holds a character, since which epoch, and how often what it has was changed. Its lock is that of
-- all that the character has.
CREATE TABLE inventory_characters (
  owner BIGINT PRIMARY KEY,
  -- 0: none yet.
  shard BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  revision BIGINT NOT NULL
);

-- How much of a thing is in an account. Of sources and sinks all of an item together.
CREATE TABLE inventory_balances (
  owner BIGINT NOT NULL,
  place TEXT NOT NULL,
  item TEXT NOT NULL,
  -- Which one, of a unique item; otherwise 0.
  unique_id BIGINT NOT NULL,
  balance BIGINT NOT NULL,
  PRIMARY KEY (owner, place, item, unique_id)
);

-- What was changed in an account. Never changed itself.
CREATE TABLE inventory_entries (
  owner BIGINT NOT NULL,
  -- Rises with time.
  batch_id BIGINT NOT NULL,
  line BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  place TEXT NOT NULL,
  item TEXT NOT NULL,
  unique_id BIGINT NOT NULL,
  change BIGINT NOT NULL,
  PRIMARY KEY (owner, batch_id, line)
);

-- What was answered, by who asked and the key that they chose.
CREATE TABLE inventory_batches (
  author BIGINT NOT NULL,
  batch_key TEXT NOT NULL,
  batch_id BIGINT NOT NULL,
  -- Of what was asked.
  digest TEXT NOT NULL,
  -- JSON; none if it was done.
  refusal TEXT,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (author, batch_key)
);

-- The births of unique things.
CREATE TABLE inventory_uniques (
  unique_id BIGINT PRIMARY KEY,
  item TEXT NOT NULL,
  born_ms BIGINT NOT NULL
);

CREATE TABLE inventory_trades (
  trade_id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL,
  -- JSON.
  body TEXT NOT NULL
);

-- The trade that a character is in, or was in last.
CREATE TABLE inventory_traders (
  owner BIGINT PRIMARY KEY,
  trade_id BIGINT NOT NULL
);
