//! The command line of `keygen`.

use std::path::PathBuf;

use agentup_auth::Algorithm;
use aws_lc_rs::rsa::KeySize;
use clap::{Args, ValueEnum, builder::PossibleValue};

const EXAMPLES: &str = "\
Examples:
  jwt-generator keygen --type rsa --out key.pem --public-out public.pem
  jwt-generator keygen --alg ES256 --format jwk --out key.json \\
      --public-out jwks.json --public-format jwks
  jwt-generator keygen --type ed25519 --out key.pem
  echo \"JWT_SECRET=$(jwt-generator keygen --type secret)\" >> .env

  jwt-generator --private-key key.json --scopes basic   # signs with it
  jwt-validator --key-file jwks.json \"$TOKEN\"           # verifies with it

Exit status:
  0  the key was made
  1  it could not be made or written
  2  the command line is wrong";

/// Make a key: a secret, or a key pair.
///
/// The private half goes to standard output or, with --out, into a file that nobody else can read.
/// Standard output that is a file which everybody can read is refused.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeygenArgs {
    /// What to make [default: what --alg takes]
    #[arg(
        long = "type",
        value_name = "TYPE",
        required_unless_present = "algorithm"
    )]
    pub(crate) kind: Option<KeyType>,

    #[arg(
        long,
        visible_alias = "alg",
        value_name = "ALG",
        help = "The algorithm it is for [default: RS256, EdDSA, the one of the curve, or HS256]"
    )]
    pub(crate) algorithm: Option<Algorithm>,

    /// RSA: how long the modulus is [default: 2048]
    #[arg(long, value_name = "BITS")]
    pub(crate) bits: Option<RsaBits>,

    /// EC: the curve [default: P-256]
    #[arg(long, value_name = "CURVE")]
    pub(crate) curve: Option<Curve>,

    /// Secret: how many random bytes [default: 32, and what --alg requires]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) bytes: Option<u16>,

    /// The name of the key in JWK [default: the thumbprint of the public half (RFC 7638)]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) kid: Option<String>,

    /// The form of the key [default: text for a secret, else pem]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) format: Option<KeyFormat>,

    /// The form of the public half [default: that of the private half]
    #[arg(
        long,
        value_name = "FORMAT",
        help_heading = "Output",
        requires = "public_out"
    )]
    pub(crate) public_format: Option<KeyFormat>,

    /// The file for the private half, or - for standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,

    /// The file for the public half, or - for standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) public_out: Option<PathBuf>,

    /// Replace files that are there already
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
}

/// The types of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    /// Random bytes that issuer and verifier share, for HS256, HS384 and HS512
    Secret,
    /// For RS256 to RS512 and PS256 to PS512
    Rsa,
    /// For ES256, ES384 and ES512, by the curve
    Ec,
    /// For `EdDSA`
    Ed25519,
}

/// The forms of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyFormat {
    /// A line of text, for a secret
    Text,
    /// PEM: PKCS#8 for the private half, SPKI for the public one
    Pem,
    /// One JSON Web Key
    Jwk,
    /// A JSON Web Key Set with this key in it
    Jwks,
}

/// The lengths of RSA keys that are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RsaBits(pub(crate) KeySize);

impl ValueEnum for RsaBits {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(KeySize::Rsa2048),
            Self(KeySize::Rsa3072),
            Self(KeySize::Rsa4096),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self.0 {
            KeySize::Rsa2048 => "2048",
            KeySize::Rsa3072 => "3072",
            KeySize::Rsa4096 => "4096",
            _ => return None,
        }))
    }
}

/// The curves, by the one algorithm of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Curve(pub(crate) Algorithm);

impl ValueEnum for Curve {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Algorithm::ES256),
            Self(Algorithm::ES384),
            Self(Algorithm::ES512),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self.0 {
            Algorithm::ES256 => PossibleValue::new("P-256").alias("p256"),
            Algorithm::ES384 => PossibleValue::new("P-384").alias("p384"),
            Algorithm::ES512 => PossibleValue::new("P-521").alias("p521"),
            _ => return None,
        })
    }
}
