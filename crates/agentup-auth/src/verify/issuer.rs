//! Trusted issuers: whose keys a token is checked with, and whether it is theirs and for us.

use std::{borrow::Cow, fmt};

use arc_swap::ArcSwap;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{VerifyError, claims};
use crate::{api_key::API_KEY_ISSUER, json::Node, keys::KeySet};

/// An issuer whose tokens are accepted, with the keys that only its own tokens are checked with.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    /// The exact `iss` of its tokens. None accepts any and none: only for a tool that explains
    /// tokens, never for a server.
    pub issuer: Option<String>,
    /// The names under which the issuer knows this server, one of which `aud` must have. Empty
    /// accepts any and none: only for such a tool.
    pub audiences: Vec<String>,
    /// Its keys. They can be replaced later:
    /// [`Verifier::replace_keys`](super::Verifier::replace_keys).
    pub keys: KeySet,
}

/// A trusted issuer in use.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) name: Option<Box<str>>,
    audiences: Vec<String>,
    pub(super) keys: ArcSwap<Generation>,
}

/// The keys of an issuer and how often they have been replaced.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) number: u64,
    pub(super) keys: KeySet,
}

impl Issuer {
    /// Puts new keys in the place of the old ones.
    pub(super) fn replace_keys(&self, keys: &KeySet) {
        self.keys.rcu(|old| Generation {
            number: old.number.wrapping_add(1),
            keys: keys.clone(),
        });
    }

    /// The issuer's name, if the token is from it. One text, compared exactly
    /// (RFC 7519 §4.1.1).
    pub(super) fn check_name<'a>(
        &self,
        claim: Option<Node<'a>>,
    ) -> Result<Cow<'a, str>, VerifyError> {
        let Some(name) = &self.name else {
            let claimed = claims::optional_text("iss", claim)?;
            return Ok(claimed.unwrap_or_default());
        };
        match claim {
            None => Err(VerifyError::MissingClaim("iss")),
            Some(Node::Text(claimed)) if *claimed == **name && **name != *API_KEY_ISSUER => {
                Ok(claimed)
            }
            Some(Node::Text(_)) => Err(VerifyError::UntrustedIssuer),
            Some(_) => Err(VerifyError::InvalidClaim("iss")),
        }
    }

    /// One text or a list of texts, one of which is ours (RFC 7519 §4.1.3).
    pub(super) fn check_audience(&self, claim: Option<&Node<'_>>) -> Result<(), VerifyError> {
        let is_ours = |name: &str| self.audiences.iter().any(|ours| ours == name);
        let found = match claim {
            None if self.audiences.is_empty() => return Ok(()),
            None => return Err(VerifyError::MissingClaim("aud")),
            Some(Node::Text(name)) => is_ours(name),
            Some(Node::Texts(names)) => names.iter().any(|name| is_ours(&name)),
            Some(_) => return Err(VerifyError::InvalidClaim("aud")),
        };
        if found || self.audiences.is_empty() {
            Ok(())
        } else {
            Err(VerifyError::WrongAudience)
        }
    }
}

impl From<TrustedIssuer> for Issuer {
    fn from(trusted: TrustedIssuer) -> Self {
        Self {
            name: trusted.issuer.map(Into::into),
            audiences: trusted.audiences,
            keys: ArcSwap::from_pointee(Generation {
                number: 0,
                keys: trusted.keys,
            }),
        }
    }
}

/// The issuer whose keys the token is checked with, and its position. With one issuer there is no
/// choice; with several, the claim picks among sets of keys that never meet, and is checked again
/// when the signature holds (RFC 8725 §3.8).
pub(super) fn choose<'i>(
    issuers: &'i [Issuer],
    payload: &[u8],
) -> Result<(usize, &'i Issuer), VerifyError> {
    if let [only] = issuers {
        return Ok((0, only));
    }
    let claimed = unverified(payload).ok_or(VerifyError::UntrustedIssuer)?;
    issuers
        .iter()
        .enumerate()
        .find(|(_, issuer)| issuer.name.as_deref() == Some(&*claimed))
        .ok_or(VerifyError::UntrustedIssuer)
}

/// Whether the payload claims to be of one of these issuers.
pub(super) fn is_named(issuers: &[Issuer], payload: &[u8]) -> bool {
    unverified(payload).is_some_and(|claimed| {
        issuers
            .iter()
            .any(|issuer| issuer.name.as_deref() == Some(&*claimed))
    })
}

/// The `iss` that a payload claims. Good only for choosing whose keys to check it with.
///
/// Of two it takes the last; a payload that has two is refused when its claims are read.
fn unverified(payload: &[u8]) -> Option<Cow<'_, str>> {
    serde_json::from_slice::<Glance<'_>>(payload).ok()?.0
}

/// A payload of which nothing but `iss` is kept.
struct Glance<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Glance<'a> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(GlanceVisitor)
    }
}

struct GlanceVisitor;

impl<'de> Visitor<'de> for GlanceVisitor {
    type Value = Glance<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Glance<'de>, A::Error> {
        let mut issuer = None;
        while let Some(Text(name)) = map.next_key()? {
            if name == "iss" {
                issuer = Some(map.next_value::<Text<'de>>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Glance(issuer))
    }
}

/// A text, borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
