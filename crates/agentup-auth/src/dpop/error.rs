//! Why a proof is refused.

/// Why a proof of possession is refused. Variants are in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DpopError {
    /// A token of the scheme `DPoP` without a proof.
    #[error("the request has no proof")]
    MissingProof,
    /// More than one proof.
    #[error("the request has more than one proof")]
    TwoProofs,
    /// More bytes than a proof may have.
    #[error("proof is too large")]
    TooLarge,
    /// Not three parts of canonical base64url.
    #[error("proof is not three parts of canonical base64url")]
    Malformed,
    /// The header is not one strict JSON object, or lacks `alg` or `jwk`.
    #[error("proof header is malformed")]
    MalformedHeader,
    /// `typ` is not `dpop+jwt`.
    #[error("proof is not of the type dpop+jwt")]
    WrongType,
    /// The algorithm is not accepted for proofs.
    #[error("proof algorithm is not accepted")]
    AlgorithmNotAllowed,
    /// The header has `crit`, or asks for what is not supported, or points to a key.
    #[error("proof header asks for what is not supported")]
    UnsupportedHeader,
    /// The key in the header is weak, private or does not fit the algorithm.
    #[error("proof key cannot be used")]
    UnusableKey,
    /// The key is not the one that the token is bound to.
    #[error("proof key is not the key of the token")]
    WrongKey,
    /// The signature is not that of the key.
    #[error("proof signature does not verify")]
    BadSignature,
    /// The claims are not one strict JSON object.
    #[error("proof claims are malformed")]
    MalformedClaims,
    /// A claim is missing or ill-typed. Which one.
    #[error("proof claim `{0}` is missing or ill-formed")]
    InvalidClaim(&'static str),
    /// `htm` is another method.
    #[error("proof is for another method")]
    WrongMethod,
    /// `htu` is another address.
    #[error("proof is for another address")]
    WrongUri,
    /// `iat` has not come.
    #[error("proof was issued in the future")]
    IssuedInFuture,
    /// `iat` is too long ago.
    #[error("proof is too old")]
    TooOld,
    /// `ath` is of another token.
    #[error("proof is for another token")]
    WrongToken,
    /// `nonce` is missing, or not a recent one of ours.
    #[error("proof needs a recent nonce")]
    NonceRequired,
    /// The proof was used before.
    #[error("proof was used before")]
    Replayed,
    /// No more proofs can be remembered. Not the caller's fault.
    #[error("the memory of proofs is full")]
    MemoryFull,
}

impl DpopError {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingProof => "dpop_missing",
            Self::TwoProofs => "dpop_two_proofs",
            Self::TooLarge => "dpop_too_large",
            Self::Malformed => "dpop_malformed",
            Self::MalformedHeader => "dpop_malformed_header",
            Self::WrongType => "dpop_wrong_type",
            Self::AlgorithmNotAllowed => "dpop_algorithm_not_allowed",
            Self::UnsupportedHeader => "dpop_unsupported_header",
            Self::UnusableKey => "dpop_unusable_key",
            Self::WrongKey => "dpop_wrong_key",
            Self::BadSignature => "dpop_bad_signature",
            Self::MalformedClaims => "dpop_malformed_claims",
            Self::InvalidClaim(_) => "dpop_invalid_claim",
            Self::WrongMethod => "dpop_wrong_method",
            Self::WrongUri => "dpop_wrong_uri",
            Self::IssuedInFuture => "dpop_issued_in_future",
            Self::TooOld => "dpop_too_old",
            Self::WrongToken => "dpop_wrong_token",
            Self::NonceRequired => "dpop_nonce_required",
            Self::Replayed => "dpop_replayed",
            Self::MemoryFull => "dpop_memory_full",
        }
    }

    /// The error code of the challenge (RFC 9449 §7.1, §9).
    #[must_use]
    pub const fn error(self) -> &'static str {
        match self {
            Self::WrongKey => "invalid_token",
            Self::NonceRequired => "use_dpop_nonce",
            _ => "invalid_dpop_proof",
        }
    }

    /// What the caller is told.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::MissingProof => "DPoP proof is missing",
            Self::TwoProofs => "Request has more than one DPoP proof",
            Self::TooLarge
            | Self::Malformed
            | Self::MalformedHeader
            | Self::WrongType
            | Self::AlgorithmNotAllowed
            | Self::UnsupportedHeader
            | Self::UnusableKey
            | Self::MalformedClaims
            | Self::InvalidClaim(_) => "Invalid DPoP proof format",
            Self::WrongKey => "Invalid DPoP key binding",
            Self::BadSignature => "DPoP proof signature verification failed",
            Self::WrongMethod => "DPoP proof is for another method",
            Self::WrongUri => "DPoP proof is for another address",
            Self::IssuedInFuture => "DPoP proof is not yet valid",
            Self::TooOld => "DPoP proof has expired",
            Self::WrongToken => "DPoP proof is for another token",
            Self::NonceRequired => "DPoP proof needs the nonce of this response",
            Self::Replayed => "DPoP proof was used before",
            Self::MemoryFull => "DPoP proofs cannot be checked now",
        }
    }

    /// Whether the proof is at fault. If not, the answer is 503 and not 401.
    #[must_use]
    pub const fn is_callers_fault(self) -> bool {
        !matches!(self, Self::MemoryFull)
    }
}
