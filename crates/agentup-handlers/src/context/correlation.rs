//! What ties the calls of a run to the request that began it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::SkillContext;
use crate::TraceContext;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

impl SkillContext {
    /// The place in the trace for a call that is made now: below the caller's own, where the caller
    /// named one, else in a trace that all calls of the task share. None where the system has no
    /// randomness.
    #[must_use]
    pub fn trace(&self) -> Option<TraceContext> {
        let span_id = getrandom::u64().ok()?;
        match &self.trace {
            Some(trace) => trace.child(span_id),
            None => TraceContext::new(self.own_trace_id()?, span_id),
        }
    }

    /// The place in the trace of this run itself, where its caller named one or the agent keeps one.
    #[must_use]
    pub const fn place(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }

    /// The id of a task is random, and of the length of the id of a trace.
    fn own_trace_id(&self) -> Option<u128> {
        let digits: String = self.task_id().chars().filter(|it| *it != '-').collect();
        u128::from_str_radix(&digits, 16).ok()
    }

    /// The headers `X-Request-Id`, `traceparent` and `tracestate` of a call that is made now.
    #[must_use]
    pub fn correlation(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let trace = self.trace();
        let parent = trace.as_ref().map(ToString::to_string);
        let state = trace.as_ref().and_then(TraceContext::state);
        for (name, value) in [
            (REQUEST_ID, Some(self.request_id())),
            (TRACE_PARENT, parent.as_deref()),
            (TRACE_STATE, state),
        ] {
            let value = value.and_then(|value| HeaderValue::try_from(value).ok());
            headers.extend(value.map(|value| (name, value)));
        }
        headers
    }
}
