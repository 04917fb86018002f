//! Who asks. Access tokens are others' business: whoever mounts this service says how they are judged.

use std::{future::Future, pin::Pin};

use tokens::{Access, Role};
use web::{Authenticate, Problem};

use crate::Analytics;

pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

pub trait Gate: Send + Sync {
    /// Whose an access token is.
    fn access<'a>(&'a self, token: &'a str) -> Asked<'a, Access>;
}

/// Staff who may look at the numbers.
#[derive(Clone, Copy, Debug)]
pub struct Analyst;

impl Authenticate<Analyst> for Analytics {
    async fn authenticate(&self, token: &str) -> Result<Analyst, Problem> {
        let access = self.gate.access(token).await?;
        match access.role >= Role::Operator {
            true => Ok(Analyst),
            false => Err(Problem::forbidden("only operators and admins may")),
        }
    }
}
