//! The keys of what does the work of a skill: services, and language models.

use agentup_auth::introspection::ClientAuthentication;
use agentup_handlers::{http::Identity, llm, upstream::Limits};
use http::HeaderName;

use super::{
    super::{
        handlers::{AuthKind, HandlerKind},
        values::{
            Choice, Count, CredentialHeader, FilePath, HostName, ScopeName, Secret, Size, Span,
            Text, WebUrl,
        },
    },
    Defaulted, Form, Key, List, Mapping, Row,
};

/// The path of what does the work of a skill.
pub(in super::super) const HANDLER_ENTRY: &str = "skills[].handler";

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
const HANDLER_KINDS: &[(&str, HandlerKind)] = &[
    ("http", HandlerKind::Http),
    ("llm", HandlerKind::Llm),
    ("a2a", HandlerKind::A2a),
];

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

/// What is said of each of them.
pub(super) fn rows() -> std::slice::Iter<'static, fn() -> Row> {
    ROWS.iter()
}

keys! {
    /// what does the work of the skill
    HANDLER: Mapping = "skills[].handler", Mapping;
    /// the kind of what does the work
    HANDLER_TYPE: Choice<HandlerKind> = "skills[].handler.type", Choice(HANDLER_KINDS);
    /// where the service or the agent behind the skill is
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
    /// the skill of the agent behind this one, if not its usual one
    HANDLER_SKILL_ID: Text = "skills[].handler.skill_id", Text;
    /// hosts beside that of `url` that the card of the agent may send requests to
    HANDLER_ALLOW_HOSTS: List<HostName> = "skills[].handler.allow_hosts", List(HostName);
    /// what proves to the agent behind the skill who asks it
    HANDLER_AUTH: Mapping = "skills[].handler.auth", Mapping;
    /// the kind of what proves it
    HANDLER_AUTH_TYPE: Choice<AuthKind> = "skills[].handler.auth.type", Choice(&[
        ("bearer", AuthKind::Bearer),
        ("api_key", AuthKind::ApiKey),
        ("oauth2", AuthKind::Oauth2),
    ]);
    /// the bearer token
    HANDLER_TOKEN: Secret = "skills[].handler.auth.token", Secret;
    /// a file with the bearer token
    HANDLER_TOKEN_FILE: FilePath = "skills[].handler.auth.token_file", FilePath;
    /// the API key
    HANDLER_KEY: Secret = "skills[].handler.auth.key", Secret;
    /// a file with the API key
    HANDLER_KEY_FILE: FilePath = "skills[].handler.auth.key_file", FilePath;
    /// the header that has the API key
    HANDLER_KEY_HEADER: CredentialHeader = "skills[].handler.auth.header", CredentialHeader,
        or HeaderName::from_static("x-api-key");
    /// where an authorization server grants tokens
    HANDLER_TOKEN_URL: WebUrl = "skills[].handler.auth.token_url", WebUrl;
    /// the id of this agent as a client of that server
    HANDLER_CLIENT_ID: Text = "skills[].handler.auth.client_id", Text;
    /// the secret of that client
    HANDLER_CLIENT_SECRET: Secret = "skills[].handler.auth.client_secret", Secret;
    /// a file with the secret
    HANDLER_CLIENT_SECRET_FILE: FilePath = "skills[].handler.auth.client_secret_file", FilePath;
    /// where a request for a token has the secret
    HANDLER_CLIENT_AUTH: Choice<ClientAuthentication> = "skills[].handler.auth.client_auth", Choice(&[
        ("client_secret_basic", ClientAuthentication::Basic),
        ("client_secret_post", ClientAuthentication::Post),
    ]), or ClientAuthentication::Basic;
    /// the scopes that are asked for
    HANDLER_SCOPES: List<ScopeName> = "skills[].handler.auth.scopes", List(ScopeName);

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
