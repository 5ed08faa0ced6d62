//! What unit tests of several modules need.

use std::sync::Arc;

use agentup_auth::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, Principal, PrincipalId, ScopeGraph,
    TrustedIssuer, UnixSeconds, VerificationKey, Verifier,
    issue::{self, SigningKey},
};
use serde_json::{Map, Value, json};

use crate::{audit::Audit, clock::Clock};

const SECRET: &[u8] = b"a secret of the tests, which is long enough";
const NOW: u64 = 1_900_000_000;

/// A principal with this subject and these scopes, made the only way there is: from a token.
pub(crate) fn principal(subject: &str, scope: &str) -> Arc<Principal> {
    let mut claims = Map::new();
    for (name, value) in [
        ("iss", json!("issuer")),
        ("sub", json!(subject)),
        ("exp", json!(NOW + 60)),
        ("scope", json!(scope)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let signing = SigningKey::hmac(Algorithm::HS256, SECRET).unwrap();
    let token = issue::sign(&Map::<String, Value>::new(), &claims, &signing).unwrap();
    let secret = HmacSecret::new(SECRET).unwrap();
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).unwrap();
    let issuer = TrustedIssuer {
        issuer: Some("issuer".into()),
        audiences: Vec::new(),
        keys: KeySet::new(vec![key]).unwrap(),
    };
    let verifier = Verifier::new(vec![issuer], Policy::default());
    let claims = verifier
        .verify(BearerToken::new(&token), UnixSeconds::new(NOW))
        .unwrap();
    Arc::new(Principal::from_claims(claims, &ScopeGraph::standard()))
}

/// The name of such a principal.
pub(crate) fn principal_id(subject: &str) -> PrincipalId {
    principal(subject, "basic").id().clone()
}

/// An audit that records nothing.
pub(crate) fn no_audit() -> Audit {
    Audit::off(Clock::system())
}

/// The default limits, changed.
pub(crate) fn limits(
    change: impl FnOnce(&mut crate::config::LimitsConfig),
) -> crate::config::LimitsConfig {
    let environment = agentup_env::Environment::from_pairs([("", ""); 0]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "security: { enabled: false }\n").unwrap();
    let loaded = crate::config::load(file.path(), &environment);
    let mut limits = loaded.unwrap().config.server.limits;
    change(&mut limits);
    limits
}
