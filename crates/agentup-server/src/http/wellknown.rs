//! The documents that anybody may read: the agent card, the keys that sign it, and the
//! protected-resource metadata.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
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
    let mut response = if is_known(headers, document) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        (json, document.body.clone()).into_response()
    };
    let answered = response.headers_mut();
    answered.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    answered.insert(ETAG, document.etag.clone());
    if let Some(modified) = document.last_modified() {
        answered.insert(LAST_MODIFIED, modified);
    }
    response
}

/// Whether the client has this version: by its tag or, if it sends none, by its age
/// (RFC 9110 §13.1.3).
fn is_known(headers: &HeaderMap, document: &Published) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return has_tag(headers, &document.etag);
    }
    headers
        .get(IF_MODIFIED_SINCE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| DateTime::parse_from_rfc2822(value).ok())
        .is_some_and(|since| document.modified <= since)
}

/// Whether the client names this version (RFC 9110 §8.8.3.2: weak comparison).
fn has_tag(headers: &HeaderMap, etag: &HeaderValue) -> bool {
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
