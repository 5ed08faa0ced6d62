//! Streams of events: server-sent events, the task first, in order, until there is no more to say.

use std::{convert::Infallible, time::Duration};

use agentup_protocol::{Outcome, StreamResponse, Task, TaskState, json, jsonrpc::Success};
use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event as SseEvent, KeepAlive},
};
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderName, HeaderValue, header::CACHE_CONTROL};
use tokio::sync::mpsc::Receiver;
use tokio_stream::wrappers::ReceiverStream;

use super::perform::Binding;
use crate::{limits::CallerPlace, metrics::Present, tasks::Event};

/// What a stream holds for as long as it is open: its place among those of its caller, and in the
/// count of all.
pub(crate) type Held = (CallerPlace, Present);

/// How long a stream is silent before a comment says that it is alive. Proxies tend to close what
/// is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The stream of a send: it ends with the task, or when the task turns to the caller for input
/// (`A2A §3.1.2`, `§11.7`).
pub(crate) fn of_send(
    task: Task,
    events: Option<Receiver<Event>>,
    binding: Binding<'static>,
    held: Held,
) -> Response {
    let events = events.map_or_else(
        || stream::empty().left_stream(),
        |events| ReceiverStream::new(events).right_stream(),
    );
    let mut waits = false;
    let until_input = events.take_while(move |event| {
        let go_on = !waits;
        waits = asks_for_input(event);
        std::future::ready(go_on)
    });
    respond(task, until_input, binding, held)
}

/// The stream of a subscription: it ends with the task (`A2A §3.1.6`).
pub(crate) fn of_task(
    task: Task,
    events: Receiver<Event>,
    binding: Binding<'static>,
    held: Held,
) -> Response {
    respond(task, ReceiverStream::new(events), binding, held)
}

fn asks_for_input(event: &StreamResponse) -> bool {
    matches!(event, StreamResponse::StatusUpdate(update)
        if update.status.state == TaskState::InputRequired)
}

fn respond(
    task: Task,
    events: impl Stream<Item = Event> + Send + 'static,
    binding: Binding<'static>,
    held: Held,
) -> Response {
    let first = Event::new(StreamResponse::Task(task));
    let events = stream::once(std::future::ready(first)).chain(events);
    let lines = events.map(move |event| {
        // Kept for as long as the stream is.
        let _ = &held;
        Ok::<_, Infallible>(line(&binding, &event))
    });
    let mut response = Sse::new(lines)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would keep the events until it has a buffer full of them.
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    response
}

/// In JSON-RPC each event is a whole response with the id of the call (`A2A §9`); in HTTP+JSON it
/// stands alone (`A2A §11`).
fn line(binding: &Binding<'_>, event: &StreamResponse) -> SseEvent {
    let event = Outcome::Event(event).in_generation(binding.generation());
    let json = match binding {
        Binding::JsonRpc { id, .. } => json::to_string(&Success::new(id, event)),
        Binding::Rest { .. } => json::to_string(&event),
    };
    SseEvent::default().data(json.unwrap_or_default())
}
