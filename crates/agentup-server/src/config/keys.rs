//! Every key a configuration may have, once: the reader reads by this table, names unknown keys by
//! it, and takes its defaults and descriptions from it.

use std::time::Duration;

use super::{
    Stage,
    middleware::MiddlewareName,
    values::{
        Choice, Count, Delay, FilePath, Flag, MediaType, Origin, ScopeName, Size, Span, Text,
        WebUrl,
    },
};

/// A key without a default.
pub(super) struct Key<K> {
    /// From the root, with `[]` for each member of a list.
    pub(super) path: &'static str,
    pub(super) kind: K,
    meaning: &'static str,
}

/// A key with a default.
pub(super) struct Defaulted<K: super::values::Kind> {
    pub(super) key: Key<K>,
    pub(super) default: fn() -> K::Value,
}

/// Several values of one kind; a single one may stand for a list of one.
pub(super) struct List<K>(pub(super) K);

/// Keys of its own.
pub(super) struct Mapping;

/// A list of mappings.
pub(super) struct Mappings;

/// A form of its own, which the reader of the key knows.
pub(super) struct Form;

impl<K> Key<K> {
    /// The last step of the path, as it stands in the file.
    pub(super) fn name(&self) -> &'static str {
        last_step(self.path)
    }

    /// What the key is for: a fragment without a full stop.
    pub(super) fn meaning(&self) -> &'static str {
        self.meaning.trim()
    }
}

/// The part of a path behind its last dot.
pub(super) fn last_step(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The names of the keys that a mapping may have. `pattern` is its own path in this table.
pub(super) fn names_in(pattern: &str) -> impl Iterator<Item = &'static str> {
    let elsewhere: &[&str] = match pattern {
        ISSUERS_ENTRY => &OF_AN_ISSUER,
        HANDLER_ENTRY => &OF_A_MODEL,
        _ => &[],
    };
    // Parameters of a middleware stand beside its name, or in a mapping of their own.
    let parameters = pattern.strip_prefix(PARAMETERS_OF);
    let (home, beside) = match parameters {
        Some(home) => (home, None),
        None if pattern.starts_with("middleware[") => (pattern, Some(MIDDLEWARE_ENTRY)),
        None => (pattern, None),
    };
    paths()
        .filter(move |path| parent(path) == home || Some(parent(path)) == beside)
        .map(last_step)
        .chain(elsewhere.iter().copied())
}

/// The mappings in which a key of this name would be known.
pub(super) fn homes_of(name: &str) -> impl Iterator<Item = &'static str> {
    paths()
        .filter(move |path| last_step(path) == name)
        .map(parent)
}

/// The path of every key.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PATHS
        .iter()
        .chain(security::paths())
        .chain(handlers::paths())
        .chain(limits::paths())
        .chain(telemetry::paths())
        .chain(tls::paths())
        .copied()
}

/// What is said of every key.
pub(super) fn rows() -> impl Iterator<Item = Row> {
    let rows = ROWS
        .iter()
        .chain(security::rows())
        .chain(handlers::rows())
        .chain(limits::rows())
        .chain(telemetry::rows())
        .chain(tls::rows());
    rows.map(|row| row())
}

/// The names of what goes around skills.
pub(super) fn middleware_names() -> impl Iterator<Item = &'static str> {
    MIDDLEWARE_NAMES.iter().map(|(name, _)| *name)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(parent, _)| parent)
}

macro_rules! keys {
    ($(
        #[doc = $meaning:literal]
        $name:ident: $kind:ty = $path:literal, $value:expr $(, or $default:expr)?;
    )+) => {
        $(keys!(@row $meaning $name $kind, $path, $value $(, $default)?);)+

        /// The path of every key of this table.
        const PATHS: &[&str] = &[$($path),+];

        /// What is said of each of them, in the same order.
        const ROWS: &[fn() -> $crate::config::keys::Row] = &[$(|| $name.row()),+];
    };
    (@row $meaning:literal $name:ident $kind:ty, $path:literal, $value:expr) => {
        #[doc = $meaning]
        pub(in crate::config) const $name: Key<$kind> = Key { path: $path, kind: $value, meaning: $meaning };
    };
    (@row $meaning:literal $name:ident $kind:ty, $path:literal, $value:expr, $default:expr) => {
        #[doc = $meaning]
        pub(in crate::config) const $name: Defaulted<$kind> = Defaulted {
            key: Key { path: $path, kind: $value, meaning: $meaning },
            default: || $default,
        };
    };
}

mod handlers;
mod limits;
mod row;
mod security;
mod telemetry;
mod tls;

pub(super) use handlers::*;
pub(super) use limits::*;
pub(super) use row::{Row, Takes, row_of};
pub(super) use security::*;
pub(super) use telemetry::*;
pub(super) use tls::*;

/// The path of a middleware of any name.
pub(super) const MIDDLEWARE_ENTRY: &str = "middleware[]";

/// Stands before the path of a middleware for a mapping that has its parameters and nothing else.
const PARAMETERS_OF: &str = "parameters of ";

/// The words for what goes around skills.
const MIDDLEWARE_NAMES: &[(&str, MiddlewareName)] = &[
    ("rate_limited", MiddlewareName::RateLimited),
    ("timed", MiddlewareName::Timed),
    ("cached", MiddlewareName::Cached),
    ("timeout", MiddlewareName::Timeout),
    ("retryable", MiddlewareName::Retryable),
];

/// A year of 365 days, in seconds.
const YEAR: u64 = 365 * 24 * 60 * 60;

keys! {
    /// what the agent says of itself on its card
    AGENT: Mapping = "agent", Mapping;
    /// the name of the agent
    NAME: Text = "agent.name", Text, or "agentup".to_owned();
    /// what the agent is good for
    DESCRIPTION: Text = "agent.description", Text, or "An agent with scope-based access to its skills".to_owned();
    /// the version of the agent
    VERSION: Text = "agent.version", Text, or "0.1.0".to_owned();
    /// the address under which others reach the agent
    URL: WebUrl = "agent.url", WebUrl;
    /// who runs the agent
    PROVIDER: Mapping = "agent.provider", Mapping;
    /// the name of the organization
    ORGANIZATION: Text = "agent.provider.organization", Text;
    /// the web page of the organization
    PROVIDER_URL: WebUrl = "agent.provider.url", WebUrl;
    /// the web page of the agent's documentation
    DOCUMENTATION_URL: WebUrl = "agent.documentation_url", WebUrl;
    /// the picture of the agent
    ICON_URL: WebUrl = "agent.icon_url", WebUrl;
    /// a file with the private key that signs the card and what webhooks are sent
    SIGNING_KEY_FILE: FilePath = "agent.signing_key_file", FilePath;
    /// the skill of a message that names none
    DEFAULT_SKILL: Text = "agent.default_skill", Text;

    /// where and how the agent serves
    SERVER: Mapping = "server", Mapping;
    /// the address to listen on
    HOST: Text = "server.host", Text, or "127.0.0.1".to_owned();
    /// the port to listen on; 0 lets the system choose
    PORT: Count<u16> = "server.port", Count(0..=u16::MAX), or 8000;
    /// what requests, connections and callers may take
    LIMITS: Mapping = "server.limits", Mapping;
    /// which web pages may call the agent
    CORS: Mapping = "server.cors", Mapping;
    /// the origins of these pages
    CORS_ORIGINS: List<Origin> = "server.cors.origins", List(Origin);
    /// whether a production agent may serve plain HTTP where other machines reach it, because TLS ends elsewhere
    ALLOW_PLAIN_HTTP: Flag = "server.allow_plain_http", Flag, or false;
    /// how long requests at hand may take when the server stops
    SHUTDOWN_GRACE: Span = "server.shutdown_grace", Span(0..=60 * 60), or Duration::from_secs(10);

    /// which scopes include which
    SCOPES: Form = "scopes", Form;

    /// what the agent can do
    SKILLS: Mappings = "skills", Mappings;
    /// the name by which messages choose the skill
    SKILL_ID: Text = "skills[].skill_id", Text;
    /// the name of the skill for people
    SKILL_NAME: Text = "skills[].name", Text;
    /// what the skill does
    SKILL_DESCRIPTION: Text = "skills[].description", Text;
    /// words to find the skill by
    TAGS: List<Text> = "skills[].tags", List(Text);
    /// messages that the skill understands
    EXAMPLES: List<Text> = "skills[].examples", List(Text);
    /// the media type that the skill takes
    INPUT_MODE: MediaType = "skills[].input_mode", MediaType;
    /// the media types that the skill takes
    INPUT_MODES: List<MediaType> = "skills[].input_modes", List(MediaType);
    /// the media type that the skill gives
    OUTPUT_MODE: MediaType = "skills[].output_mode", MediaType;
    /// the media types that the skill gives
    OUTPUT_MODES: List<MediaType> = "skills[].output_modes", List(MediaType);
    /// the scopes that a caller of the skill must have
    REQUIRED_SCOPES: Form = "skills[].required_scopes", Form;
    /// scopes of which a caller must have every one
    ALL_OF: List<ScopeName> = "skills[].required_scopes.all_of", List(ScopeName);
    /// scopes of which a caller must have one
    ANY_OF: List<ScopeName> = "skills[].required_scopes.any_of", List(ScopeName);
    /// the claims that a caller's token must have, each with one of the values named
    CLAIMS: Form = "skills[].claims", Form;

    /// what goes around this skill, in place of what goes around every skill
    SKILL_MIDDLEWARE: Form = "skills[].middleware", Form;

    /// what goes around every skill
    MIDDLEWARE: Form = "middleware", Form;
    /// what it does
    MIDDLEWARE_NAME: Choice<MiddlewareName> = "middleware[].name", Choice(MIDDLEWARE_NAMES);
    /// whether it is applied
    MIDDLEWARE_ENABLED: Flag = "middleware[].enabled", Flag, or true;
    /// its parameters, where they do not stand beside its name
    MIDDLEWARE_PARAMS: Mapping = "middleware[].params", Mapping;
    /// its parameters, where they do not stand beside its name
    MIDDLEWARE_CONFIG: Mapping = "middleware[].config", Mapping;
    /// the calls that a caller has in a minute
    REQUESTS_PER_MINUTE: Count<u32> = "middleware[rate_limited].requests_per_minute", Count(1..=1_000_000), or 60;
    /// the calls that may come at once
    BURST_SIZE: Count<u32> = "middleware[rate_limited].burst_size", Count(1..=1_000_000);
    /// for how long an answer serves
    ANSWER_TTL: Span = "middleware[cached].ttl", Span(1..=24 * 60 * 60), or Duration::from_mins(5);
    /// for how long an answer serves
    ANSWER_DEFAULT_TTL: Span = "middleware[cached].default_ttl", Span(1..=24 * 60 * 60);
    /// the most answers that are kept
    MAX_SIZE: Count<usize> = "middleware[cached].max_size", Count(1..=1_000_000), or 1000;
    /// the most bytes of the answers that are kept
    ANSWERS_BYTES: Size = "middleware[cached].max_bytes", Size(64 << 10..=1 << 30), or 16 << 20;
    /// where answers are kept
    BACKEND_TYPE: Choice<()> = "middleware[cached].backend_type", Choice(&[("memory", ())]), or ();
    /// the longest time for an answer, all attempts included
    TIMEOUT_DURATION: Delay = "middleware[timeout].duration", Delay(10..=24 * 60 * 60 * 1000);
    /// the most attempts, the first one included
    MAX_ATTEMPTS: Count<usize> = "middleware[retryable].max_attempts", Count(1..=10), or 3;
    /// the longest pause before the second attempt; each one is twice as long as the one before
    INITIAL_DELAY: Delay = "middleware[retryable].initial_delay", Delay(1..=60 * 60 * 1000), or Duration::from_secs(1);
    /// the longest pause
    MAX_DELAY: Delay = "middleware[retryable].max_delay", Delay(1..=60 * 60 * 1000), or Duration::from_mins(1);

    /// what the agent keeps of its tasks
    STATE: Mapping = "state", Mapping;
    /// how long a task is kept after its last change
    TTL: Span = "state.ttl", Span(1..=YEAR), or Duration::from_hours(1);
    /// the most tasks that are kept
    MAX_TASKS: Count<usize> = "state.max_tasks", Count(1..=10_000_000), or 100_000;
    /// the most tasks that are kept of one caller
    MAX_TASKS_PER_OWNER: Count<usize> = "state.max_tasks_per_owner", Count(1..=10_000_000), or 10_000;
    /// the most messages that are kept of a task
    HISTORY_LIMIT: Count<usize> = "state.history_limit", Count(0..=10_000), or 100;
    /// for how long a message that is sent again gets the task of the first time
    IDEMPOTENCY: Span = "state.idempotency", Span(0..=24 * 60 * 60), or Duration::from_mins(1);
    /// what a skill is told of a conversation
    CONVERSATION: Mapping = "state.conversation", Mapping;
    /// the most messages of a conversation that a skill is told, the one at hand included
    MAX_MESSAGES: Count<usize> = "state.conversation.max_messages", Count(1..=10_000), or 100;
    /// the largest part of a conversation that a skill is told
    MAX_BYTES: Size = "state.conversation.max_bytes", Size(1 << 10..=16 << 20), or 256 << 10;

    /// whom the agent tells of the events of tasks
    PUSH_NOTIFICATIONS: Mapping = "push_notifications", Mapping;
    /// whether callers may name webhooks
    PUSH_ENABLED: Flag = "push_notifications.enabled", Flag, or true;
    /// whether a webhook may be on this machine or a private network
    ALLOW_PRIVATE_TARGETS: Flag = "push_notifications.allow_private_targets", Flag, or false;
    /// hosts that may be on this machine or a private network in any case
    ALLOW_HOSTS: List<Text> = "push_notifications.allow_hosts", List(Text);
    /// how often a notification is tried
    RETRY: Mapping = "push_notifications.retry", Mapping;
    /// the most attempts at a notification, the first one included
    RETRY_ATTEMPTS: Count<usize> = "push_notifications.retry.attempts", Count(1..=20), or 5;
    /// the age at which a notification is given up
    RETRY_MAX_AGE: Span = "push_notifications.retry.max_age", Span(1..=24 * 60 * 60), or Duration::from_mins(15);

    /// whether the agent is in production, where the checks are stricter
    ENVIRONMENT: Choice<Stage> = "environment", Choice(&[
        ("development", Stage::Development),
        ("production", Stage::Production),
    ]), or Stage::Development;
}
