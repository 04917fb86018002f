//! Whom a request comes from: the connection's other end, or what a proxy that we trust says.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection; the server puts it into each request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The client, as limits count it. Where no server told the peer it is unspecified, and all share it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The last address in the chain of proxies that is not one of `trusted`. What stands before it, the
    /// client may have made up.
    pub(crate) fn of(peer: Option<Peer>, headers: &HeaderMap, trusted: &[IpAddr]) -> Self {
        let Some(Peer(peer)) = peer else {
            return Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        };
        let mut address = peer.ip().to_canonical();
        let chain = headers.get_all(FORWARDED_FOR).iter();
        let chain: Vec<&str> = chain
            .flat_map(|value| value.to_str().unwrap_or("").split(','))
            .collect();
        for hop in chain.iter().rev() {
            if !trusted.contains(&address) {
                break;
            }
            let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            address = hop.to_canonical();
        }
        Self(address)
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
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|it| it.parse().expect(it)).collect();
        let peer = Peer(SocketAddr::new(peer.parse().expect(peer), 1));
        ClientAddress::of(Some(peer), &headers, &trusted)
            .0
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(client("10.0.0.1", &["1.1.1.1"], &["10.0.0.1"]), "1.1.1.1");
        let made_up = ["6.6.6.6, 1.1.1.1", "10.0.0.2"];
        assert_eq!(
            client("10.0.0.1", &made_up, &["10.0.0.1", "10.0.0.2"]),
            "1.1.1.1"
        );
        assert_eq!(client("10.0.0.1", &["<b>"], &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(client("::ffff:10.0.0.1", &[], &[]), "10.0.0.1");
    }

    #[test]
    fn one_subscriber_cannot_pose_as_many() {
        let subscriber = |text: &str| ClientAddress(text.parse().expect(text)).subscriber();
        assert_eq!(subscriber("2001:db8::1"), subscriber("2001:db8::2"));
        assert_ne!(subscriber("2001:db8::1"), subscriber("2001:db8:0:1::1"));
        assert_ne!(subscriber("1.2.3.4"), subscriber("1.2.3.5"));
    }
}
