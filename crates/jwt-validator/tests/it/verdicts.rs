//! Which token gets which answer: every key source, every check, every exit status.

use crate::pem_keys;
use crate::sandbox::{Outcome, Sandbox};
use crate::tokens::{self, NOW, SECRET};
use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use serde_json::{Map, Value, json};

fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_jwt-validator"))
}

fn usual() -> String {
    tokens::with_claims(&tokens::usual_claims())
}

/// Runs at the usual time, and gives the exit status and the code of a refusal.
fn answer(sandbox: &Sandbox, arguments: &[&str]) -> (i32, Option<String>) {
    answer_at(NOW, sandbox, arguments)
}

fn answer_at(now: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, Option<String>) {
    let outcome = sandbox.run(["--format", "json", "--now", now].iter().chain(arguments));
    (outcome.status, code(&outcome))
}

fn code(outcome: &Outcome) -> Option<String> {
    let object: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"));
    object["code"].as_str().map(str::to_owned)
}

fn refused(code: &str) -> (i32, Option<String>) {
    (1, Some(code.to_owned()))
}

const VALID: (i32, Option<String>) = (0, None);
const NOT_VERIFIED: (i32, Option<String>) = (3, None);

#[test]
fn a_secret_comes_from_argument_flag_file_or_variable() {
    let sandbox = sandbox()
        .file("secret", format!("{SECRET}\n"))
        .set("OTHER", SECRET);
    for key in [
        &[SECRET][..],
        &["--secret", SECRET],
        &["--secret-file", "secret"],
        &["--secret-env", "OTHER"],
    ] {
        assert_eq!(
            answer(&sandbox, &[&[usual().as_str()], key].concat()),
            VALID,
            "{key:?}"
        );
    }
    let outcome = sandbox.run_with(
        [usual().as_str(), "--secret-file", "-", "--now", NOW],
        SECRET.as_bytes(),
    );
    assert_eq!(outcome.status, 0, "{outcome:?}");
}

#[test]
fn the_usual_secret_comes_from_the_environment_and_then_from_the_file() {
    let in_file = sandbox().file(".env", format!("JWT_SECRET={SECRET}\nJWT_AUDIENCE=other\n"));
    let outcome = in_file.run([usual().as_str(), "--now", NOW]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("note: checked with the secret of variable JWT_SECRET\n"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains(SECRET));

    let in_both = in_file.set("JWT_SECRET", "another-secret-of-thirty-two-bytes");
    assert_eq!(answer(&in_both, &[&usual()]), refused("bad_signature"));
    assert_eq!(
        answer(&in_both, &[&usual(), SECRET]),
        VALID,
        "the argument wins"
    );
    assert_eq!(answer(&in_both, &[&usual(), "--no-verify"]), NOT_VERIFIED);

    let empty = sandbox().set("JWT_SECRET", "");
    assert_eq!(
        answer(&empty, &[&usual()]),
        NOT_VERIFIED,
        "set to nothing is not set"
    );
    let elsewhere = sandbox().file("other.env", format!("JWT_SECRET={SECRET}\n"));
    assert_eq!(
        answer(&elsewhere, &[&usual(), "--env-file", "other.env"]),
        VALID
    );
}

#[test]
fn issuer_and_audience_are_checked_if_given() {
    let sandbox = sandbox()
        .set("JWT_ISSUER", "other")
        .set("JWT_AUDIENCE", "other");
    for (flags, expected) in [
        (&[][..], VALID),
        (&["--issuer", "test-issuer"], VALID),
        (&["--issuer", "Test-issuer"], refused("untrusted_issuer")),
        (&["--audience", "agentup-jwt-test"], VALID),
        (&["--audience", "other"], refused("wrong_audience")),
        (
            &["--audience", "other", "--audience", "agentup-jwt-test"],
            VALID,
        ),
        (
            &["--issuer", "test-issuer", "--audience", "agentup-jwt-test"],
            VALID,
        ),
    ] {
        assert_eq!(
            answer(&sandbox, &[&[usual().as_str(), SECRET], flags].concat()),
            expected,
            "{flags:?}"
        );
    }
}

#[test]
fn env_checks_as_the_agent_of_the_folder_would() {
    let agent = |issuer: &str, audience: &str| {
        sandbox().file(
            ".env",
            format!("JWT_SECRET={SECRET}\nJWT_ISSUER={issuer}\nJWT_AUDIENCE={audience}\n"),
        )
    };
    let (issuer, audience) = ("test-issuer", "agentup-jwt-test");
    assert_eq!(
        answer(&agent(issuer, audience), &["--env", &usual()]),
        VALID
    );
    assert_eq!(
        answer(&agent("other", audience), &["--env", &usual()]),
        refused("untrusted_issuer")
    );
    assert_eq!(
        answer(&agent(issuer, "other"), &["--env", &usual()]),
        refused("wrong_audience")
    );
    assert_eq!(
        answer(
            &agent(issuer, "other"),
            &["--env", "--audience", audience, &usual()]
        ),
        VALID,
        "the flag wins"
    );
    let outcome = agent(issuer, audience).run(["--env", &usual(), "--now", NOW]);
    assert_eq!(
        outcome.stderr,
        "note: checked with the secret of variable JWT_SECRET\n"
    );
    let outcome = sandbox().run(["--env", &usual()]);
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("JWT_SECRET is not set"),
        "{outcome:?}"
    );
}

#[test]
fn a_token_may_come_on_standard_input() {
    for input in [
        usual(),
        format!("{}\n", usual()),
        format!("  {}\r\n\n", usual()),
    ] {
        let outcome = sandbox().run_with(["-", SECRET, "--now", NOW], input.as_bytes());
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
    for input in [&b""[..], b"\n", b"\xff\xfe.\xff.\xff", b"a\0b"] {
        let outcome = sandbox().run_with(["-", SECRET, "--format", "json"], input);
        assert_eq!(
            (outcome.status, code(&outcome).as_deref()),
            (1, Some("malformed"))
        );
    }
}

#[test]
fn each_fault_has_its_code() {
    for (changes, expected) in [
        (json!({}), VALID),
        (json!({"iat": null, "nbf": null, "scope": null}), VALID),
        (json!({"exp": 1_767_226_470}), refused("expired")),
        (json!({"exp": 1_767_226_471}), VALID),
        (json!({"exp": null}), refused("missing_claim")),
        (json!({"exp": "1767229200"}), refused("invalid_claim")),
        (json!({"sub": null}), refused("missing_claim")),
        (json!({"sub": 7}), refused("invalid_claim")),
        (json!({"nbf": 1_767_226_530}), VALID),
        (json!({"nbf": 1_767_226_531}), refused("not_yet_valid")),
        (json!({"iat": 1_767_226_531}), refused("issued_in_future")),
        (json!({"exp": 1_767_225_600 + 86_400}), VALID),
        (
            json!({"exp": 1_767_225_600 + 86_401}),
            refused("lifetime_too_long"),
        ),
        (json!({"scope": 7}), refused("invalid_claim")),
        (json!({"scp": "admin"}), refused("conflicting_scopes")),
        (json!({"cnf": {"jkt": "x"}}), refused("proof_required")),
        (json!({"nonce": "x"}), refused("wrong_type")),
    ] {
        assert_eq!(
            answer(&sandbox(), &[&tokens::but(&changes), SECRET]),
            expected,
            "{changes}"
        );
    }
}

#[test]
fn each_fault_of_a_header_has_its_code() {
    for (header, expected) in [
        (json!({"typ": "at+jwt"}), VALID),
        (json!({"kid": "2026-01"}), VALID),
        (json!({"alg": "none"}), refused("algorithm_not_allowed")),
        (json!({"alg": "RS256"}), refused("algorithm_not_allowed")),
        (json!({"alg": "HS512"}), refused("bad_signature")),
        (json!({"alg": 7}), refused("malformed_header")),
        (json!({"kid": 7}), refused("malformed_header")),
        (json!({"jwk": {}}), refused("embedded_key")),
        (json!({"crit": ["exp"]}), refused("critical_header")),
        (json!({"b64": false}), refused("unsupported_header")),
        (json!({"typ": "dpop+jwt"}), refused("wrong_type")),
        (json!({"x": "a".repeat(1000)}), refused("too_large")),
    ] {
        let token = tokens::signed(&header, &tokens::usual_claims(), Algorithm::HS256, SECRET);
        assert_eq!(answer(&sandbox(), &[&token, SECRET]), expected, "{header}");
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    for (header, changes, said) in [
        (
            json!({"alg": "none"}),
            json!({}),
            "the token is not signed (alg none)",
        ),
        (
            json!({"alg": "RS256"}),
            json!({}),
            "alg RS256, which no secret verifies: give the public key with --key-file",
        ),
        (
            json!({"alg": "X\u{1b}"}),
            json!({}),
            r"alg X\u{1b}, which is not supported",
        ),
        (json!({}), json!({"sub": null}), "the claim sub is required"),
        (
            json!({}),
            json!({"exp": "x"}),
            "the claim exp has the wrong type",
        ),
        (
            json!({}),
            json!({"nbf": 1_767_229_000}),
            "compare the clock",
        ),
        (
            json!({}),
            json!({"exp": 1_797_229_000}),
            "lives longer than a day",
        ),
        (json!({"typ": "dpop+jwt"}), json!({}), "not an access token"),
        (json!({"jku": "x"}), json!({}), "brings a key of its own"),
        (
            json!({}),
            json!({"iss": "a\nb"}),
            r"the token's issuer (iss) is a\u{a}b: compare",
        ),
    ] {
        let mut claims = tokens::usual_claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let token = tokens::signed(&header, &claims, Algorithm::HS256, SECRET);
        let outcome = sandbox().run([&token, SECRET, "--now", NOW, "--issuer", "test-issuer"]);
        assert_eq!(outcome.status, 1, "{outcome:?}");
        let hint = outcome.stderr.strip_prefix("hint: ").unwrap();
        assert!(hint.contains(said), "{hint}");
    }
}

#[test]
fn a_secret_serves_the_hmac_algorithms_or_the_one_that_is_named() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let token = tokens::signed(&json!({}), &tokens::usual_claims(), algorithm, SECRET);
        assert_eq!(answer(&sandbox(), &[&token, SECRET]), VALID, "{algorithm}");
        assert_eq!(
            answer(&sandbox(), &[&token, SECRET, "--alg", algorithm.name()]),
            VALID
        );
        let other = if algorithm == Algorithm::HS256 {
            "HS384"
        } else {
            "HS256"
        };
        assert_eq!(
            answer(&sandbox(), &[&token, SECRET, "--alg", other]),
            refused("algorithm_not_allowed")
        );
    }
}

#[test]
fn a_short_secret_is_checked_and_named_short() {
    let token = tokens::signed(
        &json!({}),
        &tokens::usual_claims(),
        Algorithm::HS512,
        "my-secret-key",
    );
    let outcome = sandbox().run([&token, "my-secret-key", "--now", NOW]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let note = "note: the secret has 13 bytes; servers refuse fewer than 32 with HS256\n";
    assert!(outcome.stderr.starts_with(note), "{outcome:?}");
    assert_eq!(
        answer(&sandbox(), &[&token, "my-secret-kex"]),
        refused("bad_signature")
    );
}

#[test]
fn leeway_and_now_can_be_chosen() {
    let token = usual();
    for (now, leeway, expected) in [
        ("1767229229", "30", VALID),
        ("1767229230", "30", refused("expired")),
        ("1767229230", "31s", VALID),
        ("1767229200", "0", refused("expired")),
        ("1767229199", "0", VALID),
        ("1767225599", "0", refused("not_yet_valid")),
        ("2026-01-01T00:59:00Z", "30", VALID),
        ("2026-01-01T02:59:00+02:00", "30", VALID),
        ("1767229400", "5m", VALID),
    ] {
        let answer = answer_at(now, &sandbox(), &[&token, SECRET, "--leeway", leeway]);
        assert_eq!(answer, expected, "{now} {leeway}");
    }
}

#[test]
fn signature_only_asks_for_nothing_else() {
    for (header, changes) in [
        (json!({}), json!({})),
        (json!({}), json!({"exp": 1})),
        (json!({}), json!({"sub": 7, "scope": {}})),
        (json!({"typ": "dpop+jwt"}), json!({"nonce": "x"})),
    ] {
        let mut claims = tokens::usual_claims();
        claims
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let token = tokens::signed(&header, &claims, Algorithm::HS256, SECRET);
        let flags = ["--signature-only", &token, SECRET];
        assert_eq!(answer(&sandbox(), &flags), VALID, "{header} {changes}");
        let spoiled = issue::with_broken_signature(&token);
        let flags = ["--signature-only", &spoiled, SECRET];
        assert_eq!(
            answer(&sandbox(), &flags),
            refused("bad_signature"),
            "{header} {changes}"
        );
    }
    let outcome = sandbox().run(["--signature-only", &usual(), SECRET]);
    assert!(
        outcome
            .stdout
            .contains("✅ Signature is valid (claims not checked)\n"),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr, "");
}

fn signed_with(private: &str, algorithm: Algorithm) -> String {
    let key = SigningKey::from_pem(algorithm, private.as_bytes()).unwrap();
    issue::sign(
        &Map::new(),
        tokens::usual_claims().as_object().unwrap(),
        &key,
    )
    .unwrap()
}

#[test]
fn a_public_key_serves_the_algorithms_of_its_type() {
    let rsa = pem_keys::rsa();
    for (keys, algorithm) in [
        (&rsa, Algorithm::RS256),
        (&rsa, Algorithm::PS384),
        (&pem_keys::p256(), Algorithm::ES256),
        (&pem_keys::p384(), Algorithm::ES384),
        (&pem_keys::p521(), Algorithm::ES512),
        (&pem_keys::ed25519(), Algorithm::EdDSA),
    ] {
        let token = signed_with(&keys.private, algorithm);
        let sandbox = sandbox().file("key.pem", &keys.public);
        assert_eq!(
            answer(&sandbox, &[&token, "--key-file", "key.pem"]),
            VALID,
            "{algorithm}"
        );
        let flags = [&token, "--key-file", "key.pem", "--alg", algorithm.name()];
        assert_eq!(answer(&sandbox, &flags), VALID, "{algorithm}");
        let outcome = sandbox.run_with(
            ["--key-file", "-", "--now", NOW, &token],
            keys.public.as_bytes(),
        );
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
    let sandbox = sandbox().file("key.pem", &rsa.public);
    let token = signed_with(&rsa.private, Algorithm::PS256);
    let flags = [&token, "--key-file", "key.pem", "--alg", "RS256"];
    assert_eq!(answer(&sandbox, &flags), refused("algorithm_not_allowed"));
}

#[test]
fn a_public_key_is_never_a_secret() {
    let keys = pem_keys::rsa();
    let token = tokens::signed(
        &json!({}),
        &tokens::usual_claims(),
        Algorithm::HS256,
        &keys.public,
    );
    let sandbox = sandbox().file("key.pem", &keys.public);
    assert_eq!(
        answer(&sandbox, &[&token, "--key-file", "key.pem"]),
        refused("algorithm_not_allowed")
    );
    for flags in [["--secret-file", "key.pem"], ["--secret", &keys.public]] {
        let outcome = sandbox.run([&[token.as_str()], &flags[..]].concat());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains("the secret is the text of a key"),
            "{outcome:?}"
        );
    }
}

/// RFC 7515 appendix A.3: an ES256 token and its key, in a set beside others.
#[test]
fn a_key_set_picks_by_kid() {
    let jwk = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
                 c19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg\
                 6NU1Q";
    let mut broken = jwk.clone();
    broken["y"] = json!("x");
    let set = json!({"keys": [broken, jwk]});
    let sandbox = sandbox()
        .file("jwk.json", jwk.to_string())
        .file("jwks.json", set.to_string());
    for file in ["jwk.json", "jwks.json"] {
        let flags = ["--signature-only", token, "--key-file", file];
        assert_eq!(answer(&sandbox, &flags), VALID, "{file}");
    }
    let outcome = sandbox.run([token, "--key-file", "jwks.json", "--now", "1300819000"]);
    assert!(
        outcome
            .stderr
            .starts_with("note: key 1 of the file was left out: "),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("Token is missing a required claim"),
        "{outcome:?}"
    );
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let rsa = pem_keys::rsa();
    let sandbox = sandbox()
        .file("private.pem", &rsa.private)
        .file("text", "no key")
        .file("empty", "")
        .file("octet.json", r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#);
    for (line, said) in [
        ("", "<TOKEN>"),
        ("a.b.c secret --secret-file text", "cannot be used with"),
        ("a.b.c secret --key-file text", "cannot be used with"),
        ("a.b.c --secret x --secret-env Y", "cannot be used with"),
        (
            "a.b.c secret --signature-only --issuer x",
            "cannot be used with",
        ),
        ("a.b.c --env --no-verify", "cannot be used with"),
        ("a.b.c --format xml", "invalid value 'xml'"),
        (
            "a.b.c --leeway 301",
            "301 seconds of leeway is more than the maximum of 300",
        ),
        ("a.b.c --now soon", "expected Unix seconds"),
        ("a.b.c --alg none", "not a supported signature algorithm"),
        ("a.b.c --policy lax", "invalid value 'lax'"),
        (
            "a.b.c secret --alg RS256",
            "RS256 verifies with a public key",
        ),
        (
            "a.b.c --key-file text --alg HS256",
            "HS256 verifies with a secret",
        ),
        (
            "a.b.c --secret-file nowhere",
            "cannot read file nowhere: No such file",
        ),
        ("a.b.c --secret-file empty", "file empty is empty"),
        ("a.b.c --secret-env UNSET", "variable UNSET is not set"),
        ("a.b.c --env-file nowhere", "nowhere"),
        ("a.b.c --key-file nowhere", "cannot read file nowhere"),
        (
            "a.b.c --key-file text",
            "file text cannot be used to verify: not a key",
        ),
        (
            "a.b.c --key-file private.pem",
            "a private key does not belong to a verifier",
        ),
        ("a.b.c --key-file octet.json", "a symmetric key is not read"),
    ] {
        let outcome = sandbox.run(line.split_whitespace());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
    let outcome = sandbox.run(["a.b.c", ""]);
    assert_eq!(
        (outcome.status, outcome.stderr.as_str()),
        (2, "error: the argument is empty\n")
    );
}

#[test]
fn a_spoiled_env_file_matters_only_if_it_is_needed() {
    let sandbox = sandbox().file(".env", "=\n");
    assert_eq!(answer(&sandbox, &[&usual(), SECRET]), VALID);
    assert_eq!(answer(&sandbox, &[&usual(), "--no-verify"]), NOT_VERIFIED);
    assert_eq!(sandbox.run([usual().as_str()]).status, 2);
}

#[test]
fn secrets_and_tokens_are_not_repeated() {
    let token = usual();
    let signature = token.rsplit('.').next().unwrap();
    for arguments in [
        &[token.as_str(), "hunter2"][..],
        &[&token, "my", "hunter2"],
        &[&token, "x", "-xhunter2"],
        &["hunter2", SECRET, &token],
        &[&token, "hunter2", "--key-file", "nowhere"],
        &[&token, "hunter2", "--format", "json"],
        &[&token, "--secret", "hunter2", "--alg", "RS256"],
    ] {
        let outcome = sandbox().run(arguments);
        assert_ne!(outcome.status, 0);
        assert!(
            !outcome.stderr.contains("hunter2"),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stderr.contains(signature),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stdout.contains(signature),
            "{arguments:?}: {}",
            outcome.stdout
        );
    }
}
