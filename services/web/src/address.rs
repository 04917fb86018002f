//! Whom a request comes from: the connection's other end, or what a proxy that we trust says.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use forwarded::{FORWARDED_FOR, TrustedProxies};

/// The other end of the connection; the server puts it into each request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client, as limits count it. Where no server told the peer it is unspecified, and all share it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// See [`TrustedProxies::client`].
    pub(crate) fn of(peer: Option<Peer>, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let Some(Peer(peer)) = peer else {
            return Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        };
        let chain = headers.get_all(FORWARDED_FOR).iter();
        Self(trusted.client(peer.ip(), chain.map(|value| value.as_bytes())))
    }

    /// What one subscriber has: an IPv4 address, or the 64 bits of an IPv6 network.
    pub fn subscriber(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<Self>().copied();
        Ok(address.unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_cannot_pose_as_many() {
        let subscriber = |text: &str| ClientAddress(text.parse().expect(text)).subscriber();
        assert_eq!(subscriber("2001:db8::1"), subscriber("2001:db8::2"));
        assert_ne!(subscriber("2001:db8::1"), subscriber("2001:db8:0:1::1"));
        assert_ne!(subscriber("1.2.3.4"), subscriber("1.2.3.5"));
    }
}
