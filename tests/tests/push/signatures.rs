//! What the agent signs, verified as a client does: with the key that it publishes.

use agentup_auth::{Algorithm, issue::SigningKey};
use agentup_protocol::AgentCard;
use agentup_tests::{Folder, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{LOOPBACK, Webhook, say_hi};

const KEYS: &str = "/.well-known/jwks.json";

/// The Quick Start's agent with a key.
fn signing_server() -> Server {
    let config = QUICK_START.replacen("agent:\n", "agent:\n  signing_key_file: key.pem\n", 1);
    let folder = Folder::new(&format!("{config}\n{LOOPBACK}"), QUICK_START_ENV);
    folder.write(
        "key.pem",
        &SigningKey::generate_pem(Algorithm::EdDSA).unwrap(),
    );
    Server::start_in(folder)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The published key.
async fn published(server: &Server) -> Value {
    let keys = server.get(KEYS).await;
    assert_eq!(keys.status, 200);
    let key = keys.at("/keys/0");
    assert!(key.get("d").is_none(), "the private half is not published");
    assert_eq!(key["alg"], "EdDSA");
    key
}

/// Whether the JWS is of this payload and this key.
fn verifies(key: &Value, protected: &str, payload: &[u8], signature: &str) -> bool {
    let header: Value = serde_json::from_slice(&decode(protected)).unwrap();
    assert_eq!((&header["alg"], &header["kid"]), (&key["alg"], &key["kid"]));
    assert_eq!(header["typ"], "JOSE");
    assert!(header["jku"].as_str().unwrap().ends_with(KEYS));
    let input = format!("{protected}.{}", URL_SAFE_NO_PAD.encode(payload));
    let key = UnparsedPublicKey::new(&ED25519, decode(key["x"].as_str().unwrap()));
    key.verify(input.as_bytes(), &decode(signature)).is_ok()
}

#[tokio::test]
async fn a_notification_is_signed_over_its_exact_body() {
    let server = signing_server();
    let key = published(&server).await;
    let mut webhook = Webhook::start();
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    for _ in 0..3 {
        let received = webhook.next().await;
        let jws = received.header("x-a2a-notification-signature").unwrap();
        let [protected, "", signature] = jws.split('.').collect::<Vec<_>>()[..] else {
            panic!("not detached: {jws}");
        };
        assert!(verifies(&key, protected, &received.body, signature));
        let mut forged = received.body.clone();
        forged.push(b' ');
        assert!(!verifies(&key, protected, &forged, signature));
    }
}

/// The effect of `agent.signing_key_file`.
#[tokio::test]
async fn the_card_is_signed_for_every_reading_of_it() {
    let server = signing_server();
    let key = published(&server).await;
    let card = server.get("/.well-known/agent-card.json").await;
    let signatures = card.at("/signatures");
    // As a client reads it: the members of 1.0, without the signatures.
    let mut read = AgentCard::parse(card.body.as_bytes()).unwrap();
    read.signatures.clear();
    let read = Value::Object(read.to_v10_json());
    let cleaned = without_empty(&read).unwrap();
    // A list that need not be there is not there when it is empty.
    let specified = sorted(&read).to_string().replace(r#"{"list":[]}"#, "{}");
    for payload in [specified, sorted(&cleaned).to_string()] {
        let of_it = signatures.as_array().unwrap().iter().filter(|it| {
            let text = |name: &str| it[name].as_str().unwrap();
            verifies(
                &key,
                text("protected"),
                payload.as_bytes(),
                text("signature"),
            )
        });
        assert_eq!(of_it.count(), 1, "{payload}");
    }
    assert_eq!(signatures.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_agent_without_a_key_signs_and_publishes_nothing() {
    let server = super::server("");
    assert_eq!(server.get(KEYS).await.status, 404);
    assert!(
        server
            .get("/.well-known/agent-card.json")
            .await
            .at("/signatures")
            .is_null()
    );
}

/// As the official clients clean a card.
fn without_empty(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| value.clone()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(without_empty).collect();
            (!items.is_empty()).then(|| items.into())
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), without_empty(value)?)));
            let members: Map<_, _> = members.collect();
            (!members.is_empty()).then(|| members.into())
        }
        other => Some(other.clone()),
    }
}

/// The members in the order of RFC 8785. A card of the Quick Start has nothing else to settle.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            members
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect()
        }
        other => other.clone(),
    }
}
