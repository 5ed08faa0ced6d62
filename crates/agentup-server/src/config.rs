//! The configuration: from a YAML file and the environment to settings that can run.
//!
//! [`load`] either gives a [`Config`] that holds only usable values, or [`Faults`] with all that
//! is wrong. The file is read as a tree with positions, variables are replaced inside of its
//! texts, and each section is read by the one table of keys.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use agentup_auth::{
    Algorithm, ClaimCondition, Policy, Requirement, ScopeGraph, TrustedIssuer,
    remote::{RemoteIssuer, guard::Guard},
};
use agentup_env::Environment;
use agentup_handlers::middleware::MiddlewareSettings;
use http::HeaderValue;

mod agent;
mod ai;
mod api_keys;
mod bearer;
mod claims;
mod faults;
mod handlers;
mod key_sources;
mod keys;
mod limits;
mod logging;
mod middleware;
mod oauth2;
mod observability;
mod otlp;
mod process;
mod production;
mod proofs;
mod proxies;
mod push;
mod reader;
mod reference;
mod report;
mod schema;
mod schemes;
mod scopes;
mod security;
mod server;
mod show;
mod skills;
mod tls;
mod tree;
mod trust;
mod values;
mod variables;

pub use ai::AiConfig;
pub use api_keys::{ApiKeyConfig, KeysFile};
pub use faults::{Fault, Faults, Warning};
pub use handlers::HandlerConfig;
pub use limits::LimitsConfig;
pub use logging::{LogFormat, LoggingConfig};
pub use oauth2::Oauth2Config;
pub use observability::{AuditConfig, AuditTarget, MetricsConfig, MetricsListen, RotationConfig};
pub use otlp::{OtlpConfig, SamplerConfig};
pub use process::ProcessConfig;
pub use proofs::DpopConfig;
pub(crate) use proofs::{MAX_REVOCATIONS_BYTES, revocations};
pub use proxies::{ForwardedHeader, TrustedProxies};
pub use reference::reference;
pub(crate) use report::read_bounded;
pub use schema::schema;
pub use show::show;
pub use tls::{ClientAuth, ClientCertificatesConfig, TlsConfig, TlsVersion};

use crate::followed::FileState;
pub use crate::signing::{PrivateKey, UnusableKey};

use faults::Place;
use reader::Section;
use report::{Finished, Report, Spot};
use show::{Shown, Step};

/// The largest configuration, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// A configuration that can run. Only [`load`] makes one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// What the agent says of itself.
    pub agent: AgentConfig,
    /// Where and how it serves. To change the address, use [`Config::listen_on`].
    pub server: ServerConfig,
    /// Who may call it.
    pub security: SecurityConfig,
    /// Which scopes include which. Default: admin ⊃ premium ⊃ basic ⊃ public.
    pub scopes: ScopeGraph,
    /// What it can do, in the order of the file. Ids are unique. May be empty.
    pub skills: Vec<SkillConfig>,
    /// What goes around skills that are not in the list above. Default: nothing.
    pub middleware: MiddlewareSettings,
    /// The language model of `basic_assistant`. None: it answers a few keywords.
    pub ai: Option<AiConfig>,
    /// What it keeps of its tasks.
    pub state: StateConfig,
    /// Whom it tells of the events of tasks.
    pub push_notifications: PushConfig,
    /// What it logs.
    pub logging: LoggingConfig,
    /// Where what matters to security is recorded. Default: nowhere.
    pub audit: Option<AuditConfig>,
    /// Where traces are sent. Default: nowhere.
    pub otlp: Option<OtlpConfig>,
    /// Counts for Prometheus.
    pub metrics: MetricsConfig,
    /// Where it runs. Default: development.
    pub environment: Stage,
    /// What the environment says of the process, apart from the file.
    pub process: ProcessConfig,
    shown: Shown,
}

/// `agent`: what the agent says of itself on its card.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// The name. Default: `agentup`.
    pub name: String,
    /// What the agent is good for.
    pub description: String,
    /// The version. Default: `0.1.0`.
    pub version: String,
    /// The absolute URL under which others reach the agent. Default: where it listens.
    pub url: Option<String>,
    /// Who runs it.
    pub provider: Option<ProviderConfig>,
    /// The absolute URL of its documentation.
    pub documentation_url: Option<String>,
    /// The absolute URL of its picture.
    pub icon_url: Option<String>,
    /// The skill of a message that names none. Default: the first that requires no scope.
    pub default_skill: Option<String>,
    /// The key that signs the card and what webhooks are sent. Default: nothing is signed.
    pub signing_key: Option<Arc<PrivateKey>>,
}

/// `agent.provider`: who runs the agent.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// The name of the organization.
    pub organization: String,
    /// The absolute URL of its web page.
    pub url: String,
}

/// `server`: where and how the agent serves.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The host name or IP address to listen on. Default: `127.0.0.1`.
    pub host: String,
    /// The port; 0 lets the system choose. Default: 8000.
    pub port: u16,
    /// How it speaks TLS. Default: it speaks plain HTTP.
    pub tls: Option<TlsConfig>,
    /// What requests, connections and callers may take.
    pub limits: LimitsConfig,
    /// Which web pages may call.
    pub cors: CorsConfig,
    /// Who is believed to say for whom they ask.
    pub trusted_proxies: TrustedProxies,
    /// How long requests are still taken when the server is told to stop. Default: not at all.
    pub shutdown_delay: Duration,
    /// Whether a production agent may serve plain HTTP where other machines reach it, because TLS
    /// ends elsewhere. Default: no.
    pub allow_plain_http: bool,
    /// How long requests at hand may take when the server stops. Default: 10 seconds.
    pub shutdown_grace: Duration,
}

/// `server.cors`: which web pages may call the agent from a browser.
#[derive(Clone, Debug)]
pub struct CorsConfig {
    /// Their origins (RFC 6454 §6.1); `*` is all. Default: none.
    pub origins: Vec<HeaderValue>,
}

/// `security`: who may call the agent.
#[derive(Clone, Debug)]
pub struct SecurityConfig {
    /// Whether callers must authenticate. If not, what follows about tokens is empty. Default: yes.
    pub enabled: bool,
    /// Whether security may be disabled on an address that other machines reach. Default: no.
    pub allow_insecure: bool,
    /// The realm of challenges: printable ASCII without quotes. Default: `agentup`.
    pub realm: String,
    /// The form in which a denial of a skill is told. Default: each client's own.
    pub denial: Denial,
    /// The kinds of credentials that are accepted, in the order of the file. Default: bearer.
    pub schemes: Vec<SchemeKind>,
    /// The algorithms that tokens may be signed with, all symmetric or all asymmetric.
    pub algorithms: Vec<Algorithm>,
    /// Whose tokens are accepted, each with the keys that are known now. Those without any are in
    /// [`SecurityConfig::remote_keys`], and their keys are [`agentup_auth::KeySet::unavailable`].
    pub issuers: Vec<TrustedIssuer>,
    /// What else is asked of tokens.
    pub policy: Policy,
    /// Where further keys of the issuers are to be fetched.
    pub remote_keys: Vec<RemoteIssuer>,
    /// What they may be fetched from.
    pub key_guard: Guard,
    /// What is asked of tokens that are bound to a key. Default: they are refused.
    pub dpop: Option<DpopConfig>,
    /// The file of tokens that were taken back, to be read again when it changes.
    pub revocations: Option<PathBuf>,
    /// Which API keys are accepted. There if the schemes have them.
    pub api_key: Option<ApiKeyConfig>,
    /// Who is asked about opaque tokens. There if the schemes have them.
    pub oauth2: Option<Oauth2Config>,
}

/// A kind of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// Tokens that are verified here.
    Bearer,
    /// Keys.
    ApiKey,
    /// Tokens that their server is asked about.
    Oauth2,
}

/// `security.denial`: the form in which a denial of a skill is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A task to clients of A2A 0.3, status 403 to those of 1.0.
    Auto,
    /// Always a rejected task, whose artifact says why.
    Artifact,
    /// Always status 403 with a challenge.
    Http,
}

/// One of `skills`: something that the agent can do.
#[derive(Clone, Debug)]
pub struct SkillConfig {
    /// The name by which messages choose it.
    pub skill_id: String,
    /// The name for people. Default: empty.
    pub name: String,
    /// What it does. Default: empty.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Messages that it understands.
    pub examples: Vec<String>,
    /// The media types that it takes. Empty: the agent's.
    pub input_modes: Vec<String>,
    /// The media types that it gives. Empty: the agent's.
    pub output_modes: Vec<String>,
    /// The scopes that a caller must have. None: those that its handler names.
    pub required_scopes: Option<Requirement>,
    /// The claims that a caller's token must have beside the scopes. Default: none.
    pub claims: Vec<ClaimCondition>,
    /// What goes around it: what goes around every skill, and its own in place of that.
    pub middleware: MiddlewareSettings,
    /// What does the work. None: the program, or the built-in skill of this id.
    pub handler: Option<HandlerConfig>,
}

/// `state`: what the agent keeps of its tasks, in memory.
#[derive(Clone, Debug)]
pub struct StateConfig {
    /// How long a task is kept after its last change. Default: one hour.
    pub ttl: Duration,
    /// The most tasks of all callers. Default: 100 000.
    pub max_tasks: usize,
    /// The most tasks of one caller. Default: 10 000.
    pub max_tasks_per_owner: usize,
    /// The most messages of a task. Default: 100.
    pub history_limit: usize,
    /// For how long a message that is sent again gets the task of the first time (`A2A §3.3.1`);
    /// zero: never. Default 1 minute.
    pub idempotency: Duration,
    /// What a skill is told of a conversation.
    pub conversation: ConversationConfig,
}

/// `state.conversation`: how much of a conversation a skill is told that asks for it. The oldest
/// messages are left out first.
#[derive(Clone, Debug)]
pub struct ConversationConfig {
    /// The most messages, the one at hand included. Default: 100.
    pub max_messages: usize,
    /// The most bytes of all of them together. The message at hand is told in any case. Default:
    /// 256 KiB.
    pub max_bytes: usize,
}

/// `push_notifications`: whom the agent tells of the events of tasks.
#[derive(Clone, Debug)]
pub struct PushConfig {
    /// Whether callers may name webhooks. Default: yes.
    pub enabled: bool,
    /// Whether a webhook may be on this machine or a private network; one on this machine may then
    /// be plain http. Default: no.
    pub allow_private_targets: bool,
    /// Hosts, by name or address, that may be on this machine or a private network in any case.
    pub allow_hosts: Vec<String>,
    /// How often a notification is tried.
    pub retry: RetryConfig,
}

/// `push_notifications.retry`: how often a notification is tried.
#[derive(Clone, Debug)]
pub struct RetryConfig {
    /// The most attempts, the first one included. Default: 5.
    pub attempts: usize,
    /// The age at which a notification is given up. Default: 15 minutes.
    pub max_age: Duration,
}

/// `environment`: where the agent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On the way: what would be refused in production is warned of.
    Development,
    /// In use: whatever opens the agent to others than its callers is refused, such as secrets that
    /// can be guessed or plain HTTP.
    Production,
}

/// A configuration, and what is strange about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// To be logged.
    pub warnings: Vec<Warning>,
    /// The files that it was made of, as they were before they were read, but for those that are
    /// followed by themselves.
    pub(crate) files: Vec<FileState>,
}

/// Reads a configuration file.
///
/// # Errors
/// With every fault of the file and of the variables that are settings, each with its place and
/// remedy, and without the value of any secret.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Faults> {
    let report = Report::new(path, environment);
    report.note_file(path);
    let text = match fs::read_to_string(path) {
        Ok(text) if text.len() > MAX_BYTES => {
            let problem = format!("has more than {MAX_BYTES} bytes");
            return Err(report::fault(&report.whole_file(), problem, String::new()).into());
        }
        Ok(text) => text,
        Err(error) => {
            let problem = format!("cannot be read: {error}");
            return Err(report::fault(&report.whole_file(), problem, String::new()).into());
        }
    };
    let mut duplicates = Vec::new();
    let tree = tree::parse(&text, &mut duplicates);
    for problem in duplicates {
        report.fault(&report.spot(problem.at, problem.path), problem.what, "");
    }
    let config = match &tree {
        Ok(tree) => read(&Section::root(&report, tree), &report),
        Err(problem) => {
            let spot = report.spot(problem.at, problem.path.as_str());
            return Err(report::fault(&spot, problem.what.clone(), String::new()).into());
        }
    };
    let Finished {
        warnings,
        shown,
        files,
    } = report.finish()?;
    Ok(Loaded {
        config: Config { shown, ..config },
        warnings,
        files,
    })
}

/// Reads every section. Where something is wrong the result has a default, and the report the
/// fault.
fn read(root: &Section<'_>, report: &Report<'_>) -> Config {
    let stage = root.value(&keys::ENVIRONMENT).value;
    let agent = agent::read(&root.section(&keys::AGENT));
    let (server, host) = server::read(&root.section(&keys::SERVER), stage);
    let security = security::read(&root.section(&keys::SECURITY), stage);
    if let Some(problem) = security.exposure(&server.host) {
        report.fault(&host, problem, security::EXPOSURE_REMEDY);
    }
    let scopes = scopes::read(root);
    let task_timeout = server.limits.task_timeout;
    let middleware = middleware::read(root, &keys::MIDDLEWARE, task_timeout);
    let ai = ai::read(root, stage);
    let skills = skills::read(root, &scopes, &ai, &middleware, task_timeout, stage);
    let observability = root.section(&keys::OBSERVABILITY);
    let otlp = otlp::read(&observability, &agent.name, &agent.version, stage);
    let config = Config {
        agent,
        security,
        middleware: middleware.settings(),
        server,
        scopes,
        ai: ai.into_config(),
        state: server::read_state(&root.section(&keys::STATE)),
        push_notifications: push::read(&root.section(&keys::PUSH_NOTIFICATIONS)),
        logging: logging::read(&root.section(&keys::LOGGING)),
        audit: observability::read_audit(&observability, &skills),
        otlp,
        metrics: observability::read_metrics(&observability, stage),
        skills,
        environment: stage,
        process: process::read(report),
        shown: Shown::default(),
    };
    production::check(root, &config);
    config
}

impl Config {
    /// Whether another configuration has something else for a key of this path, lists not entered.
    pub(crate) fn differs_at(&self, path: &str, other: &Self) -> bool {
        self.shown.at(path) != other.shown.at(path)
    }

    /// Listens elsewhere than the file says.
    ///
    /// # Errors
    /// When other machines could reach the new address, and security is disabled, or the agent is in
    /// production without TLS.
    pub fn listen_on(&mut self, host: Option<&str>, port: Option<u16>) -> Result<(), Faults> {
        if let Some(host) = host {
            let exposure = self.security.exposure(host);
            let exposure = exposure.map(|problem| (problem, security::EXPOSURE_REMEDY));
            let bareness = self.server.bareness(host, self.environment);
            let bareness = bareness.map(|problem| (problem, production::PLAIN_HTTP_REMEDY));
            if let Some((problem, remedy)) = exposure.or(bareness) {
                let spot = Spot {
                    place: Place::Option("--host"),
                    path: String::new(),
                };
                return Err(report::fault(&spot, problem, remedy.to_owned()).into());
            }
            host.clone_into(&mut self.server.host);
            self.shown.insert(
                &["server", "host"].map(|key| Step::Key(key.to_owned())),
                host.into(),
            );
        }
        if let Some(port) = port {
            self.server.port = port;
            self.shown.insert(
                &["server", "port"].map(|key| Step::Key(key.to_owned())),
                port.into(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
