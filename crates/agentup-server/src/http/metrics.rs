//! `/metrics`: what Prometheus reads, in the form that it asks for.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY},
};

use super::Rejection;
use crate::{app::App, config::MetricsListen, metrics::Format};

/// The place of metrics.
pub(crate) const METRICS: &str = "/metrics";

/// Answers at the address of the agent, where metrics are configured to be; else there is nothing.
pub(super) async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let live = app.live();
    if live.metrics_listen != Some(MetricsListen::Same) {
        return live.challenger.respond(&Rejection::NotFound, None);
    }
    response(request.method(), request.headers(), &app)
}

/// The metrics of the moment.
pub(crate) fn response(method: &Method, headers: &HeaderMap, app: &Arc<App>) -> Response {
    if let Some(refused) = unless_read(method) {
        return refused;
    }
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let format = Format::accepted(accept);
    let Ok(page) = format.write(app) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    (headers, Body::from(page)).into_response()
}

/// The refusal of a request that is to change something.
pub(super) fn unless_read(method: &Method) -> Option<Response> {
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    let allowed = (ALLOW, HeaderValue::from_static("GET, HEAD"));
    Some((StatusCode::METHOD_NOT_ALLOWED, [allowed]).into_response())
}
