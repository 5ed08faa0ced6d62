//! Many callers at a time: each gets its own answer and nobody else's.

use std::sync::Arc;

use agentup_tests::{Server, tokens::token};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

const CALLERS: usize = 64;
const REQUESTS: usize = 2000;

#[tokio::test]
async fn sixty_four_callers_at_a_time_are_not_mixed_up() {
    let server = Arc::new(Server::quick_start());
    let tokens: Arc<Vec<_>> = Arc::new(
        (0..CALLERS)
            .map(|caller| token(&format!("caller-{caller}"), ""))
            .collect(),
    );
    let answers = stream::iter(0..REQUESTS).map(|number| {
        let (server, tokens) = (Arc::clone(&server), Arc::clone(&tokens));
        tokio::spawn(async move {
            let caller = number % CALLERS;
            let answer = server
                .ask("public_echo", &tokens[caller], &format!("text-{number}"))
                .await;
            assert_eq!(
                answer.reply(),
                format!("Echo: text-{number} (from user caller-{caller})")
            );
            assert_eq!(
                answer.at("/result/history/0/parts/0/text"),
                format!("text-{number}")
            );
            (caller, answer.text_at("/result/id"))
        })
    });
    let answers: Vec<_> = answers
        .buffer_unordered(CALLERS)
        .map(Result::unwrap)
        .collect()
        .await;
    let mut ids: Vec<_> = answers.iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), REQUESTS, "every task has an id of its own");

    // Each caller finds its own tasks, all of them, and no others.
    for caller in [0, 1, CALLERS - 1] {
        let list = server
            .call_v10(&tokens[caller], "ListTasks", json!({"pageSize": 100}))
            .await;
        let tasks = list.at("/result/tasks");
        let mut found: Vec<_> = tasks
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["id"].as_str().unwrap())
            .collect();
        let mut own: Vec<_> = answers
            .iter()
            .filter(|(owner, _)| *owner == caller)
            .map(|(_, id)| id.as_str())
            .collect();
        found.sort_unstable();
        own.sort_unstable();
        assert_eq!(found, own);
    }
}

/// Good and bad tokens side by side: a refusal of one never becomes the answer of another.
#[tokio::test]
async fn refusals_and_answers_are_not_mixed_up() {
    let server = Arc::new(Server::quick_start());
    let credentials: Arc<Vec<(String, u16)>> = Arc::new(
        (0..CALLERS)
            .map(|caller| {
                let user = format!("caller-{caller}");
                match caller % 3 {
                    0 => (token(&user, ""), 200),
                    1 => (agentup_tests::tokens::expired(&user, ""), 401),
                    _ => (
                        agentup_auth::issue::with_broken_signature(&token(&user, "")),
                        401,
                    ),
                }
            })
            .collect(),
    );
    let answers = stream::iter(0..500).map(|number: usize| {
        let (server, credentials) = (Arc::clone(&server), Arc::clone(&credentials));
        tokio::spawn(async move {
            let caller = number % CALLERS;
            let (token, status) = &credentials[caller];
            let answer = server.ask("public_echo", token, "hi").await;
            assert_eq!(answer.status, *status, "{answer:?}");
            if *status == 200 {
                assert_eq!(
                    answer.reply(),
                    format!("Echo: hi (from user caller-{caller})")
                );
            }
        })
    });
    let answers: Vec<_> = answers
        .buffer_unordered(CALLERS)
        .map(Result::unwrap)
        .collect()
        .await;
    assert_eq!(answers.len(), 500);
}
