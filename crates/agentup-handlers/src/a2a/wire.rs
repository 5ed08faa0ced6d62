//! What the other agent is asked and what it answers, in its binding and its generation.

use std::time::Duration;

use agentup_protocol::{
    CancelTaskRequest, ErrorKind, Generation, GetTaskRequest, MethodKind, SendMessageRequest,
    StreamResponse, SubscribeRequest, Task,
    jsonrpc::{Call, Id, Reply},
};
use reqwest::Url;
use serde::Serialize;

use super::endpoint::{Binding, Endpoint};
use crate::{
    SkillError,
    upstream::{Answer, Events, Fault, Purpose},
};

/// How long, and how far, the text of a refusal is read.
const REFUSAL: (Duration, usize) = (Duration::from_secs(2), 64 << 10);

/// What the agent is asked. Tasks are named by their ids.
#[derive(Debug)]
pub(super) enum Ask<'a> {
    Send(&'a SendMessageRequest),
    Stream(&'a SendMessageRequest),
    Get(&'a str),
    Cancel(&'a str),
    Subscribe(&'a str),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing was asked, for we had nothing to show.
    Before(Fault),
    /// Something went wrong on the way.
    Fault(Fault),
    /// The agent refuses, in the words of the protocol: which error, and its code for the log.
    Refused(Option<ErrorKind>, String),
    /// The call cannot be made for this caller.
    Caller(SkillError),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<SkillError> for Trouble {
    fn from(error: SkillError) -> Self {
        Self::Caller(error)
    }
}

impl Ask<'_> {
    const fn kind(&self) -> MethodKind {
        match self {
            Self::Send(_) => MethodKind::SendMessage,
            Self::Stream(_) => MethodKind::SendStreamingMessage,
            Self::Get(_) => MethodKind::GetTask,
            Self::Cancel(_) => MethodKind::CancelTask,
            Self::Subscribe(_) => MethodKind::SubscribeToTask,
        }
    }

    /// What a request is for that asks so.
    pub(super) const fn purpose(&self, endpoint: &Endpoint) -> Purpose {
        Purpose::Agent {
            operation: self.kind().label(),
            version: endpoint.generation.version(),
            binding: endpoint.binding.name(),
        }
    }

    /// The media types of an answer.
    pub(super) const fn accepts(&self) -> &'static str {
        if self.kind().is_streaming() {
            "text/event-stream, application/json, application/a2a+json"
        } else {
            "application/json, application/a2a+json"
        }
    }

    /// Where it is asked.
    pub(super) fn url(&self, endpoint: &Endpoint) -> Url {
        let mut url = endpoint.url.clone();
        if endpoint.binding == Binding::JsonRpc {
            return url;
        }
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            // In this binding the tenant is the first segment (`A2A §11`).
            segments.extend(&endpoint.tenant);
            match self {
                Self::Send(_) => segments.push("message:send"),
                Self::Stream(_) => segments.push("message:stream"),
                Self::Get(id) => segments.extend(["tasks", id]),
                Self::Cancel(id) => segments.push("tasks").push(&format!("{id}:cancel")),
                Self::Subscribe(id) => segments.push("tasks").push(&format!("{id}:subscribe")),
            };
        }
        if matches!(self, Self::Get(_)) {
            url.query_pairs_mut().append_pair("historyLength", "0");
        }
        url
    }

    /// The body, if there is one.
    ///
    /// # Errors
    /// When it cannot be written, which does not happen to values that came as JSON.
    pub(super) fn body(&self, endpoint: &Endpoint) -> Result<Option<Vec<u8>>, SkillError> {
        let tenant = || endpoint.tenant.clone();
        let generation = endpoint.generation;
        match self {
            Self::Send(request) | Self::Stream(request) => {
                self.written(endpoint, request.in_generation(generation))
            }
            Self::Get(id) => self.written(
                endpoint,
                GetTaskRequest {
                    tenant: tenant(),
                    id: (*id).to_owned(),
                    // In 0.3 this would mean all of it.
                    history_length: (generation == Generation::V10).then_some(0),
                },
            ),
            Self::Cancel(id) => self.written(
                endpoint,
                CancelTaskRequest {
                    tenant: tenant(),
                    id: (*id).to_owned(),
                    metadata: None,
                },
            ),
            Self::Subscribe(id) => self.written(
                endpoint,
                SubscribeRequest {
                    tenant: tenant(),
                    id: (*id).to_owned(),
                },
            ),
        }
    }

    fn written(
        &self,
        endpoint: &Endpoint,
        params: impl Serialize,
    ) -> Result<Option<Vec<u8>>, SkillError> {
        let written = match (endpoint.binding, self) {
            (Binding::JsonRpc, _) => {
                let method = self.kind().name(endpoint.generation).unwrap_or_default();
                serde_json::to_vec(&Call::new(Id::number(1), method, params))
            }
            (Binding::Rest, Self::Send(_) | Self::Stream(_)) => serde_json::to_vec(&params),
            (Binding::Rest, Self::Get(_)) => return Ok(None),
            // All that there is to say stands in the path.
            (Binding::Rest, Self::Cancel(_) | Self::Subscribe(_)) => Ok(b"{}".to_vec()),
        };
        written.map(Some).map_err(SkillError::internal)
    }

    /// The answer, unless it is a refusal.
    ///
    /// # Errors
    /// The refusal.
    pub(super) async fn accepted(
        &self,
        answer: Answer,
        endpoint: &Endpoint,
    ) -> Result<Answer, Trouble> {
        if answer.status().is_success() || endpoint.binding == Binding::JsonRpc {
            return Ok(answer.ok()?);
        }
        let status = answer.status().as_u16();
        let wait = answer.retry_after();
        let (time, most) = REFUSAL;
        let body = tokio::time::timeout(time, answer.at_most(most).bytes()).await;
        let kind = body.ok().and_then(Result::ok);
        let kind = kind.and_then(|body| ErrorKind::of_rest(&body));
        Err(match kind {
            Some(kind) => refused(Some(kind), kind.code().into()),
            None => Fault::Status(status, wait).into(),
        })
    }

    /// The one answer that there is.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) async fn read(
        &self,
        answer: Answer,
        endpoint: &Endpoint,
    ) -> Result<StreamResponse, Trouble> {
        let is_json =
            answer.is_of_type("application/json") || answer.is_of_type("application/a2a+json");
        if !is_json {
            return Err(Fault::Senseless("JSON, or a stream where one was asked for").into());
        }
        let body = answer.bytes().await?;
        let result = result(&body, endpoint)?;
        let generation = endpoint.generation;
        let parsed = match self {
            Self::Get(_) | Self::Cancel(_) => {
                Task::parse(result, generation).map(StreamResponse::Task)
            }
            Self::Send(_) | Self::Stream(_) | Self::Subscribe(_) => {
                StreamResponse::parse(result, generation)
            }
        };
        Ok(parsed.map_err(|_| Fault::Senseless("a task or a message of A2A"))?)
    }
}

/// The events of an answer that is a stream.
#[derive(Debug)]
pub(super) struct Listening<'a> {
    events: Events,
    endpoint: &'a Endpoint,
}

impl<'a> Listening<'a> {
    pub(super) fn to(answer: Answer, endpoint: &'a Endpoint) -> Self {
        Self {
            events: answer.events(),
            endpoint,
        }
    }

    /// The next event; none at the end of the stream.
    ///
    /// # Errors
    /// When the stream breaks off, or has something else.
    pub(super) async fn next(&mut self) -> Result<Option<StreamResponse>, Trouble> {
        let Some(event) = self.events.next().await? else {
            return Ok(None);
        };
        let result = result(event.data.as_bytes(), self.endpoint)?;
        let event = StreamResponse::parse(result, self.endpoint.generation);
        Ok(Some(
            event.map_err(|_| Fault::Senseless("an event of A2A"))?,
        ))
    }
}

/// What stands in the envelope, if the binding has one.
fn result<'a>(body: &'a [u8], endpoint: &Endpoint) -> Result<&'a str, Trouble> {
    match endpoint.binding {
        Binding::Rest => {
            let text = str::from_utf8(body);
            Ok(text.map_err(|_| Fault::Senseless("text in UTF-8"))?)
        }
        Binding::JsonRpc => {
            let reply = Reply::parse(body).map_err(|_| Fault::Senseless("a JSON-RPC response"))?;
            match reply.outcome {
                Ok(result) => Ok(result.get()),
                Err(error) => Err(refused(error.kind(), error.code)),
            }
        }
    }
}

/// A refusal. Of its words nothing is kept: they are the other agent's.
fn refused(kind: Option<ErrorKind>, code: i64) -> Trouble {
    Trouble::Refused(kind, code.to_string())
}
