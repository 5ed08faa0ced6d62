//! `agentup-server skills --token`: who a token is of, in the eyes of the agent's own gate.

use std::{io, path::PathBuf, sync::Arc};

use agentup_auth::Principal;
use agentup_env::{
    Environment,
    cli::input::{InputError, read_text},
};
use http::{Request, header::AUTHORIZATION};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{audit::Audit, clock::Clock, config::SecurityConfig, live::Live};

/// The token that stands for standard input.
const STANDARD_INPUT: &str = "-";

pub(super) const EXAMPLES: &str = "\
Examples:
  agentup-server skills
  jwt-generator --scopes basic --format token-only | agentup-server skills --token -
  agentup-server skills --token-env AGENTUP_TOKEN";

/// The flags that name a token.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct CallerArgs {
    /// The token of a caller, or - to read it from standard input; `ps` shows a token given here to
    /// other users of this machine
    #[arg(long, value_name = "TOKEN")]
    token: Option<SecretString>,
    /// A file that holds the token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The variable that holds the token, in the environment or in .env
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
}

/// Why nothing can be said of a caller.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnknownCaller {
    /// The token is not where it was said to be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A variable that is not set.
    #[error("variable {0} is not set")]
    Variable(String),
    /// Everybody may call everything.
    #[error("the agent asks nobody for a token: security is switched off")]
    Open,
    /// The gate refuses the token.
    #[error("the token is refused: {0}")]
    Refused(String),
    /// The gate cannot be asked.
    #[error("the token cannot be checked")]
    Io(#[from] io::Error),
    /// Keys are to be fetched, and cannot be.
    #[error("the keys cannot be fetched")]
    Keys(#[from] tokio::runtime::TryCurrentError),
}

impl CallerArgs {
    /// The token, if one was named.
    pub(super) fn token(
        &self,
        variables: &Environment,
    ) -> Result<Option<SecretString>, UnknownCaller> {
        let read = |path: PathBuf| read_text(&path).map(|text| text.as_str().into());
        if let Some(token) = &self.token {
            return Ok(Some(match token.expose_secret() {
                STANDARD_INPUT => read(STANDARD_INPUT.into())?,
                _ => token.clone(),
            }));
        }
        if let Some(path) = &self.token_file {
            return Ok(Some(read(path.clone())?));
        }
        let Some(name) = &self.token_env else {
            return Ok(None);
        };
        match variables.get(name) {
            Some(token) if !token.is_empty() => Ok(Some(token.into())),
            _ => Err(UnknownCaller::Variable(name.clone())),
        }
    }
}

/// Whom the token speaks for. Keys are fetched for it as the server would.
pub(super) fn admitted(
    token: &SecretString,
    live: &mut Live,
    security: &SecurityConfig,
) -> Result<Arc<Principal>, UnknownCaller> {
    if !security.enabled {
        return Err(UnknownCaller::Open);
    }
    let value = format!("Bearer {}", token.expose_secret());
    let request = Request::builder().header(AUTHORIZATION, value).body(());
    let request = request.map_err(|_| UnknownCaller::Refused("it is no token".to_owned()))?;
    let (head, ()) = request.into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        live.fetch_keys(security, None, &Audit::off(Clock::system()))?;
        if let Some(keys) = live.gate.keys() {
            keys.settled().await;
        }
        let admitted = live.gate.admit(&head, None, &Clock::system()).await;
        admitted.map_err(|rejection| UnknownCaller::Refused(rejection.message().to_owned()))
    })
}
