//! How a bot goes on when its connection is lost or its server sends it away: at any edge that it
//! knows, in the same body, or not at all.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use protocol::{
    session::{CloseReason, Welcome},
    up::Hello,
};
use quinn::Endpoint;
use tokio::time::{sleep, timeout};

use crate::{
    connect,
    connection::{self, JoinError, Session},
    limits,
};

/// Base addresses of the edges that a bot knows; the one that it is on, or was last, comes first.
pub struct Route {
    urls: VecDeque<String>,
}

impl Route {
    /// Begins at one of those that were asked for, a bot's number says at which.
    pub fn new(urls: &[String], number: usize) -> Self {
        let mut urls: VecDeque<String> = urls.iter().cloned().collect();
        let count = urls.len().max(1);
        urls.rotate_left(number % count);
        Self { urls }
    }

    /// Connects to the first edge and says Hello.
    ///
    /// # Errors
    /// As [`JoinError`] says.
    pub async fn join(&mut self, endpoint: &Endpoint, hello: &Hello) -> Result<Session, JoinError> {
        let target = connect::target(&self.urls[0])
            .await
            .map_err(|error| JoinError::Lost(error.to_string()))?;
        self.learn(&target.edges);
        connection::join(endpoint, &target, hello).await
    }

    /// Goes back into the body of before: where the session was lost the same edge is tried first,
    /// where it was sent away the others are.
    ///
    /// # Errors
    /// The last of the errors, once the body is gone or another.
    pub async fn rejoin(
        &mut self,
        endpoint: &Endpoint,
        (hello, before): (&Hello, &Welcome),
        ending: &JoinError,
    ) -> Result<Session, JoinError> {
        let hello = Hello {
            resume_token: before.resume_token.clone(),
            ..hello.clone()
        };
        let end = Instant::now() + Duration::from_secs(before.resume_seconds.into());
        if matches!(ending, JoinError::Refused(CloseReason::Moving, _)) {
            self.urls.rotate_left(1);
        }
        loop {
            let joined = timeout(limits::REJOIN_TIMEOUT, self.join(endpoint, &hello)).await;
            let error = match joined {
                Ok(Ok(session)) if is_same(&session.welcome, before) => return Ok(session),
                Ok(Ok(_)) => return Err(JoinError::Lost("it came back in another body".into())),
                Ok(Err(error)) => error,
                Err(_) => JoinError::Lost("no edge answers".into()),
            };
            if Instant::now() >= end {
                return Err(error);
            }
            self.urls.rotate_left(1);
            sleep(limits::REJOIN_WAIT).await;
        }
    }

    fn learn(&mut self, urls: &[String]) {
        for url in urls {
            if self.urls.len() < limits::EDGES_MAX && !self.urls.contains(url) {
                self.urls.push_back(url.clone());
            }
        }
    }
}

fn is_same(welcome: &Welcome, before: &Welcome) -> bool {
    welcome.resumed && welcome.body == before.body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn bots_spread_over_the_edges_and_learn_of_others() {
        let all = urls(&["a", "b", "c"]);
        let first = |number| Route::new(&all, number).urls[0].clone();
        assert_eq!([0, 1, 2, 3].map(first), ["a", "b", "c", "a"]);
        let mut route = Route::new(&all, 1);
        route.learn(&urls(&["a", "d"]));
        assert_eq!(route.urls, ["b", "c", "a", "d"]);
        let many: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        route.learn(&many);
        assert_eq!(route.urls.len(), limits::EDGES_MAX);
    }

    #[test]
    fn only_the_same_body_counts_as_coming_back() {
        let before = Welcome {
            body: 7,
            ..Welcome::default()
        };
        let welcome = |body, resumed| Welcome {
            body,
            resumed,
            ..Welcome::default()
        };
        assert!(is_same(&welcome(7, true), &before));
        assert!(!is_same(&welcome(8, true), &before));
        assert!(!is_same(&welcome(7, false), &before));
    }
}
