//! The world's operators' socket: the steward of any of its processes answers for all of them, on a thread of its
//! own beside the ticks.

use std::path::PathBuf;

use placement::{Answer, Request, ask};
use tokio::task::spawn_blocking;
use web::Problem;

use crate::AdminError;

/// Where the world answers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Helm(Option<PathBuf>);

impl Helm {
    /// On a server's socket; none where there is no world.
    pub fn new(socket: Option<PathBuf>) -> Self {
        Self(socket)
    }

    /// Asks or orders. What the world refuses is a 409 with its words.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn ask(&self, request: Request) -> Result<Answer, AdminError> {
        let Some(socket) = self.0.clone() else {
            return Err(AdminError::not_here("no world is known here"));
        };
        let asked = spawn_blocking(move || ask(&socket, &request)).await;
        match asked.map_err(|_| Problem::internal())?? {
            Answer::Refused { why } => Err(AdminError::conflict("world-refuses", why)),
            answer => Ok(answer),
        }
    }

    /// Orders; what was begun, in the world's words.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn order(&self, request: Request) -> Result<String, AdminError> {
        match self.ask(request).await? {
            Answer::Done { what } => Ok(what),
            _ => Err(Problem::internal().into()),
        }
    }
}
