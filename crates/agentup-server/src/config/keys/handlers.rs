//! The keys of `skills[].handler`, of which each type of handler has some.

use agentup_handlers::{http::Identity, upstream::Limits};

use super::{
    super::{
        handlers::HandlerKind,
        values::{Choice, Size, Span, WebUrl},
    },
    Defaulted, Form, Key, Mapping,
};

/// The words for what does the work of a skill.
const HANDLER_KINDS: &[(&str, HandlerKind)] = &[("http", HandlerKind::Http)];

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

keys! {
    /// what does the work of the skill
    HANDLER: Mapping = "skills[].handler", Mapping;
    /// the kind of what does the work
    HANDLER_TYPE: Choice<HandlerKind> = "skills[].handler.type", Choice(HANDLER_KINDS);
    /// where the service behind the skill is
    HANDLER_URL: WebUrl = "skills[].handler.url", WebUrl;
    /// headers that are sent to the service, by name
    HANDLER_HEADERS: Form = "skills[].handler.headers", Form;
    /// files with the values of further headers, by name
    HANDLER_HEADER_FILES: Form = "skills[].handler.header_files", Form;
    /// what the service hears of the caller
    FORWARD_IDENTITY: Choice<Identity> = "skills[].handler.forward_identity", Choice(&[
        ("headers", Identity::Headers),
        ("token", Identity::Token),
        ("none", Identity::None),
    ]), or Identity::Headers;
    /// the longest time for an answer of the service, streams included
    HANDLER_TIMEOUT: Span = "skills[].handler.timeout", Span(1..=24 * 60 * 60), or Limits::default().whole;
    /// the longest time for a connection to the service
    HANDLER_CONNECT_TIMEOUT: Span = "skills[].handler.connect_timeout", Span(1..=5 * 60), or Limits::default().connect;
    /// the longest time without a byte of the service's answer
    HANDLER_READ_TIMEOUT: Span = "skills[].handler.read_timeout", Span(1..=60 * 60), or Limits::default().read;
    /// the largest answer of the service, and the largest sum of a stream
    HANDLER_MAX_REPLY: Size = "skills[].handler.max_reply", Size(1 << 10..=256 << 20), or Limits::default().reply;
}
