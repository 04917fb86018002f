-- When it is looked whether a guest may be forgotten. Spread by its lane, of which there are few, so that those
-- who are due can be asked for by key: account_id modulo 16.
CREATE TABLE auth_guests (
  lane BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  PRIMARY KEY (lane, account_id)
);
CREATE INDEX auth_guests_due ON auth_guests (lane, due_ms);

-- Half a year after they came; who was here since is then put off.
INSERT INTO auth_guests (lane, account_id, due_ms)
SELECT account_id % 16, account_id, created_ms + 15552000000 FROM auth_accounts WHERE is_guest = 1;
