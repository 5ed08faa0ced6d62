//! Health: whether the process lives, and whether it wants requests.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, HeaderName},
};
use serde::Serialize;

use crate::{
    app::App,
    keys::{Keys, Shortage},
};

/// What a probe reads.
#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    /// The issuers whose keys are not as they should be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<Shortage>,
}

type Answer = (StatusCode, [(HeaderName, HeaderValue); 1], Json<Health>);

/// The process answers, so it lives.
pub(crate) async fn alive() -> Answer {
    answer(StatusCode::OK, "ok", Vec::new())
}

/// Whether a balancer should send requests here: not before there are keys to verify tokens with,
/// and not any more once the server is to stop.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Answer {
    let live = app.live();
    let issuers = live.gate.keys().map(Keys::shortages).unwrap_or_default();
    if !app.is_ready() {
        answer(StatusCode::SERVICE_UNAVAILABLE, "stopping", issuers)
    } else if !issuers.iter().all(Shortage::is_bearable) {
        answer(StatusCode::SERVICE_UNAVAILABLE, "waiting for keys", issuers)
    } else {
        answer(StatusCode::OK, "ready", issuers)
    }
}

const fn answer(status: StatusCode, word: &'static str, issuers: Vec<Shortage>) -> Answer {
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let health = Health {
        status: word,
        issuers,
    };
    (status, [no_store], Json(health))
}
