//! From the flags of `keygen` to one kind of key: what does not go together ends here.

use agentup_auth::{Algorithm, Family};
use aws_lc_rs::rsa::KeySize;

use super::{
    KeygenError,
    args::{KeyFormat, KeyType, KeygenArgs},
};
use crate::keys::PairType;

/// Servers and the JWK of this project take no longer name.
const MAX_KID_BYTES: usize = 256;

/// What is to be made.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    pub(super) format: KeyFormat,
    pub(super) public_format: KeyFormat,
}

/// What kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// So many random bytes.
    Secret(usize),
    Pair(PairType),
}

impl Plan {
    /// The one kind of key that all flags together ask for.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(super) fn from_args(args: &KeygenArgs) -> Result<Self, KeygenError> {
        let asked = args.kind.or_else(|| args.algorithm.map(type_of));
        // The command line requires one of the two.
        let asked = asked.unwrap_or(KeyType::Rsa);
        check_flags(args, asked)?;
        let (kind, algorithm) = match asked {
            KeyType::Secret => secret(args)?,
            KeyType::Rsa => {
                let size = args.bits.map_or(KeySize::Rsa2048, |bits| bits.0);
                let algorithm = args.algorithm.unwrap_or(Algorithm::RS256);
                (Kind::Pair(PairType::Rsa(size)), algorithm)
            }
            KeyType::Ec => {
                let curve = args.curve.map(|curve| curve.0);
                let algorithm = curve.or(args.algorithm).unwrap_or(Algorithm::ES256);
                if let Some(other) = args.algorithm.filter(|asked| *asked != algorithm) {
                    return Err(KeygenError::Curve(other));
                }
                (Kind::Pair(PairType::Ec(algorithm)), algorithm)
            }
            KeyType::Ed25519 => (Kind::Pair(PairType::Ed25519), Algorithm::EdDSA),
        };
        let (format, public_format) = formats(args, kind)?;
        Ok(Self {
            kind,
            algorithm,
            kid: args.kid.clone(),
            format,
            public_format,
        })
    }

    /// The key in words.
    pub(super) fn describe(&self) -> String {
        match self.kind {
            Kind::Secret(bytes) => format!("secret of {bytes} random bytes"),
            Kind::Pair(PairType::Rsa(size)) => {
                format!("RSA key of {} bits", size.len().saturating_mul(8))
            }
            Kind::Pair(PairType::Ec(Algorithm::ES256)) => "EC key on P-256".to_owned(),
            Kind::Pair(PairType::Ec(Algorithm::ES384)) => "EC key on P-384".to_owned(),
            Kind::Pair(PairType::Ec(_)) => "EC key on P-521".to_owned(),
            Kind::Pair(PairType::Ed25519) => "Ed25519 key".to_owned(),
        }
    }
}

const fn type_of(algorithm: Algorithm) -> KeyType {
    match algorithm.family() {
        Family::Hmac => KeyType::Secret,
        Family::Rsa => KeyType::Rsa,
        Family::Ec => KeyType::Ec,
        Family::Ed25519 => KeyType::Ed25519,
    }
}

const fn name(kind: KeyType) -> &'static str {
    match kind {
        KeyType::Secret => "secret",
        KeyType::Rsa => "rsa",
        KeyType::Ec => "ec",
        KeyType::Ed25519 => "ed25519",
    }
}

/// What cannot take effect is a mistake.
fn check_flags(args: &KeygenArgs, asked: KeyType) -> Result<(), KeygenError> {
    for (flag, given, belongs_to) in [
        ("--bits", args.bits.is_some(), KeyType::Rsa),
        ("--curve", args.curve.is_some(), KeyType::Ec),
        ("--bytes", args.bytes.is_some(), KeyType::Secret),
    ] {
        if given && asked != belongs_to {
            let kind = name(asked);
            return Err(KeygenError::Flag { flag, kind });
        }
    }
    match args.algorithm {
        Some(algorithm) if type_of(algorithm) != asked => Err(KeygenError::Type {
            algorithm,
            kind: name(asked),
        }),
        _ => Ok(()),
    }
}

fn secret(args: &KeygenArgs) -> Result<(Kind, Algorithm), KeygenError> {
    let algorithm = args.algorithm.unwrap_or(Algorithm::HS256);
    let required = algorithm.hash_bytes();
    let bytes = args.bytes.map_or(required, usize::from);
    if bytes < required {
        return Err(KeygenError::TooShort {
            algorithm,
            required,
        });
    }
    Ok((Kind::Secret(bytes), algorithm))
}

/// The forms of both halves.
fn formats(args: &KeygenArgs, kind: Kind) -> Result<(KeyFormat, KeyFormat), KeygenError> {
    let is_secret = matches!(kind, Kind::Secret(_));
    let usual = if is_secret {
        KeyFormat::Text
    } else {
        KeyFormat::Pem
    };
    let format = args.format.unwrap_or(usual);
    let public_format = args.public_format.unwrap_or(format);
    let wrong = if is_secret {
        KeyFormat::Pem
    } else {
        KeyFormat::Text
    };
    if is_secret && args.public_out.is_some() {
        return Err(KeygenError::NoPublicHalf);
    }
    if [format, public_format].contains(&wrong) {
        return Err(KeygenError::Format);
    }
    if let Some(kid) = &args.kid {
        if ![format, public_format]
            .iter()
            .any(|format| matches!(format, KeyFormat::Jwk | KeyFormat::Jwks))
        {
            return Err(KeygenError::Nameless);
        }
        if !(1..=MAX_KID_BYTES).contains(&kid.len()) {
            return Err(KeygenError::Kid);
        }
    }
    Ok((format, public_format))
}
