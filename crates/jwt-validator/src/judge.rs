//! From a token, keys and expectations to the answer, by the server's own verifier.

use agentup_auth::{
    BearerToken, Policy, TokenTypes, TrustedIssuer, UnixSeconds, Verifier, VerifyError,
    unverified::{self, UnverifiedError},
};
use agentup_env::Environment;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{
    args::{PolicyName, Rules},
    hint,
    keys::Keys,
    report::{Checked, Content, Decoded, Judgment, Skipped, Verdict},
};

/// What the token is compared with, beside the keys.
pub(crate) struct Expected {
    pub(crate) issuer: Option<String>,
    audiences: Vec<String>,
}

impl Expected {
    /// What the flags say; with `--env`, also what the variables of the agent say.
    pub(crate) fn choose(rules: &Rules, environment: &Environment) -> Self {
        let variable = |name| {
            environment
                .get(name)
                .filter(|value| rules.env && !value.is_empty())
        };
        let issuer = rules.issuer.as_deref().or_else(|| variable("JWT_ISSUER"));
        let audiences = if rules.audience.is_empty() {
            variable("JWT_AUDIENCE")
                .map(str::to_owned)
                .into_iter()
                .collect()
        } else {
            rules.audience.clone()
        };
        Self {
            issuer: issuer.map(str::to_owned),
            audiences,
        }
    }

    /// What to tell a person who might take "valid" for more than it is.
    fn not_checked(&self) -> Vec<String> {
        let what = match (&self.issuer, self.audiences.is_empty()) {
            (None, true) => {
                "the issuer and the audience were not checked: give --issuer and --audience, or --env"
            }
            (None, false) => "the issuer was not checked: give --issuer, or --env",
            (Some(_), true) => "the audience was not checked: give --audience, or --env",
            (Some(_), false) => return Vec::new(),
        };
        vec![what.to_owned()]
    }
}

/// Decodes the token, and verifies it if there are keys and nobody said not to.
pub(crate) fn judge(
    token: &str,
    rules: &Rules,
    keys: Option<&Keys>,
    expected: Expected,
    now: UnixSeconds,
) -> Judgment {
    let not_checked = expected.not_checked();
    let checked = Checked {
        claims: !rules.signature_only,
        issuer: expected.issuer.is_some(),
        audience: !expected.audiences.is_empty(),
    };
    let decoded = Decoded::read(token, rules.signature_only);
    let header = decoded.as_ref().ok().map(|decoded| &decoded.header);
    let answer = keys.map(|keys| verify(token, header, rules, keys, expected, now));
    let decoded = match decoded {
        Ok(decoded) => decoded,
        Err(error) => return undecodable(error, answer.and_then(Result::err)),
    };

    let (verdict, hint) = match (answer, keys) {
        (Some(Ok(())), _) => (Verdict::Valid { checked }, None),
        (Some(Err(error)), Some(keys)) => {
            let verdict = Verdict::Refused {
                code: error.code(),
                reason: error.description().to_owned(),
            };
            (verdict, hint::for_refusal(error, &decoded, keys))
        }
        _ if rules.no_verify => (Verdict::NotVerified(Skipped::NotWanted), None),
        _ => (
            Verdict::NotVerified(Skipped::NoKey),
            Some(hint::NO_KEY.to_owned()),
        ),
    };
    let is_incomplete = checked.claims && matches!(verdict, Verdict::Valid { .. });
    let notes = if is_incomplete {
        not_checked
    } else {
        Vec::new()
    };
    Judgment {
        decoded: Some(decoded),
        verdict,
        notes,
        hint,
    }
}

fn verify(
    token: &str,
    header: Option<&Map<String, Value>>,
    rules: &Rules,
    keys: &Keys,
    expected: Expected,
    now: UnixSeconds,
) -> Result<(), VerifyError> {
    let PolicyName::Strict = rules.policy;
    let mut policy = Policy::default();
    policy.leeway = rules.leeway;
    policy.unnamed_keys = keys.unnamed;
    if rules.signature_only
        && let Some(typ) = header
            .and_then(|header| header.get("typ"))
            .and_then(Value::as_str)
    {
        policy.token_types = TokenTypes::only([typ]);
    }
    let issuer = TrustedIssuer {
        issuer: expected.issuer,
        audiences: expected.audiences,
        keys: keys.set.clone(),
    };
    match Verifier::new(vec![issuer], policy).verify(BearerToken::new(token), now) {
        Err(error) if rules.signature_only && is_about_claims(error) => Ok(()),
        answer => answer.map(drop),
    }
}

/// Whether the verifier came to this only after the signature held. Its errors are in the order of
/// its checks; the type is checked before, too, but not refused there when only the signature counts.
const fn is_about_claims(error: VerifyError) -> bool {
    matches!(
        error,
        VerifyError::TypeNotAccepted
            | VerifyError::MalformedClaims
            | VerifyError::MissingClaim(_)
            | VerifyError::InvalidClaim(_)
            | VerifyError::WrongAudience
            | VerifyError::Expired
            | VerifyError::NotYetValid
            | VerifyError::IssuedInFuture
            | VerifyError::LifetimeTooLong
            | VerifyError::ConflictingScopes
            | VerifyError::ProofRequired
    )
}

impl Decoded {
    /// Takes a token apart. Where only the signature counts, its payload may be anything
    /// (RFC 7515 §3).
    fn read(token: &str, any_payload: bool) -> Result<Self, UnverifiedError> {
        let fault = match unverified::decode(token) {
            Ok(token) => {
                return Ok(Self {
                    header: token.header,
                    payload: token.claims,
                    content: None,
                });
            }
            Err(fault) => fault,
        };
        // Faults are found in the order of the parts: here the header is an object.
        let (UnverifiedError::Json("payload"), true) = (fault, any_payload) else {
            return Err(fault);
        };
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
        let (Some(Ok(header)), Some(Ok(payload))) = (parts.next(), parts.next()) else {
            return Err(fault);
        };
        Ok(Self {
            header: serde_json::from_slice(&header).map_err(|_| fault)?,
            payload: Map::new(),
            content: Some(Content::new(payload)),
        })
    }
}

/// The judgment on a text that cannot be taken apart: as the server has it, if it was asked.
fn undecodable(error: UnverifiedError, refusal: Option<VerifyError>) -> Judgment {
    let reason = match error {
        UnverifiedError::Parts(_) => "Invalid JWT format - must have 3 parts".to_owned(),
        other => other.to_string(),
    };
    let refusal = refusal.unwrap_or(match error {
        UnverifiedError::TooLarge => VerifyError::TooLarge,
        UnverifiedError::Json("header") => VerifyError::MalformedHeader,
        UnverifiedError::Json(_) => VerifyError::MalformedClaims,
        _ => VerifyError::Malformed,
    });
    Judgment {
        decoded: None,
        verdict: Verdict::Refused {
            code: refusal.code(),
            reason,
        },
        notes: Vec::new(),
        hint: Some(hint::MALFORMED.to_owned()),
    }
}
