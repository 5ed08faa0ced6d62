//! The front door: what every request passes, whatever it asks, before it comes to its route.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    BoxError, Router,
    body::{Body, HttpBody},
    extract::Request,
    response::Response,
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{
    HeaderValue, Method, Version,
    header::{CONNECTION, ORIGIN, VARY},
    request::Parts,
};
use tower::{Layer as _, Service, ServiceExt as _};
use tower_http::cors::CorsLayer;

use super::{Rejection, caller::Arrival, cors, health, jsonrpc, observe, rest, route_of};
use crate::{
    app::App,
    live::Live,
    record::{Noted, Watch},
    serve::Peer,
};

/// What an answer to a page of another site would depend on (Fetch §3.2.5).
const VARIES: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// All of the agent's HTTP.
///
/// One service in place of a stack of layers: each layer costs every request a few allocations,
/// and most have nothing to do.
#[derive(Clone, Debug)]
pub(crate) struct Front(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: Arc<App>,
    routes: Router,
    cors: CorsLayer,
}

impl Front {
    pub(super) fn new(app: Arc<App>, routes: Router) -> Self {
        Self(Arc::new(Inner {
            cors: cors::layer(Arc::clone(&app)),
            app,
            routes,
        }))
    }

    /// What all requests share.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    /// The settings that hold now.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.0.app.live()
    }

    /// Answers a request. The steps are in the order in which it takes them.
    ///
    /// A request is large, and a future that was given it and works on it has room for it twice: here
    /// it is taken apart before there is a future, and every step after that borrows it. For the same
    /// reason nobody waits for this future to do something with the response: that is handed to it.
    pub(crate) fn answer<B: Incoming, R>(
        self,
        request: http::Request<B>,
        peer: Option<Peer>,
        finish: impl FnOnce(Response) -> R + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = R> + Send>> {
        let (mut head, body) = request.into_parts();
        let mut body = Some(body);
        // Names the request and tells its end; outermost, so that it sees every outcome.
        let live = self.live();
        let tracer = live.tracer.clone();
        let (noted, place) = observe::name(&head, peer, &live.trusted_proxies, tracer.as_deref());
        let span = tracer.zip(place);
        Box::pin(async move {
            let (method, route) = (head.method.clone(), route_of(head.uri.path()));
            let watch = Watch::begin(noted.clone(), method, route, |record| {
                observe::ended(&self.0.app, record, span.as_ref());
            });
            let version = head.version;
            let visit = Visit {
                front: &self,
                live: &live,
                head: &mut head,
                body: &mut body,
                noted: &noted,
            };
            let mut response = visit.answer().await;
            observe::show_name(&noted, &mut response);
            watch.end(observe::outcome(&mut response), response.status());
            // Clients and balancers part from a server that stops before it parts from them: a
            // request that crosses the end of its connection would be lost. HTTP/2 has a frame of its
            // own.
            if self.0.app.is_stopping() && version < Version::HTTP_2 {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
            finish(response)
        })
    }
}

/// A request on its way through the door, with what is noted of it.
struct Visit<'a, B> {
    front: &'a Front,
    live: &'a Arc<Live>,
    head: &'a mut Parts,
    body: &'a mut Option<B>,
    noted: &'a Noted,
}

impl<B: Incoming> Visit<'_, B> {
    async fn answer(self) -> Response {
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

impl Service<Request<Body>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.clone().answer(request, None, Ok)
    }
}
