//! The keys of what does the work of a skill: services, and language models.

use agentup_handlers::{http::Identity, llm, upstream::Limits};

use super::{
    super::{
        handlers::HandlerKind,
        values::{Choice, Count, FilePath, Secret, Size, Span, Text, WebUrl},
    },
    Defaulted, Form, Key, Mapping,
};

/// The path of what does the work of a skill.
pub(super) const HANDLER_ENTRY: &str = "skills[].handler";

/// The keys of `ai` that a handler of type `llm` has as well, apart from those that every handler
/// has.
pub(super) const OF_A_MODEL: [&str; 12] = [
    "provider",
    "base_url",
    "model",
    "api_key",
    "api_key_file",
    "system_prompt",
    "system_prompt_file",
    "temperature",
    "max_tokens",
    "history",
    "history_size",
    "identity",
];

/// The words for what does the work of a skill.
const HANDLER_KINDS: &[(&str, HandlerKind)] =
    &[("http", HandlerKind::Http), ("llm", HandlerKind::Llm)];

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

    /// the language model of `basic_assistant`, and of skills that name no other
    AI: Mapping = "ai", Mapping;
    /// the protocol of the model's server
    AI_PROVIDER: Choice<llm::Provider> = "ai.provider", Choice(&[
        ("ollama", llm::Provider::Ollama),
        ("openai", llm::Provider::Openai),
    ]);
    /// where the model's server is
    AI_BASE_URL: WebUrl = "ai.base_url", WebUrl;
    /// the name that the server has for the model
    AI_MODEL: Text = "ai.model", Text;
    /// the key that the server asks for
    AI_API_KEY: Secret = "ai.api_key", Secret;
    /// a file with the key
    AI_API_KEY_FILE: FilePath = "ai.api_key_file", FilePath;
    /// what the model is told before everything else
    AI_SYSTEM_PROMPT: Text = "ai.system_prompt", Text;
    /// a file with what the model is told before everything else
    AI_SYSTEM_PROMPT_FILE: FilePath = "ai.system_prompt_file", FilePath;
    /// how free the model is in the choice of its words
    AI_TEMPERATURE: Count<f64> = "ai.temperature", Count(0.0..=2.0);
    /// the most tokens of an answer
    AI_MAX_TOKENS: Count<u32> = "ai.max_tokens", Count(1..=1_000_000);
    /// the most messages of the conversation that are repeated to the model
    AI_HISTORY: Count<usize> = "ai.history", Count(0..=1000);
    /// the most bytes of these messages together
    AI_HISTORY_SIZE: Size = "ai.history_size", Size(0..=4 << 20);
    /// what the model hears of the caller
    AI_IDENTITY: Choice<llm::Identity> = "ai.identity", Choice(&[
        ("none", llm::Identity::None),
        ("user_id", llm::Identity::UserId),
    ]);
    /// the longest time for a whole answer of the model
    AI_TIMEOUT: Span = "ai.timeout", Span(1..=24 * 60 * 60);
    /// the longest time for a connection to the model's server
    AI_CONNECT_TIMEOUT: Span = "ai.connect_timeout", Span(1..=5 * 60);
    /// the longest time in which the model says nothing
    AI_READ_TIMEOUT: Span = "ai.read_timeout", Span(1..=60 * 60);
    /// the longest answer, in bytes of its text
    AI_MAX_REPLY: Size = "ai.max_reply", Size(1 << 10..=64 << 20);
}
