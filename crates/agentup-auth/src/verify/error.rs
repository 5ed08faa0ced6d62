//! Why a token was refused: one list, in the order of the checks.

/// Why a token was refused. Variants are in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// More bytes than [`Policy::max_token_bytes`](super::Policy::max_token_bytes), or a header
    /// of more than 1 KiB.
    #[error("token is too large")]
    TooLarge,
    /// Not three parts of canonical base64url (RFC 7515 §2, §7.1).
    #[error("token is not three parts of canonical base64url")]
    Malformed,
    /// The header is not one strict JSON object, or `alg` or `kid` in it is ill-typed.
    #[error("token header is malformed")]
    MalformedHeader,
    /// The algorithm is none of those that the keys verify (RFC 8725 §3.1).
    #[error("token algorithm is not the key's")]
    AlgorithmNotAllowed,
    /// The header brings or points to a key (RFC 8725 §3.10).
    #[error("token header brings a key")]
    EmbeddedKey,
    /// The header has a `crit` (RFC 7515 §4.1.11).
    #[error("token header has critical extensions")]
    CriticalHeader,
    /// The header has `b64`, `zip`, `enc`, or announces a token inside the token.
    #[error("token header asks for a form that is not supported")]
    UnsupportedHeader,
    /// A JWT of another kind: `typ`, or claims of an ID token, logout token or event
    /// (RFC 8725 §3.11).
    #[error("token is of a type that is not accepted")]
    TypeNotAccepted,
    /// The issuer is missing from a token that needs one to find its keys, or is not trusted, or
    /// is not the one whose key signed (RFC 8725 §3.8).
    #[error("token issuer is not trusted")]
    UntrustedIssuer,
    /// The issuer's keys could not be had. Not the caller's fault: 503, not 401.
    #[error("keys of the issuer are not available")]
    KeysUnavailable,
    /// The issuer has no key of this name, or no key at all for the algorithm.
    #[error("token key is unknown")]
    UnknownKid,
    /// No candidate key has made the signature.
    #[error("token signature does not verify")]
    BadSignature,
    /// The claims are not one strict JSON object (RFC 7519 §7.2).
    #[error("token claims are malformed")]
    MalformedClaims,
    /// A required claim is not there. Which one.
    #[error("token has no claim `{0}`")]
    MissingClaim(&'static str),
    /// A claim is of the wrong type or has a value that it cannot have. Which one.
    #[error("token claim `{0}` is ill-formed")]
    InvalidClaim(&'static str),
    /// None of the audiences is ours (RFC 7519 §4.1.3).
    #[error("token audience does not match")]
    WrongAudience,
    /// `exp` has passed (RFC 7519 §4.1.4).
    #[error("token has expired")]
    Expired,
    /// `nbf` has not come (RFC 7519 §4.1.5).
    #[error("token is not yet valid")]
    NotYetValid,
    /// `iat` has not come (RFC 7519 §4.1.6).
    #[error("token was issued in the future")]
    IssuedInFuture,
    /// The token lives longer than [`Policy::max_token_lifetime`](super::Policy::max_token_lifetime).
    #[error("token lifetime is too long")]
    LifetimeTooLong,
    /// Two scope claims that do not say the same.
    #[error("token has scope claims that disagree")]
    ConflictingScopes,
    /// The token came as one that is bound to a key (RFC 9449 §7.1) and names none.
    #[error("token is not bound to a key")]
    NotBound,
    /// The token is bound to a key or a certificate (`cnf`) and nobody proved to have it
    /// (RFC 9449 §7.1, RFC 8705 §3).
    #[error("token requires a proof of possession")]
    ProofRequired,
    /// The token is bound to another certificate than the client's (RFC 8705 §3).
    #[error("token is bound to another certificate")]
    OtherCertificate,
    /// The token was taken back.
    #[error("token has been revoked")]
    Revoked,
}

impl VerifyError {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::MalformedHeader => "malformed_header",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::EmbeddedKey => "embedded_key",
            Self::CriticalHeader => "critical_header",
            Self::UnsupportedHeader => "unsupported_header",
            Self::TypeNotAccepted => "wrong_type",
            Self::UntrustedIssuer => "untrusted_issuer",
            Self::KeysUnavailable => "keys_unavailable",
            Self::UnknownKid => "unknown_kid",
            Self::BadSignature => "bad_signature",
            Self::MalformedClaims => "malformed_claims",
            Self::MissingClaim(_) => "missing_claim",
            Self::InvalidClaim(_) => "invalid_claim",
            Self::WrongAudience => "wrong_audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::LifetimeTooLong => "lifetime_too_long",
            Self::ConflictingScopes => "conflicting_scopes",
            Self::NotBound => "not_bound",
            Self::ProofRequired => "proof_required",
            Self::OtherCertificate => "other_certificate",
            Self::Revoked => "revoked",
        }
    }

    /// What the caller is told: the kind of fault, never which key or what was expected.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::TooLarge
            | Self::Malformed
            | Self::MalformedHeader
            | Self::EmbeddedKey
            | Self::CriticalHeader
            | Self::UnsupportedHeader
            | Self::MalformedClaims
            | Self::InvalidClaim(_)
            | Self::LifetimeTooLong
            | Self::ConflictingScopes => "Invalid JWT token format",
            // To the caller an algorithm that is not the key's is a signature that cannot verify.
            Self::AlgorithmNotAllowed | Self::BadSignature => "JWT signature verification failed",
            Self::TypeNotAccepted | Self::ProofRequired => "Token type is not accepted",
            Self::NotBound => "Invalid DPoP key binding",
            Self::OtherCertificate => "Invalid certificate binding",
            Self::UntrustedIssuer => "Token issuer is not trusted",
            Self::KeysUnavailable => "Token keys are not available",
            Self::UnknownKid => "Token key is unknown",
            Self::MissingClaim(_) => "Token is missing a required claim",
            Self::WrongAudience => "Token audience does not match",
            Self::Expired => "Token has expired",
            Self::NotYetValid | Self::IssuedInFuture => "Token is not yet valid",
            Self::Revoked => "Token has been revoked",
        }
    }

    /// Whether the token is at fault. If not, the answer is 503 and not 401.
    #[must_use]
    pub const fn is_callers_fault(self) -> bool {
        !matches!(self, Self::KeysUnavailable)
    }
}
