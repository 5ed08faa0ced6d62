//! What ties the calls of a run to the request that began it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::SkillContext;
use crate::TraceContext;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
        let mut headers = self.trace().map(|it| it.headers()).unwrap_or_default();
        headers.extend(self.request_header());
        headers
    }

    /// `X-Request-Id`: the request that began the run.
    pub(crate) fn request_header(&self) -> Option<(HeaderName, HeaderValue)> {
        let value = HeaderValue::try_from(self.request_id()).ok()?;
        Some((REQUEST_ID, value))
    }
}
