//! Challenges: how a refusal tells a client what to come with (RFC 9110 §11.6.1), one for each
//! scheme that is accepted.

use std::fmt::Write as _;

use agentup_auth::{ApiKeyError, CredentialError, DpopError, VerifyError};
use http::HeaderValue;

use super::Rejection;

/// A scheme that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChallengeScheme {
    /// A token by itself (RFC 6750 §3).
    Bearer,
    /// A token with a proof (RFC 9449 §7.1), signed with one of these algorithms.
    Dpop {
        /// Their names, separated by spaces.
        algorithms: String,
    },
    /// A key. The scheme is not registered; it names the header, for people.
    ApiKey {
        /// The name of the header.
        header: String,
    },
}

/// The challenges of an agent, one for each scheme, and what else all its refusals have in common.
#[derive(Clone, Debug)]
pub(crate) struct Challenger {
    realm: String,
    resource_metadata: String,
    challenges: Vec<Challenge>,
    advice: String,
}

/// A challenge but for what is wrong with the credential that came, which stands between its parts.
#[derive(Clone, Debug)]
struct Challenge {
    scheme: ChallengeScheme,
    start: String,
    end: String,
}

/// What a challenge says of the credential that came, beyond what it asks for.
struct Fault {
    /// The scheme that the credential came with, or would have.
    of: fn(&ChallengeScheme) -> bool,
    error: &'static str,
    description: &'static str,
    scope: Option<String>,
}

impl Challenger {
    /// `realm` and `resource_metadata` must be free of quotes and control characters.
    pub(crate) fn new(realm: String, resource_metadata: String) -> Self {
        let new = Self {
            realm,
            resource_metadata,
            challenges: Vec::new(),
            advice: String::new(),
        };
        new.with_schemes(vec![ChallengeScheme::Bearer])
    }

    /// The same for these schemes, of which there is at least one.
    pub(crate) fn with_schemes(mut self, schemes: Vec<ChallengeScheme>) -> Self {
        let ways: Vec<_> = schemes.iter().map(ChallengeScheme::way).collect();
        self.advice = format!(
            "Authentication required: send the header {}",
            ways.join(" or ")
        );
        let challenge = |scheme| Challenge::new(scheme, &self.realm, &self.resource_metadata);
        self.challenges = schemes.into_iter().map(challenge).collect();
        self
    }

    /// The challenges of a refusal that a credential could prevent, one for each scheme. What is
    /// wrong is told with the scheme that it is wrong with.
    pub(super) fn challenges(&self, rejection: &Rejection) -> impl Iterator<Item = HeaderValue> {
        let fault = Fault::of(rejection);
        let is_told = fault.is_some() || matches!(rejection, Rejection::Unauthenticated);
        let challenges = self.challenges.iter().filter(move |_| is_told);
        // A scheme that is not accepted has no challenge; the first one tells it then.
        let place = fault.as_ref().and_then(|fault| {
            let of = |challenge: &Challenge| (fault.of)(&challenge.scheme);
            self.challenges.iter().position(of).or(Some(0))
        });
        challenges.enumerate().map(move |(index, challenge)| {
            let fault = fault.as_ref().filter(|_| place == Some(index));
            challenge.with(fault)
        })
    }

    /// What a client without a credential is told to come with.
    pub(super) fn advice(&self) -> &str {
        &self.advice
    }
}

impl Challenge {
    /// With `resource_metadata` of RFC 9728 §5.1.
    fn new(scheme: ChallengeScheme, realm: &str, resource_metadata: &str) -> Self {
        let mut start = format!("{} realm=\"{realm}\"", scheme.name());
        let mut end = String::new();
        match &scheme {
            ChallengeScheme::Bearer => {}
            ChallengeScheme::Dpop { algorithms } => end = format!(", algs=\"{algorithms}\""),
            ChallengeScheme::ApiKey { header } => {
                let _ = write!(start, ", header=\"{header}\"");
            }
        }
        let _ = write!(end, ", resource_metadata=\"{resource_metadata}\"");
        Self { scheme, start, end }
    }

    fn with(&self, fault: Option<&Fault>) -> HeaderValue {
        let Self { scheme, start, end } = self;
        // Put together without `format!`, which takes several times as long: a flood of bad tokens
        // asks for as many of these.
        let text = match fault {
            None => [start, end.as_str()].concat(),
            Some(fault) => {
                let (before, scope, after) = match &fault.scope {
                    Some(scope) => ("\", scope=\"", scope.as_str(), "\""),
                    None => ("\"", "", ""),
                };
                [
                    start,
                    ", error=\"",
                    fault.error,
                    "\", error_description=\"",
                    fault.description,
                    before,
                    scope,
                    after,
                    end,
                ]
                .concat()
            }
        };
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(scheme.name()))
    }
}

impl ChallengeScheme {
    const fn name(&self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop { .. } => "DPoP",
            Self::ApiKey { .. } => "ApiKey",
        }
    }

    fn way(&self) -> String {
        match self {
            Self::Bearer => "`Authorization: Bearer <token>`".to_owned(),
            Self::Dpop { .. } => "`Authorization: DPoP <token>` with a proof in `DPoP`".to_owned(),
            Self::ApiKey { header } => format!("`{header}: <key>`"),
        }
    }
}

impl Fault {
    /// What a challenge says; nothing where no other credential would help.
    fn of(rejection: &Rejection) -> Option<Self> {
        let bearer = |scheme: &ChallengeScheme| *scheme == ChallengeScheme::Bearer;
        let dpop = |scheme: &ChallengeScheme| matches!(scheme, ChallengeScheme::Dpop { .. });
        let api_key = |scheme: &ChallengeScheme| matches!(scheme, ChallengeScheme::ApiKey { .. });
        let invalid_token = "invalid_token";
        let fault = |of, error, description| {
            let scope = None;
            Some(Self {
                of,
                error,
                description,
                scope,
            })
        };
        match rejection {
            Rejection::Credential(error @ CredentialError::TwoCredentials) => {
                fault(bearer, "invalid_request", error.description())
            }
            Rejection::Credential(error) => fault(bearer, invalid_token, error.description()),
            Rejection::Token(VerifyError::KeysUnavailable)
            | Rejection::BoundToken(VerifyError::KeysUnavailable)
            | Rejection::Proof {
                error: DpopError::MemoryFull,
                ..
            } => None,
            Rejection::Token(error) => fault(bearer, invalid_token, error.description()),
            Rejection::BoundToken(error) => fault(dpop, invalid_token, error.description()),
            Rejection::Proof { error, .. } => fault(dpop, error.error(), error.description()),
            Rejection::Introspection(error) if error.is_callers_fault() => {
                fault(bearer, invalid_token, error.description())
            }
            Rejection::ApiKey(error @ ApiKeyError::TwoKeys) => {
                fault(api_key, "invalid_request", error.description())
            }
            Rejection::ApiKey(error) => fault(api_key, "invalid_key", error.description()),
            Rejection::Scope(denied, _) => {
                let scope = denied.scope();
                let description = match scope {
                    Some(_) => "The token lacks a scope that this skill requires",
                    // What is asked of claims is not told: it is a rule about other callers.
                    None => "The token gives no access to this skill, whatever its scopes",
                };
                let fault = fault(bearer, "insufficient_scope", description)?;
                Some(Self { scope, ..fault })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
