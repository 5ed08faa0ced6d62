//! The command line: every flag, its default and its help.

use std::path::PathBuf;

use agentup_auth::Algorithm;
use agentup_env::cli::{
    input::SecretArgs,
    when::{Moment, Span},
};
use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "issuer")]
use crate::issuer::IssuerArgs;
use crate::{certificate::CertificateArgs, keygen::KeygenArgs};

const EXAMPLES: &str = "\
Examples:
  jwt-generator --scopes basic --user-id basic-user
  jwt-generator --scopes basic,premium,admin --expires-in 2h
  jwt-generator --scopes premium --claims '{\"email\": \"user@example.com\"}'
  jwt-generator --scopes basic --expired
  jwt-generator --scopes basic --invalid-signature
  TOKEN=$(jwt-generator --scopes basic --format token-only)
  jwt-generator --private-key key.pem --kid auto
  jwt-generator --scopes basic --skill basic_assistant --format curl | sh
  jwt-generator keygen --type rsa --out key.pem --public-out public.pem
  jwt-generator certificate --out certs --client alice
  jwt-generator issuer --port 9000

Defaults:
  Secret, issuer and audience come from JWT_SECRET, JWT_ISSUER and
  JWT_AUDIENCE, in the environment or else in the file .env of the working
  folder; without these, from the values of the Quick Start (test-issuer,
  agentup-jwt-test and a published secret that is for testing only).

Exit status:
  0  the token was made
  1  it could not be made
  2  the command line is wrong";

/// Mint a JSON Web Token for testing and operation.
///
/// The token goes to standard output. With the default format, a summary of what is in it goes
/// to standard error.
///
// Plain flags are the default command. There are no positional arguments that a subcommand could be
// mistaken for.
#[derive(Parser)]
#[command(name = "jwt-generator", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) mint: Mint,
}

/// What the generator does beside minting a token.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Keygen(KeygenArgs),
    Certificate(CertificateArgs),
    #[cfg(feature = "issuer")]
    Issuer(IssuerArgs),
}

/// What goes into a token, what signs it, and how it is shown.
#[derive(Args, Debug)]
pub(crate) struct Mint {
    #[command(flatten)]
    pub(crate) payload: PayloadArgs,
    #[command(flatten)]
    pub(crate) header: HeaderArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Claims")]
pub(crate) struct PayloadArgs {
    /// Scopes, separated by commas or spaces; an empty list leaves the claim out
    #[arg(long, value_name = "LIST")]
    pub(crate) scopes: Vec<String>,

    /// Who the token is about (sub)
    #[arg(long, value_name = "ID", default_value = "test-user-123")]
    pub(crate) user_id: String,

    /// How long the token is good for: seconds, or a duration such as 90s, 2h, "1day 12h"
    #[arg(long, value_name = "TIME", default_value = "3600")]
    pub(crate) expires_in: Span,

    /// More claims, merged last: a JSON object, @FILE, or - for standard input (repeatable)
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) claims: Vec<String>,

    /// Make a token that expired an hour ago
    #[arg(long, conflicts_with = "issued_at")]
    pub(crate) expired: bool,

    #[arg(
        long,
        value_name = "ISSUER",
        help = "Who issues the token (iss) [default: JWT_ISSUER, else test-issuer]"
    )]
    pub(crate) issuer: Option<String>,

    #[arg(
        long,
        value_name = "AUDIENCE",
        help = "Whom the token is for (aud); several make a list [default: JWT_AUDIENCE, else agentup-jwt-test]"
    )]
    pub(crate) audience: Vec<String>,

    /// When it was issued (iat), the base of the other times: Unix seconds, a date, or an offset such as -10m
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "now",
        allow_hyphen_values = true
    )]
    pub(crate) issued_at: Moment,

    /// When it begins to be good (nbf) [default: when it was issued]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) not_before: Option<Moment>,

    /// An identifier of the token (jti); auto makes a random one
    #[arg(long, value_name = "ID")]
    pub(crate) jti: Option<String>,

    /// Leave a claim out, to test what is refused without it (repeatable)
    #[arg(long, value_name = "CLAIM")]
    pub(crate) omit: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Header")]
pub(crate) struct HeaderArgs {
    /// The kind of token (typ), for instance at+jwt
    #[arg(long = "type", value_name = "TYPE", default_value = "JWT")]
    pub(crate) token_type: String,

    /// The name of the key (kid), or auto for the thumbprint of its public half (RFC 7638) [default: what a JWK says]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) kid: Option<String>,

    /// More header members, merged last, over alg and typ too: a JSON object or @FILE (repeatable)
    #[arg(long, value_name = "JSON")]
    pub(crate) header: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) secret: SecretArgs,

    /// A private key to sign with instead of a secret: PEM (PKCS#8, PKCS#1 or SEC1), a JWK, or a set of which
    /// --kid names one; - for standard input
    #[arg(long, value_name = "FILE", group = SecretArgs::GROUP)]
    pub(crate) private_key: Option<PathBuf>,

    #[arg(
        long,
        visible_alias = "alg",
        value_name = "ALG",
        help = "The algorithm [default: HS256 with a secret; what a JWK says; else RS256, EdDSA, or the one of \
                the curve]"
    )]
    pub(crate) algorithm: Option<Algorithm>,

    /// Spoil the signature, to test that it is checked
    #[arg(long)]
    pub(crate) invalid_signature: bool,

    /// The file to read variables from [default: .env in the working folder, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,

    /// With --format curl: the agent's address
    #[arg(long, value_name = "URL", default_value = "http://localhost:8000/")]
    pub(crate) url: String,

    /// With --format curl: the skill to call
    #[arg(long, value_name = "SKILL", default_value = "public_echo")]
    pub(crate) skill: String,
}

/// The forms in which a token can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The token, and beside it on standard error a summary for people
    Text,
    /// The token alone
    TokenOnly,
    /// An object with token, header, payload and times
    Json,
    /// The header line of an HTTP request
    Header,
    /// A curl command that calls a skill with the token
    Curl,
}
