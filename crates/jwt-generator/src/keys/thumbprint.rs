//! The name that a public key gives itself.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The members that count, in the order in which they are hashed; a type of key has some of them
/// (RFC 7638 §3.2, RFC 8037 §2).
const MEMBERS: [&str; 6] = ["crv", "e", "kty", "n", "x", "y"];

/// The thumbprint of a public JWK with SHA-256 (RFC 7638 §3).
pub(crate) fn thumbprint(jwk: &Map<String, Value>) -> String {
    let members: Map<_, _> = MEMBERS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), jwk.get(name)?.clone())))
        .collect();
    let hash = digest(&SHA256, Value::from(members).to_string().as_bytes());
    URL_SAFE_NO_PAD.encode(hash)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thumbprints_are_those_of_the_standards() {
        let rsa = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJ\
                  ECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FD\
                  W2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4v\
                  MQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        });
        let ed25519 = json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        for (jwk, expected) in [
            // RFC 7638 §3.1.
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            // RFC 8037 appendix A.3.
            (ed25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            assert_eq!(thumbprint(jwk.as_object().unwrap()), expected);
        }
    }
}
