//! The keys of `security`: which credentials are accepted, and what is asked of them.

use std::time::Duration;

use agentup_auth::{
    Algorithm, DpopRules, IntrospectionRules, Leeway, Policy,
    introspection::{ClientAuthentication, SubjectMember},
    remote::policy::Timing,
};
use http::HeaderName;

use super::{
    super::{
        Denial, SchemeKind,
        proofs::DpopMode,
        values::{
            Choice, Count, CredentialHeader, FilePath, Flag, HostName, KeyUrl, Limit, Moment,
            ScopeName, Secret, SignatureAlgorithm, Span, Text, WebUrl,
        },
    },
    Defaulted, Key, List, Mapping, Mappings, Row, YEAR,
};

/// The path of an API key, in the configuration and in a file of its own.
pub(in super::super) const API_KEY_ENTRY: &str = "security.api_key.keys[]";

/// The path of an issuer in a list of several.
pub(in super::super) const ISSUERS_ENTRY: &str = "security.bearer.issuers[]";

/// The keys of `security.bearer` that are about one issuer, so that each of several has its own.
pub(in super::super) const OF_AN_ISSUER: [&str; 16] = [
    "issuer",
    "audience",
    "algorithm",
    "algorithms",
    "jwt_secret",
    "jwt_secret_file",
    "other_jwt_secret",
    "other_jwt_secret_file",
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

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

/// What is said of each of them.
pub(super) fn rows() -> std::slice::Iter<'static, fn() -> Row> {
    ROWS.iter()
}

keys! {
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
    /// another secret that tokens may be signed with: the one before, or the one to come
    OTHER_JWT_SECRET: Secret = "security.bearer.other_jwt_secret", Secret;
    /// a file with the other secret
    OTHER_JWT_SECRET_FILE: FilePath = "security.bearer.other_jwt_secret_file", FilePath;
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
    MAX_TOKEN_LIFETIME: Limit<Span> = "security.bearer.max_token_lifetime", Limit(Span(1..=YEAR)),
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
}
