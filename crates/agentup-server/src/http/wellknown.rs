//! The documents that anybody may read: the agent card, the keys that sign it, and the
//! protected-resource metadata.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};

use super::Rejection;
use crate::{app::App, published::Published};

/// The agent card, both generations in one document (`A2A §8`).
pub(crate) async fn card(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    show(&app.live().card, &headers)
}

/// Where tokens for this agent come from, and how they are sent (RFC 9728 §3.2).
pub(crate) async fn resource_metadata(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    show(&app.live().resource_metadata, &headers)
}

/// The keys that the agent signs its card and its notifications with, if it does.
pub(crate) async fn signing_keys(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let live = app.live();
    match &live.signing_keys {
        Some(keys) => show(keys, &headers),
        None => live.challenger.respond(&Rejection::NotFound, None),
    }
}

/// A document that changes with the configuration only: cacheable, and not sent twice
/// (`A2A §8.6.1`, RFC 9110 §13.1.2).
fn show(document: &Published, headers: &HeaderMap) -> Response {
    let cached = [
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=60"),
        ),
        (ETAG, document.etag.clone()),
    ];
    if is_known(headers, &document.etag) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (cached, json, document.body.clone()).into_response()
}

/// Whether the client has this version (RFC 9110 §8.8.3.2: weak comparison).
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
