//! What a token is bound to (`cnf`, RFC 7800): without a proof of it such a token may be stolen.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{certificate::CertificateThumbprint, keys::Thumbprint};

/// What `cnf` says. All of it has to be proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Binding {
    /// A key that proofs are signed with (`jkt`, RFC 9449 §6.1).
    key: Option<Thumbprint>,
    /// The certificate of the client (`x5t#S256`, RFC 8705 §3.1).
    certificate: Option<CertificateThumbprint>,
    /// Something that cannot be proved here. Never taken for "none".
    is_strange: bool,
}

/// Why what a token is bound to is not proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// There is no proof, or there can be none.
    NoProof,
    /// The client has another certificate.
    OtherCertificate,
}

#[derive(Deserialize)]
struct Confirmed {
    cnf: Value,
}

impl Binding {
    const STRANGE: Self = Self {
        key: None,
        certificate: None,
        is_strange: true,
    };

    /// Reads `cnf` from a text that has one and that was read strictly before.
    pub(crate) fn read(payload: &str) -> Self {
        match serde_json::from_str(payload) {
            Ok(Confirmed {
                cnf: Value::Object(members),
            }) => Self::of(&members),
            _ => Self::STRANGE,
        }
    }

    /// No member is passed over: it may be one that a proof is needed for.
    fn of(members: &Map<String, Value>) -> Self {
        let mut binding = Self {
            is_strange: members.is_empty(),
            ..Self::default()
        };
        for (name, value) in members {
            let text = value.as_str().unwrap_or_default();
            let is_known = match name.as_str() {
                "jkt" => {
                    binding.key = Thumbprint::parse(text);
                    binding.key.is_some()
                }
                "x5t#S256" => {
                    binding.certificate = CertificateThumbprint::parse(text);
                    binding.certificate.is_some()
                }
                _ => false,
            };
            if !is_known {
                return Self::STRANGE;
            }
        }
        binding
    }

    /// The key that is still to be proved, if there is one, for a client with this certificate.
    ///
    /// # Errors
    /// When the token is bound to a certificate that is not the client's (RFC 8705 §3), or to what
    /// nobody can prove.
    pub(crate) fn key_to_prove(
        &self,
        certificate: Option<&CertificateThumbprint>,
    ) -> Result<Option<Thumbprint>, Unproven> {
        if self.is_strange {
            return Err(Unproven::NoProof);
        }
        match (&self.certificate, certificate) {
            (Some(_), None) => Err(Unproven::NoProof),
            (Some(bound), Some(shown)) if bound != shown => Err(Unproven::OtherCertificate),
            _ => Ok(self.key),
        }
    }
}
