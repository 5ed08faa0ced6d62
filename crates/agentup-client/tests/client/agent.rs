//! An agent as in the Quick Start: four skills, of which three need a scope.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::fake::{Answer, Asked, Fake};

/// The skills and the scope that each needs.
const SKILLS: [(&str, &str); 4] = [
    ("public_echo", ""),
    ("basic_assistant", "basic"),
    ("premium_analyzer", "premium"),
    ("admin_status", "admin"),
];

/// A token that grants these scopes. Its signature is `SIGNATURE…`, so that a test can look for it.
pub(crate) fn token(scopes: &str) -> String {
    signed(
        &json!({"sub": "alice", "scope": scopes, "exp": 4_102_444_800_u64, "iss": "agentup-tests"}),
    )
}

/// A token with these claims.
pub(crate) fn signed(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.SIGNATURE{}", "s".repeat(34))
}

/// Starts the agent.
pub(crate) fn start() -> Fake {
    Fake::start(|url, asked| Some(answer(url, asked)))
}

/// The card of the agent at `url`, which takes requests at `/rpc`.
pub(crate) fn card(url: &str) -> Value {
    let skill = |(id, scope): (&str, &str)| {
        let scopes = if scope.is_empty() {
            vec![]
        } else {
            vec![scope]
        };
        json!({"id": id, "name": id.replace('_', " "), "description": "-", "tags": [],
               "security": [{"bearer": scopes}]})
    };
    json!({
        "name": "JWT Test Agent", "description": "An agent for tests", "version": "0.1.0",
        "url": format!("{url}/rpc"), "preferredTransport": "JSONRPC", "protocolVersion": "0.3.0",
        "capabilities": {"streaming": true, "pushNotifications": false},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "Bearer", "bearerFormat": "JWT"}},
        "security": [{"bearer": []}],
        "skills": SKILLS.map(skill),
    })
}

/// What the agent answers.
pub(crate) fn answer(url: &str, asked: &Asked) -> Answer {
    if asked.path == "/.well-known/agent.json" {
        return Answer::json(&card(url));
    }
    if asked.path != "/rpc" {
        return Answer::status(404, &json!({"error": {"message": "no such path"}}));
    }
    let Some(scopes) = asked.credential().and_then(granted) else {
        let challenge = r#"Bearer realm="agentup", error="invalid_token", error_description="Token has expired""#;
        return Answer::status(
            401,
            &json!({"error": {"code": 401, "message": "unauthorized"}}),
        )
        .with("www-authenticate", challenge);
    };
    let (id, text) = (
        asked.text("/params/skillId"),
        asked.text("/params/message/parts/0/text"),
    );
    let needed = SKILLS
        .iter()
        .find(|(skill, _)| *skill == id)
        .map(|(_, scope)| *scope);
    match (asked.text("/method"), needed) {
        ("message/send", Some(scope))
            if scope.is_empty() || scopes.split(',').any(|s| s == scope) =>
        {
            task(
                asked,
                "completed",
                &format!("Echo: {text} (from user alice)"),
            )
        }
        ("message/send", Some(scope)) => task(
            asked,
            "rejected",
            &format!("❌ Access denied. This feature requires '{scope}' scope. You have: {scopes}"),
        ),
        ("message/send", None) => {
            error(asked, &json!({"code": -32602, "message": "unknown skill"}))
        }
        ("tasks/get", _) => task(asked, "working", "so far"),
        ("tasks/cancel", _) => task(asked, "canceled", ""),
        _ => error(asked, &json!({"code": -32601, "message": "no such method"})),
    }
}

/// A task with one artifact, as the result of a request.
pub(crate) fn task(asked: &Asked, state: &str, text: &str) -> Answer {
    let artifacts = if text.is_empty() {
        json!([])
    } else {
        json!([{"artifactId": "a-1", "parts": [{"kind": "text", "text": text}]}])
    };
    let id = if asked.text("/params/id").is_empty() {
        "t-1"
    } else {
        asked.text("/params/id")
    };
    Answer::json(
        &json!({"jsonrpc": "2.0", "id": asked.body["id"], "result": {
            "kind": "task", "id": id, "contextId": "c-1", "status": {"state": state}, "artifacts": artifacts,
        }}),
    )
}

/// An error, as the answer to a request.
pub(crate) fn error(asked: &Asked, error: &Value) -> Answer {
    Answer::json(&json!({"jsonrpc": "2.0", "id": asked.body["id"], "error": error}))
}

/// The scopes of an acceptable token.
fn granted(credential: &str) -> Option<String> {
    let payload = credential.strip_prefix("Bearer ")?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    claims.get("exp")?;
    Some(claims.get("scope")?.as_str()?.to_owned())
}
