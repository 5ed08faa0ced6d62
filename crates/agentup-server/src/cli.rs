//! The command line of `agentup-server`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{
    agent::{Agent, AgentError, Source},
    audit::{self, Broken},
    config::{self, LogFormat, LoggingConfig},
    telemetry,
};

mod caller;
mod health;
mod manual;
mod skills;

/// Settings that cannot be used (`EX_CONFIG` of sysexits).
const EXIT_CONFIG: u8 = 78;

/// What cannot be done as it was asked for (as clap has it).
const EXIT_USAGE: u8 = 2;

/// Where the configuration is looked for when none is named.
const CONFIG_PLACES: [&str; 2] = ["agent_config.yaml", "config/agent_config.yaml"];

/// Serves an A2A agent to those who hold a valid token.
#[derive(Debug, Parser)]
#[command(name = "agentup-server", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Examples:
  agentup-server --port 8000                  serve the agent of agent_config.yaml
  agentup-server check --show                 the settings in force, secrets left out
  agentup-server skills --token-file token    what the owner of a token may call, and why not
  kill -HUP $(pidof agentup-server)           take over what has changed

Exit codes:
  0   done, or stopped by a signal
  1   the server cannot run, for instance because the port is taken; for `health`: it is not well;
      for `skills`: the token is refused
  2   the command line cannot be understood
  78  the configuration cannot be used; every fault is listed";

#[derive(Debug, clap::Args)]
struct Options {
    /// The agent's configuration [default: `agent_config.yaml`, then `config/agent_config.yaml`]
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Variables for the configuration [default: .env beside it, then in the working folder].
    /// The real environment wins over the file
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// The address to listen on, in place of the configured one
    #[arg(long, global = true)]
    host: Option<String>,
    /// The port to listen on, in place of the configured one; 0 lets the system choose
    #[arg(long, global = true)]
    port: Option<u16>,
    /// The form of the log on standard error, in place of the configured one
    #[arg(long, global = true, value_enum)]
    log_format: Option<LogFormat>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the agent (also without a command)
    Serve,
    /// Load the configuration as `serve` does, report every fault, and exit
    Check {
        /// Print the settings in force as YAML, secrets left out
        #[arg(long)]
        show: bool,
    },
    /// Print the agent card as callers see it
    Card,
    /// Print the skills with the scopes they require, and who may call them; with a token, what its
    /// owner may call, and why not
    #[command(after_help = caller::EXAMPLES)]
    Skills {
        #[command(flatten)]
        caller: caller::CallerArgs,
    },
    /// Print the JSON Schema of configurations, for editors and for checks
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema {
        /// The schema, or the list of all settings for people
        #[arg(long, value_enum, default_value = "json")]
        format: SchemaFormat,
    },
    /// Ask the agent that runs with this configuration how it is: exit code 0 if it is well, 1 if not
    #[command(after_help = health::EXAMPLES)]
    Health {
        #[command(flatten)]
        probe: health::HealthArgs,
    },
    /// Work with the files of an audit
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page, or write all of them
    #[command(after_help = manual::EXAMPLES)]
    Man {
        /// The command that the page is about; the program itself without one
        command: Option<String>,
        /// Write the pages of the program and of all commands into this folder
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that no event was changed, removed, added or moved
    ///
    /// Give all files that hang together; their order does not count. What was cut off at the end
    /// does not show: compare the last number and hash with those that you noted elsewhere.
    #[command(after_help = AUDIT_EXIT_CODES)]
    Verify {
        /// The files, older ones included: `audit.jsonl*`
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

const AUDIT_EXIT_CODES: &str = "\
Exit codes:
  0   every event is as it was recorded
  1   one is not; the first one is named
  2   a file cannot be read, there is no event, or the command line cannot be understood";

/// What `schema` prints.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum SchemaFormat {
    /// JSON Schema of the draft 2020-12.
    Json,
    /// A list with what each setting takes, its default and what it is for.
    Markdown,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  agentup-server schema > agent_config.schema.json
  Then begin the configuration with this line, and editors complete and check it:
  # yaml-language-server: $schema=agent_config.schema.json";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  agentup-server completions bash > /etc/bash_completion.d/agentup-server
  agentup-server completions zsh > ~/.zfunc/_agentup-server
  agentup-server completions fish > ~/.config/fish/completions/agentup-server.fish";

/// Runs the command line of the process, and says how the process is to end.
#[must_use]
pub fn run() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Agent(error)) if error.is_config() => {
            match &error {
                // The faults of a configuration are a report of their own.
                AgentError::Config(faults) => complain(faults.to_string().trim_end()),
                other => report(other),
            }
            ExitCode::from(EXIT_CONFIG)
        }
        Err(Failure::Agent(error)) => {
            report(&error);
            ExitCode::FAILURE
        }
        Err(Failure::Manual(error)) => {
            report(&error);
            ExitCode::FAILURE
        }
        Err(Failure::Caller(unknown)) => {
            report(&unknown);
            ExitCode::FAILURE
        }
        Err(Failure::Unwell(unwell)) => {
            report(&unwell);
            ExitCode::FAILURE
        }
        Err(Failure::Audit(broken)) => {
            report(&broken);
            match broken {
                Broken::Line { .. } => ExitCode::FAILURE,
                Broken::Unreadable { .. } | Broken::Empty => ExitCode::from(EXIT_USAGE),
            }
        }
        Err(Failure::NoConfig) => {
            let places = CONFIG_PLACES.join(" or ");
            complain(&format!(
                "error: there is no {places} here\n  Name one with --config FILE, or copy \
                 config/agent_config.yaml of the project as a start."
            ));
            ExitCode::from(EXIT_CONFIG)
        }
    }
}

enum Failure {
    Audit(Broken),
    Agent(AgentError),
    Unwell(health::Unwell),
    NoConfig,
    Caller(caller::UnknownCaller),
    Manual(io::Error),
}

impl<E: Into<AgentError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Agent(error.into())
    }
}

impl Cli {
    fn run(self) -> Result<(), Failure> {
        match self.command {
            None | Some(Command::Serve) => self.options.serve(),
            Some(Command::Check { show }) => self.options.check(show),
            Some(Command::Card) => self.options.card(),
            Some(Command::Skills { caller }) => self.options.skills(&caller),
            Some(Command::Schema { format }) => {
                let text = match format {
                    SchemaFormat::Json => format!("{:#}\n", config::schema()),
                    SchemaFormat::Markdown => config::reference(),
                };
                Ok(print(text.as_bytes())?)
            }
            Some(Command::Health { probe }) => self.options.health(&probe),
            Some(Command::Audit {
                command: AuditCommand::Verify { files },
            }) => verify_audit(&files),
            Some(Command::Completions { shell }) => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "agentup-server", &mut script);
                Ok(print(&script)?)
            }
            Some(Command::Man { command, out }) => {
                let pages = manual::Pages::of(Self::command());
                if let Some(folder) = out {
                    return pages.write_to(&folder).map_err(Failure::Manual);
                }
                let page = pages.page(command.as_deref()).map_err(Failure::Manual)?;
                Ok(print(&page)?)
            }
        }
    }
}

impl Options {
    fn serve(self) -> Result<(), Failure> {
        let format = self.log_format;
        // The level stands in the configuration, and what loading it warns of must be logged.
        let source = self.source()?;
        let loaded = source.load()?;
        telemetry::init(format, &loaded.config.logging);
        let agent = Agent::from_loaded(source, loaded);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(agent.serve())?)
    }

    fn check(self, show: bool) -> Result<(), Failure> {
        let (agent, path) = self.load()?;
        agent.preview()?;
        if show {
            return Ok(print(config::show(agent.config()).as_bytes())?);
        }
        let skills = agent.config().skills.len();
        let line = format!("{}: good ({skills} skills)\n", path.display());
        Ok(print(line.as_bytes())?)
    }

    fn card(self) -> Result<(), Failure> {
        let (agent, _) = self.load()?;
        let live = agent.preview()?;
        let mut card = live.card.body.to_vec();
        card.push(b'\n');
        Ok(print(&card)?)
    }

    fn skills(self, caller: &caller::CallerArgs) -> Result<(), Failure> {
        telemetry::init(self.log_format, &LoggingConfig::quiet());
        let source = self.source()?;
        let variables = source.environment().map_err(AgentError::from)?;
        let token = caller.token(&variables).map_err(Failure::Caller)?;
        let agent = Agent::from_loaded(source.clone(), source.load()?);
        let mut live = agent.preview()?;
        let table = match token {
            None => skills::table(&live, agent.config()),
            Some(token) => {
                let security = &agent.config().security;
                let caller = caller::admitted(&token, &mut live, security);
                skills::table_for(&live, &caller.map_err(Failure::Caller)?)
            }
        };
        Ok(print(table.as_bytes())?)
    }

    /// A probe asks often: what loading the configuration warns of, the server has said once.
    fn health(self, probe: &health::HealthArgs) -> Result<(), Failure> {
        let source = self.source()?;
        let loaded = source.load()?;
        let variables = source.environment().map_err(AgentError::from)?;
        let said = probe.ask(&loaded.config, &variables);
        let said = said.map_err(Failure::Unwell)?;
        Ok(print(format!("{said}\n").as_bytes())?)
    }

    /// For the commands that only look: warnings are part of what they tell.
    fn load(self) -> Result<(Agent, PathBuf), Failure> {
        telemetry::init(self.log_format, &LoggingConfig::quiet());
        let source = self.source()?;
        let path = source.path.clone();
        let loaded = source.load()?;
        Ok((Agent::from_loaded(source, loaded), path))
    }

    fn source(self) -> Result<Source, Failure> {
        let places = CONFIG_PLACES.map(PathBuf::from);
        let found = || places.into_iter().find(|place| place.exists());
        let path = self.config.or_else(found).ok_or(Failure::NoConfig)?;
        Ok(Source {
            path,
            env_file: self.env_file,
            host: self.host,
            port: self.port,
        })
    }
}

fn verify_audit(files: &[PathBuf]) -> Result<(), Failure> {
    let sound = audit::verify(files).map_err(Failure::Audit)?;
    let text = format!(
        "{} events, {} to {}: all as they were recorded\nlast hash: {}\n",
        sound.events,
        sound.first,
        sound.head.seq,
        sound.head.hash.as_deref().unwrap_or_default()
    );
    Ok(print(text.as_bytes())?)
}

/// An error with all that led to it.
fn report(error: &dyn std::error::Error) {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    complain(text.trim_end());
}

fn complain(text: &str) {
    // Without a standard error there is nobody to tell; the exit code says it all the same.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Writes to standard output. A reader that has gone away, as `head` does, is no fault.
fn print(text: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
