//! `agentup-server health`: asks the agent that runs with this configuration how it is. An image
//! without a shell or another client has this for its health check.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
    time::Duration,
};

use agentup_env::{
    Environment,
    cli::input::{InputError, read_bytes},
};
use reqwest::{Client, Identity, redirect};

use crate::config::{Config, MetricsListen, ServerConfig, TlsConfig};

/// How long an agent that is well may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The variables that name the files where no option does.
const VARIABLES: [&str; 2] = ["AGENTUP_CERT_FILE", "AGENTUP_KEY_FILE"];

pub(super) const EXAMPLES: &str = "\
Examples:
  agentup-server health
  agentup-server health --ready --config /etc/agentup/agent_config.yaml
  agentup-server health --cert probe.pem --key probe.key   where clients must show a certificate

Where they must and none is given, it asks at the address of `observability.metrics`, if that is one
of its own: probes need no certificate there.";

/// What is asked, and what is shown where clients must show a certificate.
#[derive(Debug, clap::Args)]
pub(super) struct HealthArgs {
    /// Ask whether it wants requests, too, not only whether it lives
    #[arg(long)]
    ready: bool,
    #[arg(
        long,
        value_name = "FILE",
        help = "Show this certificate to an agent that asks its clients for one (mutual TLS); PEM \
                [env: AGENTUP_CERT_FILE]"
    )]
    cert: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        requires = "cert",
        help = "The private key of --cert, as PEM; not needed where --cert has it as well \
                [env: AGENTUP_KEY_FILE]"
    )]
    key: Option<PathBuf>,
}

/// Why an agent is not well.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwell {
    /// Nobody answers, or not in time.
    #[error("no answer from {0}")]
    Silent(String, #[source] reqwest::Error),
    /// It says so itself.
    #[error("{url} answers with status {status}: {body}")]
    Status {
        url: String,
        status: u16,
        body: String,
    },
    /// It asks for a certificate.
    #[error(
        "clients must show a certificate at {0} (`server.tls.client_auth`)\n  Give one with --cert and \
         --key, or give `observability.metrics` an address of its own: there probes need none."
    )]
    NoCertificate(String),
    #[error("the certificate to show cannot be read")]
    Unreadable(#[from] InputError),
    #[error("{0} has no certificate with an unencrypted private key, as PEM")]
    NoIdentity(String),
    #[error("it cannot be asked")]
    Io(#[from] io::Error),
}

impl HealthArgs {
    /// What the agent of this configuration says.
    pub(super) fn ask(&self, config: &Config, variables: &Environment) -> Result<String, Unwell> {
        let identity = self.identity(variables)?;
        let mut origin = agent(&config.server);
        let tls = config.server.tls.as_ref();
        if identity.is_none() && tls.is_some_and(TlsConfig::requires_certificates) {
            origin = elsewhere(config.metrics.listen).ok_or(Unwell::NoCertificate(origin))?;
        }
        let path = if self.ready { "/readyz" } else { "/healthz" };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(fetch(origin + path, identity))
    }

    /// What to show, from the files of the options or else of the variables.
    fn identity(&self, variables: &Environment) -> Result<Option<Identity>, Unwell> {
        let named = VARIABLES.map(|name| {
            let value = variables.get(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        });
        let [cert, key] = match &self.cert {
            Some(_) => [self.cert.as_ref(), self.key.as_ref()],
            None => named.each_ref().map(Option::as_ref),
        };
        let Some(cert) = cert else {
            return Ok(None);
        };
        let mut text = read_bytes(cert)?;
        if let Some(key) = key {
            text.push(b'\n');
            text.extend_from_slice(&read_bytes(key)?);
        }
        let identity = Identity::from_pem(&text);
        let file = key.unwrap_or(cert).display();
        identity
            .map(Some)
            .map_err(|_| Unwell::NoIdentity(file.to_string()))
    }
}

/// Where the agent itself is asked.
fn agent(server: &ServerConfig) -> String {
    let host = reachable(&server.host);
    format!("{}://{host}:{}", server.scheme(), server.port)
}

/// Where probes are answered without a certificate, if that is known.
fn elsewhere(metrics: Option<MetricsListen>) -> Option<String> {
    match metrics {
        Some(MetricsListen::Own(address)) if address.port() != 0 => {
            let host = reachable(&address.ip().to_string());
            Some(format!("http://{host}:{}", address.port()))
        }
        _ => None,
    }
}

async fn fetch(url: String, identity: Option<Identity>) -> Result<String, Unwell> {
    let answer = async {
        let mut builder = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            // The agent itself is asked, not what a proxy makes of it.
            .no_proxy()
            // On this machine; there may be no certificates to read. Nothing secret is sent, and
            // the certificate of the agent has the name by which others know it.
            .tls_certs_only([])
            .tls_danger_accept_invalid_certs(true);
        if let Some(identity) = identity {
            builder = builder.identity(identity);
        }
        let response = builder.build()?.get(&url).send().await?;
        Ok((response.status(), response.text().await?))
    };
    match answer.await {
        Ok((status, body)) if status.is_success() => Ok(body),
        Ok((status, body)) => Err(Unwell::Status {
            url,
            status: status.as_u16(),
            body,
        }),
        Err(error) => Err(Unwell::Silent(url, error)),
    }
}

/// The host as it stands in a URL. Who listens on every address is asked on this machine's own.
fn reachable(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        Ok(IpAddr::V6(address)) if address.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn the_agent_is_asked_where_it_listens() {
        for (host, asked) in [
            ("0.0.0.0", "127.0.0.1"),
            ("::", "[::1]"),
            ("::1", "[::1]"),
            ("10.0.0.7", "10.0.0.7"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(reachable(host), asked);
        }
    }
}
