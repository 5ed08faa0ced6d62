//! The front door: what every request passes, whatever it asks, before it comes to its route.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{Router, body::Body, extract::Request, response::Response};
use http::{HeaderValue, Version, header::CONNECTION};
use tower::Service;
use tower_http::cors::CorsLayer;

mod visit;

use visit::{Incoming, Visit};

use super::{cors, observe, route_of};
use crate::{app::App, live::Live, record::Watch, serve::Peer};

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
