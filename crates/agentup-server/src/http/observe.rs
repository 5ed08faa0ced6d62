//! What happens to every request, whatever it asks: a name, a place, a line in the log.

use std::{any::Any, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tracing::Level;
use uuid::Uuid;

use super::Rejection;
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id taken over from a client or a proxy, in bytes.
const MAX_REQUEST_ID: usize = 128;

/// The name of a request: in its log lines, in its response, in the context of its skill.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Gives the request its id, and logs how it ended.
pub(crate) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    // What the line says is copied out of the request only where the line is written.
    let asked = tracing::enabled!(Level::DEBUG)
        .then(|| (request.method().clone(), request.uri().path().to_owned()));
    let mut response = next.run(request).await;
    if let Some((method, path)) = asked {
        let status = response.status().as_u16();
        tracing::debug!(request_id = %id, %method, path = %path.escape_debug(), status, "request");
    }
    if let Ok(value) = HeaderValue::try_from(&*id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Lets as many requests in as there are places, and answers the others at once.
pub(crate) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match app.places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => app.live().challenger.respond(&Rejection::Overloaded, None),
    }
}

/// The answer of a request whose code has a fault. The panic's own text stays in the log.
pub(crate) fn panicked(_panic: Box<dyn Any + Send>) -> Response<Body> {
    tracing::error!("a request panicked");
    let body = r#"{"error":{"code":500,"status":"INTERNAL","message":"The agent has a fault; its log tells more"}}"#;
    let json = (http::header::CONTENT_TYPE, "application/json");
    (StatusCode::INTERNAL_SERVER_ERROR, [json], body).into_response()
}

/// The id that the request brings, if it is fit for a log; else a new one.
fn request_id(headers: &HeaderMap) -> Arc<str> {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_fit(id))
        .map_or_else(|| Uuid::new_v4().to_string().into(), Arc::from)
}

fn is_fit(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    !id.is_empty() && id.len() <= MAX_REQUEST_ID && id.bytes().all(fits)
}
