//! The plain server: what most would write with axum, jsonwebtoken and serde, and nothing besides.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::post};
use clap::Args;
use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};

/// Verify an HS256 token, read a message and answer it with a task that nobody keeps.
#[derive(Args, Debug)]
pub(crate) struct Plain {
    /// The secret of the tokens.
    #[arg(long)]
    secret: String,
    /// Their issuer.
    #[arg(long)]
    issuer: String,
    /// Their audience.
    #[arg(long)]
    audience: String,
}

struct Judge {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Request {
    id: String,
    method: String,
    params: Params,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    message: Message,
    skill_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Message {
    #[serde(rename = "messageId")]
    id: String,
    role: String,
    parts: Vec<Part>,
}

#[derive(Deserialize, Serialize)]
struct Part {
    kind: String,
    text: String,
}

#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: String,
    result: Task,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    kind: &'static str,
    id: &'static str,
    context_id: &'static str,
    status: Status,
    artifacts: [Artifact; 1],
    history: [Message; 1],
}

#[derive(Serialize)]
struct Status {
    state: &'static str,
    timestamp: &'static str,
}

#[derive(Serialize)]
struct Artifact {
    #[serde(rename = "artifactId")]
    id: &'static str,
    name: &'static str,
    parts: [Part; 1],
}

impl Plain {
    pub(crate) fn router(&self) -> Router {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let judge = Judge {
            key: DecodingKey::from_secret(self.secret.as_bytes()),
            validation,
        };
        Router::new()
            .route("/", post(answer))
            .with_state(Arc::new(judge))
    }
}

async fn answer(
    State(judge): State<Arc<Judge>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Result<Json<Answer>, StatusCode> {
    let claims = judge.verify(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let request: Request = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if request.method != "message/send" {
        return Err(StatusCode::NOT_FOUND);
    }
    let scopes = claims.scope.as_deref().unwrap_or_default();
    let is_denied = request.params.skill_id.as_deref() != Some("public_echo")
        && !scopes.split(' ').any(|scope| scope == "basic");
    if is_denied {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(Json(task(&claims.sub, request)))
}

/// A task of the same shape as the agent's.
fn task(user: &str, request: Request) -> Answer {
    let message = request.params.message;
    let said = message.parts.first().map(|part| part.text.as_str());
    let text = format!("Echo from {user}: {}", said.unwrap_or_default());
    Answer {
        jsonrpc: "2.0",
        id: request.id,
        result: Task {
            kind: "task",
            id: "00000000-0000-4000-8000-000000000000",
            context_id: "00000000-0000-4000-8000-000000000001",
            status: Status {
                state: "completed",
                timestamp: "2026-01-01T00:00:00.000Z",
            },
            artifacts: [Artifact {
                id: "00000000-0000-4000-8000-000000000002",
                name: "reply",
                parts: [Part {
                    kind: "text".to_owned(),
                    text,
                }],
            }],
            history: [message],
        },
    }
}

impl Judge {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is what the agent is compared with; it decides nothing of the agent"
    )]
    fn verify(&self, headers: &HeaderMap) -> Option<Claims> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let token = value.strip_prefix("Bearer ")?;
        let data = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation);
        data.map(|data| data.claims).ok()
    }
}
