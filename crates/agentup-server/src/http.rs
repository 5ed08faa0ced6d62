//! HTTP: the routes and, in order of travel, what a request passes on its way to them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    response::Response,
    routing::{get, post},
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;

mod body;
mod caller;
mod challenge;
mod cors;
mod health;
mod jsonrpc;
mod observe;
mod perform;
mod rejection;
mod rest;
mod stream;
mod wellknown;

pub(crate) use challenge::{ChallengeScheme, Challenger};
pub(crate) use rejection::Rejection;

/// The agent card's place (`A2A §8.2`).
pub(crate) const CARD: &str = "/.well-known/agent-card.json";
/// Its place before 0.3.
pub(crate) const OLD_CARD: &str = "/.well-known/agent.json";
/// The place of the keys that the agent signs with (RFC 7517 §5).
pub(crate) const SIGNING_KEYS: &str = "/.well-known/jwks.json";
/// The protected-resource metadata's place (`RFC 9728 §3`).
pub(crate) const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";

/// All routes. The public ones are those under `/.well-known` and the two of `health`; every other
/// one takes a [`caller::Caller`], and cannot do anything without.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", post(jsonrpc::answer))
        .route(CARD, get(wellknown::card))
        .route(OLD_CARD, get(wellknown::card))
        .route(RESOURCE_METADATA, get(wellknown::resource_metadata))
        .route(SIGNING_KEYS, get(wellknown::signing_keys))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(rest::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(
            // What every request passes, the first one first.
            ServiceBuilder::new()
                // Names the request and logs its end; outermost, so that it sees every outcome.
                .layer(middleware::from_fn(observe::observe))
                // Answers browsers that ask first, before they have a token to send.
                .layer(cors::layer(Arc::clone(&app)))
                // Turns away at once what would only wait.
                .layer(middleware::from_fn_with_state(
                    Arc::clone(&app),
                    observe::admit,
                ))
                // A fault in one request is an answer to that request, not the end of the server.
                .layer(CatchPanicLayer::custom(observe::panicked)),
        )
        .with_state(app)
}

async fn not_found(State(app): State<Arc<App>>) -> Response {
    app.live().challenger.respond(&Rejection::NotFound, None)
}

async fn method_not_allowed(State(app): State<Arc<App>>, request: Request) -> Response {
    let _ = request;
    app.live()
        .challenger
        .respond(&Rejection::MethodNotAllowed, None)
}
