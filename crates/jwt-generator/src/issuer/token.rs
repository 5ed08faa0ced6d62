//! `POST /token`: from a request to a signed token (RFC 6749 §4.4, RFC 9068).

mod wanted;

use std::sync::Arc;

use agentup_auth::{issue, issue::SignError};
use agentup_env::clock;
use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    Issuer,
    http::{NO_STORE, header_text, refusal},
    keys::NamedKey,
};
use crate::claims;
use wanted::Wanted;

/// Who a token is about if nobody says.
const NOBODY: &str = "test-user-123";

/// The type of a bare token (RFC 7519 §10.3.1).
const BARE: &str = "application/jwt";

pub(super) async fn token(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            return refusal(
                rejection.status(),
                "invalid_request",
                &rejection.body_text(),
            );
        }
    };
    let wanted = match Wanted::read(&headers, &body) {
        Ok(wanted) => wanted,
        Err(fault) => {
            return refusal(StatusCode::BAD_REQUEST, fault.code(), &fault.to_string());
        }
    };
    let published = issuer.keys.now();
    let signed = published.signing().map(|key| sign(&issuer, key, &wanted));
    let Some(Ok((token, expires_in))) = signed else {
        return refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "the token cannot be signed",
        );
    };
    if header_text(&headers, header::ACCEPT).trim() == BARE {
        return ([NO_STORE, (header::CONTENT_TYPE, BARE_TYPE)], token).into_response();
    }
    let answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": expires_in,
        "scope": wanted.scope,
    });
    // RFC 6749 §5.1 wants both.
    ([NO_STORE, (header::PRAGMA, NO_CACHE)], Json(answer)).into_response()
}

const BARE_TYPE: header::HeaderValue = header::HeaderValue::from_static(BARE);
const NO_CACHE: header::HeaderValue = header::HeaderValue::from_static("no-cache");

/// The token, and how long it is good for.
fn sign(issuer: &Issuer, key: &NamedKey, wanted: &Wanted) -> Result<(String, u64), SignError> {
    let now = clock::unix_now();
    let expires_in = wanted.expires_in.unwrap_or(issuer.expires_in);
    let client = wanted.client.as_deref();
    let subject = wanted.subject.as_deref().or(client).unwrap_or(NOBODY);
    let audiences = if wanted.audiences.is_empty() {
        &issuer.audiences
    } else {
        &wanted.audiences
    };
    // RFC 9068 §2.2.
    let mut payload = Map::from_iter([
        ("iss".to_owned(), issuer.name.as_str().into()),
        ("sub".to_owned(), subject.into()),
        ("aud".to_owned(), claims::audience(audiences.clone())),
        ("client_id".to_owned(), client.unwrap_or(subject).into()),
        ("iat".to_owned(), now.into()),
        ("nbf".to_owned(), now.into()),
        ("exp".to_owned(), now.saturating_add(expires_in).into()),
        ("jti".to_owned(), Uuid::new_v4().to_string().into()),
    ]);
    if !wanted.scope.is_empty() {
        payload.insert("scope".to_owned(), wanted.scope.as_str().into());
    }
    let header = Map::from_iter([
        ("typ".to_owned(), "at+jwt".into()),
        ("kid".to_owned(), key.kid.as_str().into()),
    ]);
    let token = issue::sign(&header, &payload, &key.key)?;
    Ok((token, expires_in))
}
