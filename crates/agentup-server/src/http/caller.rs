//! The caller of a request: the one place where a credential becomes a principal.

use std::sync::Arc;

use agentup_auth::Principal;
use agentup_handlers::CallerToken;
use agentup_protocol::jsonrpc::Id;
use axum::{extract::FromRequestParts, response::Response};
use http::{header::AUTHORIZATION, request::Parts};

use super::Rejection;
use crate::{app::App, live::Live, operations::Asker, record::Noted};

/// The caller of a route that is not public.
///
/// An extractor of the request's head: it runs before the body is read, and a request without
/// valid credentials ends here.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Asker);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let live = app.live();
        let admitted = live.gate.admit(parts, &app.clock).await;
        match admitted {
            Ok(principal) => {
                let noted = parts.extensions.get::<Noted>().cloned();
                let noted = noted.unwrap_or_else(|| Noted::new(Arc::from(""), None, None));
                noted.principal(&principal);
                Ok(Self(Asker {
                    token: token_of(parts, &live, &principal),
                    principal,
                    live,
                    noted,
                }))
            }
            Err(rejection) => Err(refuse(&rejection, parts, &live)),
        }
    }
}

/// The token that the gate has admitted, where a skill may pass it on. What a request says while
/// the gate is open has been checked by nobody.
fn token_of(parts: &Parts, live: &Live, principal: &Principal) -> Option<CallerToken> {
    if !live.passes_tokens || !principal.is_authenticated() {
        return None;
    }
    parts.headers.get(AUTHORIZATION).and_then(CallerToken::new)
}

fn refuse(rejection: &Rejection, parts: &Parts, live: &Live) -> Response {
    // The id of a JSON-RPC request stands in the body, which is not read.
    let id = (parts.uri.path() == "/").then_some(&Id::NULL);
    live.challenger.respond(rejection, id)
}
