-- Numbers are BIGINT throughout, truth is 0 or 1: both databases have it, and no cast is needed.
-- Times are milliseconds since 1970 by the database's clock.

-- One row. Every change of more than one row updates it first, which puts such changes in a line.
CREATE TABLE directory_world (
  id BIGINT PRIMARY KEY,
  epoch BIGINT NOT NULL,
  change_count BIGINT NOT NULL,
  plan_count BIGINT NOT NULL
);
INSERT INTO directory_world (id, epoch, change_count, plan_count) VALUES (1, 0, 0, 0);

-- Never deleted, so that incarnations never start again.
CREATE TABLE directory_pods (
  id BIGINT PRIMARY KEY,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  incarnation BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL,
  link_addresses TEXT NOT NULL,
  player_addresses TEXT NOT NULL,
  metrics TEXT
);

CREATE TABLE directory_shards (
  pod BIGINT NOT NULL,
  shard BIGINT NOT NULL,
  core BIGINT,
  PRIMARY KEY (pod, shard)
);

-- The leaves of the partition; `id` is a region's name as bits.
CREATE TABLE directory_regions (
  id BIGINT PRIMARY KEY,
  owner_pod BIGINT NOT NULL,
  owner_shard BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  is_pinned BIGINT NOT NULL
);
CREATE INDEX directory_regions_by_owner ON directory_regions (owner_pod);

-- One row: who leads, or led last.
CREATE TABLE directory_leader (
  id BIGINT PRIMARY KEY,
  pod BIGINT NOT NULL,
  incarnation BIGINT NOT NULL,
  token BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL
);
INSERT INTO directory_leader (id, pod, incarnation, token, lease_until_ms) VALUES (1, 0, 0, 0, 0);

CREATE TABLE directory_plans (
  id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  leader_token BIGINT NOT NULL,
  kind TEXT NOT NULL,
  region BIGINT NOT NULL,
  from_pod BIGINT,
  from_shard BIGINT,
  to_pod BIGINT,
  to_shard BIGINT,
  reasons TEXT NOT NULL,
  gain_permille BIGINT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX directory_plans_by_region ON directory_plans (region);

CREATE TABLE directory_settings (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
