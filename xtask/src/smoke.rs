//! `smoke`: a few questions to a running agent, for the minute after a deployment. They are asked
//! with `agentup-client`, which speaks TLS and knows what to expect of a token.

use std::io::Read as _;
use std::process::{ExitCode, Output};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::http::Http;
use crate::sh::Sh;
use crate::toolbox::Toolbox;

/// Where agentup-client takes a token from, so that it need not stand on a command line, where
/// every user of the machine can read it.
const TOKEN: &str = "AGENTUP_TOKEN";

/// What agentup-client ends with when the agent wants a credential.
const UNAUTHENTICATED: i32 = 3;

/// Ask a running agent whether it is well
///
/// Its card, its health, that it refuses a request without a token, and that the given token opens
/// those skills that its scopes should open and no other. Exit code 1 if anything is amiss.
#[derive(Args)]
pub(crate) struct Smoke {
    /// The agent's address
    #[arg(long, value_name = "URL", default_value = "http://localhost:8000")]
    url: String,

    /// The token, or - to read it from standard input
    #[arg(long, value_name = "TOKEN", env = TOKEN, hide_env_values = true, default_value = "-")]
    token: String,
}

impl Smoke {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let url = self.url.trim_end_matches('/');
        let token = read_token(self.token)?;
        let toolbox = Toolbox::build()?;
        let client = |args: &[&str], token: &str| {
            let client = toolbox.sh("agentup-client").args(["--url", url]).args(args);
            client.env(TOKEN, token).talk("")
        };

        println!("\n🔎 {url}\n");
        let verdicts = [
            show("agent card", demand(&client(&["discovery"], "")?, 0)),
            show("health", healthy(url)),
            show(
                "refusal without a token",
                demand(
                    &client(&["send", "public_echo", "hello"], "")?,
                    UNAUTHENTICATED,
                ),
            ),
            show(
                "skills of the token",
                demand(&client(&["test"], &token)?, 0),
            ),
        ];
        Ok(if verdicts.contains(&false) {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn read_token(token: String) -> Result<String> {
    let token = if token == "-" {
        let mut input = String::new();
        std::io::stdin().read_to_string(&mut input)?;
        input
    } else {
        token
    };
    let token = token.trim();
    if token.is_empty() {
        bail!("give a token: with --token, in {TOKEN} or on standard input");
    }
    Ok(token.to_owned())
}

/// The runner itself has no TLS: that would make it slow to build for everybody.
fn healthy(url: &str) -> Result<String> {
    if url.starts_with("https://") {
        let limits = ["--fail", "--silent", "--show-error", "--max-time", "10"];
        let curl = Sh::new("curl").args(limits).arg(format!("{url}/healthz"));
        return demand(&curl.talk("").context("curl is needed here")?, 0);
    }
    match Http::new(url).fetch("/healthz")?.status {
        200 => Ok(String::new()),
        status => bail!("HTTP {status}"),
    }
}

/// What the program printed, if it ended with this exit code.
fn demand(output: &Output, code: i32) -> Result<String> {
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.code() != Some(code) {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{}, not {code}\n{said}{complaint}", output.status);
    }
    Ok(said.into_owned())
}

/// Prints the verdict, and true if it is good.
fn show(what: &str, outcome: Result<String>) -> bool {
    match outcome {
        Ok(said) => {
            println!("✅ {what}");
            for line in said.lines().filter(|line| !line.is_empty()) {
                println!("   {line}");
            }
            true
        }
        Err(error) => {
            println!("❌ {what}: {error:#}");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_wanted() {
        assert_eq!(read_token(" a.b.c\n".to_owned()).unwrap(), "a.b.c");
        assert!(read_token(" ".to_owned()).is_err());
    }
}
