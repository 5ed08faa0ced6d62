//! Requests of good callers that make no sense: what each is answered, and that the server goes on.

use agentup_tests::{Answer, Server, message_v03, tokens::token};
use serde_json::{Value, json};

async fn post(server: &Server, body: impl Into<String>) -> Answer {
    Answer::to(server.post(body).bearer_auth(token("alice", ""))).await
}

/// The answer to a body is this error, with this id; and the next request is answered.
async fn check(server: &Server, body: &str, code: i64, id: Value) {
    let answer = post(server, body).await;
    let shown: String = body.chars().take(200).collect();
    assert_eq!(answer.status, 200, "{shown}: {answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let json = answer.json();
    assert_eq!(
        (&json["error"]["code"], &json["id"]),
        (&code.into(), &id),
        "{shown}: {json}"
    );
    assert_eq!(json["jsonrpc"], "2.0");
    assert!(
        json["error"]["message"].is_string() && json.get("result").is_none(),
        "{json}"
    );
    check_alive(server).await;
}

async fn check_alive(server: &Server) {
    let answer = server
        .ask("public_echo", &token("alice", ""), "still there?")
        .await;
    assert_eq!(answer.reply(), "Echo: still there? (from user alice)");
}

#[tokio::test]
async fn what_is_not_json_is_a_parse_error() {
    let server = Server::quick_start();
    for body in [
        "",
        " ",
        "{",
        "garbage",
        "{]",
        r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get""#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get"} trailing"#,
        r#"{"jsonrpc":"2.0","id":01,"method":"tasks/get"}"#,
        "{'jsonrpc':'2.0'}",
        "\u{feff}{}",
        "NaN",
    ] {
        check(&server, body, -32700, Value::Null).await;
    }
    check(&server, &"[".repeat(100_000), -32700, Value::Null).await;
    check(&server, &r#"{"a":"#.repeat(100_000), -32700, Value::Null).await;
}

#[tokio::test]
async fn what_is_not_a_request_is_an_invalid_request() {
    let server = Server::quick_start();
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"id":"t"}}"#;
    for (body, id) in [
        ("[]".to_owned(), Value::Null),
        (format!("[{call}]"), Value::Null),
        (format!("[{call},{call}]"), Value::Null),
        ("{}".to_owned(), Value::Null),
        ("7".to_owned(), Value::Null),
        ("null".to_owned(), Value::Null),
        (r#""text""#.to_owned(), Value::Null),
        (call.replace("2.0", "1.0"), json!(1)),
        (call.replace(r#""jsonrpc":"2.0","#, ""), json!(1)),
        (call.replace(r#""method":"tasks/get","#, ""), json!(1)),
        (call.replace(r#""tasks/get""#, "7"), json!(1)),
        (call.replace(r#""id":1,"#, ""), Value::Null),
        (call.replace(r#""id":1"#, r#""id":{"a":1}"#), Value::Null),
        (call.replace(r#""id":1"#, r#""id":[1]"#), Value::Null),
        (call.replace(r#""id":1"#, r#""id":true"#), Value::Null),
    ] {
        check(&server, &body, -32600, id).await;
    }
}

#[tokio::test]
async fn an_unknown_method_is_not_found() {
    let server = Server::quick_start();
    for method in [
        "no/such",
        "",
        "tasks/list",
        "message/Send",
        "system.listMethods",
        "__proto__",
    ] {
        let body = json!({"jsonrpc": "2.0", "id": "x", "method": method, "params": {}});
        check(&server, &body.to_string(), -32601, json!("x")).await;
    }
}

#[tokio::test]
async fn parameters_that_are_missing_or_wrong_are_invalid() {
    let server = Server::quick_start();
    let good = message_v03("public_echo", "hi");
    let but = |pointer: &str, value: Value| {
        let mut params = good.clone();
        *params.pointer_mut(pointer).unwrap() = value;
        params
    };
    for params in [
        json!(null),
        json!({}),
        json!([]),
        json!("text"),
        json!({"skillId": "public_echo"}),
        but("/message", json!(null)),
        but("/message", json!("hi")),
        but("/message/parts", json!([])),
        but("/message/parts", json!("hi")),
        but("/message/parts/0", json!("hi")),
        but("/message/parts/0", json!({"kind": "text"})),
        but("/message/parts/0", json!({"kind": "smell", "text": "hi"})),
        but("/message/parts/0/text", json!(7)),
        but("/message/messageId", json!(null)),
        but("/message/messageId", json!("")),
        but("/message/messageId", json!(7)),
        but("/message/role", json!("owner")),
        but("/message/role", json!(null)),
        but("/skillId", json!("nosuch")),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
        check(&server, &body.to_string(), -32602, json!(1)).await;
    }
    check(
        &server,
        r#"{"jsonrpc":"2.0","id":1,"method":"message/send"}"#,
        -32602,
        json!(1),
    )
    .await;
    check(
        &server,
        r#"{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{}}"#,
        -32602,
        json!(1),
    )
    .await;
}

/// In 1.0 the members at fault are named in the error (`google.rpc.BadRequest`, A2A §9.5).
#[tokio::test]
async fn version_1_0_names_every_member_at_fault() {
    let server = Server::quick_start();
    let params = json!({"message": {"role": "user", "parts": [{"text": 7}]}});
    let answer = server
        .call_v10(&token("alice", ""), "SendMessage", params)
        .await;
    assert_eq!(answer.error_code(), -32602);
    let details = answer.at("/error/data");
    let details = details.as_array().expect("A2A §9.5: data is a list");
    let request = details
        .iter()
        .find(|detail| detail["@type"] == "type.googleapis.com/google.rpc.BadRequest")
        .expect("a BadRequest");
    let violations = request["fieldViolations"].as_array().unwrap();
    let fields: Vec<_> = violations
        .iter()
        .map(|violation| &violation["field"])
        .collect();
    assert_eq!(
        fields,
        ["message.messageId", "message.role", "message.parts[0].text"]
    );
    check_alive(&server).await;
}

#[tokio::test]
async fn ids_come_back_letter_for_letter() {
    let server = Server::quick_start();
    for id in [
        r#""test-1""#,
        r#""""#,
        r#""\u0041\n\ud83d\ude00""#,
        "0",
        "-1",
        "1.50",
        "1e3",
        "123456789012345678901234567890",
        "null",
    ] {
        for method in ["message/send", "no/such"] {
            let params = message_v03("public_echo", "hi");
            let body =
                format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
            let answer = post(&server, body).await;
            assert!(
                answer.body.contains(&format!(r#""id":{id},"#)),
                "{id}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::quick_start();
    let params = message_v03("public_echo", &"x".repeat(20_000_000));
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let request = server
        .post(body.to_string())
        .bearer_auth(token("alice", ""));
    // Whether the client gets to read the answer while it still sends is up to the two; what
    // counts is that nothing is carried out, and that the server goes on.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    check_alive(&server).await;
    let tasks = server
        .call_v10(&token("alice", ""), "ListTasks", json!({}))
        .await;
    assert_eq!(tasks.at("/result/totalSize"), 1);
}

#[test]
fn a_body_that_says_that_it_is_too_large_is_refused_at_once() {
    let server = Server::quick_start();
    let mut wire = agentup_tests::Wire::connect(server.authority());
    let credential = format!("Authorization: Bearer {}", token("alice", ""));
    wire.send_head(&[
        &credential,
        "Content-Type: application/json",
        "Content-Length: 20000000",
    ]);
    let answer = wire.answer();
    assert_eq!(answer.status, 413, "{answer:?}");
    assert_eq!(answer.at("/error/code"), 413);
    assert_eq!(answer.at("/id"), Value::Null);
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let server = Server::quick_start();
    let params = message_v03("public_echo", "hi");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let post = |content_type: Option<&str>| {
        let request = server.request("POST", "/").bearer_auth(token("alice", ""));
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        Answer::to(request.body(body.to_string()))
    };
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/a2a+json",
    ] {
        assert_eq!(
            post(Some(good)).await.reply(),
            "Echo: hi (from user alice)",
            "{good}"
        );
    }
    for bad in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("text/json"),
        Some("json"),
        Some(""),
    ] {
        let answer = post(bad).await;
        assert_eq!(answer.status, 415, "{bad:?}: {answer:?}");
        assert_eq!(answer.at("/error/code"), 415);
    }
    check_alive(&server).await;
}

#[tokio::test]
async fn there_is_no_other_path_and_no_other_method() {
    let server = Server::quick_start();
    for (method, path, status) in [
        ("GET", "/", 405),
        ("PUT", "/", 405),
        ("DELETE", "/healthz", 405),
        ("POST", "/.well-known/agent.json", 405),
        ("GET", "/nothing", 404),
        ("POST", "/message/send", 404),
        ("GET", "/.well-known/jwks.json.bak", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/.env", 404),
        ("GET", "/agent_config.yaml", 404),
    ] {
        let answer = Answer::to(server.request(method, path)).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert_eq!(answer.at("/error/code"), status, "{method} {path}");
    }
}

#[tokio::test]
async fn texts_of_all_languages_pass_unchanged() {
    let server = Server::quick_start();
    for text in [
        "",
        " ",
        "\0",
        "日本語 العربية 🦀",
        "\u{202e}",
        "<script>",
        "\"\\\n\t\r",
        "${JWT_SECRET}",
        "%s%n{}",
    ] {
        let answer = server.ask("public_echo", &token("alice", ""), text).await;
        assert_eq!(answer.reply(), format!("Echo: {text} (from user alice)"));
    }
    let long = "ä".repeat(200_000);
    let answer = server.ask("public_echo", &token("alice", ""), &long).await;
    assert_eq!(answer.reply(), format!("Echo: {long} (from user alice)"));
}

/// A name in a token is for showing, not for executing: in answers it stands as it is, in the log
/// on one line.
#[tokio::test]
async fn names_of_callers_pass_unchanged() {
    let server = Server::quick_start();
    for user in [
        "Zoë 🦀",
        "\u{202e}evil",
        "a'b\"c",
        "${JWT_SECRET}",
        "user@example.com",
        "{}%s",
    ] {
        let answer = server.ask("public_echo", &token(user, ""), "hi").await;
        assert_eq!(answer.reply(), format!("Echo: hi (from user {user})"));
    }
    for user in ["a\nINFO forged", "a\r", "\u{1b}[31m", "\u{0}"] {
        let answer = server.ask("public_echo", &token(user, ""), "hi").await;
        assert_eq!(answer.status, 401, "{user:?}");
    }
    let log = server.stop().log;
    assert!(
        !log.contains("\nINFO forged") && !log.contains('\u{202e}'),
        "{log}"
    );
}
