//! A terminal client for A2A agents.

mod agent;
mod card;
mod cli;
mod console;
mod exit;
mod http;
mod interactive;
mod once;
mod refusal;
mod reply;
mod rpc;
mod session;
mod tls;
mod token;
mod trial;
mod verdict;

use std::{io, process::ExitCode};

use agentup_env::{Environment, cli::usage::without_values};
use clap::Parser as _;
use secrecy::ExposeSecret as _;

use crate::{
    agent::{Agent, BaseUrl},
    cli::{Cli, DEFAULT_URL, URL_VARIABLE},
    console::Console,
    exit::Exit,
    http::Http,
    session::Session,
    token::Token,
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            // Without a place to print to, the exit code has to do.
            let _unprinted = without_values(error).print();
            return exit.into();
        }
    };
    match run(cli) {
        Ok(exit) => exit.into(),
        // Nobody reads the output any more (`| head`), so there is nobody to tell either.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Denied.into(),
        Err(error) => {
            let _unprinted = Console::new().error(error);
            Exit::Broken.into()
        }
    }
}

/// Everything that is needed before the first request, then the command.
fn run(cli: Cli) -> io::Result<Exit> {
    let mut console = Console::new();
    let (environment, agent) = match prepare(&cli) {
        Ok(prepared) => prepared,
        Err(problem) => {
            console.error(problem)?;
            return Ok(Exit::Usage);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Some(command) => once::run(command, agent, console).await,
            None if cli.jwt_token.is_some() => once::token_tour(Session::new(agent, console)).await,
            None => interactive::run(Session::new(agent, console), &environment).await,
        }
    })
}

/// The environment and the agent, or what is wrong with the command line.
fn prepare(cli: &Cli) -> Result<(Environment, Agent), String> {
    // No `.env` file: a token must not come from whatever folder one happens to be in.
    let environment = Environment::load(None, &[]).map_err(|error| error.to_string())?;
    let url = cli
        .connection
        .url
        .as_deref()
        .or_else(|| environment.get(URL_VARIABLE).filter(|url| !url.is_empty()));
    let base = BaseUrl::parse(url.unwrap_or(DEFAULT_URL)).map_err(str::to_owned)?;
    let token = token(cli, &environment)?;
    let http = Http::new(cli.connection.timeout, cli.tls.read()?)
        .map_err(|cause| format!("cannot set up HTTP: {cause}"))?;
    Ok((
        environment,
        Agent::new(base, http, token, cli.connection.direct),
    ))
}

fn token(cli: &Cli, environment: &Environment) -> Result<Option<Token>, String> {
    let Some(text) = &cli.jwt_token else {
        if cli.command.is_none() && cli.token.is_standard_input() {
            return Err(
                "standard input has the commands of the session; give the token another way"
                    .to_owned(),
            );
        }
        return cli
            .token
            .find(environment)
            .map_err(|error| error.to_string());
    };
    if cli.command.is_some() {
        return Err("a token before a command needs --token".to_owned());
    }
    let given = text.expose_secret();
    // A misspelled command must not be sent as a token.
    if given != "-" && !given.contains('.') {
        return Err(
            "neither a command nor a JWT: --help lists the commands, and --token takes tokens of any kind"
                .to_owned(),
        );
    }
    token::given(text)
        .map(Some)
        .map_err(|error| error.to_string())
}
