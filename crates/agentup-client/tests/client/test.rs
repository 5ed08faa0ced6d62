//! `test` and the run with nothing but a token: what is expected of an agent, and what it does.

use serde_json::{Value, json};

use crate::{
    agent,
    fake::{Answer, Fake},
    run::Run,
};

/// The Quick Start's agent, but for one skill that it gives to everybody.
fn generous() -> Fake {
    Fake::start(|url, asked| {
        let is_open = asked.text("/params/skillId") == "admin_status";
        Some(if is_open {
            agent::task(asked, "completed", "come in")
        } else {
            agent::answer(url, asked)
        })
    })
}

#[test]
fn an_agent_that_does_as_it_says_passes() {
    let agent = agent::start();
    let run = Run::new(&[
        "test",
        "--url",
        &agent.url,
        "--token",
        &agent::token("basic,premium"),
    ])
    .go();
    run.expect(0, &[]);
    assert_eq!(
        run.out,
        "\
Agent:  JWT Test Agent
Token:  alice, scopes: basic, premium (as it says itself, not verified)

┌──────────────────┬─────────┬──────────┬─────────┬────┐
│ Skill            ┆ Scopes  ┆ Expected ┆ Answer  ┆    │
╞══════════════════╪═════════╪══════════╪═════════╪════╡
│ public_echo      ┆ -       ┆ allowed  ┆ allowed ┆ ✅ │
│ basic_assistant  ┆ basic   ┆ allowed  ┆ allowed ┆ ✅ │
│ premium_analyzer ┆ premium ┆ allowed  ┆ allowed ┆ ✅ │
│ admin_status     ┆ admin   ┆ denied   ┆ denied  ┆ ✅ │
└──────────────────┴─────────┴──────────┴─────────┴────┘
✅ Skills that behave as expected: 4 of 4
"
    );
    let messages: Vec<_> = agent
        .calls()
        .iter()
        .map(|call| call.text("/params/message/parts/0/text").to_owned())
        .collect();
    assert_eq!(
        messages,
        ["hello world", "hello", "analyze my data", "show config"]
    );
}

#[test]
fn a_surprise_fails() {
    let agent = generous();
    let run = Run::new(&[
        "test",
        "--url",
        &agent.url,
        "--token",
        &agent::token("basic"),
    ])
    .go();
    run.expect(1, &[]);
    assert!(
        run.out
            .contains("│ admin_status     ┆ admin   ┆ denied   ┆ allowed ┆ ❌ │"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .ends_with("❌ Skills that do not behave as expected: 1 of 4\n"),
        "{}",
        run.out
    );
}

#[test]
fn json_has_a_member_for_each_column() {
    let agent = generous();
    let token = agent::token("basic");
    let run = Run::new(&[
        "test", "--format", "json", "--url", &agent.url, "--token", &token,
    ])
    .go();
    assert_eq!(run.code, 1);
    let result: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(result["passed"], false);
    assert_eq!(
        result["skills"][3],
        json!({"skill": "admin_status", "scopes": [["admin"]], "expected": "denied", "answer": "allowed", "fault": null})
    );
}

#[test]
fn the_hierarchy_can_be_told() {
    // This agent takes scopes as they are: admin does not include basic.
    let agent = agent::start();
    let token = agent::token("admin");
    let run = Run::new(&["test", "--url", &agent.url, "--token", &token]).go();
    assert_eq!(run.code, 1);
    let run = Run::new(&[
        "test",
        "--scope-order",
        "",
        "--url",
        &agent.url,
        "--token",
        &token,
    ])
    .go();
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_refused_token_ends_with_3_even_if_that_was_to_be_expected() {
    let agent = Fake::start(|url, asked| {
        Some(if asked.method == "GET" {
            Answer::json(&agent::card(url))
        } else {
            Answer::status(401, &json!({}))
        })
    });
    let expired = agent::signed(&json!({"sub": "alice", "exp": 1_000_000_000}));
    let run = Run::new(&["test", "--url", &agent.url, "--token", &expired]).go();
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.out.contains("alice, scopes: none, expired"),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("┆ not authenticated ┆ not authenticated ┆"),
        "{}",
        run.out
    );
}

#[test]
fn an_agent_that_breaks_ends_with_4() {
    let agent = Fake::start(|url, asked| {
        let is_broken = asked.text("/params/skillId") == "premium_analyzer";
        Some(if is_broken {
            Answer::bytes("oops")
        } else {
            agent::answer(url, asked)
        })
    });
    let run = Run::new(&[
        "test",
        "--url",
        &agent.url,
        "--token",
        &agent::token("basic"),
    ])
    .go();
    assert_eq!(run.code, 4);
    assert!(
        run.out
            .contains("\npremium_analyzer: the answer is not JSON\n"),
        "{}",
        run.out
    );
}

#[test]
fn an_agent_without_skills_shows_nothing() {
    let agent = Fake::start(|_, _| Some(Answer::json(&json!({"name": "Empty"}))));
    let run = Run::new(&["test", "--url", &agent.url, "--token", "opaque-token"]).go();
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("not a JWT") && run.out.contains("lists no skills"),
        "{}",
        run.out
    );
}

#[test]
fn a_token_alone_is_tried_as_in_a_session() {
    let agent = agent::start();
    let token = agent::token("basic");
    let run = Run::new(&[&token, "--url", &agent.url]).go();
    run.expect(0, &[]);
    let expected = format!(
        "\
✅ Token set: {}...
🔍 Testing agent discovery...
✅ Agent: JWT Test Agent
   Skills: 4
   Security: [{{\"bearer\":[]}}]
🔐 Running authorization test...
========================================
🎯 Testing skill: public_echo
✅ Success: Echo: hello world (from user alice)

🎯 Testing skill: basic_assistant
✅ Success: Echo: hello (from user alice)

🎯 Testing skill: premium_analyzer
❌ Access denied: ❌ Access denied. This feature requires 'premium' scope. You have: basic

🎯 Testing skill: admin_status
❌ Access denied: ❌ Access denied. This feature requires 'admin' scope. You have: basic

",
        &token[..50]
    );
    assert_eq!(run.out, expected);

    let run = Run::new(&["-", "--url", &agent.url]).stdin(&token).go();
    assert_eq!((run.code, run.out), (0, expected));
}

#[test]
fn a_token_alone_tells_surprises_and_failures() {
    let token = agent::token("basic");
    let run = Run::new(&[&token, "--url", &generous().url]).go();
    run.expect(
        1,
        &["admin_status: allowed, though denied was to be expected"],
    );

    let run = Run::new(&["not.good.enough", "--url", &agent::start().url]).go();
    run.expect(3, &[]);
    assert!(
        run.out
            .contains("❌ HTTP error: 401\n   Token has expired\n"),
        "{}",
        run.out
    );

    // Without a card, the Quick Start's skills are tried.
    let agent = Fake::start(|_, asked| {
        let answer = || agent::task(asked, "completed", "hi");
        Some(if asked.method == "POST" {
            answer()
        } else {
            Answer::status(404, &json!({}))
        })
    });
    let run = Run::new(&[&token, "--url", &agent.url]).go();
    run.expect(4, &[]);
    assert!(
        run.out.contains("❌ Discovery failed: 404\n"),
        "{}",
        run.out
    );
    assert_eq!(agent.calls().len(), 4);
}
