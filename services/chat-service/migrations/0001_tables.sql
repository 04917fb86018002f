-- Numbers are BIGINT, times are milliseconds since 1970. Numbers of messages and accounts are 64 bits without a
-- sign, kept in the same bits.

-- What was said, by where; house.0, party.17.
CREATE TABLE chat_lines (
  channel TEXT NOT NULL,
  time_ms BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  -- JSON: who said what to whom, as it was then.
  body TEXT NOT NULL,
  -- 0: nobody did.
  removed_ms BIGINT NOT NULL,
  removed_by BIGINT NOT NULL,
  PRIMARY KEY (channel, time_ms, message_id)
);

-- Where a message is, by its number.
CREATE TABLE chat_messages (
  message_id BIGINT PRIMARY KEY,
  channel TEXT NOT NULL,
  time_ms BIGINT NOT NULL
);

-- Where anything was said, for whoever sweeps.
CREATE TABLE chat_channels (
  lane BIGINT NOT NULL,
  channel TEXT NOT NULL,
  PRIMARY KEY (lane, channel)
);

CREATE TABLE chat_reports (
  -- Of the message and who reports it.
  report_id BIGINT PRIMARY KEY,
  message_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  reporter BIGINT NOT NULL,
  reason TEXT NOT NULL,
  -- JSON: the message and those before it, as they were said.
  context TEXT NOT NULL,
  -- open or resolved.
  state TEXT NOT NULL,
  resolved_ms BIGINT NOT NULL,
  resolved_by BIGINT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX chat_reports_queue ON chat_reports (state, at_ms, report_id);

-- One that is over is kept for a while, so that all hear that it is.
CREATE TABLE chat_mutes (
  account BIGINT PRIMARY KEY,
  until_ms BIGINT NOT NULL,
  reason TEXT NOT NULL,
  changed_ms BIGINT NOT NULL,
  changed_by BIGINT NOT NULL,
  revision BIGINT NOT NULL
);

-- What moderators set for all, by name: words, slow.global.
CREATE TABLE chat_settings (
  name TEXT PRIMARY KEY,
  -- JSON.
  body TEXT NOT NULL,
  changed_ms BIGINT NOT NULL,
  changed_by BIGINT NOT NULL,
  revision BIGINT NOT NULL
);
