//! The routes of the issuer, and all of its answers but tokens.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    Issuer,
    guard::guard,
    keys::{NoNewKey, Published},
    token,
};

/// The longest body of a request.
const MAX_BODY_BYTES: usize = 16 * 1024;

const KEY_SET: HeaderValue = HeaderValue::from_static("application/jwk-set+json");

pub(super) fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/jwks.json", get(key_set))
        .route("/token", post(token::token))
        .route("/rotate", post(rotate))
        .route("/retire", post(retire))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&issuer), guard))
        .with_state(issuer)
}

/// A refusal in the form of RFC 6749 §5.2.
pub(super) fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, [NO_STORE], Json(body)).into_response()
}

/// For answers that are good once.
pub(super) const NO_STORE: (header::HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// OpenID Connect Discovery 1.0 §3 and RFC 8414 §2, of which this is the part that they share.
async fn metadata(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let Issuer { url, algorithm, .. } = &*issuer;
    Json(json!({
        "issuer": issuer.name,
        "jwks_uri": format!("{url}/jwks.json"),
        "token_endpoint": format!("{url}/token"),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        // Both documents require them, of an issuer that signs nobody in as well.
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm.name()],
    }))
}

async fn key_set(State(issuer): State<Arc<Issuer>>, headers: HeaderMap) -> Response {
    let published = issuer.keys.now();
    let validators = [
        (header::ETAG, published.etag.clone()),
        (
            header::CACHE_CONTROL,
            format!("public, max-age={}", issuer.max_age),
        ),
    ];
    if is_known(&headers, &published.etag) {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let body = published.body.clone();
    (validators, [(header::CONTENT_TYPE, KEY_SET)], body).into_response()
}

/// Whether the client has this version already (RFC 9110 §13.1.2).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

async fn rotate(State(issuer): State<Arc<Issuer>>) -> Response {
    match issuer.keys.rotate(issuer.algorithm).await {
        Ok(published) => kids(&published),
        Err(NoNewKey::TooMany) => refusal(
            StatusCode::CONFLICT,
            "too_many_keys",
            "there are as many keys as verifiers would try: POST /retire first",
        ),
        Err(NoNewKey::Failed) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "no key can be made",
        ),
    }
}

async fn retire(State(issuer): State<Arc<Issuer>>) -> Response {
    let published = issuer.keys.retire().await;
    kids(&published)
}

/// Which key signs, and which are published.
fn kids(published: &Published) -> Response {
    let kids = published.kids();
    let body = json!({ "kid": kids.first(), "keys": kids });
    ([NO_STORE], Json(body)).into_response()
}

/// A header as text; nothing if it is not there or no text.
pub(super) fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Cow<'_, str> {
    headers.get(name).map_or(Cow::Borrowed(""), |value| {
        String::from_utf8_lossy(value.as_bytes())
    })
}
