//! From a header value to a permit.
//!
//! Each step makes a type that only it can make: [`BearerToken`] from a header,
//! [`VerifiedClaims`] from a token, [`Principal`] from claims, [`Permit`] from a principal and what
//! a skill requires. There is no clock here, no environment and no IO: time is an argument.

mod algorithm;
pub mod api_key;
mod base64url;
mod certificate;
pub mod dpop;
pub mod introspection;
#[cfg(feature = "issue")]
pub mod issue;
mod json;
pub mod keys;
pub mod permit;
pub mod principal;
#[cfg(feature = "remote")]
pub mod remote;
mod revocation;
pub mod scope;
mod striped;
#[cfg(feature = "test-support")]
pub mod test_support;
mod time;
mod token;
pub mod unverified;
pub mod verify;

pub use algorithm::{Algorithm, Family, UnknownAlgorithm};
pub use api_key::{ApiKeyEntry, ApiKeyError, ApiKeys, KeyHash, PresentedKey, VerifiedApiKey};
pub use certificate::CertificateThumbprint;
pub use dpop::{BoundToken, DpopError, DpopRules, DpopVerifier};
pub use introspection::{
    ActiveToken, IntrospectedToken, Introspection, IntrospectionError, IntrospectionRules,
};
pub use keys::{
    HmacSecret, KeyError, KeySet, LoadedKeys, SkippedKey, UnnamedKeys, VerificationKey,
};
pub use permit::{ClaimCondition, Denied, Permit, Requirement, ScopeRule};
pub use principal::{Principal, PrincipalId};
pub use revocation::{ListTooLong, MalformedList, RevocationList};
pub use scope::{Scope, ScopeError, ScopeGraph, ScopeSet};
pub use striped::Striped;
pub use time::{Leeway, LeewayError, UnixSeconds};
pub use token::{
    BearerToken, CredentialError, Scheme, bearer_token, credential, unread_credential,
};
pub use verify::{
    CacheStatus, Policy, TokenTypes, TrustedIssuer, VerifiedClaims, Verifier, VerifyError,
};
