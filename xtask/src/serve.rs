//! `serve`: the Quick Start of the requirement document as one command.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::agent::{Agent, NotStarted};
use crate::env_file;
use crate::http;
use crate::sh::root;
use crate::signals;
use crate::token;
use crate::toolbox::Toolbox;

/// Build and start the agent, and print a token and a request to try it with
///
/// Makes a .env file with a fresh secret at the root of the repository if there is none. Ctrl-C stops
/// the agent in good order; its exit code becomes the exit code of this command.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// The port to listen on; 0 lets the system choose one
    #[arg(long, default_value_t = 8000)]
    port: u16,

    /// The agent's configuration, looked for from the root of the repository
    #[arg(long, value_name = "FILE", default_value = "config/agent_config.yaml")]
    config: PathBuf,

    /// Build as for production: slower to build, faster to answer
    #[arg(long)]
    release: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let toolbox = if self.release {
            Toolbox::build_release()?
        } else {
            Toolbox::build()?
        };
        let env_file = root().join(".env");
        if env_file::ensure(&env_file)? {
            eprintln!("🔑 made .env with a fresh secret");
        }

        let server = toolbox
            .sh("agentup-server")
            .args(["serve", "--port", &self.port.to_string(), "--config"])
            .arg(&self.config)
            .arg("--env-file")
            .arg(&env_file);
        let mut agent = match Agent::start_in_front(server) {
            Ok(agent) => agent,
            Err(NotStarted::Ended(status)) => return Ok(signals::exit_code(status)),
            Err(NotStarted::Failed(error)) => return Err(error),
        };

        let token = token::generator(&toolbox, "basic", "basic-user").read()?;
        println!("{}", instructions(agent.url(), &token)?);
        Ok(signals::exit_code(agent.wait()?))
    }
}

/// The document's Steps 4 and 5, with everything filled in.
fn instructions(url: &str, token: &str) -> Result<String> {
    let request = http::message_send("basic_assistant", "hello");
    let request = serde_json::to_string_pretty(&request)?.replace('\n', "\n  ");
    Ok(format!(
        r#"
🚀 The agent listens on {url} (stop it with Ctrl-C). In another terminal:

TOKEN="{token}"

curl -X POST {url}/ \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{request}'
"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_can_be_pasted() {
        let text = instructions("http://127.0.0.1:8000", "a.b.c").unwrap();
        assert!(text.contains("\nTOKEN=\"a.b.c\"\n"));
        assert!(text.contains("curl -X POST http://127.0.0.1:8000/ \\\n"));
        let body = text.split('\'').nth(1).unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body, http::message_send("basic_assistant", "hello"));
    }
}
