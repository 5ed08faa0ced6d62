//! One key in three forms: for the verifier, for the bare primitive and for `jsonwebtoken`.

use agentup_auth::{
    Algorithm, HmacSecret, KeySet, VerificationKey,
    issue::{self, SigningKey},
    test_support::{self, KID, SECRET},
};
use aws_lc_rs::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
        RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

/// The fixed key of the tests for one algorithm.
pub(crate) struct Keys {
    pub(crate) algorithm: Algorithm,
    signing: SigningKey,
    /// Tokens name their key by it.
    kid: Option<&'static str>,
}

/// The key as the backend takes it, parsed.
pub(crate) enum Primitive {
    Secret(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl Keys {
    /// A shared secret has no name, as in the documentation; a public key has one.
    pub(crate) fn of(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            signing: test_support::signing_key(algorithm),
            kid: (!algorithm.is_symmetric()).then_some(KID),
        }
    }

    /// A shared secret that has a name.
    pub(crate) fn named_hs256() -> Self {
        Self {
            kid: Some(KID),
            ..Self::of(Algorithm::HS256)
        }
    }

    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> String {
        let kid = self.kid.map(|kid| ("kid".to_owned(), kid.into()));
        issue::sign(&kid.into_iter().collect(), claims, &self.signing).expect("the key signs")
    }

    pub(crate) fn set(&self) -> KeySet {
        if !self.algorithm.is_symmetric() {
            let text = test_support::jwks(self.algorithm).to_string();
            let loaded = KeySet::from_jwks(text.as_bytes(), &[self.algorithm]);
            return loaded.expect("a key set").keys;
        }
        let secret = HmacSecret::new(SECRET.as_bytes()).expect("a secret");
        let key = VerificationKey::hmac(self.algorithm, &secret, self.kid);
        KeySet::new(vec![key.expect("a key")]).expect("a set")
    }

    pub(crate) fn primitive(&self) -> Primitive {
        let algorithm = match self.algorithm {
            Algorithm::HS256 => return Primitive::Secret(secret(hmac::HMAC_SHA256)),
            Algorithm::HS384 => return Primitive::Secret(secret(hmac::HMAC_SHA384)),
            Algorithm::HS512 => return Primitive::Secret(secret(hmac::HMAC_SHA512)),
            Algorithm::RS256 => return self.rsa(&RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => return self.rsa(&RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => return self.rsa(&RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => return self.rsa(&RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => return self.rsa(&RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => return self.rsa(&RSA_PSS_2048_8192_SHA512),
            Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::ES512 => &ECDSA_P521_SHA512_FIXED,
            _ => {
                let point = self.member("x");
                let key = ParsedPublicKey::new(&ED25519, &point);
                return Primitive::Public(key.expect("a point"));
            }
        };
        self.ec(algorithm)
    }

    fn rsa(&self, parameters: &'static RsaParameters) -> Primitive {
        let (n, e) = (self.member("n"), self.member("e"));
        let key = RsaPublicKeyComponents { n: &n, e: &e }.to_parsed_public_key(parameters);
        Primitive::Public(key.expect("a key"))
    }

    fn ec(&self, algorithm: &'static dyn VerificationAlgorithm) -> Primitive {
        let point = [vec![4], self.member("x"), self.member("y")].concat();
        Primitive::Public(ParsedPublicKey::new(algorithm, point).expect("a point"))
    }

    fn jwk(&self) -> Map<String, Value> {
        self.signing.public_jwk(self.kid).expect("a public key")
    }

    fn member(&self, name: &str) -> Vec<u8> {
        let jwk = self.jwk();
        let text = jwk[name].as_str().expect("a text");
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// None for the algorithm that the library does not have.
    pub(crate) fn decoding(&self) -> Option<(DecodingKey, jsonwebtoken::Algorithm)> {
        let algorithm = self.algorithm.name().parse().ok()?;
        let key = if self.algorithm.is_symmetric() {
            DecodingKey::from_secret(SECRET.as_bytes())
        } else {
            let jwk = serde_json::from_value(self.jwk().into()).expect("a JWK");
            DecodingKey::from_jwk(&jwk).expect("a key")
        };
        Some((key, algorithm))
    }
}

fn secret(algorithm: hmac::Algorithm) -> Box<hmac::Key> {
    Box::new(hmac::Key::new(algorithm, SECRET.as_bytes()))
}
