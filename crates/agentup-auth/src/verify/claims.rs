//! The claims of a token whose signature holds: read in one pass, then held to the rules.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};

use super::{Policy, VerifyError, binding::Binding, issuer::Issuer, scopes, times::Times};
use crate::{
    json::{self, Node},
    principal::PrincipalId,
    scope::{EffectiveScopes, ScopeGraph, ScopeSet},
    time::UnixSeconds,
};

/// The longest `iss`, `sub`, `jti` and `client_id`, in bytes.
const MAX_TEXT_BYTES: usize = 255;

/// The claims of a token whose signature and whose every claim was checked.
///
/// Only [`Verifier::verify`](super::Verifier::verify) makes one. Cloning is cheap, and `Debug`
/// shows no claim.
#[derive(Clone)]
pub struct VerifiedClaims(Arc<Checked>);

struct Checked {
    id: PrincipalId,
    times: Times,
    /// Few tokens are bound to anything.
    binding: Option<Box<Binding>>,
    token_id: Option<Box<str>>,
    /// What the scopes come to in the hierarchy that was asked first.
    effective: OnceLock<(ScopeGraph, EffectiveScopes)>,
    scopes: ScopeSet,
    payload: String,
    map: OnceLock<Map<String, Value>>,
}

impl VerifiedClaims {
    /// Who issued the token: the trusted issuer, exactly (RFC 7519 §4.1.1). Empty only where no
    /// issuer is configured and the token names none.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.0.id.issuer()
    }

    /// Whom the token is about; unique with the issuer only (RFC 7519 §4.1.2).
    #[must_use]
    pub fn subject(&self) -> &str {
        self.0.id.subject()
    }

    /// Issuer and subject.
    pub(crate) fn principal_id(&self) -> &PrincipalId {
        &self.0.id
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
        // This text was read before, more strictly, so it reads now.
        self.0
            .map
            .get_or_init(|| serde_json::from_str(&self.0.payload).unwrap_or_default())
    }

    /// What the scopes come to in the hierarchy that was asked first, if one was.
    pub(crate) fn effective(&self) -> Option<&EffectiveScopes> {
        self.0.effective.get().map(|(_, effective)| effective)
    }

    /// Remembers what the scopes come to in a hierarchy, so that it is worked out once for a token
    /// that comes again. Answers it where that of another hierarchy is remembered.
    pub(crate) fn remember_effective(&self, graph: &ScopeGraph) -> Option<EffectiveScopes> {
        let work_out = || graph.effective(self.scopes());
        let known = &self.0.effective;
        let (asked, _) = known.get_or_init(|| (graph.clone(), work_out()));
        (!asked.is(graph)).then(work_out)
    }

    pub(super) fn times(&self) -> &Times {
        &self.0.times
    }

    /// What the token is bound to, if it is.
    pub(super) fn binding(&self) -> Option<&Binding> {
        self.0.binding.as_deref()
    }
}

impl fmt::Debug for VerifiedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedClaims").finish_non_exhaustive()
    }
}

/// Holds the payload of a token whose signature holds to all rules but those of the moment.
pub(super) fn check(
    payload: Vec<u8>,
    issuer: &Issuer,
    is_access_token: bool,
    policy: &Policy,
) -> Result<VerifiedClaims, VerifyError> {
    let payload = String::from_utf8(payload).map_err(|_| VerifyError::MalformedClaims)?;
    let mut raw = RawClaims::default();
    raw.read(&payload, policy)?;
    // RFC 8725 §3.11: a token that says in `typ` what it is cannot be mistaken.
    if raw.is_of_other_kind && !is_access_token {
        return Err(VerifyError::TypeNotAccepted);
    }
    let name = issuer.check_name(raw.iss)?;
    issuer.check_audience(raw.aud.as_ref())?;
    let subject = subject(raw.sub)?;
    let times = Times::read(raw.exp.as_ref(), raw.nbf.as_ref(), raw.iat.as_ref())?;
    let token_id = optional_text("jti", raw.jti)?;
    let client_id = optional_text("client_id", raw.client_id)?;
    if policy.access_token_profile {
        // RFC 9068 §2.1 and §2.2, beyond what every token must have.
        if !is_access_token {
            return Err(VerifyError::TypeNotAccepted);
        }
        present("iss", !name.is_empty())?;
        present("client_id", client_id.is_some())?;
        present("iat", times.issued_at.is_some())?;
        present("jti", token_id.is_some())?;
    }
    present(
        "required by configuration",
        raw.required_found >= policy.required_claims.len(),
    )?;
    let scopes = raw.scopes.transpose()?.unwrap_or_default();
    let binding = raw.has_cnf.then(|| Box::new(Binding::read(&payload)));
    let (map, effective) = (OnceLock::new(), OnceLock::new());
    let checked = Checked {
        id: PrincipalId::new(&name, &subject),
        times,
        binding,
        token_id: token_id.map(Into::into),
        effective,
        scopes,
        payload,
        map,
    };
    Ok(VerifiedClaims(Arc::new(checked)))
}

/// A claim that is a text if it is there.
pub(super) fn optional_text<'a>(
    name: &'static str,
    node: Option<Node<'a>>,
) -> Result<Option<Cow<'a, str>>, VerifyError> {
    match node {
        None => Ok(None),
        Some(Node::Text(text)) if (1..=MAX_TEXT_BYTES).contains(&text.len()) => Ok(Some(text)),
        Some(_) => Err(VerifyError::InvalidClaim(name)),
    }
}

/// RFC 7519 §4.1.2. It is written to logs and compared with others, so it has to be printable.
fn subject(node: Option<Node<'_>>) -> Result<Cow<'_, str>, VerifyError> {
    let subject = optional_text("sub", node)?.ok_or(VerifyError::MissingClaim("sub"))?;
    if subject.chars().any(char::is_control) {
        return Err(VerifyError::InvalidClaim("sub"));
    }
    Ok(subject)
}

fn present(name: &'static str, is_there: bool) -> Result<(), VerifyError> {
    if is_there {
        Ok(())
    } else {
        Err(VerifyError::MissingClaim(name))
    }
}

/// The claims that are looked at, as they stand.
#[derive(Default)]
struct RawClaims<'a> {
    iss: Option<Node<'a>>,
    aud: Option<Node<'a>>,
    sub: Option<Node<'a>>,
    exp: Option<Node<'a>>,
    nbf: Option<Node<'a>>,
    iat: Option<Node<'a>>,
    jti: Option<Node<'a>>,
    client_id: Option<Node<'a>>,
    /// What the scope claims say, or how they are at fault.
    scopes: Option<Result<ScopeSet, VerifyError>>,
    /// How many of the configured claims are there and not null.
    required_found: usize,
    has_cnf: bool,
    /// Claims that an ID token, a logout token or an event has, and an access token has not.
    is_of_other_kind: bool,
}

impl<'a> RawClaims<'a> {
    fn read(&mut self, payload: &'a str, policy: &Policy) -> Result<(), VerifyError> {
        json::read_object(payload, |name, node| self.put(name, node, policy))
            .map_err(|_| VerifyError::MalformedClaims)
    }

    fn put(&mut self, name: &str, node: Node<'a>, policy: &Policy) {
        if policy.required_claims.iter().any(|claim| claim == name) && node != Node::Null {
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
                    self.scopes = Some(scopes::agree(self.scopes.take(), scopes::read(&node)));
                }
                return;
            }
        };
        *place = Some(node);
    }
}
