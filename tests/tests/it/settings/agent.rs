//! `agent`: what stands on the card.

use serde_json::json;

use super::server;

/// The effect of `agent.name`, `agent.description`, `agent.version`, `agent.documentation_url`,
/// `agent.icon_url`, `agent.provider.organization` and `agent.provider.url`.
#[tokio::test]
async fn the_card_says_what_the_agent_says_of_itself() {
    let server = server(
        "agent:\n  name: Weather\n  description: Knows the weather\n  version: 2.1.0\n  \
         documentation_url: https://example.com/docs\n  icon_url: https://example.com/icon.png\n  \
         provider: { organization: Example, url: https://example.com }\n",
    );
    let card = server.get("/.well-known/agent-card.json").await.json();
    for (name, value) in [
        ("name", json!("Weather")),
        ("description", json!("Knows the weather")),
        ("version", json!("2.1.0")),
        ("documentationUrl", json!("https://example.com/docs")),
        ("iconUrl", json!("https://example.com/icon.png")),
        (
            "provider",
            json!({"organization": "Example", "url": "https://example.com"}),
        ),
    ] {
        assert_eq!(card[name], value, "{name}");
    }
}
