//! Claims: read in one pass after the signature, and the type that says they were verified.

use std::{borrow::Cow, fmt, sync::Arc, sync::OnceLock};

use serde_json::{Map, Value};

use super::{Policy, VerifyError, scopes};
use crate::{
    json::{self, Node},
    scope::ScopeSet,
    time::UnixSeconds,
};

/// The last second that a claim may name: the end of the year 9999. What is later is no date, but
/// milliseconds or an attack.
const LAST_SECOND: u64 = 253_402_300_799;

/// The claims of a token whose signature and whose every claim was checked.
///
/// Only [`Verifier::verify`](super::Verifier::verify) makes one. Cloning is cheap, and `Debug`
/// shows no claim.
#[derive(Clone)]
pub struct VerifiedClaims(Arc<Checked>);

pub(super) struct Checked {
    pub(super) payload: String,
    pub(super) issuer: Arc<str>,
    pub(super) subject: Box<str>,
    pub(super) token_id: Option<Box<str>>,
    pub(super) scopes: ScopeSet,
    pub(super) times: Times,
    pub(super) map: OnceLock<Map<String, Value>>,
}

/// The moments of a token.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) expires_at: UnixSeconds,
    pub(super) not_before: Option<UnixSeconds>,
    pub(super) issued_at: Option<UnixSeconds>,
}

impl VerifiedClaims {
    pub(super) fn new(checked: Checked) -> Self {
        Self(Arc::new(checked))
    }

    pub(super) fn checked(&self) -> &Checked {
        &self.0
    }

    /// Who issued the token: the trusted issuer, exactly (RFC 7519 §4.1.1). Empty only where no
    /// issuer is configured and the token names none.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The issuer, shared with all tokens of that issuer.
    #[must_use]
    pub fn shared_issuer(&self) -> &Arc<str> {
        &self.0.issuer
    }

    /// Whom the token is about; unique with the issuer only (RFC 7519 §4.1.2).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The scopes that the token names, in its order.
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scopes
    }

    /// When the token expires, without leeway (RFC 7519 §4.1.4).
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.0.times.expires_at
    }

    /// When the token was issued, if it says so (RFC 7519 §4.1.6).
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixSeconds> {
        self.0.times.issued_at
    }

    /// The token's `jti`, if it has one (RFC 7519 §4.1.7).
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// All claims, in the order of the token. Built when first asked for.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        // The same parser has read this text already, more strictly.
        self.0
            .map
            .get_or_init(|| serde_json::from_str(&self.0.payload).unwrap_or_default())
    }
}

impl fmt::Debug for VerifiedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedClaims").finish_non_exhaustive()
    }
}

/// The claims that are looked at, as they stand in a token whose signature holds.
#[derive(Default)]
pub(super) struct RawClaims<'a> {
    pub(super) iss: Option<Node<'a>>,
    pub(super) aud: Option<Node<'a>>,
    pub(super) sub: Option<Node<'a>>,
    pub(super) exp: Option<Node<'a>>,
    pub(super) nbf: Option<Node<'a>>,
    pub(super) iat: Option<Node<'a>>,
    pub(super) jti: Option<Node<'a>>,
    pub(super) client_id: Option<Node<'a>>,
    /// What the scope claims say, or how they are at fault.
    pub(super) scopes: Option<Result<ScopeSet, VerifyError>>,
    /// How many of the configured claims are there and not null.
    pub(super) required_found: usize,
    pub(super) has_cnf: bool,
    /// Claims that an ID token, a logout token or an event has, and an access token has not.
    pub(super) is_of_other_kind: bool,
}

impl<'a> RawClaims<'a> {
    /// Reads the payload of a token.
    pub(super) fn read(payload: &'a str, policy: &Policy) -> Result<Self, VerifyError> {
        let mut claims = Self::default();
        json::read_object(payload, |name, node| claims.put(name, node, policy))
            .map_err(|_| VerifyError::MalformedClaims)?;
        Ok(claims)
    }

    fn put(&mut self, name: &str, node: Node<'a>, policy: &Policy) {
        if node != Node::Null && policy.required_claims.iter().any(|claim| claim == name) {
            self.required_found = self.required_found.saturating_add(1);
        }
        let place = match name {
            "iss" => &mut self.iss,
            "aud" => &mut self.aud,
            "sub" => &mut self.sub,
            "exp" => &mut self.exp,
            "nbf" => &mut self.nbf,
            "iat" => &mut self.iat,
            "jti" => &mut self.jti,
            "client_id" => &mut self.client_id,
            "cnf" => {
                self.has_cnf = true;
                return;
            }
            "nonce" | "at_hash" | "c_hash" | "events" => {
                self.is_of_other_kind = true;
                return;
            }
            _ => {
                if policy.scope_claims.iter().any(|claim| claim == name) {
                    let scopes = scopes::read(&node);
                    self.scopes = Some(scopes::agree(self.scopes.take(), scopes));
                }
                return;
            }
        };
        *place = Some(node);
    }
}

/// A claim that is a text; `most` is its longest length in bytes.
pub(super) fn text<'a>(
    name: &'static str,
    node: Option<Node<'a>>,
    most: usize,
) -> Result<Cow<'a, str>, VerifyError> {
    match node {
        None => Err(VerifyError::MissingClaim(name)),
        Some(Node::Text(text)) if !text.is_empty() && text.len() <= most => Ok(text),
        Some(_) => Err(VerifyError::InvalidClaim(name)),
    }
}

/// A claim that is a text if it is there.
pub(super) fn optional_text<'a>(
    name: &'static str,
    node: Option<Node<'a>>,
    most: usize,
) -> Result<Option<Cow<'a, str>>, VerifyError> {
    node.map(|node| text(name, Some(node), most)).transpose()
}

/// A `NumericDate` (RFC 7519 §2), rounded up.
///
/// Rounding up loses nothing: a whole `now` is before a fractional moment exactly when it is
/// before the next whole second.
pub(super) fn seconds(
    name: &'static str,
    node: Option<&Node<'_>>,
) -> Result<Option<UnixSeconds>, VerifyError> {
    let seconds = match node {
        None => return Ok(None),
        Some(Node::Whole(seconds)) => *seconds,
        Some(Node::Number(number)) if (0.0..=253_402_300_799.0).contains(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the range was checked in the line above"
            )]
            let seconds = number.ceil() as u64;
            seconds
        }
        Some(_) => return Err(VerifyError::InvalidClaim(name)),
    };
    if seconds > LAST_SECOND {
        return Err(VerifyError::InvalidClaim(name));
    }
    Ok(Some(UnixSeconds::new(seconds)))
}
