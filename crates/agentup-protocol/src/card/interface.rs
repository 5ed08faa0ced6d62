//! Where and how an agent can be called.

use std::fmt;

use crate::Generation;

/// One way to call an agent (A2A §4.4.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentInterface {
    /// Absolute, as its callers reach it.
    pub url: String,
    /// How requests travel.
    pub binding: ProtocolBinding,
    /// The version of the protocol, `Major.Minor`.
    pub protocol_version: String,
    /// What callers must repeat in each request, for routing only (A2A §8.3.2).
    pub tenant: Option<String>,
}

/// How requests travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtocolBinding {
    /// gRPC (A2A §10).
    Grpc,
    /// HTTP with JSON bodies (A2A §11).
    HttpJson,
    /// JSON-RPC 2.0 over HTTP (A2A §9).
    JsonRpc,
    /// Any other, by name.
    Other(String),
}

impl AgentInterface {
    /// The interfaces of an agent that speaks both generations at one public URL.
    ///
    /// 1.0 comes first, as the preferred one (A2A §8.3.1). 0.3 is offered over JSON-RPC only,
    /// because its clients do not agree on its HTTP+JSON.
    #[must_use]
    pub fn at(public_url: &str) -> Vec<Self> {
        let base = public_url.trim_end_matches('/');
        let root = format!("{base}/");
        vec![
            Self::new(root.clone(), ProtocolBinding::JsonRpc, Generation::V10),
            // Paths such as `/message:send` are appended to this one.
            Self::new(base.to_owned(), ProtocolBinding::HttpJson, Generation::V10),
            Self::new(root, ProtocolBinding::JsonRpc, Generation::V03),
        ]
    }

    /// An interface without a tenant.
    #[must_use]
    pub fn new(url: String, binding: ProtocolBinding, generation: Generation) -> Self {
        Self {
            url,
            binding,
            protocol_version: generation.version().to_owned(),
            tenant: None,
        }
    }

    /// The generation it speaks; `None` for one that is not known here.
    #[must_use]
    pub fn generation(&self) -> Option<Generation> {
        Generation::from_version(Some(&self.protocol_version)).ok()
    }
}

impl ProtocolBinding {
    /// The name of the binding in a card.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Grpc => "GRPC",
            Self::HttpJson => "HTTP+JSON",
            Self::JsonRpc => "JSONRPC",
            Self::Other(name) => name,
        }
    }

    /// The binding of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "GRPC" => Self::Grpc,
            "HTTP+JSON" => Self::HttpJson,
            "JSONRPC" => Self::JsonRpc,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for ProtocolBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
