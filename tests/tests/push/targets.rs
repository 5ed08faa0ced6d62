//! Where notifications may go.

use agentup_tests::tokens::token;
use serde_json::json;

use super::{LOOPBACK, Webhook, say_hi, server, webhook::Reaction};

#[tokio::test]
async fn an_address_inside_is_refused_when_it_is_named() {
    let server = server("");
    let mut webhook = Webhook::start();
    let token = token("u", "");
    for url in [
        webhook.url("/"),
        format!("https://127.0.0.1:{}/", webhook.port()),
        format!("https://[::ffff:127.0.0.1]:{}/", webhook.port()),
        "https://10.0.0.1/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "http://hooks.example/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let answer = say_hi(&server, &token, json!({"url": url})).await;
        assert_eq!(answer.error_code(), -32602, "{url}: {answer:?}");
        let field = answer.at("/error/data/0/fieldViolations/0/field");
        assert_eq!(
            field, "configuration.taskPushNotificationConfig.url",
            "{answer:?}"
        );
    }
    // Nothing was done for the message either.
    let tasks = server.call_v10(&token, "ListTasks", json!({})).await;
    assert_eq!(tasks.at("/result/totalSize"), 0);
    assert!(webhook.is_quiet());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
    let server = server("");
    let mut webhook = Webhook::start();
    let url = format!("https://localhost:{}/", webhook.port());
    let answer = say_hi(&server, &token("u", ""), json!({"url": url})).await;
    assert_eq!(
        answer.at("/result/task/status/state"),
        "TASK_STATE_COMPLETED"
    );
    let refused = "push notification given up: loopback addresses are not allowed";
    let _ = server.log().wait_for_times(refused, 3);
    assert!(webhook.is_quiet());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    webhook.will([Reaction::Redirect("/inside")]);
    say_hi(
        &server,
        &token("u", ""),
        json!({"url": webhook.url("/outside")}),
    )
    .await;
    for _ in 0..3 {
        assert_eq!(webhook.next().await.path, "/outside");
    }
    let log = server.stop().log;
    assert!(
        log.contains("given up: the webhook answered 307 Temporary Redirect"),
        "{log}"
    );
    assert!(webhook.is_quiet());
}

/// The effect of `push_notifications.allow_hosts`.
#[tokio::test]
async fn a_host_inside_that_is_allowed_by_name_is_connected_to() {
    let server =
        server("push_notifications: { allow_hosts: [localhost], retry: { attempts: 1 } }\n");
    let webhook = Webhook::start();
    let url = format!("https://localhost:{}/", webhook.port());
    say_hi(&server, &token("u", ""), json!({"url": url})).await;
    // It speaks no TLS, and that can only be found out by a connection.
    let log = server.log().wait_for_times("push notification given up", 3);
    assert!(
        log.contains("given up: the webhook cannot be reached"),
        "{log}"
    );
    assert!(!log.contains("not allowed"), "{log}");
}

#[tokio::test]
async fn rules_change_with_the_configuration() {
    let server = server(LOOPBACK);
    let mut webhook = Webhook::start();
    webhook.will([Reaction::Hold]);
    say_hi(&server, &token("u", ""), json!({"url": webhook.url("/")})).await;
    webhook.hears(1).await;
    server.folder().replace_config(agentup_tests::QUICK_START);
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    webhook.release();
    // What waited is held to the new rules.
    let refused = "push notification given up: the URL must begin with https://";
    let _ = server.log().wait_for_times(refused, 2);
    assert!(webhook.is_quiet());
}
