//! Where a request comes from: the address of its client, as far as it can be known.
//!
//! The address of the connection is sure. Behind a proxy it is the proxy's, and what the proxy says
//! of its client is believed only where the proxy is trusted: anybody can write a header.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

use crate::config::{ForwardedHeader, TrustedProxies};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// More hops than any chain of proxies has.
const MAX_HOPS: usize = 32;

/// The address of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    ip: IpAddr,
    is_one_client: bool,
}

/// Whom an address is counted as.
///
/// A host of version 6 has a whole network of 64 bits to itself (RFC 6177 §2), and so counts as one
/// whichever address of it it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl ClientAddress {
    /// The client of a request that came from this peer.
    pub(crate) fn new(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let peer = peer.to_canonical();
        if !proxies.contains(peer) {
            return Self {
                ip: peer,
                is_one_client: is_one_client(peer, headers, proxies),
            };
        }
        let (ip, is_one_client) = match proxies.header {
            ForwardedHeader::XForwardedFor => {
                let values = headers.get_all(X_FORWARDED_FOR);
                let values = values.iter().map(|value| value.to_str().ok());
                farthest(peer, hops(values).map(|hop| hop.and_then(address)), proxies)
            }
            ForwardedHeader::Forwarded => {
                let values = headers.get_all(FORWARDED);
                let values = values.iter().map(|value| value.to_str().ok());
                let hops = hops(values).map(|hop| hop.and_then(of_element));
                farthest(peer, hops, proxies)
            }
        };
        Self { ip, is_one_client }
    }

    /// The address, for logs. It may be a proxy's.
    pub(crate) const fn ip(self) -> IpAddr {
        self.ip
    }

    /// Whom the client is counted as. None where others may be behind the same address, who must
    /// not suffer for it.
    pub(crate) fn source(self) -> Option<Source> {
        self.is_one_client.then(|| Source::of(self.ip))
    }
}

impl Source {
    /// Whom an address is counted as.
    pub(crate) fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self(ip.into()),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            IpAddr::V4(ip) => ip.fmt(f),
            IpAddr::V6(ip) => write!(f, "{ip}/64"),
        }
    }
}

/// Whether a peer that is no trusted proxy is a client by itself. Where nothing is said of proxies,
/// one may stand there that nobody named: likely on a private network, or with a header that says
/// for whom it asks.
fn is_one_client(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> bool {
    proxies.networks.is_some()
        || (!is_private(peer)
            && !headers.contains_key(X_FORWARDED_FOR)
            && !headers.contains_key(FORWARDED))
}

/// Walks back from the agent over hops that are trusted, to the first one that is not: what that
/// one says of others is not believed. A hop that cannot be read ends the way at the proxy that
/// wrote it down, behind which there may be many.
fn farthest(
    peer: IpAddr,
    hops: impl Iterator<Item = Option<IpAddr>>,
    proxies: &TrustedProxies,
) -> (IpAddr, bool) {
    let mut at = (peer, false);
    for hop in hops.take(MAX_HOPS) {
        let Some(hop) = hop else {
            return (at.0, false);
        };
        at = (hop, true);
        if !proxies.contains(hop) {
            break;
        }
    }
    at
}

/// The hops of all header lines, the nearest first. One that is no text is there all the same.
fn hops<'a>(
    values: impl DoubleEndedIterator<Item = Option<&'a str>>,
) -> impl Iterator<Item = Option<&'a str>> {
    values.rev().flat_map(|value| {
        let (readable, hops) = (value.is_some(), value.unwrap_or_default());
        hops.rsplit(',')
            .map(move |hop| readable.then(|| hop.trim()))
    })
}

/// The address of `for` in an element of `Forwarded` (RFC 7239 §4, §6).
fn of_element(element: &str) -> Option<IpAddr> {
    let mut found = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| value.trim())
    });
    let value = found.next()?;
    // Twice is once too often: which one counts would be a guess.
    let is_one = found.next().is_none();
    let value = value
        .strip_prefix('"')
        .map_or(Some(value), |rest| rest.strip_suffix('"'))?;
    is_one.then(|| address(value))?
}

/// An address with or without a port; with brackets, or without where there is no port.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (ip, port) = rest.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        let ip: Ipv6Addr = ip.parse().ok()?;
        return is_port.then(|| IpAddr::from(ip).to_canonical());
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.to_canonical());
    }
    let (ip, port) = text.split_once(':')?;
    let ip: Ipv4Addr = ip.parse().ok()?;
    is_port(port).then(|| ip.into())
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// Whether an address is of this machine or of a network that the internet does not reach
/// (RFC 6890).
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || is_shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests;
