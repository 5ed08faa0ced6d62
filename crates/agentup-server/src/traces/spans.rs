//! The spans of the agent, with the names that OpenTelemetry's semantic conventions have for HTTP
//! and for generative AI, and `a2a.*` for what they have no name for.

use std::time::Duration;

use agentup_env::clock;
use agentup_handlers::TraceContext;
use chrono::{DateTime, Utc};

use super::{
    Place, Tracer,
    message::{AnyValue, KeyValue, Kind, Span, Status, StatusCode, Value},
};
use crate::record::{Outcome, Record};

impl Tracer {
    /// A request has ended.
    pub(crate) fn request(&self, place: &Place, record: &Record) {
        if record.is_probe() {
            return;
        }
        let (notes, status) = (&record.notes, record.status.as_u16());
        let mut attributes = vec![
            text("http.request.method", record.method.as_str()),
            text("http.route", record.route),
            number("http.response.status_code", u64::from(status)),
            text("agentup.request.id", &record.id),
            text("agentup.outcome", record.outcome.code()),
        ];
        if let Some(client) = record.client {
            attributes.push(text("client.address", &client.to_string()));
        }
        if let Some(asked) = notes.asked {
            attributes.push(text("a2a.operation", asked.operation.label()));
            attributes.push(text("a2a.version", asked.generation.version()));
            attributes.push(text("a2a.binding", asked.binding.name()));
        }
        if let Some(principal) = &notes.principal {
            attributes.push(text("user.id", principal.id().subject()));
        }
        if let Some(skill) = &notes.skill {
            attributes.push(text("a2a.skill.id", skill));
        }
        if let Some(task) = &notes.task {
            attributes.extend(of_task(task.id(), task.context_id()));
        }
        // The agent's faults are errors; those of its callers are not (HTTP spans, status).
        let is_failed = status >= 500 && !matches!(record.outcome, Outcome::Abandoned);
        self.end(
            place,
            Ended {
                name: format!("{} {}", record.method, record.route),
                kind: Kind::Server,
                took: record.took,
                attributes,
                error: is_failed.then(|| record.outcome.code()),
            },
        );
    }

    /// A skill has run.
    pub(crate) fn skill(&self, place: &Place, run: &SkillRan<'_>) {
        let mut attributes = vec![
            text("a2a.skill.id", run.skill),
            text("agentup.outcome", run.outcome),
        ];
        attributes.extend(of_task(run.task, run.context));
        self.end(
            place,
            Ended {
                name: format!("skill {}", run.skill),
                kind: Kind::Internal,
                took: run.took,
                attributes,
                error: (run.outcome == "failed").then_some(run.outcome),
            },
        );
    }

    pub(super) fn end(&self, place: &Place, ended: Ended<'_>) {
        let context: &TraceContext = &place.context;
        if !context.is_sampled() {
            return;
        }
        let now = clock::utc_now();
        let begun = chrono::Duration::from_std(ended.took).ok();
        let begun = begun.and_then(|took| now.checked_sub_signed(took));
        let mut attributes = ended.attributes;
        attributes.extend(ended.error.map(|error| text("error.type", error)));
        self.send(Span {
            trace_id: context.trace_id().to_be_bytes().to_vec(),
            span_id: context.parent_id().to_be_bytes().to_vec(),
            trace_state: context.state().unwrap_or_default().to_owned(),
            parent_span_id: place
                .parent
                .map(|id| id.to_be_bytes().to_vec())
                .unwrap_or_default(),
            flags: 1,
            name: ended.name,
            kind: ended.kind.into(),
            begun: nanos(begun.unwrap_or(now)),
            ended: nanos(now),
            attributes,
            status: ended.error.map(|_| Status {
                code: StatusCode::Error.into(),
            }),
        });
    }
}

/// One run of a skill.
pub(crate) struct SkillRan<'a> {
    pub(crate) skill: &'a str,
    pub(crate) task: &'a str,
    pub(crate) context: &'a str,
    /// `completed`, `failed`, …
    pub(crate) outcome: &'static str,
    pub(crate) took: Duration,
}

/// What is told of a span when it has ended, which is now.
pub(super) struct Ended<'a> {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) took: Duration,
    pub(super) attributes: Vec<KeyValue>,
    pub(super) error: Option<&'a str>,
}

fn of_task(task: &str, context: &str) -> [KeyValue; 3] {
    [
        text("a2a.task.id", task),
        text("a2a.context.id", context),
        // What generative AI calls it.
        text("gen_ai.conversation.id", context),
    ]
}

/// An attribute that is a text.
pub(super) fn text(name: &str, value: &str) -> KeyValue {
    attribute(name, Value::Text(value.to_owned()))
}

pub(super) fn number(name: &str, value: u64) -> KeyValue {
    attribute(
        name,
        Value::Number(i64::try_from(value).unwrap_or(i64::MAX)),
    )
}

pub(super) fn attribute(name: &str, value: Value) -> KeyValue {
    KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
    }
}

/// Nanoseconds of the Unix epoch.
fn nanos(time: DateTime<Utc>) -> u64 {
    let nanos = time.timestamp_nanos_opt().unwrap_or_default();
    u64::try_from(nanos).unwrap_or_default()
}
