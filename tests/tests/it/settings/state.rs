//! `state`: what is kept of tasks, and for how long.

use agentup_tests::{message_v10, tokens::token};
use serde_json::json;

use super::server;

/// The effect of `state.max_tasks_per_owner` and `state.max_tasks`.
#[tokio::test]
async fn so_many_tasks_are_kept_and_no_more() {
    for (limit, of_alice) in [
        ("max_tasks_per_owner: 2", 2),
        ("max_tasks: 2", 1),
        ("history_limit: 100", 3),
    ] {
        let server = server(&format!("state: {{ {limit} }}"));
        let (alice, bob) = (token("alice", ""), token("bob", ""));
        for caller in [&alice, &alice, &alice, &bob] {
            server.ask_v10("public_echo", caller, "hi").await;
        }
        let list = server.call_v10(&alice, "ListTasks", json!({})).await;
        assert_eq!(list.at("/result/totalSize"), of_alice, "{limit}");
    }
}

/// The effect of `state.idempotency`.
#[tokio::test]
async fn a_message_is_known_again_as_long_as_configured() {
    for (setting, is_known) in [("idempotency: 0", false), ("idempotency: 1h", true)] {
        let server = server(&format!("state: {{ {setting} }}"));
        let (alice, message) = (token("alice", ""), message_v10("public_echo", "hi"));
        let mut ids = Vec::new();
        for _ in 0..2 {
            let answer = server
                .call_v10(&alice, "SendMessage", message.clone())
                .await;
            ids.push(answer.text_at("/result/task/id"));
        }
        assert_eq!(ids[0] == ids[1], is_known, "{setting}");
    }
}
