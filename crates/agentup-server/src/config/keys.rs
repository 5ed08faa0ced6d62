//! Every key a configuration may have, once: the reader reads by this table, names unknown keys by
//! it, and takes its defaults and descriptions from it.

use std::time::Duration;

use agentup_auth::{
    Algorithm, DpopRules, IntrospectionRules, Leeway, Policy,
    introspection::{ClientAuthentication, SubjectMember},
    remote::policy::Timing,
};
use http::HeaderName;

use super::{
    Denial, SchemeKind, Stage,
    middleware::MiddlewareName,
    proofs::DpopMode,
    values::{
        Choice, Count, CredentialHeader, Delay, FilePath, Flag, HostName, KeyUrl, Limit, MediaType,
        Moment, Origin, ScopeName, Secret, SignatureAlgorithm, Size, Span, Text, WebUrl,
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
fn paths() -> impl Iterator<Item = &'static str> {
    PATHS.iter().chain(handlers::paths()).copied()
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

pub(super) use handlers::*;

/// The path of an API key, in the configuration and in a file of its own.
pub(super) const API_KEY_ENTRY: &str = "security.api_key.keys[]";

/// The path of a middleware of any name.
pub(super) const MIDDLEWARE_ENTRY: &str = "middleware[]";

/// Stands before the path of a middleware for a mapping that has its parameters and nothing else.
const PARAMETERS_OF: &str = "parameters of ";

/// The path of an issuer in a list of several.
pub(super) const ISSUERS_ENTRY: &str = "security.bearer.issuers[]";

/// The keys of `security.bearer` that are about one issuer, so that each of several has its own.
pub(super) const OF_AN_ISSUER: [&str; 14] = [
    "issuer",
    "audience",
    "algorithm",
    "algorithms",
    "jwt_secret",
    "jwt_secret_file",
    "public_key",
    "public_key_file",
    "jwks_file",
    "jwks_url",
    "oidc_discovery",
    "jwks_cache_ttl",
    "jwks_max_stale",
    "jwks_cool_down",
];

/// The words for the kinds of credentials.
const SCHEME_KINDS: &[(&str, SchemeKind)] = &[
    ("bearer", SchemeKind::Bearer),
    ("api_key", SchemeKind::ApiKey),
    ("oauth2", SchemeKind::Oauth2),
];

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
    /// what a request may take
    LIMITS: Mapping = "server.limits", Mapping;
    /// the largest body of a request
    BODY: Size = "server.limits.body", Size(1 << 10..=64 << 20), or 1 << 20;
    /// the longest time for an answer
    REQUEST_TIMEOUT: Span = "server.limits.request_timeout", Span(1..=60 * 60), or Duration::from_mins(1);
    /// the longest time for one turn of a skill, whether or not its caller waits
    TASK_TIMEOUT: Span = "server.limits.task_timeout", Span(1..=24 * 60 * 60), or Duration::from_mins(10);
    /// the most requests at a time
    CONCURRENCY: Count<usize> = "server.limits.concurrency", Count(1..=1_000_000), or 1024;
    /// which web pages may call the agent
    CORS: Mapping = "server.cors", Mapping;
    /// the origins of these pages
    CORS_ORIGINS: List<Origin> = "server.cors.origins", List(Origin);
    /// how long requests at hand may take when the server stops
    SHUTDOWN_GRACE: Span = "server.shutdown_grace", Span(0..=60 * 60), or Duration::from_secs(10);

    /// who may call the agent
    SECURITY: Mapping = "security", Mapping;
    /// whether callers must authenticate
    ENABLED: Flag = "security.enabled", Flag, or true;
    /// how callers authenticate
    TYPE: Choice<SchemeKind> = "security.type", Choice(SCHEME_KINDS), or SchemeKind::Bearer;
    /// several ways to authenticate, of which each is enough
    SCHEMES: Mappings = "security.schemes", Mappings;
    /// how callers authenticate
    SCHEME_TYPE: Choice<SchemeKind> = "security.schemes[].type", Choice(SCHEME_KINDS);
    /// which tokens are accepted
    SCHEME_BEARER: Mapping = "security.schemes[].bearer", Mapping;
    /// which keys are accepted
    SCHEME_API_KEY: Mapping = "security.schemes[].api_key", Mapping;
    /// who is asked about tokens
    SCHEME_OAUTH2: Mapping = "security.schemes[].oauth2", Mapping;
    /// whether an agent without security may be reached from other machines
    ALLOW_INSECURE: Flag = "security.allow_insecure", Flag, or false;
    /// the name of the protected space in challenges
    REALM: Text = "security.realm", Text, or "agentup".to_owned();
    /// the form in which a denial of a skill is told
    DENIAL: Choice<Denial> = "security.denial", Choice(&[
        ("auto", Denial::Auto),
        ("artifact", Denial::Artifact),
        ("http", Denial::Http),
    ]), or Denial::Auto;

    /// which tokens are accepted
    BEARER: Mapping = "security.bearer", Mapping;
    /// the secret that HS256, HS384 and HS512 tokens are signed with
    JWT_SECRET: Secret = "security.bearer.jwt_secret", Secret;
    /// a file with the secret
    JWT_SECRET_FILE: FilePath = "security.bearer.jwt_secret_file", FilePath;
    /// the signature algorithm of the tokens
    ALGORITHM: SignatureAlgorithm = "security.bearer.algorithm", SignatureAlgorithm, or Algorithm::HS256;
    /// the signature algorithms of the tokens
    ALGORITHMS: List<SignatureAlgorithm> = "security.bearer.algorithms", List(SignatureAlgorithm);
    /// the exact `iss` of the tokens, or a list of them
    ISSUER: List<Text> = "security.bearer.issuer", List(Text);
    /// the name of this agent in `aud`, or a list of them
    AUDIENCE: List<Text> = "security.bearer.audience", List(Text);
    /// the public key of the issuer, as PEM or JWK
    PUBLIC_KEY: Secret = "security.bearer.public_key", Secret;
    /// a file with the public key of the issuer
    PUBLIC_KEY_FILE: FilePath = "security.bearer.public_key_file", FilePath;
    /// a file with the public keys of the issuer, as a JWK set
    JWKS_FILE: FilePath = "security.bearer.jwks_file", FilePath;
    /// the address of the issuer's public keys
    JWKS_URL: KeyUrl = "security.bearer.jwks_url", KeyUrl;
    /// whether the issuer's own metadata tell where its public keys are
    OIDC_DISCOVERY: Flag = "security.bearer.oidc_discovery", Flag, or false;
    /// how long fetched keys are used
    JWKS_CACHE_TTL: Span = "security.bearer.jwks_cache_ttl", Span(1..=24 * 60 * 60), or Duration::from_mins(5);
    /// how long fetched keys serve when they cannot be fetched again
    JWKS_MAX_STALE: Span = "security.bearer.jwks_max_stale", Span(1..=7 * 24 * 60 * 60), or Timing::default().hard_age;
    /// the least time between two fetches for the sake of an unknown key
    JWKS_COOL_DOWN: Span = "security.bearer.jwks_cool_down", Span(1..=60 * 60), or Timing::default().cool_down;
    /// hosts on private networks, or in production on this machine, that keys may be fetched from
    JWKS_ALLOW_HOSTS: List<HostName> = "security.bearer.jwks_allow_hosts", List(HostName);
    /// several issuers, each with keys of its own
    ISSUERS: Mappings = "security.bearer.issuers", Mappings;
    /// how far the clocks of issuer and agent may be apart
    LEEWAY: Span = "security.bearer.leeway", Span(0..=Leeway::MAX), or Duration::from_secs(Leeway::default().get());
    /// how many verified tokens are remembered, so that they are not verified again
    BEARER_CACHED_TOKENS: Count<usize> = "security.bearer.cached_tokens", Count(0..=1_000_000), or 4096;
    /// the longest life of a token
    MAX_TOKEN_LIFETIME: Limit = "security.bearer.max_token_lifetime", Limit(Span(1..=YEAR)),
        or Policy::default().max_token_lifetime.map(Duration::from_secs);
    /// claims that every token must have
    REQUIRED_CLAIMS: List<Text> = "security.bearer.required_claims", List(Text);
    /// the values of `typ` that are accepted
    TOKEN_TYPES: List<Text> = "security.bearer.token_types", List(Text);
    /// the claims that hold scopes
    SCOPE_CLAIMS: List<Text> = "security.bearer.scope_claims", List(Text);
    /// a file with the tokens that were taken back
    REVOCATIONS_FILE: FilePath = "security.bearer.revocations_file", FilePath;
    /// proofs that a token is used by its owner
    DPOP: Mapping = "security.bearer.dpop", Mapping;
    /// whether tokens may or must be bound to a key
    DPOP_MODE: Choice<DpopMode> = "security.bearer.dpop.mode", Choice(&[
        ("off", DpopMode::Off),
        ("optional", DpopMode::Optional),
        ("required", DpopMode::Required),
    ]), or DpopMode::Off;
    /// whether a proof must have a nonce of this agent
    DPOP_NONCE: Flag = "security.bearer.dpop.nonce", Flag, or false;
    /// the algorithms that proofs may be signed with
    DPOP_ALGORITHMS: List<SignatureAlgorithm> = "security.bearer.dpop.algorithms", List(SignatureAlgorithm);
    /// how old a proof may be
    PROOF_LIFETIME: Span = "security.bearer.dpop.proof_lifetime", Span(1..=600),
        or Duration::from_secs(DpopRules::default().proof_lifetime);
    /// how many proofs are remembered, so that none is used twice
    REMEMBERED_PROOFS: Count<usize> = "security.bearer.dpop.remembered_proofs", Count(1000..=10_000_000),
        or DpopRules::default().remembered_proofs;

    /// which keys are accepted
    API_KEY: Mapping = "security.api_key", Mapping;
    /// the header that has the key
    API_KEY_HEADER: CredentialHeader = "security.api_key.header", CredentialHeader,
        or HeaderName::from_static("x-api-key");
    /// whether the query may have the key as `api_key`
    ALLOW_QUERY: Flag = "security.api_key.allow_query", Flag, or false;
    /// a file with keys, as a list
    KEYS_FILE: FilePath = "security.api_key.keys_file", FilePath;
    /// the keys
    API_KEYS: Mappings = "security.api_key.keys", Mappings;
    /// the name of whoever has the key
    API_KEY_NAME: Text = "security.api_key.keys[].name", Text;
    /// the SHA-256 or Argon2id hash of the key
    API_KEY_HASH: Secret = "security.api_key.keys[].hash", Secret;
    /// how a key with an Argon2id hash begins
    API_KEY_PREFIX: Text = "security.api_key.keys[].prefix", Text;
    /// the scopes that the key grants
    API_KEY_SCOPES: List<ScopeName> = "security.api_key.keys[].scopes", List(ScopeName);
    /// the moment from which the key is refused
    API_KEY_EXPIRES: Moment = "security.api_key.keys[].expires", Moment;

    /// who is asked about tokens
    OAUTH2: Mapping = "security.oauth2", Mapping;
    /// where the authorization server is asked about tokens
    INTROSPECTION_ENDPOINT: KeyUrl = "security.oauth2.introspection_endpoint", KeyUrl;
    /// the id of the agent as a client of the server
    CLIENT_ID: Text = "security.oauth2.client_id", Text;
    /// the secret of that client
    CLIENT_SECRET: Secret = "security.oauth2.client_secret", Secret;
    /// a file with the secret
    CLIENT_SECRET_FILE: FilePath = "security.oauth2.client_secret_file", FilePath;
    /// where a question has the secret
    CLIENT_AUTH: Choice<ClientAuthentication> = "security.oauth2.client_auth", Choice(&[
        ("client_secret_basic", ClientAuthentication::Basic),
        ("client_secret_post", ClientAuthentication::Post),
    ]), or ClientAuthentication::Basic;
    /// where clients get tokens
    TOKEN_ENDPOINT: WebUrl = "security.oauth2.token_endpoint", WebUrl;
    /// the exact `iss` that the server must tell
    OAUTH2_ISSUER: Text = "security.oauth2.issuer", Text;
    /// the name of this agent in `aud`, or a list of them
    OAUTH2_AUDIENCE: List<Text> = "security.oauth2.audience", List(Text);
    /// the clients whose tokens are accepted
    CLIENT_IDS: List<Text> = "security.oauth2.client_ids", List(Text);
    /// what names the caller
    SUBJECT: Choice<SubjectMember> = "security.oauth2.subject", Choice(&[
        ("sub", SubjectMember::Sub),
        ("username", SubjectMember::Username),
        ("client_id", SubjectMember::ClientId),
    ]), or SubjectMember::Sub;
    /// how far the clocks of server and agent may be apart
    OAUTH2_LEEWAY: Span = "security.oauth2.leeway", Span(0..=Leeway::MAX), or Duration::from_secs(Leeway::default().get());
    /// how long the server may take
    INTROSPECTION_TIMEOUT: Span = "security.oauth2.timeout", Span(1..=60), or Duration::from_secs(5);
    /// the most questions at a time
    INTROSPECTION_CONCURRENCY: Count<usize> = "security.oauth2.concurrency", Count(1..=10_000), or 64;
    /// how long an answer is believed
    CACHE_TTL: Span = "security.oauth2.cache_ttl", Span(0..=60 * 60),
        or Duration::from_secs(IntrospectionRules::default().ttl);
    /// how long a refusal is believed
    NEGATIVE_CACHE_TTL: Span = "security.oauth2.negative_cache_ttl", Span(0..=60 * 60),
        or Duration::from_secs(IntrospectionRules::default().negative_ttl);
    /// how many answers are remembered
    CACHED_TOKENS: Count<usize> = "security.oauth2.cached_tokens", Count(0..=1_000_000),
        or IntrospectionRules::default().cached_tokens;

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
