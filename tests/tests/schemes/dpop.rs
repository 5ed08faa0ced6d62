//! Proofs of possession (RFC 9449): a good one, then each refusal one change away.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use agentup_tests::{
    Answer, Server,
    tokens::{now, token, token_but},
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};

use super::{BEARER, challenges, declared, fault, hello, server};

/// A client with a key, at one agent.
pub(super) struct Holder {
    pub(super) server: Server,
    key: SigningKey,
    token: String,
}

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn key() -> SigningKey {
    let pem = SigningKey::generate_pem(Algorithm::ES256).unwrap();
    SigningKey::from_pem(Algorithm::ES256, pem.as_bytes()).unwrap()
}

/// The name of the key (RFC 7638 §3).
fn thumbprint(key: &SigningKey) -> String {
    let jwk = key.public_jwk(None).unwrap();
    let [x, y] = ["x", "y"].map(|name| jwk[name].as_str().unwrap());
    sha256(&format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
    ))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}

pub(super) fn proving(dpop: &str) -> Holder {
    let server = server(&format!("bearer: {{ {BEARER}, dpop: {{ {dpop} }} }}"));
    let key = key();
    let token = token_but("alice", "", json!({"cnf": {"jkt": thumbprint(&key)}}));
    Holder { server, key, token }
}

impl Holder {
    /// A proof with changes; null takes a claim away.
    pub(super) fn proof(&self, changes: Value) -> String {
        // Random, as the signature of ES256 is.
        let jti = issue::sign(&Map::new(), &Map::new(), &self.key).unwrap();
        let mut claims = object(json!({
            "jti": sha256(&jti), "htm": "POST", "htu": format!("{}/", self.server.url()),
            "iat": now(), "ath": sha256(&self.token),
        }));
        for (name, change) in object(changes) {
            if change.is_null() {
                claims.remove(&name);
            } else {
                claims.insert(name, change);
            }
        }
        let mut jwk = self.key.public_jwk(None).unwrap();
        jwk.retain(|name, _| name != "use" && name != "alg");
        let header = object(json!({"typ": "dpop+jwt", "jwk": jwk}));
        issue::sign(&header, &claims, &self.key).unwrap()
    }

    /// A request with the token, to be given a proof.
    fn request(&self) -> RequestBuilder {
        hello(&self.server).header("Authorization", format!("DPoP {}", self.token))
    }

    pub(super) async fn bring(&self, proof: &str) -> Answer {
        Answer::to(self.request().header("DPoP", proof)).await
    }
}

#[tokio::test]
async fn a_good_proof_lets_the_token_in_once() {
    let holder = proving("mode: optional");
    assert_eq!(declared(&holder.server).await, ["bearer", "dpop"]);
    let proof = holder.proof(json!({}));
    let answer = holder.bring(&proof).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.reply(), "Echo: hi (from user alice)");
    let replayed = holder.bring(&proof).await;
    assert_eq!(replayed.status, 401);
    assert!(fault(&replayed).starts_with("DPoP ") && fault(&replayed).contains("was used before"));
    assert_eq!(holder.bring(&holder.proof(json!({}))).await.status, 200);
    let log = holder.server.stop().log;
    assert!(
        !log.contains(&proof) && !log.contains(&holder.token),
        "{log}"
    );
}

#[tokio::test]
async fn a_proof_one_change_away_is_refused() {
    let holder = proving("mode: optional");
    let url = holder.server.url();
    for (changes, told) in [
        (json!({"htm": "GET"}), "for another method"),
        (
            json!({"htu": format!("{url}/other")}),
            "for another address",
        ),
        (
            json!({"htu": "https://evil.example/"}),
            "for another address",
        ),
        (json!({"ath": sha256("another")}), "for another token"),
        (json!({"ath": null}), "Invalid DPoP proof format"),
        (json!({"jti": null}), "Invalid DPoP proof format"),
        (json!({"iat": now() - 1000}), "has expired"),
        (json!({"iat": now() + 1000}), "not yet valid"),
    ] {
        let answer = holder.bring(&holder.proof(changes.clone())).await;
        assert_eq!(answer.status, 401, "{changes}");
        let fault = fault(&answer);
        assert!(
            fault.contains("error=\"invalid_dpop_proof\""),
            "{changes}: {fault}"
        );
        assert!(fault.contains(told), "{changes}: {fault}");
        assert!(fault.contains("algs=\"ES256 "), "{changes}: {fault}");
    }
    let query = holder.proof(json!({"htu": format!("{url}/?a=b#c")}));
    assert_eq!(
        holder.bring(&query).await.status,
        200,
        "query and fragment do not count"
    );
}

#[tokio::test]
async fn a_proof_of_another_key_is_a_bad_token() {
    let mut holder = proving("mode: optional");
    holder.key = key();
    let answer = holder.bring(&holder.proof(json!({}))).await;
    assert_eq!(answer.status, 401);
    assert!(fault(&answer).contains("error=\"invalid_token\""));
    assert!(fault(&answer).contains("Invalid DPoP key binding"));
}

#[tokio::test]
async fn there_is_exactly_one_proof() {
    let holder = proving("mode: optional");
    let none = Answer::to(holder.request()).await;
    assert_eq!(none.status, 401);
    assert!(fault(&none).contains("error=\"invalid_dpop_proof\""));
    let (one, two) = (holder.proof(json!({})), holder.proof(json!({})));
    let both = Answer::to(holder.request().header("DPoP", one).header("DPoP", two)).await;
    assert_eq!(both.status, 401);
    assert!(fault(&both).contains("more than one DPoP proof"));
}

#[tokio::test]
async fn a_bound_token_is_nothing_by_itself() {
    let holder = proving("mode: optional");
    let plain = Answer::to(hello(&holder.server).bearer_auth(&holder.token)).await;
    assert_eq!(plain.status, 401);
    let proof = holder.proof(json!({}));
    let with_proof = hello(&holder.server)
        .bearer_auth(&holder.token)
        .header("DPoP", proof);
    assert_eq!(
        Answer::to(with_proof).await.status,
        401,
        "the scheme is another one"
    );
    let certificate = token_but("alice", "", json!({"cnf": {"x5t#S256": "x"}}));
    for scheme in ["Bearer", "DPoP"] {
        let proof = holder.proof(json!({"ath": sha256(&certificate)}));
        let request = hello(&holder.server)
            .header("Authorization", format!("{scheme} {certificate}"))
            .header("DPoP", proof);
        assert_eq!(Answer::to(request).await.status, 401, "{scheme}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_bound_needs_no_proof_and_gets_nothing_from_one() {
    let mut holder = proving("mode: optional");
    holder.token = token("alice", "");
    let plain = hello(&holder.server).bearer_auth(&holder.token);
    assert_eq!(Answer::to(plain).await.status, 200);
    let answer = holder.bring(&holder.proof(json!({}))).await;
    assert_eq!(answer.status, 401);
    assert!(fault(&answer).contains("Invalid DPoP key binding"));
}

/// The effect of `security.bearer.dpop.mode` and `security.bearer.dpop.algorithms`.
#[tokio::test]
async fn where_proofs_are_required_no_other_token_will_do() {
    let holder = proving("mode: required, algorithms: [ES256]");
    assert_eq!(declared(&holder.server).await, ["dpop"]);
    let bare = Answer::to(hello(&holder.server)).await;
    let [challenge] = &challenges(&bare)[..] else {
        panic!("one challenge: {bare:?}")
    };
    assert!(challenge.starts_with("DPoP ") && challenge.contains("algs=\"ES256\""));
    let plain = Answer::to(hello(&holder.server).bearer_auth(token("alice", ""))).await;
    assert_eq!(plain.status, 401);
    assert!(fault(&plain).starts_with("DPoP "));
    assert_eq!(holder.bring(&holder.proof(json!({}))).await.status, 200);
    let metadata = holder
        .server
        .get("/.well-known/oauth-protected-resource")
        .await;
    assert_eq!(metadata.at("/dpop_bound_access_tokens_required"), true);
    assert_eq!(
        metadata.at("/dpop_signing_alg_values_supported"),
        json!(["ES256"])
    );
}

#[tokio::test]
async fn where_they_are_off_the_scheme_is_unknown() {
    let holder = proving("mode: off");
    let answer = holder.bring(&holder.proof(json!({}))).await;
    assert_eq!(answer.status, 401);
    assert!(
        challenges(&answer)
            .iter()
            .all(|challenge| challenge.starts_with("Bearer "))
    );
}

/// The effect of `security.bearer.dpop.nonce`.
#[tokio::test]
async fn a_nonce_is_handed_out_and_asked_for() {
    let holder = proving("mode: optional, nonce: true");
    for changes in [json!({}), json!({"nonce": "guessed"})] {
        let answer = holder.bring(&holder.proof(changes)).await;
        assert_eq!(answer.status, 401);
        assert!(fault(&answer).contains("error=\"use_dpop_nonce\""));
        let nonce = answer.header("dpop-nonce").expect("a nonce").to_owned();
        let again = holder.bring(&holder.proof(json!({"nonce": nonce}))).await;
        assert_eq!(again.status, 200, "{again:?}");
    }
}

#[tokio::test]
async fn the_address_of_a_proof_is_the_public_one() {
    let security = format!("bearer: {{ {BEARER}, dpop: {{ mode: required }} }}");
    let config = format!(
        "agent: {{ url: https://agents.example/one }}\nsecurity: {{ {security} }}\n\
         skills: [{{ skill_id: public_echo }}]\n"
    );
    let server = Server::start(&config, agentup_tests::QUICK_START_ENV);
    let key = key();
    let token = token_but("alice", "", json!({"cnf": {"jkt": thumbprint(&key)}}));
    let holder = Holder { server, key, token };
    let public = holder.proof(json!({"htu": "https://AGENTS.example:443/one/"}));
    assert_eq!(holder.bring(&public).await.status, 200);
    let inner = holder.proof(json!({}));
    assert_eq!(
        holder.bring(&inner).await.status,
        401,
        "where it listens is nobody's business"
    );
}
