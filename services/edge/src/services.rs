//! What thin services are to an edge: who answers `/api`, and who says who a newcomer is, and who staff are. An edge works
//! without any of them (R12).

use std::{fmt, net::SocketAddr, pin::Pin, sync::Arc};

use axum::{extract::Request, response::Response};

use crate::chat_exchange::ChatService;

/// What an edge uses of services.
#[derive(Clone, Debug, Default)]
pub struct Services {
    pub api: Option<Api>,
    pub tickets: Option<Tickets>,
    pub chat: ChatService,
    /// Who may see who is connected; none: nobody.
    pub staff: Option<StaffGate>,
}

/// An answer under way.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests under `/api`, whose paths come without that. Called on an edge's thread, which tells
/// frames: all work is to be done on others.
#[derive(Clone)]
pub struct Api(Arc<dyn Fn(Request, SocketAddr) -> Answering + Send + Sync>);

impl Api {
    /// `answer` is given the request, and where it comes from.
    pub fn new(answer: impl Fn(Request, SocketAddr) -> Answering + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    pub fn answer(&self, request: Request, from: SocketAddr) -> Answering {
        (self.0)(request, from)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Api")
    }
}

/// Knows staff by their access tokens. Called on an edge's thread: must not wait for anything.
#[derive(Clone)]
pub struct StaffGate(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl StaffGate {
    /// `is_staff` says whether a token is one of a moderator or above.
    pub fn new(is_staff: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_staff))
    }

    pub fn is_let_in(&self, token: &str) -> bool {
        (self.0)(token)
    }
}

impl fmt::Debug for StaffGate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StaffGate")
    }
}

/// Whose a ticket is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    pub account: i64,
    /// Who it plays: the session in the world.
    pub character: i64,
    pub name: String,
    /// When its ticket was given, by the clock of who gave it; of the second, rounded down.
    pub ticket_ms: i64,
}

/// Checks tickets. Called by all edge threads of the process when somebody joins; must not wait for anything.
pub trait TicketDesk: Send + Sync {
    /// Takes a ticket, which is used up by this.
    ///
    /// # Errors
    /// A sentence for the player.
    fn admit(&self, ticket: &str) -> Result<Holder, &'static str>;
}

/// How tickets are handled.
#[derive(Clone)]
pub struct Tickets {
    pub desk: Arc<dyn TicketDesk>,
    /// The edge's name in them.
    pub audience: String,
    /// Whether nobody comes in without; else who has none is a guest under the name it says.
    pub are_required: bool,
}

impl fmt::Debug for Tickets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Tickets");
        let shown = shown.field("audience", &self.audience);
        shown
            .field("are_required", &self.are_required)
            .finish_non_exhaustive()
    }
}
