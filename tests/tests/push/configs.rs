//! The operations on push configurations, in both generations and both bindings.

use agentup_tests::{Answer, Server, tokens::token};
use serde_json::{Value, json};

use super::{LOOPBACK, Webhook, say_hi, say_hi_v03, server};

const CREATE: &str = "CreateTaskPushNotificationConfig";
const GET: &str = "GetTaskPushNotificationConfig";
const LIST: &str = "ListTaskPushNotificationConfigs";
const DELETE: &str = "DeleteTaskPushNotificationConfig";

const SET_V03: &str = "tasks/pushNotificationConfig/set";
const GET_V03: &str = "tasks/pushNotificationConfig/get";
const LIST_V03: &str = "tasks/pushNotificationConfig/list";
const DELETE_V03: &str = "tasks/pushNotificationConfig/delete";

/// A task of this user.
async fn task(server: &Server, token: &str) -> String {
    let answer = server.ask_v10("public_echo", token, "hi").await;
    answer.text_at("/result/task/id")
}

async fn rest(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let mut request = server
        .request(method, path)
        .bearer_auth(token)
        .header("A2A-Version", "1.0");
    if let Some(body) = body {
        request = request
            .header("Content-Type", "application/a2a+json")
            .body(body.to_string());
    }
    Answer::to(request).await
}

#[tokio::test]
async fn configurations_are_kept_by_the_newer_generation() {
    let server = server(LOOPBACK);
    let token = token("u", "");
    let task = task(&server, &token).await;
    let config = json!({
        "taskId": task, "id": "c1", "url": "https://hooks.example/", "token": "t",
        "authentication": {"scheme": "Bearer", "credentials": "c"},
    });
    let created = server.call_v10(&token, CREATE, config.clone()).await;
    assert_eq!(created.at("/result"), config);
    let found = server
        .call_v10(&token, GET, json!({"taskId": task, "id": "c1"}))
        .await;
    assert_eq!(found.at("/result"), config);

    let without = json!({"taskId": task, "url": "https://other.example/"});
    let other = server
        .call_v10(&token, CREATE, without)
        .await
        .text_at("/result/id");
    let page = json!({"taskId": task, "pageSize": 1});
    let first = server.call_v10(&token, LIST, page).await;
    assert_eq!(first.at("/result/configs"), json!([config]));
    let token_of_page = first.text_at("/result/nextPageToken");
    let page = json!({"taskId": task, "pageSize": 1, "pageToken": token_of_page});
    let second = server.call_v10(&token, LIST, page).await;
    assert_eq!(second.at("/result/configs/0/id"), other.as_str());
    assert_eq!(second.at("/result/nextPageToken"), "");
    let page = json!({"taskId": task, "pageToken": "garbled"});
    assert_eq!(
        server.call_v10(&token, LIST, page).await.error_code(),
        -32602
    );

    for _ in 0..2 {
        let gone = server
            .call_v10(&token, DELETE, json!({"taskId": task, "id": "c1"}))
            .await;
        assert_eq!(gone.json().get("result"), Some(&Value::Null));
    }
    let gone = server
        .call_v10(&token, GET, json!({"taskId": task, "id": "c1"}))
        .await;
    assert_eq!(gone.error_code(), -32001);
}

#[tokio::test]
async fn configurations_are_kept_by_the_older_generation() {
    let server = server(LOOPBACK);
    let token = token("u", "");
    let task = task(&server, &token).await;
    let inner = json!({
        "id": "c1", "url": "https://hooks.example/", "token": "t",
        "authentication": {"schemes": ["Bearer"], "credentials": "c"},
    });
    let config = json!({"taskId": task, "pushNotificationConfig": inner});
    assert_eq!(
        server
            .call(&token, SET_V03, config.clone())
            .await
            .at("/result"),
        config
    );
    for params in [
        json!({"id": task}),
        json!({"id": task, "pushNotificationConfigId": "c1"}),
    ] {
        assert_eq!(
            server.call(&token, GET_V03, params).await.at("/result"),
            config
        );
    }
    let list = server.call(&token, LIST_V03, json!({"id": task})).await;
    assert_eq!(list.at("/result"), json!([config]));
    let params = json!({"id": task, "pushNotificationConfigId": "c1"});
    let gone = server.call(&token, DELETE_V03, params).await;
    assert_eq!(gone.json().get("result"), Some(&Value::Null));
    assert_eq!(
        server
            .call(&token, GET_V03, json!({"id": task}))
            .await
            .error_code(),
        -32001
    );
}

#[tokio::test]
async fn configurations_are_kept_over_http_json() {
    let server = server(LOOPBACK);
    let token = token("u", "");
    let task = task(&server, &token).await;
    let all = format!("/tasks/{task}/pushNotificationConfigs");
    let one = format!("{all}/c1");
    let body = json!({"id": "c1", "url": "https://hooks.example/"});
    let config = json!({"taskId": task, "id": "c1", "url": "https://hooks.example/"});
    let created = rest(&server, &token, "POST", &all, Some(body)).await;
    assert_eq!((created.status, created.json()), (200, config.clone()));
    assert_eq!(
        rest(&server, &token, "GET", &one, None).await.json(),
        config
    );
    let list = rest(&server, &token, "GET", &format!("{all}?pageSize=5"), None).await;
    assert_eq!(
        list.json(),
        json!({"configs": [config], "nextPageToken": ""})
    );
    let gone = rest(&server, &token, "DELETE", &one, None).await;
    assert_eq!((gone.status, gone.json()), (200, json!({})));
    assert_eq!(rest(&server, &token, "GET", &one, None).await.status, 404);
}

#[tokio::test]
async fn somebody_elses_task_is_not_found() {
    let server = server(LOOPBACK);
    let (alice, mallory) = (token("alice", ""), token("mallory", ""));
    let webhook = Webhook::start();
    let answer = say_hi(
        &server,
        &alice,
        json!({"id": "c1", "url": webhook.url("/")}),
    )
    .await;
    let task = answer.text_at("/result/task/id");
    let one = json!({"taskId": task, "id": "c1"});
    for (method, params) in [
        (CREATE, json!({"taskId": task, "url": webhook.url("/")})),
        (GET, one.clone()),
        (LIST, json!({"taskId": task})),
        (DELETE, one.clone()),
    ] {
        let theirs = server.call_v10(&mallory, method, params.clone()).await;
        assert_eq!(theirs.error_code(), -32001, "{method}");
        let mut nobodys = params;
        nobodys["taskId"] = "nobodys".into();
        let nobodys = server.call_v10(&mallory, method, nobodys).await;
        let told = |answer: &Answer| answer.body.replace(&task, "X").replace("nobodys", "X");
        assert_eq!(told(&theirs), told(&nobodys), "{method}");
    }
    let own = server.call_v10(&alice, GET, one).await;
    assert_eq!(own.at("/result/url"), webhook.url("/"));
}

#[tokio::test]
async fn a_task_has_sixteen_webhooks_at_the_most() {
    let server = server(LOOPBACK);
    let token = token("u", "");
    let task = task(&server, &token).await;
    let config =
        |number: usize| json!({"taskId": task, "url": format!("https://hooks.example/{number}")});
    for number in 0..16 {
        assert!(
            server
                .call_v10(&token, CREATE, config(number))
                .await
                .error_code()
                .is_null()
        );
    }
    // The same address again is the same webhook.
    assert!(
        server
            .call_v10(&token, CREATE, config(3))
            .await
            .error_code()
            .is_null()
    );
    assert_eq!(
        server
            .call_v10(&token, CREATE, config(16))
            .await
            .error_code(),
        -32004
    );
}

#[tokio::test]
async fn a_webhook_that_was_taken_away_hears_nothing_more() {
    let server = server(LOOPBACK);
    let token = token("u", "");
    let mut webhook = Webhook::start();
    webhook.will([super::webhook::Reaction::Hold]);
    let answer = say_hi(
        &server,
        &token,
        json!({"id": "c1", "url": webhook.url("/")}),
    )
    .await;
    webhook.hears(1).await;
    let one = json!({"taskId": answer.at("/result/task/id"), "id": "c1"});
    server.call_v10(&token, DELETE, one).await;
    webhook.release();
    // The log has no further delivery once the server has ended.
    let log = server.stop().log;
    assert!(!log.contains("push notification delivered"), "{log}");
    assert!(webhook.is_quiet());
}

/// The effect of `push_notifications.enabled`.
#[tokio::test]
async fn an_agent_without_notifications_says_so_everywhere() {
    let server = server("push_notifications: { enabled: false }\n");
    let token = token("u", "");
    let task = task(&server, &token).await;
    let card = server.get("/.well-known/agent-card.json").await;
    assert_eq!(card.at("/capabilities/pushNotifications"), false);
    for (method, params) in [
        (
            CREATE,
            json!({"taskId": task, "url": "https://hooks.example/"}),
        ),
        (GET, json!({"taskId": task, "id": "c"})),
        (LIST, json!({"taskId": task})),
        (DELETE, json!({"taskId": task, "id": "c"})),
    ] {
        assert_eq!(
            server.call_v10(&token, method, params).await.error_code(),
            -32003,
            "{method}"
        );
    }
    let config = json!({"url": "https://hooks.example/"});
    for (method, params) in [
        (
            SET_V03,
            json!({"taskId": task, "pushNotificationConfig": config}),
        ),
        (GET_V03, json!({"id": task})),
        (LIST_V03, json!({"id": task})),
        (
            DELETE_V03,
            json!({"id": task, "pushNotificationConfigId": "c"}),
        ),
    ] {
        assert_eq!(
            server.call(&token, method, params).await.error_code(),
            -32003,
            "{method}"
        );
    }
    let all = format!("/tasks/{task}/pushNotificationConfigs");
    let answer = rest(&server, &token, "GET", &all, None).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.at("/error/details/0/reason"),
        "PUSH_NOTIFICATION_NOT_SUPPORTED"
    );
    assert_eq!(
        say_hi(&server, &token, config.clone()).await.error_code(),
        -32003
    );
    assert_eq!(
        say_hi_v03(&server, &token, config).await.error_code(),
        -32003
    );
}

#[tokio::test]
async fn the_card_declares_notifications() {
    let server = server("");
    let card = server.get("/.well-known/agent-card.json").await;
    assert_eq!(card.at("/capabilities/pushNotifications"), true);
}
