//! `send`, `get`, `cancel`: what they ask, what they print, how they end.

use serde_json::{Value, json};

use crate::{
    agent,
    fake::{Answer, Fake},
    run::Run,
};

#[test]
fn an_answer_is_all_of_the_output() {
    let agent = agent::start();
    let token = agent::token("basic");
    let run = Run::new(&[
        "send",
        "--url",
        &agent.url,
        "--token",
        &token,
        "basic_assistant",
        "hello",
        "there",
    ])
    .go();
    run.expect(0, &["task t-1 is completed", "context c-1"]);
    assert_eq!(run.out, "Echo: hello there (from user alice)\n");

    let [call] = <[_; 1]>::try_from(agent.calls()).unwrap();
    assert_eq!(call.path, "/rpc", "the card says where");
    assert_eq!(call.credential(), Some(format!("Bearer {token}").as_str()));
    assert_eq!(
        (call.text("/jsonrpc"), call.text("/method")),
        ("2.0", "message/send")
    );
    assert_eq!(call.text("/params/skillId"), "basic_assistant");
    let message = &call.body["params"]["message"];
    assert_eq!(message["role"], "user");
    assert_eq!(
        message["parts"],
        json!([{"kind": "text", "text": "hello there"}])
    );
    assert!(
        message["messageId"].is_string() && message.get("contextId").is_none(),
        "{message}"
    );
    assert!(
        agent
            .asked()
            .iter()
            .all(|asked| asked.path == "/rpc" || asked.credential().is_none()),
        "the card is fetched without the token"
    );
}

#[test]
fn a_conversation_goes_on() {
    let agent = agent::start();
    let token = agent::token("");
    let arguments = [
        "send",
        "--url",
        &agent.url,
        "--token",
        &token,
        "public_echo",
        "hi",
        "--context",
        "c-9",
        "--task",
        "t-9",
    ];
    Run::new(&arguments).go().expect(0, &[]);
    let call = &agent.calls()[0];
    assert_eq!(
        (
            call.text("/params/message/contextId"),
            call.text("/params/message/taskId")
        ),
        ("c-9", "t-9")
    );
}

#[test]
fn json_is_what_the_agent_answered() {
    let agent = agent::start();
    let token = agent::token("");
    let send = |skill| {
        Run::new(&[
            "send", "--url", &agent.url, "--token", &token, "--format", "json", skill, "hi",
        ])
        .go()
    };

    let run = send("public_echo");
    assert_eq!(run.code, 0);
    let result: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        result.pointer("/artifacts/0/parts/0/text").unwrap(),
        "Echo: hi (from user alice)"
    );

    let run = send("admin_status");
    assert_eq!(run.code, 1);
    assert_eq!(
        serde_json::from_str::<Value>(&run.out).unwrap()["status"]["state"],
        "rejected"
    );

    let run = send("nonsense");
    assert_eq!(run.code, 4);
    let error = serde_json::from_str::<Value>(&run.out).unwrap();
    assert_eq!(
        error,
        json!({"error": {"code": -32602, "message": "unknown skill"}})
    );
}

#[test]
fn a_denial_ends_with_1_in_each_of_its_forms() {
    let url_of = |answer: fn(&crate::fake::Asked) -> Answer| {
        Fake::start(move |url, asked| {
            Some(if asked.method == "POST" {
                answer(asked)
            } else {
                Answer::json(&agent::card(url))
            })
        })
    };
    for (agent, texts) in [
        (
            url_of(|asked| agent::task(asked, "rejected", "No.")),
            &["access denied: No."][..],
        ),
        (
            url_of(|asked| agent::task(asked, "completed", "❌ No.")),
            &["access denied: ❌ No."],
        ),
        (
            url_of(|_| {
                Answer::status(403, &json!({})).with(
                    "www-authenticate",
                    r#"Bearer error="insufficient_scope", error_description="More is needed", scope="premium""#,
                )
            }),
            &["HTTP status 403", "More is needed", "Scope needed: premium"],
        ),
        (
            url_of(|asked| agent::task(asked, "failed", "Broken.")),
            &["ended without a result: Broken."],
        ),
    ] {
        let run = Run::new(&["send", "--url", &agent.url, "premium_analyzer", "hi"]).go();
        run.expect(1, texts);
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_refused_token_ends_with_3() {
    let agent = agent::start();
    let run = Run::new(&[
        "send",
        "--url",
        &agent.url,
        "--token",
        "not.good.enough",
        "public_echo",
        "hi",
    ])
    .go();
    run.expect(3, &["HTTP status 401", "Token has expired"]);
    let run = Run::new(&["get", "--url", &agent.url, "t-1"]).go();
    run.expect(3, &["Token has expired", "--token-file"]);
    assert_eq!(agent.calls()[1].credential(), None);
}

#[test]
fn an_error_of_the_agent_ends_with_4() {
    let agent = Fake::start(|url, asked| {
        let error = json!({"code": -32001, "message": "Task not found", "data": [{"reason": "TASK_NOT_FOUND"}]});
        Some(if asked.method == "POST" {
            agent::error(asked, &error)
        } else {
            Answer::json(&agent::card(url))
        })
    });
    let run = Run::new(&["get", "--url", &agent.url, "t-1"]).go();
    run.expect(
        4,
        &[
            "-32001 Task not found",
            r#"data: [{"reason":"TASK_NOT_FOUND"}]"#,
        ],
    );
    assert_eq!(run.out, "");
}

#[test]
fn tasks_are_shown_and_canceled() {
    let agent = agent::start();
    let token = agent::token("");
    for (command, method, shown) in [
        (
            "get",
            "tasks/get",
            "Task:     t-7\nContext:  c-1\nState:    working\n\nso far\n",
        ),
        (
            "cancel",
            "tasks/cancel",
            "Task:     t-7\nContext:  c-1\nState:    canceled\n",
        ),
    ] {
        let run = Run::new(&[command, "--url", &agent.url, "--token", &token, "t-7"]).go();
        run.expect(0, &[]);
        assert_eq!(run.out, shown);
        let call = agent.calls().pop().unwrap();
        assert_eq!(
            (call.text("/method"), call.text("/params/id")),
            (method, "t-7")
        );
    }
}

#[test]
fn a_task_that_waits_says_how_to_go_on() {
    let agent = Fake::start(|url, asked| {
        let answer = || agent::task(asked, "input-required", "Which city?");
        Some(if asked.method == "POST" {
            answer()
        } else {
            Answer::json(&agent::card(url))
        })
    });
    let run = Run::new(&["send", "--url", &agent.url, "weather", "tomorrow"]).go();
    run.expect(
        0,
        &[
            "task t-1 is input-required",
            "agentup-client send --task t-1 weather MESSAGE",
        ],
    );
    assert_eq!(run.out, "Which city?\n");
}

#[test]
fn without_a_card_requests_go_to_the_given_address() {
    let agent = Fake::start(|_, asked| {
        Some(if asked.method == "POST" {
            agent::task(asked, "completed", "here")
        } else {
            Answer::status(404, &json!({}))
        })
    });
    let run = Run::new(&["send", "--url", &format!("{}/base", agent.url), "x", "hi"]).go();
    run.expect(0, &[]);
    assert_eq!(
        (run.out.as_str(), agent.calls()[0].path.as_str()),
        ("here\n", "/base/")
    );
}

#[test]
fn direct_keeps_to_the_given_address() {
    let agent = Fake::start(|url, asked| {
        let answer = || agent::task(asked, "completed", "here");
        Some(if asked.method == "POST" {
            answer()
        } else {
            Answer::json(&agent::card(url))
        })
    });
    let run = Run::new(&["send", "--direct", "--url", &agent.url, "x", "hi"]).go();
    run.expect(0, &[]);
    let paths: Vec<_> = agent.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/"]);
}
