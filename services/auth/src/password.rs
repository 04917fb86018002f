//! Passwords: which are good enough, and their slow hash on threads of its own, so many at once.

use std::sync::{Arc, OnceLock};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::{
    sync::Semaphore,
    task::{self, JoinError},
};

use crate::{
    limits::{
        ARGON2_MEMORY_KIB, ARGON2_PASSES, HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX,
        PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN,
    },
    random,
};

/// What every list of stolen passwords begins with, of those that are long enough.
const COMMON: [&str; 16] = [
    "1234567890",
    "12345678910",
    "0123456789",
    "qwertyuiop",
    "password123",
    "password1234",
    "passwordpassword",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "qwerty12345",
    "iloveyou123",
    "abcdefghij",
    "letmein1234",
    "administrator",
    "minecraft123",
    "voxelheim123",
];

/// Why a new password is refused.
pub fn weakness(password: &str, email: &str) -> Option<&'static str> {
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if password.chars().count() < PASSWORD_CHARS_MIN {
        Some("at least 10 letters, digits or signs")
    } else if password.len() > PASSWORD_BYTES_MAX {
        Some("at most 256 bytes")
    } else if COMMON.contains(&lower.as_str()) || lower.chars().all(|it| Some(it) == first) {
        Some("too common: everybody would guess it")
    } else if !email.is_empty() && lower == email.to_lowercase() {
        Some("not the mail address")
    } else {
        None
    }
}

/// What a hash costs us, and whoever tries passwords on a stolen one. By default as [`crate::limits`] says.
#[derive(Clone, Copy, Debug)]
pub struct PasswordCost {
    memory_kib: u32,
    passes: u32,
}

impl PasswordCost {
    /// The least that Argon2 knows: to measure what else there is to a login. It guards no password.
    pub const NOTHING_FOR_BENCHES: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: Params::MIN_T_COST,
    };

    fn argon2(self) -> Argon2<'static> {
        let params = Params::new(self.memory_kib, self.passes, 1, None);
        let params = params.expect("the limits are in Argon2's range");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    fn hash(self, password: &str) -> String {
        let salt: [u8; 16] = random::bytes();
        let hash = self
            .argon2()
            .hash_password_with_salt(password.as_bytes(), &salt);
        hash.expect("the salt has a good length").to_string()
    }
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self {
            memory_kib: ARGON2_MEMORY_KIB,
            passes: ARGON2_PASSES,
        }
    }
}

/// More hashes were asked for than can wait.
#[derive(Debug)]
pub struct Busy;

/// Hashes and verifies on blocking threads. Clones share the threads.
#[derive(Clone)]
pub struct Hasher {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    cost: PasswordCost,
    /// What is verified where there is no hash.
    nobodys: Arc<OnceLock<String>>,
}

impl Hasher {
    pub fn new(cost: PasswordCost) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = cores.min(HASHES_AT_ONCE_MAX);
        Self {
            at_once: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once + HASHES_WAITING_MAX)),
            cost,
            nobodys: Arc::default(),
        }
    }

    /// A PHC string with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        let cost = self.cost;
        self.run(move || cost.hash(&password)).await
    }

    /// Whether it is the password of this hash. Where there is none, it takes as long to say no.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        let (cost, nobodys) = (self.cost, Arc::clone(&self.nobodys));
        self.run(move || {
            let nobodys = nobodys.get_or_init(|| cost.hash("nobody's password"));
            verify(&password, hash.as_deref(), nobodys)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _place = self.waiting.try_acquire().map_err(|_| Busy)?;
        let permit = self.at_once.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        // The permit goes along: work whose client has gone away still takes its core.
        let done = task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        Ok(done.await.unwrap_or_else(|error: JoinError| {
            std::panic::resume_unwind(error.into_panic());
        }))
    }
}

/// At the cost that the kept hash names.
fn verify(password: &str, kept: Option<&str>, nobodys: &str) -> bool {
    let is_somebodys = kept.is_some();
    let kept = kept.unwrap_or(nobodys);
    let is_right = password.len() <= PASSWORD_BYTES_MAX
        && PasswordHash::new(kept).is_ok_and(|kept| {
            let argon2 = Argon2::default();
            argon2.verify_password(password.as_bytes(), &kept).is_ok()
        });
    is_right && is_somebodys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let hasher = Hasher::new(PasswordCost::default());
        let password = "correct horse battery".to_owned();
        let hash = hasher.hash(password.clone()).await.expect("room");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let other = hasher.hash(password.clone()).await.expect("room");
        assert_ne!(hash, other, "a salt of its own");
        for (tried, hash, is_right) in [
            (password.as_str(), Some(hash.clone()), true),
            ("correct horse batterz", Some(hash.clone()), false),
            ("", Some(hash.clone()), false),
            ("nobody's password", None, false),
            (&password, Some("not a hash".to_owned()), false),
        ] {
            let verified = hasher.verify(tried.to_owned(), hash).await;
            assert_eq!(verified.expect("room"), is_right, "{tried}");
        }
    }

    #[tokio::test]
    async fn a_flood_of_passwords_is_told_that_we_are_busy() {
        let hasher = Hasher {
            at_once: Arc::new(Semaphore::new(0)),
            waiting: Arc::new(Semaphore::new(1)),
            ..Hasher::new(PasswordCost::default())
        };
        let waits = hasher.verify("a".to_owned(), None);
        tokio::pin!(waits);
        assert!(futures_poll(waits.as_mut()).await.is_none());
        assert!(hasher.verify("b".to_owned(), None).await.is_err());
        hasher.at_once.add_permits(1);
        assert!(!waits.await.expect("its turn"));
    }

    /// Polls once.
    async fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }

    #[test]
    fn weak_passwords_are_refused() {
        for password in [
            "short",
            "Password123",
            "aaaaaaaaaaaa",
            "A@example.org",
            &"x y".repeat(100),
        ] {
            assert!(weakness(password, "a@example.org").is_some(), "{password}");
        }
        for password in [
            "correct horse battery",
            "日本語のパスワード長い",
            "'; DROP TABLE--",
        ] {
            assert_eq!(weakness(password, "a@example.org"), None, "{password}");
        }
    }
}
