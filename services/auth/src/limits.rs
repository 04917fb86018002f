//! Every bound of the auth service, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A session that nobody refreshes ends after this: who plays once a month stays signed in.
pub const SESSION_LIFE_MS: i64 = 45 * DAY_MS;
/// Within this a refresh token that was just used is answered as the first time: its answer may have
/// been lost, or two windows of one page asked at once. Later it is theft. Above the 25 s after which a page gives an
/// answer up, so that it may ask again: a guest who is taken for a thief has lost all it had.
pub const REUSE_GRACE_MS: i64 = 60_000;
/// Sessions of one account; the oldest is ended for a new one.
pub const SESSIONS_MAX: usize = 20;

/// A mailed link: until the mail is read in the evening, or at once when it is about a password.
pub const VERIFY_LIFE_MS: i64 = DAY_MS;
pub const RESET_LIFE_MS: i64 = HOUR_MS;
/// For how many days links that are over are looked for and deleted: longer than any lives, and the
/// service may have been down for a while.
pub const LINK_DAYS_SWEPT: i64 = 30;

/// A guest who was not here for half a year is forgotten: its sessions ended long before, so nobody can be it.
pub const GUEST_IDLE_MS: i64 = 180 * DAY_MS;
/// Over how many keys those who are due are spread; the migration says so too.
pub const GUEST_LANES: i64 = 16;
/// Of a lane, every few minutes: 16 lanes of 50 are 230,000 a day, and each takes some statements.
pub const GUESTS_SWEPT_AT_ONCE: i64 = 50;

/// Providers by whom one may sign in: the page shows a button each.
pub const PROVIDERS_MAX: usize = 8;
pub const PROVIDER_TITLE_CHARS_MAX: usize = 30;

/// The longest address there is (RFC 5321, 4.5.3.1.3, without the brackets).
pub const EMAIL_CHARS_MAX: usize = 254;
/// NIST SP 800-63B asks for 8 at least, and for 64 to be possible.
pub const PASSWORD_CHARS_MIN: usize = 10;
pub const PASSWORD_BYTES_MAX: usize = 256;
/// An edge's name in the configuration.
pub const EDGE_CHARS_MAX: usize = 64;
/// Why somebody was banned, as they are told.
pub const REASON_CHARS_MAX: usize = 500;
/// How long a moderator may suspend; operators may for longer.
pub const MODERATOR_SUSPENSION_MS_MAX: i64 = 7 * DAY_MS;
/// Sanctions and log entries in one answer.
pub const LIST_MAX: i64 = 200;

/// Argon2id as OWASP's Password Storage Cheat Sheet has it: 19 MiB, two passes, one lane.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1_024;
pub const ARGON2_PASSES: u32 = 2;
/// Passwords hashed at once, if the machine has the cores: each takes one core and 19 MiB for some 30 ms.
pub const HASHES_AT_ONCE_MAX: usize = 8;
/// Requests that wait for a hash: at 30 ms each, two seconds on one core. More are answered 503.
pub const HASHES_WAITING_MAX: usize = 64;

/// Second factor by RFC 6238: steps of 30 s, six digits, and one step to either side for clocks that are off.
pub const TOTP_STEP_MS: i64 = 30_000;
pub const TOTP_DIGITS: u32 = 6;
pub const TOTP_STEPS_OFF: i64 = 1;
pub const RECOVERY_CODES: usize = 10;

/// A key signs for a month. It is published before it signs, so that whoever checks has it by then, and
/// after, until all that it signed has expired.
pub const KEY_SIGNS_MS: i64 = 30 * DAY_MS;
pub const KEY_LEAD_MS: i64 = HOUR_MS;
/// How often a service looks for keys that others made: well within the lead.
pub const KEY_PERIOD: Duration = Duration::from_secs(300);
/// How often other processes fetch the published keys: well within the lead, too.
pub const KEYS_FETCH_PERIOD: Duration = Duration::from_secs(300);
/// And how soon again when they were not to be had.
pub const KEYS_FETCH_RETRY_MIN: Duration = Duration::from_millis(200);
pub const KEYS_FETCH_RETRY_MAX: Duration = Duration::from_secs(30);

/// From the page to another provider and back: somebody types a password there.
pub const OIDC_ATTEMPT_MS: i64 = 10 * MINUTE_MS;
/// A provider's answer: its keys are some KB.
pub const OIDC_ANSWER_BYTES_MAX: usize = 256 * 1_024;
/// How long it may take; a sign-in asks three times, within the time of a request.
pub const OIDC_ANSWER_MAX: Duration = Duration::from_secs(5);
/// What was learnt of a provider is learnt anew after this; and, when a token's key is not known, after the
/// shorter, so that made-up tokens do not make us ask all the time.
pub const OIDC_DISCOVERY_MS: i64 = HOUR_MS;
pub const OIDC_KEYS_PAUSE_MS: i64 = MINUTE_MS;
pub const OIDC_CLOCK_SKEW_MS: i64 = MINUTE_MS;
pub const OIDC_TOKEN_CHARS_MAX: usize = 16 * 1_024;
pub const OIDC_KEYS_MAX: usize = 64;

/// Mails that wait to be sent. More are answered 503.
pub const MAILS_WAITING_MAX: usize = 1_024;
/// Tries to send a mail, the wait before the second, doubled each time.
pub const MAIL_TRIES: u32 = 6;
pub const MAIL_RETRY: Duration = Duration::from_secs(1);
/// Mails that are being sent, or wait to be tried again, side by side: few, for mail servers let in few connections.
pub const MAILS_AT_ONCE: usize = 8;
/// How long a mail server may take for a whole mail.
pub const SMTP_MAIL_MAX: Duration = Duration::from_secs(20);

/// So many of a kind in a window.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub count_max: u64,
    pub window: Duration,
}

const fn allowance(count_max: u64, seconds: u64) -> Allowance {
    let window = Duration::from_secs(seconds);
    Allowance { count_max, window }
}

/// What one account or address may try over all processes. An address is an IPv4 address or a /64.
#[derive(Clone, Copy, Debug)]
pub struct Allowances {
    /// Passwords and codes for one account from one address: who mistypes ten times resets it.
    pub account_tries_by_address: Allowance,
    /// The same from everywhere: a net of a hundred machines gets no further, and locks the account only
    /// for the window.
    pub account_tries: Allowance,
    /// Passwords for any account: an office in the morning.
    pub address_tries: Allowance,
    /// New guests: a class of thirty behind one address.
    pub address_guests: Allowance,
    /// Mails that an address has sent, and that somebody gets.
    pub address_mails: Allowance,
    pub email_mails: Allowance,
    /// Tickets: one a join, and joins that fail.
    pub account_tickets: Allowance,
}

impl Default for Allowances {
    fn default() -> Self {
        Self {
            account_tries_by_address: allowance(10, 900),
            account_tries: allowance(100, 900),
            address_tries: allowance(60, 60),
            address_guests: allowance(60, 600),
            address_mails: allowance(20, 3_600),
            email_mails: allowance(5, 3_600),
            account_tickets: allowance(20, 60),
        }
    }
}
