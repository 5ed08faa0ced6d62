//! What must never be seen: secrets and tokens, in the log of a run and in all its answers.

use agentup_auth::issue::with_broken_signature;
use agentup_tests::{
    Answer, QUICK_START, QUICK_START_ENV, Server, message_v03, message_v10,
    tokens::{self, expired, token, token_but},
};
use serde_json::json;

/// What was used, and all that came back.
#[derive(Default)]
struct Run {
    tokens: Vec<String>,
    answers: Vec<Answer>,
}

impl Run {
    fn keep(&mut self, token: &str, answers: impl IntoIterator<Item = Answer>) {
        self.tokens.push(token.to_owned());
        self.answers.extend(answers);
    }
}

/// A good part of what callers do who are let in.
async fn callers(server: &Server, run: &mut Run) {
    for (user, scopes) in [
        ("alice", ""),
        ("bob", "basic"),
        ("carol", "basic,premium"),
        ("root", "admin"),
    ] {
        let token = token_but(
            user,
            scopes,
            json!({"email": "marker@example.com", "jti": format!("jti-{user}")}),
        );
        for skill in [
            "public_echo",
            "basic_assistant",
            "premium_analyzer",
            "admin_status",
            "nosuch",
        ] {
            let old = server.ask(skill, &token, "show config data hello").await;
            let id = old.at("/result/id");
            run.keep(
                &token,
                [
                    old,
                    server
                        .ask_v10(skill, &token, "show config data hello")
                        .await,
                    server
                        .call(&token, "message/stream", message_v03(skill, "x"))
                        .await,
                    server
                        .call_v10(&token, "SendStreamingMessage", message_v10(skill, "x"))
                        .await,
                    server.call(&token, "tasks/get", json!({"id": id})).await,
                    server.call(&token, "tasks/cancel", json!({"id": id})).await,
                    server
                        .call_v10(&token, "ListTasks", json!({"includeArtifacts": true}))
                        .await,
                ],
            );
        }
    }
}

/// Those who are not let in.
async fn strangers(server: &Server, run: &mut Run) {
    let good = token("mallory", "admin");
    let (signed, _) = good.rsplit_once('.').unwrap();
    for token in [
        expired("mallory", "admin"),
        with_broken_signature(&good),
        format!("{signed}."),
        format!("{good}.{good}"),
        token_but("mallory", "", json!({"iss": "marker-issuer"})),
        token_but("mallory", "", json!({"aud": "marker-audience"})),
        token_but("mallory", "", json!({"exp": "marker-exp"})),
        token_but("mallory", "", json!({"sub": null})),
        token_but("marker\nsubject", "", json!({})),
        tokens::sign_texts(r#"{"alg":"HS256","kid":"marker-kid"}"#, "{}"),
        tokens::sign_texts(r#"{"alg":"HS256","crit":["marker-crit"]}"#, "{}"),
        tokens::sign_texts(r#"{"alg":"HS256"}"#, "marker-payload"),
        "marker-token".to_owned(),
    ] {
        run.keep(
            &token,
            [
                server.ask("public_echo", &token, "x").await,
                Answer::to(server.post("{}").header("authorization", &token)).await,
                Answer::to(
                    server
                        .post("{}")
                        .header("authorization", format!("Bearer={token}")),
                )
                .await,
                Answer::to(
                    server
                        .post("{}")
                        .bearer_auth(&token)
                        .header("authorization", format!("Bearer {good}")),
                )
                .await,
                Answer::to(server.request("GET", &format!("/tasks?access_token={token}"))).await,
                Answer::to(server.request("GET", &format!("/nosuch?token={token}"))).await,
            ],
        );
    }
}

/// Bodies that make no sense, and documents that anybody may read.
async fn the_rest(server: &Server, run: &mut Run) {
    let good = token("alice", "admin");
    for body in ["", "[", "[]", "{}", &"x".repeat(2_000_000)] {
        let sent = server.post(body).bearer_auth(&good).send().await;
        if let Ok(response) = sent {
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let body = response.text().await.unwrap_or_default();
            run.keep(
                &good,
                [Answer {
                    status,
                    headers,
                    body,
                }],
            );
        }
    }
    for path in [
        "/.well-known/agent.json",
        "/.well-known/oauth-protected-resource",
        "/healthz",
        "/readyz",
    ] {
        run.answers.push(server.get(path).await);
    }
}

/// The log has the level that shows most; neither it nor any answer shows what must not be seen.
#[tokio::test]
async fn no_secret_and_no_token_is_ever_shown() {
    let env = QUICK_START_ENV.replace("LOG_LEVEL=INFO", "LOG_LEVEL=DEBUG");
    let server = Server::start(QUICK_START, &env);
    let mut run = Run::default();
    callers(&server, &mut run).await;
    strangers(&server, &mut run).await;
    the_rest(&server, &mut run).await;
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    server
        .folder()
        .replace_config(&QUICK_START.replace("algorithm: HS256", "algorithm: none"));
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration not reloaded");
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0));
    assert!(stopped.log.contains("DEBUG"), "the log has all levels");
    assert!(
        stopped
            .log
            .contains("User carol accessing premium_analyzer"),
        "the log is that of the run"
    );

    let mut hidden = vec![
        tokens::SECRET.to_owned(),
        tokens::SECRET[..20].to_owned(),
        "marker".to_owned(),
    ];
    for token in &run.tokens {
        hidden.extend(
            token
                .split('.')
                .filter(|part| part.len() > 20)
                .map(str::to_owned),
        );
        // A beginning would be enough to guess whose token it is, an end to try the rest.
        if let Some((_, signature)) = token.rsplit_once('.').filter(|(_, it)| it.len() > 20) {
            hidden.push(signature[..16].to_owned());
            hidden.push(signature[signature.len() - 16..].to_owned());
        }
    }
    assert!(
        run.answers.len() > 150 && hidden.len() > 50,
        "the search is worth something"
    );
    for part in hidden.iter().filter(|part| !part.is_empty()) {
        assert!(
            !stopped.log.contains(part),
            "{part} is in the log:\n{}",
            stopped.log
        );
        for answer in &run.answers {
            let headers = format!("{:?}", answer.headers);
            assert!(
                !answer.body.contains(part) && !headers.contains(part),
                "{part} is in {answer:?}"
            );
        }
    }
}
