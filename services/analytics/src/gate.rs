//! Who asks. Access tokens are others' business: whoever mounts this service says how they are judged.

use tokens::Role;
use web::{Authenticate, Problem};

use crate::Analytics;

/// Staff who may look at the numbers.
#[derive(Clone, Copy, Debug)]
pub struct Analyst;

impl Authenticate<Analyst> for Analytics {
    async fn authenticate(&self, token: &str) -> Result<Analyst, Problem> {
        let access = self.gate.pass(token).await?;
        match access.role >= Role::Operator {
            true => Ok(Analyst),
            false => Err(Problem::forbidden("only operators and admins may")),
        }
    }
}
