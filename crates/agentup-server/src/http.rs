//! HTTP: the routes, behind one front door.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::{any, get, post},
};

use crate::app::App;

mod body;
mod caller;
mod challenge;
mod cors;
mod front;
mod health;
mod jsonrpc;
mod metrics;
mod observe;
mod perform;
mod rejection;
mod rest;
mod stream;
mod wellknown;

pub(crate) use challenge::{ChallengeScheme, Challenger};
pub(crate) use front::Front;
pub(crate) use health::probe_response;
pub(crate) use metrics::{METRICS, response as metrics_response};
pub(crate) use rejection::{Rejection, RejectionKind};
pub(crate) use rest::route_for as rest_route;

/// The agent card's place (`A2A §8.2`).
pub(crate) const CARD: &str = "/.well-known/agent-card.json";
/// Its place before 0.3.
pub(crate) const OLD_CARD: &str = "/.well-known/agent.json";
/// The place of the keys that the agent signs with (RFC 7517 §5).
pub(crate) const SIGNING_KEYS: &str = "/.well-known/jwks.json";
/// The protected-resource metadata's place (`RFC 9728 §3`).
pub(crate) const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";

/// All that the agent answers.
pub(crate) fn front(app: Arc<App>) -> Front {
    let routes = routes().with_state(Arc::clone(&app));
    Front::new(app, routes)
}

/// All routes. The public ones are those under `/.well-known`, the two of `health`, and `/metrics`
/// where it is switched on; every other one takes a [`caller::Caller`], and cannot do anything
/// without.
fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", post(rest::nothing))
        .route(CARD, get(wellknown::card))
        .route(OLD_CARD, get(wellknown::card))
        .route(RESOURCE_METADATA, get(wellknown::resource_metadata))
        .route(SIGNING_KEYS, get(wellknown::signing_keys))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route(METRICS, any(metrics::answer))
        .merge(rest::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

/// The patterns of all routes; the last one stands for paths at which there is nothing.
pub(crate) const ROUTES: [&str; 14] = [
    "/",
    CARD,
    OLD_CARD,
    RESOURCE_METADATA,
    SIGNING_KEYS,
    "/healthz",
    "/readyz",
    METRICS,
    "/message:send",
    "/message:stream",
    "/tasks",
    "/tasks/{*rest}",
    "/extendedAgentCard",
    NOWHERE,
];

/// Stands in the place of a pattern for paths at which there is nothing.
const NOWHERE: &str = "(none)";

/// The pattern of the route that a path belongs to, for logs and metrics, which must have few.
fn route_of(path: &str) -> &'static str {
    match path {
        "/" => "/",
        CARD => CARD,
        OLD_CARD => OLD_CARD,
        RESOURCE_METADATA => RESOURCE_METADATA,
        SIGNING_KEYS => SIGNING_KEYS,
        "/healthz" => "/healthz",
        "/readyz" => "/readyz",
        METRICS => METRICS,
        _ => rest::route_of(path).unwrap_or(NOWHERE),
    }
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
