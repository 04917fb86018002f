-- Numbers are BIGINT, truth is 0 or 1, times are milliseconds since 1970 by the service's clock. Secrets are
-- kept as digests (hexadecimal SHA-256), or sealed where they must be read again.

CREATE TABLE auth_accounts (
  account_id BIGINT PRIMARY KEY,
  created_ms BIGINT NOT NULL,
  role TEXT NOT NULL,
  -- Nothing but its sessions leads back to a guest.
  is_guest BIGINT NOT NULL,
  -- Verified.
  email TEXT,
  -- A PHC string of Argon2id.
  password_hash TEXT,
  password_changed_ms BIGINT NOT NULL
);

-- Whose an address is. Spread by the address, for that is all a login knows.
CREATE TABLE auth_emails (
  email_key TEXT PRIMARY KEY,
  account_id BIGINT NOT NULL
);

-- The same of other providers' users; the key is a digest of issuer and subject.
CREATE TABLE auth_identities (
  identity_key TEXT PRIMARY KEY,
  account_id BIGINT NOT NULL
);

-- A session is a family of refresh tokens, of which the newest counts.
CREATE TABLE auth_sessions (
  account_id BIGINT NOT NULL REFERENCES auth_accounts (account_id),
  session_id BIGINT NOT NULL,
  secret_hash TEXT NOT NULL,
  previous_hash TEXT,
  created_ms BIGINT NOT NULL,
  rotated_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revoked_ms BIGINT,
  has_second_factor BIGINT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (account_id, session_id)
);

-- Links that were mailed, by the day on which they end, so that a day can be deleted by its key.
CREATE TABLE auth_links (
  expires_day BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  purpose TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  email TEXT NOT NULL,
  password_hash TEXT,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  PRIMARY KEY (expires_day, token_hash)
);

CREATE TABLE auth_second_factors (
  account_id BIGINT PRIMARY KEY REFERENCES auth_accounts (account_id),
  sealed_secret TEXT NOT NULL,
  confirmed_ms BIGINT,
  -- The last step whose code was used: none is taken twice.
  last_step BIGINT NOT NULL
);

CREATE TABLE auth_recovery_codes (
  account_id BIGINT NOT NULL REFERENCES auth_accounts (account_id),
  code_hash TEXT NOT NULL,
  PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE auth_sanctions (
  account_id BIGINT NOT NULL REFERENCES auth_accounts (account_id),
  -- Rises with time.
  sanction_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  -- None: for ever.
  until_ms BIGINT,
  lifted_ms BIGINT,
  lifted_by BIGINT,
  PRIMARY KEY (account_id, sanction_id)
);

-- What was done to an account, and by whom. Never changed.
CREATE TABLE auth_audit (
  account_id BIGINT NOT NULL,
  -- Rises with time.
  entry_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor BIGINT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (account_id, entry_id)
);

CREATE TABLE auth_signing_keys (
  key_id TEXT PRIMARY KEY,
  sealed_key TEXT NOT NULL,
  created_ms BIGINT NOT NULL
);
