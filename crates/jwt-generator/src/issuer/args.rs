//! The command line of `issuer`.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use agentup_auth::Algorithm;
use agentup_env::cli::when::Span;
use clap::Args;

const EXAMPLES: &str = "\
Endpoints:
  GET  /.well-known/openid-configuration  and oauth-authorization-server
  GET  /jwks.json   the public keys
  POST /token       a form with grant_type=client_credentials, or JSON; both may
                    have sub, scope, aud and expires_in. With the header
                    \"Accept: application/jwt\" the answer is the token alone.
  POST /rotate      a new key signs from now on; the old one stays in the set
  POST /retire      only the key that signs stays in the set

Examples:
  jwt-generator issuer
  jwt-generator issuer --algorithm ES256 --port 0
  jwt-generator issuer --private-key key.pem --issuer https://issuer.example

  curl -d grant_type=client_credentials -d scope=basic -d sub=alice \\
      http://127.0.0.1:9000/token
  jwt-validator --jwks-url http://127.0.0.1:9000/jwks.json \"$TOKEN\"

Exit status:
  0  it was asked to stop
  1  it could not start
  2  the command line is wrong";

/// Run an issuer for development: whoever reaches it gets any token that they ask for.
///
/// It says where it listens with one line on standard output, `issuer listening on URL`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IssuerArgs {
    /// The port to listen on; 0 lets the system choose
    #[arg(long, value_name = "PORT", default_value_t = 9000)]
    pub(crate) port: u16,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) host: IpAddr,

    /// Listen on an address that others reach, too, and for whatever name they call it by
    #[arg(long)]
    pub(crate) insecure_public: bool,

    /// The name of the issuer (iss) [default: its own URL]
    #[arg(long, value_name = "ISSUER", help_heading = "Tokens")]
    pub(crate) issuer: Option<String>,

    /// Where others reach it, for the metadata [default: where it listens]
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) url: Option<String>,

    #[arg(
        long,
        value_name = "AUDIENCE",
        help_heading = "Tokens",
        help = "Whom tokens are for if nobody says (aud); several make a list [default: JWT_AUDIENCE, else \
                agentup-jwt-test]"
    )]
    pub(crate) audience: Vec<String>,

    /// How long tokens are good for if nobody says: seconds or a duration
    #[arg(
        long,
        value_name = "TIME",
        default_value = "3600",
        help_heading = "Tokens"
    )]
    pub(crate) expires_in: Span,

    #[arg(
        long,
        visible_alias = "alg",
        value_name = "ALG",
        help_heading = "Key",
        help = "The algorithm, also of the keys that come after the first [default: that of --private-key, else \
                RS256]"
    )]
    pub(crate) algorithm: Option<Algorithm>,

    /// The private key to begin with (PEM or JWK) [default: a new one]
    #[arg(long, value_name = "FILE", help_heading = "Key")]
    pub(crate) private_key: Option<PathBuf>,

    /// The name of that key [default: what a JWK says, else its thumbprint (RFC 7638)]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Key",
        requires = "private_key",
        allow_hyphen_values = true
    )]
    pub(crate) kid: Option<String>,

    /// How long verifiers may use the keys without asking again: seconds or a duration
    #[arg(long, value_name = "TIME", default_value = "60", help_heading = "Key")]
    pub(crate) max_age: Span,

    /// The file to read variables from [default: .env in the working folder, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

/// A URL that paths can be appended to.
fn base_url(text: &str) -> Result<String, &'static str> {
    let is_http = text.starts_with("http://") || text.starts_with("https://");
    let is_plain =
        !text.contains(|c: char| c.is_control() || c.is_whitespace() || "?#".contains(c));
    if is_http && is_plain {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("expected http:// or https://, a host and at most a path")
    }
}
