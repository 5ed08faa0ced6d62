//! The JSON-RPC route, for both generations: `POST /` (`A2A §9`).

use agentup_protocol::{
    jsonrpc::{Id, Received},
    requested_version,
};
use axum::{body::HttpBody, response::Response};
use bytes::Bytes;
use http::{HeaderName, request::Parts};

use super::{
    body::json_body,
    caller::{Arrival, Caller},
    perform::{Binding, Call},
};

const VERSION: HeaderName = HeaderName::from_static("a2a-version");

/// Answers a call.
pub(super) async fn answer<B: HttpBody<Data = Bytes> + Unpin>(
    arrival: Arrival<'_>,
    body: &mut B,
) -> Response {
    let Arrival { app, head, .. } = arrival;
    let asker = match Caller::of(arrival).await {
        Ok(Caller(asker)) => asker,
        Err(response) => return response,
    };
    let body = match json_body(&head.headers, body, &asker.live.limits).await {
        Ok(body) => body,
        Err(rejection) => return asker.live.challenger.respond(&rejection, Some(&Id::NULL)),
    };
    let Received {
        id,
        generation,
        kind,
        operation,
    } = Received::read(&body, version(head));
    let call = Call {
        app,
        asker: &asker,
        binding: Binding::JsonRpc { id, generation },
    };
    call.answer(kind, operation).await
}

/// The version that the request asks for (`A2A §3.6.1`).
pub(super) fn version(head: &Parts) -> Option<&str> {
    let header = head
        .headers
        .get(VERSION)
        .and_then(|value| value.to_str().ok());
    requested_version(header, head.uri.query())
}
