//! Algorithms: the key's, exactly, and no other.

use serde_json::json;

use super::{Family, good, good_text, hs256, sign, sign_with};
use crate::{
    algorithm::Algorithm,
    issue::SigningKey,
    test_support::{jwks, private_pem, signing_key},
};

const ALLOWED: &str = "RFC 8725 §3.1";
const NAME: &str = "RFC 7515 §4.1.1";

pub(super) fn family() -> Family {
    let mut family = Family::new("algorithms");
    for algorithm in Algorithm::ALL {
        let trust = algorithm.name().to_lowercase();
        family.accept(algorithm.name(), "RFC 7518 §3.1", &trust, good(algorithm));
    }
    let token = sign(
        Algorithm::EdDSA,
        r#"{"alg":"Ed25519","kid":"key-1"}"#,
        good_text(),
    );
    family.accept(
        "Ed25519, the newer name of EdDSA",
        "RFC 9864 §2.2",
        "eddsa",
        token,
    );
    let token = hs256(r#"{"\u0061lg":"HS\u003256"}"#, good_text());
    family.accept("written with escapes", "RFC 8259 §7", "hs256", token);
    none(&mut family);
    names(&mut family);
    others(&mut family);
    confusion(&mut family);
    family
}

fn none(family: &mut Family) {
    for name in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        " none",
        "no\u{200b}ne",
    ] {
        let signed = hs256(&json!({ "alg": name }).to_string(), good_text());
        let (unsigned, _) = signed.rsplit_once('.').expect("three parts");
        let unsigned = format!("{unsigned}.");
        for (kind, token) in [("signed", signed.clone()), ("unsigned", unsigned)] {
            let name = format!("{name:?}, {kind}");
            family.refuse(
                &name,
                ALLOWED,
                "hs256",
                "algorithm_not_allowed",
                token.clone(),
            );
            if kind == "unsigned" {
                let name = format!("{name}, public keys");
                family.refuse(&name, ALLOWED, "rs256", "algorithm_not_allowed", token);
            }
        }
    }
}

fn names(family: &mut Family) {
    for (name, header) in [
        ("missing", r#"{"typ":"JWT"}"#),
        ("null", r#"{"alg":null}"#),
        ("number", r#"{"alg":256}"#),
        ("boolean", r#"{"alg":true}"#),
        ("array", r#"{"alg":["HS256"]}"#),
        ("object of the name", r#"{"alg":{"HS256":null}}"#),
        ("member in capitals", r#"{"ALG":"HS256"}"#),
        ("there twice", r#"{"alg":"HS256","alg":"HS256"}"#),
        ("there twice, none first", r#"{"alg":"none","alg":"HS256"}"#),
        (
            "there twice, one with escapes",
            r#"{"alg":"HS256","\u0061lg":"HS256"}"#,
        ),
    ] {
        family.refuse(
            name,
            NAME,
            "hs256",
            "malformed_header",
            hs256(header, good_text()),
        );
    }
    for name in [
        "", "hs256", "Hs256", "HS256 ", " HS256", "HS256\0", "HS256\n", "HS-256", "HS", "HS257",
        "HS1", "ES256K", "RS1", "RSA-OAEP", "A128KW", "dir", "Ed448", "SHA256",
    ] {
        let token = hs256(&json!({ "alg": name }).to_string(), good_text());
        let name = format!("unknown name {name:?}");
        family.refuse(&name, NAME, "hs256", "algorithm_not_allowed", token);
    }
}

/// Good signatures of another algorithm than the key's, and names that do not fit the signature.
fn others(family: &mut Family) {
    const REFUSED: &str = "algorithm_not_allowed";
    for other in [
        Algorithm::HS384,
        Algorithm::HS512,
        Algorithm::RS256,
        Algorithm::EdDSA,
    ] {
        let name = format!("{other} where HS256 is the key's");
        family.refuse(&name, ALLOWED, "hs256", REFUSED, good(other));
    }
    for other in [
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::HS256,
    ] {
        let name = format!("{other} where RS256 is the key's");
        family.refuse(&name, ALLOWED, "rs256", REFUSED, good(other));
    }
    for other in [Algorithm::RS256, Algorithm::PS512] {
        let name = format!("{other} where PS256 is the key's");
        family.refuse(&name, ALLOWED, "ps256", REFUSED, good(other));
    }
    for other in [Algorithm::ES384, Algorithm::EdDSA] {
        let name = format!("{other} where ES256 is the key's");
        family.refuse(&name, ALLOWED, "es256", REFUSED, good(other));
    }
    for (claimed, real, trust) in [
        (Algorithm::HS256, Algorithm::HS512, "hs256"),
        (Algorithm::HS512, Algorithm::HS256, "hs512"),
        (Algorithm::RS256, Algorithm::RS512, "rs256"),
        (Algorithm::RS256, Algorithm::PS256, "rs256"),
        (Algorithm::PS256, Algorithm::RS256, "ps256"),
        (Algorithm::ES256, Algorithm::EdDSA, "es256"),
        (Algorithm::EdDSA, Algorithm::ES256, "eddsa"),
        (Algorithm::ES256, Algorithm::ES384, "es256"),
    ] {
        let header = json!({ "alg": claimed.name() }).to_string();
        let name = format!("named {claimed}, signed with {real}");
        family.refuse(
            &name,
            ALLOWED,
            trust,
            "bad_signature",
            sign(real, &header, good_text()),
        );
    }
}

/// A MAC made with what everybody can read (CVE-2015-9235).
fn confusion(family: &mut Family) {
    let pem = public_pem();
    let der = pem::parse(&pem).expect("PEM").into_contents();
    let jwk = signing_key(Algorithm::RS256).public_jwk(None).expect("RSA");
    let jwk = serde_json::Value::Object(jwk).to_string();
    let set = jwks(Algorithm::RS256).to_string();
    let modulus = jwk.split('"').nth(7).unwrap_or_default().to_owned();
    for (name, secret) in [
        ("the PEM text", pem.as_bytes()),
        (
            "the PEM text without the last newline",
            pem.trim_end().as_bytes(),
        ),
        ("the DER bytes", &der),
        ("the JWK text", jwk.as_bytes()),
        ("the text of the whole set", set.as_bytes()),
        ("the modulus", modulus.as_bytes()),
        ("nothing", b""),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let key = SigningKey::hmac(algorithm, secret).expect("HMAC");
            let header = json!({ "alg": algorithm.name(), "kid": "key-1" }).to_string();
            let name = format!("{algorithm} with {name} as the secret");
            let token = sign_with(&key, &header, good_text());
            family.refuse(
                &name,
                "CVE-2015-9235",
                "rs256",
                "algorithm_not_allowed",
                token,
            );
            // The same bytes under the name of the key's own algorithm.
            if algorithm == Algorithm::HS256 {
                let header = r#"{"alg":"RS256","kid":"key-1"}"#;
                let name = format!("{name}, named RS256");
                let token = sign_with(&key, header, good_text());
                family.refuse(&name, "CVE-2015-9235", "rs256", "bad_signature", token);
            }
        }
    }
}

/// The public half of the fixed RSA key as PEM.
fn public_pem() -> String {
    let private = private_pem(Algorithm::RS256).expect("RSA");
    let private = pem::parse(private).expect("PEM");
    let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(private.contents()).expect("RSA");
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    let spki =
        aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(public)
            .expect("SPKI");
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("PUBLIC KEY", spki.as_ref()), config)
}
