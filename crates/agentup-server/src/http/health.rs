//! Health: whether the process lives, and whether it wants requests.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, HeaderName},
};
use serde::Serialize;

use super::metrics::unless_read;
use crate::{
    app::App,
    health::{Condition, Status},
};

/// Whether this is the place of a probe.
pub(super) fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

type Answer<T> = (StatusCode, [(HeaderName, HeaderValue); 1], Json<T>);

/// What a probe of the process reads.
#[derive(Serialize)]
pub(crate) struct Alive {
    status: &'static str,
}

/// The process answers, so it lives.
pub(crate) async fn alive() -> Answer<Alive> {
    life()
}

/// Whether a balancer should send requests here: not before there are keys to verify tokens with,
/// not while there is no room for a task, and not any more once the server is to stop.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Answer<Condition> {
    readiness(&app)
}

/// The same elsewhere than at the agent's own address: the answer to a probe, if it is one.
pub(crate) fn probe_response(method: &Method, path: &str, app: &App) -> Option<Response> {
    if !is_probe(path) {
        return None;
    }
    let refused = unless_read(method);
    Some(refused.unwrap_or_else(|| match path {
        "/healthz" => life().into_response(),
        _ => readiness(app).into_response(),
    }))
}

const fn life() -> Answer<Alive> {
    answer(StatusCode::OK, Alive { status: "ok" })
}

fn readiness(app: &App) -> Answer<Condition> {
    let condition = Condition::of(app);
    let status = match condition.status {
        Status::Ready => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    answer(status, condition)
}

const fn answer<T>(status: StatusCode, body: T) -> Answer<T> {
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, [no_store], Json(body))
}
