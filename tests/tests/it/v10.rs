//! Version 1.0: its methods, its shapes, its version header, in both of its bindings.

use agentup_tests::{Answer, Server, message_v03, message_v10, tokens::token};
use serde_json::{Value, json};

const VERSION_NOT_SUPPORTED: i64 = -32009;
const METHOD_NOT_FOUND: i64 = -32601;

#[tokio::test]
async fn a_message_is_answered_with_a_task_in_the_new_form() {
    let server = Server::quick_start();
    let answer = server
        .ask_v10("public_echo", &token("alice", ""), "hi")
        .await;
    let task = answer.at("/result/task");
    assert_eq!(
        task["status"]["state"], "TASK_STATE_COMPLETED",
        "{answer:?}"
    );
    assert_eq!(
        task["artifacts"][0]["parts"][0],
        json!({"text": "Echo: hi (from user alice)"})
    );
    assert_eq!(task["history"][0]["role"], "ROLE_USER");
    assert!(task["status"]["timestamp"].as_str().unwrap().ends_with('Z'));
    assert!(
        !answer.body.contains("\"kind\""),
        "0.3 told its objects apart by it: {answer:?}"
    );
}

#[tokio::test]
async fn a_task_is_read_and_not_canceled() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let sent = server
        .ask_v10("public_echo", &alice, "hi")
        .await
        .at("/result/task");
    let read = server
        .call_v10(&alice, "GetTask", json!({"id": sent["id"]}))
        .await;
    assert_eq!(read.at("/result"), sent);
    let answer = server
        .call_v10(&alice, "CancelTask", json!({"id": sent["id"]}))
        .await;
    assert_eq!(answer.error_code(), -32002);
    assert_eq!(answer.at("/error/data/0/reason"), "TASK_NOT_CANCELABLE");
    assert_eq!(answer.at("/error/data/0/metadata/taskId"), sent["id"]);
    // A task is the same whichever generation made it.
    let old = server
        .call(&alice, "tasks/get", json!({"id": sent["id"]}))
        .await;
    assert_eq!(old.at("/result/status/state"), "completed");
}

#[tokio::test]
async fn tasks_are_listed_in_pages_the_latest_first() {
    let server = Server::quick_start();
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    let mut sent = Vec::new();
    for number in 0..7 {
        sent.push(
            server
                .ask("public_echo", &alice, &number.to_string())
                .await
                .text_at("/result/id"),
        );
        server.ask("public_echo", &bob, "not for alice").await;
    }
    let (mut listed, mut page_token, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let params = json!({"pageSize": 3, "pageToken": page_token});
        let page = server.call_v10(&alice, "ListTasks", params).await;
        assert_eq!(page.at("/result/totalSize"), 7, "{page:?}");
        assert_eq!(page.at("/result/pageSize"), 3);
        let tasks = page.at("/result/tasks");
        let tasks = tasks.as_array().unwrap();
        assert!(
            tasks.iter().all(|task| task.get("artifacts").is_none()),
            "{tasks:?}"
        );
        sizes.push(tasks.len());
        listed.extend(tasks.clone());
        page_token = page.text_at("/result/nextPageToken");
        if page_token.is_empty() {
            break;
        }
        // A page token of one caller is none of another's.
        let stolen = json!({"pageSize": 3, "pageToken": page_token});
        let answer = server.call_v10(&bob, "ListTasks", stolen).await;
        assert_eq!(answer.error_code(), -32602);
    }
    assert_eq!(sizes, [3, 3, 1]);
    let mut ids: Vec<_> = listed
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    let times: Vec<_> = listed
        .iter()
        .map(|task| task["status"]["timestamp"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    ids.sort_unstable();
    sent.sort_unstable();
    assert_eq!(ids, sent);
}

#[tokio::test]
async fn lists_are_filtered() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    server.ask("public_echo", &alice, "hi").await;
    server.ask("admin_status", &alice, "hi").await;
    for (params, expected) in [
        (json!({}), 2),
        (json!({"status": "TASK_STATE_COMPLETED"}), 1),
        (json!({"status": "TASK_STATE_REJECTED"}), 1),
        (json!({"status": "TASK_STATE_WORKING"}), 0),
        (json!({"contextId": "nosuch"}), 0),
        (json!({"statusTimestampAfter": "2001-01-01T00:00:00Z"}), 2),
        (json!({"statusTimestampAfter": "2999-01-01T00:00:00Z"}), 0),
    ] {
        let list = server.call_v10(&alice, "ListTasks", params.clone()).await;
        assert_eq!(list.at("/result/totalSize"), expected, "{params}: {list:?}");
        assert_eq!(list.at("/result/nextPageToken"), "", "{params}");
    }
    let list = server
        .call_v10(&alice, "ListTasks", json!({"includeArtifacts": true}))
        .await;
    assert!(
        list.at("/result/tasks/0/artifacts/0").is_object(),
        "{list:?}"
    );
    for params in [
        json!({"pageSize": 0}),
        json!({"pageSize": 101}),
        json!({"pageSize": "many"}),
        json!({"pageToken": "x"}),
        json!({"pageToken": "1.x"}),
        json!({"status": "COMPLETED"}),
        json!({"statusTimestampAfter": "yesterday"}),
    ] {
        let answer = server.call_v10(&alice, "ListTasks", params.clone()).await;
        assert_eq!(answer.error_code(), -32602, "{params}: {answer:?}");
    }
}

#[tokio::test]
async fn the_version_decides_and_not_the_method() {
    let server = Server::quick_start();
    let send = async |method: &str, version: Option<&str>, path: &str| {
        let params = if method == "SendMessage" {
            message_v10("public_echo", "hi")
        } else {
            message_v03("public_echo", "hi")
        };
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = server
            .request("POST", path)
            .bearer_auth(token("alice", ""))
            .json(&body);
        let request = match version {
            Some(version) => request.header("A2A-Version", version),
            None => request,
        };
        Answer::to(request).await
    };
    for (method, version, path, code) in [
        ("SendMessage", Some("1.0"), "/", None),
        ("SendMessage", Some("1.0.1"), "/", None),
        ("SendMessage", None, "/?A2A-Version=1.0", None),
        ("message/send", None, "/", None),
        ("message/send", Some(""), "/", None),
        ("message/send", Some("0.3"), "/", None),
        ("message/send", Some("0.3.0"), "/", None),
        ("message/send", Some("0.2"), "/", None),
        ("SendMessage", None, "/", Some(VERSION_NOT_SUPPORTED)),
        ("SendMessage", Some("0.3"), "/", Some(VERSION_NOT_SUPPORTED)),
        ("SendMessage", Some("1.1"), "/", Some(VERSION_NOT_SUPPORTED)),
        ("SendMessage", Some("2.0"), "/", Some(VERSION_NOT_SUPPORTED)),
        ("SendMessage", Some("abc"), "/", Some(VERSION_NOT_SUPPORTED)),
        (
            "message/send",
            Some("99.0"),
            "/",
            Some(VERSION_NOT_SUPPORTED),
        ),
        ("message/send", Some("1.0"), "/", Some(METHOD_NOT_FOUND)),
        ("NoSuchMethod", Some("1.0"), "/", Some(METHOD_NOT_FOUND)),
    ] {
        let answer = send(method, version, path).await;
        let expected = code.map_or(Value::Null, Value::from);
        assert_eq!(
            answer.error_code(),
            expected,
            "{method} {version:?} {path}: {answer:?}"
        );
        if code.is_none() {
            assert_eq!(answer.reply(), "Echo: hi (from user alice)");
        }
    }
}

#[tokio::test]
async fn a_denial_is_forbidden_with_a_challenge() {
    let server = Server::quick_start();
    let basic = token("mallory", "basic");
    for (skill, scope) in [("premium_analyzer", "premium"), ("admin_status", "admin")] {
        for method in ["SendMessage", "SendStreamingMessage"] {
            let answer = server
                .call_v10(&basic, method, message_v10(skill, "data"))
                .await;
            assert_eq!(answer.status, 403, "{answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let challenge = answer.challenge();
            assert_eq!(challenge.get("error"), Some("insufficient_scope"));
            assert_eq!(challenge.get("scope"), Some(scope));
            assert_eq!(answer.at("/error/status"), "PERMISSION_DENIED");
            assert!(answer.text_at("/error/message").starts_with('❌'));
            assert_eq!(
                (answer.at("/jsonrpc"), answer.at("/id")),
                ("2.0".into(), "1".into())
            );
        }
    }
    let list = server.call_v10(&basic, "ListTasks", json!({})).await;
    assert_eq!(list.at("/result/totalSize"), 0, "a denial leaves no task");
}

/// `security.denial` forces one form for both generations.
///
/// The effect of `security.denial`.
#[tokio::test]
async fn the_form_of_a_denial_can_be_configured() {
    for (form, old, new) in [
        ("artifact", 200, 200),
        ("http", 403, 403),
        ("auto", 200, 403),
    ] {
        let config = agentup_tests::QUICK_START.replace(
            "  type: bearer\n",
            &format!("  type: bearer\n  denial: {form}\n"),
        );
        let server = Server::start(&config, agentup_tests::QUICK_START_ENV);
        let basic = token("mallory", "basic");
        let answers = [
            server.ask("admin_status", &basic, "x").await,
            server.ask_v10("admin_status", &basic, "x").await,
        ];
        assert_eq!(
            answers.each_ref().map(|answer| answer.status),
            [old, new],
            "{form}"
        );
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            assert!(answer.reply().starts_with('❌'), "{form}: {answer:?}");
        }
    }
}

/// The tenant is for routing, and this agent has none (A2A §8.3.2).
#[tokio::test]
async fn a_tenant_is_not_known() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = server
        .ask("public_echo", &alice, "hi")
        .await
        .at("/result/id");
    for (tenant, code) in [
        (json!(""), Value::Null),
        (json!("other"), json!(-32602)),
        (json!(7), json!(-32602)),
    ] {
        let answer = server
            .call_v10(&alice, "GetTask", json!({"id": id, "tenant": tenant}))
            .await;
        assert_eq!(answer.error_code(), code, "{tenant}: {answer:?}");
    }
}

/// The card for callers shows each the skills that it may use (A2A §3.1.11).
#[tokio::test]
async fn the_extended_card_is_the_callers_own() {
    let server = Server::quick_start();
    for (scopes, expected) in [
        ("", &["public_echo"][..]),
        ("basic", &["public_echo", "basic_assistant"]),
        (
            "admin",
            &[
                "public_echo",
                "basic_assistant",
                "premium_analyzer",
                "admin_status",
            ],
        ),
    ] {
        let token = token("alice", scopes);
        let card = server
            .call_v10(&token, "GetExtendedAgentCard", json!({}))
            .await;
        let skills = card.at("/result/skills");
        let ids: Vec<_> = skills
            .as_array()
            .unwrap()
            .iter()
            .map(|skill| &skill["id"])
            .collect();
        assert_eq!(ids, expected, "{scopes:?}");
        let old = server
            .call(&token, "agent/getAuthenticatedExtendedCard", json!({}))
            .await;
        assert_eq!(old.at("/result/skills"), skills);
        let path = server
            .request("GET", "/extendedAgentCard")
            .bearer_auth(&token);
        let answer = Answer::to(path.header("A2A-Version", "1.0")).await;
        assert_eq!(answer.at("/skills"), skills);
        assert!(
            answer.header("cache-control").unwrap().contains("no-store"),
            "{answer:?}"
        );
    }
}

/// The same operations by path (A2A §11).
#[tokio::test]
async fn the_paths_do_what_the_methods_do() {
    let server = Server::quick_start();
    let alice = token("alice", "basic");
    let rest = async |method: &str, path: &str, body: Option<Value>| {
        let request = server
            .request(method, path)
            .bearer_auth(&alice)
            .header("A2A-Version", "1.0");
        Answer::to(match body {
            Some(body) => request
                .header("content-type", "application/a2a+json")
                .body(body.to_string()),
            None => request,
        })
        .await
    };
    let sent = rest(
        "POST",
        "/message:send",
        Some(message_v10("basic_assistant", "hello")),
    )
    .await;
    assert_eq!(
        (sent.status, sent.header("content-type")),
        (200, Some("application/a2a+json"))
    );
    assert!(
        sent.text_at("/task/artifacts/0/parts/0/text")
            .starts_with("👋 Hello alice!")
    );
    let id = sent.text_at("/task/id");
    let read = rest("GET", &format!("/tasks/{id}?historyLength=0"), None).await;
    assert_eq!(
        (read.at("/id"), read.at("/history")),
        (id.as_str().into(), Value::Null)
    );
    let list = rest("GET", "/tasks?pageSize=1&includeArtifacts=true", None).await;
    assert_eq!(
        (list.at("/totalSize"), list.at("/tasks/0/id")),
        (1.into(), id.as_str().into())
    );
    let cancel = rest("POST", &format!("/tasks/{id}:cancel"), None).await;
    assert_eq!(
        (cancel.status, cancel.at("/error/details/0/reason")),
        (400, "TASK_NOT_CANCELABLE".into())
    );
    let denied = rest(
        "POST",
        "/message:send",
        Some(message_v10("admin_status", "x")),
    )
    .await;
    assert_eq!(
        (denied.status, denied.challenge().get("scope")),
        (403, Some("admin"))
    );
    let events = rest(
        "POST",
        "/message:stream",
        Some(message_v10("public_echo", "hi")),
    )
    .await
    .events();
    assert!(events.first().unwrap().get("task").is_some(), "{events:?}");
    for (method, path, body, status) in [
        ("GET", "/tasks/nosuch", None, 404),
        ("GET", "/tasks?pageSize=0", None, 400),
        ("GET", "/tasks?pageSize=1&pageSize=2", None, 400),
        ("POST", "/message:send", Some(json!({})), 400),
        ("DELETE", "/tasks/nosuch", None, 404),
    ] {
        let answer = rest(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.at("/error/code"), status, "{method} {path}");
    }
    let unversioned = Answer::to(server.request("GET", "/tasks").bearer_auth(&alice)).await;
    assert_eq!(
        (
            unversioned.status,
            unversioned.at("/error/details/0/reason")
        ),
        (400, "VERSION_NOT_SUPPORTED".into())
    );
}
