//! The caller of a request: the one place where a credential becomes a principal.

use std::{future::Future, sync::Arc};

use agentup_protocol::jsonrpc::Id;
use axum::{extract::FromRequestParts, response::Response};
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};

use super::observe::RequestId;
use crate::{app::App, operations::Asker};

/// The caller of a route that is not public.
///
/// An extractor of the request's head: it runs before the body is read, and a request without
/// valid credentials ends here.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Asker);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Response;

    fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> impl Future<Output = Result<Self, Response>> + Send {
        std::future::ready(caller(parts, app))
    }
}

#[expect(clippy::result_large_err, reason = "the error is the response itself")]
fn caller(parts: &Parts, app: &App) -> Result<Caller, Response> {
    let live = app.live();
    let request_id = parts.extensions.get::<RequestId>();
    let request_id = request_id.map_or_else(|| Arc::from(""), |id| Arc::clone(&id.0));
    match live
        .gate
        .admit(credentials(&parts.headers), app.clock.unix())
    {
        Ok(principal) => Ok(Caller(Asker {
            principal,
            live,
            request_id,
        })),
        Err(rejection) => {
            // The code says which check failed. The client hears the kind of fault, no more.
            tracing::warn!(
                %request_id,
                code = rejection.code(),
                "authentication refused: {}",
                rejection.message(),
            );
            // The id of a JSON-RPC request stands in the body, which is not read.
            let id = (parts.uri.path() == "/").then_some(&Id::NULL);
            Err(live.challenger.respond(&rejection, id))
        }
    }
}

/// All values of the `Authorization` header; more than one is a fault that the gate must see.
fn credentials(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(AUTHORIZATION)
        .iter()
        .map(http::HeaderValue::as_bytes)
}
