//! Who somebody is: guests and accounts, sessions, second factor, roles, sanctions, and the tickets that
//! edges admit. Knows nothing of battles; whom a ticket
//! is for, it asks a [`CharacterDesk`].
//!
//! A service is opened with [`Auth::open`], mounted with [`Auth::router`], and kept going by
//! [`Auth::run`]. Nothing here is on the way of a tick: edges check tickets by the published keys, and a
//! battle goes on when this service is away.

mod characters;
mod elsewhere;
mod error;
mod gatekeeper;
mod keys;
pub mod limits;
mod magistrate;
mod mail;
mod oidc;
mod password;
mod random;
mod routes;
mod seal;
mod service;
mod smtp;
mod store;
mod text;
mod totp;

pub use characters::{Character, CharacterDesk, Partners};
pub use elsewhere::{Guard, RemoteKeys};
pub use error::AuthError;
pub use magistrate::{AccountCard, Magistrate, NewSanction, Official};
pub use mail::{FolderMail, Mail, MailError, MailSender, Sending};
pub use oidc::Provider;
pub use password::PasswordCost;
pub use seal::MasterKey;
pub use service::{Auth, Config, verified};
pub use smtp::SmtpMail;
pub use store::{Kind, Sanction};
