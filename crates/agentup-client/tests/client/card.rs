//! `discovery`: where the card is found and how it is shown.

use serde_json::{Value, json};

use crate::{
    agent,
    fake::{Answer, Fake},
    run::Run,
};

#[test]
fn the_card_is_summed_up() {
    let agent = agent::start();
    for command in ["discovery", "card"] {
        let run = Run::new(&[command, "--url", &agent.url]).go();
        run.expect(0, &[]);
        let expected = format!(
            "JWT Test Agent 0.1.0
An agent for tests

Endpoint:      {}/rpc
Protocol:      0.3.0
Capabilities:  streaming
Security:      bearer

┌──────────────────┬──────────────────┬─────────┐
│ Skill            ┆ Name             ┆ Scopes  │
╞══════════════════╪══════════════════╪═════════╡
│ public_echo      ┆ public echo      ┆ -       │
│ basic_assistant  ┆ basic assistant  ┆ basic   │
│ premium_analyzer ┆ premium analyzer ┆ premium │
│ admin_status     ┆ admin status     ┆ admin   │
└──────────────────┴──────────────────┴─────────┘
",
            agent.url
        );
        assert_eq!(run.out, expected);
    }
    let run = Run::new(&["card", "--format", "json", "--url", &agent.url])
        .env("SSL_CERT_FILE", "/nonexistent/no-authorities")
        .go();
    run.expect(0, &[]);
    assert_eq!(
        serde_json::from_str::<Value>(&run.out).unwrap(),
        agent::card(&agent.url)
    );
}

#[test]
fn the_card_may_be_at_its_newer_address_only() {
    let agent = Fake::start(|url, asked| {
        Some(match asked.path.as_str() {
            "/.well-known/agent-card.json" => Answer::json(&agent::card(url)),
            _ => Answer::status(404, &json!({})),
        })
    });
    let run = Run::new(&["card", "--url", &agent.url]).go();
    run.expect(0, &[]);
    assert!(run.out.starts_with("JWT Test Agent 0.1.0\n"), "{run:?}");
}
