//! Health: whether the process lives, and whether it wants requests.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, HeaderName},
};
use serde::Serialize;

use crate::app::App;

/// What a probe reads.
#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
}

type Answer = (StatusCode, [(HeaderName, HeaderValue); 1], Json<Health>);

/// The process answers, so it lives.
pub(crate) async fn alive() -> Answer {
    answer(StatusCode::OK, "ok")
}

/// Whether a balancer should send requests here: not any more once the server is to stop.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Answer {
    if app.is_ready() {
        answer(StatusCode::OK, "ready")
    } else {
        answer(StatusCode::SERVICE_UNAVAILABLE, "stopping")
    }
}

const fn answer(status: StatusCode, word: &'static str) -> Answer {
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, [no_store], Json(Health { status: word }))
}
