//! Whom a request comes from, behind proxies: of whom `x-forwarded-for` is believed, and what it then says.
//! Pure, and without any other crate, so that edges and services reckon alike.

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

/// The header in which each proxy adds the address that it was asked from.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// A network as operators write it: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    /// Bits of the address that all of its machines share.
    prefix_bits: u32,
}

/// It is no network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadNetwork(String);

/// The proxies whose word is taken for who asks them; by default none is. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustedProxies(Arc<[Network]>);

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = |width: u32| width - self.prefix_bits;
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(other)) => {
                let differs = ours.to_bits() ^ other.to_bits();
                differs.checked_shr(shift(u32::BITS)).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(other)) => {
                let differs = ours.to_bits() ^ other.to_bits();
                differs.checked_shr(shift(u128::BITS)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let bad = || BadNetwork(text.to_owned());
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.map_or(Ok(width), |it| it.parse().map_err(|_| bad()))?;
        match prefix_bits <= width {
            true => Ok(Self {
                address,
                prefix_bits,
            }),
            false => Err(bad()),
        }
    }
}

impl fmt::Display for BadNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let Self(text) = self;
        write!(
            formatter,
            "{text:?} is no network: write 10.0.0.0/8, fd00::/8 or an address"
        )
    }
}

impl std::error::Error for BadNetwork {}

impl Default for TrustedProxies {
    fn default() -> Self {
        Self(Arc::new([]))
    }
}

impl FromIterator<Network> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl TrustedProxies {
    /// Who asks: the last address in the chain of proxies that is none of these, for what stands before it the
    /// client may have made up. `peer` is the connection's other end, `forwarded` the values of
    /// [`FORWARDED_FOR`] as they came, in their order. A hop that is no address ends the chain: then the proxy
    /// that let it pass is who asks.
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> IpAddr {
        let mut address = peer.to_canonical();
        let hops = forwarded
            .rev()
            .flat_map(|value| value.rsplit(|it| *it == b','));
        for hop in hops {
            if !self.contains(address) {
                break;
            }
            let Some(hop) = address_of(hop) else { break };
            address = hop.to_canonical();
        }
        address
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Of a hop, which some proxies write with a port.
fn address_of(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let with_port = || Some(hop.parse::<std::net::SocketAddr>().ok()?.ip());
    hop.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusting(networks: &[&str]) -> TrustedProxies {
        networks
            .iter()
            .map(|it| it.parse::<Network>().expect(it))
            .collect()
    }

    fn client(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let peer = peer.parse().expect(peer);
        let forwarded = forwarded.iter().map(|it| it.as_bytes());
        trusting(trusted).client(peer, forwarded).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(client("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(client("10.0.0.1", &["1.1.1.1"], &["10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(client("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(
            client("::ffff:10.0.0.1", &["1.1.1.1"], &["10.0.0.1"]),
            "1.1.1.1"
        );
        assert_eq!(
            client("fd00::1", &["2001:db8::7"], &["fd00::/8"]),
            "2001:db8::7"
        );
    }

    #[test]
    fn what_a_client_made_up_stands_before_what_proxies_add() {
        let made_up = ["6.6.6.6, 1.1.1.1", "10.0.0.2"];
        assert_eq!(client("10.0.0.1", &made_up, &["10.0.0.0/24"]), "1.1.1.1");
        // Also where it poses as one of ours, in the first place or again and again.
        let posing = ["10.0.0.9, 10.0.0.9, 1.1.1.1"];
        assert_eq!(client("10.0.0.1", &posing, &["10.0.0.0/24"]), "1.1.1.1");
        let inside = ["10.0.0.9, 10.0.0.8"];
        assert_eq!(client("10.0.0.1", &inside, &["10.0.0.0/24"]), "10.0.0.9");
    }

    #[test]
    fn hostile_hops_end_the_chain() {
        for hop in [
            "<b>",
            "",
            ",",
            "1.1.1.1,",
            "1.1.1.256",
            "[::1",
            "::1%eth0",
            "\u{fffd}",
        ] {
            assert_eq!(
                client("10.0.0.1", &[hop], &["10.0.0.1"]),
                "10.0.0.1",
                "{hop}"
            );
        }
        let bytes: [&[u8]; 2] = [b"1.1.1.1", &[0xff, 0xfe]];
        let proxies = trusting(&["10.0.0.1"]);
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(proxies.client(peer, bytes.into_iter()), peer);
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1:80"], &["10.0.0.1"]),
            "1.1.1.1"
        );
        assert_eq!(client("10.0.0.1", &["[::1]:80"], &["10.0.0.1"]), "::1");
    }

    #[test]
    fn networks_hold_what_they_say() {
        for (network, within, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.1.2.3/31", "10.1.2.2", "10.1.2.4"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::/0", "ffff::", "1.1.1.1"),
            ("fd00::/8", "fdff::1", "fe00::1"),
        ] {
            let read: Network = network.parse().expect(network);
            assert!(read.contains(within.parse().expect(within)), "{network}");
            assert!(!read.contains(outside.parse().expect(outside)), "{network}");
        }
        for text in [
            "",
            "/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "10.0.0.0/",
            "a/8",
            "10/8",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
