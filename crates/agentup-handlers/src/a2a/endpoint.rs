//! Where and how the other agent is asked, as its card says, within what the settings allow.

use std::net::IpAddr;

use agentup_protocol::{AgentCard, AgentInterface, Generation, ProtocolBinding};
use reqwest::Url;

use crate::upstream::Fault;

/// Where and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) binding: Binding,
    pub(super) generation: Generation,
    /// To be repeated in every request (`A2A §8.3.2`).
    pub(super) tenant: Option<String>,
    /// Whether it streams.
    pub(super) streams: bool,
}

/// The bindings that are spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    JsonRpc,
    /// HTTP+JSON. That of 0.3 is none: no two implementations of it agree.
    Rest,
}

impl Binding {
    /// Its name in traces.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::JsonRpc => "jsonrpc",
            Self::Rest => "rest",
        }
    }
}

/// What is spoken here, the best first.
const SPOKEN: [(Binding, Generation); 3] = [
    (Binding::JsonRpc, Generation::V10),
    (Binding::JsonRpc, Generation::V03),
    (Binding::Rest, Generation::V10),
];

impl Endpoint {
    /// The best that the card offers. `home` is where the card was found.
    ///
    /// # Errors
    /// When it offers nothing that is spoken here, or nothing at a host that may be asked.
    pub(super) fn of(card: &AgentCard, home: &Url, allow_hosts: &[String]) -> Result<Self, Fault> {
        let spoken: Vec<(usize, &AgentInterface)> = card
            .interfaces
            .iter()
            .filter_map(|interface| Some((rank(interface)?, interface)))
            .collect();
        if spoken.is_empty() {
            return Err(Fault::Senseless(
                "the card of an agent that speaks JSON-RPC, or HTTP+JSON of A2A 1.0",
            ));
        }
        let usable = spoken.into_iter().filter_map(|(rank, interface)| {
            let url = Url::parse(&interface.url).ok()?;
            may_be_asked(&url, home, allow_hosts).then_some((rank, interface, url))
        });
        let (rank, interface, url) = usable.min_by_key(|(rank, ..)| *rank).ok_or({
            Fault::Senseless(
                "a card that sends us to the agent's own host, or to one of `allow_hosts`",
            )
        })?;
        let (binding, generation) = *SPOKEN.get(rank).ok_or(Fault::Senseless("an agent card"))?;
        Ok(Self {
            url,
            binding,
            generation,
            tenant: interface.tenant.clone(),
            streams: card.capabilities.streaming,
        })
    }
}

/// How good an interface is, less being better; none for one that is not spoken here.
fn rank(interface: &AgentInterface) -> Option<usize> {
    let binding = match interface.binding {
        ProtocolBinding::JsonRpc => Binding::JsonRpc,
        ProtocolBinding::HttpJson => Binding::Rest,
        _ => return None,
    };
    let generation = interface.generation()?;
    SPOKEN
        .iter()
        .position(|spoken| *spoken == (binding, generation))
}

/// Whether what is meant for the agent at `home` may go there: a card must not send the callers'
/// words, and our credential, to whom it likes, nor from TLS to the open.
fn may_be_asked(url: &Url, home: &Url, allow_hosts: &[String]) -> bool {
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => home.scheme() == "http",
        _ => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let Some(host) = url.host_str().map(bare) else {
        return false;
    };
    let is_home = home
        .host_str()
        .is_some_and(|home| bare(home) == host || (is_loopback(bare(home)) && is_loopback(host)));
    let is_allowed = || {
        allow_hosts
            .iter()
            .any(|it| bare(it).eq_ignore_ascii_case(host))
    };
    is_safe && is_plain && (is_home || is_allowed())
}

/// An address of IPv6 without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|it: IpAddr| it.is_loopback())
}

#[cfg(test)]
mod tests;
