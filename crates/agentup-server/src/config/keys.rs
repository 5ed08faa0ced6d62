//! Every key a configuration may have, once: the reader reads by this table, names unknown keys by
//! it, and takes its defaults and descriptions from it.

use std::time::Duration;

use agentup_auth::{Algorithm, Leeway, Policy};

use super::{
    Denial, Stage,
    values::{
        Choice, Count, FilePath, Flag, KeyUrl, Limit, MediaType, Origin, ScopeName, Secret,
        SignatureAlgorithm, Size, Span, Text, WebUrl,
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
    PATHS
        .iter()
        .filter(move |path| parent(path) == pattern)
        .map(|path| last_step(path))
}

/// The mappings in which a key of this name would be known.
pub(super) fn homes_of(name: &str) -> impl Iterator<Item = &'static str> {
    PATHS
        .iter()
        .filter(move |path| last_step(path) == name)
        .map(|path| parent(path))
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

        /// The path of every key.
        const PATHS: &[&str] = &[$($path),+];
    };
    (@row $meaning:literal $name:ident $kind:ty, $path:literal, $value:expr) => {
        #[doc = $meaning]
        pub(super) const $name: Key<$kind> = Key { path: $path, kind: $value, meaning: $meaning };
    };
    (@row $meaning:literal $name:ident $kind:ty, $path:literal, $value:expr, $default:expr) => {
        #[doc = $meaning]
        pub(super) const $name: Defaulted<$kind> = Defaulted {
            key: Key { path: $path, kind: $value, meaning: $meaning },
            default: || $default,
        };
    };
}

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
    TYPE: Choice<()> = "security.type", Choice(&[("bearer", ())]), or ();
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
    /// how long fetched keys are used
    JWKS_CACHE_TTL: Span = "security.bearer.jwks_cache_ttl", Span(1..=24 * 60 * 60), or Duration::from_mins(5);
    /// how far the clocks of issuer and agent may be apart
    LEEWAY: Span = "security.bearer.leeway", Span(0..=Leeway::MAX), or Duration::from_secs(Leeway::default().get());
    /// the longest life of a token
    MAX_TOKEN_LIFETIME: Limit = "security.bearer.max_token_lifetime", Limit(Span(1..=YEAR)),
        or Policy::default().max_token_lifetime.map(Duration::from_secs);
    /// claims that every token must have
    REQUIRED_CLAIMS: List<Text> = "security.bearer.required_claims", List(Text);
    /// the values of `typ` that are accepted
    TOKEN_TYPES: List<Text> = "security.bearer.token_types", List(Text);
    /// the claims that hold scopes
    SCOPE_CLAIMS: List<Text> = "security.bearer.scope_claims", List(Text);

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
