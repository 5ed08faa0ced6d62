//! Keys from every source, and what is said of those that are weak or do not fit.

use super::*;

/// A public key of 2048 bits whose private half was thrown away.
const RSA_MODULUS: &str = include_str!("data/rsa-2048.modulus");

/// The key of a P-256 example in RFC 7517 §A.1.
const EC_JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"ec","use":"sig",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;

pub(super) fn rsa_pem() -> String {
    include_str!("data/rsa-2048.pem").to_owned()
}

fn rsa_jwk(kid: &str) -> String {
    let modulus = RSA_MODULUS.trim();
    format!(r#"{{"kty":"RSA","kid":"{kid}","n":"{modulus}","e":"AQAB"}}"#)
}

fn bearer(keys: &str) -> String {
    format!("security:\n  bearer:\n    issuer: i\n    audience: a\n{keys}")
}

fn security(folder: &Folder) -> SecurityConfig {
    folder
        .load(&[])
        .unwrap_or_else(|faults| panic!("{faults}"))
        .config
        .security
}

#[test]
fn a_secret_serves_each_of_its_algorithms() {
    let yaml =
        bearer("    jwt_secret: \"${JWT_SECRET}\"\n    algorithms: [HS256, HS384, HS512, HS256]\n");
    let security = config(&yaml).security;
    assert_eq!(
        security.algorithms,
        [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]
    );
    assert_eq!(security.issuers[0].keys.len(), 3);
    assert_eq!(
        security.policy.unnamed_keys,
        agentup_auth::UnnamedKeys::ForAnyToken
    );
}

#[test]
fn a_secret_comes_from_a_file_without_its_line_break() {
    let folder = Folder::new(&bearer("    jwt_secret_file: secret\n"));
    let exact = "x".repeat(32);
    for contents in [exact.clone(), format!("{exact}\n"), format!("{exact}\r\n")] {
        folder.write("secret", contents);
        security(&folder);
    }
    // The line break did not count: without it there are 31 bytes.
    folder.write("secret", format!("{}\n", &exact[..31]));
    assert_eq!(
        folder.faults(&[]),
        "error: 1 setting cannot be used\n  agent.yaml:5:22: security.bearer.jwt_secret_file: the secret \
         has 31 bytes, and HS256 requires at least 32\n      generate one with `openssl rand -base64 48`"
    );
    folder.write("secret", "\n");
    assert!(folder.faults(&[]).contains("the secret is empty"));
    fs::remove_file(folder.0.path().join("secret")).unwrap();
    assert_eq!(
        folder.faults(&[]),
        "error: 1 setting cannot be used\n  agent.yaml:5:22: security.bearer.jwt_secret_file: cannot read \
         secret: No such file or directory (os error 2)\n      a path that does not begin with / is looked \
         up beside the configuration"
    );
}

#[test]
fn a_public_key_is_a_pem_or_a_jwk() {
    let pem = rsa_pem();
    let one_line = pem.trim().replace('\n', "\\n");
    for key in [pem, one_line, rsa_jwk("rsa")] {
        let yaml = bearer("    algorithm: RS256\n    public_key: \"${KEY}\"\n");
        let folder = Folder::new(&yaml);
        let security = folder
            .load(&[("KEY", &key)])
            .unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(security.config.security.issuers[0].keys.len(), 1);
    }
    let folder = Folder::new(&bearer(
        "    algorithms: [RS256, ES256]\n    public_key_file: key.pem\n",
    ));
    folder.write("key.pem", rsa_pem());
    assert_eq!(security(&folder).issuers[0].keys.len(), 1);
}

#[test]
fn a_block_scalar_holds_a_pem() {
    let pem = rsa_pem().trim().replace('\n', "\n      ");
    let pem = format!("      {pem}\n");
    let yaml = bearer(&format!("    algorithm: RS256\n    public_key: |\n{pem}"));
    assert_eq!(config(&yaml).security.issuers[0].keys.len(), 1);
}

#[test]
fn a_key_set_comes_from_a_file_and_joins_a_key() {
    let folder = Folder::new(&bearer(
        "    algorithms: [RS256, ES256]\n    jwks_file: keys.json\n    public_key_file: key.pem\n",
    ));
    folder.write("key.pem", rsa_pem());
    folder.write(
        "keys.json",
        format!(r#"{{"keys":[{},{EC_JWK}]}}"#, rsa_jwk("rsa")),
    );
    let security = security(&folder);
    assert_eq!(security.issuers[0].keys.len(), 3);
    folder.write("keys.json", format!(r#"{{"keys":[{EC_JWK},{EC_JWK}]}}"#));
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(
        warnings(&loaded),
        [
            "6:16: security.bearer.jwks_file: key 2 (`ec`) is left out: an earlier key has the same `kid`"
        ]
    );
}

#[test]
fn keys_that_cannot_be_used_are_refused() {
    let private = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
    for (contents, said) in [
        (
            private.to_owned(),
            "a private key does not belong to a verifier; give its public key\n",
        ),
        (
            "hello".to_owned(),
            "not a key: expected a PEM public key, a JWK or a JWK set",
        ),
        (
            EC_JWK.to_owned(),
            "the key fits none of the algorithms that are allowed\n",
        ),
        (r#"{"keys":[]}"#.to_owned(), "has no key that can be used\n"),
    ] {
        let folder = Folder::new(&bearer("    algorithm: RS256\n    public_key_file: key\n"));
        folder.write("key", &contents);
        let faults = folder.faults(&[]);
        assert!(
            faults.contains(&format!("6:22: security.bearer.public_key_file: {said}")),
            "{faults}"
        );
    }
}

#[test]
fn all_issuers_share_the_keys() {
    let yaml = "security:\n  bearer:\n    jwt_secret: \"${JWT_SECRET}\"\n    issuer: [one, two]\n    \
                audience: [a, b]\n";
    let issuers = config(yaml).security.issuers;
    let names: Vec<_> = issuers
        .iter()
        .map(|issuer| issuer.issuer.as_deref().unwrap())
        .collect();
    assert_eq!(names, ["one", "two"]);
    assert!(
        issuers
            .iter()
            .all(|issuer| issuer.keys.len() == 1 && issuer.audiences == ["a", "b"])
    );
}
