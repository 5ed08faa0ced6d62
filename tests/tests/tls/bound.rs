//! Tokens that are bound to a client certificate (RFC 8705 §3).

use agentup_tests::{
    Answer, Client, Counterpart, Folder, QUICK_START_ENV, Server,
    tokens::{token, token_but},
};
use serde_json::json;

use super::{Secured, folder, secured, with_security};

const OPTIONAL: &str = "    client_ca_file: ca.pem\n    client_auth: optional\n";

async fn ask(client: &Client, token: &str) -> Answer {
    client.ask("public_echo", token, "hi").await
}

fn assert_refused(answer: &Answer, description: &str) {
    assert_eq!(answer.status, 401, "{answer:?}");
    let challenge = answer.challenge();
    assert_eq!(challenge.get("error"), Some("invalid_token"), "{answer:?}");
    assert_eq!(challenge.get("error_description"), Some(description));
}

/// What a bound token is worth with its certificate, with another one, and with none. Twice in
/// turns: the token is remembered, and that must change nothing.
async fn try_all(agent: &Secured, thumbprint_owner: &agentup_tests::Certified, token: &str) {
    let owner = agent.client_with(thumbprint_owner);
    let other = agent.client_with(&agent.authority.client("mallory"));
    let nobody = agent.client();
    for _ in 0..2 {
        assert_refused(&ask(&other, token).await, "Invalid certificate binding");
        assert_refused(&ask(&nobody, token).await, "Token type is not accepted");
        assert_eq!(
            ask(&owner, token).await.reply(),
            "Echo: hi (from user alice)"
        );
    }
}

#[tokio::test]
async fn a_bound_token_is_good_with_its_certificate_alone() {
    let agent = secured(OPTIONAL);
    let alice = agent.authority.client("alice");
    let bound = token_but("alice", "", json!({"cnf": {"x5t#S256": alice.thumbprint}}));
    try_all(&agent, &alice, &bound).await;
    // A token that is bound to nothing is anybody's.
    let plain = token("alice", "");
    for client in [agent.client(), agent.client_with(&alice)] {
        assert_eq!(
            ask(&client, &plain).await.reply(),
            "Echo: hi (from user alice)"
        );
    }
    // A name that is not understood is never taken for none.
    for cnf in [
        json!({"x5t#S256": format!("{}=", alice.thumbprint)}),
        json!({"x5t": alice.thumbprint}),
        json!({"x5t#S256": alice.thumbprint, "kid": "1"}),
        json!({}),
    ] {
        let strange = token_but("alice", "", json!({"cnf": cnf}));
        let answer = ask(&agent.client_with(&alice), &strange).await;
        assert_refused(&answer, "Token type is not accepted");
    }
}

#[tokio::test]
async fn without_tls_a_bound_token_is_never_good() {
    let server = Server::quick_start();
    let authority = agentup_tests::Authority::new("Test Authority");
    let alice = authority.client("alice");
    let bound = token_but("alice", "", json!({"cnf": {"x5t#S256": alice.thumbprint}}));
    let answer = server.ask("public_echo", &bound, "hi").await;
    assert_refused(&answer, "Token type is not accepted");
}

#[tokio::test]
async fn the_word_of_an_authorization_server_binds_as_well() {
    let authority = agentup_tests::Authority::new("Test Authority");
    let alice = authority.client("alice");
    let answer = json!({
        "active": true, "sub": "alice", "aud": "agent", "scope": "basic",
        "cnf": {"x5t#S256": alice.thumbprint},
    });
    let counterpart = Counterpart::start(move |_, caller| caller.json(200, &answer));
    let oauth2 = format!(
        "type: oauth2, oauth2: {{ introspection_endpoint: \"{}introspect\", client_id: agent, \
         client_secret: the-secret, audience: agent }}",
        counterpart.url()
    );
    let folder: Folder = folder(&authority.server(), OPTIONAL);
    folder.write("ca.pem", &authority.pem());
    folder.write("agent_config.yaml", &with_security(OPTIONAL, &oauth2));
    folder.write(".env", QUICK_START_ENV);
    let agent = Secured {
        server: Server::start_in(folder),
        authority,
    };
    try_all(&agent, &alice, "opaque-token").await;
}
