//! The command line: every flag, its default and its help.

use std::path::PathBuf;

use agentup_auth::{Algorithm, Leeway};
use agentup_env::cli::{
    input::SecretArgs,
    when::{Moment, Span},
};
use clap::{Args, Parser, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  jwt-validator eyJhbGciOiJIUzI1NiIs...
  jwt-validator eyJhbGciOiJIUzI1NiIs... my-secret-key
  jwt-validator eyJhbGciOiJIUzI1NiIs... my-secret-key --no-verify
  jwt-validator --env \"$TOKEN\"    # what would the agent of this folder say?
  jwt-validator --key-file jwks.json --issuer https://issuer.example - < token
  jwt-validator --jwks-url https://issuer.example/jwks.json \"$TOKEN\"
  jwt-validator --discover --issuer https://issuer.example \"$TOKEN\"
  jwt-validator --format json \"$TOKEN\" | jq -r .code

What is checked:
  With a key: the signature, the times, and that the token is one that a
  server takes. A secret serves the HS algorithms and a public key those of
  its own type, whatever the token asks for.
  Issuer and audience only if you say what they must be, with --issuer and
  --audience, or with --env.
  Without a key on the command line JWT_SECRET is used if it is set, in the
  environment or else in the file .env of the working folder, and a note on
  standard error says so. JWT_ISSUER and JWT_AUDIENCE are used only with --env.

Exit status:
  0  valid
  1  refused; with the code keys_unavailable: not checked, because the keys of
     --jwks-url or --discover could not be had
  2  the command line is wrong, or an input cannot be read
  3  decoded, but not verified";

/// Explain a JSON Web Token and verify it, with the verifier of agentup-server.
#[derive(Parser)]
#[command(name = "jwt-validator", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// The token, or - to read it from standard input
    pub(crate) token: String,

    #[arg(
        value_name = "SECRET",
        group = SecretArgs::GROUP,
        help = "The secret it is signed with, seen by `ps`: prefer --secret-file or JWT_SECRET"
    )]
    pub(crate) secret_argument: Option<String>,

    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) rules: Rules,

    /// How to print the result
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub(crate) format: Format,
}

#[derive(Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) secret: SecretArgs,

    /// A key or a set of keys (PEM, JWK or JWKS), or - for standard input
    #[arg(long, value_name = "FILE", group = SecretArgs::GROUP)]
    pub(crate) key_file: Option<PathBuf>,

    /// Where the issuer publishes its keys: https, or http on this machine
    #[arg(long, value_name = "URL", group = SecretArgs::GROUP)]
    pub(crate) jwks_url: Option<String>,

    /// Ask the issuer (--issuer) where its keys are (OpenID Connect Discovery or RFC 8414)
    #[arg(long, group = SecretArgs::GROUP)]
    pub(crate) discover: bool,

    /// Fetch keys from private networks, too
    #[arg(long)]
    pub(crate) allow_private: bool,

    #[arg(
        long,
        visible_alias = "algorithm",
        value_name = "ALG",
        help = "The one algorithm to accept [default: those of the key: HS256, HS384 and HS512 for a secret; \
                what a JWK says; else all that its type can serve]"
    )]
    pub(crate) alg: Option<Algorithm>,

    /// The file to read variables from [default: .env in the working folder, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "Checks")]
pub(crate) struct Rules {
    /// Decode only; the exit status is 3
    #[arg(long)]
    pub(crate) no_verify: bool,

    /// Check the signature and no claim; the payload may be anything
    #[arg(long, conflicts_with_all = ["no_verify", "issuer", "audience", "leeway", "env"])]
    pub(crate) signature_only: bool,

    #[arg(
        long,
        conflicts_with = "no_verify",
        help = "Check as the agent of this environment would: with JWT_SECRET, JWT_ISSUER and JWT_AUDIENCE"
    )]
    pub(crate) env: bool,

    /// The issuer the token must have (iss)
    #[arg(long, value_name = "ISSUER")]
    pub(crate) issuer: Option<String>,

    /// An audience the token must have (aud); of several, one is enough
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,

    /// How far clocks may be apart: seconds or a duration, at most 300 s
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = leeway)]
    pub(crate) leeway: Leeway,

    /// Check as of that moment: Unix seconds, a date such as 2026-01-31T12:00:00Z, or an offset such as +1h
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "now",
        allow_hyphen_values = true
    )]
    pub(crate) now: Moment,

    /// Whose rules to apply
    #[arg(long, value_name = "POLICY", default_value = "strict")]
    pub(crate) policy: PolicyName,
}

/// The sets of rules beyond the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyName {
    /// Those of agentup-server as it comes: `exp` and `sub` required, every claim well formed
    Strict,
}

/// The forms in which the result can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// An analysis for people
    Text,
    /// One object for programs
    Json,
}

fn leeway(text: &str) -> Result<Leeway, String> {
    let span: Span = text
        .parse()
        .map_err(|error: agentup_env::cli::when::WhenError| error.to_string())?;
    Leeway::try_from(span.seconds()).map_err(|error| error.to_string())
}
