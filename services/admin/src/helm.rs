//! The world as operators ask it: the steward of any of its processes answers for all of them, on a thread of its own
//! beside the ticks, by a socket in its folder or over the network.

use std::{fmt, path::PathBuf, sync::Arc};

use placement::{Answer, ControlError, Request, ask, carry_out, request::BattleRow};
use tokio::task::spawn_blocking;
use web::Problem;

use crate::AdminError;

/// Asks the world. Called on a thread that may wait.
type Ask = dyn Fn(&Request) -> Result<Answer, ControlError> + Send + Sync;

/// Where the world answers; nowhere by default. Cheap to clone.
#[derive(Clone, Default)]
pub struct Helm(Option<Arc<Ask>>);

impl Helm {
    /// However it is reached.
    pub fn new(
        ask: impl Fn(&Request) -> Result<Answer, ControlError> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(ask)))
    }

    /// On a server's socket.
    pub fn on_socket(path: PathBuf) -> Self {
        Self::new(move |request| ask(&path, request))
    }

    /// Asks or orders. What the world refuses is a 409 with its words.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn ask(&self, request: Request) -> Result<Answer, AdminError> {
        self.ask_by(|ask, request| ask(request), request).await
    }

    async fn ask_by(
        &self,
        by: fn(&Ask, &Request) -> Result<Answer, ControlError>,
        request: Request,
    ) -> Result<Answer, AdminError> {
        let Some(ask) = self.0.clone() else {
            return Err(AdminError::not_here("no world is known here"));
        };
        let asked = spawn_blocking(move || by(&*ask, &request)).await;
        match asked.map_err(|_| Problem::internal())?? {
            Answer::Refused { why } => Err(AdminError::conflict("world-refuses", why)),
            answer => Ok(answer),
        }
    }

    /// Orders; what was begun, or of a move what came of it, in the world's words.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn order(&self, request: Request) -> Result<String, AdminError> {
        match self
            .ask_by(|ask, request| carry_out(ask, request), request)
            .await?
        {
            Answer::Done { what } => Ok(what),
            _ => Err(Problem::internal().into()),
        }
    }

    /// Ends the battle of that number, if it is fought still, and sees that it has ended; what came of it.
    ///
    /// # Errors
    /// As [`Self::ask`], and a 409 if it goes on.
    pub async fn end_battle(&self, number: u32) -> Result<String, AdminError> {
        let said = self.order(Request::EndBattle { number }).await?;
        match self.battle().await?.has_ended(number) {
            true => Ok(said),
            false => Err(AdminError::conflict(
                "battle-goes-on",
                "the world was told, and the battle goes on",
            )),
        }
    }

    /// How the battle stands.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn battle(&self) -> Result<BattleRow, AdminError> {
        match self.ask(Request::Battle).await? {
            Answer::Battle { battle } => Ok(battle),
            _ => Err(Problem::internal().into()),
        }
    }
}

impl fmt::Debug for Helm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Helm")
    }
}
