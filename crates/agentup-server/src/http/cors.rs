//! Cross-origin requests: which web pages may call the agent from a browser.

use std::{sync::Arc, time::Duration};

use http::{
    HeaderName, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::app::App;

/// How long a browser may remember the answer.
const MAX_AGE: Duration = Duration::from_mins(10);

/// Allows the configured origins what a client of the protocol sends and must read. Without an
/// origin, no page of another site can read an answer. No credentials of the browser's own are
/// ever allowed: tokens are sent by the page itself.
pub(crate) fn layer(app: Arc<App>) -> CorsLayer {
    let header = HeaderName::from_static;
    let is_allowed = move |origin: &http::HeaderValue, _: &http::request::Parts| {
        let live = app.live();
        live.origins
            .iter()
            .any(|allowed| allowed == "*" || allowed == origin)
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_allowed))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            header("a2a-version"),
            header("a2a-extensions"),
            header("dpop"),
            header("x-api-key"),
            header("x-request-id"),
        ])
        .expose_headers([
            WWW_AUTHENTICATE,
            RETRY_AFTER,
            header("a2a-extensions"),
            header("dpop-nonce"),
            header("x-request-id"),
        ])
        .max_age(MAX_AGE)
}
