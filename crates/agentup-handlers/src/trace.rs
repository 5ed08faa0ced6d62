//! The trace that a run belongs to, for the services that it calls (W3C Trace Context).

use std::{fmt, sync::Arc};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

/// The longest `tracestate` that is passed on, in bytes (W3C Trace Context §3.3.1.5).
const MAX_STATE: usize = 512;

/// A place in a trace: what the headers `traceparent` and `tracestate` of a request say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    parent_id: u64,
    flags: u8,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// Reads the headers of a request. Nothing comes of a `traceparent` that is not valid, and of
    /// a `tracestate` that is not valid or has none (W3C Trace Context §4.3).
    #[must_use]
    pub fn parse(parent: &str, state: Option<&str>) -> Option<Self> {
        let mut fields = parent.split('-');
        let version = hex(fields.next()?, 2)?;
        let trace_id = hex(fields.next()?, 32)?;
        let parent_id = hex(fields.next()?, 16)?;
        let flags = hex(fields.next()?, 2)?;
        // Later versions may have more fields, this one has not.
        let is_whole = version != 0 || fields.next().is_none();
        let is_valid = version != 0xff && trace_id != 0 && parent_id != 0 && is_whole;
        let is_fit =
            |it: &&str| it.len() <= MAX_STATE && it.bytes().all(|it| matches!(it, b' '..=b'~'));
        is_valid.then_some(Self {
            trace_id,
            parent_id: u64::try_from(parent_id).ok()?,
            flags: u8::try_from(flags).ok()?,
            state: state
                .filter(is_fit)
                .filter(|it| !it.is_empty())
                .map(Arc::from),
        })
    }

    /// A trace of its own, not recorded by anybody yet. None for the ids that no trace may have.
    #[must_use]
    pub const fn new(trace_id: u128, parent_id: u64) -> Option<Self> {
        if trace_id == 0 || parent_id == 0 {
            return None;
        }
        Some(Self {
            trace_id,
            parent_id,
            flags: 0,
            state: None,
        })
    }

    /// The place below this one, for a call that has this id. None for the id that no call may
    /// have.
    #[must_use]
    pub fn child(&self, span_id: u64) -> Option<Self> {
        (span_id != 0).then(|| Self {
            parent_id: span_id,
            ..self.clone()
        })
    }

    /// The same, for a trace that is recorded or is not.
    #[must_use]
    pub const fn with_sampled(mut self, is_sampled: bool) -> Self {
        self.flags = if is_sampled {
            self.flags | 1
        } else {
            self.flags & !1
        };
        self
    }

    /// The id that all calls of the trace share.
    #[must_use]
    pub const fn trace_id(&self) -> u128 {
        self.trace_id
    }

    /// The id of the call that is made here.
    #[must_use]
    pub const fn parent_id(&self) -> u64 {
        self.parent_id
    }

    /// Whether whoever is above records the trace.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The value of `tracestate`, if there is one.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The headers `traceparent` and `tracestate` of a request that is made from here.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let parent = HeaderValue::try_from(self.to_string());
        headers.extend(parent.ok().map(|value| (PARENT, value)));
        let state = self.state().and_then(|it| HeaderValue::try_from(it).ok());
        headers.extend(state.map(|value| (STATE, value)));
        headers
    }
}

/// The value of `traceparent`.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trace_id,
            parent_id,
            // Of the flags only those of this version may be passed on.
            flags,
            ..
        } = self;
        write!(f, "00-{trace_id:032x}-{parent_id:016x}-{:02x}", flags & 3)
    }
}

/// A number of exactly so many digits, in lower case.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let is_number = text.len() == digits && text.bytes().all(is_digit);
    is_number.then(|| u128::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const CALLER: &str = "00f067aa0ba902b7";

    #[test]
    fn a_trace_is_continued() {
        let given = format!("00-{TRACE}-{CALLER}-01");
        let trace = TraceContext::parse(&given, Some("vendor=1")).unwrap();
        assert!(trace.is_sampled());
        assert_eq!(trace.to_string(), given);
        let child = trace.child(1).unwrap();
        assert_eq!(child.to_string(), format!("00-{TRACE}-0000000000000001-01"));
        assert_eq!(child.state(), Some("vendor=1"));
    }

    #[test]
    fn a_later_version_is_read_as_this_one() {
        let later = format!("01-{TRACE}-{CALLER}-05-more");
        let trace = TraceContext::parse(&later, None).unwrap();
        assert_eq!(trace.to_string(), format!("00-{TRACE}-{CALLER}-01"));
    }

    #[test]
    fn what_is_not_valid_begins_no_trace() {
        for parent in [
            String::new(),
            format!("00-{TRACE}-{CALLER}"),
            format!("00-{TRACE}-{CALLER}-01-more"),
            format!("ff-{TRACE}-{CALLER}-01"),
            format!("00-{}-{CALLER}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{CALLER}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{CALLER}-+1"),
            format!("00-{TRACE}-+{}-01", "1".repeat(15)),
        ] {
            assert_eq!(TraceContext::parse(&parent, None), None, "{parent}");
        }
        let parent = format!("00-{TRACE}-{CALLER}-01");
        for state in ["", "a\u{e4}=1", "x".repeat(513).as_str()] {
            let trace = TraceContext::parse(&parent, Some(state)).unwrap();
            assert_eq!(trace.state(), None, "{state}");
        }
    }
}
