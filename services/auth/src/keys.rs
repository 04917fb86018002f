//! The keys that sign: made, published, used and retired in turn, by however many processes there are.

use std::sync::{Arc, PoisonError, RwLock};

use tokens::{KeySet, SigningKey, limits::ACCESS_LIFE_MS};

use crate::{
    AuthError,
    limits::{KEY_LEAD_MS, KEY_SIGNS_MS},
    seal::Seal,
    store::{KeptKey, Store},
};

/// All keys that count now. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    pub signing: Arc<SigningKey>,
    pub published: Arc<KeySet>,
}

pub struct KeyRing {
    keys: RwLock<Keys>,
}

impl KeyRing {
    /// # Errors
    /// [`AuthError::Sql`]; [`AuthError::WrongMasterKey`].
    pub async fn open(store: &Store, seal: &Seal, now_ms: i64) -> Result<Self, AuthError> {
        let keys = turn(store, seal, now_ms).await?;
        Ok(Self {
            keys: RwLock::new(keys),
        })
    }

    pub fn now(&self) -> Keys {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    /// Makes a key when it is time, retires those that are over, and takes up what others made.
    pub async fn refresh(&self, store: &Store, seal: &Seal, now_ms: i64) -> Result<(), AuthError> {
        let keys = turn(store, seal, now_ms).await?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }
}

/// Two processes may make a key at once: then there are two, which hurts nobody.
async fn turn(store: &Store, seal: &Seal, now_ms: i64) -> Result<Keys, AuthError> {
    let mut kept = store.signing_keys().await?;
    let is_due = kept
        .first()
        .is_none_or(|newest| now_ms - newest.created_ms >= KEY_SIGNS_MS - KEY_LEAD_MS);
    if is_due {
        store.put_signing_key(&make(seal, now_ms)).await?;
        // Its successor signed for a while when what it signed last has expired.
        let over_ms = now_ms - KEY_SIGNS_MS - KEY_LEAD_MS - ACCESS_LIFE_MS;
        store.delete_signing_keys(over_ms).await?;
        kept = store.signing_keys().await?;
    }
    open(&kept, seal, now_ms)
}

fn make(seal: &Seal, now_ms: i64) -> KeptKey {
    let document = SigningKey::generate();
    let key = SigningKey::from_pkcs8(&document).expect("it was just made");
    KeptKey {
        id: key.id().to_owned(),
        sealed: seal.seal(&place(key.id()), &document),
        created_ms: now_ms,
    }
}

/// The newest that has been published for long enough signs; of a new service, the first.
fn open(kept: &[KeptKey], seal: &Seal, now_ms: i64) -> Result<Keys, AuthError> {
    let mut signing = None;
    let mut public = Vec::new();
    for it in kept {
        let document = seal.open(&place(&it.id), &it.sealed);
        let key = document.and_then(|document| SigningKey::from_pkcs8(&document));
        let key = key.ok_or(AuthError::WrongMasterKey)?;
        public.push(key.public_key().to_vec());
        let is_known = signing.as_ref().is_some_and(|(is_known, _)| *is_known);
        if !is_known {
            signing = Some((now_ms - it.created_ms >= KEY_LEAD_MS, key));
        }
    }
    let (_, signing) = signing.expect("one was made if there was none");
    Ok(Keys {
        signing: Arc::new(signing),
        published: Arc::new(KeySet::of(public.iter().map(Vec::as_slice))),
    })
}

fn place(id: &str) -> String {
    format!("signing key {id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::MasterKey;

    #[test]
    fn a_key_signs_only_after_it_was_published_for_a_while() {
        let seal = Seal::new(&MasterKey::generate());
        let (old, new) = (make(&seal, 0), make(&seal, KEY_SIGNS_MS));
        let kept = [new.clone(), old.clone()];
        let signs = |now_ms| {
            open(&kept, &seal, now_ms)
                .expect("our own")
                .signing
                .id()
                .to_owned()
        };
        assert_eq!(signs(KEY_SIGNS_MS), old.id);
        assert_eq!(signs(KEY_SIGNS_MS + KEY_LEAD_MS - 1), old.id);
        assert_eq!(signs(KEY_SIGNS_MS + KEY_LEAD_MS), new.id);
        let first = open(std::slice::from_ref(&old), &seal, 0).expect("our own");
        assert_eq!(first.signing.id(), old.id);
        let both = open(&kept, &seal, KEY_SIGNS_MS).expect("our own").published;
        assert!(both.contains(&old.id) && both.contains(&new.id));
        let other = Seal::new(&MasterKey::generate());
        assert!(matches!(
            open(&kept, &other, 0),
            Err(AuthError::WrongMasterKey)
        ));
    }
}
