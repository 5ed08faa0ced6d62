//! From an operation to its response, whichever binding it came by.

use std::sync::Arc;

use agentup_protocol::{
    A2aError, Generation, MethodKind, Operation, Outcome,
    json::to_vec,
    jsonrpc::{Failure, Id, Success},
};
use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
};
use serde::Serialize;

use super::{Rejection, observe::with_outcome, stream};
use crate::{
    app::App,
    limits::{CallerPlace, TooMany},
    operations::{Asker, Refusal, Sent, list::trimmed},
    record::{Asked, BindingKind, Outcome as Ended},
    tasks::TaskCell,
};

/// How a request came, and so how its answer looks.
#[derive(Clone, Debug)]
pub(crate) enum Binding<'a> {
    /// JSON-RPC, in one of the generations (`A2A §9`).
    JsonRpc {
        /// What the answer must repeat.
        id: Id<'a>,
        /// Whose names and shapes it uses.
        generation: Generation,
    },
    /// HTTP+JSON, which is 1.0 only (`A2A §11`).
    Rest {
        /// The media type of the answer.
        media_type: &'static str,
    },
}

/// A request that is to be answered.
pub(crate) struct Call<'a> {
    pub(crate) app: &'a Arc<App>,
    pub(crate) asker: &'a Asker,
    pub(crate) binding: Binding<'a>,
}

/// How far an operation has come by itself.
enum Step {
    Answered(Response),
    /// The task that it began is at work, and the caller waits for it.
    Waits(Arc<TaskCell>, Option<u32>),
}

impl Call<'_> {
    /// Does what was asked for, or answers why not. `kind` is there as soon as the request is
    /// understood that far.
    ///
    /// Only a task that is still at work is waited for. All else is done at once, before there is a
    /// future, which would have room for it.
    pub(crate) fn answer(
        &self,
        kind: Option<MethodKind>,
        operation: Result<Operation, A2aError>,
    ) -> impl Future<Output = Response> + Send {
        let step = self.begin(kind, operation);
        async move {
            match step {
                Step::Answered(response) => response,
                Step::Waits(cell, length) => {
                    // A task that outlasts the caller's request goes on; the caller gets it as it
                    // stands, with the id to ask for it again.
                    let patience = self.asker.live.limits.request_timeout;
                    let settled = tokio::time::timeout(patience, cell.settled());
                    let _ = Box::pin(settled).await;
                    self.sent(&cell, length)
                }
            }
        }
    }

    fn begin(&self, kind: Option<MethodKind>, operation: Result<Operation, A2aError>) -> Step {
        if let Some(operation) = kind {
            self.asker.noted.asked(Asked {
                operation,
                generation: self.binding.generation(),
                binding: self.binding.kind(),
            });
        }
        let done = match operation {
            Ok(operation) => self.perform(operation),
            Err(error) => Err(error.into()),
        };
        done.unwrap_or_else(|refusal| Step::Answered(self.refuse(&refusal)))
    }

    fn perform(&self, operation: Operation) -> Result<Step, Refusal> {
        if operation.tenant().is_some_and(|tenant| !tenant.is_empty()) {
            return Err(A2aError::invalid_param("tenant", "is not known here").into());
        }
        let (asker, tasks, push) = (self.asker, &self.app.tasks, &self.app.push);
        let generation = self.binding.generation();
        let form = asker.live.denial_form(generation);
        let response = match operation {
            Operation::SendMessage(mut request) => {
                let webhook = asker.webhook_of(push, &mut request, generation)?;
                let length = request.configuration.history_length;
                match asker.send(tasks, request, form, webhook)? {
                    Sent::Answerable(cell) => self.sent(&cell, length),
                    Sent::AtWork(cell) => return Ok(Step::Waits(cell, length)),
                }
            }
            Operation::SendStreamingMessage(mut request) => {
                let place = self.stream_place()?;
                let webhook = asker.webhook_of(push, &mut request, generation)?;
                let accepted = asker.accept(tasks, request, form, webhook)?;
                let (task, events) = accepted.cell.watch();
                if let Some(mut turn) = accepted.turn {
                    turn.is_repeatable = false;
                    tasks.run_detached(&accepted.cell, turn);
                }
                let held = (place, self.app.metrics.streams.enter());
                stream::of_send(task, events, self.binding.to_owned(), held)
            }
            Operation::SubscribeToTask(request) => {
                let place = self.stream_place()?;
                let (task, Some(events)) = asker.task(tasks, &request.id)?.watch() else {
                    return Err(A2aError::unsupported_operation("the task has ended").into());
                };
                let held = (place, self.app.metrics.streams.enter());
                stream::of_task(task, events, self.binding.to_owned(), held)
            }
            Operation::GetTask(request) => {
                let cell = asker.task(tasks, &request.id)?;
                self.task(&cell, request.history_length)
            }
            Operation::CancelTask(request) => {
                let cell = asker.cancel(tasks, &request)?;
                self.task(&cell, None)
            }
            Operation::ListTasks(request) => {
                self.result(Outcome::Tasks(&asker.list(tasks, &request)?))
            }
            Operation::CreatePushConfig(config) => {
                let config = asker.create_push_config(tasks, push, config, generation)?;
                self.result(Outcome::PushConfig(&config))
            }
            Operation::GetPushConfig(request) => {
                let config = asker.push_config(tasks, &request)?;
                self.result(Outcome::PushConfig(&config))
            }
            Operation::ListPushConfigs(request) => {
                let configs = asker.push_configs(tasks, &request)?;
                self.result(Outcome::PushConfigs(&configs))
            }
            Operation::DeletePushConfig(request) => {
                asker.delete_push_config(tasks, &request)?;
                self.deleted()
            }
            Operation::GetExtendedCard(_) => {
                let card = asker.live.extended_card(&asker.principal).ok_or_else(|| {
                    A2aError::unsupported_operation("this agent has no extended card")
                })?;
                private(self.result(Outcome::Card(&card)))
            }
        };
        Ok(Step::Answered(response))
    }

    /// Room for one more stream of the caller.
    fn stream_place(&self) -> Result<CallerPlace, Refusal> {
        let most = self.asker.live.limits.streams_per_caller;
        let place = self.app.streams.enter(&self.asker.principal, most);
        place.map_err(|TooMany| Refusal::TooManyStreams)
    }

    /// A task that a message went to.
    fn sent(&self, cell: &TaskCell, length: Option<u32>) -> Response {
        // Read where it is kept: a copy would be the dearest part of a short answer.
        cell.read_last(|task| self.result(Outcome::SentTask(&trimmed(task, length))))
    }

    /// A task that was asked for by its id.
    fn task(&self, cell: &TaskCell, length: Option<u32>) -> Response {
        cell.read(|task| self.result(Outcome::Task(&trimmed(task, length))))
    }

    fn result(&self, outcome: Outcome<'_>) -> Response {
        let result = outcome.in_generation(self.binding.generation());
        match &self.binding {
            Binding::JsonRpc { id, .. } => json("application/json", &Success::new(id, result)),
            Binding::Rest { media_type } => json(media_type, &result),
        }
    }

    /// Nothing, in the form that clients insist on: `null` in JSON-RPC, else an empty object.
    fn deleted(&self) -> Response {
        match &self.binding {
            Binding::JsonRpc { .. } => self.result(Outcome::Deleted),
            Binding::Rest { media_type } => json(media_type, &serde_json::json!({})),
        }
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        match (refusal, &self.binding) {
            // Errors of the protocol are `200` in JSON-RPC (`A2A §9`).
            (Refusal::Protocol(error), Binding::JsonRpc { id, generation }) => {
                let response = json("application/json", &Failure::new(id, error, *generation));
                with_outcome(response, Ended::Failed(error.kind()))
            }
            (Refusal::Protocol(error), Binding::Rest { media_type }) => {
                let status = StatusCode::from_u16(error.kind().http_status());
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let response = (status, json(media_type, &error.to_rest())).into_response();
                with_outcome(response, Ended::Failed(error.kind()))
            }
            (Refusal::Denied(denied, words), binding) => {
                let rejection = Rejection::Scope(denied.clone(), words.clone());
                self.asker.live.challenger.respond(&rejection, binding.id())
            }
            (Refusal::Limited(limited), binding) => {
                let rejection = Rejection::TooOften(limited.retry_after);
                self.asker.live.challenger.respond(&rejection, binding.id())
            }
            (Refusal::TooManyStreams, binding) => {
                let rejection = Rejection::TooManyStreams;
                self.asker.live.challenger.respond(&rejection, binding.id())
            }
        }
    }
}

impl Binding<'_> {
    /// Whose names and shapes the answer uses.
    pub(crate) const fn generation(&self) -> Generation {
        match self {
            Self::JsonRpc { generation, .. } => *generation,
            Self::Rest { .. } => Generation::V10,
        }
    }

    /// Which one it is.
    pub(crate) const fn kind(&self) -> BindingKind {
        match self {
            Self::JsonRpc { .. } => BindingKind::JsonRpc,
            Self::Rest { .. } => BindingKind::Rest,
        }
    }

    /// The id that an answer of JSON-RPC repeats.
    pub(crate) const fn id(&self) -> Option<&Id<'_>> {
        match self {
            Self::JsonRpc { id, .. } => Some(id),
            Self::Rest { .. } => None,
        }
    }

    /// The same, free of the request's body.
    fn to_owned(&self) -> Binding<'static> {
        match self {
            Self::JsonRpc { id, generation } => Binding::JsonRpc {
                id: id.clone().into_owned(),
                generation: *generation,
            },
            Self::Rest { media_type } => Binding::Rest { media_type },
        }
    }
}

/// A response that differs from caller to caller (`A2A §3.1.11`).
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(VARY, HeaderValue::from_static("authorization"));
    response
}

/// A JSON response that nobody may keep.
pub(super) fn json(media_type: &'static str, body: &impl Serialize) -> Response {
    // Every body here is made of types whose maps have text for keys, so this does not fail.
    let bytes = to_vec(body).unwrap_or_default();
    let mut response = Response::new(bytes.into());
    // With room for what is added on the way out, so that the map is made once.
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.headers_mut() = headers;
    response
}
