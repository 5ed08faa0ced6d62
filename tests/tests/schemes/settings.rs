//! Settings one by one that are not the matter of another test: what is different with each.

use agentup_tests::{Answer, Folder, QUICK_START_ENV, Server, tokens::now};
use futures_util::future::join;
use serde_json::json;

use super::{
    KEY, KEY_HASH,
    authority::{Authority, Saying, active},
    hello, server,
};

fn agent(authority: &Authority, more: &str) -> Server {
    server(&format!("type: oauth2, {}", authority.settings(more)))
}

async fn status(server: &Server, token: &str) -> u16 {
    Answer::to(hello(server).bearer_auth(token)).await.status
}

/// The effect of `security.api_key.header`.
#[tokio::test]
async fn a_key_stands_in_the_configured_header() {
    let keys = format!("keys: [{{ name: service, hash: {KEY_HASH} }}]");
    let server = server(&format!(
        "type: api_key, api_key: {{ header: X-Agent-Key, {keys} }}"
    ));
    for (header, status) in [("X-Agent-Key", 200), ("X-API-Key", 401)] {
        let answer = Answer::to(hello(&server).header(header, KEY)).await;
        assert_eq!(answer.status, status, "{header}");
    }
}

/// The effect of `security.oauth2.cache_ttl`, `security.oauth2.negative_cache_ttl` and
/// `security.oauth2.cached_tokens`.
#[tokio::test]
async fn an_answer_is_believed_as_configured() {
    for (settings, of_good, of_bad) in [
        ("", 1, 1),
        (", cache_ttl: 0", 2, 1),
        (", negative_cache_ttl: 0", 1, 2),
        (", cached_tokens: 0", 2, 2),
    ] {
        let authority = Authority::start();
        authority.says("good", Saying::Json(active("alice", "basic")));
        let server = agent(&authority, settings);
        for (token, expected) in [("good", 200), ("good", 200), ("bad", 401), ("bad", 401)] {
            assert_eq!(status(&server, token).await, expected, "{settings}");
        }
        let asked = authority.asked();
        let about = |token: &str| {
            let form = format!("token={token}&");
            asked.iter().filter(|it| it.form.starts_with(&form)).count()
        };
        assert_eq!(
            (about("good"), about("bad")),
            (of_good, of_bad),
            "{settings}"
        );
    }
}

/// The effect of `security.oauth2.client_ids`, `security.oauth2.issuer` and
/// `security.oauth2.leeway`.
#[tokio::test]
async fn what_the_server_tells_must_be_as_configured() {
    let issuer = json!({"iss": "https://as.example"});
    let late = json!({"exp": now() - 20});
    for (settings, told, expected) in [
        ("", json!({}), 200),
        (", client_ids: [app, other]", json!({}), 200),
        (", client_ids: [other]", json!({}), 401),
        (", issuer: https://as.example", issuer.clone(), 200),
        (", issuer: https://other.example", issuer, 401),
        ("", late.clone(), 200),
        (", leeway: 0", late, 401),
    ] {
        let authority = Authority::start();
        let mut answer = active("alice", "basic");
        for (name, value) in told.as_object().unwrap() {
            answer[name] = value.clone();
        }
        authority.says("token", Saying::Json(answer));
        let server = agent(&authority, settings);
        assert_eq!(
            status(&server, "token").await,
            expected,
            "{settings} {told}"
        );
    }
}

/// The effect of `security.oauth2.subject`.
#[tokio::test]
async fn the_caller_has_the_configured_name() {
    for (subject, name) in [
        ("sub", "alice"),
        ("username", "Alice A."),
        ("client_id", "app"),
    ] {
        let authority = Authority::start();
        let mut answer = active("alice", "basic");
        answer["username"] = "Alice A.".into();
        authority.says("token", Saying::Json(answer));
        let server = agent(&authority, &format!(", subject: {subject}"));
        let answer = Answer::to(hello(&server).bearer_auth("token")).await;
        assert_eq!(answer.reply(), format!("Echo: hi (from user {name})"));
    }
}

/// The effect of `security.oauth2.concurrency`.
#[tokio::test]
async fn so_many_questions_are_asked_at_a_time() {
    let authority = Authority::start();
    authority.says("held", Saying::Hold);
    authority.says("other", Saying::Json(active("alice", "basic")));
    let server = agent(&authority, ", concurrency: 1, timeout: 60s");
    let second = async {
        while authority.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        let refused = status(&server, "other").await;
        authority.release();
        refused
    };
    assert_eq!(join(status(&server, "held"), second).await, (200, 503));
    assert_eq!(status(&server, "other").await, 200);
}

/// The effect of `security.oauth2.token_endpoint`.
#[tokio::test]
async fn the_card_says_where_tokens_come_from() {
    let authority = Authority::start();
    let endpoint = "https://as.example/token";
    let server = agent(&authority, &format!(", token_endpoint: {endpoint}"));
    let card = server.get("/.well-known/agent-card.json").await;
    assert_eq!(
        card.at("/securitySchemes/oauth2/flows/clientCredentials/tokenUrl"),
        endpoint
    );
}

/// The effect of `security.oauth2.client_secret_file`, `security.oauth2.client_id` and
/// `security.oauth2.introspection_endpoint`.
#[tokio::test]
async fn the_secret_of_the_client_comes_from_a_file() {
    let authority = Authority::start();
    authority.says("good", Saying::Json(active("alice", "basic")));
    let settings = authority.settings(", client_secret_file: secret");
    let settings = settings.replace("client_secret: the-secret-of-the-agent, ", "");
    let settings = settings.replace("client_id: agent", "client_id: other-agent");
    assert!(settings.contains("introspection_endpoint"));
    let config = format!(
        "security: {{ type: oauth2, {settings} }}\nskills: [{{ skill_id: public_echo }}]\n"
    );
    let folder = Folder::new(&config, QUICK_START_ENV);
    folder.write("secret", "of-the-file\n");
    let server = Server::start_in(folder);
    assert_eq!(status(&server, "good").await, 200);
    // base64 of other-agent:of-the-file
    assert_eq!(
        authority.asked()[0].headers["authorization"],
        "Basic b3RoZXItYWdlbnQ6b2YtdGhlLWZpbGU="
    );
}

/// The effect of `security.bearer.dpop.proof_lifetime`.
#[tokio::test]
async fn a_proof_is_good_as_long_as_configured() {
    for (lifetime, age, expected) in [(600, 300, 200), (60, 300, 401)] {
        let dpop = format!("mode: optional, proof_lifetime: {lifetime}");
        let holder = super::dpop::proving(&dpop);
        let proof = holder.proof(json!({"iat": now() - age}));
        assert_eq!(holder.bring(&proof).await.status, expected, "{lifetime}");
    }
}

/// The effect of `security.bearer.dpop.remembered_proofs`.
#[tokio::test]
async fn so_many_proofs_are_remembered_and_no_further_one_is_believed() {
    let holder = super::dpop::proving("mode: optional, remembered_proofs: 1000");
    let mut good = 0;
    // Its parts are filled evenly, and each has its share.
    while holder.bring(&holder.proof(json!({}))).await.status == 200 {
        good += 1;
        assert!(good <= 1024, "{good} proofs are remembered");
    }
    assert!(good > 500, "{good} proofs are remembered");
    let log = holder.server.stop().log;
    assert!(log.contains("dpop_memory_full"), "{log}");
}
