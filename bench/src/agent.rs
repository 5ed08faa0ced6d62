//! The agent that is measured: the Quick Start's configuration, for one kind of token or another.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use agentup_auth::Algorithm;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    keys::KeyServer,
    load::ask,
    process::Server,
    requests::Question,
    tokens::{Mint, SECRET},
};

/// What a user starts with. Nothing of it is switched off here.
const QUICK_START: &str = include_str!("../../config/agent_config.yaml");

/// Whose tokens the agent accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// One that shares a secret with the agent: HS256.
    Secret,
    /// One that publishes so many keys of an algorithm.
    Keys(Algorithm, usize),
}

impl Issuer {
    pub(crate) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Secret => Algorithm::HS256,
            Self::Keys(algorithm, _) => algorithm,
        }
    }
}

/// A running agent and whoever issues tokens for it.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) server: Server,
    pub(crate) mint: Mint,
    pub(crate) keys: Option<KeyServer>,
}

impl Agent {
    /// Starts the agent in an empty folder.
    pub(crate) fn start(program: &Path, folder: &Path, issuer: Issuer) -> Result<Self> {
        Self::start_with(program, folder, issuer, "")
    }

    /// Starts it with more in its configuration, of which further skills must come first.
    pub(crate) fn start_with(
        program: &Path,
        folder: &Path,
        issuer: Issuer,
        more: &str,
    ) -> Result<Self> {
        Self::start_under(Command::new(program), folder, issuer, more)
    }

    /// Starts it with a command to which its arguments are added.
    pub(crate) fn start_under(
        launcher: Command,
        folder: &Path,
        issuer: Issuer,
        more: &str,
    ) -> Result<Self> {
        let (config, mint, keys) = prepare(issuer)?;
        let server = start(launcher, folder, &format!("{config}{more}"))?;
        if keys.is_some() {
            until_ready(&server)?;
        }
        Ok(Self { server, mint, keys })
    }
}

/// The configuration for tokens of an issuer, and the issuer.
fn prepare(issuer: Issuer) -> Result<(String, Mint, Option<KeyServer>)> {
    let Issuer::Keys(algorithm, count) = issuer else {
        return Ok((QUICK_START.to_owned(), Mint::symmetric()?, None));
    };
    let mut jwks: Vec<Value> = Vec::new();
    for number in 1..count {
        jwks.push(Mint::asymmetric(algorithm, &format!("other-{number}"))?.1);
    }
    let (mint, jwk) = Mint::asymmetric(algorithm, "current")?;
    jwks.push(jwk);
    let keys = KeyServer::start(&jwks)?;
    let fetched = format!(
        "    algorithm: {}\n    jwks_url: \"{}\"\n",
        algorithm.name(),
        keys.url()
    );
    let config: String = QUICK_START
        .split_inclusive('\n')
        .map(|line| match line.trim_start() {
            text if text.starts_with("jwt_secret:") => "",
            text if text.starts_with("algorithm:") => &fetched,
            _ => line,
        })
        .collect();
    Ok((config, mint, Some(keys)))
}

/// Starts the program with a configuration; it takes its log level and all else from there.
fn start(mut command: Command, folder: &Path, config: &str) -> Result<Server> {
    let file = folder.join("agent_config.yaml");
    fs::write(&file, config)?;
    fs::write(folder.join(".env"), format!("JWT_SECRET={SECRET}\n"))?;
    command
        .env_clear()
        .current_dir(folder)
        .args(["serve", "--port", "0", "--config"])
        .arg(&file);
    let log = folder.join("server.log");
    Server::start(command, &log).with_context(|| {
        let said = fs::read_to_string(&log).unwrap_or_default();
        format!("the agent does not start; it said:\n{said}")
    })
}

/// Waits until the agent has fetched its keys.
fn until_ready(server: &Server) -> Result<()> {
    let begun = Instant::now();
    let question = Question::get("/readyz").with_token(None);
    while ask(server.address(), &question, |answer| Ok(answer.status))? != 200 {
        if begun.elapsed() > Duration::from_secs(20) {
            bail!("the agent does not get ready");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
