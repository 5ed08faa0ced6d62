//! Refusals of a request as HTTP: the one place that chooses a status code and a challenge.

use std::time::Duration;

use agentup_auth::{
    ApiKeyError, CredentialError, Denied, DpopError, IntrospectionError, VerifyError,
};
use agentup_protocol::jsonrpc::Id;
use axum::response::Response;
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

use super::{Challenger, observe::with_outcome, perform::json};
use crate::record::Outcome;

/// The nonce for the next proof (RFC 9449 §8.1).
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Why a request gets no answer of its own.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// No credential (RFC 6750 §3.1: a challenge without an error code).
    Unauthenticated,
    /// The `Authorization` header has no credential that is accepted, or there are two.
    Credential(CredentialError),
    /// The token does not verify.
    Token(VerifyError),
    /// The key of the token is not there, and may be after this time.
    KeysAwaited(Duration),
    /// The token does not verify, which came with a proof or should have.
    BoundToken(VerifyError),
    /// The token verifies, and its proof does not.
    Proof {
        /// What is wrong with it.
        error: DpopError,
        /// What the next proof needs.
        nonce: Option<String>,
    },
    /// The token's server refuses it, or it does not meet the rules.
    Introspection(IntrospectionError),
    /// The token's server cannot be asked about it.
    CannotCheck,
    /// The API key is not accepted.
    ApiKey(ApiKeyError),
    /// The credential is good, and does not reach.
    Scope(Denied, String),
    /// So many credentials from this address were refused that no more are looked at for this time.
    SourceLimited(Duration),
    /// The caller has used up its requests, and has another one after this time.
    CallerTooOften(Duration),
    /// The caller has used up its calls of the skill, and has another one after this time.
    TooOften(Duration),
    /// The caller has as many requests under way as it may have.
    TooManyRequests,
    /// The caller has as many streams of events as it may have.
    TooManyStreams,
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

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RejectionKind {
    /// The credential.
    Authentication,
    /// What the caller may do.
    Authorization,
    /// How often the caller may do it.
    Rate,
    /// How often credentials from its address were refused.
    Source,
    /// The agent is at its limit, whoever asks.
    Overload,
    /// The request itself.
    Request,
}

impl Challenger {
    /// The response to a refusal, which says for itself how the request ended. `id` is there on the
    /// JSON-RPC route.
    pub(crate) fn respond(&self, rejection: &Rejection, id: Option<&Id<'_>>) -> Response {
        with_outcome(self.refusal(rejection, id), Outcome::from(rejection))
    }

    /// The response to a refusal and nothing besides.
    pub(super) fn refusal(&self, rejection: &Rejection, id: Option<&Id<'_>>) -> Response {
        let (status, grpc_status) = rejection.status();
        let error = ErrorBody {
            code: status.as_u16(),
            status: grpc_status,
            message: match rejection {
                Rejection::Unauthenticated => self.advice(),
                rejection => rejection.message(),
            },
        };
        let body = Body {
            jsonrpc: id.map(|_| "2.0"),
            id,
            error,
        };
        let mut response = json("application/json", &body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for challenge in self.challenges(rejection) {
            headers.append(WWW_AUTHENTICATE, challenge);
        }
        if let Rejection::Proof {
            nonce: Some(nonce), ..
        } = rejection
            && let Ok(nonce) = HeaderValue::try_from(nonce)
        {
            headers.insert(DPOP_NONCE, nonce);
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
}

impl Rejection {
    /// The status code, and its name among the canonical codes of `google.rpc`.
    const fn status(&self) -> (StatusCode, &'static str) {
        match self {
            // Two credentials make the request itself malformed (RFC 6750 §3.1).
            Self::Credential(CredentialError::TwoCredentials)
            | Self::ApiKey(ApiKeyError::TwoKeys)
            | Self::BodyBroken => (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
            // The keys are missing, or the word of a server, not the caller's right: never 401,
            // never open.
            Self::Token(VerifyError::KeysUnavailable)
            | Self::BoundToken(VerifyError::KeysUnavailable)
            | Self::KeysAwaited(_)
            | Self::Proof {
                error: DpopError::MemoryFull,
                ..
            }
            | Self::Introspection(IntrospectionError::Unusable)
            | Self::CannotCheck
            | Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            Self::Unauthenticated
            | Self::Credential(_)
            | Self::Token(_)
            | Self::BoundToken(_)
            | Self::Proof { .. }
            | Self::Introspection(_)
            | Self::ApiKey(_) => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            Self::Scope(..) => (StatusCode::FORBIDDEN, "PERMISSION_DENIED"),
            Self::SourceLimited(_)
            | Self::CallerTooOften(_)
            | Self::TooOften(_)
            | Self::TooManyRequests
            | Self::TooManyStreams => (StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "INVALID_ARGUMENT"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "INVALID_ARGUMENT"),
            Self::BodyLate => (StatusCode::REQUEST_TIMEOUT, "DEADLINE_EXCEEDED"),
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "UNIMPLEMENTED"),
        }
    }

    /// Whether it is the credential that was refused, so that the next one may be a guess as well.
    /// To come without one is no guess.
    pub(super) fn is_of_credential(&self) -> bool {
        self.status().0 == StatusCode::UNAUTHORIZED && !matches!(self, Self::Unauthenticated)
    }

    /// After how many seconds the client may fare better, if that is known.
    fn retry_after(&self) -> Option<u64> {
        match self {
            // Rounded up: whoever comes back then must not be early (RFC 9110 §10.2.3).
            Self::KeysAwaited(pause)
            | Self::SourceLimited(pause)
            | Self::CallerTooOften(pause)
            | Self::TooOften(pause) => {
                let rest = u64::from(pause.subsec_nanos() > 0);
                Some(pause.as_secs().saturating_add(rest).max(1))
            }
            // When one of its requests ends is not known, but most do within a second.
            Self::TooManyRequests => Some(1),
            _ if self.status().0 == StatusCode::SERVICE_UNAVAILABLE => Some(1),
            _ => None,
        }
    }

    /// What the client hears.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Unauthenticated => "Authentication required",
            Self::Credential(error) => error.description(),
            Self::Token(error) | Self::BoundToken(error) => error.description(),
            Self::Proof { error, .. } => error.description(),
            Self::Introspection(error) => error.description(),
            Self::CannotCheck => IntrospectionError::Unusable.description(),
            Self::ApiKey(error) => error.description(),
            Self::KeysAwaited(_) => VerifyError::KeysUnavailable.description(),
            Self::Scope(_, words) => words,
            Self::SourceLimited(_) => {
                "Too many credentials from this address were refused; try again later"
            }
            Self::CallerTooOften(_) => "You have sent too many requests; try again later",
            Self::TooOften(_) => "This skill was called too often; try again later",
            Self::TooManyRequests => {
                "You have as many requests under way as this agent allows; wait for one to end"
            }
            Self::TooManyStreams => {
                "You have as many streams open as this agent allows; close one, or poll the task"
            }
            Self::BodyTooLarge => "The request body is larger than this agent accepts",
            Self::BodyBroken => "The request body did not arrive whole",
            Self::MediaType => "Send the body as `Content-Type: application/json`",
            Self::Overloaded => "The agent is at its limit; try again",
            Self::BodyLate => "The request body did not arrive in time",
            Self::NotFound => "There is nothing at this path",
            Self::MethodNotAllowed => "This path does not take this method",
        }
    }

    /// What the refusal is about.
    pub(crate) const fn kind(&self) -> RejectionKind {
        match self {
            Self::Unauthenticated
            | Self::Credential(_)
            | Self::Token(_)
            | Self::KeysAwaited(_)
            | Self::BoundToken(_)
            | Self::Proof { .. }
            | Self::Introspection(_)
            | Self::CannotCheck
            | Self::ApiKey(_) => RejectionKind::Authentication,
            Self::Scope(..) => RejectionKind::Authorization,
            Self::CallerTooOften(_)
            | Self::TooOften(_)
            | Self::TooManyRequests
            | Self::TooManyStreams => RejectionKind::Rate,
            Self::SourceLimited(_) => RejectionKind::Source,
            Self::Overloaded => RejectionKind::Overload,
            Self::BodyTooLarge
            | Self::BodyBroken
            | Self::BodyLate
            | Self::MediaType
            | Self::NotFound
            | Self::MethodNotAllowed => RejectionKind::Request,
        }
    }

    /// The scheme of the credential that is refused, where one came that has a scheme.
    pub(crate) const fn scheme(&self) -> Option<&'static str> {
        match self {
            Self::Token(_) | Self::KeysAwaited(_) | Self::Introspection(_) | Self::CannotCheck => {
                Some("bearer")
            }
            Self::BoundToken(_) | Self::Proof { .. } => Some("dpop"),
            Self::ApiKey(_) => Some("api_key"),
            _ => None,
        }
    }

    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "no_credential",
            Self::Credential(error) => error.code(),
            Self::Token(error) | Self::BoundToken(error) => error.code(),
            Self::Proof { error, .. } => error.code(),
            Self::Introspection(error) => error.code(),
            Self::CannotCheck => "introspection_unavailable",
            Self::ApiKey(error) => error.code(),
            Self::KeysAwaited(_) => VerifyError::KeysUnavailable.code(),
            Self::Scope(..) => "insufficient_scope",
            Self::SourceLimited(_) => "source_limited",
            Self::CallerTooOften(_) => "caller_rate_limited",
            Self::TooOften(_) => "rate_limited",
            Self::TooManyRequests => "requests_limited",
            Self::TooManyStreams => "streams_limited",
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
