//! The caller of a request: the one place where a credential becomes a principal.

use std::sync::Arc;

use agentup_auth::Principal;
use agentup_handlers::{CallerToken, ClientCertificate};
use agentup_protocol::jsonrpc::Id;
use axum::{extract::FromRequestParts, response::Response};
use http::{header::AUTHORIZATION, request::Parts};

use super::Rejection;
use crate::{
    app::App,
    client_address::ClientAddress,
    limits::{CallerPlace, TooMany},
    live::Live,
    operations::Asker,
    record::{Noted, Outcome},
};

/// A request that has arrived, with all that is asked before its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    pub(super) app: &'a Arc<App>,
    /// The settings that hold for it.
    pub(super) live: &'a Arc<Live>,
    pub(super) head: &'a Parts,
    pub(super) noted: &'a Noted,
}

/// The caller of a route that is not public.
///
/// An extractor of the request's head: it runs before the body is read, and a request without
/// valid credentials ends here.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Asker);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let arrival = Arrival {
            app,
            live: &app.live(),
            head: parts,
            noted: &Noted::of(parts),
        };
        Self::of(arrival).await
    }
}

impl Caller {
    /// The caller of a request.
    ///
    /// # Errors
    /// With the answer to a request without valid credentials.
    pub(super) async fn of(arrival: Arrival<'_>) -> Result<Self, Response> {
        let Arrival { live, noted, .. } = arrival;
        match admit(arrival).await {
            Ok((principal, place)) => Ok(Self(Asker {
                token: token_of(arrival.head, live, &principal),
                certificate: noted.certificate().cloned(),
                principal,
                live: Arc::clone(live),
                noted: noted.clone(),
                _place: place,
            })),
            Err(rejection) => Err(refuse(&rejection, arrival)),
        }
    }
}

/// The principal behind a request, if neither it nor the address that it comes from has used up what
/// it has; and the place of the request among its others.
async fn admit(arrival: Arrival<'_>) -> Result<(Arc<Principal>, Option<CallerPlace>), Rejection> {
    let Arrival {
        app,
        live,
        head,
        noted,
    } = arrival;
    // Not known of a request that a program hands to the router by itself.
    let source = noted.client_address().and_then(ClientAddress::source);
    let certificate = noted.certificate().map(ClientCertificate::thumbprint);
    let worth = source.map_or(Ok(()), |source| live.limiters.check_source(source));
    let principal = match worth {
        Ok(()) => {
            let admitted = live.gate.admit(head, certificate, &app.clock).await;
            admitted.inspect_err(|rejection| {
                if rejection.is_of_credential() {
                    live.limiters.count_refusal(source);
                }
            })?
        }
        // Who guesses is not to pay for those who know: what was found good before still is.
        Err(limited) => {
            let known = live.gate.recall(head, certificate, &app.clock);
            known.ok_or(Rejection::SourceLimited(limited.retry_after))?
        }
    };
    // Known from here on, also where it has used up what it has.
    noted.principal(&principal);
    let most = live.limits.requests_per_caller;
    let place = most.filter(|_| principal.is_authenticated());
    let place = place.map(|most| app.requests.enter(&principal, most));
    let place = place.transpose();
    let place = place.map_err(|TooMany| Rejection::TooManyRequests)?;
    // What is refused for its number counts for nothing in its rate.
    let counted = live.limiters.count_request(&principal);
    counted.map_err(|limited| Rejection::CallerTooOften(limited.retry_after))?;
    Ok((principal, place))
}

/// The token that the gate has admitted, where a skill may pass it on. What a request says while
/// the gate is open has been checked by nobody.
fn token_of(parts: &Parts, live: &Live, principal: &Principal) -> Option<CallerToken> {
    if !live.passes_tokens || !principal.is_authenticated() {
        return None;
    }
    parts.headers.get(AUTHORIZATION).and_then(CallerToken::new)
}

fn refuse(rejection: &Rejection, arrival: Arrival<'_>) -> Response {
    // Not by the response, which takes longer: a flood of bad tokens has as many of these.
    arrival.noted.ended(Outcome::from(rejection));
    // The id of a JSON-RPC request stands in the body, which is not read.
    let id = (arrival.head.uri.path() == "/").then_some(&Id::NULL);
    arrival.live.challenger.refusal(rejection, id)
}
