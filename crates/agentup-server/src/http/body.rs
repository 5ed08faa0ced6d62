//! The body of a request: JSON by its type, whole, within the limit, and in time.

use std::time::Duration;

use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;
use tokio::time::Instant;

use super::Rejection;
use crate::config::LimitsConfig;

/// Reads the body of a request that has been let in.
pub(crate) async fn json_body<B: HttpBody<Data = Bytes> + Unpin>(
    headers: &HeaderMap,
    body: &mut B,
    limits: &LimitsConfig,
) -> Result<Bytes, Rejection> {
    if !is_json(headers) {
        return Err(Rejection::MediaType);
    }
    // What says that it is too long is not waited for: none of it has to be sent.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > limits.body) {
        return Err(Rejection::BodyTooLarge);
    }
    whole(body, limits).await
}

/// Reads a body to its end. It must come at a pace: one that trickles would keep its place for as
/// long as a whole request may take.
async fn whole<B: HttpBody<Data = Bytes> + Unpin>(
    body: &mut B,
    limits: &LimitsConfig,
) -> Result<Bytes, Rejection> {
    let mut begun = None;
    let mut pieces = Pieces::default();
    loop {
        // What is there already, as of most requests, costs no timer.
        let frame = if let Some(frame) = body.frame().now_or_never() {
            frame
        } else {
            let waited = begun.get_or_insert_with(Instant::now).elapsed();
            let left = patience(pieces.length(), limits).saturating_sub(waited);
            // In a box, so that requests whose body is there have no room for a timer.
            let frame = Box::pin(tokio::time::timeout(left, body.frame())).await;
            frame.map_err(|_elapsed| Rejection::BodyLate)?
        };
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return Err(Rejection::BodyBroken),
            None => return Ok(pieces.joined()),
        };
        // Trailers are no part of it.
        if let Ok(data) = frame.into_data() {
            pieces.add(data);
        }
        if pieces.length() > limits.body {
            return Err(Rejection::BodyTooLarge);
        }
    }
}

/// How long a body may take of which so many bytes have come.
fn patience(received: usize, limits: &LimitsConfig) -> Duration {
    let earned = received.checked_div(limits.body_rate).unwrap_or_default();
    let earned = Duration::from_secs(u64::try_from(earned).unwrap_or(u64::MAX));
    let patience = limits.body_timeout.saturating_add(earned);
    patience.min(limits.request_timeout)
}

/// What has come of a body. Most come in one piece, which is not copied.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    /// All of them, if there are several.
    joined: BytesMut,
}

impl Pieces {
    fn length(&self) -> usize {
        self.first.len().max(self.joined.len())
    }

    fn add(&mut self, piece: Bytes) {
        if self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&self.first);
        }
        self.joined.extend_from_slice(&piece);
    }

    fn joined(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

/// Whether the body is declared as JSON, of whatever kind (RFC 8259, RFC 6839 §3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    // Nearly all say it like this.
    if value == "application/json" {
        return true;
    }
    let Ok(value) = value.to_str() else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return true;
    }
    let essence = essence.to_ascii_lowercase();
    essence.starts_with("application/") && essence.ends_with("+json")
}

#[cfg(test)]
mod tests;
