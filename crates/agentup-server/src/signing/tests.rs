//! Keys of each kind, the signatures they make, and the two payloads of a card.

use agentup_protocol::{
    AgentCapabilities, AgentCard, AgentInterface, AgentSkill, SecurityRequirement,
};
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
        RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use serde_json::Value;

use super::*;

const KEYS_URL: &str = "https://agent.example/.well-known/jwks.json";

/// RFC 8037 appendix A.1.
const RFC_8037_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

fn pem_of(tag: &str, der: &[u8]) -> String {
    pem::encode(&pem::Pem::new(tag, der))
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn rfc_8037() -> PrivateKey {
    // PKCS#8 of a seed (RFC 8410 §7).
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend(decode(RFC_8037_SEED));
    PrivateKey::from_pem(pem_of("PRIVATE KEY", &der).as_bytes()).unwrap()
}

fn signer() -> Signer {
    Signer::new(Arc::new(rfc_8037()), KEYS_URL)
}

#[test]
fn a_key_has_the_public_half_and_the_thumbprint_of_the_rfc() {
    let key = rfc_8037();
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(
        key.public_keys(),
        json!({"keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "use": "sig",
            "alg": "EdDSA",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        }]})
    );
}

#[test]
fn every_kind_of_key_makes_signatures_that_verify() {
    let ed25519 = Ed25519KeyPair::generate().unwrap();
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa_der: Pkcs8V1Der<'_> = rsa.as_der().unwrap();
    let cases: [(_, _, _, &'static dyn VerificationAlgorithm); 3] = [
        (
            "EdDSA",
            ed25519.to_pkcs8v1().unwrap().as_ref().to_vec(),
            ed25519.public_key().as_ref(),
            &ED25519,
        ),
        (
            "ES256",
            p256.to_pkcs8v1().unwrap().as_ref().to_vec(),
            p256.public_key().as_ref(),
            &ECDSA_P256_SHA256_FIXED,
        ),
        (
            "RS256",
            rsa_der.as_ref().to_vec(),
            rsa.public_key().as_ref(),
            &RSA_PKCS1_2048_8192_SHA256,
        ),
    ];
    for (name, der, public, algorithm) in cases {
        let key = PrivateKey::from_pem(pem_of("PRIVATE KEY", &der).as_bytes()).unwrap();
        assert_eq!(key.algorithm(), name);
        assert_eq!(key.public_keys()["keys"][0]["alg"], name);
        let id = key.id().to_owned();
        let signature = Signer::new(Arc::new(key), KEYS_URL)
            .sign(b"payload")
            .unwrap();
        let header: Value = serde_json::from_slice(&decode(&signature.protected)).unwrap();
        assert_eq!(
            header,
            json!({"alg": name, "jku": KEYS_URL, "kid": id, "typ": "JOSE"})
        );
        let input = format!("{}.cGF5bG9hZA", signature.protected);
        let public = UnparsedPublicKey::new(algorithm, public);
        public
            .verify(input.as_bytes(), &decode(&signature.signature))
            .unwrap();
        let other = format!("{}.cGF5bG9hZB", signature.protected);
        public
            .verify(other.as_bytes(), &decode(&signature.signature))
            .unwrap_err();
    }
}

#[test]
fn what_is_no_key_of_these_kinds_is_refused() {
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = p384.to_pkcs8v1().unwrap();
    let seed = decode(RFC_8037_SEED);
    for (text, expected) in [
        (String::new(), UnusableKey::NotPkcs8),
        ("hello".to_owned(), UnusableKey::NotPkcs8),
        (pem_of("PUBLIC KEY", &seed), UnusableKey::NotPkcs8),
        (pem_of("RSA PRIVATE KEY", &seed), UnusableKey::NotPkcs8),
        (pem_of("PRIVATE KEY", &seed), UnusableKey::OtherKind),
        (pem_of("PRIVATE KEY", p384.as_ref()), UnusableKey::OtherKind),
    ] {
        let refused = PrivateKey::from_pem(text.as_bytes()).map(|key| key.id().to_owned());
        assert_eq!(refused, Err(expected), "{text}");
    }
}

#[test]
fn debug_shows_no_key() {
    let debug = format!("{:?}", signer());
    assert!(
        debug.contains("kPrK_") && !debug.contains("nWGx") && !debug.contains("9d61b1"),
        "{debug}"
    );
}

#[test]
fn a_detached_signature_has_nothing_between_its_dots() {
    let signature = signer().sign(b"payload").unwrap();
    let parts: Vec<_> = signature.detached().split('.').map(str::to_owned).collect();
    assert_eq!(
        parts,
        [signature.protected, String::new(), signature.signature]
    );
}

fn card() -> AgentCard {
    AgentCard {
        name: "Ä".to_owned(),
        description: "d".to_owned(),
        version: "1".to_owned(),
        interfaces: AgentInterface::at("https://agent.example/"),
        capabilities: AgentCapabilities {
            streaming: true,
            ..AgentCapabilities::default()
        },
        default_input_modes: vec!["text/plain".to_owned()],
        default_output_modes: vec!["text/plain".to_owned()],
        security_requirements: vec![SecurityRequirement::one("bearer", Vec::new())],
        skills: vec![AgentSkill {
            id: "s".to_owned(),
            name: "s".to_owned(),
            description: "s".to_owned(),
            security_requirements: vec![SecurityRequirement::one(
                "bearer",
                vec!["basic".to_owned()],
            )],
            ..AgentSkill::default()
        }],
        ..AgentCard::default()
    }
}

/// The card in canonical JSON, with these texts in the places where the payloads differ.
fn payload(requirements: &str, tags: &str) -> String {
    let interfaces: Vec<_> = AgentInterface::at("https://agent.example/")
        .iter()
        .map(|it| {
            format!(
                r#"{{"protocolBinding":"{}","protocolVersion":"{}","url":"{}"}}"#,
                it.binding.name(),
                it.protocol_version,
                it.url,
            )
        })
        .collect();
    let capabilities = r#"{"extendedAgentCard":false,"pushNotifications":false,"streaming":true}"#;
    let skill = format!(
        r#"{{"description":"s","id":"s","name":"s","securityRequirements":[{{"schemes":{{"bearer":{{"list":["basic"]}}}}}}]{tags}}}"#,
    );
    format!(
        r#"{{"capabilities":{capabilities},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],"description":"d","name":"Ä",{requirements}"skills":[{skill}],"supportedInterfaces":[{}],"version":"1"}}"#,
        interfaces.join(","),
    )
}

#[test]
fn a_card_is_signed_as_specified_and_as_the_clients_clean_it() {
    let expected = [
        payload(
            r#""securityRequirements":[{"schemes":{"bearer":{}}}],"#,
            r#","tags":[]"#,
        ),
        payload("", ""),
    ];
    let signatures = signer().card_signatures(&card()).unwrap();
    let signed: Vec<_> = signatures.iter().map(|it| it.signature.clone()).collect();
    // The same input has the same signature in EdDSA, so equal signatures tell equal payloads.
    let expected: Vec<_> = expected
        .iter()
        .map(|text| signer().sign(text.as_bytes()).unwrap().signature)
        .collect();
    assert_eq!(signed, expected);
}

#[test]
fn old_signatures_are_not_signed() {
    let mut signed = card();
    signed.signatures = signer().card_signatures(&signed).unwrap();
    assert_eq!(
        signer().card_signatures(&signed).unwrap(),
        signed.signatures
    );
}

#[test]
fn a_card_without_empty_values_needs_one_signature() {
    let mut card = card();
    card.security_requirements.clear();
    card.skills[0].tags.push("t".to_owned());
    assert_eq!(signer().card_signatures(&card).unwrap().len(), 1);
}
