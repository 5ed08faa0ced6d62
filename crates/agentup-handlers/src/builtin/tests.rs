//! The built-in skills, run as the server runs them: with a permit or not at all.

use std::sync::Arc;

use agentup_auth::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, Principal, ScopeGraph, TrustedIssuer,
    UnixSeconds, VerificationKey, Verifier,
    issue::{self, SigningKey},
};
use agentup_protocol::{Message, Part, Role};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{AgentFacts, builtin};
use crate::{Reply, RunOf, TaskChannel, Update};

const SECRET: &[u8] = b"a secret of the tests, which is long enough";
const NOW: u64 = 1_900_000_000;

/// A principal with these scopes, made the only way there is: from a verified token.
fn principal(user: &str, scope: &str) -> Arc<Principal> {
    let claims = json!({"iss": "i", "aud": "a", "sub": user, "exp": NOW + 60, "scope": scope});
    let Value::Object(mut claims) = claims else {
        unreachable!()
    };
    if scope.is_empty() {
        claims.remove("scope");
    }
    let signing = SigningKey::hmac(Algorithm::HS256, SECRET).unwrap();
    let token = issue::sign(&serde_json::Map::new(), &claims, &signing).unwrap();
    let secret = HmacSecret::new(SECRET).unwrap();
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).unwrap();
    let issuer = TrustedIssuer {
        issuer: Some("i".into()),
        audiences: vec!["a".into()],
        keys: KeySet::new(vec![key]).unwrap(),
    };
    let verifier = Verifier::new(vec![issuer], Policy::default());
    let claims = verifier
        .verify(BearerToken::new(&token), UnixSeconds::new(NOW))
        .unwrap();
    Arc::new(Principal::from_claims(claims, &ScopeGraph::standard()))
}

fn facts() -> Arc<AgentFacts> {
    Arc::new(AgentFacts {
        name: "My Agent".into(),
        version: "3.2.1".into(),
        authentication: "JWT Bearer".into(),
        secured: true,
        healthy: Box::new(|| true),
    })
}

struct NoTask;

impl TaskChannel for NoTask {
    fn id(&self) -> &'static str {
        "t"
    }

    fn context_id(&self) -> &'static str {
        "c"
    }

    fn cancellation(&self) -> CancellationToken {
        CancellationToken::new()
    }

    fn publish(&self, _update: Update) {}

    fn history(&self) -> Vec<Message> {
        Vec::new()
    }

    fn note(&self) -> Option<Value> {
        None
    }

    fn set_note(&self, _note: Value) {}
}

/// What the skill answers to this text, or how it says no.
async fn call(skill: &str, principal: Arc<Principal>, text: &str) -> Result<String, String> {
    let skill = builtin(skill, &facts(), None).expect("a built-in skill");
    let allowed = skill
        .permit(&principal)
        .map_err(|denied| skill.denial(&denied, &principal))?;
    let message = Message::new("m", Role::User, vec![Part::text(text)]);
    let run = RunOf {
        request_id: "r".into(),
        trace: None,
        token: None,
        certificate: None,
        task: Arc::new(NoTask),
        conversations: Arc::new(()),
        is_repeatable: true,
    };
    let Reply::Completed(parts) = allowed.admit().unwrap().run(message, run).await.unwrap() else {
        panic!("the built-in skills complete");
    };
    Ok(parts[0].as_text().expect("a text").to_owned())
}

#[tokio::test]
async fn echo_names_the_caller() {
    let reply = call("public_echo", principal("alice", ""), "hi there").await;
    assert_eq!(reply.unwrap(), "Echo: hi there (from user alice)");
    let reply = call("public_echo", Arc::new(Principal::anonymous()), "hi").await;
    assert_eq!(reply.unwrap(), "Echo: hi (from user anonymous)");
}

#[tokio::test]
async fn the_first_keyword_of_the_assistant_decides() {
    for (text, expected) in [
        (
            "Hello",
            "👋 Hello bob! I'm your basic AI assistant. How can I help you today?",
        ),
        (
            "hello, how is the WEATHER?",
            "🌤️ The weather is looking great today! Perfect for productivity.",
        ),
        (
            "help",
            "I can help with basic queries like weather, time, simple questions, and friendly conversation.",
        ),
        (
            "what time is it",
            "🕐 It's always a good time to be productive!",
        ),
        (
            "?",
            "I'm a basic AI assistant helping bob. I can answer simple questions about weather, time, and provide general assistance. What would you like to know?",
        ),
    ] {
        let reply = call("basic_assistant", principal("bob", "basic"), text).await;
        assert_eq!(reply.unwrap(), expected, "{text}");
    }
}

#[tokio::test]
async fn the_analyzer_has_two_reports() {
    let report = call("premium_analyzer", principal("eve", "premium"), "my Data")
        .await
        .unwrap();
    assert!(report.starts_with("📊 **Premium Data Analysis Report** (for eve)\n        \n🔍"));
    assert!(report.ends_with("🎯 **Confidence Level**: 94% (premium-grade accuracy)\n        "));
    let greeting = call("premium_analyzer", principal("eve", "premium"), "hi")
        .await
        .unwrap();
    assert!(greeting.starts_with("🚀 **Premium Analyzer Active** (User: eve)\n\nI'm your"));
    assert!(greeting.ends_with("analyze with premium-level insights?"));
}

#[tokio::test]
async fn the_admin_reads_the_settings_of_this_agent() {
    let admin = || principal("root", "basic,admin");
    let config = call("admin_status", admin(), "show config").await.unwrap();
    for line in [
        "⚙️ **System Configuration** (Admin: root)",
        "   - Name: My Agent",
        "   - Version: 3.2.1",
        "   - Authentication: JWT Bearer (enabled)",
        "   - Security Level: High",
        "   - Session Scopes: basic, admin",
        "📊 **System Health**: All systems operational",
    ] {
        assert!(
            config.lines().any(|it| it == line),
            "{line:?} is not in {config}"
        );
    }
    let status = call("admin_status", admin(), "status").await.unwrap();
    for line in [
        "🔧 **Administrative System Status** (Admin: root)",
        "🔐 **Security**: JWT Authentication Active",
        "🎯 **Access Level**: Administrator (basic, admin)",
        "- Authentication: ✅ Active (JWT Bearer)",
    ] {
        assert!(
            status.lines().any(|it| it == line),
            "{line:?} is not in {status}"
        );
    }
}

#[tokio::test]
async fn denials_have_the_words_of_their_skill() {
    for (skill, scope, words) in [
        (
            "basic_assistant",
            "",
            "❌ Access denied. This feature requires 'basic' scope. You have: none",
        ),
        (
            "basic_assistant",
            "reports other",
            "❌ Access denied. This feature requires 'basic' scope. You have: reports, other",
        ),
        (
            "premium_analyzer",
            "basic",
            "❌ Access denied. Premium analyzer requires 'premium' scope. Consider upgrading your access level.",
        ),
        (
            "premium_analyzer",
            "reports",
            "❌ Access denied. This feature requires 'premium' scope. You have: reports",
        ),
        (
            "admin_status",
            "basic,premium",
            "❌ Administrative access denied. Requires 'admin' scope. Current scopes: basic, premium",
        ),
    ] {
        let reply = call(skill, principal("mallory", scope), "data config hello").await;
        assert_eq!(reply, Err(words.to_owned()), "{skill} with {scope:?}");
    }
}

#[tokio::test]
async fn a_scope_includes_those_below_it() {
    for skill in [
        "public_echo",
        "basic_assistant",
        "premium_analyzer",
        "admin_status",
    ] {
        assert!(
            call(skill, principal("root", "admin"), "x").await.is_ok(),
            "{skill}"
        );
    }
}
