//! `server.trusted_proxies`: who is believed to say for whom a request is made.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{keys, reader::Section};

/// The proxies that stand between clients and the agent, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    /// The networks that they are in; none where nothing is said of them, empty where clients come
    /// by themselves. Default: nothing is said.
    pub networks: Option<Vec<IpNet>>,
    /// Where they say for whom they ask. Default: `X-Forwarded-For`.
    pub header: ForwardedHeader,
}

/// The header in which a proxy says for whom it asks. Only one is looked at: a proxy that writes one
/// of them passes on what a client has put into the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, which nearly all proxies write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl TrustedProxies {
    /// Whether this is the address of a proxy.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let networks = self.networks.as_deref().unwrap_or_default();
        networks.iter().any(|network| network.contains(&address))
    }
}

/// Reads the keys.
pub(super) fn read(section: &Section<'_>) -> TrustedProxies {
    let networks = section.list(&keys::TRUSTED_PROXIES);
    if let Some(whole) = networks
        .iter()
        .flatten()
        .find(|network| network.value.prefix_len() == 0)
    {
        let problem = "is every address: whoever asks could claim to be anybody";
        section.fault(
            &whole.spot,
            problem,
            "name the networks of your own proxies",
        );
    }
    let networks: Option<Vec<_>> =
        networks.map(|networks| networks.into_iter().map(|it| it.value).collect());
    let header = if networks.as_ref().is_some_and(|it| !it.is_empty()) {
        section.value(&keys::FORWARDED_HEADER).value
    } else {
        if let Some(header) = section.optional(&keys::FORWARDED_HEADER.key) {
            let problem = "has no effect without `server.trusted_proxies`";
            section.fault(&header.spot, problem, "name your proxies, or remove it");
        }
        ForwardedHeader::default()
    };
    TrustedProxies { networks, header }
}
