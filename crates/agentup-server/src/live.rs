//! What a configuration becomes when it runs: the gate, the skills, the documents, the limits.

use std::{collections::HashSet, net::SocketAddr, sync::Arc};

use agentup_auth::Principal;
use agentup_handlers::{
    AgentFacts, AssistantModel, DuplicateSkill, Registry, Skill, SkillInfo, builtin,
    middleware::{Observer, Timer},
};
use agentup_protocol::{AgentCard, Generation, JsonObject};
use http::HeaderValue;
use serde::Serialize;
use tokio::runtime::TryCurrentError;

use crate::{
    audit::Audit,
    card,
    config::{
        Config, Denial, LimitsConfig, MetricsListen, SchemeKind, SecurityConfig, SkillConfig,
        TrustedProxies,
    },
    gate::{Gate, GateError},
    health::Health,
    http::{Challenger, RESOURCE_METADATA, SIGNING_KEYS},
    limits::Limiters,
    metrics::{Metrics, SkillMeters},
    operations::DenialForm,
    published::Published,
    push::Rules,
    signing::{CannotSign, Signer},
    skill_log::SkillLog,
    tls::{Tls, TlsError},
    traces::Tracer,
};

/// The scope of those who administer the agent.
const ADMIN: &str = "admin";

/// The settings that hold for a request from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) gate: Gate,
    pub(crate) registry: Registry,
    pub(crate) card: Published,
    /// The public half of the key that signs, if one does.
    pub(crate) signing_keys: Option<Published>,
    agent_card: AgentCard,
    /// The origins whose pages may call.
    pub(crate) origins: Vec<HeaderValue>,
    pub(crate) resource_metadata: Published,
    pub(crate) challenger: Challenger,
    pub(crate) limits: LimitsConfig,
    /// What is counted by these limits.
    pub(crate) limiters: Limiters,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) push: Arc<Rules>,
    denial: Denial,
    default_skill: Option<Arc<str>>,
    /// What spans are made with, if traces are sent.
    pub(crate) tracer: Option<Arc<Tracer>>,
    /// The skills of which every call is recorded.
    audited: HashSet<Arc<str>>,
    /// Whether a skill passes its callers' tokens on.
    pub(crate) passes_tokens: bool,
    /// How connections begin, unless by plain HTTP.
    pub(crate) tls: Option<Arc<Tls>>,
    /// What is counted of each skill.
    pub(crate) meters: SkillMeters,
    /// Where metrics are read, if they are.
    pub(crate) metrics_listen: Option<MetricsListen>,
}

/// Why the skills of an agent do not fit together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// A skill of the configuration that nothing answers for.
    #[error(
        "skill `{0}` has no handler: the built-in ones are public_echo, basic_assistant, \
         premium_analyzer and admin_status; others have a `handler`, or a program adds them with \
         `Agent::skill`"
    )]
    NoHandler(String),
    /// A skill for which both the configuration and the program have a handler.
    #[error(
        "skill `{0}` has a `handler` in the configuration and another one in the program: remove \
         one of them"
    )]
    TwoHandlers(String),
    /// Two skills of one id.
    #[error(transparent)]
    Duplicate(#[from] DuplicateSkill),
    /// The default skill is not there.
    #[error("agent.default_skill: `{0}` is not a skill of this agent")]
    NoDefault(String),
    /// Credentials cannot be judged as it is configured.
    #[error("security: {0}")]
    Gate(#[from] GateError),
    /// TLS cannot be spoken as it is configured.
    #[error("server.tls: {0}")]
    Tls(#[from] TlsError),
    /// A document cannot be written as JSON.
    #[error("the agent card cannot be written")]
    Document(#[from] serde_json::Error),
    /// The key of the agent makes no signature.
    #[error("the agent card cannot be signed")]
    Signature,
}

impl Live {
    /// Builds what runs. `skills` are those of the program; `bound` is where the server listens,
    /// for the public URL of an agent that configures none; `health` is what `admin_status` tells.
    /// What happens is counted in `metrics`.
    pub(crate) fn new(
        config: &Config,
        skills: &[Skill],
        bound: Option<SocketAddr>,
        audit: &Audit,
        health: &Health,
        tracer: Option<Arc<Tracer>>,
        metrics: &Metrics,
    ) -> Result<Self, LiveError> {
        let meters = metrics.skills(&skill_ids(config, skills));
        let registry = registry(config, skills, health, tracer.clone(), &meters)?;
        let default_skill = config.agent.default_skill.clone();
        if let Some(id) = default_skill
            .as_deref()
            .filter(|id| registry.skill(id).is_none())
        {
            return Err(LiveError::NoDefault(id.to_owned()));
        }
        let url = public_url(config, bound);
        let address = |place: &str| format!("{}{place}", url.trim_end_matches('/'));
        let security = &config.security;
        if security.enabled && security.schemes.contains(&SchemeKind::Bearer) {
            let issuers = security.issuers.len();
            tracing::info!(
                issuers,
                "JWT mode detected: bearer tokens are verified here"
            );
        }
        let gate = if security.enabled {
            Gate::new(
                security,
                &config.scopes,
                &url,
                audit,
                &metrics.introspections,
            )?
        } else {
            tracing::warn!("security is switched off: everybody may use every skill");
            Gate::open()
        };
        let agent_card = card::of(config, &registry, &url);
        let signing_key = config.agent.signing_key.as_ref();
        let signer = signing_key.map(|key| Signer::new(Arc::clone(key), &address(SIGNING_KEYS)));
        Ok(Self {
            card: Published::new(&signed(&agent_card, signer.as_ref())?.to_hybrid_json())?,
            signing_keys: signing_key
                .map(|key| Published::new(&key.public_keys()))
                .transpose()?,
            agent_card,
            origins: config.server.cors.origins.clone(),
            resource_metadata: Published::new(&ResourceMetadata::of(config, &registry, &url))?,
            challenger: Challenger::new(security.realm.clone(), address(RESOURCE_METADATA))
                .with_schemes(gate.challenges()),
            limits: config.server.limits.clone(),
            limiters: Limiters::new(&config.server.limits),
            trusted_proxies: config.server.trusted_proxies.clone(),
            push: Arc::new(Rules::new(&config.push_notifications, signer)),
            denial: security.denial,
            default_skill: default_skill.map(Arc::from),
            audited: audited(config, &registry),
            tracer,
            passes_tokens: registry.iter().any(Skill::takes_token),
            tls: config
                .server
                .tls
                .as_ref()
                .map(|tls| Tls::new(tls, audit))
                .transpose()?,
            registry,
            gate,
            meters,
            metrics_listen: config.metrics.listen,
        })
    }

    /// Starts to fetch the keys that are to be fetched. Keys that the settings before have serve at
    /// once. Without this such keys never come: looking at a configuration fetches nothing.
    ///
    /// # Errors
    /// When there is something to fetch and no runtime to do it in.
    pub(crate) fn fetch_keys(
        &mut self,
        security: &SecurityConfig,
        before: Option<&Self>,
        audit: &Audit,
    ) -> Result<(), TryCurrentError> {
        let before = before.and_then(|before| before.gate.keys());
        self.gate.fetch_keys(security, before, audit)
    }

    /// How a denial is told to a caller of this generation: each in the form that its clients
    /// understand, unless the configuration forces one.
    pub(crate) const fn denial_form(&self, generation: Generation) -> DenialForm {
        match (self.denial, generation) {
            (Denial::Artifact, _) | (Denial::Auto, Generation::V03) => DenialForm::Artifact,
            (Denial::Http, _) | (Denial::Auto, Generation::V10) => DenialForm::Http,
        }
    }

    /// The card as this caller may see it, if there is one for callers.
    pub(crate) fn extended_card(&self, caller: &Arc<Principal>) -> Option<JsonObject> {
        let card = &self.agent_card;
        let has_one = card.capabilities.extended_agent_card;
        has_one.then(|| card::extended(card, &self.registry, caller).to_hybrid_json())
    }

    /// Whether every call of this skill is recorded in the audit.
    pub(crate) fn is_audited(&self, skill: &str) -> bool {
        self.audited.contains(skill)
    }

    /// The skill of a message that names none.
    pub(crate) fn default_skill(&self) -> Option<&Skill> {
        match &self.default_skill {
            Some(id) => self.registry.skill(id),
            None => self.registry.first_open(),
        }
    }
}

/// The card as everybody sees it. The one of a caller has other skills, so it is not signed.
fn signed(card: &AgentCard, signer: Option<&Signer>) -> Result<AgentCard, LiveError> {
    let signatures = signer.map_or_else(|| Ok(Vec::new()), |signer| signer.card_signatures(card));
    Ok(AgentCard {
        signatures: signatures.map_err(|CannotSign| LiveError::Signature)?,
        ..card.clone()
    })
}

/// The ids of all skills, each at least once.
fn skill_ids(config: &Config, skills: &[Skill]) -> Vec<Arc<str>> {
    let of_program = skills.iter().map(|skill| Arc::clone(skill.id()));
    let configured = config
        .skills
        .iter()
        .map(|skill| skill.skill_id.as_str().into());
    of_program.chain(configured).collect()
}

/// The skills of the configuration, each with its handler, then those that only the program knows.
fn registry(
    config: &Config,
    skills: &[Skill],
    health: &Health,
    tracer: Option<Arc<Tracer>>,
    meters: &SkillMeters,
) -> Result<Registry, LiveError> {
    let facts = Arc::new(AgentFacts {
        name: config.agent.name.clone(),
        version: config.agent.version.clone(),
        authentication: authentication(&config.security),
        secured: config.security.enabled,
        healthy: health.question(),
    });
    let observer: Arc<dyn Observer> = Arc::new((SkillLog { tracer }, meters.clone()));
    let timer = Timer::system();
    let model = config.ai.as_ref().map(|ai| {
        let settings = ai.settings.clone();
        let model = AssistantModel::new(settings, ai.may_be_missing, Arc::clone(&observer));
        Arc::new(model)
    });
    let mut registry = Registry::default();
    for configured in &config.skills {
        let id = configured.skill_id.as_str();
        let of_program = skills.iter().find(|skill| &**skill.id() == id).cloned();
        let built_in = builtin(id, &facts, model.as_ref());
        let of_config = configured.handler.as_ref().map(|it| {
            let skill = it.skill(id, &observer);
            // Whatever does the work of a built-in skill, its callers remain the same.
            match &built_in {
                Some(built_in) => skill.with_requirement(built_in.requirement().clone()),
                None => skill,
            }
        });
        if of_program.is_some() && of_config.is_some() {
            return Err(LiveError::TwoHandlers(id.to_owned()));
        }
        let skill = of_program
            .or(of_config)
            .or(built_in)
            .ok_or_else(|| LiveError::NoHandler(id.to_owned()))?
            .with_info(info(configured));
        let skill = match &configured.required_scopes {
            Some(requirement) => skill.with_requirement(requirement.clone()),
            None => skill,
        }
        .with_claims(configured.claims.clone())
        .with_middleware(&configured.middleware, &timer, &observer);
        registry.register(skill)?;
    }
    for skill in skills {
        if registry.skill(skill.id()).is_none() {
            let skill = skill.clone();
            registry.register(skill.with_middleware(&config.middleware, &timer, &observer))?;
        }
    }
    Ok(registry)
}

/// The skills of which every call is recorded: those that the configuration names, else those that
/// are for administrators.
fn audited(config: &Config, registry: &Registry) -> HashSet<Arc<str>> {
    let Some(audit) = &config.audit else {
        return HashSet::new();
    };
    let is_for_admins = |skill: &Skill| {
        let mut scopes = skill.requirement().scopes().iter();
        scopes.any(|scope| scope.as_str() == ADMIN)
    };
    let is_audited = |skill: &&Skill| match &audit.skills {
        Some(named) => named.contains(&**skill.id()),
        None => is_for_admins(skill),
    };
    let audited = registry.iter().filter(is_audited);
    audited.map(|skill| Arc::clone(skill.id())).collect()
}

/// How callers authenticate, in words.
fn authentication(security: &SecurityConfig) -> String {
    let words = |kind: &SchemeKind| match kind {
        SchemeKind::Bearer => "JWT Bearer",
        SchemeKind::ApiKey => "API key",
        SchemeKind::Oauth2 => "OAuth 2.0",
    };
    let all: Vec<_> = security.schemes.iter().map(words).collect();
    if all.is_empty() {
        return words(&SchemeKind::Bearer).to_owned();
    }
    all.join(", ")
}

fn info(configured: &SkillConfig) -> SkillInfo {
    SkillInfo {
        name: configured.name.clone(),
        description: configured.description.clone(),
        tags: configured.tags.clone(),
        examples: configured.examples.clone(),
        input_modes: configured.input_modes.clone(),
        output_modes: configured.output_modes.clone(),
    }
}

/// Where callers reach the agent, with a slash at its end. It is never taken from a request: a
/// forged `Host` would otherwise stand in the card (`A2A §8.2`).
fn public_url(config: &Config, bound: Option<SocketAddr>) -> String {
    if let Some(url) = &config.agent.url {
        return format!("{}/", url.trim_end_matches('/'));
    }
    let port = bound.map_or(config.server.port, |bound| bound.port());
    let host = match bound {
        Some(bound) if bound.ip().is_unspecified() => "localhost".to_owned(),
        Some(SocketAddr::V6(bound)) => format!("[{}]", bound.ip()),
        Some(SocketAddr::V4(bound)) => bound.ip().to_string(),
        None => config.server.host.clone(),
    };
    format!("{}://{host}:{port}/", config.server.scheme())
}

fn asks_for_certificates(config: &Config) -> bool {
    let tls = config.server.tls.as_ref();
    tls.is_some_and(|tls| tls.client.is_some())
}

/// The protected-resource metadata (RFC 9728 §2).
#[derive(Serialize)]
struct ResourceMetadata {
    resource: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    bearer_methods_supported: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dpop_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dpop_bound_access_tokens_required: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls_client_certificate_bound_access_tokens: bool,
    resource_name: String,
}

impl ResourceMetadata {
    fn of(config: &Config, registry: &Registry, url: &str) -> Self {
        let security = &config.security;
        let of_oauth2 = security
            .oauth2
            .as_ref()
            .and_then(|it| it.rules.issuer.clone());
        let issuers = security
            .issuers
            .iter()
            .filter_map(|issuer| issuer.issuer.clone())
            .chain(of_oauth2);
        // Only an issuer that is a URL can be asked for its own metadata (RFC 8414 §2).
        let authorization_servers = issuers
            .filter(|issuer| issuer.starts_with("https://"))
            .collect();
        let dpop = security.dpop.as_ref();
        let algorithms =
            dpop.map(|dpop| dpop.rules.algorithms.iter().map(|it| it.name()).collect());
        let has_tokens = security
            .schemes
            .iter()
            .any(|kind| *kind != SchemeKind::ApiKey);
        Self {
            resource: url.to_owned(),
            authorization_servers,
            scopes_supported: card::scopes(registry),
            bearer_methods_supported: if has_tokens { &["header"] } else { &[] },
            dpop_signing_alg_values_supported: algorithms.unwrap_or_default(),
            dpop_bound_access_tokens_required: dpop.is_some_and(|dpop| dpop.required),
            // RFC 8705 §3.3 in the words of RFC 9728 §2: that such tokens are checked here.
            tls_client_certificate_bound_access_tokens: has_tokens && asks_for_certificates(config),
            resource_name: config.agent.name.clone(),
        }
    }
}
