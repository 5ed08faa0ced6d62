//! What can be seen of every request: its name, how it ended, and that its code has a fault.

use std::sync::Arc;

use agentup_handlers::TraceContext;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts};
use uuid::Uuid;

use crate::{
    app::App,
    audit,
    client_address::ClientAddress,
    config::TrustedProxies,
    record::{Noted, Outcome, Record},
    serve::Peer,
    telemetry,
    traces::{Place, Tracer},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// The longest request id taken over from a client or a proxy, in bytes.
const MAX_REQUEST_ID: usize = 128;

/// Gives the request its id, and room for what will be learned of it.
/// With it comes the place of the request in its trace, if traces are sent.
pub(super) fn name(
    head: &Parts,
    peer: Option<Peer>,
    proxies: &TrustedProxies,
    tracer: Option<&Tracer>,
) -> (Noted, Option<Place>) {
    let headers = &head.headers;
    let address = peer.as_ref().map(Peer::address);
    let client = address.map(|address| ClientAddress::new(address.ip(), headers, proxies));
    let certificate = peer.and_then(Peer::into_certificate);
    let named = trace(headers);
    let place = tracer.and_then(|tracer| tracer.place(named.as_ref()));
    // What is called from here is below this request, not beside it.
    let trace = place.as_ref().map(|place| place.context.clone()).or(named);
    let noted = Noted::new(request_id(headers), trace, client, certificate);
    (noted, place)
}

/// Tells the client the id.
pub(super) fn show_name(noted: &Noted, response: &mut Response) {
    if let Ok(value) = HeaderValue::try_from(&**noted.id()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
}

/// The answer of a request whose code has a fault. The panic's own text stays in the log.
pub(super) fn panicked() -> Response {
    tracing::error!("a request panicked");
    let body = r#"{"error":{"code":500,"status":"INTERNAL","message":"The agent has a fault; its log tells more"}}"#;
    let json = (http::header::CONTENT_TYPE, "application/json");
    let response = (StatusCode::INTERNAL_SERVER_ERROR, [json], body).into_response();
    with_outcome(response, Outcome::Panicked)
}

/// Tells all who want to know that a request has ended.
pub(super) fn ended(app: &App, record: &Record, span: Option<&(Arc<Tracer>, Place)>) {
    telemetry::tell(record);
    audit::tell(app, record);
    app.metrics.ended(record);
    if let Some((tracer, place)) = span {
        tracer.request(place, record);
    }
}

/// Has the response say how its request ended, where it ended otherwise than well.
pub(super) fn with_outcome(mut response: Response, outcome: Outcome) -> Response {
    response.extensions_mut().insert(outcome);
    response
}

/// How the request ended, by what its response says.
pub(super) fn outcome(response: &mut Response) -> Outcome {
    let extensions = response.extensions_mut();
    extensions.remove::<Outcome>().unwrap_or(Outcome::Done)
}

/// The trace that the request names. Two that differ are none (W3C Trace Context §3.2).
fn trace(headers: &HeaderMap) -> Option<TraceContext> {
    let mut parents = headers.get_all(TRACE_PARENT).iter();
    let parent = parents.next()?.to_str().ok()?;
    let states = headers.get_all(TRACE_STATE).iter();
    let states: Option<Vec<_>> = states.map(|state| state.to_str().ok()).collect();
    let is_one = parents.next().is_none();
    is_one.then(|| TraceContext::parse(parent, Some(&states.unwrap_or_default().join(","))))?
}

/// The id that the request brings, if it is fit for a log; else a new one.
fn request_id(headers: &HeaderMap) -> Arc<str> {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_fit(id))
        .map_or_else(new_request_id, Arc::from)
}

fn new_request_id() -> Arc<str> {
    let mut text = Uuid::encode_buffer();
    Arc::from(&*Uuid::new_v4().hyphenated().encode_lower(&mut text))
}

fn is_fit(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    !id.is_empty() && id.len() <= MAX_REQUEST_ID && id.bytes().all(fits)
}
