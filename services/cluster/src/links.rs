//! A process's end of its links, opened for one life of it.

use directory::limits::LEASE_TTL;
use link::{
    Endpoint, Options,
    limits::SILENCE_MAX_DEFAULT,
    transport::{Opened, Request},
};
use ring::rand::{SecureRandom, SystemRandom};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::{ClusterError, Place, member::Member};

const _: () = assert!(SILENCE_MAX_DEFAULT.as_millis() < LEASE_TTL.as_millis());

/// See the module.
pub struct Linked {
    pub endpoint: Endpoint,
    /// What peers ask for.
    pub requests: mpsc::Receiver<Request>,
    /// When its certificate ends: it is read once, so the process must not outlive it.
    pub certificate_ends_at: OffsetDateTime,
}

/// Opens it.
///
/// # Errors
/// If there are no credentials, or the address is not ours.
pub fn open_endpoint(place: &Place, member: &Member) -> Result<Linked, ClusterError> {
    let identity = place.credentials.identity(&member.name)?;
    let certificate_ends_at = identity.ends_at();
    let options = Options {
        identity,
        socket: place.link.try_clone().map_err(ClusterError::Link)?,
        incarnation: member.fence.incarnation,
        may_send: member.gate(),
        silence_max: SILENCE_MAX_DEFAULT,
        random: Box::new(random),
    };
    let Opened {
        endpoint,
        mut arrivals,
        requests,
    } = Endpoint::open(options).map_err(ClusterError::Link)?;
    // Who comes is in the directory, and looked up there.
    tokio::spawn(async move { while arrivals.recv().await.is_some() {} });
    Ok(Linked {
        endpoint,
        requests,
        certificate_ends_at,
    })
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.expect("the system gives random bytes");
    u64::from_le_bytes(bytes)
}
