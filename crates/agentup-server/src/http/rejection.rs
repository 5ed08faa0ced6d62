//! Refusals of a request as HTTP: the one place that chooses a status code and a challenge.

use std::{fmt::Write as _, time::Duration};

use agentup_auth::{CredentialError, Denied, VerifyError};
use agentup_protocol::jsonrpc::Id;
use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

/// Why a request gets no answer of its own.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// No credential (RFC 6750 §3.1: a challenge without an error code).
    Unauthenticated,
    /// The `Authorization` header is not a bearer credential.
    Credential(CredentialError),
    /// The token does not verify.
    Token(VerifyError),
    /// The key of the token is not there, and may be after this time.
    KeysAwaited(Duration),
    /// The token verifies, and does not reach.
    Scope(Denied, String),
    /// The body is longer than the limit.
    BodyTooLarge,
    /// The body did not arrive whole.
    BodyBroken,
    /// The body did not arrive in time.
    BodyLate,
    /// The body is not JSON by its `Content-Type`.
    MediaType,
    /// Too many requests are in flight.
    Overloaded,
    /// There is nothing at this path.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
}

/// Where the challenges of an agent point to: the same for all its refusals.
#[derive(Clone, Debug)]
pub(crate) struct Challenger {
    realm: String,
    resource_metadata: String,
}

impl Challenger {
    /// `realm` and `resource_metadata` must be free of quotes and control characters.
    pub(crate) const fn new(realm: String, resource_metadata: String) -> Self {
        Self {
            realm,
            resource_metadata,
        }
    }

    /// The challenge of RFC 6750 §3 with `resource_metadata` of RFC 9728 §5.1.
    fn challenge(&self, fault: Option<(&str, &str)>, scope: Option<&str>) -> HeaderValue {
        let mut text = format!("Bearer realm=\"{}\"", self.realm);
        if let Some((error, description)) = fault {
            let _ = write!(
                text,
                ", error=\"{error}\", error_description=\"{description}\""
            );
        }
        if let Some(scope) = scope {
            let _ = write!(text, ", scope=\"{scope}\"");
        }
        let _ = write!(text, ", resource_metadata=\"{}\"", self.resource_metadata);
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
    }

    /// The response to a refusal. `id` is there on the JSON-RPC route.
    pub(crate) fn respond(&self, rejection: &Rejection, id: Option<&Id<'_>>) -> Response {
        let (status, grpc_status) = rejection.status();
        let message = rejection.message();
        let error = ErrorBody {
            code: status.as_u16(),
            status: grpc_status,
            message,
        };
        let body = Body {
            jsonrpc: id.map(|_| "2.0"),
            id,
            error,
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge_of(rejection) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = rejection.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(rejection, Rejection::BodyTooLarge | Rejection::BodyLate) {
            // The rest of the body is not read, so nothing can follow it (RFC 9110 §15.5.14).
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn challenge_of(&self, rejection: &Rejection) -> Option<HeaderValue> {
        match rejection {
            Rejection::Unauthenticated => Some(self.challenge(None, None)),
            Rejection::Credential(error) => {
                let word = if *error == CredentialError::TwoCredentials {
                    "invalid_request"
                } else {
                    "invalid_token"
                };
                Some(self.challenge(Some((word, error.description())), None))
            }
            Rejection::Token(VerifyError::KeysUnavailable) => None,
            Rejection::Token(error) => {
                Some(self.challenge(Some(("invalid_token", error.description())), None))
            }
            Rejection::Scope(denied, _) => {
                let names: Vec<_> = denied
                    .missing
                    .iter()
                    .map(agentup_auth::Scope::as_str)
                    .collect();
                let description = "The token lacks a scope that this skill requires";
                let fault = Some(("insufficient_scope", description));
                Some(self.challenge(fault, Some(&names.join(" "))))
            }
            _ => None,
        }
    }
}

impl Rejection {
    /// The status code, and its name among the canonical codes of `google.rpc`.
    const fn status(&self) -> (StatusCode, &'static str) {
        match self {
            // Two credentials make the request itself malformed (RFC 6750 §3.1).
            Self::Credential(CredentialError::TwoCredentials) => {
                (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT")
            }
            // The keys are missing, not the caller's right: never 401, never open.
            Self::Token(VerifyError::KeysUnavailable) | Self::KeysAwaited(_) | Self::Overloaded => {
                (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
            }
            Self::Unauthenticated | Self::Credential(_) | Self::Token(_) => {
                (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED")
            }
            Self::Scope(..) => (StatusCode::FORBIDDEN, "PERMISSION_DENIED"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "INVALID_ARGUMENT"),
            Self::BodyBroken => (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_ARGUMENT"),
            Self::BodyLate => (StatusCode::REQUEST_TIMEOUT, "DEADLINE_EXCEEDED"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "UNIMPLEMENTED"),
        }
    }

    /// After how many seconds the client may fare better, if that is known.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::KeysAwaited(pause) => {
                let rest = u64::from(pause.subsec_nanos() > 0);
                Some(pause.as_secs().saturating_add(rest).max(1))
            }
            Self::Overloaded | Self::Token(VerifyError::KeysUnavailable) => Some(1),
            _ => None,
        }
    }

    /// What the client hears.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Unauthenticated => {
                "Authentication required: send the header `Authorization: Bearer <token>`"
            }
            Self::Credential(error) => error.description(),
            Self::Token(error) => error.description(),
            Self::KeysAwaited(_) => VerifyError::KeysUnavailable.description(),
            Self::Scope(_, words) => words,
            Self::BodyTooLarge => "The request body is larger than this agent accepts",
            Self::BodyBroken => "The request body did not arrive whole",
            Self::MediaType => "Send the body as `Content-Type: application/json`",
            Self::Overloaded => "The agent is at its limit; try again",
            Self::BodyLate => "The request body did not arrive in time",
            Self::NotFound => "There is nothing at this path",
            Self::MethodNotAllowed => "This path does not take this method",
        }
    }

    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "no_credential",
            Self::Credential(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::KeysAwaited(_) => VerifyError::KeysUnavailable.code(),
            Self::Scope(..) => "insufficient_scope",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyBroken => "body_broken",
            Self::MediaType => "media_type",
            Self::Overloaded => "overloaded",
            Self::BodyLate => "body_late",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jsonrpc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id<'a>>,
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: u16,
    status: &'static str,
    message: &'a str,
}
