//! `agentup-server health`: asks the agent that runs with this configuration how it is. An image
//! without a shell or another client has this for its health check.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use reqwest::{Client, redirect};

use crate::config::ServerConfig;

/// How long an agent that is well may take.
const PATIENCE: Duration = Duration::from_secs(5);

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
    #[error("it cannot be asked")]
    Io(#[from] io::Error),
}

/// What the agent at the configured address says under this path.
pub(super) fn ask(server: &ServerConfig, path: &str) -> Result<String, Unwell> {
    let host = reachable(&server.host);
    let url = format!("{}://{host}:{}{path}", server.scheme(), server.port);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(fetch(url))
}

async fn fetch(url: String) -> Result<String, Unwell> {
    let answer = async {
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            // The agent itself is asked, not what a proxy makes of it.
            .no_proxy()
            // On this machine; there may be no certificates to read. Nothing secret is sent, and
            // the certificate of the agent has the name by which others know it.
            .tls_certs_only([])
            .tls_danger_accept_invalid_certs(true)
            .build()?;
        let response = client.get(&url).send().await?;
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
