-- Numbers are BIGINT, times are milliseconds since 1970 by the service's clock. Small tables, which every node
-- holds whole.

-- What staff did. A line is written before it is done, and ended once; never changed after.
CREATE TABLE admin_audit (
  -- Rises with time.
  line_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  actor BIGINT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT NOT NULL,
  address TEXT NOT NULL,
  outcome TEXT NOT NULL,
  effect TEXT NOT NULL
);
CREATE INDEX admin_audit_by_actor ON admin_audit (actor, line_id);
CREATE INDEX admin_audit_by_target ON admin_audit (target, line_id);

-- What all players are told; the newest that is not taken away holds.
CREATE TABLE admin_messages (
  message_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  author BIGINT NOT NULL,
  -- Empty: from then on there is none.
  text TEXT NOT NULL,
  -- By which chat knows it.
  event_id TEXT NOT NULL
);

-- Changes of the configuration's file, whole texts.
CREATE TABLE admin_configs (
  change_id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  author BIGINT NOT NULL,
  reason TEXT NOT NULL,
  text_before TEXT NOT NULL,
  text_after TEXT NOT NULL,
  is_undo BIGINT NOT NULL
);
