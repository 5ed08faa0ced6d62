//! The JSON-RPC route, for both generations: `POST /` (`A2A §9`).

use std::sync::Arc;

use agentup_protocol::{
    Generation, Operation,
    jsonrpc::{Id, Request as Envelope},
    requested_version, route,
};
use axum::{body::HttpBody, response::Response};
use bytes::Bytes;
use http::{HeaderName, request::Parts};

use super::{
    body::json_body,
    caller::Caller,
    perform::{Binding, Call},
};
use crate::app::App;

const VERSION: HeaderName = HeaderName::from_static("a2a-version");

/// Answers a call.
pub(super) async fn answer<B: HttpBody<Data = Bytes> + Unpin>(
    app: &Arc<App>,
    head: &Parts,
    body: &mut B,
) -> Response {
    let asker = match Caller::of(head, app).await {
        Ok(Caller(asker)) => asker,
        Err(response) => return response,
    };
    let body = match json_body(&head.headers, body, &asker.live.limits).await {
        Ok(body) => body,
        Err(rejection) => return asker.live.challenger.respond(&rejection, Some(&Id::NULL)),
    };
    let version = version(head);
    // What is not understood is answered in the older form, which both generations read.
    let call = |id, generation| Call {
        app,
        asker: &asker,
        binding: Binding::JsonRpc { id, generation },
    };
    let envelope = match Envelope::parse(&body) {
        Ok(envelope) => envelope,
        Err(rejected) => {
            let generation = Generation::from_version(version).unwrap_or(Generation::V03);
            return call(rejected.id, generation)
                .answer(None, Err(rejected.error))
                .await;
        }
    };
    match route(&envelope.method, version) {
        Ok((generation, kind)) => {
            let operation = Operation::decode(generation, kind, envelope.params);
            call(envelope.id, generation)
                .answer(Some(kind), operation)
                .await
        }
        Err(error) => {
            call(envelope.id, Generation::V03)
                .answer(None, Err(error))
                .await
        }
    }
}

/// The version that the request asks for (`A2A §3.6.1`).
pub(super) fn version(head: &Parts) -> Option<&str> {
    let header = head
        .headers
        .get(VERSION)
        .and_then(|value| value.to_str().ok());
    requested_version(header, head.uri.query())
}
