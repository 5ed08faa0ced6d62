//! A request on its way through the front door.

use std::{convert::Infallible, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    BoxError,
    body::{Body, HttpBody},
    response::Response,
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{
    HeaderValue, Method,
    header::{ORIGIN, VARY},
    request::Parts,
};
use tower::{Layer as _, ServiceExt as _};

use super::{
    super::{Rejection, caller::Arrival, health, jsonrpc, observe, rest},
    Front,
};
use crate::{live::Live, record::Noted};

/// What an answer to a page of another site would depend on (Fetch §3.2.5).
const VARIES: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// A request on its way through the door, with what is noted of it.
pub(super) struct Visit<'a, B> {
    pub(super) front: &'a Front,
    pub(super) live: &'a Arc<Live>,
    pub(super) head: &'a mut Parts,
    pub(super) body: &'a mut Option<B>,
    pub(super) noted: &'a Noted,
}

impl<B: Incoming> Visit<'_, B> {
    pub(super) async fn answer(self) -> Response {
        // Browsers ask first, before they have a token to send.
        let headers = &self.head.headers;
        if self.head.method == Method::OPTIONS || headers.contains_key(ORIGIN) {
            return Box::pin(self.answer_page()).await;
        }
        let mut response = self.admit().await;
        response.headers_mut().append(VARY, VARIES);
        response
    }

    /// As [`Self::admit`], with what a browser needs to know.
    async fn answer_page(self) -> Response {
        let answered = |request: http::Request<Option<B>>| {
            let (front, noted) = (self.front.clone(), self.noted.clone());
            let live = Arc::clone(self.live);
            async move {
                let (mut head, mut body) = request.into_parts();
                let visit = Visit {
                    front: &front,
                    live: &live,
                    head: &mut head,
                    body: &mut body,
                    noted: &noted,
                };
                Ok::<_, Infallible>(visit.admit().await)
            }
        };
        let service = self.front.0.cors.layer(tower::service_fn(answered));
        let request = http::Request::from_parts(taken(self.head), self.body.take());
        let Ok(response) = service.oneshot(request).await;
        response
    }

    async fn admit(self) -> Response {
        let app = &self.front.0.app;
        // Turns away at once what would only wait. A probe never waits, and a server that is busy
        // must not be taken for one that is dead.
        let place = app.places.enter();
        if place.is_none() && !health::is_probe(self.head.uri.path()) {
            let challenger = &self.live.challenger;
            return challenger.respond(&Rejection::Overloaded, None);
        }
        // A fault in one request is an answer to that request, not the end of the server.
        let answered = AssertUnwindSafe(self.dispatch()).catch_unwind().await;
        answered.unwrap_or_else(|_panic| observe::panicked())
    }

    async fn dispatch(self) -> Response {
        let Self {
            front,
            live,
            head,
            body,
            noted,
        } = self;
        let arrival = Arrival {
            app: &front.0.app,
            live,
            head,
            noted,
        };
        let path = head.uri.path();
        // Nearly all requests are operations: they need not be looked up.
        if path == "/"
            && head.method == Method::POST
            && let Some(body) = body
        {
            return jsonrpc::answer(arrival, body).await;
        }
        if rest::route_of(path).is_some()
            && let Some(target) = rest::Target::of(&head.method, path)
            && let Some(body) = body
        {
            return rest::answer(arrival, body, target).await;
        }
        let body = body.take().map_or_else(Body::empty, Body::new);
        let mut request = http::Request::from_parts(taken(head), body);
        request.extensions_mut().insert(noted.clone());
        // In a box, so that operations have no room for this.
        let Ok(response) = Box::pin(front.0.routes.clone().oneshot(request)).await;
        response
    }
}

/// The body of a request, from wherever it comes.
pub(crate) trait Incoming:
    HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin + Send + 'static
{
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin + Send + 'static> Incoming for B {}

/// The head of a request that goes elsewhere as a whole.
fn taken(head: &mut Parts) -> Parts {
    let (empty, ()) = http::Request::new(()).into_parts();
    std::mem::replace(head, empty)
}
