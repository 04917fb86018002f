-- Battles that are to begin at a time. A small table, which every node holds whole.
CREATE TABLE admin_battles (
  -- Rises with the time at which it was scheduled.
  battle_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  author BIGINT NOT NULL,
  title TEXT NOT NULL,
  note TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  -- scheduled, starting, started, cancelled or missed.
  state TEXT NOT NULL,
  -- Of those that players are told of before: the last, in minutes; above all at first.
  told_minutes BIGINT NOT NULL,
  -- Of a process that starts it: until then no other does, and which battle of the world it ends for it.
  claimed_until_ms BIGINT NOT NULL,
  ends_number BIGINT NOT NULL,
  effect TEXT NOT NULL
);
CREATE INDEX admin_battles_by_state ON admin_battles (state, start_ms);
