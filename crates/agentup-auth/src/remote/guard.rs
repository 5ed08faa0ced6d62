//! Which addresses on the network may be connected to, so that a URL cannot be turned against the
//! machines that only this one can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Decides where connections may go.
///
/// By default only to public addresses, over https. Addresses that nobody has a reason to fetch
/// from (cloud metadata, link-local, multicast, reserved) are refused whatever is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    loopback: bool,
    private: bool,
    hosts: Vec<String>,
}

/// Why a URL is not used or an address not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Neither https nor, for loopback, http.
    #[error("the URL must begin with https://; http:// is for this machine only, where allowed")]
    Scheme,
    /// A user name or a password in the URL.
    #[error("the URL must not hold a user name or a password")]
    Credentials,
    /// No host in the URL.
    #[error("the URL names no host")]
    NoHost,
    /// An address that is not allowed.
    #[error("{0} addresses are not allowed")]
    Address(AddressKind),
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressKind {
    /// Anybody's, reachable from anywhere.
    Public,
    /// This machine.
    Loopback,
    /// This network: RFC 1918, RFC 4193 and RFC 6598.
    Private,
    /// This link: RFC 3927 and RFC 4291 §2.5.6, also the usual place of cloud metadata.
    LinkLocal,
    /// Metadata services of clouds outside of the link-local range.
    Metadata,
    /// Many machines.
    Multicast,
    /// No machine in particular.
    Unspecified,
    /// Documentation, benchmarks, tunnels and what is not assigned.
    Reserved,
}

impl Guard {
    /// Public addresses over https only.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            loopback: false,
            private: false,
            hosts: Vec::new(),
        }
    }

    /// Also this machine, and that over plain http too: for development.
    #[must_use]
    pub const fn allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Also private networks.
    #[must_use]
    pub const fn allow_private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Also this host, by name or literal address, if it is on a private network or this machine;
    /// on this machine over plain http too.
    #[must_use]
    pub fn allow_host(mut self, host: &str) -> Self {
        self.hosts.push(normal(host));
        self
    }

    /// Whether the URL may be used, as far as can be said before its host is resolved.
    ///
    /// # Errors
    /// When it may not.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(Refused::NoHost)?;
        let address = literal(host);
        let is_here = address.map_or_else(
            || is_localhost(host),
            |it| AddressKind::of(it).is_loopback(),
        );
        match url.scheme() {
            "https" => {}
            "http" if is_here && (self.loopback || self.is_named(host)) => {}
            _ => return Err(Refused::Scheme),
        }
        address.map_or(Ok(()), |address| self.check_address(host, address))
    }

    /// Whether this address of the host may be connected to.
    ///
    /// # Errors
    /// When it may not.
    pub fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let kind = AddressKind::of(address);
        // RFC 6761 §6.3. Plain http is allowed for this name, so it must not lead elsewhere.
        if is_localhost(host) && !kind.is_loopback() {
            return Err(Refused::Address(kind));
        }
        let is_allowed = match kind {
            AddressKind::Public => true,
            AddressKind::Loopback => self.loopback || self.is_named(host),
            AddressKind::Private => self.private || self.is_named(host),
            _ => false,
        };
        if is_allowed {
            Ok(())
        } else {
            Err(Refused::Address(kind))
        }
    }

    fn is_named(&self, host: &str) -> bool {
        self.hosts.contains(&normal(host))
    }
}

impl AddressKind {
    /// What an address is for (the special-purpose registries of IANA, RFC 6890).
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => kind_v4(address),
            IpAddr::V6(address) => kind_v6(address),
        }
    }

    const fn is_loopback(self) -> bool {
        matches!(self, Self::Loopback)
    }
}

impl std::fmt::Display for AddressKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Multicast => "multicast",
            Self::Unspecified => "unspecified",
            Self::Reserved => "reserved",
        })
    }
}

const fn kind_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        // Azure and Alibaba.
        [168, 63, 129, 16] | [100, 100, 100, 200] => AddressKind::Metadata,
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => {
            AddressKind::Private
        }
        [169, 254, ..] => AddressKind::LinkLocal,
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => AddressKind::Reserved,
        [224..=239, ..] => AddressKind::Multicast,
        _ => AddressKind::Public,
    }
}

const fn kind_v6(address: Ipv6Addr) -> AddressKind {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // An IPv4 address in another form: mapped (RFC 4291 §2.5.5.2), translated (RFC 6052
        // §2.1) and 6to4 (RFC 3056 §2).
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => kind_v4(v4(high, low)),
        // Amazon and Google.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => {
            AddressKind::Metadata
        }
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        // Protocol assignments with Teredo among them, and documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressKind::Reserved,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

const fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

/// The address, if the host is one. IPv6 has brackets in a URL.
fn literal(host: &str) -> Option<IpAddr> {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inner.unwrap_or(host).parse().ok()
}

fn is_localhost(host: &str) -> bool {
    let host = normal(host);
    host == "localhost" || host.ends_with(".localhost")
}

/// A host name as it is compared: without regard to case, brackets and the dot of the root.
fn normal(host: &str) -> String {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = inner.unwrap_or(host).to_ascii_lowercase();
    host.strip_suffix('.')
        .map_or_else(|| host.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
