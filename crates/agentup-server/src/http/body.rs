//! The body of a request: JSON by its type, whole, within the limit, and in time.

use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::LengthLimitError;

use super::Rejection;

/// Reads the body of a request that has been let in.
pub(crate) async fn json_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, Rejection> {
    if !is_json(headers) {
        return Err(Rejection::MediaType);
    }
    // What says that it is too long is not waited for: none of it has to be sent.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limit) {
        return Err(Rejection::BodyTooLarge);
    }
    match tokio::time::timeout(patience, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err(Rejection::BodyTooLarge),
        Ok(Err(_)) => Err(Rejection::BodyBroken),
        Err(_elapsed) => Err(Rejection::BodyLate),
    }
}

/// Whether the body is declared as JSON, of whatever kind (RFC 8259, RFC 6839 §3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return true;
    }
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("application/") && essence.ends_with("+json")
}

fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<LengthLimitError>)
}
