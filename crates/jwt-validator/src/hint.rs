//! What to do next about a token that was refused: one sentence for each code.

use agentup_auth::{Algorithm, Family, VerifyError};
use agentup_env::cli::terminal::safe_text;

use crate::{
    claims,
    keys::{Keys, Kind},
    report::Decoded,
};

/// What to do when there was nothing to verify with.
pub(crate) const NO_KEY: &str = "give the secret as the second argument, with --secret-file FILE or in \
                                 JWT_SECRET, or public keys with --key-file FILE or --jwks-url URL";

/// What to do when the token cannot even be read.
pub(crate) const MALFORMED: &str = "a token is three parts of base64url with dots between them; leave out \
                                    \"Bearer \", quotes, spaces and line breaks";

/// What to do about a refusal.
pub(crate) fn for_refusal(error: VerifyError, decoded: &Decoded, keys: &Keys) -> Option<String> {
    let kid = || {
        decoded
            .header
            .get("kid")
            .map_or_else(|| "none".to_owned(), claims::shown)
    };
    let claim = |name: &str| {
        decoded
            .payload
            .get(name)
            .map_or_else(|| "missing".to_owned(), claims::shown)
    };
    Some(match error {
        VerifyError::TooLarge => {
            "servers refuse a token over 8 KiB and a header over 1 KiB: put less into it".to_owned()
        }
        VerifyError::Malformed => MALFORMED.to_owned(),
        VerifyError::MalformedHeader => {
            "the header must be one JSON object with every member once, alg a text, and kid, if any, a text"
                .to_owned()
        }
        VerifyError::AlgorithmNotAllowed => for_algorithm(decoded, keys),
        VerifyError::EmbeddedKey => {
            "the header brings a key of its own (jwk, jku, x5u or x5c), which proves nothing".to_owned()
        }
        VerifyError::CriticalHeader => {
            "the header has crit: the issuer asks for an extension that is not supported".to_owned()
        }
        VerifyError::UnsupportedHeader => {
            "the header asks for a form that is not supported (b64, zip, enc or cty)".to_owned()
        }
        VerifyError::TypeNotAccepted => "this is not an access token but of another kind, an ID token for \
                                         instance: ask the issuer for an access token"
            .to_owned(),
        VerifyError::UntrustedIssuer => {
            format!("the token's issuer (iss) is {}: compare it with --issuer, letter by letter", claim("iss"))
        }
        VerifyError::KeysUnavailable => format!(
            "{} cannot be had: {}",
            keys.place,
            keys.unavailable.as_deref().unwrap_or("there is no answer")
        ),
        VerifyError::UnknownKid => {
            format!("no key of {} has the token's kid ({}): is it up to date?", keys.place, kid())
        }
        VerifyError::BadSignature => for_signature(decoded, keys),
        VerifyError::MalformedClaims => {
            "the payload must be one JSON object with every member once".to_owned()
        }
        VerifyError::MissingClaim(name) => format!("the claim {name} is required and not there"),
        VerifyError::InvalidClaim(name) => {
            format!("the claim {name} has the wrong type or a value that it cannot have")
        }
        VerifyError::WrongAudience => {
            format!("the token's audience (aud) is {}: compare it with --audience, letter by letter", claim("aud"))
        }
        VerifyError::Expired => {
            "make a new one, with more time if need be: jwt-generator --expires-in 7200".to_owned()
        }
        VerifyError::NotYetValid | VerifyError::IssuedInFuture => {
            "wait, or compare the clock of the issuer with that of this machine".to_owned()
        }
        VerifyError::LifetimeTooLong => "servers refuse a token that lives longer than a day, if not configured \
                                         otherwise: make one with less time"
            .to_owned(),
        VerifyError::ConflictingScopes => {
            "the token has several scope claims (scope, scp, scopes) that do not say the same".to_owned()
        }
        VerifyError::ProofRequired => "the token is bound to a key (cnf) and good only together with a proof of \
                                       it, by DPoP or a client certificate"
            .to_owned(),
        _ => return None,
    })
}

fn for_algorithm(decoded: &Decoded, keys: &Keys) -> String {
    let named = decoded
        .header
        .get("alg")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let accepted: Vec<_> = accepted(keys);
    let accepted = accepted.join(", ");
    let family = named.parse::<Algorithm>().map(Algorithm::family);
    let named = safe_text(named);
    match (family, keys.kind) {
        (Err(_), _) if named.eq_ignore_ascii_case("none") => {
            "the token is not signed (alg none); such tokens are \
                                                              never accepted"
                .to_owned()
        }
        (Err(_), _) => format!("the header says alg {named}, which is not supported"),
        (Ok(Family::Hmac), Kind::Public) => {
            format!(
                "the header says alg {named}, which is made with a secret: give that, not a public key"
            )
        }
        (Ok(family), Kind::Secret) if family != Family::Hmac => {
            format!(
                "the header says alg {named}, which no secret verifies: give the public key with --key-file FILE \
                 or --jwks-url URL"
            )
        }
        _ => format!("the header says alg {named}, and only {accepted} is accepted here"),
    }
}

fn for_signature(decoded: &Decoded, keys: &Keys) -> String {
    let named = decoded
        .header
        .get("alg")
        .map(claims::shown)
        .unwrap_or_default();
    let mistake = match keys.kind {
        Kind::Secret => "is it the issuer's JWT_SECRET, without quotes or spaces around it",
        Kind::Public => "is it the issuer's present key",
    };
    format!(
        "wrong key or changed token; the header says alg {named}, the key was that of {}: {mistake}?",
        keys.place
    )
}

fn accepted(keys: &Keys) -> Vec<&'static str> {
    let mut names = Vec::new();
    for key in keys.set.keys() {
        if !names.contains(&key.algorithm().name()) {
            names.push(key.algorithm().name());
        }
    }
    names
}
