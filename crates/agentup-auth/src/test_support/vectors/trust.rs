//! What the vectors trust: issuers, their keys, and a policy, all under a name.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    algorithm::Algorithm,
    base64url,
    issue::SigningKey,
    keys::{HmacSecret, KeySet, VerificationKey},
    revocation::RevocationList,
    test_support,
    verify::{Policy, TokenTypes, TrustedIssuer, Verifier},
};

/// The issuers, and what is asked of their tokens beyond the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trust {
    /// The trusted issuers.
    pub issuers: Vec<IssuerTrust>,
    /// The only `typ` values accepted; empty for the default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_types: Vec<String>,
    /// Claims that are required beyond the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_claims: Vec<String>,
    /// Whether all of RFC 9068 §2 is asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub access_token_profile: bool,
    /// Revoked tokens, by issuer and `jti`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<(String, String)>,
}

/// One issuer with the keys of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IssuerTrust {
    /// The exact `iss`.
    pub issuer: String,
    /// The names of the verifier; empty: not checked.
    pub audiences: Vec<String>,
    /// The algorithms in use.
    pub algorithms: Vec<String>,
    /// Shared secrets, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretText>,
    /// A JWK set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
}

/// A shared secret as text, or as base64url where it is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecretText {
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The secret itself, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// … or its bytes in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64url: Option<String>,
}

impl Trust {
    /// The verifier that trusts this.
    ///
    /// # Panics
    /// When a key or an algorithm of it cannot be used.
    #[must_use]
    pub fn verifier(&self, cached_tokens: usize) -> Verifier {
        let mut policy = Policy {
            required_claims: self.required_claims.clone(),
            access_token_profile: self.access_token_profile,
            cached_tokens,
            ..Policy::default()
        };
        if !self.token_types.is_empty() {
            policy.token_types = TokenTypes::only(&self.token_types);
        }
        let list = RevocationList::new();
        list.replace(self.revoked.iter().cloned())
            .expect("the list is short");
        let issuers = self.issuers.iter().map(IssuerTrust::trusted).collect();
        Verifier::new(issuers, policy).with_revocations(Arc::new(list))
    }
}

impl IssuerTrust {
    fn trusted(&self) -> TrustedIssuer {
        let algorithms: Vec<Algorithm> = self
            .algorithms
            .iter()
            .map(|name| name.parse().expect("an algorithm"))
            .collect();
        let keys = match &self.jwks {
            Some(jwks) => {
                let loaded = KeySet::from_jwks(jwks.to_string().as_bytes(), &algorithms);
                let loaded = loaded.expect("a key set");
                assert_eq!(loaded.skipped, [], "every key of the set is good");
                loaded.keys
            }
            None => self.secret_keys(&algorithms),
        };
        TrustedIssuer {
            issuer: Some(self.issuer.clone()),
            audiences: self.audiences.clone(),
            keys,
        }
    }

    fn secret_keys(&self, algorithms: &[Algorithm]) -> KeySet {
        let mut keys = Vec::new();
        for secret in &self.secrets {
            let bytes = match (&secret.text, &secret.base64url) {
                (Some(text), _) => text.clone().into_bytes(),
                (None, encoded) => {
                    let encoded = encoded.as_deref().unwrap_or_default();
                    base64url::decode(encoded.as_bytes()).expect("base64url")
                }
            };
            let bytes = HmacSecret::new(&bytes).expect("a secret");
            for algorithm in algorithms {
                let key = VerificationKey::hmac(*algorithm, &bytes, secret.kid.as_deref());
                keys.push(key.expect("a long secret"));
            }
        }
        KeySet::new(keys).expect("keys of one kind")
    }
}

/// Everything that vectors trust, by name.
///
/// # Panics
/// When a fixed key cannot be read: a fault in this module.
#[must_use]
pub fn trusts() -> BTreeMap<String, Trust> {
    let mut all = BTreeMap::new();
    for algorithm in Algorithm::ALL {
        let name = algorithm.name().to_lowercase();
        all.insert(name, one(fixed(algorithm, test_support::ISSUER)));
    }
    let hs256 = || fixed(Algorithm::HS256, test_support::ISSUER);
    let named = |kid: Option<&str>, text: &str| SecretText {
        kid: kid.map(str::to_owned),
        text: Some(text.to_owned()),
        base64url: None,
    };
    let rotated = IssuerTrust {
        secrets: vec![
            named(None, test_support::OTHER_SECRET),
            named(None, test_support::SECRET),
        ],
        ..hs256()
    };
    let named = IssuerTrust {
        secrets: vec![
            named(Some("new"), test_support::OTHER_SECRET),
            named(Some("old"), test_support::SECRET),
        ],
        ..hs256()
    };
    let two_audiences = IssuerTrust {
        audiences: vec!["other".to_owned(), "agentup".to_owned()],
        ..hs256()
    };
    let listed = |issuer: &str, id: &str| (issuer.to_owned(), id.to_owned());
    let more = [
        ("hs256-rotated", one(rotated)),
        ("hs256-named", one(named)),
        ("hs256-two-audiences", one(two_audiences)),
        (
            "hs256-required",
            Trust {
                required_claims: vec!["jti".to_owned(), "tenant".to_owned()],
                ..one(hs256())
            },
        ),
        (
            "hs256-access-tokens",
            Trust {
                token_types: vec!["at+jwt".to_owned()],
                ..one(hs256())
            },
        ),
        (
            "hs256-profile",
            Trust {
                access_token_profile: true,
                ..one(hs256())
            },
        ),
        (
            "hs256-revoked",
            Trust {
                revoked: vec![
                    listed(test_support::ISSUER, "bad"),
                    listed("other", "token-1"),
                ],
                ..one(hs256())
            },
        ),
        ("rs256-two-keys", one(two_keys())),
        ("rs256-es256", one(two_families())),
        ("es256-many-keys", one(many_keys())),
        (
            "two-issuers",
            Trust {
                issuers: vec![
                    fixed(Algorithm::RS256, test_support::ISSUER),
                    IssuerTrust {
                        jwks: Some(other_jwks(test_support::KID)),
                        ..fixed(Algorithm::RS256, "https://other.example")
                    },
                ],
                ..Trust::default()
            },
        ),
    ];
    all.extend(
        more.into_iter()
            .map(|(name, trust)| (name.to_owned(), trust)),
    );
    all.extend(super::rfcs::trusts());
    all
}

fn one(issuer: IssuerTrust) -> Trust {
    Trust {
        issuers: vec![issuer],
        ..Trust::default()
    }
}

/// An issuer with the fixed key of one algorithm.
fn fixed(algorithm: Algorithm, issuer: &str) -> IssuerTrust {
    let base = IssuerTrust {
        issuer: issuer.to_owned(),
        audiences: vec![test_support::AUDIENCE.to_owned()],
        algorithms: vec![algorithm.name().to_owned()],
        ..IssuerTrust::default()
    };
    if algorithm.is_symmetric() {
        let text = Some(test_support::SECRET.to_owned());
        return IssuerTrust {
            secrets: vec![SecretText {
                text,
                ..SecretText::default()
            }],
            ..base
        };
    }
    IssuerTrust {
        jwks: Some(test_support::jwks(algorithm)),
        ..base
    }
}

/// The second RSA key under a name.
fn other_jwks(kid: &str) -> Value {
    let pem = test_support::other_private_pem(Algorithm::RS256).expect("there is one");
    let key = SigningKey::from_pem(Algorithm::RS256, pem.as_bytes()).expect("it is RSA");
    serde_json::json!({ "keys": [key.public_jwk(Some(kid))] })
}

fn joined(sets: impl IntoIterator<Item = Value>) -> Value {
    let keys: Vec<Value> = sets
        .into_iter()
        .flat_map(|set| {
            set.get("keys")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        })
        .collect();
    serde_json::json!({ "keys": keys })
}

fn two_keys() -> IssuerTrust {
    let sets = [other_jwks("key-2"), test_support::jwks(Algorithm::RS256)];
    IssuerTrust {
        jwks: Some(joined(sets)),
        ..fixed(Algorithm::RS256, test_support::ISSUER)
    }
}

fn two_families() -> IssuerTrust {
    let sets = [Algorithm::RS256, Algorithm::ES256].map(test_support::jwks);
    let algorithms = vec!["RS256".to_owned(), "ES256".to_owned()];
    let jwks = Some(joined(sets));
    IssuerTrust {
        algorithms,
        jwks,
        ..fixed(Algorithm::RS256, test_support::ISSUER)
    }
}

/// Nine keys, of which the last is the fixed one: more than are tried for a token without `kid`.
fn many_keys() -> IssuerTrust {
    let pem = test_support::other_private_pem(Algorithm::ES256).expect("there is one");
    let other = SigningKey::from_pem(Algorithm::ES256, pem.as_bytes()).expect("it is P-256");
    let mut keys: Vec<_> = (1..9)
        .map(|number| other.public_jwk(Some(&format!("other-{number}"))))
        .collect();
    keys.push(test_support::signing_key(Algorithm::ES256).public_jwk(Some("last")));
    let jwks = Some(serde_json::json!({ "keys": keys }));
    IssuerTrust {
        jwks,
        ..fixed(Algorithm::ES256, test_support::ISSUER)
    }
}
