//! Who a bot is where there are accounts: a guest, who gets a ticket for each time that it comes in.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{connection::JoinError, http, limits};

/// See the module. Forgotten with the bot.
pub struct Guest<'a> {
    url: &'a str,
    /// Services limit guests by address.
    from: Option<IpAddr>,
    /// Once it is one.
    access: Option<String>,
}

/// What the edges of one battle are called in tickets.
const EDGE: &str = "battle";

impl<'a> Guest<'a> {
    /// The bot of this number of those who ask the auth service of this URL.
    pub fn new(url: &'a str, number: usize) -> Self {
        let is_here = http::parts(url).is_ok_and(|(authority, _)| authority.starts_with("127."));
        Self {
            url,
            from: is_here.then(|| own_address(number)),
            access: None,
        }
    }

    /// A ticket under this name. While there is none to be had it asks again.
    ///
    /// # Errors
    /// What was said the last time.
    pub async fn insist_on_ticket(&mut self, name: &str) -> Result<String, JoinError> {
        let mut tries = 1;
        loop {
            let asked = timeout(limits::TICKET_TIMEOUT, self.ticket(name)).await;
            let error = match asked {
                Ok(Ok(ticket)) => return Ok(ticket),
                Ok(Err(error)) => error,
                Err(_) => "the auth service is silent".to_owned(),
            };
            if tries == limits::TICKET_TRIES_MAX {
                return Err(JoinError::Lost(error));
            }
            sleep(limits::TICKET_WAIT).await;
            tries += 1;
        }
    }

    async fn ticket(&mut self, name: &str) -> Result<String, String> {
        let access = match &self.access {
            Some(access) => access.clone(),
            None => self.post("/guests", "", "", "access_token").await?,
        };
        self.access = Some(access.clone());
        let wish = json!({ "character": name, "edge": EDGE }).to_string();
        self.post("/tickets", &access, &wish, "ticket").await
    }

    /// What the answer says under a name.
    async fn post(
        &self,
        path: &str,
        access: &str,
        body: &str,
        said: &str,
    ) -> Result<String, String> {
        let (authority, prefix) = http::parts(self.url).map_err(|error| error.to_string())?;
        let path = format!("{prefix}{path}");
        let answer = http::post((&authority, &path), (self.from, access), body).await;
        let answer = answer.map_err(|error| format!("the auth service: {error}"))?;
        let told: Option<Value> = serde_json::from_slice(answer.body()).ok();
        let told = told.and_then(|told| Some(told[said].as_str()?.to_owned()));
        told.ok_or_else(|| format!("the auth service answers {path} with {}", answer.status))
    }
}

/// One of those that a machine has for itself, from the second on.
fn own_address(number: usize) -> IpAddr {
    let last = 2 + number / limits::GUESTS_PER_ADDRESS;
    let [_, second, third, fourth] = (last as u32).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, second, third, fourth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_of_this_machine_have_some_addresses_between_them() {
        let of = |number| own_address(number).to_string();
        assert_eq!(of(0), "127.0.0.2");
        assert_eq!(of(limits::GUESTS_PER_ADDRESS), "127.0.0.3");
        assert_eq!(of(limits::BOTS_MAX - 1), "127.0.1.145");
        assert!(Guest::new("http://127.0.0.1:1/auth", 0).from.is_some());
        assert!(Guest::new("http://auth.test/auth", 0).from.is_none());
    }
}
