//! The HTTP+JSON binding of 1.0: paths in place of method names (`A2A §11`).

use std::sync::Arc;

use agentup_protocol::{A2aError, ErrorKind, Generation, JsonObject, MethodKind, Operation};
use axum::{
    Router,
    body::HttpBody,
    response::Response,
    routing::{any, get, post},
};
use bytes::Bytes;
use http::{
    HeaderMap, Method,
    header::{ACCEPT, CONTENT_TYPE},
    request::Parts,
};
use serde_json::Value;

use super::{
    body::json_body,
    caller::{Arrival, Caller},
    jsonrpc::version,
    perform::{Binding, Call},
};
use crate::{app::App, http::Rejection};

mod query;
mod target;

pub(super) use target::Target;

/// The media type of the protocol (`A2A §11.1`), and the answer's where the request names none.
const A2A_JSON: &str = "application/a2a+json";
const PLAIN_JSON: &str = "application/json";

/// The routes of this binding, for what asks for no operation of it: all else is answered before.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/message:send", post(nothing))
        .route("/message:stream", post(nothing))
        .route("/tasks", get(nothing))
        .route("/tasks/{*rest}", any(nothing))
        .route("/extendedAgentCard", get(nothing))
}

/// There is no such thing, which only those hear who may ask for others.
pub(super) async fn nothing(Caller(asker): Caller) -> Response {
    asker.live.challenger.respond(&Rejection::NotFound, None)
}

/// The pattern of the route of this binding that a path belongs to.
pub(super) fn route_of(path: &str) -> Option<&'static str> {
    Some(match path {
        "/message:send" => "/message:send",
        "/message:stream" => "/message:stream",
        "/tasks" => "/tasks",
        "/extendedAgentCard" => "/extendedAgentCard",
        _ if path.len() > "/tasks/".len() && path.starts_with("/tasks/") => "/tasks/{*rest}",
        _ => return None,
    })
}

/// The pattern of the route by which an operation comes in this binding.
pub(crate) const fn route_for(operation: MethodKind) -> &'static str {
    match operation {
        MethodKind::SendMessage => "/message:send",
        MethodKind::SendStreamingMessage => "/message:stream",
        MethodKind::ListTasks => "/tasks",
        MethodKind::GetExtendedCard => "/extendedAgentCard",
        MethodKind::GetTask
        | MethodKind::CancelTask
        | MethodKind::SubscribeToTask
        | MethodKind::CreatePushConfig
        | MethodKind::GetPushConfig
        | MethodKind::ListPushConfigs
        | MethodKind::DeletePushConfig => "/tasks/{*rest}",
    }
}

/// Answers a request of this binding.
pub(super) async fn answer<B: HttpBody<Data = Bytes> + Unpin>(
    arrival: Arrival<'_>,
    body: &mut B,
    target: Target,
) -> Response {
    let Arrival { app, head, .. } = arrival;
    let asker = match Caller::of(arrival).await {
        Ok(Caller(asker)) => asker,
        Err(response) => return response,
    };
    let media_type = media_type(&head.headers);
    let call = Call {
        app,
        asker: &asker,
        binding: Binding::Rest { media_type },
    };
    let body = if has_body(head) {
        match json_body(&head.headers, body, &asker.live.limits).await {
            Ok(body) => body,
            Err(rejection) => return asker.live.challenger.respond(&rejection, None),
        }
    } else {
        Bytes::new()
    };
    let kind = target.kind;
    call.answer(Some(kind), operation(head, target, &body))
        .await
}

/// The operation that the head and the body ask for together.
fn operation(head: &Parts, target: Target, body: &[u8]) -> Result<Operation, A2aError> {
    let version = version(head);
    if Generation::from_version(version)? != Generation::V10 {
        let message = "HTTP+JSON belongs to version 1.0: send A2A-Version: 1.0";
        return Err(A2aError::new(ErrorKind::VersionNotSupported, message));
    }
    let Target { kind, ids } = target;
    if matches!(
        kind,
        MethodKind::SendMessage | MethodKind::SendStreamingMessage
    ) {
        return Operation::from_body(kind, body);
    }
    let mut params = if body.is_empty() {
        query::read(head.uri.query().unwrap_or_default())?
    } else {
        serde_json::from_slice::<JsonObject>(body)
            .map_err(|_| A2aError::from(ErrorKind::ParseError))?
    };
    // The path names the resource; a body cannot name another.
    for (name, id) in ids {
        params.insert(name.to_owned(), Value::String(id));
    }
    let params = serde_json::value::to_raw_value(&params)
        .map_err(|_| A2aError::from(ErrorKind::ParseError))?;
    Operation::decode(Generation::V10, kind, Some(&params))
}

/// Whether a body is announced. A `POST` without one, as to cancel a task, is complete.
fn has_body(head: &Parts) -> bool {
    head.method == Method::POST
        && (head.headers.contains_key(CONTENT_TYPE) || head.uri.path().starts_with("/message:"))
}

/// The type of the request, mirrored; without a body, what it accepts (`A2A §11.1`).
fn media_type(headers: &HeaderMap) -> &'static str {
    let named = headers.get(CONTENT_TYPE).or_else(|| headers.get(ACCEPT));
    let named = named
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if named.contains(PLAIN_JSON) {
        PLAIN_JSON
    } else {
        A2A_JSON
    }
}
