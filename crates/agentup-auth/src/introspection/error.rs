//! Why an opaque token is refused.

/// Why an opaque token is refused. Variants are in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectionError {
    /// More bytes than a token may have.
    #[error("token is too large")]
    TooLarge,
    /// What the server said is not what RFC 7662 §2.2 lets it say. Not the caller's fault.
    #[error("the answer about the token cannot be used")]
    Unusable,
    /// The token is unknown, has expired or was taken back: the server does not say which.
    #[error("token is not active")]
    Inactive,
    /// The token is bound to a key or a certificate (`cnf`, or the `token_type` is `DPoP`) and
    /// nobody proved to have it (RFC 9449 §6.2, RFC 8705 §3.2).
    #[error("token requires a proof of possession")]
    ProofRequired,
    /// The token is bound to another certificate than the client's (RFC 8705 §3.2).
    #[error("token is bound to another certificate")]
    OtherCertificate,
    /// The answer is of another issuer.
    #[error("token issuer is not trusted")]
    UntrustedIssuer,
    /// None of the audiences is ours.
    #[error("token audience does not match")]
    WrongAudience,
    /// The token belongs to a client that is not accepted.
    #[error("token client is not accepted")]
    WrongClient,
    /// The rules need a member that is not there. Which one.
    #[error("the answer about the token has no `{0}`")]
    MissingMember(&'static str),
    /// `exp` has passed, whatever the server says.
    #[error("token has expired")]
    Expired,
    /// `nbf` has not come.
    #[error("token is not yet valid")]
    NotYetValid,
}

impl IntrospectionError {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Unusable => "introspection_unusable",
            Self::Inactive => "inactive",
            Self::ProofRequired => "proof_required",
            Self::OtherCertificate => "other_certificate",
            Self::UntrustedIssuer => "untrusted_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::WrongClient => "wrong_client",
            Self::MissingMember(_) => "missing_claim",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
        }
    }

    /// What the caller is told: the kind of fault, never what was expected.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::TooLarge => "Invalid token format",
            Self::Unusable => "Tokens cannot be checked now",
            Self::Inactive => "Token is not active",
            Self::ProofRequired => "Token type is not accepted",
            Self::OtherCertificate => "Invalid certificate binding",
            Self::UntrustedIssuer => "Token issuer is not trusted",
            Self::WrongAudience => "Token audience does not match",
            Self::WrongClient => "Token client is not accepted",
            Self::MissingMember(_) => "Token is missing a required claim",
            Self::Expired => "Token has expired",
            Self::NotYetValid => "Token is not yet valid",
        }
    }

    /// Whether the token is at fault. If not, the answer is 503 and not 401.
    #[must_use]
    pub const fn is_callers_fault(self) -> bool {
        !matches!(self, Self::Unusable)
    }
}
