//! What is asked of a token beyond its signature.

use crate::{keys::UnnamedKeys, time::Leeway, token::header::media_type};

/// The rules for the tokens of all issuers. The default is strict and fits most issuers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How far the clocks of issuer and verifier may be apart. 30 seconds.
    pub leeway: Leeway,
    /// The longest life of a token, in seconds, from `iat` to `exp` and from now to `exp`; none
    /// switches the limit off. One day.
    pub max_token_lifetime: Option<u64>,
    /// Claims that must be there and not null, beyond `sub`, `exp` and, where the issuer says so,
    /// `iss` and `aud`.
    pub required_claims: Vec<String>,
    /// Which `typ` a token may have.
    pub token_types: TokenTypes,
    /// Asks for all that RFC 9068 §2 asks of an access token: `typ`, `iss`, `aud`, `sub`,
    /// `client_id`, `iat` and `jti`.
    pub access_token_profile: bool,
    /// The claims that hold scopes. If a token has several, they must agree.
    pub scope_claims: Vec<String>,
    /// The longest token, in bytes: 8 KiB, and never more than [`Policy::MAX_TOKEN_BYTES`].
    pub max_token_bytes: usize,
    /// Which tokens a key without `kid` may verify.
    pub unnamed_keys: UnnamedKeys,
    /// How many verified tokens are remembered; zero remembers none.
    ///
    /// A token is remembered by its SHA-256 and with its claims, so one entry takes up to about
    /// twice [`Policy::max_token_bytes`], mostly under 2 KiB.
    pub cached_tokens: usize,
}

/// The values of `typ` that are accepted (RFC 8725 §3.11, RFC 9068 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenTypes {
    names: Vec<String>,
    absent: bool,
}

impl Policy {
    /// The upper bound of [`Policy::max_token_bytes`].
    pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
    /// The longest header, in bytes, as it stands in the token.
    pub const MAX_HEADER_BYTES: usize = 1024;
    /// The most scopes of a token.
    pub const MAX_SCOPES: usize = 200;
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            leeway: Leeway::default(),
            max_token_lifetime: Some(24 * 60 * 60),
            required_claims: Vec::new(),
            token_types: TokenTypes::default(),
            access_token_profile: false,
            scope_claims: ["scope", "scp", "scopes"].map(str::to_owned).to_vec(),
            max_token_bytes: 8 * 1024,
            unnamed_keys: UnnamedKeys::default(),
            cached_tokens: 0,
        }
    }
}

impl Default for TokenTypes {
    /// No `typ`, `JWT` or `at+jwt`.
    fn default() -> Self {
        Self {
            absent: true,
            ..Self::only(["jwt", "at+jwt"])
        }
    }
}

impl TokenTypes {
    /// These types and no others; a token without `typ` is refused. Case does not count, and
    /// `application/` may be left out on either side (RFC 7515 §4.1.9).
    pub fn only<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let names = names
            .into_iter()
            .map(|name| media_type(name.as_ref()).to_owned())
            .collect();
        Self {
            names,
            absent: false,
        }
    }

    /// The type of RFC 9068 §2.1 alone.
    pub(super) fn is_access_token(typ: Option<&str>) -> bool {
        typ.is_some_and(|typ| media_type(typ).eq_ignore_ascii_case("at+jwt"))
    }

    pub(super) fn accepts(&self, typ: Option<&str>) -> bool {
        match typ {
            None => self.absent,
            Some(typ) => {
                let typ = media_type(typ);
                self.names.iter().any(|name| name.eq_ignore_ascii_case(typ))
            }
        }
    }
}
