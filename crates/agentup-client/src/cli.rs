//! The command line: what can be asked of this program.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::{exit, tls::TlsArgs, token::TokenArgs, verdict::ScopeOrder};

/// The variable that is asked when the command line names no agent.
pub(crate) const URL_VARIABLE: &str = "AGENTUP_URL";
/// The agent that a server started without options is.
pub(crate) const DEFAULT_URL: &str = "http://localhost:8000";

/// Talks to an A2A agent.
///
/// Without a command it starts an interactive session, or reads commands from standard input line by
/// line. With nothing but a JWT it uses it for discovery and an authorization test.
///
/// With https:// the certificate authorities of the system are trusted, or those of the file that
/// --ca-file or the variable `SSL_CERT_FILE` names.
#[derive(Parser)]
#[command(
    version,
    after_help = exit::TABLE,
    override_usage = "agentup-client [OPTIONS]\n       \
                      agentup-client [OPTIONS] <JWT_TOKEN>\n       \
                      agentup-client [OPTIONS] <COMMAND>"
)]
pub(crate) struct Cli {
    /// A token: discover the agent and try its skills with it, or - to read it from standard input
    #[arg(value_name = "JWT_TOKEN")]
    pub(crate) jwt_token: Option<SecretString>,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    #[command(flatten)]
    pub(crate) tls: TlsArgs,

    #[command(flatten)]
    pub(crate) token: TokenArgs,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Where the agent is and how long it may take.
#[derive(Args)]
#[command(next_help_heading = "Agent")]
pub(crate) struct ConnectionArgs {
    #[arg(
        long,
        value_name = "URL",
        global = true,
        help = "The agent's address [env: AGENTUP_URL] [default: http://localhost:8000]"
    )]
    pub(crate) url: Option<String>,

    /// Send requests to --url even where the agent card names another address
    #[arg(long, global = true)]
    pub(crate) direct: bool,

    /// The longest time that a request may take, in seconds
    #[arg(long, value_name = "SECONDS", global = true, default_value = "30", value_parser = timeout)]
    pub(crate) timeout: Duration,
}

/// What to do once, without a session.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Try every skill of the card with the token, and compare with what card and token let expect
    ///
    /// Sends each skill a short message. The expectation comes from the scopes that the card names for a
    /// skill and those that the token names for itself; the token is not verified here.
    Test {
        /// The agent's scopes, each including those before it
        #[arg(long, value_name = "SCOPES", default_value = ScopeOrder::STANDARD)]
        scope_order: ScopeOrder,

        #[command(flatten)]
        output: OutputArgs,
    },

    /// Show the agent card
    #[command(visible_alias = "card")]
    Discovery {
        #[command(flatten)]
        output: OutputArgs,
    },

    /// Send a message to a skill and print the answer
    Send {
        /// The skill's id
        skill: String,

        /// The message; several words are joined by spaces
        #[arg(required = true)]
        message: Vec<String>,

        /// Continue this conversation
        #[arg(long, value_name = "ID")]
        context: Option<String>,

        /// Continue this task
        #[arg(long, value_name = "ID")]
        task: Option<String>,

        #[command(flatten)]
        output: OutputArgs,
    },

    /// Show a task
    Get {
        /// The task's id
        task: String,

        #[command(flatten)]
        output: OutputArgs,
    },

    /// Cancel a task
    Cancel {
        /// The task's id
        task: String,

        #[command(flatten)]
        output: OutputArgs,
    },
}

#[derive(Args)]
pub(crate) struct OutputArgs {
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: what the agent answered
    Json,
}

fn timeout(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected whole seconds, 1 to 86400"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_timeout_is_whole_seconds() {
        assert_eq!(timeout("1"), Ok(Duration::from_secs(1)));
        assert_eq!(timeout("86400"), Ok(Duration::from_hours(24)));
        for text in ["0", "86401", "-1", "1.5", "30s", ""] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }
}
