//! Who asks: the bearer token of a request, judged by the service's state.

use std::{future::Future, pin::Pin};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::{Problem, limits::BEARER_CHARS_MAX};

/// A service's state that can say who a token is of.
pub trait Authenticate<P>: Send + Sync {
    /// # Errors
    /// A problem, mostly [`Problem::unauthorized`].
    fn authenticate(&self, token: &str) -> impl Future<Output = Result<P, Problem>> + Send;
}

/// An answer that may be refused, under way.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// The same of another service than one's own: whoever mounts a service says who judges its tokens.
pub trait Gate<P>: Send + Sync {
    /// # Errors
    /// As of [`Authenticate::authenticate`].
    fn pass<'a>(&'a self, token: &'a str) -> Asked<'a, P>;
}

impl<P: 'static, A: Authenticate<P>> Gate<P> for A {
    fn pass<'a>(&'a self, token: &'a str) -> Asked<'a, P> {
        Box::pin(self.authenticate(token))
    }
}

/// As an argument of a handler: only requests with a good token get there.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<P>(pub P);

impl<P: Send, S: Authenticate<P>> FromRequestParts<S> for Bearer<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = bearer_token(&parts.headers).ok_or_else(Problem::unauthorized)?;
        state.authenticate(token).await.map(Self)
    }
}

/// The token of a request that has exactly one, and no longer than any of ours.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_sound = scheme.eq_ignore_ascii_case("bearer")
        && !token.is_empty()
        && token.len() <= BEARER_CHARS_MAX;
    is_sound.then_some(token)
}
