//! Whom an account plays. Characters are another service's business; where there is none, each account has the
//! one character of its own number, under whatever name it says.

use std::sync::Arc;

use web::Asked;

use crate::{AuthError, MailSender, service::Inner};

/// Somebody whom an account plays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Character {
    pub id: i64,
    pub name: String,
}

/// Knows the characters of accounts.
pub trait CharacterDesk: Send + Sync {
    /// The account's character of this name, which is made if there is none. Under a name that is another's
    /// the account gets a character of another name like it.
    ///
    /// # Errors
    /// A problem, such as that the account has as many characters as it may.
    fn character_for<'a>(&'a self, account: i64, name: &'a str) -> Asked<'a, Character>;
}

/// Others whom the service asks.
#[derive(Clone)]
pub struct Partners {
    pub mail: Arc<dyn MailSender>,
    pub characters: Option<Arc<dyn CharacterDesk>>,
}

impl Inner {
    pub async fn character_for(&self, account: i64, name: String) -> Result<Character, AuthError> {
        match &self.partners.characters {
            Some(desk) => Ok(desk.character_for(account, &name).await?),
            None => Ok(Character { id: account, name }),
        }
    }
}
