//! `environment: production`: the checklist of the requirement document, as far as a configuration
//! shows whether it is met. Each refusal says why, and what to do, or which key says that it is
//! meant. What a single value shows is refused where it is read: published secrets, security that is
//! switched off, web pages of any origin, keys from anywhere.

use agentup_env::cli::terminal::safe_text;
use reqwest::Url;
use tracing::Level;

use super::{
    Config, SchemeKind, Stage, faults::Place, keys, reader::Section, report::Spot,
    values::is_loopback,
};

/// What to do about plain HTTP where others can listen.
pub(super) const PLAIN_HTTP_REMEDY: &str = "set `server.tls`, listen on 127.0.0.1, or, where TLS ends at \
                                            a proxy in front, say so: `server.allow_plain_http: true`";

/// Names of keys with secrets in them, apart from headers.
const SECRETS: [&str; 6] = [
    "jwt_secret",
    "other_jwt_secret",
    "client_secret",
    "api_key",
    "token",
    "key",
];

/// Parts of the names of headers with secrets in them.
const SECRET_HEADERS: [&str; 5] = ["auth", "key", "token", "secret", "cookie"];

/// Reports what a production agent must not be.
pub(super) fn check(root: &Section<'_>, config: &Config) {
    if config.environment != Stage::Production {
        return;
    }
    let check = Check { root, config };
    check.transport();
    check.issuers();
    check.tokens();
    check.webhooks();
    check.pages();
    check.secrets();
    check.process();
}

struct Check<'a> {
    root: &'a Section<'a>,
    config: &'a Config,
}

impl Check<'_> {
    fn fault(&self, path: &str, problem: impl Into<String>, remedy: &str) {
        self.root.fault(&self.root.spot_at(path), problem, remedy);
    }

    /// Tokens that are read on the way can be used by whoever reads them (RFC 6750 §5.3).
    fn transport(&self) {
        let server = &self.config.server;
        if let Some(problem) = server.bareness(&server.host, self.config.environment) {
            self.fault(keys::HOST.key.path, problem, PLAIN_HTTP_REMEDY);
        }
        if let Some(url) = &self.config.agent.url
            && url.starts_with("http:")
            && !server.allow_plain_http
        {
            let problem =
                "is not https: clients would send their tokens where others can read them";
            self.fault(keys::URL.path, problem, "use the https address");
        }
    }

    /// What is published over plain http can be changed on the way, keys among it; and what signs on
    /// this machine signs for a developer.
    fn issuers(&self) {
        let security = &self.config.security;
        for issuer in &security.issuers {
            let Some(url) = issuer.issuer.as_deref().and_then(|it| Url::parse(it).ok()) else {
                continue;
            };
            let is_local = url.host_str().is_some_and(is_loopback);
            if url.scheme() != "http" && !is_local || security.key_guard.check_url(&url).is_ok() {
                continue;
            }
            let name = safe_text(url.as_str());
            let problem = if is_local {
                format!("`{name}` is an issuer on this machine, as developers have it")
            } else {
                format!("`{name}` is not https: whoever is on the way could pass for it")
            };
            let remedy = "use the https address of the issuer, or name its host in \
                          `security.bearer.jwks_allow_hosts` if you mean it";
            self.fault(keys::ISSUER.path, problem, remedy);
        }
    }

    fn tokens(&self) {
        let security = &self.config.security;
        let has_bearer = security.schemes.contains(&SchemeKind::Bearer);
        if has_bearer && security.policy.max_token_lifetime.is_none() {
            let problem = "lets tokens live for ever: one that leaks once is good for good";
            let remedy = "set the longest life that your issuer gives, such as 24h";
            self.fault(keys::MAX_TOKEN_LIFETIME.key.path, problem, remedy);
        }
        if let Some(oauth2) = &security.oauth2
            && oauth2.rules.audiences.is_empty()
            && oauth2.rules.client_ids.is_empty()
        {
            let problem = "accepts every active token of the server, also one for another service";
            let remedy = "set `audience` to the name of this agent in `aud`, or `client_ids`";
            self.fault(keys::OAUTH2.path, problem, remedy);
        }
        if security.allow_insecure {
            let problem = "security cannot be disabled in production";
            self.fault(keys::ALLOW_INSECURE.key.path, problem, "remove it");
        }
    }

    /// A webhook is named by a caller, who would reach what only the agent can reach.
    fn webhooks(&self) {
        let push = &self.config.push_notifications;
        if push.enabled && push.allow_private_targets {
            let problem = "lets callers send requests into the network of the agent";
            let remedy = "name the hosts that are meant in `push_notifications.allow_hosts`";
            self.fault(keys::ALLOW_PRIVATE_TARGETS.key.path, problem, remedy);
        }
    }

    fn pages(&self) {
        let origins = &self.config.server.cors.origins;
        if origins
            .iter()
            .any(|origin| origin.as_bytes().starts_with(b"http:"))
        {
            let problem = "has a page over plain http, which others can change on the way";
            self.fault(
                keys::CORS_ORIGINS.path,
                problem,
                "serve the page over https",
            );
        }
    }

    /// Whoever reads the file would have them, and so would every copy of it.
    fn secrets(&self) {
        for spot in self.root.report.written_secrets() {
            let name = keys::last_step(&spot.path).to_ascii_lowercase();
            let is_header = spot.path.contains(".headers.");
            let is_secret = if is_header {
                SECRET_HEADERS.iter().any(|part| name.contains(part))
            } else {
                SECRETS.contains(&name.as_str())
            };
            if is_secret {
                let remedy = if is_header {
                    "write a variable, as in `\"${NAME}\"`, or name a file in `header_files`"
                        .to_owned()
                } else {
                    format!(
                        "write a variable, as in `\"${{NAME}}\"`, or name a file with `{name}_file`"
                    )
                };
                self.root
                    .fault(&spot, "the secret stands in the configuration", remedy);
            }
        }
    }

    /// Debug messages tell much of callers and of the agent.
    fn process(&self) {
        let process = &self.config.process;
        let problem = "debug messages are not for production: they tell too much";
        let remedy = "log INFO, and single modules in detail: `logging.modules`";
        let variables = [
            ("DEBUG", process.debug),
            ("LOG_LEVEL", process.log_level > Level::INFO),
        ];
        for (name, _) in variables.iter().filter(|(_, is_loud)| *is_loud) {
            let spot = Spot {
                place: Place::Variable(name),
                path: String::new(),
            };
            self.root.fault(&spot, problem, remedy);
        }
        let is_told = variables.iter().any(|(_, is_loud)| *is_loud);
        if self.config.logging.level > Level::INFO && !is_told {
            self.fault(keys::LOG_LEVEL.key.path, problem, remedy);
        }
    }
}
