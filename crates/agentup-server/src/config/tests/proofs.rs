//! Proofs of possession and revocations, and what is said of settings that cannot be used.

use agentup_auth::{Algorithm, DpopRules};

use super::*;

const USUAL: &str = "jwt_secret: \"${JWT_SECRET}\", issuer: i, audience: a";

fn yaml(bearer: &str) -> String {
    format!("security: {{ bearer: {{ {USUAL}, {bearer} }} }}\n")
}

fn dpop(dpop: &str) -> Option<DpopConfig> {
    config(&yaml(&format!("dpop: {{ {dpop} }}"))).security.dpop
}

fn faults(bearer: &str) -> String {
    Folder::new(&yaml(bearer)).faults(&[])
}

#[test]
fn proofs_are_off_optional_or_required() {
    assert!(dpop("").is_none());
    assert!(dpop("mode: off").is_none());
    let optional = dpop("mode: optional").expect("proofs");
    let usual = DpopRules::default();
    assert!(!optional.required && !optional.rules.nonce);
    assert_eq!(optional.rules.algorithms, usual.algorithms);
    assert_eq!(optional.rules.proof_lifetime, usual.proof_lifetime);
    assert_eq!(optional.rules.remembered_proofs, usual.remembered_proofs);
    let required = dpop(
        "mode: required, nonce: true, algorithms: [ES256], proof_lifetime: 2m, \
         remembered_proofs: 5000",
    );
    let required = required.expect("proofs");
    assert!(required.required && required.rules.nonce);
    assert_eq!(required.rules.algorithms, [Algorithm::ES256]);
    assert_eq!(
        (
            required.rules.proof_lifetime,
            required.rules.remembered_proofs
        ),
        (120, 5000)
    );
}

#[test]
fn settings_of_proofs_that_cannot_be_used_are_faults() {
    for (dpop, expected) in [
        (
            "nonce: true",
            "security.bearer.dpop.nonce: has no effect without `mode`",
        ),
        (
            "mode: off, algorithms: [ES256]",
            "security.bearer.dpop.algorithms: has no effect",
        ),
        ("mode: on", "is not `off`, `optional` or `required`"),
        (
            "mode: optional, algorithms: [HS256]",
            "HS256 signs with a secret",
        ),
        ("mode: optional, algorithms: []", "must not be empty"),
        ("mode: optional, proof_lifetime: 1h", "is not a time from"),
        (
            "mode: optional, remembered_proofs: 1",
            "is not a number from",
        ),
    ] {
        let faults = faults(&format!("dpop: {{ {dpop} }}"));
        assert!(faults.contains(expected), "{dpop}\n{faults}");
    }
}

#[test]
fn revocations_stand_in_a_file() {
    let folder = Folder::new(&yaml("required_claims: [jti], revocations_file: revoked"));
    for text in [
        "",
        "# none\n",
        "i t-1\ni t-2\n",
        "[{\"issuer\": \"i\", \"jti\": \"t\"}]",
    ] {
        folder.write("revoked", text);
        let loaded = folder.load(&[]).unwrap_or_else(|faults| panic!("{faults}"));
        assert!(warnings(&loaded).is_empty());
        let path = loaded.config.security.revocations.expect("a file");
        assert!(path.is_absolute() && path.ends_with("revoked"));
    }
    for (text, expected) in [
        ("i t-1\nt-2\n", "line 2 is not an issuer"),
        ("[{}]", "line 1 is not"),
    ] {
        folder.write("revoked", text);
        let faults = folder.faults(&[]);
        assert!(
            faults.contains("security.bearer.revocations_file: "),
            "{faults}"
        );
        assert!(faults.contains(expected), "{faults}");
    }
    folder.write("revoked", [0xFF]);
    assert!(folder.faults(&[]).contains("is not text"));
    assert!(faults("revocations_file: revoked").contains("cannot read revoked"));
}

#[test]
fn tokens_that_cannot_be_taken_back_are_warned_of() {
    let folder = Folder::new(&yaml("revocations_file: revoked"));
    folder.write("revoked", "");
    let loaded = folder.load(&[]).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(warnings(&loaded)[0].contains("a token without `jti` cannot be taken back"));
}

#[test]
fn the_issuer_of_api_keys_issues_no_tokens() {
    let yaml = "security: { bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: \":api_key\", audience: a } }\n";
    let faults = Folder::new(yaml).faults(&[]);
    assert!(
        faults.contains("security.bearer.issuer: is the issuer of API keys"),
        "{faults}"
    );
}
