//! Who a bot is where there are accounts: a guest, who gets a ticket for each time that it comes in, and asks services.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{connection::JoinError, http, limits};

/// See the module.
pub struct Guest {
    /// The auth service.
    url: String,
    /// Services limit guests by address; of this machine's own, to those that are on it.
    from: IpAddr,
    /// Once it is one.
    tokens: Option<Tokens>,
    /// The number of its character, once it has one.
    pub character: String,
}

/// As an auth service gives them.
struct Tokens {
    access: String,
    /// For the next of both.
    refresh: String,
}

/// What a service said.
pub struct Told {
    pub status: u16,
    /// Null if it is no JSON.
    pub body: Value,
}

impl Told {
    /// What the answer says under a name; else empty.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

/// What the edges of one battle are called in tickets.
const EDGE: &str = "battle";

impl Guest {
    /// The bot of this number of those who ask the auth service of this URL.
    pub fn new(url: &str, number: usize) -> Self {
        Self {
            url: url.to_owned(),
            from: own_address(number),
            tokens: None,
            character: String::new(),
        }
    }

    /// A ticket under this name. While there is none to be had it asks again.
    ///
    /// # Errors
    /// What was said the last time.
    pub async fn insist_on_ticket(&mut self, name: &str) -> Result<String, JoinError> {
        let mut tries = 1;
        loop {
            let asked = timeout(limits::ANSWER_TIMEOUT, self.ticket(name)).await;
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

    /// Asks a service, as who it is; a call is a method and a path behind the service's URL. Where its tokens have
    /// run out they are renewed, and it asks once more.
    ///
    /// # Errors
    /// A sentence, if there is no answer.
    pub async fn ask(&mut self, url: &str, call: &str, body: &Value) -> Result<Told, String> {
        let told = self.say(url, call, body).await?;
        match (&self.tokens, told.status) {
            (Some(_), 401) => {
                self.renew().await?;
                self.say(url, call, body).await
            }
            _ => Ok(told),
        }
    }

    async fn ticket(&mut self, name: &str) -> Result<String, String> {
        let url = self.url.clone();
        if self.tokens.is_none() {
            let told = self.say(&url, "POST /guests", &Value::Null).await?;
            self.tokens = Some(tokens("/guests", &told)?);
        }
        let wish = json!({ "character": name, "edge": EDGE });
        let told = self.ask(&url, "POST /tickets", &wish).await?;
        self.character = told.text("character_id").to_owned();
        match told.text("ticket") {
            "" => Err(refusal("/tickets", &told)),
            ticket => Ok(ticket.to_owned()),
        }
    }

    async fn renew(&mut self) -> Result<(), String> {
        let url = self.url.clone();
        let refresh = self.tokens.as_ref().map(|tokens| &tokens.refresh);
        let form = json!({ "refresh_token": refresh });
        let told = self.say(&url, "POST /refresh", &form).await?;
        self.tokens = Some(tokens("/refresh", &told)?);
        Ok(())
    }

    async fn say(&self, url: &str, call: &str, body: &Value) -> Result<Told, String> {
        let (authority, prefix) = http::parts(url).map_err(|error| error.to_string())?;
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let path = format!("{prefix}{path}");
        let access = self.tokens.as_ref();
        let access = access.map_or("", |tokens| tokens.access.as_str());
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let from = authority.starts_with("127.").then_some(self.from);
        let answer = http::send((method, &authority, &path), (from, access), &body).await;
        let answer = answer.map_err(|error| format!("{url}: {error}"))?;
        Ok(Told {
            status: answer.status,
            body: serde_json::from_slice(answer.body()).unwrap_or_default(),
        })
    }
}

fn tokens(path: &str, told: &Told) -> Result<Tokens, String> {
    match [told.text("access_token"), told.text("refresh_token")] {
        ["", _] | [_, ""] => Err(refusal(path, told)),
        [access, refresh] => Ok(Tokens {
            access: access.to_owned(),
            refresh: refresh.to_owned(),
        }),
    }
}

fn refusal(path: &str, told: &Told) -> String {
    format!("the auth service answers {path} with {}", told.status)
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
    }
}
