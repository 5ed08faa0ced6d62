//! What a webhook gets, and what becomes of a webhook that does not take it.

use agentup_tests::tokens::token;
use serde_json::json;

use super::{LOOPBACK, Webhook, say_hi, say_hi_v03, server, webhook::Reaction};

const ALL: [&str; 3] = [
    "TASK_STATE_WORKING",
    "Echo: hi (from user u)",
    "TASK_STATE_COMPLETED",
];

#[tokio::test]
async fn every_event_comes_in_order_with_its_credentials() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    let config = json!({
        "url": webhook.url("/hook?x=1"),
        "token": "opaque-token",
        "authentication": {"scheme": "Bearer", "credentials": "the-credentials"},
    });
    let answer = say_hi(&server, &token("u", ""), config).await;
    let task = answer.text_at("/result/task/id");
    for expected in ALL {
        let received = webhook.next().await;
        assert_eq!(received.words(), expected);
        assert_eq!(received.path, "/hook");
        assert_eq!(
            received.header("content-type"),
            Some("application/a2a+json")
        );
        assert_eq!(
            received.header("authorization"),
            Some("Bearer the-credentials")
        );
        assert_eq!(
            received.header("x-a2a-notification-token"),
            Some("opaque-token")
        );
        assert_eq!(received.header("x-a2a-notification-signature"), None);
        let body = received.json();
        let event = body.as_object().unwrap().values().next().unwrap();
        assert_eq!(event["taskId"], task.as_str());
    }
    let log = server.stop().log;
    assert!(log.contains("push notification delivered"), "{log}");
    assert!(
        !log.contains("opaque-token") && !log.contains("the-credentials"),
        "{log}"
    );
    assert!(webhook.is_quiet());
}

#[tokio::test]
async fn a_webhook_of_the_older_generation_gets_the_whole_task() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    let config = json!({
        "url": webhook.url("/"),
        "authentication": {"schemes": ["Basic"], "credentials": "dTpw"},
    });
    let answer = say_hi_v03(&server, &token("u", ""), config).await;
    for (expected, artifacts) in [("working", 0), ("working", 1), ("completed", 1)] {
        let received = webhook.next().await;
        let body = received.json();
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert_eq!(received.header("authorization"), Some("Basic dTpw"));
        assert_eq!(
            (&body["kind"], &body["id"]),
            (&json!("task"), &answer.at("/result/id"))
        );
        assert_eq!(body["status"]["state"], expected);
        let found = body["artifacts"].as_array().map_or(0, Vec::len);
        assert_eq!(found, artifacts, "{body}");
    }
}

#[tokio::test]
async fn a_webhook_hears_of_its_own_task_only() {
    let server = server(LOOPBACK);
    let (mut old, mut new) = (Webhook::start(), Webhook::start());
    let token = token("u", "");
    let first = say_hi_v03(&server, &token, json!({"url": old.url("/")})).await;
    old.hears(3).await;
    // Another task of the same conversation.
    let mut params = agentup_tests::message_v10("public_echo", "hi");
    params["message"]["contextId"] = first.at("/result/contextId");
    params["message"]["messageId"] = "second".into();
    params["configuration"] = json!({"taskPushNotificationConfig": {"url": new.url("/")}});
    server.call_v10(&token, "SendMessage", params).await;
    assert_eq!(new.hears(3).await, ALL);
    assert!(old.is_quiet());
}

#[tokio::test]
async fn what_fails_is_tried_again_before_anything_else() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    webhook.will([500, 503, 204, 429].map(Reaction::Status));
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    let heard = webhook.hears(6).await;
    assert_eq!(heard, [ALL[0], ALL[0], ALL[0], ALL[1], ALL[1], ALL[2]]);
    let log = server.stop().log;
    assert!(!log.contains("given up"), "{log}");
    assert!(webhook.is_quiet());
}

/// The effect of `push_notifications.retry.attempts` and
/// `push_notifications.allow_private_targets`.
#[tokio::test]
async fn what_is_refused_or_fails_too_often_is_given_up_once_and_the_rest_goes_on() {
    let retry = "push_notifications: { allow_private_targets: true, retry: { attempts: 2 } }\n";
    let server = server(retry);
    let mut webhook = Webhook::start();
    webhook.will([410, 500, 500].map(Reaction::Status));
    let config = json!({
        "url": webhook.url("/secret-path"),
        "authentication": {"scheme": "Bearer", "credentials": "the-credentials"},
    });
    say_hi(&server, &token("u", ""), config).await;
    assert_eq!(webhook.hears(4).await, [ALL[0], ALL[1], ALL[1], ALL[2]]);
    let log = server.stop().log;
    for reason in [
        "the webhook answered 410 Gone",
        "the webhook answered 500 Internal Server Error",
    ] {
        assert_eq!(
            log.matches(&format!("push notification given up: {reason}"))
                .count(),
            1,
            "{log}"
        );
    }
    assert!(log.contains("host=127.0.0.1"), "{log}");
    assert!(
        !log.contains("secret-path") && !log.contains("the-credentials"),
        "{log}"
    );
}

/// The effect of `push_notifications.retry.max_age`.
#[tokio::test]
async fn what_has_become_too_old_is_given_up() {
    let retry = "allow_private_targets: true, retry: { attempts: 20, max_age: 1s }";
    let server = server(&format!("push_notifications: {{ {retry} }}\n"));
    let webhook = Webhook::start();
    webhook.will([503; 20].map(Reaction::Status));
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    // Twenty attempts would take a quarter of an hour.
    let _ = server.log().wait_for("push notification given up");
}

#[tokio::test]
async fn a_webhook_that_hangs_holds_up_nobody_else() {
    let server = server(LOOPBACK);
    let (mut slow, mut quick) = (Webhook::start(), Webhook::start());
    slow.will([Reaction::Hold]);
    let token = token("u", "");
    let answer = say_hi(&server, &token, json!({"url": slow.url("/")})).await;
    assert_eq!(
        answer.at("/result/task/status/state"),
        "TASK_STATE_COMPLETED"
    );
    assert_eq!(slow.hears(1).await, [ALL[0]]);
    // While it is held, the caller's own other tasks are told of, and so are everybody's.
    for user in ["u", "v"] {
        let token = agentup_tests::tokens::token(user, "");
        say_hi(&server, &token, json!({"url": quick.url("/")})).await;
        assert_eq!(quick.hears(3).await.len(), 3);
    }
    assert!(slow.is_quiet(), "what comes behind waits");
    slow.release();
    assert_eq!(slow.hears(2).await, ALL[1..]);
}

#[tokio::test]
async fn what_waits_is_delivered_before_the_server_ends() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    webhook.will([Reaction::Hold]);
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    assert_eq!(webhook.hears(1).await, [ALL[0]]);
    server.ask_to_stop();
    let _ = server.log().wait_for("stopping");
    webhook.release();
    assert_eq!(webhook.hears(2).await, ALL[1..]);
    let stopped = server.wait();
    assert_eq!(stopped.code, Some(0), "{}", stopped.log);
    assert!(
        !stopped.log.contains("not delivered in time"),
        "{}",
        stopped.log
    );
}

/// The effect of `server.shutdown_grace`.
#[tokio::test]
async fn a_server_does_not_wait_for_a_webhook_for_ever() {
    let config = format!(
        "{}\n{LOOPBACK}server: {{ shutdown_grace: 0 }}\n",
        agentup_tests::QUICK_START
    );
    let server = agentup_tests::Server::start(&config, agentup_tests::QUICK_START_ENV);
    let mut webhook = Webhook::start();
    webhook.will([Reaction::Hold]);
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    assert_eq!(webhook.hears(1).await, [ALL[0]]);
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.log);
    assert!(
        stopped
            .log
            .contains("push notifications were not delivered in time left=3"),
        "{}",
        stopped.log
    );
}
